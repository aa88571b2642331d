"""A line is read into a list of changes, and what nothing is made of is named."""

import pytest

from protokit.errors import PromptProblem
from protokit.revise.read_changes import read_changes

LINES = {
    "shorter answers, in French, add a question about refunds, ask for the order number first": [
        ("length", "set", "shorter", ""),
        ("language", "set", "fr", ""),
        ("starter", "add", "refunds", "topic"),
        ("instruction", "add", "ask for the order number first", ""),
    ],
    'call it "Time Off, Simply" and make it dark green': [
        ("title", "set", "Time Off, Simply", ""),
        ("accent", "set", "#166534", ""),
    ],
    "more formal, for line managers, under 60 words": [
        ("tone", "set", "formal and exact", ""),
        ("audience", "set", "line managers", ""),
        ("length", "set", "60", ""),
    ],
    "never give legal advice. Only answer questions about leave.": [
        ("never", "add", "give legal advice", ""),
        ("only", "add", "leave", ""),
    ],
    "add fields PO number, vendor and due date; in Spanish": [
        ("field", "add", "PO number", ""),
        ("field", "add", "vendor", ""),
        ("field", "add", "due date", ""),
        ("language", "set", "es", ""),
    ],
    "rename the field Vendor to Supplier, add the choice late to the field Status": [
        ("field", "replace", "Supplier", "Vendor"),
        ("choice", "add", "late", "Status"),
    ],
    "remove the label praise and rename the label problem to Bug": [
        ("label", "remove", "praise", ""),
        ("label", "replace", "Bug", "problem"),
    ],
    'change the question about hotels to "What may a hotel cost, at most?"': [
        ("starter", "replace", "What may a hotel cost, at most?", "hotels")
    ],
    "use gradio, turn it into a summarizer, 3 passages": [
        ("screen", "set", "gradio", ""),
        ("kind", "set", "summarizer", ""),
        ("passages", "set", "3", ""),
    ],
    "at most $5 a day and 10 questions a minute": [
        ("budget", "set", "$5", "dollars_per_day"),
        ("budget", "set", "10", "questions_per_minute"),
    ],
    "simpler and friendlier": [("simpler", "set", "", ""), ("friendlier", "set", "", "")],
    "hide the numbers from guests; mask personal data; no uploads": [
        ("numbers", "set", "hide", ""),
        ("personal_data", "set", "mask", ""),
        ("uploads", "set", "off", ""),
    ],
    "use logo.png as the logo, use the emoji 🚀": [
        ("logo", "set", "logo.png", ""),
        ("emoji", "set", "🚀", ""),
    ],
    "leave out remote-work.md, add the document ./docs/parking.md": [
        ("document", "remove", "remote-work.md", ""),
        ("document", "add", "./docs/parking.md", ""),
    ],
    "kürzere Antworten, auf Deutsch, Farbe rot": [
        ("length", "set", "shorter", ""),
        ("language", "set", "de", ""),
        ("accent", "set", "#b91c1c", ""),
    ],
}


@pytest.mark.parametrize("line", LINES)
def test_a_line_is_read_into_its_changes(line: str) -> None:
    request = read_changes(line)
    assert [(each.what, each.do, each.value, each.of) for each in request.changes] == LINES[line]
    assert request.not_understood == ()


def test_what_is_not_understood_is_named_and_the_rest_is_read() -> None:
    request = read_changes("make it teal, wobble the flux, please, and make the moon rise at noon")
    assert [each.value for each in request.changes] == ["#0f766e"]
    assert request.not_understood == ("wobble the flux", "make the moon rise at noon")


def test_a_line_that_says_nothing_is_refused() -> None:
    with pytest.raises(PromptProblem, match="nothing was said"):
        read_changes("  \n ")
