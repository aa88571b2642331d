"""Plans an update: what brings a prototype to its blueprint of today; nothing is written here."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from protokit.catalog import lookup
from protokit.catalog.blueprint import Blueprint, fits
from protokit.catalog.parameters import require_decided
from protokit.errors import FolderProblem
from protokit.files.layout import (
    BASE,
    INSTRUCTIONS_FILE,
    OLDER_BASE,
    QUESTIONS_FILE,
    SCHEMA_FILE,
    SPEC_FILE,
)
from protokit.prototype.pristine_copy import read_pristine
from protokit.runtime.settings import title_key
from protokit.scaffold.render import render
from protokit.spec.edit_yaml import migrated
from protokit.spec.prototype_spec import Spec, parse_spec
from protokit.update.file_diff import YOURS, Change, Files, changes, read

_SET = ("id", "blueprint", "takes", "source", "parameters")
"""The fields of a Spec that an update may set."""


@dataclass(frozen=True, slots=True)
class UpdatePlan:
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


def plan_update(folder: Path, blueprint: str = "", *, trust: bool = False) -> UpdatePlan:
    """What an update of the prototype in `folder` to `blueprint` (default: its own) would do."""
    content = (folder / SPEC_FILE).read_bytes()
    spec = _spec_of(content)
    release = _blueprint(spec, blueprint, trust)
    renewed = _renewed(spec, release)
    text = migrated(content, _changed(spec, renewed))
    of_files, records = render_changes(folder, spec, renewed, release)
    of_spec = Change(SPEC_FILE, "kept" if text == content else "merged", content, text)
    everything = sorted([*of_files, of_spec], key=lambda change: change.file)
    return UpdatePlan(folder, spec.blueprint, release.reference, tuple(everything), tuple(records))


def render_changes(
    folder: Path, spec: Spec, renewed: Spec, blueprint: Blueprint
) -> tuple[list[Change], list[Change]]:
    """What brings the prototype in `folder`, which is `spec`, to what `blueprint` makes of `renewed`: the changes of
    the files that people know of, but for prototype.yaml, and those below `.protokit/`. Raises FolderProblem."""
    with TemporaryDirectory(prefix="protokit-render-") as aside:
        base = _base(folder, spec, blueprint, Path(aside, "base"))
        new = _rendered(blueprint, renewed, base, Path(aside, "new"))
        labels = ("yours", blueprint.reference)
        of_files = changes(folder, base, read_pristine(new), labels)
        return of_files, [_record(folder, new, name) for name in _record_names(folder)]


def _spec_of(content: bytes) -> Spec:
    """The Spec in a prototype.yaml of whatever schema."""
    return parse_spec(migrated(content, {}).decode("utf-8-sig"))


def _blueprint(spec: Spec, reference: str, trust: bool) -> Blueprint:
    """The blueprint as it is today: any version of it, since what gets worse by it is not kept."""
    if reference:
        return lookup.find_blueprint(reference, trust=trust)
    release = lookup.blueprint_of(spec, trust=trust)
    made_from = spec.blueprint.partition("@")[2]
    if made_from and not fits(release.version, f">={made_from}", where=f"{SPEC_FILE}: blueprint"):
        raise FolderProblem(
            f"it was made from {spec.blueprint}, and here is only the older {release.reference}",
            fix="Upgrade protokit, or name a blueprint with --blueprint.",
        )
    return release


def _renewed(spec: Spec, blueprint: Blueprint) -> Spec:
    """The Spec with what comes from the blueprint as it is now; a new parameter has its default."""
    new = {name: each.default for name, each in blueprint.parameters.items() if each.default is not None}
    values = {**new, **spec.parameters}
    require_decided(blueprint.parameters, values)
    return msgspec.structs.replace(
        spec,
        id=spec.id or title_key(spec.title),  # what shared servers know it by already
        blueprint=blueprint.reference,
        takes=blueprint.takes,
        source=blueprint.source,
        parameters=values,
    )


def _changed(before: Spec, after: Spec) -> dict[str, Any]:
    fields = {name: (getattr(before, name), getattr(after, name)) for name in _SET}
    return {name: msgspec.to_builtins(new) for name, (old, new) in fields.items() if old != new}


def _base(folder: Path, spec: Spec, release: Blueprint, aside: Path) -> Files:
    """What the blueprint gave. Where no copy of that can be trusted, it is made again of the same version, if that
    is the one at hand: then the blueprint has changed nothing, and whatever differs is the person's.
    """
    try:
        return read_pristine(folder, spec.blueprint)
    except FolderProblem:
        if spec.blueprint != release.reference or spec.source != release.source:
            raise
        own = {name: read(folder / name) or b"" for name in YOURS}
        return read_pristine(_rendered(release, spec, own, aside))


def _rendered(blueprint: Blueprint, spec: Spec, base: Files, target: Path) -> Path:
    """Render the blueprint of today with the words of the day the prototype was made.

    A title that was changed since stands in prototype.yaml; a README that the person titled is not fought over.
    """
    if spec.screen not in blueprint.screens:
        raise FolderProblem(f"{blueprint.reference} has no {spec.screen} screen", where=SPEC_FILE)
    first = base.get(SPEC_FILE)
    born = spec if first is None else _spec_of(first)
    words = {"title": born.title, "pitch": born.pitch, "slug": born.slug}
    texts = {name: base.get(name, b"").decode("utf-8") for name in YOURS}
    return render(
        blueprint,
        msgspec.structs.replace(spec, **words),
        target,
        instructions=texts[INSTRUCTIONS_FILE],
        questions=texts[QUESTIONS_FILE],
        documents={},
    )


def _record_names(folder: Path) -> list[str]:
    """Those of an older pristine copy go, since the new one takes their place."""
    older = [
        path.relative_to(folder).as_posix() for path in (folder / OLDER_BASE).rglob("*") if path.is_file()
    ]
    return sorted([*older, BASE.as_posix(), SCHEMA_FILE])


def _record(folder: Path, new: Path, name: str) -> Change:
    before, after = read(folder / name), read(new / name)
    return Change(name, "kept" if before == after else "replaced", before, after)
