"""Word documents are read as they are shown: marks apart from numbers, nothing struck, deleted or hidden."""

import io
import zipfile
from pathlib import Path

import pytest

from tests.support.office_files import (
    cell,
    field,
    names,
    paragraph,
    relationships,
    row,
    run,
    table,
    write_word,
)
from vectorstore.loaders import Document, LoaderLimits, read

RAISED, LOWERED = '<w:vertAlign w:val="superscript"/>', '<w:vertAlign w:val="subscript"/>'
STYLES = {
    "styles.xml": '<w:style w:styleId="Note" w:type="character"><w:rPr><w:vertAlign w:val="superscript"/></w:rPr>'
    "</w:style>"
    '<w:style w:styleId="Gone" w:type="paragraph"><w:rPr><w:vanish/></w:rPr></w:style>'
    '<w:style w:styleId="Late" w:type="paragraph"><w:basedOn w:val="Gone"/></w:style>'
    '<w:style w:styleId="Old" w:type="character"><w:rPr><w:strike/></w:rPr></w:style>'
    '<w:style w:styleId="H1" w:type="paragraph"><w:name w:val="heading 1"/></w:style>'
}


def word(
    tmp_path: Path, body: str, relations: dict[str, tuple[str, str]] | None = None, **parts: str
) -> Document:
    path = write_word(
        tmp_path / "a.docx", body, relations, STYLES | {f"{name}.xml": xml for name, xml in parts.items()}
    )
    return read(path)


@pytest.mark.parametrize(
    ("runs", "shown"),
    [
        ([run("costs 49"), run("1", RAISED), run(" euros")], "costs 49¹ euros"),
        ([run("costs 49"), run("1", RAISED), run(",2", RAISED), run(" euros")], "costs 49¹,² euros"),
        ([run("costs 49"), run("1)", RAISED), run(" euros")], "costs 49¹) euros"),
        ([run("costs 49"), run("(1)", RAISED), run(" euros")], "costs 49^(1) euros"),
        ([run("costs 49"), run("a", RAISED), run(" euros")], "costs 49^a euros"),
        ([run("the 1"), run("st", RAISED), run(" of May")], "the 1st of May"),
        ([run("10"), run("-6", '<w:position w:val="8"/>'), run(" m")], "10⁻⁶ m"),
        ([run("CO"), run("2", LOWERED)], "CO₂"),
        ([run("7"), run("2", '<w:rStyle w:val="Note"/>'), run(" days")], "7² days"),
        ([run("1", RAISED), run("/"), run("2", LOWERED), run(" day")], "1/2 day"),
        ([run("2"), run("1", RAISED), run("⁄"), run("2", LOWERED), run(" days")], "2 1/2 days"),
        ([run("fee 39", "<w:strike/>"), run("fee 49")], "fee 49"),
        ([run("fee 39", "<w:dstrike/>"), run("fee 49")], "fee 49"),
        ([run("fee 39", '<w:rStyle w:val="Old"/>'), run("fee 49", '<w:strike w:val="0"/>')], "fee 49"),
    ],
)
def test_raised_lowered_and_struck_runs(tmp_path: Path, runs: list[str], shown: str) -> None:
    assert word(tmp_path, paragraph(*runs)).text == shown


def math(inner: str) -> str:
    return f"<m:oMath>{inner}</m:oMath>"


def term(text: str) -> str:
    return f"<m:r><m:t>{text}</m:t></m:r>"


@pytest.mark.parametrize(
    ("formula", "shown"),
    [
        (f"<m:f><m:num>{term('1')}</m:num><m:den>{term('2')}</m:den></m:f>", "2 1/2 of it"),
        (f"<m:f><m:num>{term('a+b')}</m:num><m:den>{term('2a')}</m:den></m:f>", "2(a+b)/(2a) of it"),
        (f"<m:sSup><m:e>{term('x')}</m:e><m:sup>{term('n+1')}</m:sup></m:sSup>", "2x^(n+1) of it"),
        (f"<m:sSup><m:e>{term('10')}</m:e><m:sup>{term('6')}</m:sup></m:sSup>", "2 10⁶ of it"),
        (f"<m:rad><m:deg/><m:e>{term('16')}</m:e></m:rad>", "2√(16) of it"),
        (f"<m:rad><m:deg>{term('3')}</m:deg><m:e>{term('8')}</m:e></m:rad>", "2 ³√(8) of it"),
        (
            f'<m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr><m:sub>{term("i=1")}</m:sub><m:sup>{term("n")}</m:sup>'
            f"<m:e>{term('i')}</m:e></m:nary>",
            "2∑_(i=1)^n i of it",
        ),
    ],
)
def test_a_formula_is_written_on_one_line(tmp_path: Path, formula: str, shown: str) -> None:
    assert word(tmp_path, paragraph(run("2"), math(formula), run(" of it"))).text == shown


