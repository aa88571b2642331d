"""Documents of every kind, made here, are read into text with pages, places and headings."""

import json
import random
import subprocess
import sys
import zipfile
from email.message import EmailMessage
from pathlib import Path

import docx
import pptx
import pytest
from openpyxl import Workbook
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph, SimpleDocTemplate, Table

from vectorstore.loaders import Document, read

STYLES = getSampleStyleSheet()
WORDS = ["leave", "manager", "budget", "team", "quarter", "contract", "notice", "launch", "market", "price"]


def sentence(rng: random.Random) -> str:
    return " ".join(rng.choices(WORDS, k=rng.randint(8, 18))).capitalize() + "."


def section_of(document: Document, words: str) -> tuple[int | None, str, str, int | None]:
    """Page, place, heading and row of the section that holds `words`."""
    at = document.text.index(words)
    section = next(section for section in document.sections if section.start <= at < section.end)
    return section.page, section.place, section.heading, section.row


def test_a_pdf_is_read_with_its_pages_and_headings(tmp_path: Path) -> None:
    path = tmp_path / "handbook.pdf"
    body = [Paragraph("Parental leave lasts sixteen weeks. " * 8, STYLES["BodyText"])] * 20
    SimpleDocTemplate(str(path)).build(
        [
            Paragraph("Staff handbook", STYLES["Title"]),
            *body,
            Paragraph("Travel", STYLES["Heading2"]),
            *body[:1],
        ]
    )
    document = read(path)
    assert document.pages == 2
    assert document.text.startswith("Staff handbook")
    page, place, heading, _ = section_of(document, "Travel")
    assert (page, place) == (2, "page 2")
    assert heading == "Staff handbook > Travel"
    assert "Parental leave lasts sixteen weeks. Parental leave" in document.text.replace("\n", " ")


