"""Runs the jobs: two makers at once, each in a process of its own; after a restart, what was begun is done."""

import asyncio
import json
import logging
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from msgspec.structs import replace

from protokit.files.layout import SPEC_FILE
from protokit.files.lifeline import tied
from protokit.hub.database.store import Store
from protokit.hub.hosting.prototype_host import Hosting
from protokit.hub.hub_settings import HubSettings, environment_for_others
from protokit.hub.jobs.job import DOCUMENTS, ID, Job, read_job, write_job
from protokit.spec.prototype_spec import read_spec

AT_ONCE = 2
TIMEOUT_S = 600.0
"""Seconds a maker may take; a thousand scanned pages need a few minutes."""

_LOG = logging.getLogger(__name__)


class JobQueue:
    """The jobs of one Hub. `begin`, `start` and `stop` belong to the event loop, the rest to any thread."""

    def __init__(self, settings: HubSettings, store: Store, hosting: Hosting) -> None:
        self._home, self._prototypes = settings.home / "jobs", settings.prototypes
        self._store, self._hosting = store, hosting
        self._room = asyncio.Semaphore(AT_ONCE)
        self._running: dict[str, asyncio.Task[None]] = {}

    def folder(self, number: str) -> Path:
        return self._home / number

    def job(self, number: str) -> Job | None:
        """The job with this id, None where there is none."""
        return read_job(self.folder(number)) if ID.fullmatch(number) else None

    def create(self, job: Job) -> Job:
        """Keep a new job; its documents are in `folder(job.id)/documents` already. `begin` starts it."""
        return write_job(self.folder(job.id), job)

    def choose(self, job: Job, blueprint: str = "", prompt: str = "") -> Job:
        """Set a job that is over back to its beginning, with the blueprint and the line that the person picked."""
        return write_job(self.folder(job.id), replace(job.again(blueprint, prompt), slug=""))

    def create_second(self, job: Job) -> Job | None:
        """Return the job for what else `job` asked for, over the same documents, new or not; None for nothing."""
        second = job.second()
        if second is None or self.job(second.id):
            return second
        copy_documents(self.folder(job.id), self.folder(second.id))
        return self.create(second)

    def begin(self, number: str) -> None:
        """Start the job; one that is just ending starts again right after."""
        if number not in self._running:
            task = self._running[number] = asyncio.create_task(self._run(number))
            task.add_done_callback(lambda ended: self._ended(number, ended))

    async def start(self) -> None:
        """Go on with what an earlier Hub began."""
        for job in await asyncio.to_thread(lambda: list(self._all())):
            if not job.over:
                self.begin(job.id)

    def forget(self, before: float) -> None:
        """Remove the jobs that are over and from before that time; what they made stays."""
        for job in self._all():
            if job.over and job.created < before:
                shutil.rmtree(self.folder(job.id), ignore_errors=True)

    async def stop(self) -> None:
        """Leave everything; `start` goes on with it."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ended(self, number: str, task: "asyncio.Task[None]") -> None:
        del self._running[number]
        job = self.job(number)
        if (
            job and job.state == "waiting" and not task.cancelled()
        ):  # the person chose before the maker was gone
            self.begin(number)

    def _all(self) -> Iterator[Job]:
        for folder in self._home.glob("*"):
            if job := self.job(folder.name):
                yield job

    async def _run(self, number: str) -> None:
        try:
            async with self._room:
                await self._make(number)
            await self._open(number)
        except Exception:
            _LOG.exception("job %s", number)
            await asyncio.to_thread(self._fail, number, "Something went wrong here, not with your documents.")

    async def _make(self, number: str) -> None:
        slugs = await asyncio.to_thread(lambda: json.dumps(sorted(self._store.slugs())))
        command = [sys.executable, "-P", "-m", "protokit.hub.jobs.job_worker"]
        maker = await asyncio.create_subprocess_exec(
            *tied([*command, str(self.folder(number)), str(self._prototypes)]),
            stdin=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=environment_for_others() | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        try:
            _, errors = await asyncio.wait_for(maker.communicate(slugs.encode()), TIMEOUT_S)
        except TimeoutError:
            self._fail(number, f"This took longer than {TIMEOUT_S / 60:.0f} minutes, so it was stopped.")
            return
        finally:
            if maker.returncode is None:
                maker.kill()
                await maker.wait()
        if maker.returncode:
            _LOG.error("job %s: %s", number, errors.decode(errors="replace")[-4000:])
            self._fail(number, "One of the documents broke the reader, so nothing was made.")

    async def _open(self, number: str) -> None:
        """Show the finished folder in the gallery, and wake it."""
        job = self.job(number)
        if job is None or job.state != "opening":
            return
        job = write_job(self.folder(number), job.begin("open"))
        await asyncio.to_thread(self._record, job.slug)
        self._hosting.add(job.slug, self._prototypes / job.slug)
        await self._hosting.wake(job.slug)
        up = await self._hosting.ready(job.slug, 90)
        note = "running" if up else "it does not start; its page says why"
        write_job(self.folder(number), replace(job.end(note), state="ready"))

    def _record(self, slug: str) -> None:
        if self._store.record(slug) is None:
            self._store.add(slug, read_spec(self._prototypes / slug / SPEC_FILE))

    def _fail(self, number: str, problem: str) -> None:
        job = self.job(number)
        if job and not job.over:
            if job.slug:
                with suppress(OSError):
                    (self._prototypes / job.slug).rmdir()  # only what is still empty
            write_job(self.folder(number), replace(job, state="failed", problem=problem))


def copy_documents(source: Path, target: Path) -> None:
    """Bring the documents of the job in `source` to the one in `target`."""
    if (source / DOCUMENTS).is_dir():
        shutil.copytree(source / DOCUMENTS, target / DOCUMENTS, dirs_exist_ok=True)