def test_typed_formulas_and_readings_over_words(tmp_path: Path) -> None:
    text = word(tmp_path, paragraph(run("pay "), field(r"EQ \f(1;2)"), run(" of it"))).text
    assert text == "pay 1/2 of it"
    reading = field(r'EQ \* jc2 \* "Font:MS Mincho" \* hps10 \o\ad(\s\up 9(おおさか),大阪)')
    assert word(tmp_path, paragraph(run("会場は"), reading, run("本社"))).text == "会場は大阪本社"
    ruby = f"<w:r><w:ruby><w:rt>{run('おおさか')}</w:rt><w:rubyBase>{run('大阪')}</w:rubyBase></w:ruby></w:r>"
    assert word(tmp_path, paragraph(run("会場は"), ruby, run("本社"))).text == "会場は大阪本社"


def test_hidden_text_is_left_out_and_counted(tmp_path: Path) -> None:
    body = (
        paragraph(run("Price 90."), run(" Margin", "<w:vanish/>"), run(" 62%", "<w:vanish/>"))
        + paragraph(run("Draft price 70."), properties='<w:pStyle w:val="Late"/>')
        + paragraph(run("White 31.", '<w:color w:val="FFFFFF"/>'))
        + paragraph(run("Tiny 12.", '<w:sz w:val="2"/>'))
        + table(row("Plan", "Price"), row("Old", "7", properties="<w:hidden/>"), row("New", "9"))
    )
    document = word(tmp_path, body)
    assert document.text == "Price 90.\n\nPlan: Price\nNew: 9"
    assert dict(document.hidden) == {"passage": 4, "row": 1}
    whole = read(tmp_path / "a.docx", limits=LoaderLimits(include_hidden=True))
    assert "Price 90. Margin 62%" in whole.text
    assert "Draft price 70." in whole.text


def test_white_text_on_a_dark_ground_is_there_to_be_read(tmp_path: Path) -> None:
    white = run("White 31.", '<w:color w:val="FFFFFF"/>')
    dark = paragraph(white, properties='<w:shd w:fill="1F3864"/>')
    assert (
        word(tmp_path, dark + table(row(cell("a"), f"<w:tc>{paragraph(white)}</w:tc>"))).text.count(
            "White 31."
        )
        == 2
    )


def test_paragraphs_that_a_tracked_change_joins_are_one(tmp_path: Path) -> None:
    body = (
        paragraph(run("Remote work is allowed "), properties="<w:rPr><w:del/></w:rPr>")
        + paragraph(
            "<w:del><w:r><w:delText>two</w:delText></w:r></w:del>", f"<w:ins>{run('three days')}</w:ins>"
        )
        + table(row("Chair", "300"), row("Desk", "150", properties="<w:del/>"), row("Lamp", "20"))
        + paragraph(f"<w:moveFrom>{run('Moved 5')}</w:moveFrom>")
        + paragraph(f"<w:moveTo>{run('Moved 6')}</w:moveTo>")
    )
    assert word(tmp_path, body).text == "Remote work is allowed three days\n\nChair: 300\nLamp: 20\n\nMoved 6"


def level(depth: int, form: str, text: str, more: str = "") -> str:
    form = f'<w:numFmt w:val="{form}"/>{more}<w:lvlText w:val="{text}"/>'
    return f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/>{form}</w:lvl>'


def item(text: str, number: int, depth: int = 0) -> str:
    return paragraph(
        run(text) if text else "",
        properties=f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr>',
    )


