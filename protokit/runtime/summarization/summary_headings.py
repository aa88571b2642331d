"""Which lines are headings: marked ones, numbered ones, and short ones that stand alone above their text."""

import re
from collections.abc import Container
from dataclasses import replace

from protokit.runtime.summarization.content_units import Unit, count_words
from protokit.runtime.summarization.summary_patterns import pattern

_MARKED = re.compile(r"(?P<marks>#{1,6})\s+(?P<title>.*)", re.DOTALL)
_BOLD = re.compile(r"(?:\*\*|__)(?P<title>[^*_]+?)[:：]?(?:\*\*|__)[:：]?$")
_NUMBERED = re.compile(
    r"(?P<number>\d{1,2}(?:\.\d{1,2}){0,3})[.)]?\s+\S|[IVX]{1,5}\.\s+\S|第.{1,4}[章节条]|[一二三四五六七八九十]{1,3}、"
)
_UNFINISHED = re.compile(r"[.!?,;…。！？；，؟]$")
_LONGEST = 10


def with_headings(units: list[Unit], labels: Container[int] = ()) -> list[Unit]:
    """`units` with those that are headings marked as such and given a level, 1 being the outermost.

    The units whose indexes are in `labels` open a turn of a dialogue and are none.
    """
    read: list[Unit] = []
    for index, unit in enumerate(units):
        below = units[index + 1] if index + 1 < len(units) else None
        above = read[-1] if read else None
        read.append((None if index in labels else _heading(unit, above, below)) or unit)
    return read


def _heading(unit: Unit, above: Unit | None, below: Unit | None) -> Unit | None:
    if unit.kind in ("noise", "row", "heading") or not (unit.opens_line and unit.closes_line):
        return None
    if marked := _MARKED.match(unit.text):
        return _as_heading(unit, marked["title"], len(marked["marks"]))
    if bold := _BOLD.match(unit.text):
        return _as_heading(unit, bold["title"], 3) if not unit.mark.startswith(("-", "*", ">")) else None
    if below is None:
        return None
    if _leads_to_tasks(unit, below):
        return _as_heading(unit, unit.text, 2)
    if not below.opens_paragraph and re.fullmatch(r"={3,}|-{3,}", below.text):
        return _as_heading(unit, unit.text, 1 if below.text[0] == "=" else 2)
    if not _is_title(unit.text) or not (unit.opens_paragraph or (above and above.kind == "heading")):
        return None
    return _unmarked(unit, above, below)


def _leads_to_tasks(unit: Unit, below: Unit) -> bool:
    """Whether it is a line such as "ACTIONS" right above a list, a table or lines such as "Ines: call the printer"."""
    if not below.opens_line or unit.mark.startswith(("-", "*", ">")):
        return False
    listed = below.kind in ("item", "row") or re.match(r"[^:：]{1,40}[:：]", below.text)
    return bool(listed and pattern("action_heading").match(unit.text))


def _unmarked(unit: Unit, above: Unit | None, below: Unit) -> Unit | None:
    """A title by its number ("2.1 Scope", "Slide 3") or by standing alone above its text."""
    numbered = _NUMBERED.match(unit.mark + unit.text)
    if numbered and _is_body(below) and not _NUMBERED.match(below.mark + below.text):
        return _as_heading(unit, unit.text, 2 + (numbered["number"] or "").count("."))
    if unit.kind == "item":
        return None
    shouted = unit.text.isupper() and len(unit.text) > 3 and unit.text.isascii()
    stands_above = _is_body(below) or (unit.text.endswith((":", "：")) and below.opens_line)
    if above is None:
        return _as_heading(unit, unit.text, 1)
    is_page = pattern("page_heading").fullmatch(unit.text)
    return _as_heading(unit, unit.text, 2) if shouted or stands_above or is_page else None


def _as_heading(unit: Unit, title: str, level: int) -> Unit:
    return replace(unit, kind="heading", level=level, text=title.rstrip(" :：#"))


def _is_title(text: str) -> bool:
    words = count_words(text)
    limit = 4 if text.endswith((":", "：")) else _LONGEST
    return 0 < words <= limit and not _UNFINISHED.search(text) and not text[0].islower()


def _is_body(unit: Unit) -> bool:
    """Whether a heading may stand above `unit`: a finished sentence, an item or a row on a line of its own."""
    if not unit.opens_line or unit.kind == "noise":
        return False
    return (
        unit.kind in ("item", "row")
        or bool(_UNFINISHED.search(unit.text))
        or count_words(unit.text) > _LONGEST
    )
