"""Merges locked requirements package by package: neighbours in an alphabet have nothing to do with each other."""

import re

from protokit.files.three_way_merge import Form

_NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")


def merge_requirements(mine: bytes, base: bytes, new: bytes) -> bytes | None:
    """Return `mine` with the packages that changed from `base` to `new`; None where both changed the same one,
    or where an entry goes over several lines.

    Whatever the person added, changed or removed stays so, and their comments stay above the line they are above.
    """
    if any(b"\\\n" in Form.of(text).plain(text) for text in (mine, base, new)):
        return None
    form = Form.of(mine)
    ours, before, theirs = (
        _entries(Form.of(text).plain(text).decode("latin-1")) for text in (mine, base, new)
    )
    lines = []
    for key, line in theirs.items():
        if key in ours and ours[key] != before.get(key) and ours[key] != line and before.get(key) != line:
            return None
        if key in ours:
            lines.append((key, line if ours[key] == before.get(key) else ours[key]))
        elif key not in before:
            lines.append((key, line))
    additions = [key for key in ours if key not in theirs and ours[key] != before.get(key)]
    for key in additions:
        lines.insert(_after(key, list(ours), [name for name, _ in lines]), (key, ours[key]))
    return form.written("".join(f"{line}\n" for _, line in lines).encode("latin-1"))


def _entries(text: str) -> dict[str, str]:
    """Every line by what it speaks of: package and marker, or for comments and options the line itself."""
    entries: dict[str, str] = {}
    for line in text.removesuffix("\n").split("\n"):
        key = _key(line)
        while key in entries:
            key += "'"
        entries[key] = line
    return entries


def _key(line: str) -> str:
    named = _NAME.match(line)
    if named is None:
        return line
    marker = line.partition(";")[2].split("#")[0].strip()
    return f"{re.sub(r'[-_.]+', '-', named[1]).lower()};{marker}"


def _after(key: str, order: list[str], there: list[str]) -> int:
    """Where `key` goes in `there`: behind the nearest line that stood before it in `order`."""
    for earlier in reversed(order[: order.index(key)]):
        if earlier in there:
            return there.index(earlier) + 1
    return 0
