"""How a change ended, on paper: what was understood, the lines that differ, the verdict; plain data for a program."""

from collections.abc import Sequence
from difflib import unified_diff
from typing import Any

from protokit.files.three_way_merge import is_text
from protokit.revise.change_history import HistoryEntry, undone
from protokit.revise.change_plan import ChangePlan
from protokit.revise.change_prototype import ChangeResult

_MOST_LINES = 60
"""Lines of a diff that are shown where nobody asked for all."""


def render_change(ended: ChangeResult, *, whole: bool = False) -> str:
    """What was understood, the diff and the verdict; the diff in full with `whole`."""
    plan = ended.plan
    lines = [f"  {change}" for change in plan.made]
    lines += [f"  not done: {refusal.change}: {refusal.why}" for refusal in plan.refusals]
    lines += [f'  not understood: "{part}"' for part in plan.request.not_understood]
    lines += [f"  note: {note}" for note in plan.notes]
    diff = change_diff(plan)
    shown = diff if whole else diff[:_MOST_LINES]
    left = (
        [f"... and {len(diff) - len(shown)} lines more (--diff shows all)"] if len(diff) > len(shown) else []
    )
    return "\n".join([*(["Understood:", *lines] if lines else []), *shown, *left, verdict(ended)])


def change_diff(plan: ChangePlan) -> list[str]:
    """The lines that differ, as `git diff` shows them; of a file that is no text, its name."""
    lines: list[str] = []
    for change in plan.files:
        if not change.writes:
            continue
        before, after = change.before or b"", change.after or b""
        if is_text(before) and is_text(after):
            old, new = (text.decode("utf-8", "replace").splitlines() for text in (before, after))
            lines += unified_diff(old, new, change.file, change.file, lineterm="", n=1)
        else:
            lines.append(f"{change.file}: {'removed' if change.after is None else 'added'}")
    return lines


def verdict(ended: ChangeResult) -> str:
    """How it ended, in a line."""
    if ended.verdict == "nothing to change":
        return "Nothing was changed: " + (_reason(ended.plan) or "it is all so already.")
    lines = {
        "changed": f"Changed ({ended.number}).{_health(ended)} `protokit undo` takes it back.",
        "would change": "Nothing was tried or written (--dry-run).",
        "left as it was": f"Left as it was: with the change, {ended.why}.",
    }
    return lines[ended.verdict]


def _reason(plan: ChangePlan) -> str:
    if plan.refusals:
        return plan.refusals[0].why
    return "nothing in the line was understood." if plan.request.not_understood else ""


def _health(ended: ChangeResult) -> str:
    health = ended.health
    if health is None:
        return ""
    right = health.scores.get("right")
    parts = [f"{health.passed} tests pass"] if health.passed else []
    parts += [f"{right[0]} of {right[1]} questions are answered right"] if right and right[1] else []
    parts += [f"not looked at: {name}" for name in health.unseen]
    return f" {'; '.join(parts)}." if parts else ""


def change_as_dict(ended: ChangeResult) -> dict[str, Any]:
    """The same for a program."""
    plan, health = ended.plan, ended.health
    return {
        "folder": str(plan.folder),
        "line": plan.request.line,
        "verdict": ended.verdict,
        "why": ended.why,
        "number": ended.number,
        "model": ended.model,
        "changes": [_plain(change) for change in plan.made],
        "refused": [{**_plain(each.change), "why": each.why} for each in plan.refusals],
        "not_understood": list(plan.request.not_understood),
        "notes": list(plan.notes),
        "files": [{"file": c.file, "outcome": c.outcome} for c in plan.files if c.writes],
        "diff": change_diff(plan),
        "health": None
        if health is None
        else {
            "tests_passed": health.passed,
            "failed": dict(health.failed),
            "scores": {name: {"hits": hits, "of": of} for name, (hits, of) in health.scores.items()},
            "not_looked_at": list(health.unseen),
        },
    }


def _plain(change: Any) -> dict[str, str]:
    return {name: getattr(change, name) for name in ("what", "do", "value", "of")} | {"told": str(change)}


def render_history(entries: Sequence[HistoryEntry]) -> str:
    """A line for each change, the newest first."""
    gone = undone(entries)
    lines = [
        f"{entry.number:>4}  {entry.when}  {entry.who}: {entry.line}"
        + (" (undone)" if entry.number in gone else "")
        for entry in reversed(entries)
    ]
    return "\n".join(lines) or 'Nothing was changed yet: protokit change . "shorter answers"'


def history_as_dict(entries: Sequence[HistoryEntry]) -> list[dict[str, Any]]:
    """The same for a program, the first one first."""
    gone = undone(entries)
    return [
        {name: getattr(entry, name) for name in entry.__struct_fields__} | {"undone": entry.number in gone}
        for entry in entries
    ]
