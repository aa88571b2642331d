"""Makes one prototype in a process of its own, so that no document, however broken, can hurt the Hub.

python -m protokit.hub.jobs.job_worker JOB_FOLDER PROTOTYPES_FOLDER < TAKEN

TAKEN are the slugs that are taken, a JSON list.
"""

import dataclasses
import json
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock
from msgspec.structs import replace

from protokit.catalog import lookup
from protokit.drafting.alternatives import alternatives
from protokit.drafting.choose_blueprint import choose
from protokit.drafting.router import RoutingDecision
from protokit.drafting.second_wish import SecondWish
from protokit.errors import DocumentProblem, ProtokitError
from protokit.files.layout import SPEC_FILE
from protokit.hub.jobs.job import (
    DOCUMENTS,
    Job,
    JobRefusal,
    Offer,
    OtherWish,
    Reading,
    Reason,
    read_job,
    write_job,
)
from protokit.hub.jobs.reserve_folder import reserve
from protokit.scaffold.collect_documents import collect_documents
from protokit.scaffold.scaffold_plan import ScaffoldPlan, ScaffoldRequest, make, plan_scaffold
from protokit.spec.names import MOST_TITLE, clean_prompt
from protokit.spec.prototype_spec import Spec

if TYPE_CHECKING:
    from vectorstore.progress import SyncReport


def main(folder: Path, prototypes: Path, slugs: set[str]) -> None:
    """Do the job in `folder`; what came of it, good or bad, stands in its file afterwards."""
    with FileLock(folder / "lock"):  # a maker of a Hub that was killed may still be at it
        job = read_job(folder)
        if job is None or job.state not in ("waiting", "working"):
            return
        if job.slug and (prototypes / job.slug / SPEC_FILE).is_file():  # finished, and nobody was told
            write_job(folder, replace(job, state="opening"))
            return
        if job.slug:
            with suppress(OSError):
                (prototypes / job.slug).rmdir()
        JobWorker(folder, prototypes, slugs, job.again()).work()


class JobWorker:
    """One job at work; every step is written down as it begins and ends."""

    def __init__(self, folder: Path, prototypes: Path, slugs: set[str], job: Job) -> None:
        self.folder, self.prototypes, self.taken = folder, prototypes, slugs
        self.job = replace(job, state="working", slug="")

    def work(self) -> None:
        """From the line to the folder; a person's mistake ends in a state that says what to do."""
        try:
            if self.understand():
                self.write(self.read())
        except DocumentProblem as problem:
            self.readings(_tried(self.folder / DOCUMENTS))
            what = problem.what if not self.job.readings else "none of the documents could be read"
            self._say(state="failed", problem=_capital(what), fix=_fit(problem))
        except ProtokitError as problem:
            self._say(state="failed", problem=_capital(problem.what), fix=_fit(problem))

    def understand(self) -> bool:
        """Choose the blueprint; False where the person has to choose, or nothing serves the line."""
        self._step(self.job.begin("understand"))
        own = self.folder / DOCUMENTS
        documents = collect_documents([own]) if _holds_files(own) else {}
        choice = choose(clean_prompt(self.job.prompt, documents=bool(documents)), documents)
        if self.job.blueprint:
            self._step(self.job.end(f"{_offer(self.job.blueprint).title}, as you chose"))
            return True
        if choice.blueprint is None:
            self._say(state="declined", refusal=_refusal(self.job.prompt, choice))
            return False
        reason = _reason(choice)
        self._say(reason=reason)
        if choice.question and reason.runner_up:
            self._say(state="asking")
            return False
        sure = f"{choice.confidence:.0%} sure" if choice.because else "as your documents can be asked"
        self._step(self.job.end(f"{reason.taken.title}, {sure}"))
        return True

    def read(self) -> ScaffoldPlan:
        """Read the documents and draft everything."""
        self._step(self.job.begin("read"))
        job, own = self.job, self.folder / DOCUMENTS
        wish = ScaffoldRequest(
            prompt=job.prompt,
            documents=(own,) if _holds_files(own) else (),
            blueprint=job.blueprint or None,
            screen=job.screen,
            model=job.model,
            name=job.name or None,
            hypothesis=job.hypothesis,
        )
        plan = plan_scaffold(wish)
        if plan.report:
            self.readings(plan.report)
        spec = plan.spec
        if plan.also:
            reason = self.job.reason or Reason(taken=_offer(plan.blueprint.name))
            self._say(reason=replace(reason, also=_other_wish(plan.also)))
        self._say(title=spec.title, emoji=spec.emoji, pitch=spec.pitch)
        self._step(self.job.end(_documents_note(plan)))
        return plan

    def write(self, plan: ScaffoldPlan) -> None:
        """Put the folder under a name that nobody has."""
        self._step(self.job.begin("write"))
        target = reserve(self.prototypes, plan.spec.slug, self.taken)
        self._say(slug=target.name, title=_named(plan.spec, target.name).title)
        try:
            make(dataclasses.replace(plan, spec=_named(plan.spec, target.name)), target)
        except BaseException:
            with suppress(OSError):
                target.rmdir()
            raise
        self.job = self.job.end(f"{len(plan.documents) + len(plan.texts)} documents inside")
        self._say(state="opening")

    def readings(self, report: "SyncReport") -> None:
        """Keep what could be read of each document."""
        from vectorstore.file_list import file_rows

        rows = [
            Reading(file=row.file, state=row.state, fine=row.is_fine, detail=row.detail)
            for row in file_rows(report.files, remedies=True)
        ]
        self._say(readings=(*self.job.refused, *rows))

    def _say(self, **changes: Any) -> None:
        self._step(replace(self.job, **changes))

    def _step(self, job: Job) -> None:
        self.job = write_job(self.folder, job)