def test_two_columns_of_a_pdf_are_read_one_after_the_other(tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    rng = random.Random(7)
    frames = [Frame(50, 50, 240, 700, id="left"), Frame(305, 50, 240, 700, id="right")]
    template = BaseDocTemplate(str(path), pagesize=A4)
    template.addPageTemplates(PageTemplate(frames=frames))
    sentences = [sentence(rng) for _ in range(120)]
    paragraphs = [" ".join(sentences[at : at + 4]) for at in range(0, 120, 4)]
    template.build([Paragraph(text, STYLES["BodyText"]) for text in paragraphs])
    text = "".join(read(path).text.split())
    places = [text.index("".join(one.split())) for one in paragraphs if "".join(one.split()) in text]
    assert len(places) > 25
    assert places == sorted(places)


def test_columns_drawn_line_by_line_are_untangled_under_their_common_title(tmp_path: Path) -> None:
    path = tmp_path / "newsletter.pdf"
    canvas = Canvas(str(path), pagesize=A4)
    canvas.setFont("Helvetica-Bold", 18)
    canvas.drawString(50, 790, "Newsletter of the whole company for spring")
    canvas.setFont("Helvetica", 10)
    for line in range(30):
        canvas.drawString(50, 750 - line * 14, f"left {line} budget of the office in the quarter")
        canvas.drawString(310, 750 - line * 14, f"right {line} contract and notice of the team")
    canvas.save()
    text = read(path).text
    assert text.index("Newsletter") < text.index("left 0") < text.index("left 29") < text.index("right 0")
    assert text.index("right 0") < text.index("right 29")


def test_rows_of_a_table_in_a_pdf_carry_the_names_of_their_columns(tmp_path: Path) -> None:
    path = tmp_path / "prices.pdf"
    rows = [["Plan", "Price per seat", "Seats", "Support"], ["Basic", "$10", "1-10", "E-mail"]]
    rows += [["Team", "$20", "11-50", "E-mail and chat"], ["Enterprise", "$45", "51 and more", "Phone"]]
    SimpleDocTemplate(str(path)).build([Paragraph("Price list", STYLES["Title"]), Table(rows)])
    assert "Plan: Team; Price per seat: $20; Seats: 11-50; Support: E-mail and chat" in read(path).text


def test_wrapped_cells_of_a_table_in_a_pdf_are_put_together(tmp_path: Path) -> None:
    path = tmp_path / "backlog.pdf"
    long = "Finds documents by words and by meaning in every language that the company uses in its offices."
    rows = [
        ["Feature", "Description", "Owner"],
        ["Search", long, "Anna"],
        ["Export", long, "Bob and his team"],
    ]
    cells = [[Paragraph(cell, STYLES["BodyText"]) for cell in row] for row in rows]
    SimpleDocTemplate(str(path)).build([Table(cells, colWidths=[70, 230, 60])])
    assert f"Feature: Export; Description: {long}; Owner: Bob and his team" in read(path).text


def test_three_columns_and_a_side_bar_are_read_apart(tmp_path: Path) -> None:
    path = tmp_path / "columns.pdf"
    canvas = Canvas(str(path), pagesize=A4)
    canvas.setFont("Helvetica", 9)
    for line in range(20):
        for number, column in enumerate(("one", "two", "three")):
            text = f"{column} {line} budget of the office in the" if line % 6 else f"{column} {line} begins"
            canvas.drawString(40 + number * 180, 780 - line * 12 - number * 3, text)
    canvas.showPage()
    for line, label in enumerate(["Contact", "maria@example.org", "Skills", "Python", "Figma", "Languages"]):
        canvas.drawString(50, 740 - line * 13, label)
    for line in range(12):
        canvas.drawString(
            220, 740 - line * 14.5, f"main {line} led the checkout team of twelve people in two countries"
        )
    canvas.save()
    text = read(path).text
    assert text.index("one 19") < text.index("two 0") < text.index("two 19") < text.index("three 0")
    assert text.index("Contact") < text.index("Languages") < text.index("main 0") < text.index("main 11")


def test_labels_and_values_far_apart_on_a_line_of_a_pdf_stay_together(tmp_path: Path) -> None:
    path = tmp_path / "invoice.pdf"
    canvas = Canvas(str(path))
    for line, (label, value) in enumerate([("Subtotal", "$100.00"), ("Tax", "$19.00"), ("Total", "$119.00")]):
        canvas.drawString(72, 700 - line * 16, label)
        canvas.drawRightString(500, 700 - line * 16, value)
    canvas.save()
    assert "Total$119.00" in "".join(read(path).text.split())


def test_running_heads_and_page_numbers_of_a_pdf_are_kept_once(tmp_path: Path) -> None:
    path = tmp_path / "minutes.pdf"
    canvas = Canvas(str(path))
    for page in range(1, 7):
        canvas.drawString(72, 800, "Minutes of the board, confidential")
        canvas.drawString(72, 600, f"Decision {page}00 was taken by all members present.")
        canvas.drawString(280, 30, f"Page {page} of 6")
        canvas.showPage()
    canvas.save()
    text = read(path).text
    assert text.count("confidential") == 1
    assert text.count("Page") == 0
    assert all(f"Decision {page}00" in text for page in range(1, 7))


def test_a_turned_page_and_filled_form_fields_of_a_pdf_are_read(tmp_path: Path) -> None:
    path = tmp_path / "form.pdf"
    canvas = Canvas(str(path))
    canvas.drawString(72, 700, "Name of applicant:")
    canvas.acroForm.textfield(name="name", value="Rosalind Okafor", x=250, y=690, width=200, height=20)
    canvas.showPage()
    canvas.setPageRotation(90)
    canvas.rotate(90)
    for line in range(3):
        canvas.drawString(100, -100 - line * 14, f"Line {line} of the landscape page reads on.")
    canvas.save()
    document = read(path)
    assert "Rosalind Okafor" in document.text
    assert (
        document.text.index("Line 0 of") < document.text.index("Line 1 of") < document.text.index("Line 2 of")
    )


def test_a_pdf_of_300_pages_needs_no_pdf_library_in_this_process(tmp_path: Path) -> None:
    path = tmp_path / "long.pdf"
    canvas = Canvas(str(path))
    for page in range(1, 301):
        canvas.drawString(72, 700, f"The code of page {page} is {page * 37}.")
        canvas.showPage()
    canvas.save()
    document = read(path)
    assert document.pages == 300
    assert section_of(document, "The code of page 217 is 8029.")[0] == 217
    program = (
        "import sys; from pathlib import Path; from vectorstore.loaders import read; read(Path(sys.argv[1]))"
    )
    program += "; print('pypdfium2' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


def test_word_gives_headings_lists_tables_footers_and_comments(tmp_path: Path) -> None:
    path = tmp_path / "policy.docx"
    document = docx.Document()
    document.add_heading("Leave policy", 0)
    document.add_heading("Parental leave", 1)
    paragraph = document.add_paragraph("Mothers get sixteen weeks.")
    document.add_comment(paragraph.runs, text="Legal has to confirm this.", author="Imani")
    document.add_paragraph("Apply in writing", style="List Number")
    document.add_paragraph("Wait for the answer", style="List Number")
    table = document.add_table(rows=3, cols=3)
    for row, texts in zip(
        table.rows, [("Country", "Weeks", "Paid"), ("Chile", "30", "yes"), ("Japan", "14", "no")], strict=True
    ):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    document.sections[0].footer.paragraphs[0].text = "Owner: People team"
    document.save(str(path))
    read_back = read(path)
    assert section_of(read_back, "sixteen weeks")[2] == "Leave policy > Parental leave"
    assert "Country: Japan; Weeks: 14; Paid: no" in read_back.text
    assert "1. Apply in writing\n2. Wait for the answer" in read_back.text
    assert "Owner: People team" in read_back.text
    assert "Comment by Imani: Legal has to confirm this." in read_back.text


def test_word_keeps_content_controls_and_insertions_and_drops_deletions(tmp_path: Path) -> None:
    path = tmp_path / "tracked.docx"
    document = docx.Document()
    body = document.add_paragraph("The fee is ")._p
    namespace = body.nsmap["w"]
    for wrapper, inner in (("ins", "t"), ("del", "delText")):
        change = body.makeelement(f"{{{namespace}}}{wrapper}", {})
        run = change.makeelement(f"{{{namespace}}}r", {})
        said = run.makeelement(f"{{{namespace}}}{inner}", {})
        said.text = "40 euros" if wrapper == "ins" else "35 euros"
        run.append(said)
        change.append(run)
        body.append(change)
    control = body.makeelement(f"{{{namespace}}}sdt", {})
    content = control.makeelement(f"{{{namespace}}}sdtContent", {})
    body.addnext(control)
    control.append(content)
    content.append(document.add_paragraph("Contract number 77-B")._p)
    document.save(str(path))
    text = read(path).text
    assert "The fee is 40 euros" in text
    assert "35 euros" not in text
    assert "Contract number 77-B" in text


def test_slides_are_numbered_and_give_bullets_tables_charts_and_notes(tmp_path: Path) -> None:
    path = tmp_path / "deck.pptx"
    deck = pptx.Presentation()
    first = deck.slides.add_slide(deck.slide_layouts[1])
    first.shapes.title.text = "Roadmap"
    first.placeholders[1].text = "Alpha in May\nBeta in July"
    first.notes_slide.notes_text_frame.text = "Mention the hiring plan."
    second = deck.slides.add_slide(deck.slide_layouts[5])
    second.shapes.title.text = "Numbers"
    table = second.shapes.add_table(2, 3, Inches(1), Inches(2), Inches(6), Inches(1)).table
    for column, (name, value) in enumerate([("Region", "North"), ("Units", "1200"), ("Share", "31%")]):
        table.cell(0, column).text, table.cell(1, column).text = name, value
    chart = CategoryChartData()
    chart.categories = ["Q1", "Q2"]
    chart.add_series("Churn", (4.5, 3.75))
    second.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, Inches(1), Inches(4), Inches(5), Inches(2), chart)
    deck.save(str(path))
    document = read(path)
    assert document.pages == 2
    assert "- Alpha in May\n- Beta in July" in document.text
    assert section_of(document, "Mention the hiring plan.") == (1, "slide 1", "Roadmap", None)
    assert section_of(document, "Region: North; Units: 1200; Share: 31%") == (2, "slide 2", "Numbers", None)
    assert "Q2; Churn: 3.75" in document.text


