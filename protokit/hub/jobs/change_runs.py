"""The changes that an owner has under way, one for each prototype: planned, shown, tried, and kept or not."""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from protokit.files.lifeline import tied
from protokit.hub.hub_settings import environment_for_others

TIMEOUT_S = 900.0
"""Seconds that a change may take, its trial included."""
_MOST = 1_000_000
"""Bytes of one line that the worker prints."""

State = Literal["planning", "planned", "trying", "over"]
Action = Literal["preview", "apply", "undo"]


@dataclass(frozen=True, slots=True)
class ChangeRun:
    """What became of one line so far."""

    line: str
    state: State
    step: str = ""
    """What is being done, for a person."""
    model: str = ""
    """What reads the line; "" for the patterns that need none."""
    report: dict[str, Any] = field(default_factory=dict)
    """As `protokit change --json` prints it, with the verdict in words under "told"; before a model is asked the
    verdict is "would ask", and "told" its budget."""


class ChangeRuns:
    """The runs of one Hub, by slug; all methods belong to the event loop."""

    def __init__(self) -> None:
        self._runs: dict[str, ChangeRun] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._room = asyncio.Semaphore(1)

    def run(self, slug: str) -> ChangeRun | None:
        """What is under way for the prototype, or ended last."""
        return self._runs.get(slug)

    def forget(self, slug: str) -> None:
        """Put away what is not being tried."""
        if slug not in self._tasks:
            self._runs.pop(slug, None)

    def begin(
        self,
        slug: str,
        folder: Path,
        action: Action,
        *,
        who: str,
        line: str = "",
        model: str = "",
        number: int | None = None,
        then: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """Start `action`, unless one is under way there; `then` is awaited after what changed the folder."""
        if slug in self._tasks:
            return
        order: dict[str, Any] = {"folder": str(folder), "action": action, "line": line, "who": who}
        order |= {"number": number, "model": model}
        self._runs[slug] = ChangeRun(line, "planning" if action == "preview" else "trying", model=model)
        task = asyncio.create_task(self._follow(slug, order, then))
        self._tasks[slug] = task
        task.add_done_callback(lambda _: self._tasks.pop(slug, None))

    async def settled(self, slug: str, seconds: float) -> None:
        """Wait until nothing is under way for the prototype, at most so long."""
        if task := self._tasks.get(slug):
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(task), seconds)

    async def stop(self) -> None:
        """End all; what is being written is undone at the next change."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _follow(
        self, slug: str, order: dict[str, Any], then: Callable[[], Awaitable[None]] | None
    ) -> None:
        report: dict[str, Any] = {}
        try:
            async with self._room, asyncio.timeout(TIMEOUT_S):
                report = await self._report(slug, order)
        except TimeoutError:
            report = {"verdict": "failed", "told": "This took too long, so nothing was changed."}
        except (OSError, ValueError):
            report = {"verdict": "failed", "told": "Something went wrong on our side; nothing was changed."}
        if then and report.get("verdict") in ("changed", "undone"):
            await then()
        planned = report.get("verdict") in ("would change", "would ask")
        self._runs[slug] = ChangeRun(
            order["line"], "planned" if planned else "over", model=order["model"], report=report
        )

    async def _report(self, slug: str, order: dict[str, Any]) -> dict[str, Any]:
        """The worker's last line; each one before is a step."""
        worker = await asyncio.create_subprocess_exec(
            *tied([sys.executable, "-P", "-m", "protokit.hub.jobs.change_worker"]),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=_MOST,
            env=environment_for_others() | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        assert worker.stdin
        assert worker.stdout
        try:
            worker.stdin.write(json.dumps(order).encode() + b"\n")
            worker.stdin.close()
            report: dict[str, Any] = {}
            while line := await worker.stdout.readline():
                report = json.loads(line)
                if step := report.get("step"):
                    self._runs[slug] = replace(self._runs[slug], step=step)
            if "verdict" not in report:
                raise ValueError("the worker ended without a report")
            return report
        finally:
            if worker.returncode is None:
                with suppress(ProcessLookupError):
                    worker.kill()
                await worker.wait()
