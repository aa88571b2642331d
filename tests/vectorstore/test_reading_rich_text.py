"""RTF is read as it is shown: marks apart, deletions left out, tables with the names of their columns."""

from pathlib import Path

import pytest

from vectorstore.loaders import Document, LoaderLimits, read

HEAD = r"{\rtf1\ansi\ansicpg1252\uc1{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset204 Arial;}{\f2\fcharset2 Wingdings;}}"


def rich(tmp_path: Path, body: str, limits: LoaderLimits | None = None) -> Document:
    path = tmp_path / "a.rtf"
    path.write_bytes((HEAD + body + "}").encode("latin-1"))
    return read(path, limits=limits or LoaderLimits())


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (r"costs 49{\super 1} euros", "costs 49¹ euros"),
        (r"costs 49\super 1\nosupersub  euros", "costs 49¹ euros"),
        (r"10{\up6 6} calls", "10⁶ calls"),
        (r"CO{\sub 2} and 5 m{\dn6 3}", "CO₂ and 5 m₃"),
        (r"fee {\strike 39}49", "fee 49"),
        (r"fee \strike 39\strike0 49", "fee 49"),
        (r"fee {\striked1 39}49", "fee 49"),
        (r"due in {\deleted 30}{\revised 45} days", "due in 45 days"),
        (r"price {\f1 \'d6\'e5\'ed\'e0} ok", "price Цена ok"),
        (r"\u8364?20 and \u-10179?\u-8704?", "€20 and 😀"),
        (r"{\upr{K?ln}{\*\ud{K\u246?ln}}} office", "Köln office"),
        (r"{\f2 \'fe} Legal", "☑ Legal"),
        (r"a{\pict\bin5 }{}\par b", "a"),
        (r'{\field{\*\fldinst HYPERLINK "https://a.example/x"}{\fldrslt the desk}}', "the desk (https://a.example/x)"),
        (r"{\field{\*\fldinst FORMCHECKBOX{\*\formfield{\fftype1\ffres25\ffdefres1}}}{\fldrslt }} Told", "☒ Told"),
        (r"{\field{\*\fldinst FORMDROPDOWN{\*\formfield{\fftype2\ffres1{\*\ffl Low}{\*\ffl High}}}}}", "High"),
        (r"{\mmath{\*\moMath{\mf{\mfPr{\mtype bar}}{\mnum{\mr 1}}{\mden{\mr 2}}}}} day", "1/2 day"),
    ],
)  # fmt: skip
def test_signs_of_rich_text(tmp_path: Path, body: str, shown: str) -> None:
    assert rich(tmp_path, body).text == shown


def test_hidden_rich_text_is_left_out_and_counted(tmp_path: Path) -> None:
    body = (
        r"{\colortbl;\red0\green0\blue0;\red255\green255\blue255;}Price 9.{\v  Margin 62%}{\cf2  White 5} Ok."
    )
    document = rich(tmp_path, body)
    assert document.text == "Price 9. Ok."
    assert dict(document.hidden)["passage"] >= 1
    assert "Margin 62%" in rich(tmp_path, body, LoaderLimits(include_hidden=True)).text


def test_notes_comments_and_headers_of_rich_text_stand_apart(tmp_path: Path) -> None:
    body = (
        r"{\header DRAFT 3\par}Costs 65{\super\chftn{\footnote\pard\plain{\super\chftn} After 1 June.}} euros"
        r"{\*\atnid I}{\*\atnauthor Ida}\chatn{\*\annotation{\*\atndate 1}Ask legal.}.\par Next."
    )
    assert rich(tmp_path, body).text.split("\n\n") == [
        "Costs 65¹ euros.",
        "¹ After 1 June.",
        "Comment by Ida: Ask legal.",
        "Next.",
        "DRAFT 3",
    ]


def test_lists_and_headings_of_rich_text(tmp_path: Path) -> None:
    body = (
        r"{\stylesheet{\s1 heading 1;}}\pard\s1 Returns\par\pard{\listtext 1.\tab}Wipe it\par"
        r"{\pntext 2.\tab}Send it\par"
        r"{\listtext\'b7\tab}Anything\par"
    )
    document = rich(tmp_path, body)
    assert document.text == "Returns\n1. Wipe it\n2. Send it\n- Anything"
    assert document.sections[-1].heading == "Returns"


