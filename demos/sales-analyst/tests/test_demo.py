"""Asks this prototype's starter questions, offline. Run it with `pytest` after every change."""

import sys
from pathlib import Path

import pytest
import yaml

HERE = Path(__file__).parent.parent
sys.path.insert(0, str(HERE))

from assistant import Assistant  # noqa: E402

QUESTIONS = yaml.safe_load((HERE / "questions.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def assistant():
    with Assistant(HERE, model="offline") as ready:
        yield ready


@pytest.mark.parametrize(
    "row", [row for row in QUESTIONS if row.get("starter")], ids=lambda row: row["question"]
)
def test_a_starter_question_is_computed_and_its_sql_gives_the_same(assistant, row):
    answer = assistant.reply(row["question"], session="test").answer
    assert answer.found, answer.text
    assert answer.table, answer.text
    for words in row.get("must_contain", []):
        assert words.casefold() in " ".join(answer.text.split()).casefold()
    sql = answer.computation.partition("\n")[2]
    assert assistant.run(sql).table == answer.table
