"""Brings a prototype to what its blueprint is today, and keeps what its people made of it."""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from protokit.errors import FolderProblem
from protokit.files.layout import SPEC_FILE
from protokit.prototype.pristine_copy import read_pristine
from protokit.update.file_diff import Change
from protokit.update.regression import LOOKS, Health, worse
from protokit.update.sandbox import Sandbox, open_sandbox, remove_leftovers
from protokit.update.transaction import Recovery, carry_out, interrupted, only_one, recover
from protokit.update.update_plan import UpdatePlan, plan_update

Verdict = Literal["up to date", "would update", "updated", "conflicts", "rolled back"]
Tell = Callable[[str], None]
"""Is told each step that takes a while."""


@dataclass(frozen=True, slots=True)
class UpdateResult:
    """How an update ended."""

    plan: UpdatePlan
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
class UpdateOptions:
    """What the person asks for."""

    blueprint: str = ""
    """Another place to take the blueprint from; empty for the one it was made from."""
    trust: bool = False
    """Whether code from a git repository may run that was not there when the prototype was made."""
    dry_run: bool = False
    conflicts: bool = False
    """Whether conflicts are written into the files, between markers."""


def update(folder: Path, options: UpdateOptions, tell: Tell = lambda step: None) -> UpdateResult:
    """Bring the prototype in `folder` to its blueprint of today, wholly or not at all.

    It is tried in a copy first. Raises FolderProblem, SpecProblem, ChoiceProblem, MissingExtra.
    """
    folder = folder.resolve()
    _require(folder)
    if options.dry_run:
        if interrupted(folder):
            raise FolderProblem(
                "an update was cut off here", where=str(folder), fix="`protokit update` undoes it."
            )
        plan = plan_update(folder, options.blueprint, trust=options.trust)
        return UpdateResult(plan, _foreseen(plan), written=False)
    with only_one(folder):
        recovery = recover(folder)
        remove_leftovers(
            folder
        )  # also where nothing is left to do: one that was killed may still have written
        ended = _carried_out(plan_update(folder, options.blueprint, trust=options.trust), options, tell)
    return replace(ended, recovery=recovery)


def restore_file(folder: Path, name: str) -> None:
    """Put the file `name` of the prototype in `folder` back as the blueprint gave it.

    Raises FolderProblem where it is there, or was never given.
    """
    folder = folder.resolve()
    _require(folder)
    files, path = read_pristine(folder), folder / name
    if name not in files:
        raise FolderProblem(
            "did not come with the blueprint", where=name, fix=f"These did: {', '.join(sorted(files))}."
        )
    if os.path.lexists(path):
        raise FolderProblem("is there", where=name, fix="Move yours aside first.")
    with only_one(folder):
        recover(folder)
        carry_out(folder, [Change(name, "added", None, files[name])])


def _require(folder: Path) -> None:
    if not (folder / SPEC_FILE).is_file():
        raise FolderProblem(
            f"no {SPEC_FILE} here, so this is not a prototype",
            where=str(folder),
            fix="`protokit list` shows yours.",
        )


def _foreseen(plan: UpdatePlan) -> Verdict:
    if plan.conflicts:
        return "conflicts"
    return "would update" if plan.writes else "up to date"


def _carried_out(plan: UpdatePlan, options: UpdateOptions, tell: Tell) -> UpdateResult:
    if not plan.writes and not plan.conflicts:
        return UpdateResult(plan, "up to date", written=False)
    if plan.conflicts:
        if options.conflicts:
            carry_out(plan.folder, plan.writes)
        return UpdateResult(plan, "conflicts", written=options.conflicts)
    tell("Copying it to try the update there")
    with open_sandbox(plan.folder) as copy:
        tried = _tried(copy, plan, tell)
    if tried.verdict == "updated":
        carry_out(plan.folder, plan.writes)
    return tried


def _tried(copy: Sandbox, plan: UpdatePlan, tell: Tell) -> UpdateResult:
    """How the update fares in the copy."""
    if not any(change.writes for change in plan.changes):
        return UpdateResult(plan, "updated", written=True)
    health = Health()
    for name, look in LOOKS.items():
        tell(f"Looking at its {name} with the update")
        after = copy.health(look, plan.changes)
        health |= after
        if after.flawless:
            continue
        before = copy.health(look)
        if why := worse(before, after):
            tell("Looking for the file that did it")
            culprit = copy.culprit(look, plan.changes, before)
            return UpdateResult(plan, "rolled back", written=False, why=why, culprit=culprit, health=health)
    return UpdateResult(plan, "updated", written=True, health=health)