def test_tables_of_rich_text_name_their_columns_and_repeat_merged_cells(tmp_path: Path) -> None:
    def row(borders: str, *cells: str) -> str:
        return rf"\trowd{borders}\pard\intbl " + "".join(rf"{one}\cell " for one in cells) + r"\row "

    plain = r"\cellx1000\cellx2000\cellx3000"
    body = (
        row(r"\trhdr" + plain, "Region", "Country", "Target")
        + row(r"\clvmgf\cellx1000\cellx2000\cellx3000", "North", "Norway", "300")
        + row(r"\clvmrg\cellx1000\cellx2000\cellx3000", "", "Sweden", "240")
        + row(r"\cellx1000\cellx3000", "South", r"on request{\super 1}")
        + row(r"\trleft1000\cellx2000\cellx3000", "Italy", "360")
        + r"\pard After."
    )
    document = rich(tmp_path, body)
    assert document.text.split("\n") == [
        "Region | Country | Target",
        "Region: North; Country: Norway; Target: 300",
        "Region: North; Country: Sweden; Target: 240",
        "Region: South; Country: on request¹; Target: on request¹",
        "Country: Italy; Target: 360",
        "",
        "After.",
    ]
    assert len(document.tables[0].rows) == 4


def test_a_table_inside_a_cell_of_rich_text_is_read_row_by_row(tmp_path: Path) -> None:
    def inner(*cells: str) -> str:
        ends = r"\nestcell{\nonesttables\par}"
        return (
            "".join(rf"\pard\intbl\itap2 {one}{ends}" for one in cells) + r"{\*\nesttableprops\trowd\nestrow}"
        )

    rows = inner("Seats", "Rate") + inner("from 50", "10%") + inner("from 200", "15%")
    cells = (
        rf"\trowd\cellx3000\cellx6000\pard\intbl Discounts\cell {rows}\pard\intbl\itap1\cell\row \pard End."
    )
    text = rich(tmp_path, r"\trowd\cellx3000\cellx6000\pard\intbl Topic\cell Terms\cell\row " + cells).text
    assert "Seats: from 50; Rate: 10% | Seats: from 200; Rate: 15%" in text


def test_a_footnote_whose_sentence_gives_no_mark_has_a_number_of_its_own(tmp_path: Path) -> None:
    body = r"One{\footnote{\super\chftn} First.}, two{\super\chftn}{\footnote{\super\chftn} Second.}.\par"
    assert rich(tmp_path, body).text.split("\n\n") == ["One, two².", "¹ First.", "² Second."]


def test_text_boxes_and_pictures_of_rich_text(tmp_path: Path) -> None:
    body = (
        r"See.{\shp{\*\shpinst{\sp{\sn fHidden}{\sv 0}}{\shptxt\pard Early bird: 310 euros.\par}}{\shprslt old}}"
        r"{\*\shppict{\pict{\*\picprop{\sp{\sn wzDescription}{\sv Churn fell to 4 percent}}}\pngblip 89504e}}\par"
    )
    assert rich(tmp_path, body).text.split("\n\n") == [
        "See.",
        "Early bird: 310 euros.",
        "Picture: Churn fell to 4 percent",
    ]


def test_rich_text_of_a_code_page_that_nobody_knows_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.rtf"
    path.write_bytes(rb"{\rtf1\ansi\ansicpg12345 Fee 20.}")
    assert read(path).text == "Fee 20."
    path.write_bytes(rb"{\rtf1\mac\ansicpg10000 K\'9aln.}")
    assert read(path).text == "K\u00f6ln."


def test_rich_text_without_ends_of_its_groups_is_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "a.rtf"
    path.write_bytes(rb"{\rtf1 {\b Bold {\i both \par last")
    assert read(path).text == "Bold both\n\nlast"


def test_rows_that_begin_a_little_beside_the_others_keep_their_columns(tmp_path: Path) -> None:
    rows = [(r"\trleft-108", "Plan", "Price"), ("", "Solo", "9 EUR"), (r"\trleft-60", "Duo", "19 EUR")]
    body = "".join(
        rf"\trowd{left}\cellx4320\cellx8640\pard\intbl {name}\cell {price}\cell\row"
        for left, name, price in rows
    )
    assert rich(tmp_path, body).text.split("\n")[1:] == [
        "Plan: Solo; Price: 9 EUR",
        "Plan: Duo; Price: 19 EUR",
    ]
