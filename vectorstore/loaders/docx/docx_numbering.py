"""The numbers of lists and headings in Word, which its files do not hold: they are counted as Word does."""

import re
from collections import defaultdict

from lxml import etree

from vectorstore.loaders.docx.docx_styles import Styles
from vectorstore.loaders.list_numbers import bullet, list_number
from vectorstore.loaders.office_zip import attribute, local
from vectorstore.loaders.symbol_fonts import symbols

_DEPTH = 9
_Levels = dict[int, "etree._Element"]


class Numbering:
    """Counts list paragraphs in document order. Made from the children of numbering.xml."""

    def __init__(self, definitions: "list[etree._Element]", styles: Styles) -> None:
        self._styles = styles
        self._shared: dict[str, str] = {}
        self._levels: dict[str, _Levels] = {}
        self._starts: dict[str, dict[int, int]] = {}
        self._counts: dict[str, list[int]] = defaultdict(lambda: [0] * _DEPTH)
        self._begun: set[str] = set()
        abstract = {
            attribute(one, "abstractNumId"): one for one in definitions if local(one) == "abstractNum"
        }
        by_style = {
            _value(one, "styleLink"): id_ for id_, one in abstract.items() if _value(one, "styleLink")
        }
        for number in definitions:
            if local(number) == "num" and (id_ := _value(number, "abstractNumId")) in abstract:
                id_ = by_style.get(_value(abstract[id_], "numStyleLink"), id_)
                self._define(number, id_, abstract[id_])

    def _define(self, number: "etree._Element", shared: str, definition: "etree._Element") -> None:
        id_ = attribute(number, "numId")
        levels = _levels(definition)
        starts: dict[int, int] = {}
        for override in number.iterfind("{*}lvlOverride"):
            depth = _whole(attribute(override, "ilvl"), 0)
            if start := _value(override, "startOverride"):
                starts[depth] = _whole(start, 1)
            if (level := override.find("{*}lvl")) is not None:
                levels[depth] = level
        self._shared[id_], self._levels[id_], self._starts[id_] = shared, levels, starts

    def mark(self, paragraph: "etree._Element", style: str) -> str:
        """What Word prints before `paragraph`: "-" for a bullet, "2.3" or "b)" for a number, or nothing.

        To be called once for each paragraph, in their order: the call counts.
        """
        number, depth = self._place(paragraph, style)
        if number not in self._levels or not 0 <= depth < _DEPTH:
            return "" if number in ("", "0") else "-"
        levels = self._levels[number]
        counts = self._counts[self._shared[number]]
        if number not in self._begun:
            self._begun.add(number)
            for restarted in self._starts[number]:
                counts[restarted] = 0
        start = self._starts[number].get(depth, _start(levels, depth))
        counts[depth] = counts[depth] + 1 if counts[depth] else start + 1
        for deeper in range(depth + 1, _DEPTH):
            if _restarts(levels.get(deeper), deeper, depth):
                counts[deeper] = 0
        level = levels.get(depth)
        if level is None or _form(level) == "bullet":
            return _bullet(level) if level is not None else "-"
        return self._print(levels, depth, counts, number)

    def _place(self, paragraph: "etree._Element", style: str) -> tuple[str, int]:
        """The list and the depth in it, stated by the paragraph or by its style."""
        own = paragraph.find("{*}pPr/{*}numPr")
        depth = _value(own, "ilvl") if own is not None else ""
        if own is not None and (number := _value(own, "numId")):
            return number, _whole(depth, 0)
        for holder in self._styles.chain(style):
            stated = holder.find("{*}pPr/{*}numPr")
            if stated is not None and (number := _value(stated, "numId")):
                named = self._level_of_style(number, attribute(holder, "styleId"), style)
                return number, _whole(depth or _value(stated, "ilvl"), named)
        return "", 0

    def _level_of_style(self, number: str, *styles: str) -> int:
        """The level that names one of `styles` as its own."""
        for depth, level in self._levels.get(number, {}).items():
            if _value(level, "pStyle") in styles:
                return depth
        return 0

    def _print(self, levels: _Levels, depth: int, counts: list[int], number: str) -> str:
        legal = levels[depth].find("{*}isLgl") is not None and _value(levels[depth], "isLgl") not in (
            "0",
            "false",
        )

        def digits(match: "re.Match[str]") -> str:
            place = int(match[1]) - 1
            level = levels.get(place)
            form = _form(level) if level is not None else "decimal"
            start = self._starts[number].get(place, _start(levels, place))
            count = counts[place] - 1 if counts[place] else start
            form = "decimal" if legal and form != "none" else form
            return list_number(count, form) if form != "custom" else _custom(level, count)

        return re.sub(r"%([1-9])", digits, _value(levels[depth], "lvlText")).strip()


def _restarts(level: "etree._Element | None", depth: int, after: int) -> bool:
    """Whether the numbers of `level`, `depth` deep, begin again after a paragraph of level `after` (from 0)."""
    stated = _value(level, "lvlRestart") if level is not None else ""
    return True if not stated else after < _whole(stated, depth)


def _levels(holder: "etree._Element") -> _Levels:
    return {_whole(attribute(level, "ilvl"), 0): level for level in holder.iterfind("{*}lvl")}


def _start(levels: _Levels, depth: int) -> int:
    return _whole(_value(levels[depth], "start"), 1) if depth in levels else 1


def _format(level: "etree._Element") -> "etree._Element | None":
    own = level.find("{*}numFmt")
    return own if own is not None else level.find("{*}AlternateContent/{*}Choice/{*}numFmt")


def _form(level: "etree._Element") -> str:
    stated = _format(level)
    if stated is not None:
        return attribute(stated, "val", "decimal")
    return "decimal" if "%" in _value(level, "lvlText") else "bullet"


def _bullet(level: "etree._Element") -> str:
    fonts = level.find("{*}rPr/{*}rFonts")
    font = attribute(fonts, "ascii") or attribute(fonts, "hAnsi") if fonts is not None else ""
    return bullet(symbols(font, _value(level, "lvlText")))


def _custom(level: "etree._Element | None", count: int) -> str:
    """A count in a form that the document describes by its first numbers: "001, 002, 003, ..."."""
    stated = _format(level) if level is not None else None
    form = attribute(stated, "format") if stated is not None else ""
    return str(count).zfill(len(form.split(",")[0].strip()))


def _whole(text: str, otherwise: int) -> int:
    return int(text) if re.fullmatch(r"-?\d{1,9}", text) else otherwise


def _value(element: "etree._Element", name: str) -> str:
    child = element.find("{*}" + name)
    return attribute(child, "val") if child is not None else ""
