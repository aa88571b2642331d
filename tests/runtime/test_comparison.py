"""What changed between two documents is told as a reader sees it, whatever the layout, and what matters comes first."""

import io
import textwrap
import zipfile
from pathlib import Path

import pytest

from protokit.runtime import ComparedDocument, ComparisonRequest
from protokit.runtime.comparison.change_words import kind_named, wording
from protokit.runtime.comparison.changes import Comparison, compare_documents
from protokit.runtime.comparison.comparison_files import comparison_docx, comparison_xlsx
from protokit.runtime.comparison.side_by_side import changes_html, side_by_side_html
from protokit.runtime.page_texts import languages
from protokit.runtime.prototype_fields import ChecklistItem
from tests.support import model_server
from tests.support.model_server import MODEL
from tests.support.terminal import protokit
from vectorstore.loaders.document import Document

OLD = """# Terms

## 1. Delivery
We deliver within five working days after the order. The carrier calls the customer before the delivery takes place.

## 2. Payment
Invoices are due within 30 days. Late payments bear interest of 8% a year.

## 3. Returns
Goods can be sent back within 14 days. The customer pays for the way back, unless the goods are faulty.

## 4. Secrecy
Both parties keep the terms of this agreement secret for as long as it runs and for two years after that.
"""


def compare(old: str, new: str) -> Comparison:
    return compare_documents(Document(old, (), "txt"), Document(new, (), "txt"))


def kinds(comparison: Comparison) -> list[str]:
    return [change.kind for change in comparison.changes]


def reflowed(text: str) -> str:
    return "\n\n".join(
        textwrap.fill(part, 38) for block in text.split("\n\n") for part in block.split("\n") if part
    )


def test_other_line_ends_marks_and_a_document_against_itself_are_no_change() -> None:
    assert compare(OLD, OLD).changes == ()
    assert compare(OLD, reflowed(OLD)).changes == ()
    assert compare(OLD, OLD.replace("30 days", "**30 days**").replace("## ", "### ")).changes == ()


def test_paragraphs_that_are_cut_elsewhere_are_no_change() -> None:
    assert compare(OLD, OLD.replace("within 30 days. Late", "within 30 days.\n\nLate")).changes == ()
    assert compare(OLD.replace("order. The", "order.\n\nThe"), OLD).changes == ()


def test_another_number_of_a_clause_is_told_once_and_a_clause_that_moved_is_no_addition() -> None:
    before, returns, secrecy = (
        OLD.partition("## 3")[0],
        OLD.partition("## 3. ")[2].partition("## 4. ")[0],
        OLD.partition("## 4. ")[2],
    )
    moved = compare(OLD, f"{before}## 3. {secrecy}\n## 4. {returns}")
    assert set(kinds(moved)) <= {"moved", "numbering"}
    assert "moved" in kinds(moved)
    assert len(kinds(moved)) == len(set(kinds(moved)))
    assert not any(change.important for change in moved.changes)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("within 30 days", "within 14 days"),
        ("8% a year", "9% a year"),
        ("The customer pays for the way back", "We pay for the way back"),
        (", unless the goods are faulty", ""),
        ("Goods can be sent back", "Goods cannot be sent back"),
        ("five working days", "ten working days"),
    ],
)
def test_amounts_periods_conditions_and_who_matter(before: str, after: str) -> None:
    (change,) = compare(OLD, OLD.replace(before, after)).changes
    assert change.kind == "changed"
    assert change.important
    assert change.new is not None
    assert all(change.new.text[start:end].strip() for start, end in change.new.marks)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("within 30 days", "within thirty days"),
        ("interest of 8%", "intrest of 8%"),
        (
            "The carrier calls the customer before the delivery",
            "The carrier calls the customer before delivery",
        ),
        ("## 2. Payment", "## 2. Payments"),
    ],
)
def test_spelling_and_a_number_in_words_are_reworded_and_do_not_matter(before: str, after: str) -> None:
    (change,) = compare(OLD, OLD.replace(before, after)).changes
    assert change.kind == "reworded"
    assert not change.important


def test_a_number_that_changed_in_two_clauses_is_no_new_name() -> None:
    new = OLD.replace("five working days", "9 working days").replace("8% a year", "9% a year")
    assert all(change.important for change in compare(OLD, new).changes)


