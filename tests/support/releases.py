"""Releases of a blueprint, prototypes made from it, and what an update makes of them."""

import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from protokit.catalog import lookup
from protokit.update.update_plan import plan_update
from tests.support import terminal
from tests.support.pristine import given
from tests.support.terminal import protokit, tree

NEXT = "99.0.0"
INSIDE = "shared/{{cookiecutter.slug}}"
HANDBOOK = """# Handbook

## Annual leave

Every employee has thirty days of paid annual leave in a calendar year.
"""
QUESTION = "How many days of annual leave does an employee have?"
QUESTIONS = f"""# asked every Monday
- question: {QUESTION}
  must_contain: [thirty days]
  starter: true
"""


class Release:
    """A copy of the blueprint rag-search, to be released as something newer."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(shutil.copytree(lookup.home() / "rag-search", folder))
        self.card(r"version: \S+", f"version: {NEXT}")

    def card(self, old: str, new: str) -> None:
        """Replace what the pattern `old` finds first in blueprint.yaml."""
        path = self.folder / "blueprint.yaml"
        text, found = re.subn(old, new, path.read_text(encoding="utf-8"), count=1)
        assert found
        path.write_text(text, encoding="utf-8")

    def write(self, name: str, content: bytes) -> None:
        """Bring a file of the template."""
        path = self.folder / INSIDE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def edit(self, name: str, base: Path, change: Callable[[bytes], bytes]) -> None:
        """Bring the file `name` as the prototype `base` got it, changed, whatever layer it came from."""
        content = change(given(base, name))
        for screen in ("shared", "streamlit"):
            path = self.folder / screen / "{{cookiecutter.slug}}" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def updated(
    folder: Path, release: Release, *words: str, env: Mapping[str, str] | None = None
) -> terminal.Done:
    return protokit("update", folder, "--blueprint", release.folder, *words, cwd=folder.parent, env=env)


def foreseen(folder: Path, release: Release) -> dict[str, str]:
    """File -> outcome, as --dry-run tells it."""
    done = updated(folder, release, "--dry-run", "--json")
    return {row["file"]: row["outcome"] for row in done.json["files"]}


def after(folder: Path, release: Release, name: str) -> bytes | None:
    """What the file would hold after the update."""
    (found,) = (c for c in plan_update(folder, str(release.folder)).changes if c.file == name)
    return found.after


def visible(folder: Path) -> dict[str, bytes | None]:
    """Everything in a prototype but what running it leaves, and the lock."""
    left = (".protokit/index", ".protokit/events", ".protokit/update.lock", ".pytest_cache")
    return {name: content for name, content in tree(folder).items() if not name.startswith(left)}


def commit(folder: Path) -> None:
    """Make what is in `folder` the newest commit of its branch main."""
    who = ["-c", "user.name=Test", "-c", "user.email=test@example.org"]
    for words in (["init", "-q", "-b", "main"], ["add", "-A"], [*who, "commit", "-q", "-m", "Release"]):
        subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)


def append(line: bytes) -> Callable[[bytes], bytes]:
    return lambda content: content + line


def swap(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def change(content: bytes) -> bytes:
        assert old in content
        return content.replace(old, new, 1)

    return change
