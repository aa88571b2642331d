"""Writes from this prototype's sample forms, offline. Run it with `pytest` after every change."""

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent.parent
sys.path.insert(0, str(HERE))

from assistant import LENGTHS, Assistant  # noqa: E402


@pytest.fixture(scope="module")
def assistant():
    with Assistant(HERE, model="offline") as ready:
        yield ready


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("sample", Assistant(HERE).samples(), ids=lambda sample: sample.name)
def test_every_fact_of_a_text_is_from_its_form(assistant, sample, length):
    answer = assistant.reply(sample.read(), options={"length": length}, session="test").answer
    assert answer.text
    if answer.found and answer.table:
        assert answer.table.rows[-1][1], answer.table.rows[-1]
