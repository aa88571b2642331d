"""What a page of a PDF shows is what is read of it: marks, lines, cells, fields, notes, layers."""

import ctypes
from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
from reportlab.lib import colors
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

from vectorstore.chunking import chunk
from vectorstore.loaders import Document, LoaderLimits, read
from vectorstore.loaders.format_registry import parse

_RULED = ("GRID", (0, 0), (-1, -1), 0.5, colors.black)


def _read(path: Path, **limits: bool) -> Document:
    return parse(path, "pdf", LoaderLimits(**limits))


def _set(path: Path, *story: str | Table) -> Document:
    style = getSampleStyleSheet()["BodyText"]
    flow = [one if isinstance(one, Table) else Paragraph(one, style) for one in story]
    SimpleDocTemplate(str(path)).build(flow)
    return _read(path)


def _draw(path: Path, draw: Callable[[Canvas], None]) -> Document:
    canvas = Canvas(str(path))
    draw(canvas)
    canvas.save()
    return _read(path)


def test_raised_and_lowered_marks_never_run_into_a_number(tmp_path: Path) -> None:
    text = _set(
        tmp_path / "prices.pdf",
        "It costs 49<super>1</super> euros (59<super>2</super>), up to 10<super>-6</super> m<super>3</super> of"
        " CO<sub>2</sub>, on the 1<super>st</super> day, for 2<super>1</super>/<sub>2</sub> hours.",
        "<super>1</super> net of VAT",
    ).text
    for part in ("49¹ euros (59²)", "10⁻⁶ m³ of CO₂", "1st day", "2 1/2 hours", "¹ net of VAT"):
        assert part in text


def test_words_that_a_line_strikes_out_are_left_out_and_underlined_ones_stay(tmp_path: Path) -> None:
    cell = Paragraph("<strike>9 EUR</strike> 7 EUR")
    table = Table([["Plan", "Price", "Seats"], ["Solo", cell, "1"], ["Team", "29 EUR", "5"]], style=[_RULED])
    sentence = "Now <strike>49 euros</strike> 39 euros, <strike>8</strike>5 cents, <u>7 pence</u>."
    text = _set(tmp_path / "sale.pdf", sentence, table).text
    assert "Now 39 euros, 5 cents, 7 pence." in text
    assert "Price: 7 EUR" in text
    assert "9 EUR" not in text.replace("29 EUR", "")


