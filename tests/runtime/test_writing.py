"""Texts from a form: rules read out of a line and checked, shapes in the input's words, one repair of a draft."""

import json
import re
from pathlib import Path

import pytest

from protokit.runtime import text_docx
from protokit.runtime.prototype_fields import FormField, WritingRule
from protokit.runtime.runtime_errors import InputProblem
from protokit.runtime.writing.fit_rules import fit_rules
from protokit.runtime.writing.form_values import form_values
from protokit.runtime.writing.input_facts import new_facts
from protokit.runtime.writing.prepared_examples import PreparedExample, read_examples, record_example
from protokit.runtime.writing.rule_checks import check_rules
from protokit.runtime.writing.rule_parser import parse_rules
from protokit.runtime.writing.shapes import SHAPES
from protokit.runtime.writing.writing_request import WritingRequest
from tests.support import model_server
from tests.support.model_server import MODEL
from tests.support.terminal import protokit

RULES = [
    ("at most 12 words", "one two three", " ".join(["word"] * 13)),
    ("between 3 and 5 words", "one two three four", "one two"),
    ("more than 4 sentences", "A is. B is. C is. D is. E is.", "A is. B is. C is. D is."),
    ("exactly 2 paragraphs", "one\n\ntwo", "one two"),
    ("under 20 characters", "short", "x" * 20),
    ("three bullet points", "- a\n- b\n- c", "- a\n- b"),
    ("with 2 sections, each marked with PART 1", "PART 1 a\nPART 2 b", "PART 1 a"),
    ("three parts separated by ***", "a\n***\nb\n***\nc", "a\n***\nb"),
    ("at least 2 placeholders such as [name]", "[name] of [firm]", "[name]"),
    ("Highlight at least 1 section with markdown", "a *big* one", "a big one"),
    ("use some words in all caps, but at most 2 times", "a BIG one", "A BIG BAD DOG"),
    ("half as long", "one two", "one two three four five six"),
    ('Include the keywords "mom" and "dad"', "Mom and dad", "mom"),
    ("The word sneaker should appear 2 or more times", "sneaker sneaker", "sneaker"),
    ("Do not use the words cheap or free", "fair price", "It is FREE."),
    ("nunca decir la palabra “gratis”", "a buen precio", "gratis"),
    ("the letter q appears at least 2 times", "quick quiz", "quick"),
    ("no commas", "one two", "one, two"),
    ("without exclamation marks", "Hello.", "Hello!"),
    ("keine Kommas", "eins zwei", "eins, zwei"),
    ('Start with "Dear team"', "Dear team, hello", "Hello"),
    ("End with the phrase Any questions?", "Hello. Any questions?", "Hello."),
    ("Add a postscript starting with P.S.", "Hello.\n\nP.S. Bye.", "Hello."),
    ("a title wrapped in double angular brackets", "<<Hello>> text", "Hello text"),
    ("Wrap your response in double quotation marks", '"Hello"', "Hello"),
    ("in all capital letters", "HELLO", "HELLo"),
    ("in all lowercase letters", "hello", "Hello"),
    ("as JSON format", '{"a": 1}', "a: 1"),
    ("as a table", "| a | b |\n|---|---|\n| 1 | 2 |", "a b"),
    ("in German", "Das ist der Text und er ist gut.", "This is the text and it is good."),
    ("auf Französisch", "C'est le texte et il est bon pour les gens.", "Das ist der Text und er ist gut."),
    (
        "plain language",
        "It is so. We do it.",
        "Notwithstanding considerable administrative circumstances " * 3,
    ),
    ("As a <who>, I want <what>, so that <why>", "As a guest, I want a room, so that I sleep.", "A room."),
    ("Keep every date and amount", "EUR 20 on 3 May, one two three four five six", "soon"),
    ("Choose from “yes, please” or “no, thanks”", "no, thanks", "maybe"),
    ("exactly 2 questions", "1. What? \n2. Who?", "1. What?"),
]
SOURCE = "EUR 20 on 3 May, one two three four five six"
BRIEF = """# Room booking for Tidewater Guesthouses

Guests can book a room online so that they do not have to call. Hosts need to see all bookings in a calendar.

- Every booking must be confirmed by e-mail within 5 minutes
- A guest may cancel until 6 p.m. on the day before

## When can I check in?

Check-in is from 3 p.m. to 10 p.m. We agreed on 12 May to open on 3 June. Marta will send the price list by 20 May.
Late guests get a code from Marta Lindqvist. Jonas tests the payment with two banks.

## Version 2.4

- feat: add filters by date
- fix: crash when a calendar is empty
"""