def test_a_workbook_gives_every_row_with_its_sheet_header_and_shown_value(tmp_path: Path) -> None:
    from datetime import date

    path = tmp_path / "prices.xlsx"
    book = Workbook()
    sheet = book.active
    sheet.title = "Prices"
    sheet.append(["Price list spring"])
    sheet.append([])
    sheet.append(["Product", "Price", "Discount", "Valid from"])
    sheet.append(["Chair", 12.5, 0.15, date(2026, 3, 1)])
    sheet["B4"].number_format, sheet["C4"].number_format = '"$"#,##0.00', "0%"
    sheet.append([])
    sheet.append(["Table", 99, None, None])
    other = book.create_sheet("Stores")
    other.append(["City", "Stock"])
    other.append(["Łódź", 7])
    other.append(["Oslo", 2])
    book.save(path)
    document = read(path)
    row = "Product: Chair; Price: $12.50; Discount: 15%; Valid from: 2026-03-01"
    assert section_of(document, row) == (None, "sheet Prices", "Price list spring", 4)
    assert section_of(document, "City: Łódź; Stock: 7")[1:] == ("sheet Stores", "", 2)
    assert section_of(document, "Product: Table; Price: 99")[3] == 6


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "utf-32"]
)
def test_a_german_csv_with_semicolons_and_comma_decimals_keeps_its_cells(
    tmp_path: Path, encoding: str
) -> None:
    path = tmp_path / "preise.csv"
    path.write_bytes(
        'Artikel;Preis;Größe\r\nStühle;12,50;groß\r\n"Tisch; rund";1.299,00;klein\r\n'.encode(encoding)
    )
    document = read(path)
    assert "Artikel: Stühle; Preis: 12,50; Größe: groß" in document.text
    assert section_of(document, "Artikel: Tisch; rund; Preis: 1.299,00; Größe: klein")[3] == 3


