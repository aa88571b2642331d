"""README.md shows the help of every verb as it is; PROTOKIT_WRITE_README=1 writes it anew."""

import os
import re
from pathlib import Path

import pytest

from protokit.cli import main
from tests.terminal import protokit

README = Path(__file__).parents[1] / "README.md"
HELP = re.compile(r"(<!-- help:([\w ]*) -->\n)(.*?)(<!-- /help -->)", re.DOTALL)


def test_the_help_in_the_readme_is_the_real_one(tmp_path: Path) -> None:
    text = README.read_text(encoding="utf-8")
    current = HELP.sub(lambda found: f"{found[1]}{shown(found[2], tmp_path)}{found[4]}", text)
    if os.environ.get("PROTOKIT_WRITE_README"):
        README.write_text(current, encoding="utf-8")
        pytest.skip("README.md was written")
    assert text == current, "run: PROTOKIT_WRITE_README=1 pytest tests/test_readme.py"


def test_the_readme_shows_every_verb() -> None:
    shown = {found[2].strip() for found in HELP.finditer(README.read_text(encoding="utf-8"))}
    assert shown == {"", *main.commands}


def shown(verb: str, folder: Path) -> str:
    """What `protokit VERB --help` says in a terminal of 80 columns, as a Markdown block."""
    done = protokit(*verb.split(), "--help", cwd=folder, env={"COLUMNS": "80"})
    assert done.code == 0, done.err
    return f"```text\n{done.out.strip()}\n```\n"
