"""Workbooks are read as Excel shows them, and a table's columns are named by what can only be names."""

import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from vectorstore.loaders import DEFAULT_LIMITS, read
from vectorstore.loaders.document import LoaderLimits
from vectorstore.loaders.format_registry import parse


def workbook(
    path: Path, rows: Sequence[Sequence[object]], change: Callable[[Worksheet], None] | None = None
) -> Path:
    """A workbook with one sheet, "Data", of these rows."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "Data"
    for row in rows:
        sheet.append(list(row))
    if change:
        change(sheet)
    book.save(path / "book.xlsx")
    return path / "book.xlsx"


def text_of(path: Path, *, limits: LoaderLimits = DEFAULT_LIMITS) -> str:
    return parse(path, "xlsx", limits).text


def csv_text(path: Path, content: str) -> str:
    (path / "table.csv").write_text(content)
    return read(path / "table.csv").text


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (1234.5, "#,##0.00 [$€-407]", "1,234.50 €"),
        (980, "[$£-809]#,##0", "£980"),
        (1250, "[$CHF] #,##0", "CHF 1,250"),
        (1250, "#,##0.00 [$CHF-807]", "1,250.00 CHF"),
        (1234.5, "[$-409]#,##0.00", "1,234.50"),
        (13900, "#,##0 [$kr-41D]", "13,900 kr"),
        (-310, '_-* #,##0.00 [$€-407]_-;-* #,##0.00 [$€-407]_-;_-* "-"?? [$€-407]_-;_-@_-', "-310.00 €"),
        (-4500, "#,##0_);(#,##0)", "(4,500)"),
        (-4500, "#,##0;[Red]-#,##0", "-4,500"),
        (-5, "0.00;0.00", "5.00"),
        (42, "00000", "00042"),
        (123456789, "000-00-0000", "123-45-6789"),
        (4512000, '0.0,,"M"', "4.5M"),
        (0.126, "0%", "13%"),
        (45, "CHF #,##0.00", "CHF 45.00"),
        (45, "#,##0.00 EUR", "45.00 EUR"),
        (0.285, "0.00", "0.29"),
        (2.75, "# ?/?", "2 3/4"),
        (6.02e23, "0.00E+00", "6.02E+23"),
        (1500, '[>=1000000]0.0,,"M";[>=1000]0.0,"K";0', "1.5K"),
        (0, '"yes";;"no"', "no"),
        (25, '0 "days"', "25 days"),
        (4006381333931, "General", "4006381333931"),
        (0.1 + 0.2, "General", "0.3"),
        (1.5, "[h]:mm", "36:00"),
        (0.0625, "[mm]:ss", "90:00"),
        (-1.5, "[h]:mm", "-36:00"),
        (46108, "dd.mm.yyyy", "27.03.2026"),
        (46108, "[$-407]d. mmmm yyyy", "27. März 2026"),
        (46108, "[$-40C]dddd d mmmm yyyy", "vendredi 27 mars 2026"),
        (46108, "mmm d, yyyy", "Mar 27, 2026"),
        (46108, "mmm yyyy", "Mar 2026"),
        (46108, "dd/mm/yyyy;@", "2026-03-27"),  # 03/04 is April to some and March to others
        (46108.5625, "m/d/yyyy h:mm", "2026-03-27 13:30"),
        (0.3125, "h:mm AM/PM", "7:30 AM"),
        ("A7", '0;0;0;"Part "@', "Part A7"),
    ],
)
def test_a_cell_says_what_excel_shows(tmp_path: Path, value: object, code: str, shown: str) -> None:
    def form(sheet: Worksheet) -> None:
        sheet["B2"].number_format = code

    assert text_of(workbook(tmp_path, [("Item", "Figure"), ("One", value), ("Two", None)], form)).split("\n")[
        1:2
    ] in (
        [f"Item: One; Figure: {shown}"],
        [f"One: {shown}"],
    )


def test_days_count_from_1904_where_the_workbook_says_so(tmp_path: Path) -> None:
    def form(sheet: Worksheet) -> None:
        from openpyxl.utils.datetime import CALENDAR_MAC_1904

        assert sheet.parent
        sheet.parent.epoch = CALENDAR_MAC_1904

    path = workbook(tmp_path, [("Due", "Time"), (date(2026, 3, 27), datetime(2026, 3, 27, 13, 30))], form)
    assert "2026-03-27" in text_of(path)
    assert "2026-03-27 13:30" in text_of(path)


def test_merged_cells_belong_to_each_row_and_column_that_they_cover(tmp_path: Path) -> None:
    rows = [
        ("Usage of the year", None, None, None, None),
        ("Team", 2025, None, 2026, None),
        (None, "H1", "H2", "H1", "H2"),
        ("Sales", 210, 260, 305, 340),
        ("Care", 480, "frozen", None, 615),
        (None, 1, 2, 3, 4),
    ]

    def merge(sheet: Worksheet) -> None:
        for place in ("A1:E1", "A2:A3", "B2:C2", "D2:E2", "C5:D5", "A5:A6"):
            sheet.merge_cells(place)

    text = text_of(workbook(tmp_path, rows, merge))
    assert text.startswith("Usage of the year\n")
    assert "Team: Sales; 2025 H1: 210; 2025 H2: 260; 2026 H1: 305; 2026 H2: 340" in text
    assert "Team: Care; 2025 H1: 480; 2025 H2: frozen; 2026 H1: frozen; 2026 H2: 615" in text
    assert "Team: Care; 2025 H1: 1; 2025 H2: 2" in text


def test_what_a_workbook_hides_is_left_out_counted_and_read_only_when_asked_for(tmp_path: Path) -> None:
    rows = [("Plan", "Price", "Margin"), ("Team", 29, "62%"), ("Pilot", 5, "1%"), ("Firm", 79, "70%")]

    def hide(sheet: Worksheet) -> None:
        sheet.row_dimensions[3].hidden = True
        sheet.row_dimensions[40].hidden = True  # nothing stands there
        sheet.column_dimensions["C"].hidden = True
        assert sheet.parent
        for state in ("hidden", "veryHidden"):
            other = sheet.parent.create_sheet(f"Internal {state}")
            other.append(["Target", "sixty"])
            other.sheet_state = state

    path = workbook(tmp_path, rows, hide)
    document = parse(path, "xlsx", DEFAULT_LIMITS)
    assert document.text == "Plan | Price\nPlan: Team; Price: 29\nPlan: Firm; Price: 79"
    assert dict(document.hidden) == {"column": 1, "row": 1, "sheet": 2}
    everything = parse(path, "xlsx", LoaderLimits(include_hidden=True))
    assert "Plan: Pilot; Price: 5; Margin: 1%" in everything.text
    assert "Target: sixty" in everything.text
    assert "sheet Internal veryHidden (hidden)" in {section.place for section in everything.sections}


def test_rows_keep_their_numbers_and_their_table_where_rows_between_are_hidden_or_struck(
    tmp_path: Path,
) -> None:
    def hide(sheet: Worksheet) -> None:
        sheet.row_dimensions[2].hidden = True
        for cell in sheet[3]:
            cell.font = Font(strike=True)

    rows = [("Plan", "Price"), ("Pilot", "5 EUR"), ("Old", "19 EUR"), ("Team", "29 EUR"), ("Firm", "79 EUR")]
    document = parse(workbook(tmp_path, rows, hide), "xlsx", DEFAULT_LIMITS)
    assert document.text == "Plan | Price\nPlan: Team; Price: 29 EUR\nPlan: Firm; Price: 79 EUR"
    assert [row.number for row in document.tables[0].rows] == [4, 5]


def test_marks_and_struck_pieces_of_a_cell_are_read_as_such(tmp_path: Path) -> None:
    raised, struck = InlineFont(vertAlign="superscript"), InlineFont(strike=True)
    price = CellRichText(
        TextBlock(struck, "45 EUR "), TextBlock(InlineFont(), "39"), TextBlock(raised, "1"), " EUR"
    )

    def write(sheet: Worksheet) -> None:
        sheet["B2"] = price
        sheet["B3"] = CellRichText(
            "10", TextBlock(raised, "6"), " calls, CO", TextBlock(InlineFont(vertAlign="subscript"), "2")
        )

    text = text_of(
        workbook(tmp_path, [("Plan", "Price", "Seats"), ("Team", None, 3), ("Firm", None, 9)], write)
    )
    assert "Plan: Team; Price: 39¹ EUR; Seats: 3" in text
    assert "Price: 10⁶ calls, CO₂" in text


def test_links_notes_and_their_authors_are_read(tmp_path: Path) -> None:
    def write(sheet: Worksheet) -> None:
        sheet["A2"].hyperlink = "https://example.com/status"
        sheet["A3"].hyperlink = "#Data!A1"
        sheet["B3"] = '=HYPERLINK("https://example.com/terms","terms")'
        sheet["B2"].comment = Comment("Ana:\nLegal says not before June", "Ana")

    text = text_of(
        workbook(tmp_path, [("Site", "Start", "Seats"), ("Status", "May", 1), ("Docs", None, 2)], write)
    )
    assert "Site: Status (https://example.com/status); Start: May" in text
    assert "Site: Docs; Start: terms (https://example.com/terms); Seats: 2" in text
    assert "Comment by Ana on Status (https://example.com/status), May: Legal says not before June" in text


def test_formulas_without_a_result_are_told_and_empty_results_are_not(tmp_path: Path) -> None:
    path = workbook(tmp_path, [("Item", "Sum", "Note"), ("One", "=1+1", "x"), ("Two", "=2+2", "y")])
    document = parse(path, "xlsx", DEFAULT_LIMITS)
    assert document.notes == ("2 formulas have no stored result",)
    assert document.fixes == ("Open the file in Excel and save it.",)


def changed(path: Path, part: str, old: str, new: str, more: dict[str, str] | None = None) -> Path:
    """A copy of a workbook in which one part says something else, with `more` parts."""
    target = path.with_name("changed.xlsx")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w") as archive:
        for name in source.namelist():
            content = source.read(name).decode()
            assert name != part or old in content
            archive.writestr(name, content.replace(old, new) if name == part else content)
        for name, content in (more or {}).items():
            archive.writestr(name, content)
    return target


def test_a_workbook_with_an_empty_fill_opens(tmp_path: Path) -> None:
    path = workbook(tmp_path, [("Plan", "Price"), ("Team", 29), ("Firm", 79)])
    odd = changed(path, "xl/styles.xml", "<fills", "<fills><fill/></fills><fills")
    assert "Plan: Team; Price: 29" in read(odd).text


def test_conversations_text_boxes_pictures_and_charts_of_a_sheet_are_read(tmp_path: Path) -> None:
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    parts = {
        "thread": (
            "http://schemas.microsoft.com/office/2017/10/relationships/threadedComment",
            "../thread.xml",
        ),
        "drawing": (f"{office}/drawing", "../drawing.xml"),
    }
    relations = "".join(
        f'<Relationship Id="{name}" Type="{type}" Target="{at}"/>' for name, (type, at) in parts.items()
    )
    drawing = """<d:wsDr xmlns:d="d" xmlns:a="a" xmlns:c="c" xmlns:r="r">
        <d:twoCellAnchor><d:sp><d:nvSpPr>
        <d:cNvPr name="b"/></d:nvSpPr>
        <d:txBody><a:p><a:r><a:t>Freeze on 3 May</a:t></a:r></a:p></d:txBody></d:sp></d:twoCellAnchor>
        <d:twoCellAnchor><d:pic><d:nvPicPr><d:cNvPr descr="A map of the sites"/></d:nvPicPr></d:pic></d:twoCellAnchor>
        <d:twoCellAnchor><d:graphicFrame><c:chart r:id="c1"/></d:graphicFrame></d:twoCellAnchor></d:wsDr>"""
    title = "<c:title><c:tx><c:rich><a:p><a:r><a:t>Churn in %</a:t></a:r></a:p></c:rich></c:tx></c:title>"
    more = {
        "xl/worksheets/_rels/sheet1.xml.rels": f'<Relationships xmlns="{package}">{relations}</Relationships>',
        "xl/_rels/drawing.xml.rels": f'<Relationships xmlns="{package}"><Relationship Id="c1" Type="{office}/chart"'
        ' Target="chart.xml"/></Relationships>',
        "xl/thread.xml": '<t:ThreadedComments xmlns:t="t"><t:threadedComment ref="B2" personId="p"><t:text>Too low?'
        "</t:text></t:threadedComment></t:ThreadedComments>",
        "xl/drawing.xml": drawing,
        "xl/chart.xml": f'<c:chartSpace xmlns:c="c" xmlns:a="a"><c:chart>{title}</c:chart></c:chartSpace>',
    }
    path = workbook(tmp_path, [("Plan", "Price"), ("Team", 29), ("Firm", 79)])
    text = read(changed(path, "xl/styles.xml", "", "", more)).text
    for words in (
        "Comment on Team, 29: Too low?",
        "Freeze on 3 May",
        "Picture: A map of the sites",
        "Chart: Churn in %",
    ):
        assert words in text


def test_three_lines_of_merged_names_are_one_name_a_column(tmp_path: Path) -> None:
    rows = [
        ("Region", "Sales", None, None, None),
        (None, "2025", None, "2026", None),
        (None, "H1", "H2", "H1", "H2"),
        ("North", 1, 2, 3, 4),
        ("South", 5, 6, 7, 8),
    ]

    def merge(sheet: Worksheet) -> None:
        for place in ("B1:E1", "B2:C2", "D2:E2", "A1:A3"):
            sheet.merge_cells(place)

    line = "Region: South; Sales 2025 H1: 5; Sales 2025 H2: 6; Sales 2026 H1: 7; Sales 2026 H2: 8"
    assert line in text_of(workbook(tmp_path, rows, merge))


def test_a_lone_cell_far_away_is_read_and_costs_nothing(tmp_path: Path) -> None:
    def far(sheet: Worksheet) -> None:
        sheet["XFD200000"] = "Far note"

    document = parse(
        workbook(tmp_path, [("Plan", "Price"), ("Team", 29), ("Firm", 79)], far), "xlsx", DEFAULT_LIMITS
    )
    assert "Plan: Team; Price: 29" in document.text
    assert document.text.endswith("Far note")
    assert max(len(table.columns) for table in document.tables) < 5


LONG = "Thinking about the last time that you asked our assistant something, how sure were you that it was right?"


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("Kohorte,0,1,2\n2026-01,100%,62%,48%\n", "Kohorte: 2026-01; 0: 100%; 1: 62%; 2: 48%"),
        ("Line,2025,2026\nStaff,14,21\nSales,120,180\n", "Line: Staff; 2025: 14; 2026: 21"),
        ("Name,Score,Score\nAda,3,4\n", "Name: Ada; Score: 3; Score (2): 4"),
        (f'#,"{LONG}"\nk3x,very sure\n', f"#: k3x; {LONG}: very sure"),
        (
            "Team,2025,,2026,\n,H1,H2,H1,H2\nCare,4,5,6,7\n",
            "Team: Care; 2025 H1: 4; 2025 H2: 5; 2026 H1: 6; 2026 H2: 7",
        ),
        (
            ",Plans,,Support,\nTeam,Seats,Price,Level,Hours\nCare,4,5,6,7\n",
            "Team: Care; Plans Seats: 4; Plans Price: 5",
        ),
        (
            "Team,Answers,Cost\n,count,EUR\nCare,31,775\nTotal,31,775\n",
            "Team: Care; Answers count: 31; Cost EUR: 775",
        ),
        ("Account,Acme\nIBAN,DE02\n\nDay,Payee,Amount\n3.1.2026,Hafen,7\n", "Account: Acme\nIBAN: DE02"),
        (
            "Account,Acme\nIBAN,DE02\n\nDay,Payee,Amount\n3.1.2026,Hafen,7\n",
            "Day: 3.1.2026; Payee: Hafen; Amount: 7",
        ),
        ("Ana,29,2026-01-05\nBo,31,2026-02-06\n", "Bo | 31 | 2026-02-06"),  # a row of data names nothing
        ("Ana,1990\nBo,1985\n", "Bo: 1985"),
        ("Day,Mon,Tue\nAna,early,late\nBo,late,early\n", "Day: Ana; Mon: early; Tue: late"),
        ("\nDay,Mon,Tue\nAna,early,late\n", "Day: Ana; Mon: early; Tue: late"),
        (",Mon,Tue\nAna,early,late\nBo,late,early\n", "Ana; Mon: early; Tue: late"),
    ],
)
def test_the_lines_that_can_only_be_names_name_the_columns(tmp_path: Path, content: str, line: str) -> None:
    assert line in csv_text(tmp_path, content)


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        (
            [("Weight", "1.2 kg", "Power", "45 W"), ("Length", "30 cm", "Noise", "40 dB")],
            "Weight: 1.2 kg; Power: 45 W",
        ),
        ([("Owner:", "Ana", "Due:", "May"), ("Team:", "Care", "State:", "open")], "Owner: Ana; Due: May"),
        (
            [("Report", "Open bills"), ("Made", "15.01.2026"), ("By", "Ana")],
            "Report: Open bills\nMade: 15.01.2026",
        ),
        ([("Country", "Launch"), ("Norway", "April"), ("Sweden", "May")], "Country: Sweden; Launch: May"),
        ([("Ana", "yes", "yes"), ("Bo", "no", "yes"), ("Cy", "yes", "no")], "Bo | no | yes"),
        ([("Item", "Price"), ("Chair", "12 EUR"), ("Desk", "90 EUR")], "Item: Desk; Price: 90 EUR"),
        ([("Weight", "3 kg"), ("Price", "12 EUR"), ("Length", "9 cm")], "Weight: 3 kg\nPrice: 12 EUR"),
        ([("Plan", "Seats", "Price"), ("A", 1, 2), (), ("B", 3, 4)], "Plan: B; Seats: 3; Price: 4"),
        ([("Plan", "Seats", "Price"), ("A", 1, 2), (), ("Contact", "Ana")], "Contact: Ana"),
        (
            [
                ("Plan", "Price", None, "Add-on", "Price"),
                ("A", 9, None, "Voice", 5),
                ("B", 9, None, "Fax", 2),
            ],
            "Add-on: Voice; Price: 5",
        ),
        (
            [("Plan", "Seats", None, "Phone", "55"), ("A", 9, None, "Mail", "77"), ("B", 3)],
            "Plan: A; Seats: 9",
        ),
        ([("Plan", "Seats", None, "Phone", "x 5"), ("A", 9, None, "Mail", "y 7"), ("B", 3)], "Mail: y 7"),
        (
            [("Plan", "Seats", None, "Remark"), ("A", 9, None, "old"), ("B", 3, None, "new")],
            "Seats: 3; Remark: new",
        ),
        ([("Team", None, "Q1", "Q2"), ("A", None, 1, 2), ("B", None, 3, 4)], "Team: B; Q1: 3; Q2: 4"),
    ],
)
def test_labels_and_values_are_no_names_and_a_table_that_goes_on_keeps_its_own(
    tmp_path: Path, rows: Sequence[Sequence[object]], line: str
) -> None:
    assert line in text_of(workbook(tmp_path, rows))


def test_bold_cells_and_filters_tell_the_names_of_two_columns(tmp_path: Path) -> None:
    rows = [("Squad", "Mascot"), ("North", "Owl"), ("South", "Fox")]

    def bold(sheet: Worksheet) -> None:
        for cell in sheet[1]:
            cell.font = Font(bold=True)

    def filtered(sheet: Worksheet) -> None:
        sheet.auto_filter.ref = "A1:B3"

    assert "North: Owl" in text_of(workbook(tmp_path, rows))
    for change in (bold, filtered):
        assert "Squad: North; Mascot: Owl" in text_of(workbook(tmp_path, rows, change))


def test_durations_and_switches_are_shown(tmp_path: Path) -> None:
    path = workbook(tmp_path, [("Name", "Worked", "Paid"), ("Mia", timedelta(hours=41, minutes=20), True)])
    assert "Worked: 41:20:00; Paid: TRUE" in text_of(path)


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ([("Zeit", "00:00", "06:00"), ("Mo", 3, 5), ("Di", 4, 6)], "Zeit: Mo; 00:00: 3; 06:00: 5"),
        (
            [("Name", "Cups", "Name", "Cups"), ("Ann", 1, "Bob", 2), ("Cid", 3, "Dov", 4)],
            "Name: Ann; Cups: 1; Name (2): Bob; Cups (2): 2",
        ),
        (
            [
                ("Area", "Fee", "", "Note"),
                ("", "Net", "Gross", "(text)"),
                ("North", 5, 6, "a"),
                ("South", 7, 8, "b"),
            ],
            "Area: North; Fee Net: 5; Fee Gross: 6; Note (text): a",
        ),
    ],
)
def test_times_repeated_names_and_units_in_parentheses_name_columns(
    tmp_path: Path, rows: Sequence[Sequence[object]], line: str
) -> None:
    assert line in text_of(workbook(tmp_path, rows)).split("\n")