def test_what_is_told_is_quoted_from_both_documents() -> None:
    new = OLD.replace("30 days", "10 days").replace("## 4", "We may send goods in parts.\n\n## 4")
    request = ComparisonRequest(ComparedDocument.of_text(new, "new"), (ComparedDocument.of_text(OLD, "old"),))
    result = request.offline()
    texts = {"old": OLD, "new": new}
    assert "“30 days” became “10 days”" in result.text
    assert "We may send goods in parts." in result.text
    assert len(result.text.splitlines()) <= 11
    for citation in result.citations:
        passage = citation.passage
        assert texts[passage.file][passage.start : passage.end] == passage.text
        assert f"[{citation.number}]" in result.text


def test_a_document_is_held_against_a_list_and_a_point_without_its_number_is_missing() -> None:
    items = (
        ChecklistItem(name="Payment", description="when invoices are due", number=True),
        ChecklistItem(name="Returns", words=("sent back",)),
        ChecklistItem(name="Insurance", description="which insurance is held"),
        ChecklistItem(name="Secrecy", words=("secret",), number=True),
    )
    new = OLD.replace(" and for two years after that", "")
    result = ComparisonRequest(ComparedDocument.of_text(new), (), items).offline()
    assert result.table is not None
    assert [row[1] for row in result.table.rows] == [True, True, False, False]


def test_downloads_hold_every_change_and_pages_no_markup_of_a_document() -> None:
    new = OLD.replace("30 days", "<img src=x onerror=alert(1)> 10 days")
    request = ComparisonRequest(
        ComparedDocument.of_text(new, "<b>new"), (ComparedDocument.of_text(OLD + "\x0c\x00", "=old()"),)
    )
    answer = request.offline()
    word = zipfile.ZipFile(io.BytesIO(comparison_docx(request, answer))).read("word/document.xml").decode()
    assert "10 days" in word
    assert "w:strike" in word
    excel = zipfile.ZipFile(io.BytesIO(comparison_xlsx(request, answer)))
    assert "10 days" in excel.read("xl/sharedStrings.xml").decode()
    (comparison,) = request.comparisons
    pages = changes_html(comparison, ["changed"], "en") + side_by_side_html(
        comparison, ("a", "<b>new"), whole=True
    )
    assert "<img" not in pages
    assert "<b>new" not in pages


@pytest.mark.parametrize(("old", "new"), [("", ""), ("", OLD), (OLD, ""), ("1.", "2."), ("\ud800 a b", "c")])
def test_empty_and_odd_texts_are_compared(old: str, new: str) -> None:
    assert all(change.old is None or change.new is None for change in compare(old, new).changes)


@pytest.mark.parametrize("language", languages())
def test_every_language_of_pages_tells_changes_in_its_own_words(language: str) -> None:
    english, words = wording("en"), wording(language)
    assert {name: set(part) if isinstance(part, dict) else str for name, part in words.items()} == {
        name: set(part) if isinstance(part, dict) else str for name, part in english.items()
    }
    assert language == "en" or words["none"] != english["none"]
    assert [kind_named(said) for said in words["kinds"].values()] == list(words["kinds"])


def test_a_model_tells_what_the_changes_mean_held_against_both_sides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (
        protokit("new", "Compare contracts", "--blueprint", "comparer", "--out", "made", cwd=tmp_path).code
        == 0
    )
    (tmp_path / "old.md").write_text(OLD, encoding="utf-8")
    (tmp_path / "new.md").write_text(OLD.replace("30 days", "10 days"), encoding="utf-8")
    with model_server.running() as server:
        server.behaviour.pieces = [
            "- Invoices are due within 10 days",
            " instead of 30 days. [1][2]\n- Be careful.",
        ]
        env = {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": "sk-any"}
        words = ["--model", f"openai:{MODEL}", "--json", "--input", "new.md", "--option", "against=old.md"]
        told = protokit("ask", "made", *words, cwd=tmp_path, env=env).json
        sent = server.asked[0]["messages"][-1]["content"]
    assert "within 30 days" in sent
    assert "within 10 days" in sent
    assert [citation["number"] for citation in told["citations"]] == [1, 2]
    assert told["table"]["rows"][0][:2] == ["changed", True]
    assert "1 of its lines" in told["note"]
