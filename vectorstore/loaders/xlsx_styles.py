"""What the styles of a workbook say of its cells: how numbers are shown, and which text is struck or raised."""

from collections.abc import Callable
from dataclasses import dataclass

from lxml import etree

from vectorstore.loaders.office_zip import attribute
from vectorstore.loaders.run_marks import lowered, raised
from vectorstore.loaders.xlsx_numbers import BUILT_IN, Render, renderer, text_renderer


@dataclass(frozen=True, slots=True)
class Font:
    """What of a font changes the meaning of its text."""

    struck: bool = False
    position: str = ""
    """ "superscript", "subscript" or empty."""
    bold: bool = False

    def shown(self, text: str) -> str:
        """`text` as it is read in this font: nothing where it is struck."""
        if self.struck:
            return ""
        if self.position == "superscript":
            return raised(text)
        return lowered(text) if self.position == "subscript" else text


@dataclass(frozen=True, slots=True)
class CellStyle:
    """How a cell is shown."""

    font: Font
    number: Render
    text: Callable[[str], str]


def font_of(properties: "etree._Element | None") -> Font:
    """The font that a `font` or `rPr` element describes."""
    if properties is None:
        return Font()
    position = properties.find("{*}vertAlign")
    return Font(
        _is_on(properties.find("{*}strike")),
        attribute(position, "val") if position is not None else "",
        _is_on(properties.find("{*}b")),
    )


def cell_styles(root: "etree._Element | None", *, is_1904: bool) -> list[CellStyle]:
    """The styles that cells refer to by number; at least one. Nothing else of `root` is looked at."""
    if root is None:
        return [_style(Font(), "General", is_1904)]
    fonts = [font_of(font) for font in root.iterfind("{*}fonts/{*}font")]
    codes = BUILT_IN | {
        _integer(form.get("numFmtId")): form.get("formatCode", "")
        for form in root.iterfind("{*}numFmts/{*}numFmt")
    }
    styles: list[CellStyle] = []
    known: dict[tuple[Font, str], CellStyle] = {}
    for form in root.iterfind("{*}cellXfs/{*}xf"):
        at = _integer(form.get("fontId"))
        font = fonts[at] if at < len(fonts) else Font()
        code = codes.get(_integer(form.get("numFmtId")), "General")
        if (font, code) not in known:
            known[font, code] = _style(font, code, is_1904)
        styles.append(known[font, code])
    return styles or [_style(Font(), "General", is_1904)]


def _style(font: Font, code: str, is_1904: bool) -> CellStyle:
    return CellStyle(font, renderer(code, is_1904=is_1904), text_renderer(code))


def _is_on(flag: "etree._Element | None") -> bool:
    return flag is not None and attribute(flag, "val", "1") not in ("0", "false")


def _integer(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 0