def test_lists_are_numbered_as_word_does(tmp_path: Path) -> None:
    numbering = (
        '<w:abstractNum w:abstractNumId="0">'
        + level(0, "upperRoman", "Part %1")
        + level(1, "decimal", "%1.%2", "<w:isLgl/>")
        + level(2, "lowerLetter", "(%3)", '<w:lvlRestart w:val="0"/>')
        + level(3, "decimalZero", "%4.")
        + '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
        '<w:num w:numId="2"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/>'
        '</w:lvlOverride></w:num><w:num w:numId="3"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0">'
        + level(0, "ordinal", "%1 step")
        + "</w:lvlOverride></w:num>"
        '<w:abstractNum w:abstractNumId="7">'
        + level(0, "bullet", "\uf0a8", '<w:rPr><w:rFonts w:ascii="Wingdings"/></w:rPr>')
        + level(1, "bullet", "\uf0b7")
        + '</w:abstractNum><w:num w:numId="7"><w:abstractNumId w:val="7"/></w:num>'
    )
    body = (
        item("Scope", 1)
        + item("Fees", 1, 1)
        + item("Late", 1, 2)
        + item("", 1, 1)
        + item("Term", 1, 1)
        + item("Later", 1, 2)
        + item("Number", 1, 3)
        + item("Annex", 2)
        + item("Next", 2)
        + item("Other", 3)
        + item("Paid", 7)
        + item("by card", 7, 1)
    )
    lines = word(tmp_path, body, numbering=numbering).text.split("\n")
    assert lines == [
        "Part I Scope",
        "1.1 Fees",
        "(a) Late",
        "1.3 Term",
        "(b) Later",
        "01. Number",
        "Part V Annex",
        "Part VI Next",
        "7th step Other",
        "☐ Paid",
        "- by card",
    ]


