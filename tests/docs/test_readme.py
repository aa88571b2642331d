"""README.md and docs/commands.md show the help as it is; PROTOKIT_WRITE_DOCS=1 writes both anew."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from protokit.cli.main import main
from tests.support.terminal import protokit

ROOT = Path(__file__).parents[2]
COMMANDS = Path("docs", "commands.md")
HELP = re.compile(r"(<!-- help -->\n)(.*?)(<!-- /help -->)", re.DOTALL)
HEAD = """# Commands

Every verb of `protokit` and what it takes, as `--help` says it.
"""


def test_the_readme_shows_the_real_verbs(tmp_path: Path) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert HELP.search(text)
    compare(Path("README.md"), HELP.sub(lambda found: f"{found[1]}{shown('', tmp_path)}{found[3]}", text))


def test_every_verb_is_explained_in_the_docs(tmp_path: Path) -> None:
    parts = [f"\n## protokit {verb}\n\n{shown(verb, tmp_path)}" for verb in verbs(main)]
    compare(COMMANDS, HEAD + "".join(parts))


@pytest.mark.parametrize(
    "page", ["README.md", *sorted(str(p.relative_to(ROOT)) for p in ROOT.glob("docs/*.md"))]
)
def test_links_lead_to_files_that_are_there(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
    missing = [link for link in links if not ((ROOT / page).parent / link).exists()]
    assert not missing


def test_the_tree_shows_the_rooms_of_the_house() -> None:
    tree = (
        (ROOT / "README.md")
        .read_text(encoding="utf-8")
        .partition("## The house\n\n```\n")[2]
        .partition("```")[0]
    )
    rooms = {path.parent.name for path in ROOT.glob("protokit/*/__init__.py")}
    assert set(re.findall(r"^  (\w+)/ ", tree, re.MULTILINE)) == rooms
    assert set(re.findall(r"^(\w+)/", tree, re.MULTILINE)) <= {path.name for path in ROOT.iterdir()}
    for package in ("protokit/runtime", "vectorstore"):
        missing = [
            path.parent.name for path in ROOT.glob(f"{package}/*/__init__.py") if path.parent.name not in tree
        ]
        assert missing == []


def compare(page: Path, current: str) -> None:
    file = ROOT / page
    if os.environ.get("PROTOKIT_WRITE_DOCS"):
        file.write_text(current, encoding="utf-8")
        pytest.skip(f"{page} was written")
    assert file.read_text(encoding="utf-8") == current, (
        "run: PROTOKIT_WRITE_DOCS=1 pytest tests/docs/test_readme.py"
    )


def verbs(group: click.Group, above: str = "") -> Iterator[str]:
    """Every verb and those below it, as they are typed."""
    for name, command in sorted(group.commands.items()):
        yield f"{above}{name}"
        if isinstance(command, click.Group):
            yield from verbs(command, f"{above}{name} ")


def shown(verb: str, folder: Path) -> str:
    """What `protokit VERB --help` says in a terminal of 80 columns, as a Markdown block."""
    done = protokit(*verb.split(), "--help", cwd=folder, env={"COLUMNS": "80"})
    assert done.code == 0, done.err
    return f"```text\n{done.out.strip()}\n```\n"
