"""The memo as one slide: native text, table and chart, to be edited in any office program."""

import io
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from math import ceil
from typing import TYPE_CHECKING, Any

from protokit.analytics.case_tables import case_in_words
from protokit.analytics.memo import Memo
from protokit.analytics.metrics import in_words
from protokit.analytics.success import CriterionResult
from protokit.errors import MissingExtra
from protokit.prototype.prototype_folder import install_command

if TYPE_CHECKING:
    from pptx.slide import Slide

_WIDE, _HIGH = 13.333, 7.5
_LEFT, _RIGHT = 0.6, 12.733
_INK, _SOFT, _LINE, _CARD = "18181B", "5B5B66", "E4E4E7", "F4F4F6"
_BARS = ("C9C9D1", "334155")
"""Of what was asked, and of what was measured: neither is the colour of a verdict."""
_COLOURS = {"go": "15803D", "no-go": "B91C1C", "not yet": "A16207"}
_OUTCOMES = {"met": "15803D", "not met": "B91C1C", "too few to say": "A16207"}
_MARGIN = 0.1
"""Inches inside a cell or card, left and right of its text."""
_LETTER, _LEADING = 0.56, 1.25
"""Width of a usual letter and height of a line, in font sizes; no usual font of an office program is wider."""
_MOST_ROWS = 5


@dataclass(frozen=True, slots=True)
class Box:
    """A place on the slide, in inches."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph in one style; `size` is in points."""

    text: str
    size: float = 12
    colour: str = _INK
    bold: bool = False


def memo_as_slide(memo: Memo) -> bytes:
    """The memo as a .pptx file of one slide, 16:9; long texts end in "…", so that none leaves its place.

    Raises MissingExtra.
    """
    if find_spec("pptx") is None:
        raise MissingExtra(
            "a slide needs a package that is not installed", fix=f"Run: {install_command('hub')}"
        )
    from pptx import Presentation
    from pptx.util import Inches

    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(_WIDE), Inches(_HIGH)
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    deck.core_properties.title = f"{memo.spec.title}: {memo.recommendation}"
    deck.core_properties.author = ""
    _head(slide, memo)
    _criteria(slide, memo, Box(_LEFT, 2.15, 7.5, 2.4))
    _chart(slide, memo, Box(8.4, 2.0, _RIGHT - 8.4, 2.65))
    _cards(slide, memo, 4.8, 1.85)
    _write(slide, Box(_LEFT, 6.85, _RIGHT - _LEFT, 0.35), [Paragraph(memo.made_line, 10, _SOFT)])
    words = [memo.hypothesis, *case_in_words(memo.case), *(f"“{each}”" for each in memo.quotes)]
    slide.notes_slide.notes_text_frame.text = "\n".join(words)
    file = io.BytesIO()
    deck.save(file)
    return file.getvalue()


def fit(text: str, width: float, lines: float, size: float) -> str:
    """`text` on one line, cut with "…" to what `lines` lines of `width` inches hold in `size` points, at a word's end
    where there is one. Chinese, Japanese and Korean signs count as two letters."""
    text = "".join(sign for sign in " ".join(text.split()) if unicodedata.category(sign) not in ("Cc", "Cs"))
    room = int(width * 72 / (_LETTER * size)) * int(lines)
    # A word that does not fit on a line leaves some of it empty.
    room -= 6 * (int(lines) - 1)
    if _letters(text) <= room:
        return text
    kept = text
    while kept and _letters(kept) >= room:
        kept = kept[:-1]
    word = kept.rsplit(" ", 1)[0]
    return f"{(word if len(word) > len(kept) * 0.6 else kept).rstrip(' ,;:.')}…"