def test_a_csv_of_two_columns_of_words_has_names_and_a_sheet_of_labels_has_none(tmp_path: Path) -> None:
    (tmp_path / "faq.csv").write_text(
        "Question,Answer\nWhen is pay day?,On the 25th.\nWho signs?,The lead.\n"
    )
    book = Workbook()
    for row in [("Owner", "Anna"), ("Status", "Open"), ("Due", "May 3")]:
        book.active.append(row)
    book.save(tmp_path / "facts.xlsx")
    assert "Question: Who signs?; Answer: The lead." in read(tmp_path / "faq.csv").text
    assert read(tmp_path / "facts.xlsx").text == "Owner: Anna\nStatus: Open\nDue: May 3"


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("latin-1", "¿Cuántos días de vacaciones tengo al año? El niño comió piñas."),
        ("cp1252", "The price is £40 per seat – “final” offer at the café."),
        ("cp1251", "Отпуск составляет двадцать восемь дней. Сотрудник подаёт заявление."),
        ("koi8_r", "Отпуск составляет двадцать восемь дней. Сотрудник подаёт заявление."),
        ("shift_jis", "年次有給休暇は二十日です。従業員は二週間前に申請してください。カタカナもあります。"),
        ("iso2022_jp", "年次有給休暇は二十日です。従業員は二週間前に申請してください。"),
        ("euc_jp", "年次有給休暇は二十日です。従業員は二週間前に申請してください。"),
        ("gb18030", "年假为二十天。员工应提前两周提交申请。公司总部位于上海。"),
        ("big5", "年假為二十天。員工應提前兩週提交申請。公司總部位於臺北。"),
        ("cp949", "연차 휴가는 이십 일입니다. 직원은 미리 신청해야 합니다."),
        ("cp1256", "الإجازة السنوية ثلاثون يوما. يقدم الموظف طلبا قبل أسبوعين."),
        ("cp1255", "חופשה שנתית היא עשרים ימים. העובד מגיש בקשה מראש."),
        ("utf-16-le", "年假为二十天。员工应提前两周提交申请。"),
        ("utf-8", "Emoji 👩‍🚀 and ﷽ and हिन्दी stay whole 🎉"),
    ],
)
def test_text_is_read_in_the_encoding_it_was_written_in(tmp_path: Path, encoding: str, text: str) -> None:
    path = tmp_path / "note.txt"
    path.write_bytes(text.encode(encoding))
    assert read(path).text == text


def test_markdown_gives_headings_and_readable_tables_without_its_marks(tmp_path: Path) -> None:
    path = tmp_path / "guide.md"
    path.write_text(
        "---\nowner: Anna\n---\n# Guide\n\nUse **bold** and [the form](http://x.org/a_(b)) in `code` now.\n\n"
        "Setup\n-----\n\n```\n# not a heading\n```\n\n| Plan | Price |\n|------|------:|\n| Pro | $20 |\n\n"
        "- first\n- snake_case_name\n",
        encoding="utf-8",
    )
    document = read(path)
    assert "Use bold and the form (http://x.org/a_(b)) in code now." in document.text
    assert section_of(document, "# not a heading")[2] == "Guide > Setup"
    assert "Plan: Pro; Price: $20" in document.text
    assert "- first\n- snake_case_name" in document.text
    assert "owner: Anna" in document.text


