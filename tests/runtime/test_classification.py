"""Texts to labels: what is surely so, what is unsure, what a correction changes, and what a model may say."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from protokit.runtime import (
    ClassifyRequest,
    LabelCorrections,
    correction_gain,
    is_about_people,
    label_measures,
    read_text_file,
    read_texts,
    ui,
)
from protokit.runtime.assistant_types import Answer, AnswerTable, RequestResult, TableColumn
from protokit.runtime.classification.label_model import Example
from protokit.runtime.prototype_fields import Label
from protokit.runtime.runtime_errors import TooLong
from tests.support import model_server
from tests.support.model_server import MODEL, ModelServer
from tests.support.terminal import protokit

TICKETS = tuple(Label(name=name) for name in ("bug", "feature request", "question", "praise"))
PETS = (
    Label(
        name="cats",
        examples=("My cat purrs all day", "The kitten sleeps on the sofa", "A tomcat with grey fur"),
    ),
    Label(name="cars", examples=("The engine needs oil", "I changed the tyres", "The gearbox is broken")),
)


def classify(text: str, labels: tuple[Label, ...] = TICKETS, **fields: object) -> RequestResult:
    return ClassifyRequest(read_texts(text), labels, **fields).offline()  # type: ignore[arg-type]


def label_of(result: RequestResult) -> str:
    assert result.table
    return str(result.table.rows[0][1])


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("The app crashes whenever I open my basket", "bug"),
        ("Please add a dark mode", "feature request"),
        ("Best service ever, thank you!", "praise"),
        ("Stürzt bei jedem Öffnen ab, bitte reparieren", "bug"),
    ],
)
def test_common_labels_need_no_examples(text: str, label: str) -> None:
    assert label_of(classify(text)) == label


@pytest.mark.parametrize(
    "text",
    [
        "Issue type: **Feature Request**\nTiles do not behave as those of other programs",
        "[Feature] Tiles do not behave as those of other programs",
        "Tiles do not behave as those of other programs\n### What kind\nfeature request\n",
    ],
)
def test_a_text_that_names_its_label_as_forms_do_has_it(text: str) -> None:
    assert label_of(classify("Tiles do not behave as those of other programs", largest_error=1.0)) == "bug"
    assert label_of(classify(text)) == "feature request"


def test_a_description_says_what_a_label_means_whatever_its_name() -> None:
    labels = (
        Label(name="A1", description="reports a problem or an error"),
        Label(name="B2", description="would like a new or a changed function"),
        Label(name="C3", description="only praise or blame, no details"),
    )
    texts = ("Please add a dark mode", "It crashes when I open it", "Useless, a waste of money", "Love it!")
    given = [label_of(classify(text, labels, largest_error=1.0)) for text in texts]
    assert given == ["B2", "A1", "C3", "C3"]


def test_labels_of_ones_own_are_known_by_their_examples_also_in_other_languages() -> None:
    assert label_of(classify("Our cat has caught a mouse", PETS)) == "cats"
    assert label_of(classify("El motor del coche no arranca", PETS)) == "cars"


def test_what_fits_no_label_is_unsure_and_the_nearest_are_told() -> None:
    result = classify("The parliament passed the pension law after a long debate", PETS)
    assert label_of(result) == "unsure"
    assert "Nearest: " in result.text


def test_the_error_that_is_allowed_decides_what_is_unsure() -> None:
    text = "The delivery was a day late but the colour is nice"
    assert label_of(classify(text, largest_error=0.01)) == "unsure"
    assert label_of(classify(text, largest_error=1.0)) != "unsure"


def test_the_words_that_decided_stand_in_the_text() -> None:
    (citation,) = classify("Yesterday I bought oil for the engine", PETS).citations
    words = {citation.passage.text[start:end] for start, end in citation.marks}
    assert "engine" in words
    assert "Yesterday" not in words


def test_a_scale_is_answered_by_a_step_of_it() -> None:
    stars = tuple(Label(name=str(step), description=f"{step} of 5 stars") for step in range(1, 6))
    best, worst = (
        label_of(classify(text, stars)) for text in ("I love it, perfect", "Terrible, broken, I hate it")
    )
    assert best in "45"
    assert worst in "12"


def test_several_labels_only_where_they_are_wanted() -> None:
    text = "The kitten sleeps on the engine of my car"
    assert "," not in label_of(classify(text, PETS, largest_error=1.0))
    assert label_of(classify(text, PETS, several=True, largest_error=1.0)).count(",") <= 1


def test_a_correction_counts_at_once_and_only_where_it_should(tmp_path: Path) -> None:
    text = "Where is my parcel, it should have come on Monday"
    corrections = LabelCorrections(tmp_path)
    before = label_of(classify(text, corrections=corrections.examples("me")))
    corrections.add(text, "praise", session="me")
    assert before != "praise"
    assert label_of(classify(text, corrections=corrections.examples("me"))) == "praise"
    assert corrections.examples("somebody else") == ()
    corrections.add(text, "bug", keep=True)
    assert LabelCorrections(tmp_path).examples("somebody else") == (Example(text, "bug"),)


def test_a_damaged_line_of_corrections_costs_that_line(tmp_path: Path) -> None:
    corrections = LabelCorrections(tmp_path)
    corrections.add("one", "bug", keep=True)
    with corrections.path.open("a", encoding="utf-8") as file:
        file.write('{"text": "tw\n[1]\n')
    corrections.add("three", "bug", keep=True)
    assert [example.text for example in corrections.examples()] == ["one", "three"]


def test_the_texts_of_a_table_are_its_wordiest_column_or_the_named_one(tmp_path: Path) -> None:
    file = tmp_path / "reviews.csv"
    file.write_text(
        'id,review,note\n1,"It is fine, really good",a\n2,Bad and slow today,b\n', encoding="utf-8"
    )
    text = read_text_file(file)
    assert read_texts(text).texts == ("It is fine, really good", "Bad and slow today")
    assert read_texts(text, column="note").texts == ("a", "b")
    file.write_text("Message\nIt is fine today\nIt is bad today\n", encoding="utf-8")
    assert read_texts(read_text_file(file)).texts == ("It is fine today", "It is bad today")


def test_no_cell_of_the_download_is_a_formula() -> None:
    assert ui.safe_csv(["a"], [["=1+1"], [" @x"], ["fine"], [0.5]]) == "a\n'=1+1\n' @x\nfine\n0.5\n"


def given(label: str) -> Answer:
    columns = (TableColumn("Text"), TableColumn("Label"))
    return Answer("", "", "offline", table=AnswerTable(columns, (("text", label),)))


def test_ten_thousand_messages_are_sorted_at_once_and_a_model_gets_fewer() -> None:
    many = ClassifyRequest(read_texts(json.dumps(["It crashes whenever I open my basket"] * 10_000)), TICKETS)
    many.require_fitting()
    with pytest.raises(TooLong, match="200,000 are the most"):
        many.for_model()
    with pytest.raises(TooLong, match="1,000,000 are the most"):
        ClassifyRequest(read_texts("a" * 1_000_001), TICKETS).require_fitting()


def test_few_texts_are_too_few_to_say_and_enough_have_an_interval() -> None:
    few = label_measures([({"label": "a"}, given("a"))] * 19)
    assert few
    assert few.measures[0].value is None
    assert "too few to say" in few.measures[0].text
    enough = label_measures([({"label": "a"}, given("a"))] * 15 + [({"label": "b"}, given("a"))] * 5)
    assert enough
    accuracy = enough.measures[0]
    assert (accuracy.value, accuracy.of) == (0.75, 20)
    (_, matrix), *_ = enough.tables
    assert matrix.rows == (("a", 15.0, 0.0), ("b", 5.0, 0.0))
    assert label_measures([({}, given("a"))]) is None


def test_the_gain_of_corrections_is_told_on_texts_that_were_not_used() -> None:
    known_as = {"cats": "cars", "cars": "cats"}  # what each is called here says the contrary
    labels = tuple(Label(name=each.name) for each in PETS)
    taught = [Example(text, known_as[each.name]) for each in PETS for text in each.examples]
    taught += [Example("The cat eats fish", "cars"), Example("My car has a new engine", "cats")]
    assert correction_gain(labels, taught[:3]) is None
    gain = correction_gain(labels, taught)
    assert gain
    assert gain.count == 8
    assert gain.before < 0.3
    assert gain.after > 0.5


def test_texts_without_labels_get_themes_named_by_their_own_words() -> None:
    topics = {
        "delivery": "The delivery was late|My parcel delivery never came|Delivery took two weeks|No delivery again",
        "battery": "The battery is empty after an hour|Battery drains fast|The battery gets hot|Weak battery",
        "refund": "I want a refund|Where is my refund|The refund was refused|Still waiting for the refund",
    }
    texts = [text for told in topics.values() for text in told.split("|")]
    result = ClassifyRequest(read_texts(json.dumps(texts)), ()).offline()
    assert result.table
    for place, word in enumerate(topics):
        names = {str(row[1]) for row in result.table.rows[4 * place : 4 * place + 4]} - {"unsure"}
        assert len(names) == 1
        assert word in names.pop()


@pytest.mark.parametrize(
    ("about", "told"), [("Scores CVs against this job ad", True), ("Sorts bug reports of our app", False)]
)
def test_labels_about_people_are_told_from_others(about: str, told: bool) -> None:
    assert is_about_people(TICKETS, about) is told


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    with model_server.running() as running:
        yield running


@pytest.mark.slow
def test_a_model_is_held_to_the_labels(server: ModelServer, tmp_path: Path) -> None:
    line = "Sort messages: bug, feature request, question, praise"
    assert protokit("new", line, "--blueprint", "classifier", "--out", "made", cwd=tmp_path).code == 0
    rows = [
        {"number": 1, "labels": ["bug"], "because": ["crashes", "not in the text"]},
        {"number": 2, "labels": ["nonsense"], "because": []},
    ]
    server.behaviour.pieces = ["Here it is: ", json.dumps({"results": rows})]
    texts = json.dumps(["It crashes at once", "Please add a map"])
    env = {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": "sk-any"}
    words = ["--model", f"openai:{MODEL}", "--json", "--input", texts]
    told = protokit("ask", "made", *words, cwd=tmp_path, env=env).json
    assert told["table"]["rows"] == [
        ["It crashes at once", "bug", None, "crashes"],
        ["Please add a map", "unsure", None, ""],
    ]
    assert "gave no label of yours: 1 (row 2)" in told["note"]
    assert told["answer"].startswith("2 texts: ")
    server.behaviour.replies = [["I would rather not."], server.behaviour.pieces]
    before = len(server.asked)
    again = protokit("ask", "made", *words, cwd=tmp_path, env=env).json
    assert (again["table"]["rows"], len(server.asked)) == (told["table"]["rows"], before + 2)
