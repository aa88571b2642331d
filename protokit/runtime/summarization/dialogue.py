"""Who speaks in a dialogue or in minutes: "Anna: ...", "#Person1#: ...", "[10:02] ANNA (Sales): ..."."""

import re
from collections import Counter
from dataclasses import replace
from itertools import groupby

from protokit.runtime.summarization.content_units import Unit
from protokit.runtime.summarization.summary_patterns import pattern
from vectorstore.text.sentences import Span

_LABEL = re.compile(
    r"(?:[\[(]?\d[\d/.,:\-\s]{2,22}(?:[aApP]\.?[mM]\.?)?[\])]?\s*[-–]?\s*)?"  # a time or date
    r"(?:\*\*|__)?(?P<name>#\w+#|@?[^\W\d_a-z][\w.'’\-]*(?:[ \t][\w.'’\-]+){0,3})"
    r"(?:\s*[(（\[][^)）\]\n]{1,30}[)）\]])?\s*"  # a role
    r"(?:\*\*|__)?[:：](?:\*\*|__)?(?=\s|$|[^\x00-\x7f])\s*"
)


def find_labels(text: str, units: list[Unit]) -> dict[int, re.Match[str]]:
    """The units that open a turn, by index, with the match of their label; empty if `text` is no dialogue.

    It is one if at least two names open lines, one of them again, and such lines are a quarter of all.
    """
    labels = {index: label for index, unit in enumerate(units) if (label := _label(text, unit))}
    names = Counter(label["name"] for label in labels.values())
    labels = {
        index: label
        for index, label in labels.items()
        if names[label["name"]] > 1 or _is_person(label["name"])
    }
    lines = sum(unit.opens_line and unit.kind != "noise" for unit in units)
    return {} if len(names) < 2 or max(names.values()) < 2 or len(labels) * 4 < lines else labels


def with_speakers(text: str, units: list[Unit], labels: dict[int, re.Match[str]]) -> list[Unit]:
    """`units` with the speaker of each; a turn ends with the next label, a heading, a list or a table."""
    marked: list[Unit] = []
    speaker, label = "", Span(0, 0)
    for index, unit in enumerate(units):
        match = labels.get(index)
        if match is not None:
            speaker, label = match["name"], Span(unit.start, unit.start + len(match[0].rstrip()))
            unit = _behind(text, unit, unit.start + match.end())
        elif unit.kind in ("heading", "item", "row"):
            speaker = ""
        marked.append(replace(unit, speaker=speaker, label=label) if speaker else unit)
    return marked


def _label(text: str, unit: Unit) -> re.Match[str] | None:
    if not unit.opens_line or unit.kind in ("noise", "row"):
        return None
    match = _LABEL.match(text[unit.start : unit.end])
    if match is None or pattern("field").fullmatch(match["name"]) or match["name"][0].islower():
        return None
    return match


def _is_person(name: str) -> bool:
    """Whether it may be a name: "Workshop on new rules" is none, by its last word."""
    return " " not in name or not name.split()[-1][0].islower()


def _behind(text: str, unit: Unit, start: int) -> Unit:
    """What the unit says after its label; a label alone on its line says nothing itself."""
    rest = " ".join(text[start : unit.end].split())
    if not rest:
        return replace(unit.as_noise(), text="")
    return replace(unit, start=start, text=rest, kind="prose")


def turns(units: list[Unit]) -> list[list[Unit]]:
    """The units grouped by turn; outside a dialogue each is a group of its own."""
    return [list(group) for _, group in groupby(units, key=lambda unit: unit.label or unit.span)]
