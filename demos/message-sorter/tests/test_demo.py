"""Sorts this prototype's sample texts, offline. Run it with `pytest` after every change."""

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent.parent
sys.path.insert(0, str(HERE))

from assistant import Assistant  # noqa: E402


@pytest.fixture(scope="module")
def assistant():
    with Assistant(HERE, model="offline") as ready:
        yield ready


@pytest.mark.parametrize("sample", Assistant(HERE).samples(), ids=lambda sample: sample.name)
def test_every_text_gets_a_label_or_is_unsure(assistant, sample):
    names = {label.name for label in assistant.settings.labels} | {"unsure"}
    answer = assistant.reply(sample.read(), options=sample.options, session="test").answer
    assert answer.table
    assert answer.table.rows
    for row in answer.table.rows:
        assert not assistant.settings.labels or set(str(row[1]).split(", ")) <= names