@pytest.mark.parametrize(("line", "keeps", "breaks"), RULES, ids=[line for line, _, _ in RULES])
def test_a_rule_of_a_line_is_ticked_where_a_text_keeps_it_and_marked_where_it_does_not(
    line: str, keeps: str, breaks: str
) -> None:
    rules = parse_rules(f"Write job ads, {line}")
    assert rules
    assert all(check.kept for check in check_rules(rules, keeps, SOURCE))
    assert not all(check.kept for check in check_rules(rules, breaks, SOURCE))


@pytest.mark.parametrize(
    "line",
    [
        "Write LinkedIn posts from a changelog",
        "Replies to German customers about words and commas",
        'A story about the word "limerick"',
        "Turn 200 reviews into an article for 12-year-olds who never read",
        "",
        "⟦0⟧ ⟦7⟧ \x00 “ ” ''",
    ],
)
def test_a_line_that_states_no_rule_gives_none(line: str) -> None:
    assert [rule.kind for rule in parse_rules(line) if rule.kind not in ("reading_level",)] == []


def test_a_broken_rule_shows_what_was_counted_and_where() -> None:
    (words, never) = check_rules(parse_rules("at most 3 words, do not say cheap"), "It is so cheap", "")
    assert words.detail == "4 (≤ 3)"
    assert never.marks == ((9, 14),)


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_a_shape_says_nothing_that_its_input_does_not(name: str) -> None:
    for length in ("short", "medium", "long"):
        request = WritingRequest({"Text": BRIEF}, (FormField(name="Text", long=True),), name, length=length)
        result = request.offline()
        assert result.text
        assert new_facts(result.text, BRIEF) == ()
        assert result.table
        assert result.table.rows[-1][1] is True


def test_shapes_are_filled_with_the_words_of_the_input() -> None:
    texts = {name: WritingRequest({"Text": BRIEF}, writes=name).offline().text for name in SHAPES}
    assert (
        "As a guest, I want to book a room online, so that they do not have to call." in texts["user_stories"]
    )
    assert "- [ ] Every booking must be confirmed by e-mail within 5 minutes" in texts["user_stories"]
    assert texts["faq"].startswith("**Room booking") or "**When can I check in?**" in texts["faq"]
    assert "## Fixed\n\n- Crash when a calendar is empty" in texts["release_notes"]
    assert "- Marta will send the price list by 20 May." in texts["meeting_mail"]
    assert "_____" in texts["quiz"]
    assert all(figure in texts["notes"] for figure in ("5", "6", "10", "12", "20", "2.4"))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            "We want to export invoices as PDF. The export takes at most 10 seconds, so that the accountant does not"
            " wait. Up to 100 invoices fit in one file.",
            [
                "I want to export invoices as PDF, so that the accountant does not wait.",
                "- [ ] The export takes at most 10 seconds",
                "- [ ] Up to 100 invoices fit in one file",
            ],
        ),
        (
            "We want to export invoices as PDF, so that the accountant does not wait.\nIt takes at most 10 seconds.",
            [
                "I want to export invoices as PDF, so that the accountant does not wait.\n",
                "- [ ] It takes at most 10",
            ],
        ),
        (
            "Guests cannot pay by card. They get a receipt, so that expense reports can be filed.",
            ["“Guests cannot pay by card”, so that expense reports can be filed."],
        ),
        (
            "Search must be quick. Customers must wait too long today.",
            ["“Search must be quick”", "“Customers must wait too long today”"],
        ),
    ],
)
def test_a_story_keeps_the_bounds_and_the_reason_and_asks_for_no_burden(
    said: str, expected: list[str]
) -> None:
    text = WritingRequest({"Text": said}, writes="user_stories").offline().text
    assert [line for line in expected if line not in text] == [], text


