"""Changes a prototype as a line asks: planned, tried in a copy, and kept only when nothing is worse with it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from protokit.errors import FolderProblem
from protokit.files.layout import SPEC_FILE
from protokit.prototype.prototype_folder import Prototype
from protokit.revise.change_history import HistoryEntry, find_entry, history_record, undo_changes
from protokit.revise.change_plan import ChangePlan, plan_change
from protokit.revise.requested_change import ChangeRequest
from protokit.update.confined_command import confinement_of_commands
from protokit.update.file_diff import Change
from protokit.update.regression import LOOKS, Health, look_at_types, worse
from protokit.update.sandbox import Sandbox, open_sandbox
from protokit.update.transaction import carry_out, only_one, recover

Verdict = Literal["changed", "would change", "nothing to change", "left as it was"]
Tell = Callable[[str], None]
"""Is told each step that takes a while."""


@dataclass(frozen=True, slots=True)
class ChangeResult:
    """How it ended."""

    plan: ChangePlan
    verdict: Verdict
    why: str = ""
    """What would be worse, where it was left as it was."""
    culprit: str = ""
    """The file whose change does it, where that is one of several."""
    health: Health | None = None
    """How the prototype fares with the change, where that was looked at."""
    number: int | None = None
    """Of the change in the history."""
    model: str = "offline"
    """What read the line, and what it cost."""


def change_prototype(
    folder: Path,
    request: ChangeRequest,
    *,
    who: str = "",
    reads_paths: bool = True,
    tell: Tell = lambda step: None,
) -> ChangeResult:
    """Change the prototype in `folder` as `request` asks, wholly or not at all; `who` is noted in its history.

    Raises FolderProblem, SpecProblem.
    """
    folder = Prototype.open(folder).folder
    with only_one(folder):
        recover(folder)
        plan = plan_change(folder, request, reads_paths=reads_paths)
        return try_plan(plan, who=who, tell=tell)


def preview_change(folder: Path, request: ChangeRequest, *, reads_paths: bool = True) -> ChangeResult:
    """What `request` would do, without trying it. Raises FolderProblem, SpecProblem."""
    plan = plan_change(Prototype.open(folder).folder, request, reads_paths=reads_paths)
    return ChangeResult(plan, "would change" if plan.writes else "nothing to change")


def try_plan(plan: ChangePlan, *, who: str, tell: Tell, model: str = "offline") -> ChangeResult:
    """Try `plan` in a copy and write it where nothing is worse; whoever calls holds the folder."""
    conflicts = [change.file for change in plan.files if change.outcome == "conflict"]
    if conflicts:
        why = f"{conflicts[0]} has changes of your own in the same lines"
        return ChangeResult(plan, "left as it was", why, conflicts[0], model=model)
    if not plan.writes:
        return ChangeResult(plan, "nothing to change", model=model)
    tell("Copying it to try the change there")
    with open_sandbox(plan.folder) as copy, confinement_of_commands():
        why, health, culprit = _look(copy, plan.files, tell)
    if why:
        return ChangeResult(plan, "left as it was", why, culprit, health, model=model)
    told = [str(change) for change in plan.made]
    record = history_record(plan.folder, plan.writes, who=who, line=plan.request.line, told=told, model=model)
    carry_out(plan.folder, [*plan.writes, record])
    return ChangeResult(plan, "changed", health=health, number=int(Path(record.file).stem), model=model)


def undo_change(folder: Path, number: int | None = None, *, who: str = "") -> HistoryEntry:
    """Take back change `number` of the prototype in `folder` (default: the last one), and return it.

    What was changed since in other lines stays. Raises ChoiceProblem, FolderProblem.
    """
    if not (folder / SPEC_FILE).is_file():
        raise FolderProblem(f"no {SPEC_FILE} here, so this is not a prototype", where=str(folder))
    folder = folder.resolve()
    with only_one(folder):
        recover(folder)
        entry = find_entry(folder, number)
        changes = [change for change in undo_changes(folder, entry) if change.writes]
        line = f"Undo {entry.number}: {entry.line}"
        record = history_record(folder, changes, who=who, line=line, told=(), undoes=entry.number)
        carry_out(folder, [*changes, record])
    return entry


def _look(copy: Sandbox, changes: tuple[Change, ...], tell: Tell) -> tuple[str, Health, str]:
    """What is worse with `changes`, how the prototype fares, and the file that does it; "" where nothing is worse."""
    health = Health()
    edited = any(change.file.endswith(".py") and change.writes for change in changes)
    for name, look in ({**LOOKS, "types": look_at_types} if edited else LOOKS).items():
        tell(f"Looking at its {name} with the change")
        after = copy.health(look, changes)
        health |= after
        if after.flawless:
            continue
        before = copy.health(look)
        if why := worse(before, after):
            return why, health, ""
    return "", health, ""
