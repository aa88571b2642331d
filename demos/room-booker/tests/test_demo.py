"""Asks this prototype for what it can do, offline, in a copy of its system. Run it with `pytest` after every change."""

import shutil
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent.parent
sys.path.insert(0, str(HERE))

from assistant import Assistant  # noqa: E402


@pytest.fixture
def assistant(tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(HERE, folder, ignore=shutil.ignore_patterns(".protokit", "tests"))
    with Assistant(folder, model="offline") as ready:
        yield ready


@pytest.mark.parametrize("line", Assistant(HERE).settings.starter_questions)
def test_a_request_is_understood(assistant, line):
    assert assistant.reply(line, session="test").answer.text


def test_nothing_is_done_before_it_is_approved(assistant):
    before = {table: len(assistant.system.rows(table)) for table in assistant.system.tables()}
    for line in assistant.settings.starter_questions:
        assistant.reply(line, session="test")
    assert {table: len(assistant.system.rows(table)) for table in assistant.system.tables()} == before
