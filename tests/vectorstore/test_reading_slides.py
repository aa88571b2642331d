"""Slides are read as they are shown: marks apart, nothing struck or hidden, merged cells and comments in place."""

import zipfile
from html import escape
from pathlib import Path

import pytest
from lxml import etree

from tests.support.office_files import names, point, relationships, shape, slide_run, write_deck
from vectorstore.loaders import LoaderLimits, read
from vectorstore.loaders.chart_tables import chart_grid


@pytest.mark.parametrize(
    ("runs", "shown"),
    [
        ([slide_run("49"), slide_run("1", 'baseline="30000"'), slide_run(" euros")], "49¹ euros"),
        ([slide_run("CO"), slide_run("2", 'baseline="-25000"')], "CO₂"),
        ([slide_run("3 March", 'strike="sngStrike"'), slide_run("17 March")], "17 March"),
        ([slide_run("3 March", 'strike="dblStrike"'), slide_run("17 March")], "17 March"),
        ([slide_run("\uf0fe", "", '<a:latin typeface="Wingdings"/>'), slide_run(" Legal")], "☑ Legal"),
        (
            [
                slide_run("2"),
                "<a14:m><m:oMath><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num>"
                "<m:den><m:r><m:t>2</m:t></m:r></m:den></m:f></m:oMath></a14:m>",
                slide_run(" days"),
            ],
            "2 1/2 days",
        ),
    ],
)
def test_marks_of_runs_on_slides(tmp_path: Path, runs: list[str], shown: str) -> None:
    assert read(write_deck(tmp_path / "a.pptx", [shape(point(*runs))])).text == shown


def test_struck_text_by_the_style_of_its_box(tmp_path: Path) -> None:
    style = '<a:lstStyle><a:lvl1pPr><a:defRPr strike="sngStrike"/></a:lvl1pPr></a:lstStyle>'
    shapes = shape(point(slide_run("Old 5")), style=style) + shape(point(slide_run("New 6")))
    assert read(write_deck(tmp_path / "a.pptx", [shapes])).text == "New 6"


def test_hidden_slides_and_shapes_are_left_out_and_counted(tmp_path: Path) -> None:
    hidden = shape(point(slide_run("Draft 30"))).replace("<p:cNvPr/>", '<p:cNvPr hidden="1"/>')
    slides = [shape(point(slide_run("Price 52"))) + hidden, shape(point(slide_run("Margin 62%")))]
    path = write_deck(tmp_path / "a.pptx", slides, attributes='show="0"')
    document = read(path)
    assert document.text == "Price 52"
    assert dict(document.hidden) == {"slide": 1, "shape": 1}
    assert document.notes == ()
    assert "Margin 62%" in read(path, limits=LoaderLimits(include_hidden=True)).text


def test_what_stands_at_the_foot_of_slides_is_read_once(tmp_path: Path) -> None:
    foot = shape(point(slide_run("Valid until 31 May"))).replace(
        "<p:nvPr/>", '<p:nvPr><p:ph type="ftr"/></p:nvPr>'
    )
    slides = [shape(point(slide_run(text))) + foot for text in ("Plan", "Price")]
    assert read(write_deck(tmp_path / "a.pptx", slides)).text == "Plan\n\nValid until 31 May\n\nPrice"


def test_numbered_points_have_their_numbers(tmp_path: Path) -> None:
    def numbered(level: int, form: str, start: str = "") -> str:
        return f'<a:pPr lvl="{level}"><a:buAutoNum type="{form}" {start}/></a:pPr>'

    points = [
        point(slide_run("Ask"), properties=numbered(0, "arabicPeriod")),
        point(slide_run("by mail"), properties=numbered(1, "alphaLcParenR")),
        point(slide_run("by phone"), properties=numbered(1, "alphaLcParenR")),
        point(slide_run("Wait"), properties=numbered(0, "arabicPeriod")),
        point(slide_run("Note")),
        point(
            slide_run("Done"),
            properties='<a:pPr><a:buFont typeface="Wingdings"/><a:buChar char="þ"/></a:pPr>',
        ),
        point(slide_run("Pay"), properties=numbered(0, "romanUcPeriod", 'startAt="4"')),
    ]
    text = read(write_deck(tmp_path / "a.pptx", [shape(*points)])).text
    assert text.split("\n") == [
        "1. Ask",
        "a) by mail",
        "b) by phone",
        "2. Wait",
        "- Note",
        "☑ Done",
        "IV. Pay",
    ]