def test_numbers_drawn_below_each_other_column_by_column_stay_apart(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        for x, cells in ((72, "Plan Solo Team Firm"), (150, "Seats 22 9 300"), (220, "Floor 5 4 3")):
            for row, cell in enumerate(cells.split()):
                canvas.drawString(x, 700 - 14 * row, cell)

    assert "Plan: Team; Seats: 9; Floor: 4" in _draw(tmp_path / "plans.pdf", draw).text


def test_a_number_over_another_is_a_fraction_with_its_terms_in_parentheses(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(72, 700, "Score =")
        canvas.drawString(126, 708, "42")
        canvas.line(122, 703.5, 146, 703.5)
        canvas.drawString(126, 692, "17")
        canvas.drawString(150, 700, "points")
        canvas.drawString(72, 600, "n =")
        canvas.drawString(100, 608, "N + 1")
        canvas.line(98, 603.5, 136, 603.5)
        canvas.drawString(108, 592, "4")

    text = _draw(tmp_path / "formula.pdf", draw).text
    assert "Score = 42/17 points" in text
    assert "n = (N + 1)/4" in text


def test_cells_that_span_rows_and_columns_belong_to_each(tmp_path: Path) -> None:
    spans = [_RULED, ("SPAN", (1, 0), (2, 0)), ("SPAN", (0, 0), (0, 1)), ("SPAN", (0, 2), (0, 3))]
    rows = [
        ["Region", "2026", ""],
        ["", "Price", "Seats"],
        ["North", "9 EUR", "1"],
        ["", "", "5"],
        ["South", "7 EUR", ""],
    ]
    document = _set(tmp_path / "plans.pdf", Table(rows, style=spans))
    assert "Region: North; 2026 Price: 9 EUR; 2026 Seats: 1" in document.text
    assert "Region: North; 2026 Seats: 5" in document.text
    assert "Region: South; 2026 Price: 7 EUR" in document.text
    assert [column.name for column in document.tables[0].columns] == ["Region", "2026 Price", "2026 Seats"]


def test_names_over_several_columns_without_lines_are_joined_to_theirs(tmp_path: Path) -> None:
    rows = [["", "Monthly", "", "Yearly", ""], ["Plan", "Price", "Seats", "Price", "Seats"]]
    rows += [["Solo", "9 EUR", "1", "90 EUR", "2"], ["Team", "29 EUR", "5", "290 EUR", "6"]]
    style = [("SPAN", (1, 0), (2, 0)), ("SPAN", (3, 0), (4, 0)), ("ALIGN", (1, 0), (-1, -1), "CENTER")]
    text = _set(tmp_path / "plans.pdf", Table(rows, style=style, colWidths=[80] * 5)).text
    assert (
        "Plan: Team; Monthly Price: 29 EUR; Monthly Seats: 5; Yearly Price: 290 EUR; Yearly Seats: 6" in text
    )


def test_two_tables_beside_each_other_are_two(tmp_path: Path) -> None:
    rows = [["Plan", "Price", "", "Extra", "Price"], ["Solo", "9 EUR", "", "Voice", "5 EUR"]]
    rows += [["Team", "29 EUR", "", "Slides", "4 EUR"], ["Firm", "79 EUR", "", "Audit", "15 EUR"]]
    document = _set(tmp_path / "plans.pdf", Table(rows, colWidths=[70, 70, 90, 70, 70]))
    assert len(document.tables) == 2
    assert "Extra: Audit; Price: 15 EUR" in document.text


@pytest.mark.parametrize("repeated", [0, 1])
def test_a_table_that_goes_on_over_pages_keeps_its_names(tmp_path: Path, repeated: int) -> None:
    rows = [["Item", "Stock", "Bin"], *[[f"Item {one}", str(one * 3), f"B{one}"] for one in range(1, 90)]]
    document = _set(tmp_path / "stock.pdf", Table(rows, colWidths=[120] * 3, repeatRows=repeated))
    assert "Item: Item 88; Stock: 264; Bin: B88" in document.text
    assert document.text.count("Item | Stock | Bin") == 1


def test_fields_and_ticks_of_a_form_stand_beside_their_labels(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        form = canvas.acroForm
        for row, (label, chosen) in enumerate((("Brakes", "p"), ("Lights", "f"))):
            y = 700 - 30 * row
            canvas.drawString(72, y, label)
            for x, value, word in ((150, "p", "pass"), (210, "f", "fail")):
                form.radio(name=label, value=value, selected=value == chosen, x=x, y=y - 2, size=12)
                canvas.drawString(x + 16, y, word)
        canvas.drawString(72, 640, "Inspector")
        form.textfield(name="i", value="Ida Holm", x=150, y=632, width=120, height=22)
        canvas.drawString(72, 610, "Result")
        form.choice(name="c", value="good", options=["good", "bad"], x=150, y=602, width=80, height=22)
        form.checkbox(name="ch", checked=True, x=72, y=570, size=14)
        canvas.drawString(92, 573, "I agree")

    text = _draw(tmp_path / "form.pdf", draw).text
    for part in (
        "Brakes  ☒ pass  ☐ fail",
        "Lights  ☐ pass  ☒ fail",
        "Inspector  Ida Holm",
        "Result  good",
        "☒ I agree",
    ):
        assert part in text


def test_link_addresses_stand_behind_their_words_and_once(tmp_path: Path) -> None:
    text = _set(
        tmp_path / "links.pdf",
        'See the <a href="https://acme.example/guide">guide</a>, write to <a href="mailto:help@acme.example">us</a>'
        ' or visit <a href="https://acme.example/">https://acme.example</a>.',
    ).text
    assert (
        text
        == "See the guide (https://acme.example/guide), write to us (help@acme.example) or visit https://acme.example."
    )


def _with_hidden_text(canvas: Canvas) -> None:
    canvas.drawString(72, 700, "Seen by all")
    canvas.drawString(72, 50, "Outside of the crop box")
    unseen = canvas.beginText(72, 600)
    unseen.setTextRenderMode(3)
    unseen.textLine("Drawn in no colour")
    unseen.setTextRenderMode(0)
    canvas.drawText(unseen)
    canvas.drawString(72, 400, "Under a black bar")
    canvas.rect(70, 395, 150, 16, fill=1, stroke=0)
    canvas.setFillColorRGB(1, 1, 1)
    canvas.drawString(72, 500, "White on white")
    canvas.setFillColorRGB(0, 0, 0.5)
    canvas.rect(60, 440, 300, 30, fill=1, stroke=0)
    canvas.setFillColorRGB(1, 1, 1)
    canvas.drawString(72, 450, "White on blue")
    canvas.setCropBox((0, 100, 595, 842))


def test_what_the_page_does_not_show_is_left_out_and_counted(tmp_path: Path) -> None:
    document = _draw(tmp_path / "offer.pdf", _with_hidden_text)
    assert document.text == "Seen by all\n\nWhite on blue"
    assert document.hidden == (("passage", 4),)
    everything = _read(tmp_path / "offer.pdf", include_hidden=True).text
    assert "Drawn in no colour" in everything
    assert "Outside of the crop box" in everything


def test_a_foot_does_not_break_the_sentence_that_a_page_end_cuts_and_is_read_once(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        for page, line in (
            (1, "Each customer stays on average for about"),
            (2, "34 months before it leaves."),
        ):
            canvas.drawString(72, 700, line)
            canvas.drawString(200, 40, f"Confidential, page {page}")
            canvas.showPage()

    document = _draw(tmp_path / "study.pdf", draw)
    (passage,) = chunk(document, "study.pdf")
    assert passage.place == "pages 1-2"
    assert "on average for about\n\n34 months before it leaves." in passage.text
    assert document.text.count("Confidential") == 1


def test_numbers_of_lines_in_the_margin_are_no_text(tmp_path: Path) -> None:
    lines = (
        "The fee is due on|the fifth day. Where it|is late by 12 days, a|charge of 7 percent is"
        "|owed from the day on|which it was due."
    )

    def draw(canvas: Canvas) -> None:
        for number, line in enumerate(lines.split("|")):
            canvas.drawString(72, 700 - 24 * number, str(number + 1))
            canvas.drawString(100, 700 - 24 * number, line)

    text = _draw(tmp_path / "pleading.pdf", draw).text
    assert " ".join(text.split()) == lines.replace("|", " ")


def _annotate(path: Path, kind: str, box: tuple[float, float, float, float], **strings: str) -> None:
    """Lay an annotation over `box` (left, bottom, right, top) of the first page."""
    raw, pdf = pypdfium2.raw, pypdfium2.PdfDocument(path.read_bytes())
    page = pdf[0]
    annotation = raw.FPDFPage_CreateAnnot(page.raw, getattr(raw, f"FPDF_ANNOT_{kind}"))
    left, bottom, right, top = box
    raw.FPDFAnnot_SetRect(annotation, raw.FS_RECTF(left, top, right, bottom))
    corners = raw.FS_QUADPOINTSF(left, top, right, top, left, bottom, right, bottom)
    if kind == "STRIKEOUT":
        assert raw.FPDFAnnot_AppendAttachmentPoints(annotation, corners)
    for name, text in strings.items():
        buffer = (text + "\0").encode("utf-16-le")
        wide = (ctypes.c_ushort * (len(buffer) // 2)).from_buffer_copy(buffer)
        raw.FPDFAnnot_SetStringValue(annotation, name.encode(), wide)
    raw.FPDFPage_CloseAnnot(annotation)
    page.close()
    pdf.save(str(path))
    pdf.close()


def test_what_lies_on_a_page_is_read_typed_text_comments_and_strike_outs(tmp_path: Path) -> None:
    path = tmp_path / "contract.pdf"

    def draw(canvas: Canvas) -> None:
        canvas.drawString(72, 700, "The fee is")
        canvas.drawString(140, 700, "490 euros")
        canvas.drawString(210, 700, "390 euros.")
        canvas.drawString(72, 600, "Signed on:")

    _draw(path, draw)
    _annotate(path, "STRIKEOUT", (139, 697, 194, 711))
    _annotate(path, "FREETEXT", (150, 594, 330, 612), Contents="30 June 2026 by Beta")
    _annotate(path, "TEXT", (300, 700, 320, 720), Contents="Ask for 370", T="Ana Weber")
    text = _read(path).text
    assert "The fee is 390 euros." in " ".join(text.split())
    assert "490" not in text
    assert "Signed on: 30 June 2026 by Beta" in " ".join(text.split())
    assert text.endswith("Comment by Ana Weber: Ask for 370")


def test_a_file_attached_to_a_document_is_read(tmp_path: Path) -> None:
    path = tmp_path / "letter.pdf"
    pdf = pypdfium2.PdfDocument.new()
    pdf.new_page(595, 842)
    pdf.new_attachment("annex.md").set_data(b"# Annex\n\nThe deposit is 410 euros.")
    pdf.save(str(path))
    assert "The deposit is 410 euros." in read(path).text


def test_a_table_printed_sideways_is_read_as_who_turns_the_page_does(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(72, 780, "Appendix")
        canvas.rotate(90)
        for row, cells in enumerate(("Module Cost Weeks", "Login 2,400 3", "Search 7,900 8")):
            for column, cell in enumerate(cells.split()):
                canvas.drawString(100 + 90 * column, -500 - 14 * row, cell)

    assert "Module: Search; Cost: 7,900; Weeks: 8" in _draw(tmp_path / "appendix.pdf", draw).text


def _object_stream(content: bytes) -> bytes:
    return b"<</Length %d>>stream\n%s\nendstream" % (len(content), content)


def _form(path: Path, *, dynamic: bool) -> Path:
    """A PDF with an XFA form of one field and two rows."""
    template = (
        b'<template xmlns="t"><subform><field name="Amount"><caption><value><text>Amount in euros:</text></value>'
        b'</caption></field><field name="unitPrice"/></subform></template>'
    )
    data = (
        b'<d:datasets xmlns:d="d"><d:data><form1><Amount>4820</Amount><Row><Item>Desk</Item><unitPrice>310</unitPrice>'
        b"</Row><Row><Item>Lamp</Item><unitPrice>47</unitPrice></Row></form1></d:data></d:datasets>"
    )
    objects = [
        b"<</Type/Catalog/Pages 2 0 R/AcroForm 5 0 R/NeedsRendering %s>>"
        % (b"true" if dynamic else b"false"),
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 8 0 R>>>>>>",
        _object_stream(b"BT /F 12 Tf 72 700 Td (Please wait. 4820) Tj ET"),
        b"<</Fields[]/XFA[(template)6 0 R(datasets)7 0 R]>>",
        _object_stream(template),
        _object_stream(data),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    body, places = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, start=1):
        places.append(b"%010d 00000 n \n" % len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"xref\n0 9\n0000000000 65535 f \n" + b"".join(places)
    path.write_bytes(body + table + b"trailer<</Size 9/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % len(body))
    return path


def test_fields_of_a_form_without_pages_are_read_with_their_labels(tmp_path: Path) -> None:
    dynamic = _read(_form(tmp_path / "dynamic.pdf", dynamic=True))
    rows = "Item: Desk; unit Price: 310\nItem: Lamp; unit Price: 47"
    assert dynamic.text == f"Amount in euros: 4820\n{rows}"
    assert "without pages" in dynamic.notes[0]
    static = _read(_form(tmp_path / "static.pdf", dynamic=False))
    assert static.text == f"Please wait. 4820\n\n{rows}"
    assert static.notes == ()


def test_columns_written_downwards_are_read_from_the_right(tmp_path: Path) -> None:
    pdfmetrics.registerFont(UnicodeCIDFont("HeiseiMin-W3", isVertical=True))

    def draw(canvas: Canvas) -> None:
        canvas.setFont("HeiseiMin-W3", 14)
        for number, column in enumerate(
            ["契約。料金は月額五千", "円です。解約は三十日", "前に通知。", "二月一日。"]
        ):
            canvas.drawString(500 - 30 * number, 780, column)

    text = _draw(tmp_path / "contract.pdf", draw).text
    assert text == "契約。料金は月額五千円です。解約は三十日前に通知。\n\n二月一日。"
