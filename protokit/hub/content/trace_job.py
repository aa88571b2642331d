"""Finds the stage at which an answer was lost, in a process of its own: it runs the prototype's own code."""

import asyncio
import json
import sys
from contextlib import suppress
from dataclasses import dataclass

from protokit.errors import CheckFailed
from protokit.files.lifeline import tied
from protokit.hub.hosting.prototype_host import Hosting
from protokit.hub.worker.worker_config import WorkerConfig
from protokit.hub.worker.worker_main import environment_of

TIMEOUT_S = 60.0
"""Seconds it may take."""
_MOST = 65_536
"""Bytes of its output that are looked at, the last ones."""
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


async def diagnose(hosting: Hosting, slug: str, number: int) -> Diagnosis:
    """Look at answer `number` of a hosted prototype, in its sandbox; one at a time. Raises CheckFailed."""
    async with _turn, hosting.apart(slug) as order:
        process = await asyncio.create_subprocess_exec(
            *tied([sys.executable, "-m", "protokit.hub.worker.trace_worker", str(number)]),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=environment_of(order),
        )
        try:
            return _read(await asyncio.wait_for(_last_words(process, order), TIMEOUT_S))
        except TimeoutError:
            raise CheckFailed(
                "it took too long to find out", fix="Try again when less is going on."
            ) from None
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()


async def _last_words(process: asyncio.subprocess.Process, order: WorkerConfig) -> bytes:
    """The end of what it prints when it is told its `order`; the prototype's own code may print without end."""
    assert process.stdin
    assert process.stdout
    with suppress(ConnectionError):  # it ended at once
        process.stdin.write(f"{order.line()}\n".encode())
        await process.stdin.drain()
    output = b""
    while piece := await process.stdout.read(_MOST):
        output = (output + piece)[-_MOST:]
    return output


def _read(output: bytes) -> Diagnosis:
    """What trace_worker printed, in its last line."""
    try:
        report = json.loads(output.rstrip().rpartition(b"\n")[2])
        stage, why = str(report["stage"]), str(report["why"])
    except (ValueError, TypeError, KeyError):
        raise CheckFailed(
            "it could not be found out", fix="The log on the Health page may say more."
        ) from None
    return Diagnosis(stage, why, _ADVICE.get(stage, ""))
