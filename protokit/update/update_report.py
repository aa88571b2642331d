"""How an update ended, on paper: a table by file for a person, plain data for a program."""

from difflib import unified_diff
from typing import Any

from protokit.files.three_way_merge import is_text
from protokit.update.file_diff import MARKERS_LEFT
from protokit.update.transaction import Recovery
from protokit.update.update_prototype import UpdateResult


def render_update(ended: UpdateResult) -> str:
    """The table and the verdict."""
    plan = ended.plan
    step = plan.after if plan.before == plan.after else f"{plan.before} -> {plan.after}"
    rows = [(change.outcome, change.file, change.why) for change in plan.changes]
    wide, wider = (max(len(row[place]) for row in rows) for place in (0, 1))
    table = [f"  {outcome:<{wide}}  {file:<{wider}}  {why}".rstrip() for outcome, file, why in rows]
    return "\n".join([f"{plan.folder.name}: {step}", *table, *_verdict(ended)])


def render_diff(ended: UpdateResult) -> str:
    """The lines that would change, file by file, as `git diff` shows them; for a file that is no text, its name."""
    lines: list[str] = []
    for change in ended.plan.changes:
        if not change.writes:
            continue
        before, after = change.before or b"", change.after or b""
        if is_text(before) and is_text(after):
            mine, new = (text.decode("utf-8", "replace").splitlines() for text in (before, after))
            lines += unified_diff(mine, new, f"yours/{change.file}", f"new/{change.file}", lineterm="")
        else:
            lines.append(f"{change.file} is no text and would be {change.outcome}")
    return "\n".join(lines) or "No line would change."


def _verdict(ended: UpdateResult) -> list[str]:
    lines = {
        "up to date": "Up to date.",
        "would update": "Nothing was written (--dry-run).",
        "updated": "Updated." + _looked_at(ended),
        "rolled back": f"Left as it was: with the update, {ended.why}. It is the change of {ended.culprit}.",
        "conflicts": "Written, with the conflicts between markers: solve them, then run `protokit check`."
        if ended.written
        else "Nothing was written. Solve what an earlier update left between markers first."
        if all(change.why == MARKERS_LEFT for change in ended.plan.conflicts)
        else "Nothing was written. --conflicts writes the update, with both sides of each conflict between markers.",
    }
    return [lines[ended.verdict]]


def _looked_at(ended: UpdateResult) -> str:
    health = ended.health
    if health is None:
        return ""
    right = health.scores.get("right")
    parts = [f"{health.passed} tests pass"] if health.passed else []
    parts += [f"{right[0]} of {right[1]} questions are answered right"] if right else []
    parts += [f"{name} failed before and still does" for name in health.failed]
    parts += [f"not looked at: {name}" for name in health.unseen]
    return f" {'; '.join(parts)}." if parts else ""


def recovery_as_dict(recovery: Recovery) -> str:
    """What was done about an update that was cut off earlier, on one line."""
    line = f"an update was cut off here earlier; it was undone ({len(recovery.restored)} files put back)"
    edited = f"; edited since and left alone: {', '.join(recovery.left)}" if recovery.left else ""
    return line + edited


def update_as_dict(ended: UpdateResult) -> dict[str, Any]:
    """The same for a program."""
    plan, recovery = ended.plan, ended.recovery
    return {
        "folder": str(plan.folder),
        "from": plan.before,
        "to": plan.after,
        "verdict": ended.verdict,
        "written": ended.written,
        "why": ended.why,
        "culprit": ended.culprit,
        "files": [{"file": c.file, "outcome": c.outcome, "why": c.why} for c in plan.changes],
        "health": None
        if ended.health is None
        else {
            "tests_passed": ended.health.passed,
            "failed": dict(ended.health.failed),
            "scores": {name: {"hits": hits, "of": of} for name, (hits, of) in ended.health.scores.items()},
            "not_looked_at": list(ended.health.unseen),
        },
        "recovered": None
        if recovery is None
        else {"restored": list(recovery.restored), "left": list(recovery.left)},
    }
