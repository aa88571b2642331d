"""Passages keep to the borders of their document, the size of an embedding and the letter of the text."""

import csv
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate

from vectorstore.chunking import LARGEST, LARGEST_OF_ROWS, chunk, estimate_tokens
from vectorstore.loaders import Document, Section, read
from vectorstore.passage import Passage


def passages_of(path: Path) -> list[Passage]:
    return chunk(read(path), path.name)


def sentences(count: int) -> str:
    return " ".join(f"Rule number {number} concerns the office in the quarter." for number in range(count))


def test_a_passage_stays_under_its_heading_and_says_which(tmp_path: Path) -> None:
    path = tmp_path / "policy.md"
    path.write_text(f"# Leave\n\n## Parental leave\n\n{sentences(8)}\n\n## Sick leave\n\n{sentences(8)}\n")
    first, second = passages_of(path)
    assert (first.heading, second.heading) == ("Leave > Parental leave", "Leave > Sick leave")
    assert first.text.startswith("Leave\n\nParental leave\n\nRule number 0")


def test_long_text_is_cut_between_sentences_into_even_passages(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_text(sentences(90))
    passages = passages_of(path)
    sizes = [estimate_tokens(passage.text) for passage in passages]
    assert max(sizes) <= LARGEST
    assert min(sizes) > LARGEST / 2
    assert all(passage.text.startswith("Rule") and passage.text.endswith("quarter.") for passage in passages)


def test_paragraphs_are_kept_whole_where_they_fit(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    paragraphs = [sentences(9) + f" End of {number}." for number in range(8)]
    path.write_text("\n\n".join(paragraphs))
    assert all(passage.text.endswith(f"End of {passage.text[-2]}.") for passage in passages_of(path))


@pytest.mark.parametrize("text", ["x" * 20_000, "年假为二十天" * 2_000, "word " * 4_000, "👩‍🚀" * 3_000])
def test_text_without_sentences_is_cut_all_the_same(tmp_path: Path, text: str) -> None:
    path = tmp_path / "odd.txt"
    path.write_text(text, encoding="utf-8")
    passages = passages_of(path)
    assert max(estimate_tokens(passage.text) for passage in passages) <= LARGEST
    assert "".join("".join(passage.text for passage in passages).split()) == "".join(text.split())


def test_rows_share_a_passage_and_each_has_its_header(tmp_path: Path) -> None:
    path = tmp_path / "teams.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(
            [["Team", "City", "Cups"], *([f"Team {n}", f"City {n}", n] for n in range(200))]
        )
    passages = passages_of(path)
    assert max(estimate_tokens(passage.text) for passage in passages) <= LARGEST_OF_ROWS
    assert all(line.startswith("Team: ") for passage in passages[1:] for line in passage.text.splitlines())
    found = next(passage for passage in passages if "Team: Team 77; City: City 77; Cups: 77" in passage.text)
    first, last = map(int, found.place.removeprefix("rows ").split("-"))
    assert first <= 79 <= last


def test_records_of_json_are_called_records(tmp_path: Path) -> None:
    path = tmp_path / "customers.json"
    path.write_text('[{"name": "Acme", "seats": 12}, {"name": "Bolt", "seats": 7}]')
    assert [passage.place for passage in passages_of(path)] == ["records 1-2"]


def test_a_sentence_cut_by_a_page_break_is_one_passage_over_both_pages(tmp_path: Path) -> None:
    path = tmp_path / "contract.pdf"
    canvas = Canvas(str(path))
    canvas.drawString(72, 60, "Either party may end the contract with a notice of three months, but the")
    canvas.showPage()
    canvas.drawString(72, 780, "first year is binding for both of them.")
    canvas.save()
    (passage,) = passages_of(path)
    assert passage.place == "pages 1-2"
    assert "but the\n\nfirst year is binding" in passage.text


def test_passages_of_a_pdf_carry_the_page_they_stand_on(tmp_path: Path) -> None:
    path = tmp_path / "book.pdf"
    style = getSampleStyleSheet()["BodyText"]
    SimpleDocTemplate(str(path)).build(
        [Paragraph(f"Chapter {n}. " + sentences(40), style) for n in range(12)]
    )
    document = read(path)
    for passage in chunk(document, "book.pdf"):
        pages = {
            section.page
            for section in document.sections
            if section.start < passage.end and section.end > passage.start
        }
        assert passage.page in pages
        assert len(pages) <= 2


def test_a_heading_alone_is_no_passage_but_a_short_slide_is() -> None:
    rest = "Sixteen weeks for every parent who works here full time, and the same for all others, too."
    text = f"Leave\n\nParental leave\n\n{rest}"
    sections = (Section(0, 5, heading="Leave"), Section(7, len(text), heading="Leave > Parental leave"))
    assert len(chunk(Document(text, sections, "md"), "a.md")) == 1
    slides = (Section(0, 5, page=1, place="slide 1"), Section(7, len(text), page=2, place="slide 2"))
    assert [passage.page for passage in chunk(Document(text, slides, "pptx"), "a.pptx")] == [1, 2]


@given(
    st.lists(st.text(alphabet=st.sampled_from("ab. \nÄ年。|-;:\u0627"), max_size=600), min_size=1, max_size=6)
)
def test_passages_quote_the_text_to_the_letter_in_order_and_leave_no_word_out(blocks: list[str]) -> None:
    parts = [block.strip() for block in blocks if block.strip()]
    text = "\n\n".join(parts)
    sections, start = [], 0
    for number, part in enumerate(parts):
        sections.append(
            Section(start, start + len(part), page=number // 2 + 1, place=f"page {number // 2 + 1}")
        )
        start += len(part) + 2
    passages = chunk(Document(text, tuple(sections), "pdf"), "a.pdf")
    assert all(passage.text == text[passage.start : passage.end] for passage in passages)
    assert all(before.end <= after.start for before, after in pairwise(passages))
    kept = "".join(passage.text for passage in passages)
    assert [c for c in kept if c.isalnum()] == [c for c in text if c.isalnum()]
