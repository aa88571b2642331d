"""What the styles of a workbook say of its cells: how numbers are shown, and which text is struck or raised."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from lxml import etree

from vectorstore.loaders.office_zip import attribute
from vectorstore.loaders.run_marks import join_runs
from vectorstore.loaders.xlsx_numbers import BUILT_IN, Render, renderer, text_renderer

_SHIFTS = {"superscript": 1, "subscript": -1}


@dataclass(frozen=True, slots=True)
class Font:
    """What of a font changes the meaning of its text."""

    struck: bool = False
    shift: int = 0
    """1 for raised text, -1 for lowered."""
    bold: bool = False


def text_in_fonts(runs: Iterable[tuple[str, Font]]) -> str:
    """Pieces of text as they are read in their fonts: marks apart from numbers, nothing of what is struck."""
    return join_runs((text, font.shift) for text, font in runs if not font.struck)


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
        _SHIFTS.get(attribute(position, "val"), 0) if position is not None else 0,
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