def test_links_of_words_boxes_and_pictures(tmp_path: Path) -> None:
    relations = {"l": ("hyperlink", "https://desk.example/new"), "n": ("slide", "slide1.xml")}
    link, inside = '<a:hlinkClick r:id="l"/>', '<a:hlinkClick r:id="n" action="ppaction://hlinksldjump"/>'
    box = shape(point(slide_run("The desk"))).replace("<p:cNvPr/>", f"<p:cNvPr>{link}</p:cNvPr>")
    picture = f'<p:pic><p:nvPicPr><p:cNvPr descr="Map of the office">{link}</p:cNvPr></p:nvPicPr></p:pic>'
    words = shape(
        point(slide_run("Ask "), slide_run("us", "", link), slide_run(" on "), slide_run("1", "", inside))
    )
    text = read(write_deck(tmp_path / "a.pptx", [words + box + picture], relations)).text
    assert text.split("\n\n") == [
        "Ask us (https://desk.example/new) on 1",
        "The desk (https://desk.example/new)",
        "Picture: Map of the office (https://desk.example/new)",
    ]


def test_merged_cells_of_slides_are_in_each_of_their_rows_and_columns(tmp_path: Path) -> None:
    def tc(text: str, attributes: str = "") -> str:
        return f"<a:tc {attributes}><a:txBody>{point(slide_run(text))}</a:txBody></a:tc>"

    def frame(*rows: list[str], first: int = 1) -> str:
        made = "".join(f"<a:tr>{''.join(row)}</a:tr>" for row in rows)
        return f'<p:graphicFrame><a:tbl><a:tblPr firstRow="{first}"/>{made}</a:tbl></p:graphicFrame>'

    on = tc("", 'hMerge="1"')
    below = tc("", 'vMerge="1"')
    grid = frame(
        [tc("Plan", 'rowSpan="2"'), tc("Price", 'gridSpan="2"'), on, tc("Seats", 'gridSpan="2"'), on],
        [below, tc("EU"), tc("US"), tc("EU"), tc("US")],
        [tc("Pro", 'rowSpan="2"'), tc("50 EUR"), tc("55 USD"), tc("12"), tc("14")],
        [below, tc("on request", 'gridSpan="2"'), on, tc("5"), tc("6")],
    )
    text = read(write_deck(tmp_path / "a.pptx", [grid])).text
    assert "Plan: Pro; Price EU: 50 EUR; Price US: 55 USD; Seats EU: 12; Seats US: 14" in text
    assert "Plan: Pro; Price EU: on request; Price US: on request; Seats EU: 5; Seats US: 6" in text
    pairs = frame([tc("Weight"), tc("3 kg")], [tc("Power"), tc("20 W")])
    assert read(write_deck(tmp_path / "b.pptx", [pairs])).text == "Weight: 3 kg\nPower: 20 W"


def test_comments_of_both_kinds_stand_on_their_slide(tmp_path: Path) -> None:
    old = f'<p:cmLst {names()}><p:cm authorId="0"><p:text>Legal must confirm 40.</p:text></p:cm></p:cmLst>'
    body = f"<p:txBody>{point(slide_run('{}'))}</p:txBody>"
    new = (
        f'<p:cmLst {names()}><p:cm authorId="0"><p:replyLst><p:reply authorId="9">{body.format("Yes, 41.")}</p:reply>'
        f"</p:replyLst>{body.format('Is it 40?')}</p:cm></p:cmLst>"
    )
    relations = {"o": ("comments", "../old.xml"), "n": ("comments", "../new.xml")}
    author = f'<p:cmAuthorLst {names()}><p:cmAuthor id="0" name="Ida"/></p:cmAuthorLst>'
    parts = {"ppt/old.xml": old, "ppt/new.xml": new, "ppt/authors.xml": author}
    text = read(write_deck(tmp_path / "a.pptx", [shape(point(slide_run("Plan")))], relations, parts)).text
    assert text.split("\n\n")[1:] == [
        "Comment by Ida: Legal must confirm 40.",
        "Comment by Ida: Is it 40?",
        "Comment by a reader: Yes, 41.",
    ]


