"""The numbers of lists and headings in Word, which its files do not hold: they are counted as Word does."""

import re
from collections import defaultdict

from lxml import etree

from vectorstore.loaders.office_zip import attribute, local

_ROMAN = (
    (1000, "m"),
    (900, "cm"),
    (500, "d"),
    (400, "cd"),
    (100, "c"),
    (90, "xc"),
    (50, "l"),
    (40, "xl"),
    (10, "x"),
)
_ROMAN_ONES = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")


class Numbering:
    """Counts list paragraphs in document order. Made from the children of numbering.xml and styles.xml."""

    def __init__(self, definitions: "list[etree._Element]", styles: "list[etree._Element]") -> None:
        lists = {attribute(one, "abstractNumId"): one for one in definitions if local(one) == "abstractNum"}
        self._lists: dict[str, tuple[str, etree._Element]] = {}
        for one in definitions:
            target = one.find("{*}abstractNumId")
            if local(one) == "num" and target is not None and attribute(target, "val") in lists:
                shared = attribute(target, "val")
                self._lists[attribute(one, "numId")] = (shared, lists[shared])
        self._styles = {attribute(style, "styleId"): style for style in styles}
        self._counts: dict[str, list[int]] = defaultdict(lambda: [0] * 9)

    def mark(self, paragraph: "etree._Element", style: str) -> str:
        """What Word prints before `paragraph`: "-" for a bullet, "2.3" or "b)" for a number, or nothing."""
        number, depth = self._place(paragraph, style)
        if number not in self._lists or not 0 <= depth < 9:
            return "" if number in ("", "0") else "-"
        shared, definition = self._lists[number]
        level = next(
            (one for one in definition if local(one) == "lvl" and attribute(one, "ilvl") == str(depth)), None
        )
        if level is None or _value(level, "numFmt") in ("bullet", ""):
            return "-"
        counts = self._counts[shared]
        counts[depth] = counts[depth] + 1 if counts[depth] else int(_value(level, "start") or 1)
        counts[depth + 1 :] = [0] * (8 - depth)
        return self._print(definition, _value(level, "lvlText"), counts)

    def _place(self, paragraph: "etree._Element", style: str) -> tuple[str, int]:
        """The list and the depth in it, stated by the paragraph or by its style."""
        for holder in (paragraph, self._styles.get(style)):
            found = holder.find("{*}pPr/{*}numPr") if holder is not None else None
            if found is not None and (number := _value(found, "numId")):
                return number, int(_value(found, "ilvl") or 0)
        return "", 0

    def _print(self, definition: "etree._Element", pattern: str, counts: list[int]) -> str:
        forms = {attribute(one, "ilvl"): _value(one, "numFmt") for one in definition if local(one) == "lvl"}

        def digits(match: "re.Match[str]") -> str:
            depth = int(match[1]) - 1
            return _written(max(1, counts[depth]), forms.get(str(depth), "decimal"))

        return re.sub(r"%([1-9])", digits, pattern)


def _value(element: "etree._Element", name: str) -> str:
    found = element.find("{*}" + name)
    return attribute(found, "val") if found is not None else ""


def _written(count: int, form: str) -> str:
    if form in ("lowerLetter", "upperLetter"):
        letter = chr(ord("a") + (count - 1) % 26) * ((count - 1) // 26 + 1)
        return letter.upper() if form == "upperLetter" else letter
    if form in ("lowerRoman", "upperRoman"):
        roman = _roman(count)
        return roman.upper() if form == "upperRoman" else roman
    return str(count)


def _roman(count: int) -> str:
    text = ""
    for value, letters in _ROMAN:
        text += letters * (count // value)
        count %= value
    return text + _ROMAN_ONES[count]
