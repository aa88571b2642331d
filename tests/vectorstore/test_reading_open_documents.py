"""OpenDocument texts, sheets and slides are read as they are shown."""

import zipfile
from pathlib import Path

import pytest

from tests.support.office_files import write_open_document
from vectorstore.loaders import Document, LoaderLimits, read


def style(name: str, properties: str, family: str = "text", more: str = "") -> str:
    return (
        f'<style:style style:name="{name}" style:family="{family}" {more}>'
        f"<style:{family}-properties {properties}/></style:style>"
    )


STYLES = (
    style("Up", 'style:text-position="super 58%"')
    + style("High", 'style:text-position="33% 58%"')
    + style("Down", 'style:text-position="sub 58%"')
    + style("Gone", 'style:text-line-through-style="solid" style:text-line-through-type="single"')
    + style("Kept", 'style:text-line-through-style="none"', more='style:parent-style-name="Gone"')
    + style("Hid", 'text:display="none"')
    + style("White", 'fo:color="#ffffff"')
)


def p(inner: str) -> str:
    return f"<text:p>{inner}</text:p>"


def span(name: str, text: str) -> str:
    return f'<text:span text:style-name="{name}">{text}</text:span>'


def odt(tmp_path: Path, body: str, styles: str = "", page: str = "") -> Document:
    return read(write_open_document(tmp_path / "a.odt", body, STYLES + styles, page))


@pytest.mark.parametrize(
    ("inner", "shown"),
    [
        (f"costs 49{span('Up', '1')} euros", "costs 49¹ euros"),
        (f"10{span('High', '-6')} m", "10⁻⁶ m"),
        (f"CO{span('Down', '2')}", "CO₂"),
        (f"fee {span('Gone', '39 ')}49", "fee 49"),
        (f"fee {span('Kept', '39')}", "fee 39"),
        (
            "会場は<text:ruby><text:ruby-base>大阪</text:ruby-base><text:ruby-text>おおさか</text:ruby-text></text:ruby>本社",
            "会場は大阪本社",
        ),
        ('See <text:a xlink:href="https://status.example/">the page</text:a>.', "See the page (https://status.example/)."),
        ('<text:drop-down><text:label text:value="A"/><text:label text:value="B"/>B</text:drop-down>', "B"),
        (
            "2<draw:frame><draw:object><math:math><math:mfrac><math:mn>1</math:mn><math:mn>2</math:mn></math:mfrac>"
            "</math:math></draw:object></draw:frame> days",
            "2 1/2 days",
        ),
    ],
)  # fmt: skip
def test_marks_of_runs(tmp_path: Path, inner: str, shown: str) -> None:
    assert odt(tmp_path, p(inner)).text == shown


def test_hidden_text_and_sections_are_left_out_and_counted(tmp_path: Path) -> None:
    body = (
        p(f"Price 90.{span('Hid', ' Margin 62%')}{span('White', ' Cost 31')}")
        + '<text:section text:display="none">' + p("Draft 70.") + "</text:section>"
        + '<text:p text:is-hidden="true">Old 60.</text:p>'
        + p('<text:hidden-text text:is-hidden="true" text:string-value="x"/>Shown.')
    )  # fmt: skip
    document = odt(tmp_path, body)
    assert document.text == "Price 90.\n\nShown."
    assert dict(document.hidden)["section"] == 1
    whole = read(tmp_path / "a.odt", limits=LoaderLimits(include_hidden=True)).text
    assert "Margin 62%" in whole
    assert "Draft 70." in whole


def items(*texts: str, more: str = "") -> str:
    return "".join(
        f"<text:list-item {more}>{one if one[0] == '<' else p(one)}</text:list-item>" for one in texts
    )