def test_a_web_page_gives_its_main_text_without_scripts_and_menus(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(
        "<html><head><title>Leave - Intranet</title><style>p {}</style></head><body><nav>Home Spaces</nav>"
        "<h1>Leave</h1><p>Everyone gets <b>25</b>&nbsp;days.<script>track()</script></p><h2>Carry over</h2>"
        "<ul><li>Five days</li><li>Until March</li></ul><table><tr><th>Country</th><th>Days</th></tr>"
        "<tr><td rowspan=2>France</td><td>25</td></tr><tr><td>27</td></tr></table>"
        "<table><tr><td><p>Laid out</p></td></tr></table><footer>Powered by a wiki</footer></body></html>",
        encoding="utf-8",
    )
    document = read(path)
    assert "Everyone gets 25 days." in document.text
    assert section_of(document, "- Five days\n- Until March")[2] == "Leave > Carry over"
    assert "Country: France; Days: 27" in document.text
    assert "Laid out" in document.text
    assert not any(junk in document.text for junk in ("track", "Home", "Powered", "p {"))


def test_a_mail_gives_headers_body_and_the_names_of_attachments(tmp_path: Path) -> None:
    path = tmp_path / "mail.eml"
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = (
        "Jürgen <j@example.org>",
        "Anna <a@example.org>",
        "Launch fällt aus",
    )
    mail.set_content("The launch moves to May 5.\n\n> Is the launch still in April?\n")
    mail.add_alternative("<p>The launch moves to May 5.</p>", subtype="html")
    mail.add_attachment(b"%PDF-", maintype="application", subtype="pdf", filename="Zeitplan März.pdf")
    path.write_bytes(bytes(mail))
    document = read(path)
    assert document.text.count("The launch moves to May 5.") == 1
    assert "From: Jürgen <j@example.org>" in document.text
    assert "\nIs the launch still in April?" in document.text
    assert "Attachments: Zeitplan März.pdf" in document.text
    assert section_of(document, "The launch")[2] == "Launch fällt aus"


def test_json_reads_as_records_and_paths(tmp_path: Path) -> None:
    records = tmp_path / "customers.json"
    records.write_text(
        json.dumps([{"name": "Acme", "plan": {"seats": 12}, "tags": ["new", "eu"]}, {"name": "Bolt"}])
    )
    lines = tmp_path / "log.jsonl"
    lines.write_text('{"event": "login", "ok": true}\n\n{"event": "logout", "ok": false}\n')
    assert section_of(read(records), "name: Acme; plan.seats: 12; tags: new, eu")[3] == 1
    assert "event: logout; ok: no" in read(lines).text


def test_rich_text_open_documents_and_transcripts_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.rtf").write_bytes(
        rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}\f0 K\'fcndigung kostet \u8364?20.\par Zweitens.\par}"
    )
    (tmp_path / "b.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:02.000\n<v Anna>The launch is in May.</v>\n")
    assert read(tmp_path / "a.rtf").text == "Kündigung kostet €20.\n\nZweitens."
    assert read(tmp_path / "b.vtt").text == "Anna: The launch is in May."
    rows = "".join(
        f"<t:table-row><t:table-cell><x:p>{name}</x:p></t:table-cell><t:table-cell><x:p>{price}</x:p>"
        "</t:table-cell><t:table-cell t:number-columns-repeated='1000'/></t:table-row>"
        for name, price in [("Plan", "Price"), ("Pro", "20"), ("Team", "45")]
    )
    with zipfile.ZipFile(tmp_path / "c.odt", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr(
            "content.xml",
            "<o:doc xmlns:o='o' xmlns:x='x' xmlns:t='t'><o:body><o:text><x:h x:outline-level='1'>Prices</x:h>"
            f"<x:p>Per<x:s/>seat.</x:p><t:table>{rows}</t:table></o:text></o:body></o:doc>",
        )
    document = read(tmp_path / "c.odt")
    assert section_of(document, "Per seat.")[2] == "Prices"
    assert "Plan: Team; Price: 45" in document.text


def test_content_decides_where_the_ending_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "export.xls").write_text(
        "<html><body><table><tr><th>A</th><th>B</th></tr><tr><td>x</td><td>1</td></tr>"
    )
    canvas = Canvas(str(tmp_path / "letter.txt"))
    canvas.drawString(72, 700, "A letter under the wrong ending.")
    canvas.save()
    assert "A: x; B: 1" in read(tmp_path / "export.xls").text
    assert read(tmp_path / "letter.txt").kind == "pdf"


def test_reading_markdown_loads_no_parser_of_other_formats(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# Title\n\nText.")
    program = (
        "import sys; from pathlib import Path; from vectorstore.loaders import read; "
        f"read(Path({str(tmp_path / 'a.md')!r})); "
        "print([name for name in ('pypdfium2', 'openpyxl', 'numpy', 'cssselect2') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