def _named(spec: Spec, slug: str) -> Spec:
    """`spec` for the folder `slug`; the second of one title says so in the gallery."""
    number = slug.removeprefix(spec.slug).removeprefix("-")
    title = f"{spec.title} {number}" if number.isdecimal() else spec.title
    return replace(spec, slug=slug, title=title if len(title) <= MOST_TITLE else spec.title)


def _reason(choice: RoutingDecision) -> Reason:
    doubt = choice.beyond if choice.beyond and choice.beyond.nearest else None
    return Reason(
        taken=_offer(choice.blueprint or "", choice.confidence),
        because=choice.because,
        runner_up=_offer(choice.runner_up, choice.runner_up_confidence) if choice.runner_up else None,
        asks_for=doubt.title if doubt else "",
        why_not=doubt.why if doubt else "",
    )


def _other_wish(wish: SecondWish) -> OtherWish:
    return OtherWish(
        words=wish.words,
        offer=_offer(wish.blueprint) if wish.blueprint else None,
        asks_for=wish.beyond.title if wish.beyond else "",
        why_not=wish.beyond.why if wish.beyond else "",
        fields=wish.fields,
    )


def _refusal(prompt: str, choice: RoutingDecision) -> JobRefusal:
    kinds = tuple(_offer(name) for name in lookup.blueprints())
    instead, beyond = alternatives(prompt, choice), choice.beyond
    if beyond is None or not beyond.nearest:
        lines = tuple(replace(_offer(each.blueprint), line=each.line) for each in instead)
        return JobRefusal(lines=lines, kinds=kinds)
    nearest, *_ = instead
    return JobRefusal(
        asks_for=beyond.title,
        why=beyond.why,
        nearest=_offer(nearest.blueprint),
        would_not=nearest.would_not,
        kinds=kinds,
    )


def _offer(name: str, confidence: float = 0.0) -> Offer:
    card = lookup.find_blueprint(name)
    return Offer(name=card.name, title=card.title, pitch=card.pitch, confidence=confidence)


def _documents_note(plan: ScaffoldPlan) -> str:
    if plan.report is None:
        samples = plan.spec.sample_documents
        about = f": {samples.about}" if samples and samples.about else ""
        return (
            f"{len(samples.files)} sample documents{about}. Drop yours here later"
            if samples
            else "none needed"
        )
    failed = len(plan.report.failed)
    passages = sum(file.passages for file in plan.report.files)
    lost = f", {failed} could not be read" if failed else ""
    return f"{passages:,} passages{lost}"


def _holds_files(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir())


def _tried(folder: Path) -> "SyncReport":
    """What could be read of the documents in `folder`, after all of them together were refused."""
    from vectorstore.knowledge import KnowledgeBase

    with (
        tempfile.TemporaryDirectory(prefix="protokit-") as aside,
        KnowledgeBase.open(Path(aside, "index"), embedding="none") as knowledge,
    ):
        return knowledge.sync(folder)


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def _fit(problem: ProtokitError) -> str:
    """What to do, unless that speaks of the command line."""
    return "" if "--" in problem.fix or "`" in problem.fix else problem.fix


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), set(json.loads(sys.stdin.read() or "[]")))
