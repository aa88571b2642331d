"""Sheets whose rows and columns both have labels: a number is told where every word of the question is in them."""

from collections.abc import Iterator

import openpyxl
import pytest

from protokit.runtime.analysis.analyze_question import analyze
from vectorstore import KnowledgeBase

ROWS = [
    ["Ferry plan", None, None, None, None, None],
    ["", "Jan", "Feb", "Mar", "Apr", "Total"],
    ["Passengers", 120, 80, 210, 300, 710],
    ["Freight tons", 14.5, 20, 18, 9, 61.5],
    ["Fuel costs", -400, -380, -510, -620, -1910],
    ["Crew costs", -900, -900, -950, -950, -3700],
]
CREW = [
    ["Kept by the harbour office", None, None],
    ["please do", "not sort", ""],
    ["Name", "Rank", "Born"],
    *([f"Sailor {n}", "Mate" if n % 2 else "Cook", f"19{60 + n}-03-0{n}"] for n in range(1, 7)),
    ["checked", "", ""],
]
SURVEY = [
    ["", "", "All guests", "Travel with", "Travel with"],
    ["", "", "", "Children", "Dogs"],
    ["How was the food?", "Good", 210, 90, 41],
    ["", "Bad", 35, 12, 9],
    ["How was the crew?", "Good", 190, 80, 44],
    ["", "Bad", 55, 22, 6],
]


@pytest.fixture(scope="module")
def sheets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    place = tmp_path_factory.mktemp("sheets")
    (place / "docs").mkdir()
    for name, rows in (("ferry", ROWS), ("survey", SURVEY), ("crew", CREW)):
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        for row in rows:
            sheet.append(row)
        book.save(place / "docs" / f"{name}.xlsx")
    with KnowledgeBase.open(place / "store", embedding="none") as opened:
        opened.sync(place / "docs")
        yield opened


@pytest.mark.parametrize(
    ("question", "start"),
    [
        ("How many passengers were there in March?", "210"),
        ("What were the fuel costs in February?", "-380"),
        ("How much was spent on crew costs from January to March?", "-2,750"),
        ("In which month were the fuel costs lowest?", "Apr: -620"),
        ("What are the total fuel costs?", "-1,910"),
        ("What is the sum of fuel costs and crew costs in April?", "-1,570"),
    ],
)
def test_a_number_between_labels_is_told_with_its_labels(
    sheets: KnowledgeBase, question: str, start: str
) -> None:
    made = analyze(question, [sheets])
    assert made.found, made.text
    assert made.text.startswith(f"{start} (")
    assert made.table is not None


def test_names_below_notes_name_the_columns_and_notes_below_the_rows_are_none(sheets: KnowledgeBase) -> None:
    made = analyze("How many cooks are there?", [sheets])
    assert made.text.startswith("3 of the 6 rows of crew.xlsx"), made.text


@pytest.mark.parametrize(
    "question",
    [
        "What were the port costs in March?",
        "What were the costs in March?",
        "How many passengers were there in June?",
        "How many passengers were not there in March?",
        "How many good were there for children?",
        "What is the sum of passengers and freight over the year?",
        "How many guests with children said the food was bad?",
    ],
)
def test_what_no_label_says_is_refused(sheets: KnowledgeBase, question: str) -> None:
    made = analyze(question, [sheets])
    assert not made.found, made.text
