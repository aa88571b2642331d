"""Lets instructions.md follow the changes of a prototype, and leaves the person's own words in it alone."""

from difflib import SequenceMatcher

from protokit.catalog import lookup
from protokit.catalog.blueprint import Blueprint
from protokit.files.layout import INSTRUCTIONS_FILE
from protokit.files.three_way_merge import merge
from protokit.revise.change_draft import ChangeDraft
from protokit.revise.change_spec import stems
from protokit.scaffold.instructions import instructions
from protokit.spec.prototype_spec import Spec

_BULLET = "- "


def changed_instructions(draft: ChangeDraft) -> str:
    """The text of instructions.md as it will be."""
    text = draft.instructions
    if draft.spec != draft.before:
        new_kind = draft.spec.blueprint != draft.before.blueprint
        after = lookup.blueprint_of(draft.spec) if new_kind else draft.blueprint
        text = _merged(text, _text(draft.before, draft.blueprint), _text(draft.spec, after))
    for about in draft.dropped_lines:
        kept = [line for line in text.splitlines(keepends=True) if not _is_about(line, about)]
        text = "".join(kept)
    return _with_lines(text, [f"{_BULLET}{line}" for line in draft.lines])


def _text(spec: Spec, blueprint: Blueprint) -> str:
    return instructions(spec, blueprint.holder(INSTRUCTIONS_FILE))


def _is_about(line: str, about: str) -> bool:
    return line.startswith(_BULLET) and stems(about) <= stems(line)


def _merged(mine: str, base: str, new: str) -> str:
    """`mine` with what leads from `base` to `new`; where both changed the same lines, both stay."""
    if base == new:
        return mine
    result = merge(mine.encode(), base.encode(), new.encode())
    if not result.conflicts:
        return result.content.decode()
    old, wanted = base.splitlines(), new.splitlines()
    lines = mine.splitlines()
    added: list[str] = []
    for tag, low, high, start, end in SequenceMatcher(None, old, wanted, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        gone, come = old[low:high], wanted[start:end]
        places = [lines.index(line) for line in gone if line in lines]
        lines = [line for line in lines if line not in gone]
        if places:
            lines[min(places) : min(places)] = come
        else:
            added += [line for line in come if line.startswith(_BULLET)]
    return _with_lines("\n".join(lines) + "\n", added)


def _with_lines(text: str, added: list[str]) -> str:
    """`text` with `added` after the last line of its first list, where there is one."""
    lines = text.rstrip("\n").split("\n")
    added = [line for line in added if line not in lines]
    if not added:
        return text
    at = next((place for place, line in enumerate(lines) if line.startswith(_BULLET)), len(lines))
    while at < len(lines) and (lines[at].startswith((_BULLET, "  ")) and lines[at].strip()):
        at += 1
    return "\n".join([*lines[:at], *added, *lines[at:]]) + "\n"