def test_a_text_with_marks_is_read_as_laid_out_and_stays_safe() -> None:
    request = WritingRequest({"Text": "Ada pays"}, writes="free")
    html = request.reviewed(
        "## Plan\n**Who**\n- [ ] Ada pays 90 EUR\n- <script>x</script> 2 * 3 ** 4"
    ).marked_html()
    assert "<b>Plan</b>\n<b>Who</b>\n☐ Ada pays <mark>" in html
    assert "• &lt;script&gt;" in html.replace("<mark>", "").replace("</mark>", "")
    assert "2 * 3 ** 4" in html.replace("<mark>", "").replace("</mark>", "")


def test_the_fields_of_a_form_become_sentences_each_said_once() -> None:
    form = {
        "name": "Wildwood",
        "eatType": "pub",
        "priceRange": "less than £20",
        "near": "Ranch",
        "family friendly": "no",
    }
    text = WritingRequest(form, writes="description").offline().text
    assert (
        text == "Wildwood is a pub near Ranch and is not family-friendly. Its price range is less than £20."
    )


def test_what_a_text_adds_is_marked_whatever_it_is() -> None:
    text = "Call Ms Okafor on 4 July at https://evil.example for 30% off, or Marta at 6 p.m."
    assert [fact.text for fact in new_facts(text, BRIEF)] == [
        "Ms Okafor",
        "4 July",
        "https://evil.example",
        "30%",
    ]


def test_form_is_laid_on_a_text_without_saying_more() -> None:
    text = "We open on 3 June, at last. Guests book online! Hosts see all."
    rules = parse_rules('in all lowercase, no commas, exactly 3 bullet points and end with "see you"')
    fitted = fit_rules(text, rules)
    assert all(check.kept for check in check_rules(rules, fitted))
    assert new_facts(fitted, text.lower() + text) == ()


def test_an_input_that_holds_nothing_for_a_shape_says_so() -> None:
    for name in ("quiz", "faq", "release_notes"):
        assert not WritingRequest({"Text": "hm"}, writes=name).offline().found  # type: ignore[arg-type]


def test_free_text_without_a_model_shows_the_nearest_prepared_example_and_says_what_it_is(
    tmp_path: Path,
) -> None:
    record_example(tmp_path, {"Review": "Breakfast ended at 9"}, "Thank you.", "prepared")
    record_example(tmp_path, {"Changelog": "Filters by date"}, "Filters are here.", "openai:x")
    record_example(tmp_path, {"Changelog": "Filters by date"}, "Filters by date are here.", "openai:y")
    examples = read_examples(tmp_path)
    assert [(each.by, each.text) for each in examples][1:] == [("openai:y", "Filters by date are here.")]
    told = WritingRequest({"Changelog": "New filters"}, examples=examples).offline()
    assert told.text.startswith("**Prepared example for “Filters by date”, not written from your input**")
    assert "a model must be connected" in told.note
    assert not WritingRequest({"Changelog": "x"}).offline().found
    assert PreparedExample(text="x").title == ""


