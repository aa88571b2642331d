"""The labels that a line asks for, and those of a labelled table."""

from pathlib import Path

import pytest

from protokit.drafting.labels import find_labels, several_labels
from protokit.prototype.prototype_folder import Prototype
from tests.support.terminal import protokit


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Label app reviews: bug, feature request, praise, question", "bug|feature request|praise|question"),
        ("Sort messages into problem, request and praise", "problem|request|praise"),
        ("urgent / normal / low for our tickets", "urgent|normal|low"),
        ("Tag articles (politics, sport, culture)", "politics|sport|culture"),
        ("Classify feedback as positive, neutral or negative and show why", "positive|neutral|negative"),
        ("Sentiment analysis of product reviews", "positive|neutral|negative"),
        ("A spam detector for text messages", "spam|not spam"),
        ("Score applications 1 to 5", "1|2|3|4|5"),
        ("对客户评论进行情感分析", "positive|neutral|negative"),
        ("Find the themes of app reviews", ""),
        ("Themes in our survey: price, service, place", "price|service|place"),
        ("Sort our mails automatically", "problem|request|question|praise"),
    ],
)
def test_a_line_names_its_labels(line: str, names: str) -> None:
    assert "|".join(label.name for label in find_labels(line)) == names


def test_several_labels_are_a_wish() -> None:
    assert several_labels("Tag articles, several labels each")
    assert not several_labels("Tag articles")


def test_a_labelled_table_gives_labels_examples_and_questions_that_are_not_learnt(tmp_path: Path) -> None:
    rows = [f"meow number {n} from the cat,cat\nbark number {n} from the dog,dog" for n in range(6)]
    (tmp_path / "pets.csv").write_text("\n".join(["text,label", *rows]) + "\n", encoding="utf-8")
    words = ["Sort pet sounds", "--blueprint", "classifier", "--docs", "pets.csv", "--out", "made"]
    done = protokit("new", *words, cwd=tmp_path)
    assert done.code == 0, done.err
    prototype = Prototype.open(tmp_path / "made")
    assert [label.name for label in prototype.spec.labels] == ["cat", "dog"]
    learnt = {text for label in prototype.spec.labels for text in label.examples}
    questions = {row["question"] for row in prototype.questions() if "question" in row}
    assert len(questions) == 6
    assert not questions & learnt
    measures = protokit("eval", "made", "--json", cwd=tmp_path).json["models"][0]["measures"]
    assert measures[0]["name"] == "accuracy"
    assert "too few to say" in measures[0]["text"]
