"""Each promise of docs/security.md names tests, and they are there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")


def test_each_test_that_is_named_exists_and_each_promise_names_one() -> None:
    there = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^(?:async )?def (test_\w+)", path.read_text("utf-8"), re.MULTILINE)
    }
    assert set(re.findall(r"`(test_\w+)`", PAGE)) - there == set()
    rows = [
        line
        for line in PAGE.splitlines()
        if line.startswith("| ") and not line.startswith(("| ---", "| Promise"))
    ]
    assert len(rows) > 20
    assert [row for row in rows if "`test_" not in row] == []


def test_the_readme_leads_there() -> None:
    assert "](docs/security.md)" in (ROOT / "README.md").read_text("utf-8")
