"""Compares this prototype's sample documents, offline. Run it with `pytest` after every change."""

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
def test_every_change_stands_in_its_documents(assistant, sample):
    answer = assistant.reply(sample.text, options=sample.options, session="test").answer
    assert answer.table
    for citation in answer.citations:
        text = assistant.document(citation.passage.file).document.text
        assert text[citation.passage.start : citation.passage.end] == citation.passage.text


def test_a_document_held_against_itself_has_no_changes(assistant):
    for path in assistant.documents():
        answer = assistant.reply(path.name, options={"against": path.name}, session="test").answer
        assert answer.table
        assert not answer.table.rows