def _letters(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _head(slide: "Slide", memo: Memo) -> None:
    verdict = memo.recommendation
    label = "Decision memo, of simulated traffic" if memo.simulated else "Decision memo"
    _write(slide, Box(_LEFT, 0.4, 9, 0.3), [Paragraph(label.upper(), 11, _SOFT, bold=True)])
    _write(slide, Box(_LEFT, 0.68, 9.3, 0.62), [Paragraph(memo.spec.title, 30, bold=True)])
    _write(slide, Box(_LEFT, 1.32, 9.3, 0.6), [Paragraph(memo.hypothesis, 14, _SOFT)])
    badge = _shape(slide, Box(10.3, 0.5, _RIGHT - 10.3, 0.95), _COLOURS[verdict])
    _fill(
        badge,
        Box(0, 0, _RIGHT - 10.3, 0.95),
        [Paragraph(verdict.capitalize(), 30, "FFFFFF", bold=True)],
        centre=True,
    )


def _criteria(slide: "Slide", memo: Memo, box: Box) -> None:
    from pptx.util import Inches

    chosen = memo.criteria[:_MOST_ROWS]
    head = "Criteria" if memo.spec.success else "Usual criteria"
    rows = [(head, "Asked", "Measured", "")]
    rows += [(each.measure.metric.label, each.wanted, _measured(each), each.outcome) for each in chosen]
    widths = (2.7, 1.4, 1.95, 1.45)
    high = 0.42
    shape = slide.shapes.add_table(
        len(rows), 4, Inches(box.left), Inches(box.top), Inches(box.width), Inches(high * len(rows))
    )
    table = shape.table
    table.horz_banding = table.first_row = False
    for place, width in enumerate(widths):
        table.columns[place].width = Inches(width)
    for number, row in enumerate(rows):
        table.rows[number].height = Inches(high)
        for place, text in enumerate(row):
            colour = _SOFT if number == 0 else _OUTCOMES.get(text, _INK) if place == 3 else _INK
            paragraph = Paragraph(text, 11, colour, bold=number == 0 or place in (0, 3))
            _cell(table.cell(number, place), paragraph, widths[place])


def _measured(result: CriterionResult) -> str:
    found = result.measure
    if found.value is None or result.outcome == "too few to say":
        return f"{found.cases} of {result.least} cases"
    text = in_words(found.value, found.metric.unit)
    return text if found.low is None else f"{text} ({found.low:.0%} to {found.high:.0%})"


def _cell(cell: Any, paragraph: Paragraph, width: float) -> None:
    from lxml.etree import fromstring
    from pptx.enum.text import MSO_ANCHOR
    from pptx.oxml.ns import nsdecls
    from pptx.util import Inches

    cell.fill.background()
    cell.margin_left, cell.margin_right = Inches(0.02), Inches(_MARGIN)
    cell.margin_top = cell.margin_bottom = Inches(0.02)
    _fill(cell, Box(0, 0, width, 0.4), [paragraph])
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    # The library has no call for a cell's border; programs differ in whose of two neighbours they draw.
    colour = f'<a:solidFill><a:srgbClr val="{_LINE}"/></a:solidFill>'
    for place, side in enumerate(("lnT", "lnB")):
        border = fromstring(f'<a:{side} w="9525" {nsdecls("a")}>{colour}</a:{side}>')
        cell._tc.get_or_add_tcPr().insert(place, border)


def _chart(slide: "Slide", memo: Memo, box: Box) -> None:
    from pptx.chart.data import CategoryChartData
    from pptx.dml.color import RGBColor
    from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION
    from pptx.util import Inches, Pt

    shares = [
        each
        for each in memo.criteria
        if each.measure.metric.unit == "share" and each.outcome != "too few to say"
    ][:_MOST_ROWS]
    if not shares:
        _write(
            slide,
            box,
            [Paragraph("Too few cases yet to draw what was measured against what was asked.", 12, _SOFT)],
        )
        return
    data = CategoryChartData(number_format="0%")
    shares.reverse()  # a bar chart begins at its foot
    data.categories = [fit(each.measure.metric.label, 1.9, 1, 10) for each in shares]
    data.add_series("Asked", [each.bound for each in shares])
    data.add_series("Measured", [each.measure.value for each in shares])
    places = (Inches(each) for each in (box.left, box.top, box.width, box.height))
    chart = slide.shapes.add_chart(XL_CHART_TYPE.BAR_CLUSTERED, *places, data).chart
    chart.has_title, chart.has_legend = False, True
    chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
    chart.font.size, chart.font.color.rgb = Pt(10), RGBColor.from_string(_SOFT)
    axis = chart.value_axis
    axis.minimum_scale, axis.maximum_scale, axis.major_unit = 0, 1, 0.25
    axis.has_major_gridlines = axis.visible = False
    chart.category_axis.format.line.color.rgb = RGBColor.from_string(_LINE)
    plot = chart.plots[0]
    plot.gap_width, plot.overlap, plot.has_data_labels = {1: 300, 2: 140}.get(len(shares), 60), -5, True
    plot.data_labels.font.size = Pt(10)
    for series, colour in zip(plot.series, _BARS, strict=True):
        series.format.fill.solid()
        series.format.fill.fore_color.rgb = RGBColor.from_string(colour)


def _cards(slide: "Slide", memo: Memo, top: float, height: float) -> None:
    from pptx.util import Inches

    gap = 0.25
    width = (_RIGHT - _LEFT - 2 * gap) / 3
    next_title, steps = (
        ("What to try", memo.tries) if memo.recommendation == "not yet" else ("Risks", memo.risks)
    )
    contents = [
        (
            "Asked, and not answered",
            [f"{text} ({times} times)" if times > 1 else text for text, times in memo.gaps],
        ),
        ("Business case", case_in_words(memo.case)),
        (next_title, steps) if steps else ("In their words", [f"“{each}”" for each in memo.quotes]),
    ]
    for place, (title, lines) in enumerate(contents):
        box = Box(_LEFT + place * (width + gap), top, width, height)
        shape = _shape(slide, box, _CARD)
        shape.text_frame.margin_left = shape.text_frame.margin_right = Inches(0.15)
        texts = _whole_lines(lines, width - 0.3, height - 0.5, 11) or ["Nothing yet."]
        _fill(shape, box, [Paragraph(title, 12, bold=True), *(Paragraph(text, 11) for text in texts)])


def _whole_lines(texts: Sequence[str], width: float, height: float, size: float) -> list[str]:
    """As many of the texts as a place holds whole; each takes at most four lines."""
    room, chosen = height * 72 / size / _LEADING, list[str]()
    for text in texts:
        short = fit(text, width, min(4, room) if not chosen else 4, size)
        room -= ceil(_letters(short) / (width * 72 / (_LETTER * size))) + 0.25  # and the space above it
        if room < 0:
            break
        chosen.append(short)
    return chosen


def _shape(slide: "Slide", box: Box, colour: str) -> Any:
    from pptx.dml.color import RGBColor
    from pptx.enum.shapes import MSO_SHAPE
    from pptx.oxml.ns import qn
    from pptx.util import Inches

    places = (Inches(each) for each in (box.left, box.top, box.width, box.height))
    shape = slide.shapes.add_shape(MSO_SHAPE.ROUNDED_RECTANGLE, *places)
    shape.adjustments[0] = 0.06
    shape.fill.solid()
    shape.fill.fore_color.rgb = RGBColor.from_string(colour)
    shape.line.fill.background()
    shape._element.remove(shape._element.find(qn("p:style")))  # it has a shadow and a font colour
    return shape


def _write(slide: "Slide", box: Box, paragraphs: Sequence[Paragraph]) -> None:
    from pptx.util import Inches

    shape = slide.shapes.add_textbox(*(Inches(each) for each in (box.left, box.top, box.width, box.height)))
    frame = shape.text_frame
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    _fill(shape, box, paragraphs)


def _fill(shape: Any, box: Box, paragraphs: Sequence[Paragraph], *, centre: bool = False) -> None:
    """Write the paragraphs into a shape or cell; a single one is cut to its place."""
    from pptx.dml.color import RGBColor
    from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
    from pptx.util import Pt

    frame = shape.text_frame
    frame.word_wrap = True
    frame.vertical_anchor = MSO_ANCHOR.MIDDLE if centre else MSO_ANCHOR.TOP
    for number, each in enumerate(paragraphs):
        line = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        lines = max(int(box.height * 72 / (each.size * _LEADING) + 0.15), 1)
        text = fit(each.text, box.width - 0.1, lines, each.size) if len(paragraphs) == 1 else each.text
        line.alignment = PP_ALIGN.CENTER if centre else PP_ALIGN.LEFT
        if number:
            line.space_before = Pt(3)
        run = line.add_run()
        run.text = text
        run.font.size, run.font.bold = Pt(each.size), each.bold
        run.font.color.rgb = RGBColor.from_string(each.colour)