def test_lists_and_headings_have_their_numbers(tmp_path: Path) -> None:
    def level(depth: int, form: str, suffix: str, more: str = "") -> str:
        return (
            f'<text:list-level-style-number text:level="{depth}" style:num-format="{form}" '
            f'style:num-suffix="{suffix}" {more}/>'
        )

    lists = (
        '<text:list-style style:name="L">' + level(1, "1", ".") + level(2, "a", ")")
        + level(3, "1", "", 'text:display-levels="2"') + "</text:list-style>"
        '<text:list-style style:name="B"><text:list-level-style-bullet text:level="1"/></text:list-style>'
        '<text:list-style style:name="T"><text:list-level-style-bullet text:level="1" text:bullet-char="☑"/>'
        "</text:list-style>"
    )  # fmt: skip
    seventh = 'text:start-value="7"'
    inner = f"{p('Pack')}<text:list>{items('box', 'bag')}</text:list>"
    body = (
        f'<text:list text:style-name="L" xml:id="one">{items("Ask", inner)}</text:list>'
        + p("Between.")
        + f'<text:list text:style-name="L" text:continue-numbering="true">{items("Send")}</text:list>'
        + p("Again.")
        + f'<text:list text:style-name="L">{items("Wipe")}{items("Pay", more=seventh)}</text:list>'
        + f'<text:list xml:id="two" text:style-name="L" text:continue-list="one">{items("Last")}</text:list>'
        + f'<text:list text:style-name="B">{items("Point")}</text:list>'
        + f'<text:list text:style-name="T">{items("Told")}</text:list>'
        + '<text:h text:outline-level="1">Scope</text:h><text:h text:outline-level="2">Fees</text:h>'
    )
    outline = (
        '<text:outline-style><text:outline-level-style text:level="1" style:num-format="I"/>'
        '<text:outline-level-style text:level="2" style:num-format="1" text:display-levels="2"/></text:outline-style>'
    )
    text = odt(tmp_path, body, lists, f"<office:styles>{outline}</office:styles>").text
    assert [line for line in text.split("\n") if line] == [
        "1. Ask", "2. Pack", "a) box", "b) bag", "Between.", "3. Send", "Again.", "1. Wipe", "7. Pay", "4. Last",
        "- Point", "☑ Told", "I Scope", "I.1 Fees",
    ]  # fmt: skip


def test_notes_comments_boxes_pictures_and_margins(tmp_path: Path) -> None:
    note = (
        '<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation>'
        f"<text:note-body>{p('After 1 June.')}</text:note-body></text:note>"
    )
    remark = f"<office:annotation><dc:creator>Ida</dc:creator>{p('Ask legal.')}</office:annotation>"
    body = (
        p(f"Costs 65{note} euros{remark} now.")
        + p(f"<draw:frame><draw:text-box>{p('Early bird: 310 euros.')}</draw:text-box></draw:frame>")
        + p("<draw:frame><draw:image/><svg:desc>Churn fell to 4 percent</svg:desc></draw:frame>")
    )
    page = f"<office:master-styles><style:master-page><style:header>{p('DRAFT 3')}</style:header></style:master-page>"
    document = odt(tmp_path, body, page=f"{page}</office:master-styles>")
    assert document.text.split("\n\n") == [
        "Costs 65¹ euros now.",
        "¹ After 1 June.",
        "Comment by Ida: Ask legal.",
        "Early bird: 310 euros.",
        "Picture: Churn fell to 4 percent",
        "DRAFT 3",
    ]


def test_form_controls_show_what_is_ticked_and_chosen(tmp_path: Path) -> None:
    forms = (
        '<office:forms><form:form><form:checkbox form:id="c1" form:label="Told" form:current-state="checked"/>'
        '<form:checkbox form:id="c2" form:label="Paid"/><form:listbox form:id="c3"><form:option form:label="Low"/>'
        '<form:option form:label="High" form:current-selected="true"/></form:listbox>'
        '<form:text form:id="c4" form:current-value="Jonas"/></form:form></office:forms>'
    )
    body = forms + "".join(
        p(f'{label}<draw:control draw:control="c{at}"/>')
        for at, label in enumerate(["", "", "Risk: ", "Owner: "], 1)
    )
    assert odt(tmp_path, body).text.split("\n\n") == ["☒ Told", "☐ Paid", "Risk: High", "Owner: Jonas"]


def cells(*texts: str) -> str:
    return "".join(
        one if one.startswith("<") else f"<table:table-cell>{p(one)}</table:table-cell>" for one in texts
    )


def row(*texts: str, more: str = "") -> str:
    return f"<table:table-row {more}>{cells(*texts)}</table:table-row>"


def merged(text: str, down: int = 1, across: int = 1) -> str:
    return (
        f'<table:table-cell table:number-rows-spanned="{down}" table:number-columns-spanned="{across}">'
        f"{p(text)}</table:table-cell>"
    )


COVERED = "<table:covered-table-cell/>"


def test_merged_cells_of_a_text_are_in_each_of_their_rows(tmp_path: Path) -> None:
    head = row("Region", merged("Target", across=2), COVERED) + row("", "2025", "2026")
    body = (
        f"<table:table><table:table-header-rows>{head}</table:table-header-rows>"
        + row(merged("North", down=2), "Norway 3", "300") + row(COVERED, "Sweden 2", "240") + "</table:table>"
    )  # fmt: skip
    document = odt(tmp_path, body)
    assert "Region: North; Target 2025: Sweden 2; Target 2026: 240" in document.text
    assert len(document.tables[0].rows) == 2


