"""Brings a prototype to what its blueprint is today, and keeps what its people made of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import msgspec

from protokit import catalog
from protokit.blueprint import Blueprint
from protokit.changes import YOURS, Change, changes, files, read
from protokit.errors import FolderProblem
from protokit.health import Health, worse
from protokit.journal import Recovery, carry_out, interrupted, only_one, recover
from protokit.parameters import require_decided
from protokit.rehearsal import Rehearsal, rehearsal
from protokit.rendering import BASE, render
from protokit.schema_versions import migrated
from protokit.spec import SCHEMA_FILE, SPEC_FILE, Spec, parse_spec

Verdict = Literal["up to date", "would update", "updated", "conflicts", "rolled back"]
_OF_THE_BLUEPRINT = ("blueprint", "takes", "source", "parameters")
"""The fields of a Spec that an update may set."""
Tell = Callable[[str], None]
"""Is told each step that takes a while."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What an update would do; nothing is written yet."""

    folder: Path
    before: str
    """The blueprint it was made from, "rag-search@1.0.0"."""
    after: str
    changes: tuple[Change, ...]
    """The files that people know of."""
    records: tuple[Change, ...]
    """Those below `.protokit/`: the new pristine render, and the schema."""

    @property
    def conflicts(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.outcome == "conflict")

    @property
    def writes(self) -> tuple[Change, ...]:
        """Every file that would be written."""
        return tuple(change for change in (*self.changes, *self.records) if change.writes)


@dataclass(frozen=True, slots=True)
class Updated:
    """How an update ended."""

    plan: Plan
    verdict: Verdict
    written: bool
    why: str = ""
    """What got worse, where it was rolled back."""
    culprit: str = ""
    """The file whose change did it."""
    health: Health | None = None
    """How the prototype fares with the update, where that was looked at."""
    recovery: Recovery | None = None
    """What an update that was cut off earlier had left, and was undone first."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the person asks for."""

    blueprint: str = ""
    """Another place to take the blueprint from; empty for the one it was made from."""
    trust: bool = False
    """Whether code from a git repository may run that was not there when the prototype was made."""
    dry_run: bool = False
    conflicts: bool = False
    """Whether conflicts are written into the files, between markers."""


def update(folder: Path, wanted: Wanted, tell: Tell = lambda step: None) -> Updated:
    """Bring the prototype in `folder` to its blueprint of today, wholly or not at all.

    It is tried in a copy first. Raises FolderProblem, SpecProblem, ChoiceProblem, MissingExtra.
    """
    folder = folder.resolve()
    _require(folder)
    if wanted.dry_run:
        if interrupted(folder):
            raise FolderProblem(
                "an update was cut off here", where=str(folder), fix="`protokit update` undoes it."
            )
        planned = plan(folder, wanted.blueprint, trust=wanted.trust)
        return Updated(planned, _foreseen(planned), written=False)
    with only_one(folder):
        recovery = recover(folder)
        ended = _carried_out(plan(folder, wanted.blueprint, trust=wanted.trust), wanted, tell)
    return replace(ended, recovery=recovery)


def plan(folder: Path, blueprint: str = "", *, trust: bool = False) -> Plan:
    """What an update of the prototype in `folder` to `blueprint` (default: its own) would do."""
    content = (folder / SPEC_FILE).read_bytes()
    spec = _spec_of(content)
    found = _blueprint(spec, blueprint, trust)
    renewed = _renewed(spec, found)
    text = migrated(content, _changed(spec, renewed))
    with TemporaryDirectory(prefix="protokit-update-") as aside:
        new = _rendered(found, renewed, folder / BASE, Path(aside, "new"))
        labels = ("yours", found.reference)
        of_files = changes(folder, folder / BASE, new / BASE, labels)
        records = [_record(folder, new, name) for name in _record_names(folder, new)]
    of_spec = Change(SPEC_FILE, "kept" if text == content else "merged", content, text)
    everything = sorted([*of_files, of_spec], key=lambda change: change.file)
    return Plan(folder, spec.blueprint, found.reference, tuple(everything), tuple(records))


def _spec_of(content: bytes) -> Spec:
    """The Spec in a prototype.yaml of whatever schema."""
    return parse_spec(migrated(content, {}).decode("utf-8-sig"))


