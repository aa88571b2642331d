"""The numbers of lists and headings in OpenDocument, counted as the office programs do."""

from lxml import etree

from vectorstore.loaders.list_numbers import bullet, list_number
from vectorstore.loaders.office_zip import attribute, local, whole_number

_FORMS = {
    "1": "decimal",
    "a": "lowerLetter",
    "A": "upperLetter",
    "i": "lowerRoman",
    "I": "upperRoman",
    "": "none",
}
_DEPTH = 10


class Counter:
    """Counts the items of one list, level by level from 1; `style` gives the form of its numbers."""

    def __init__(self, style: "etree._Element | None") -> None:
        self._levels = {
            whole_number(level, "level", 1): level for level in (style if style is not None else ())
        }
        self._counts = [0] * (_DEPTH + 2)
        self._begun = [False] * (_DEPTH + 2)

    def is_numbered(self, level: int) -> bool:
        """Whether items of `level` have numbers, not bullets."""
        style = self._levels.get(level)
        if style is None or local(style) not in ("list-level-style-number", "outline-level-style"):
            return False
        return bool(attribute(style, "num-format"))

    def count(self, level: int, start: str = "") -> str:
        """Count one more item of `level`, from `start` on where it says so, and give its mark: "2.", "b)", "-"."""
        level = max(1, min(level, _DEPTH))
        if start.isdecimal():
            self._counts[level] = int(start)
        elif self._begun[level]:
            self._counts[level] += 1
        else:
            self._counts[level] = self._start(level)
        self._begun[level] = True
        for deeper in range(level + 1, _DEPTH + 1):
            self._begun[deeper] = False
        style = self._levels.get(level)
        sign = attribute(style, "bullet-char") if style is not None else ""
        return self._mark(level) if self.is_numbered(level) else bullet(sign)

    def _start(self, level: int) -> int:
        style = self._levels.get(level)
        start = attribute(style, "start-value", "1") if style is not None else "1"
        return int(start) if start.isdecimal() else 1

    def _mark(self, level: int) -> str:
        style = self._levels[level]
        shown = attribute(style, "display-levels", "1")
        first = max(1, level - (int(shown) if shown.isdecimal() else 1) + 1)
        numbers = []
        for one in range(first, level + 1):
            form = attribute(self._levels[one], "num-format") if one in self._levels else "1"
            count = self._counts[one] if self._begun[one] else self._start(one)
            if number := list_number(count, _FORMS.get(form, "decimal")):
                numbers.append(number)
        return f"{attribute(style, 'num-prefix')}{'.'.join(numbers)}{attribute(style, 'num-suffix')}".strip()


class Lists:
    """The counters of one document: a list begins anew unless it says that it goes on with another."""

    def __init__(self, styles: "dict[str, etree._Element]") -> None:
        self._styles = styles
        self._by_id: dict[str, Counter] = {}
        self._by_style: dict[str, Counter] = {}

    def counter(self, element: "etree._Element", style: str) -> Counter:
        """The counter of the outermost list `element`, in the list style called `style`."""
        goes_on = attribute(element, "continue-list")
        counter = self._by_id.get(goes_on) if goes_on else None
        if counter is None and attribute(element, "continue-numbering") == "true":
            counter = self._by_style.get(style)
        counter = counter or Counter(self._styles.get(style))
        self._by_style[style] = counter
        if id_ := attribute(element, "id"):
            self._by_id[id_] = counter
        return counter
