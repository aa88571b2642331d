"""Plans the changes that a line asks for, file by file; nothing is written here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from protokit.catalog import lookup
from protokit.errors import ProtokitError
from protokit.files.layout import INSTRUCTIONS_FILE, QUESTIONS_FILE, SPEC_FILE
from protokit.revise.change_draft import ChangeDraft
from protokit.revise.change_files import make_change
from protokit.revise.change_instructions import changed_instructions
from protokit.revise.change_rows import follow_changes
from protokit.revise.requested_change import ChangeRequest, RequestedChange
from protokit.runtime.runtime_errors import RuntimeProblem
from protokit.spec.edit_yaml import edited, edited_rows
from protokit.spec.prototype_spec import parse_spec, told_fields
from protokit.spec.yaml_io import read_text
from protokit.update.file_diff import Change, Outcome, read
from protokit.update.update_plan import render_changes

_README = "README.md"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A change that cannot be made, and why."""

    change: RequestedChange
    why: str


@dataclass(frozen=True, slots=True)
class ChangePlan:
    """What a line would do to a prototype; nothing is written yet."""

    folder: Path
    request: ChangeRequest
    made: tuple[RequestedChange, ...] = ()
    """The changes that can be made, as they were understood."""
    refusals: tuple[Refusal, ...] = ()
    notes: tuple[str, ...] = ()
    files: tuple[Change, ...] = ()
    """What becomes of the files that people know of."""
    records: tuple[Change, ...] = ()
    """What becomes of those below `.protokit/`."""

    @property
    def writes(self) -> tuple[Change, ...]:
        """Every file that would be written."""
        return tuple(change for change in (*self.files, *self.records) if change.writes)


def plan_change(
    folder: Path, request: ChangeRequest, *, reads_paths: bool = True, code: Mapping[str, bytes] | None = None
) -> ChangePlan:
    """What `request` would do to the prototype in `folder`.

    `reads_paths` tells whether it may name files of this machine; `code` are files of it with an edit in them.
    Raises FolderProblem, SpecProblem where the prototype cannot be read.
    """
    draft = ChangeDraft.open(folder, reads_paths=reads_paths)
    draft.files |= code or {}
    made, refusals = _made(draft, request.changes)
    if draft.replanned:  # an edit of the code that goes
        draft.files = {name: content for name, content in draft.files.items() if name not in (code or {})}
    if not made:
        return ChangePlan(folder, request, (), refusals)
    follow_changes(draft, made)
    files, records = _files(draft)
    return ChangePlan(folder, request, tuple(made), refusals, tuple(draft.notes), files, records)


def _made(
    draft: ChangeDraft, changes: Sequence[RequestedChange]
) -> tuple[list[RequestedChange], tuple[Refusal, ...]]:
    """Make `changes` one by one, another kind first, since it says what the others can be."""
    made, refusals = [], []
    for change in sorted(changes, key=lambda each: each.what != "kind"):
        try:
            made.append(make_change(draft, change))
        except (ProtokitError, RuntimeProblem, OSError) as problem:
            refusals.append(Refusal(change, str(problem)))
    return made, tuple(refusals)


def _files(draft: ChangeDraft) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
    folder, contents = draft.folder, dict(draft.files)
    records: list[Change] = []
    by_name: dict[str, Change] = {}
    if draft.replanned:
        rendered, records = render_changes(folder, draft.before, draft.spec, lookup.blueprint_of(draft.spec))
        by_name = {change.file: change for change in rendered}
    text = changed_instructions(draft)
    if text != draft.instructions:
        contents[INSTRUCTIONS_FILE] = text.encode()
    contents[SPEC_FILE] = _spec_text(draft).encode()
    if (questions := _questions_text(draft)) is not None:
        contents[QUESTIONS_FILE] = questions.encode()
    readme = by_name[_README].after if _README in by_name else read(folder / _README)
    old, new = f"# {draft.before.title}\n".encode(), f"# {draft.spec.title}\n".encode()
    if readme and readme.startswith(old):
        contents[_README] = new + readme.removeprefix(old)
    for name, content in contents.items():
        before = by_name[name].before if name in by_name else read(folder / name)
        outcome: Outcome = "removed" if content is None else "added" if before is None else "merged"
        by_name[name] = Change(name, outcome, before, content)
    return tuple(change for _, change in sorted(by_name.items())), tuple(records)


def _spec_text(draft: ChangeDraft) -> str:
    """prototype.yaml with the fields that differ; comments, order and the person's own fields stay."""
    text = read_text(draft.folder / SPEC_FILE)
    before, after = told_fields(draft.before), told_fields(draft.spec)
    names = dict.fromkeys([*before, *after])
    fields = {name: after.get(name) for name in names if before.get(name) != after.get(name)}
    if isinstance(before.get("limits"), dict) and "limits" in fields:
        fields["limits"] = dict.fromkeys(before["limits"]) | (after.get("limits") or {})
    text = edited(text, fields) if fields else text
    parse_spec(text)
    return text


def _questions_text(draft: ChangeDraft) -> str | None:
    path = draft.folder / QUESTIONS_FILE
    text = read_text(path) if path.is_file() else ""
    new = edited_rows(text, draft.rows, "question")
    unchanged = ChangeDraft.open(draft.folder).rows == draft.rows
    return None if unchanged else new
