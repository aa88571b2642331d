"""Asks this prototype's starter questions, offline. Run it with `pytest` after every change."""

import sys
from pathlib import Path

import pytest
import yaml

HERE = Path(__file__).parent.parent
sys.path.insert(0, str(HERE))

from assistant import Assistant  # noqa: E402

QUESTIONS = yaml.safe_load((HERE / "questions.yaml").read_text(encoding="utf-8"))
MOST_WORDS = next((row["every_answer"] for row in QUESTIONS if "every_answer" in row), {}).get("max_words")


@pytest.fixture(scope="module")
def assistant():
    with Assistant(HERE, model="offline") as ready:
        yield ready


@pytest.mark.parametrize(
    "row", [row for row in QUESTIONS if row.get("starter")], ids=lambda row: row["question"]
)
def test_a_starter_question_gets_a_cited_answer(assistant, row):
    answer = assistant.reply(row["question"], session="test").answer
    assert answer.citations, f"no source: {answer.text}"
    for words in row.get("must_contain", []):
        assert words.casefold() in " ".join(answer.text.split()).casefold()
    cited = {citation.passage.file for citation in answer.citations}
    assert not row.get("cites") or cited & set(row["cites"])
    length = sum(not word.startswith("[") for word in answer.text.split())
    assert MOST_WORDS is None or length <= MOST_WORDS
