"""Lines that belong to the pages and not to the text: running heads and feet, page numbers, contents lists."""

import re
from collections import Counter
from collections.abc import Sequence

from protokit.runtime.summarization.content_units import Unit, count_words
from protokit.runtime.summarization.summary_patterns import pattern

_PAGE = re.compile(r"^\d+\W+|\W+\d+$")
_LONGEST = 12
_REPEATED = 3


def without_running_heads(units: Sequence[Unit]) -> list[Unit]:
    """`units` with such lines as noise: what says "Page 1 of 30", and short lines that come three times.

    A number in front or behind makes no other line of it. Marked headings and those above action items, lines with
    a colon (what somebody says), items and rows are left alone.
    """
    lines = [_line(unit) for unit in units]
    times = Counter(lines)
    return [
        unit.as_noise() if line and (times[line] >= _REPEATED or _is_page_number(unit)) else unit
        for unit, line in zip(units, lines, strict=True)
    ]


def _is_page_number(unit: Unit) -> bool:
    return bool(pattern("page_number").match(unit.mark + unit.text))


def _line(unit: Unit) -> str:
    """What a line that may be a running head says but its page; empty where it can be none."""
    if (
        not (unit.opens_line and unit.closes_line)
        or unit.kind != "prose"
        or count_words(unit.text) > _LONGEST
    ):
        return ""
    if (
        unit.text.startswith("#")
        or re.search("[:：]", unit.text)
        or pattern("action_heading").match(unit.text)
    ):
        return ""
    return _PAGE.sub("", unit.text.casefold()) or "#"
