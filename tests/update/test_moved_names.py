"""What moved has a name of today that is there; docs/updating.md lists what the table of an update holds."""

import os
import re
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TABLE = [
    line.split("\t") for line in (ROOT / "protokit/update/moved_names.tsv").read_text("utf-8").splitlines()
]
PAGE = ROOT / "docs/updating.md"
LIST = re.compile(r"(?<=\| Before \| Today \|\n\| --- \| --- \|\n)(\| `.*\n)+")


@pytest.mark.parametrize("module", sorted({row[2] for row in TABLE}))
def test_every_new_name_is_there(module: str) -> None:
    today = import_module(module)
    names = {row[3] for row in TABLE if row[2] == module and row[3]}
    assert {name for name in names if not hasattr(today, name)} == set()


def test_no_old_name_stands_there_twice_or_leads_to_itself() -> None:
    old = [(module, name) for module, name, *_ in TABLE]
    assert len(old) == len(set(old))
    assert [row for row in TABLE if row[:2] == row[2:]] == []


def test_the_list_in_the_docs_is_the_table() -> None:
    rows = sorted(TABLE, key=lambda row: (row[1] != "", row))
    names = [(".".join(filter(None, row[:2])), ".".join(filter(None, row[2:]))) for row in rows]
    text = PAGE.read_text("utf-8")
    today = LIST.sub("".join(f"| `{before}` | `{after}` |\n" for before, after in names), text)
    if os.environ.get("PROTOKIT_WRITE_DOCS"):
        PAGE.write_text(today, encoding="utf-8")
        pytest.skip("docs/updating.md was written")
    assert LIST.search(text)
    assert text == today, "run: PROTOKIT_WRITE_DOCS=1 pytest tests/update/test_moved_names.py"