def test_numbers_of_styles_go_by_the_level_that_names_the_style(tmp_path: Path) -> None:
    numbering = (
        '<w:abstractNum w:abstractNumId="0">'
        + level(0, "decimal", "%1", '<w:pStyle w:val="A"/>')
        + level(1, "decimal", "%1.%2", '<w:pStyle w:val="B"/>')
        + '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    )
    numbered = "<w:pPr><w:numPr><w:numId w:val='1'/></w:numPr></w:pPr>"
    styles = "".join(f'<w:style w:styleId="{id_}" w:type="paragraph">{numbered}</w:style>' for id_ in "AB")
    body = "".join(
        paragraph(run(text), properties=f'<w:pStyle w:val="{style}"/>')
        for text, style in [("Scope.", "A"), ("Fees.", "B"), ("Terms.", "B")]
    )
    path = write_word(tmp_path / "a.docx", body, parts={"numbering.xml": numbering, "styles.xml": styles})
    assert read(path).text == "1 Scope.\n1.1 Fees.\n1.2 Terms."


def test_forms_show_what_is_ticked_chosen_and_filled_in(tmp_path: Path) -> None:
    box = "<w:ffData><w:checkBox><w:default w:val='{}'/></w:checkBox></w:ffData>"
    choices = "<w:listEntry w:val='Low'/><w:listEntry w:val='Severe'/>"
    drop = f"<w:ffData><w:ddList><w:result w:val='1'/>{choices}</w:ddList></w:ffData>"
    checked = '<w:sdt><w:sdtPr><w14:checkbox><w14:checked w14:val="{}"/></w14:checkbox></w:sdtPr>'
    checked += "<w:sdtContent>{}</w:sdtContent></w:sdt>"
    body = (
        paragraph(field("FORMCHECKBOX", form=box.format(1)), run(" Told"))
        + paragraph(field("FORMCHECKBOX", form=box.format(0)), run(" Paid"))
        + paragraph(run("Impact: "), field("FORMDROPDOWN", "Low", form=drop))
        + paragraph(run("Owner: "), field("FORMTEXT", "Jonas Feld", form="<w:ffData/>"))
        + paragraph(checked.format(1, run("?")), run(" SSO "), checked.format(0, run("?")), run(" SCIM"))
        + paragraph('<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>', run(" Legal"))
        + paragraph(run("\uf0a8", '<w:rFonts w:ascii="Wingdings"/>'), run(" Board"))
    )
    assert word(tmp_path, body).text.split("\n\n") == [
        "☒ Told",
        "☐ Paid",
        "Impact: Severe",
        "Owner: Jonas Feld",
        "☒ SSO ☐ SCIM",
        "☑ Legal",
        "☐ Board",
    ]


def test_links_give_their_addresses(tmp_path: Path) -> None:
    relations = {
        "l1": ("hyperlink", "https://status.example/fi"),
        "l2": ("hyperlink", "mailto:anna@example.org?subject=x"),
        "l3": ("hyperlink", "https://example.org/"),
        "l4": ("hyperlink", "javascript:x"),
    }
    body = (
        paragraph(run("See the "), f'<w:hyperlink r:id="l1">{run("status page")}</w:hyperlink>', run("."))
        + paragraph(f'<w:hyperlink r:id="l2">{run("Anna")}</w:hyperlink>')
        + paragraph(f'<w:hyperlink r:id="l3">{run("example.org")}</w:hyperlink>')
        + paragraph(f'<w:hyperlink w:anchor="top">{run("up")}</w:hyperlink>')
        + paragraph(f'<w:hyperlink r:id="l4">{run("run")}</w:hyperlink>')
        + paragraph(field('HYPERLINK "https://desk.example/new"', "the desk"))
        + paragraph(field(r'HYPERLINK \l "here"', "below"))
        + paragraph(f"<w:fldSimple w:instr='HYPERLINK \"https://a.example\"'>{run('A')}</w:fldSimple>")
    )
    assert word(tmp_path, body, relations).text.split("\n\n") == [
        "See the status page (https://status.example/fi).",
        "Anna (anna@example.org)",
        "example.org",
        "up",
        "run",
        "the desk (https://desk.example/new)",
        "below",
        "A (https://a.example)",
    ]


def test_notes_and_comments_stand_behind_what_they_belong_to(tmp_path: Path) -> None:
    note = paragraph("<w:r><w:footnoteRef/></w:r>", run(" Only for orders after 1 June."))
    body = paragraph(
        run("It costs 65"), '<w:r><w:footnoteReference w:id="2"/></w:r>', run(" euros.")
    ) + table(
        row("Plan", f'<w:tc><w:p>{run("9")}<w:r><w:endnoteReference w:id="3"/></w:r></w:p></w:tc>'),
        row("Team", f'<w:tc><w:p>{run("7")}<w:r><w:commentReference w:id="4"/></w:r></w:p></w:tc>'),
    )
    document = word(
        tmp_path,
        body,
        footnotes=f'<w:footnote w:id="2">{note}</w:footnote>',
        endnotes=f'<w:endnote w:id="3">{paragraph("<w:r><w:endnoteRef/></w:r>", run(" For a pilot."))}</w:endnote>',
        comments=f'<w:comment w:id="4" w:author="Ida">{paragraph(run("Ask legal."))}</w:comment>',
    )
    assert document.text.split("\n\n") == [
        "It costs 65¹ euros.",
        "¹ Only for orders after 1 June.",
        "Plan: 9 [i]\nTeam: 7",
        "[i] For a pilot.",
        "Comment by Ida: Ask legal.",
    ]


def test_merged_and_skipped_cells_stay_in_their_columns(tmp_path: Path) -> None:
    down, on = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    wide = '<w:gridSpan w:val="2"/>'
    body = table(
        row(cell("Plan", down), cell("Price", wide), cell("Seats", wide), properties="<w:tblHeader/>"),
        row(cell("", on), "EU", "US", "EU", "US", properties="<w:tblHeader/>"),
        row("Pro", "50 EUR", "55 USD", "12", "15"),
        row(cell("Team", down), cell("on request", wide), "3", "4"),
        row(cell("", on), "9 EUR", "10 USD", "5", "6"),
        row("7", "8", properties='<w:gridBefore w:val="3"/>'),
    )
    assert word(tmp_path, body).text.split("\n")[-4:] == [
        "Plan: Pro; Price EU: 50 EUR; Price US: 55 USD; Seats EU: 12; Seats US: 15",
        "Plan: Team; Price EU: on request; Price US: on request; Seats EU: 3; Seats US: 4",
        "Plan: Team; Price EU: 9 EUR; Price US: 10 USD; Seats EU: 5; Seats US: 6",
        "Seats EU: 7; Seats US: 8",
    ]


def test_a_bold_first_row_names_the_columns_and_a_label_with_its_number_does_not(tmp_path: Path) -> None:
    def bold(text: str) -> str:
        return f"<w:tc>{paragraph(run(text, '<w:b/>'))}</w:tc>"

    named = table(row(bold("Country"), bold("Capital")), row("Sweden", "Stockholm"), row("Chile", "Santiago"))
    assert "Country: Chile; Capital: Santiago" in word(tmp_path, named).text
    pairs = table(row(bold("Weight"), bold("3 kg")), row("Power", "20 W"), row("Noise", "3 dB"))
    assert word(tmp_path, pairs).text == "Weight: 3 kg\nPower: 20 W\nNoise: 3 dB"


def test_documents_put_into_a_document_are_read(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        text = paragraph(run("Inner: 12 days."))
        archive.writestr("word/document.xml", f"<w:document {names()}><w:body>{text}</w:body></w:document>")
    relations = {f"c{number}": ("aFChunk", f"part{number}") for number in range(6)}
    body = "".join(f'<w:altChunk r:id="c{number}"/>' for number in range(6)) + paragraph(run("End."))
    path = write_word(tmp_path / "a.docx", body, relations)
    chunks = {
        "part0": b"",
        "part1": inner.getvalue(),
        "part2": rb"{\rtf1 Rich: 13 days.\par}",
        "part3": b"?",
        "part4": b"",
        "part5": b"",
    }
    with zipfile.ZipFile(path, "a") as archive:
        for name, content in chunks.items():
            if content:
                archive.writestr(f"word/{name}", content)
    document = read(path)
    assert document.text.split("\n\n") == ["Inner: 12 days.", "Rich: 13 days.", "End."]
    assert any("missing" in note for note in document.notes)
    assert any("not read" in note for note in document.notes)


def test_a_web_page_put_into_a_document_is_read_with_its_tables(tmp_path: Path) -> None:
    rows = "<tr><th>Plan</th><th>Fee</th></tr><tr><td>Solo</td><td>7 EUR</td></tr>"
    page = f"<html><body><p>Refunds within 45 days.</p><table>{rows}</table>"
    mht = f"MIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n{page}"
    body = '<w:altChunk r:id="c0"/><w:altChunk r:id="c1"/>'
    path = write_word(tmp_path / "a.docx", body, {"c0": ("aFChunk", "a.html"), "c1": ("aFChunk", "b.mht")})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("word/a.html", page)
        archive.writestr("word/b.mht", mht)
    text = read(path).text
    assert text.count("Refunds within 45 days.") == 2
    assert text.count("Plan: Solo; Fee: 7 EUR") == 2


def test_pictures_charts_and_word_art_are_read(tmp_path: Path) -> None:
    def drawing(inner: str, said: str = "") -> str:
        return f'<w:r><w:drawing><wp:inline><wp:docPr id="1" descr="{said}"/>{inner}</wp:inline></w:drawing></w:r>'

    chart = (
        f"<c:chartSpace {names()}><c:chart><c:plotArea><c:barChart><c:ser><c:tx><c:v>Churn</c:v></c:tx>"
        '<c:cat><c:strCache><c:pt idx="0"><c:v>Q1</c:v></c:pt></c:strCache></c:cat><c:val><c:numCache>'
        '<c:formatCode>0.0%</c:formatCode><c:pt idx="0"><c:v>0.045</c:v></c:pt></c:numCache></c:val></c:ser>'
        "</c:barChart></c:plotArea></c:chart></c:chartSpace>"
    )
    body = (
        paragraph(run("See."), drawing("", "Churn fell from 9 to 4 percent"))
        + paragraph(drawing("", "image1.png"))
        + paragraph(drawing('<c:chart r:id="c"/>'))
    )
    path = write_word(tmp_path / "a.docx", body, {"c": ("chart", "chart1.xml")})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("word/chart1.xml", chart)
    assert read(path).text == "See.\n\nPicture: Churn fell from 9 to 4 percent\n\nChurn\nQ1; Churn: 4.5%"


def test_only_the_headers_that_pages_show_are_read(tmp_path: Path) -> None:
    relations = {"h1": ("header", "header1.xml"), "h2": ("header", "header2.xml")}
    headers = [("default", "h1"), ("first", "h2")]
    used = "".join(f'<w:headerReference w:type="{type_}" r:id="{id_}"/>' for type_, id_ in headers)
    section = f"<w:sectPr>{used}{{}}</w:sectPr>"
    for page, expected in [("", ["DRAFT 3"]), ("<w:titlePg/>", ["DRAFT 3", "Old 2020 cover"])]:
        path = write_word(tmp_path / "a.docx", paragraph(run("Text.")) + section.format(page), relations)
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr("word/header1.xml", f"<w:hdr {names()}>{paragraph(run('DRAFT 3'))}</w:hdr>")
            archive.writestr(
                "word/header2.xml", f"<w:hdr {names()}>{paragraph(run('Old 2020 cover'))}</w:hdr>"
            )
            archive.writestr("word/_rels/header1.xml.rels", relationships({}))
        assert read(path).text.split("\n\n")[1:] == expected


def test_a_total_over_several_columns_is_no_value_of_each(tmp_path: Path) -> None:
    rows = (
        row(cell("Plan"), cell("Net"), cell("Gross")),
        row(cell("Solo"), cell("5 EUR"), cell("6 EUR")),
        row(cell("Duo"), cell("7 EUR"), cell("8 EUR")),
        row(cell("Total", '<w:gridSpan w:val="2"/>'), cell("14 EUR")),
    )
    assert word(tmp_path, table(*rows)).text.endswith("Plan: Total; Gross: 14 EUR")
