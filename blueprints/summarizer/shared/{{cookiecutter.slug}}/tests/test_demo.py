"""Summarizes this prototype's sample texts, offline. Run it with `pytest` after every change."""

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent.parent
sys.path.insert(0, str(HERE))

from assistant import SHAPES, Assistant  # noqa: E402


@pytest.fixture(scope="module")
def assistant():
    with Assistant(HERE, model="offline") as ready:
        yield ready


@pytest.mark.parametrize("shape", list(SHAPES))
@pytest.mark.parametrize("sample", Assistant(HERE).samples(), ids=lambda sample: sample.name)
def test_every_point_stands_in_the_text(assistant, sample, shape):
    text, options = sample.read(), {**sample.options, "shape": shape}
    answer = assistant.reply(text, options=options, session="test").answer
    assert answer.text
    assert answer.citations or shape == "actions"
    for citation in answer.citations:
        assert text[citation.passage.start : citation.passage.end] == citation.passage.text