def test_charts_of_points_and_of_groups_keep_their_values_apart(tmp_path: Path) -> None:
    def cache(*values: str) -> str:
        return "".join(f'<c:pt idx="{at}"><c:v>{value}</c:v></c:pt>' for at, value in enumerate(values))

    def chart(series: str) -> str:
        return f"<c:chartSpace {names()}><c:chart><c:plotArea><c:x>{series}</c:x></c:plotArea></c:chart></c:chartSpace>"

    points = "".join(
        f"<c:ser><c:tx><c:v>{name}</c:v></c:tx><c:xVal>{cache(x)}</c:xVal><c:yVal>{cache(y)}</c:yVal></c:ser>"
        for name, x, y in [("A", "1", "10"), ("B", "2", "20")]
    )
    levels = f"<c:lvl>{cache('Q1', 'Q2', 'Q1')}</c:lvl><c:lvl><c:pt idx='0'><c:v>2025</c:v></c:pt>"
    levels += "<c:pt idx='2'><c:v>2026</c:v></c:pt></c:lvl>"
    groups = f"<c:ser><c:tx><c:v>Units</c:v></c:tx><c:cat>{levels}</c:cat><c:val>{cache('5', '6', '7')}</c:val></c:ser>"
    frames = "".join(f'<p:graphicFrame><c:chart r:id="{id_}"/></p:graphicFrame>' for id_ in "pg")
    relations = {"p": ("chart", "../p.xml"), "g": ("chart", "../g.xml")}
    parts = {"ppt/p.xml": chart(points), "ppt/g.xml": chart(groups)}
    text = read(write_deck(tmp_path / "a.pptx", [frames], relations, parts)).text
    assert "Series: B; x: 2; y: 20" in text
    assert "2025 Q2; Units: 6\n2026 Q1; Units: 7" in text


@pytest.mark.parametrize(
    ("code", "value", "shown"),
    [
        ("General", "4.5", "4.5"),
        ("0%", "0.47", "47%"),
        ("0%", "0.475", "47.5%"),
        ("#,##0 [$€-407]", "1250", "1,250 €"),
        ("#,##0 [$€-407]", "1250.5", "1,250.5 €"),
        ("yyyy-mm-dd", "46096", "2026-03-15"),
    ],
)
def test_values_of_a_chart_are_shown_in_their_format_but_never_rounded(
    tmp_path: Path, code: str, value: str, shown: str
) -> None:
    point = f'<c:pt idx="0"><c:v>{value}</c:v></c:pt>'
    series = f"<c:ser><c:val><c:numCache><c:formatCode>{code}</c:formatCode>{point}</c:numCache></c:val>"
    category = "<c:cat><c:strCache><c:pt idx='0'><c:v>Q1</c:v></c:pt></c:strCache></c:cat><c:tx><c:v>Units</c:v></c:tx>"
    chart = f"<c:chartSpace {names()}><c:chart><c:plotArea><c:x>{series}{category}</c:ser></c:x></c:plotArea>"
    parts = {"ppt/c.xml": f"{chart}</c:chart></c:chartSpace>"}
    frame = '<p:graphicFrame><c:chart r:id="c"/></p:graphicFrame>'
    text = read(write_deck(tmp_path / "a.pptx", [frame], {"c": ("chart", "../c.xml")}, parts)).text
    assert text.split("\n")[-1] == f"Q1; Units: {shown}"


def test_notes_of_a_slide_give_the_addresses_of_their_links(tmp_path: Path) -> None:
    said = point(slide_run("See "), slide_run("the plan", "", '<a:hlinkClick r:id="l"/>'))
    body = shape(said).replace("<p:nvPr/>", '<p:nvPr><p:ph type="body"/></p:nvPr>')
    path = write_deck(
        tmp_path / "a.pptx", [shape(point(slide_run("Plan")))], {"n": ("notesSlide", "../n.xml")}
    )
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("ppt/n.xml", f"<p:notes {names()}>{body}</p:notes>")
        archive.writestr("ppt/_rels/n.xml.rels", relationships({"l": ("hyperlink", "https://plan.example/")}))
    assert read(path).text == "Plan\n\nNotes: See the plan (https://plan.example/)"


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        ("0.75", '0.0"M"', "0.75M"),
        ("0.755", "0%", "75.5%"),
        ("1234.5", "#,##0", "1,234.5"),
        ("3", "0.0", "3.0"),
        ("-0.25", "0.0;(0.0)", "(0.25)"),
    ],
)
def test_values_of_charts_keep_all_their_decimals(value: str, code: str, shown: str) -> None:
    chart = etree.fromstring(
        f"<chart><plotArea><ser><val><numCache><formatCode>{escape(code)}</formatCode>"
        f"<pt idx='0'><v>{value}</v></pt></numCache></val></ser></plotArea></chart>"
    )
    assert chart_grid(chart)[1] == ["", shown]