def test_a_form_is_given_as_json_or_as_its_longest_field() -> None:
    form = (FormField(name="Version"), FormField(name="Changes", long=True))
    assert form_values('{"Version": "2.4", "Changes": "a"}', form) == {"Version": "2.4", "Changes": "a"}
    assert form_values('{"changes": ["a", 2], "Version": null}', form) == {"Changes": "a\n2"}
    assert form_values("{not json", form) == {"Changes": "{not json"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"Changes": "a", "Count": 3}', 'no field "Count", only Version, Changes, Kind'),
        ('{"Chnages": "a"}', "Did you mean Changes?"),
        ('{"Changes": {"a": 1}}', "Changes is a text, a number or a list"),
        ('{"Changes": "a",}', "cannot be read as JSON, line 1, column 17"),
        ('{"Changes": "a", "Kind": "other"}', 'Kind "other" is not one of major, minor'),
        ("{}", "The form is empty"),
    ],
)
def test_a_form_that_does_not_fit_is_refused_by_the_name_of_the_field(text: str, told: str) -> None:
    form = (
        FormField(name="Version"),
        FormField(name="Changes", long=True),
        FormField(name="Kind", choices=("major", "minor")),
    )
    with pytest.raises(InputProblem, match=re.escape(told)):
        form_values(text, form)


def test_a_text_goes_along_as_a_word_document(tmp_path: Path) -> None:
    import docx

    path = tmp_path / "text.docx"
    path.write_bytes(text_docx("Notes\x00", "## Fixed\n\n- **Crash** gone\n- [ ] Check\n\nDone \x07."))
    lines = [(each.style.name, each.text) for each in docx.Document(str(path)).paragraphs]
    assert ("List Bullet", "Crash gone") in lines
    assert ("List Bullet", "☐ Check") in lines


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("writer") / "made"
    line = "Write job ads from key points, at most 30 words, do not say rockstar"
    assert protokit("new", line, "--blueprint", "writer", "--out", str(folder), cwd=folder.parent).code == 0
    return folder


def asked(made: Path, *replies: str) -> tuple[dict, list[dict]]:
    with model_server.running() as server:
        server.behaviour.replies = [[each] for each in replies]
        env = {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": "sk-any"}
        words = ["--json", "--input", "Cook, EUR 16 an hour", "--model", f"openai:{MODEL}"]
        return protokit("ask", str(made), *words, cwd=made.parent, env=env).json, server.asked


def test_the_line_becomes_a_form_and_rules(made: Path) -> None:
    from protokit.prototype.prototype_folder import Prototype

    spec = Prototype.open(made).spec
    assert [field.name for field in spec.form] == ["Key points"]
    assert spec.text_rules == (
        WritingRule(kind="words", most=30, words="at most 30 words"),
        WritingRule(kind="never_say", values=("rockstar",), words="do not say rockstar"),
    )


def test_a_draft_that_breaks_rules_and_invents_is_repaired_once_and_its_cost_told(made: Path) -> None:
    answer, sent = asked(
        made, "A rockstar cook wanted for EUR 25 an hour.", "A cook wanted for EUR 16 an hour."
    )
    assert answer["answer"] == "A cook wanted for EUR 16 an hour."
    assert all(row[1] for row in answer["table"]["rows"])
    assert len(sent) == 2
    told = sent[1]["messages"][-1]["content"]
    assert "EUR 25" in told


def test_a_repair_that_is_no_better_leaves_the_draft_with_its_marks(made: Path) -> None:
    worse = "Rockstar cook for EUR 99 and EUR 98 in Paris."
    answer, sent = asked(made, "A cook wanted for EUR 25 an hour.", worse)
    assert answer["answer"] == "A cook wanted for EUR 25 an hour."
    assert answer["table"]["rows"][-1][1:] == [False, "“EUR 25”"]
    assert len(sent) == 2


def test_a_draft_that_keeps_every_rule_is_not_asked_for_again(made: Path) -> None:
    answer, sent = asked(made, "A cook wanted for EUR 16 an hour.")
    assert len(sent) == 1
    assert "at most 30 words" in json.dumps(sent[0]["messages"])
    assert answer["table"]["rows"][-1][1] is True
