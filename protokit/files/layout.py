"""What the files of a prototype are called, and which of them may go to others."""

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from protokit.errors import FolderProblem

LEFT_OUT = (
    ".env",
    ".git",
    ".venv",
    "venv",
    "__pycache__",
    ".pytest_cache",
    ".ruff_cache",
    ".mypy_cache",
    ".DS_Store",
)
"""Secrets, history and what machines make again: no copy of a prototype holds them."""
SECRETS = (".streamlit/secrets.toml",)

SPEC_FILE = "prototype.yaml"
INSTRUCTIONS_FILE = "instructions.md"
QUESTIONS_FILE = "questions.yaml"
KNOWLEDGE = "knowledge"
OURS = ".protokit"
"""The folder of what a prototype does not show: the index, what visitors asked, and the copy for updates."""
SCHEMA_FILE = f"{OURS}/prototype.schema.json"
"""The one file of OURS that may go to others."""
BASE = Path(OURS, "base.zip")
"""What the blueprint gave, for updates; `prototype.pristine_copy` reads it."""
OLDER_BASE = Path(OURS, "base")
UPDATE_JOURNAL = Path(OURS, "update", "journal.json")
"""Stands there while an update is being written."""
EVENTS_FILE = Path(OURS, "events.db")
BUDGET_FILE = Path(OURS, "budget.db")
INDEX = Path(OURS, "index")


def shared_files(folder: Path) -> Iterator[Path]:
    """The files of the prototype in `folder` that may go to others, as paths inside it, sorted."""
    home = folder.resolve()
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_file() and _may_go(inside) and path.resolve().is_relative_to(home):
            yield inside


def _may_go(inside: Path) -> bool:
    if inside.name != ".env.example" and (inside.name.startswith(".env") or inside.suffix == ".pyc"):
        return False
    if inside.as_posix() in SECRETS or any(part in LEFT_OUT for part in inside.parts):
        return False
    return inside.parts[0] != OURS or inside.as_posix() == SCHEMA_FILE


def private_names(folder: str, names: Iterable[str]) -> set[str]:
    """Of the `names` in a blueprint's folder those that no copy of it holds: for `shutil.copytree`."""
    return {
        name
        for name in names
        if name in (*LEFT_OUT, "dist", "secrets.toml") or (name.startswith(".env") and name != ".env.example")
    }


def refuse_links(folder: Path, done: str) -> None:
    """Raise FolderProblem where a link in `folder` leads out of it: its target would go along. `done` is what was not
    done: "packed"."""
    home = folder.resolve()
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() and not path.resolve().is_relative_to(home):
            raise FolderProblem(
                f"is a link that leads out of the folder, so nothing was {done}",
                where=path.relative_to(folder).as_posix(),
                fix="Put the file itself there, or remove the link.",
            )


def copy_shared(folder: Path, target: Path) -> None:
    """Copy what may go to others from the prototype in `folder` into `target`."""
    for inside in shared_files(folder):
        copy = target / inside
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / inside, copy)
