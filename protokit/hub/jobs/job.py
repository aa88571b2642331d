"""Job: one prototype in the making, as a file, so that the Hub, its restart, two tabs and the maker agree."""

import hashlib
import os
import re
import time
from pathlib import Path
from typing import Literal

import msgspec

JobState = Literal["waiting", "working", "asking", "declined", "failed", "opening", "ready"]
StepName = Literal["understand", "read", "write", "open"]

JOB_FILE = "job.json"
DOCUMENTS = "documents"
ID = re.compile(r"[0-9a-f]{16}")


class JobStep(msgspec.Struct, frozen=True, kw_only=True):
    """One step of the work. Times are seconds since 1970; `note` is what came of it, a few words."""

    name: StepName
    began: float
    ended: float | None = None
    note: str = ""


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """A blueprint that the person may choose; `confidence` is 0 to 1."""

    name: str
    title: str
    pitch: str
    confidence: float = 0.0
    line: str = ""
    """What to type for it, where it is offered instead of another line."""


class OtherWish(msgspec.Struct, frozen=True, kw_only=True):
    """What the line or the documents ask for beside what is made."""

    words: str = ""
    """Those of the line; empty where the documents suggest it."""
    offer: Offer | None = None
    """The blueprint that would do it; None where none does."""
    asks_for: str = ""
    why_not: str = ""
    fields: tuple[str, ...] = ()
    """What all documents have."""


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """Why it became what it is: the blueprint taken, the words that decided, and what came second."""

    taken: Offer
    because: tuple[str, ...] = ()
    runner_up: Offer | None = None
    asks_for: str = ""
    """What no blueprint does and the line may ask for instead; empty where there is no such doubt."""
    why_not: str = ""
    """Why no blueprint does that, a sentence."""
    also: OtherWish | None = None


class JobRefusal(msgspec.Struct, frozen=True, kw_only=True):
    """An honest no: what the line asks for, why nothing serves it, and what comes nearest."""

    asks_for: str = ""
    why: str = ""
    nearest: Offer | None = None
    would_not: str = ""
    """What the nearest would not do, after "It would not"."""
    lines: tuple[Offer, ...] = ()
    """What could be asked for, where the line does not tell."""
    kinds: tuple[Offer, ...] = ()
    """Everything there is, for whoever insists."""


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one document."""

    file: str
    state: str = "read"
    fine: bool = True
    detail: str = ""


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What a person asked for, and how far it is."""

    id: str
    prompt: str
    screen: str = "streamlit"
    model: str = "offline"
    name: str = ""
    hypothesis: str = ""
    """What it is to show, in the person's words."""
    blueprint: str = ""
    """The one the person chose; empty to let the line decide."""
    refused: tuple[Reading, ...] = ()
    """Documents that were not taken: empty or too large."""
    created: float = msgspec.field(default_factory=time.time)
    state: JobState = "waiting"
    steps: tuple[JobStep, ...] = ()
    slug: str = ""
    """The prototype's, from the moment its folder is taken."""
    title: str = ""
    emoji: str = ""
    pitch: str = ""
    reason: Reason | None = None
    refusal: JobRefusal | None = None
    readings: tuple[Reading, ...] = ()
    problem: str = ""
    fix: str = ""

    @property
    def over(self) -> bool:
        """Whether nothing more happens until the person does something."""
        return self.state in ("asking", "declined", "failed", "ready")

    def begin(self, name: StepName) -> "Job":
        """The same job in its next step."""
        return msgspec.structs.replace(self, steps=(*self.steps, JobStep(name=name, began=time.time())))

    def end(self, note: str = "") -> "Job":
        """The same job with its current step done."""
        *before, now = self.steps
        last = msgspec.structs.replace(now, ended=time.time(), note=note)
        return msgspec.structs.replace(self, steps=(*before, last))

    def again(self, blueprint: str = "", prompt: str = "") -> "Job":
        """The same wish from the beginning, with this blueprint and this line if they are given."""
        return Job(
            id=self.id,
            prompt=prompt or self.prompt,
            screen=self.screen,
            model=self.model,
            name=self.name,
            hypothesis=self.hypothesis,
            blueprint=blueprint or self.blueprint,
            refused=self.refused,
            slug=self.slug,
        )

    def second(self) -> "Job | None":
        """The job for what else was asked for, always under the same id; None where nothing was that can be made."""
        offer = self.reason.also.offer if self.reason and self.reason.also else None
        if offer is None:
            return None
        number = hashlib.sha256(f"{self.id} {offer.name}".encode()).hexdigest()[:16]
        return Job(id=number, prompt=self.prompt, screen=self.screen, model=self.model, blueprint=offer.name)


def read_job(folder: Path) -> Job | None:
    """The job in `folder`, None where there is none that can be read."""
    try:
        return msgspec.json.decode((folder / JOB_FILE).read_bytes(), type=Job)
    except (OSError, msgspec.MsgspecError):
        return None


def write_job(folder: Path, job: Job) -> Job:
    """Put `job` into `folder` in one step, so that a reader sees the old or the new one; return it."""
    folder.mkdir(parents=True, exist_ok=True)
    aside = folder / f".{JOB_FILE}.{os.getpid()}"
    aside.write_bytes(msgspec.json.encode(job))
    aside.replace(folder / JOB_FILE)
    return job
