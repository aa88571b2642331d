"""Finds the stage at which an answer was lost, in a process of its own: it runs the prototype's own code."""

import asyncio
import json
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from protokit.errors import CheckFailed
from protokit.files.lifeline import tied
from protokit.hub.worker.worker_main import clean_environment

TIMEOUT_S = 60.0
"""Seconds it may take."""
_ADVICE = {
    "not in the documents": "Add a document that says it.",
    "not retrieved": "Say it in the document with words that people ask with, under a heading of its own.",
    "dropped for space": "Raise context_tokens in prototype.yaml, or split the documents into smaller parts.",
    "not used by the model": "Say in the instructions what to look for, or try another model.",
    "not supported": "Tighten the instructions: only what the passages say.",
    "model error": "Check the model's name and key on the Edit page.",
}
_turn = asyncio.Semaphore(1)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """`stage` is where the answer was lost, empty where nothing was; `why` how one can tell; `advice` what to do."""

    stage: str
    why: str
    advice: str


async def diagnose(folder: Path, number: int) -> Diagnosis:
    """Look at answer `number` of the prototype in `folder`; one at a time. Raises CheckFailed."""
    command = [sys.executable, "-m", "protokit", "trace", str(folder), str(number), "--json"]
    async with _turn:
        process = await asyncio.create_subprocess_exec(
            *tied(command),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=clean_environment(),
        )
        try:
            output, _ = await asyncio.wait_for(process.communicate(), TIMEOUT_S)
        except TimeoutError:
            raise CheckFailed(
                "it took too long to find out", fix="Try again when less is going on."
            ) from None
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
    return _read(output)


def _read(output: bytes) -> Diagnosis:
    """What `protokit trace --json` printed; the prototype's own code may have printed too."""
    try:
        report = json.loads(output)
        stage, why = str(report["stage"]), str(report["why"])
    except (ValueError, TypeError, KeyError):
        raise CheckFailed(
            "it could not be found out", fix="The log on the Health page may say more."
        ) from None
    return Diagnosis(stage, why, _ADVICE.get(stage, ""))
