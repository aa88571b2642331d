"""The marks of a page's lists: a dash, or the number or letter that a browser shows."""

from lxml import etree

from vectorstore.loaders.list_numbers import list_number
from vectorstore.loaders.office_zip import local

_STYLES = {
    "lower-alpha": "a",
    "lower-latin": "a",
    "upper-alpha": "A",
    "upper-latin": "A",
    "lower-roman": "i",
    "upper-roman": "I",
}
_PLAIN = ("disc", "circle", "square")


class ListNumbers:
    """The lists that are open, innermost last: next number, step, and the way the number is written."""

    def __init__(self) -> None:
        self._open: list[list[object]] = []

    def begin(self, element: "etree._Element") -> None:
        """A list begins."""
        if local(element) != "ol":
            self._open.append([0, 0, ""])
            return
        points = sum(1 for child in element if local(child) == "li")
        backwards = element.get("reversed") is not None
        start = _number(element.get("start"), points if backwards else 1)
        self._open.append([start, -1 if backwards else 1, _style(element)])

    def end(self) -> None:
        """The innermost list is over."""
        if self._open:
            self._open.pop()

    def mark(self, point: "etree._Element") -> str:
        """What stands before `point`: "- ", "3. ", "b. ", "iv. "; nothing where the page shows none."""
        if not self._open or not self._open[-1][2]:
            return "- "
        number, step, style = self._open[-1]
        assert isinstance(number, int)
        assert isinstance(step, int)
        number = _number(point.get("value"), number)
        self._open[-1][0] = number + step
        style = _style(point, str(style))
        if style == "none":
            return ""
        return "- " if style in _PLAIN else f"{_written(number, style)}. "


def _style(element: "etree._Element", default: str = "1") -> str:
    for declaration in element.get("style", "").lower().split(";"):
        name, _, value = declaration.partition(":")
        if name.strip() in ("list-style-type", "list-style"):
            for word in value.split():
                if word in _STYLES or word in (*_PLAIN, "none", "decimal"):
                    return _STYLES.get(word, "1" if word == "decimal" else word)
    return str(element.get("type", default))


def _number(value: str | None, default: int) -> int:
    plain = (value or "").strip()
    return int(plain) if plain.removeprefix("-").isdecimal() and len(plain) < 10 else default


def _written(number: int, style: str) -> str:
    if style in ("a", "A") and 0 < number < 10_000:
        letters = ""
        while number:
            number, rest = divmod(number - 1, 26)
            letters = chr(97 + rest) + letters
        return letters if style == "a" else letters.upper()
    if style in ("i", "I"):
        return list_number(number, "lowerRoman" if style == "i" else "upperRoman")
    return str(number)