def test_hidden_sheets_rows_and_columns_are_left_out_and_rows_keep_their_numbers(tmp_path: Path) -> None:
    styles = style("No", 'table:display="false"', "table")
    note = f"<office:annotation><dc:creator>Ida</dc:creator>{p('Check it.')}</office:annotation>"
    twice = 'table:number-rows-repeated="2"'
    noted = f"<table:table-cell>{note}{p('19')}</table:table-cell>"
    sheet = (
        '<table:table table:name="Prices"><table:table-column/><table:table-column table:visibility="collapse"/>'
        "<table:table-column/>" + row("Plan", "Margin", "Price")
        + row(merged("Solo", down=3), "61%", "7") + row(COVERED, "62%", "8", more='table:visibility="collapse"')
        + row(COVERED, "63%", "9") + row("Team", "64%", noted) + row("Same", "65%", "5", more=twice)
        + '<table:table-row table:number-rows-repeated="1048000"><table:table-cell '
        'table:number-columns-repeated="1024"/></table:table-row></table:table>'
    )  # fmt: skip
    secret = (
        '<table:table table:name="Internal" table:style-name="No">' + row("Secret", "1") + "</table:table>"
    )
    path = write_open_document(tmp_path / "a.ods", sheet + secret, styles)
    document = read(path)
    assert document.text.split("\n") == [
        "Plan | Price",
        "Plan: Solo; Price: 7",
        "Plan: Solo; Price: 9",
        "Plan: Team; Price: 19",
        "Plan: Same; Price: 5",
        "Plan: Same; Price: 5",
        "",
        "Comment by Ida on B5: Check it.",
    ]
    assert [one.number for one in document.tables[0].rows] == [2, 4, 5, 6, 7]
    assert dict(document.hidden) == {"row": 1, "column": 1, "sheet": 1}
    whole = read(path, limits=LoaderLimits(include_hidden=True)).text
    assert "Plan: Solo; Margin: 62%; Price: 8" in whole
    assert "Secret" in whole


def test_cells_are_struck_by_their_style_and_values_without_a_text_are_read(tmp_path: Path) -> None:
    gone = '<style:style style:name="C" style:family="table-cell"><style:text-properties {}/></style:style>'
    styles = gone.format('style:text-line-through-style="solid"')
    struck = f'<table:table-cell table:style-name="C">{p("39 EUR")}</table:table-cell>'
    money = '<table:table-cell office:value-type="currency" office:value="49.5" office:currency="EUR"/>'
    share = '<table:table-cell office:value-type="percentage" office:value="0.125"/>'
    rows = row("Plan", "Before", "Price", "Share") + row("Solo", struck, money, share)
    path = write_open_document(
        tmp_path / "a.ods", f'<table:table table:name="P">{rows}</table:table>', styles
    )
    assert read(path).text.split("\n")[-1] == "Plan: Solo; Price: 49.5 EUR; Share: 12.5%"


def test_slides_give_titles_notes_and_hidden_ones_only_on_demand(tmp_path: Path) -> None:
    styles = style("Skip", 'presentation:visibility="hidden"', "drawing-page")
    said = (
        f'<draw:frame presentation:class="notes"><draw:text-box>{p("Say 37.")}</draw:text-box></draw:frame>'
    )
    notes = f"<presentation:notes>{said}</presentation:notes>"
    title = f'<draw:frame presentation:class="title"><draw:text-box>{p("Plan")}</draw:text-box></draw:frame>'
    box = f"<draw:frame><draw:text-box>{p('Price 52')}</draw:text-box></draw:frame>"
    hidden = f'<draw:page draw:style-name="Skip">{box.replace("52", "31")}</draw:page>'
    body = f"<draw:page>{box}{title}{notes}</draw:page>{hidden}"
    document = read(write_open_document(tmp_path / "a.odp", body, styles))
    assert document.text == "Plan\n\nPrice 52\n\nNotes: Say 37."
    assert document.sections[0].heading == "Plan"
    assert dict(document.hidden) == {"slide": 1}


def test_formulas_and_charts_in_parts_of_their_own(tmp_path: Path) -> None:
    path = write_open_document(
        tmp_path / "a.odt",
        p('x = <draw:frame><draw:object xlink:href="./Object 1"/></draw:frame> m')
        + p('<draw:frame><draw:object xlink:href="./Object 2"/></draw:frame>'),
    )
    math = "<math xmlns='http://www.w3.org/1998/Math/MathML'><msup><mn>10</mn><mn>6</mn></msup></math>"
    rows = row("", "Churn") + row("Q1", "4.5")
    chart = (
        "<o:c xmlns:o='o' xmlns:chart='c' xmlns:table='t' xmlns:text='x'><chart:chart><chart:title><text:p>Churn in %"
        f"</text:p></chart:title><table:table>{rows}</table:table></chart:chart></o:c>"
    )
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("Object 1/content.xml", math)
        archive.writestr("Object 2/content.xml", chart)
    assert read(path).text.split("\n\n") == ["x = 10⁶ m", "Churn in %", "Churn\nQ1; Churn: 4.5"]