def _require(folder: Path) -> None:
    if not (folder / SPEC_FILE).is_file():
        raise FolderProblem(
            f"no {SPEC_FILE} here, so this is not a prototype",
            where=str(folder),
            fix="`protokit list` shows yours.",
        )
    if not (folder / BASE).is_dir():
        raise FolderProblem(
            f"no {BASE.as_posix()} here, so what you changed cannot be told from what came with it",
            where=str(folder),
            fix=f"Make it anew (`protokit new --spec {SPEC_FILE} --out NEW`) and move your changes over.",
        )


def _blueprint(spec: Spec, asked: str, trust: bool) -> Blueprint:
    """The blueprint as it is today: any version of it, since what gets worse by it is not kept."""
    if asked:
        return catalog.find_blueprint(asked, trust=trust)
    found = catalog.blueprint_of(spec, trust=trust)
    if _numbers(found.version) < _numbers(spec.blueprint.partition("@")[2]):
        raise FolderProblem(
            f"it was made from {spec.blueprint}, and here is only the older {found.reference}",
            fix="Upgrade protokit, or name a blueprint with --blueprint.",
        )
    return found


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def _renewed(spec: Spec, blueprint: Blueprint) -> Spec:
    """The Spec with what comes from the blueprint as it is now; a new parameter has its default."""
    new = {name: each.default for name, each in blueprint.parameters.items() if each.default is not None}
    values = {**new, **spec.parameters}
    require_decided(blueprint.parameters, values)
    return msgspec.structs.replace(
        spec,
        blueprint=blueprint.reference,
        takes=blueprint.takes,
        source=blueprint.source,
        parameters=values,
    )


def _changed(before: Spec, after: Spec) -> dict[str, Any]:
    fields = {name: (getattr(before, name), getattr(after, name)) for name in _OF_THE_BLUEPRINT}
    return {name: msgspec.to_builtins(new) for name, (old, new) in fields.items() if old != new}


def _rendered(blueprint: Blueprint, spec: Spec, base: Path, target: Path) -> Path:
    """Render the blueprint of today with the words of the day the prototype was made.

    A title that was changed since stands in prototype.yaml; a README that the person titled is not fought over.
    """
    if spec.screen not in blueprint.screens:
        raise FolderProblem(f"{blueprint.reference} has no {spec.screen} screen", where=SPEC_FILE)
    first = read(base / SPEC_FILE)
    born = spec if first is None else _spec_of(first)
    words = {"title": born.title, "pitch": born.pitch, "slug": born.slug}
    texts = {name: (read(base / name) or b"").decode("utf-8") for name in YOURS}
    return render(
        blueprint,
        msgspec.structs.replace(spec, **words),
        target,
        instructions=texts["instructions.md"],
        questions=texts["questions.yaml"],
        documents={},
    )


def _record_names(folder: Path, new: Path) -> list[str]:
    bases = {*files(folder / BASE), *files(new / BASE)}
    return sorted([*((BASE / name).as_posix() for name in bases), SCHEMA_FILE])


def _record(folder: Path, new: Path, name: str) -> Change:
    before, after = read(folder / name), read(new / name)
    return Change(name, "kept" if before == after else "replaced", before, after)


def _foreseen(planned: Plan) -> Verdict:
    if planned.conflicts:
        return "conflicts"
    return "would update" if planned.writes else "up to date"


def _carried_out(planned: Plan, wanted: Wanted, tell: Tell) -> Updated:
    if not planned.writes and not planned.conflicts:
        return Updated(planned, "up to date", written=False)
    if planned.conflicts:
        if wanted.conflicts:
            carry_out(planned.folder, planned.writes)
        return Updated(planned, "conflicts", written=wanted.conflicts)
    tell("Copying it to try the update there")
    with rehearsal(planned.folder) as copy:
        tried = _tried(copy, planned, tell)
    if tried.verdict == "updated":
        carry_out(planned.folder, planned.writes)
    return tried


def _tried(copy: Rehearsal, planned: Plan, tell: Tell) -> Updated:
    """How the update fares in the copy."""
    if not any(change.writes for change in planned.changes):
        return Updated(planned, "updated", written=True)
    tell("Running its tests, questions and page as they are")
    before = copy.health()
    tell("Running them with the update")
    after = copy.health(planned.changes, before)
    why = worse(before, after)
    if not why:
        return Updated(planned, "updated", written=True, health=after)
    tell("Looking for the file that did it")
    culprit = copy.culprit(planned.changes, before)
    return Updated(planned, "rolled back", written=False, why=why, culprit=culprit, health=after)
