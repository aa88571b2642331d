"""Blueprint folders and git repositories for tests, as a team would write them."""

import os
import subprocess
from pathlib import Path
from typing import Any

import yaml

INSIDE = "{{cookiecutter.slug}}"
POLICIES: dict[str, Any] = {
    "name": "policy-search",
    "version": "1.0.0",
    "extends": "rag-search@1",
    "title": "Policy search",
    "pitch": "Answers from our policies, with the clause they stand in.",
    "examples": ["Search our leave and expense policies"],
    "default_domain": "hr",
}


def written(folder: Path, files: dict[str, str] | None = None, **fields: Any) -> Path:
    """A blueprint in `folder`: POLICIES with `fields` changed (None takes one out), and other files."""
    card = {name: value for name, value in {**POLICIES, **fields}.items() if value is not None}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "blueprint.yaml").write_text(yaml.safe_dump(card, sort_keys=False), encoding="utf-8")
    for name, text in (files or {}).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def tagged(repository: Path, tag: str) -> str:
    """Commit everything in `repository` under `tag` and return the id of the commit."""
    if not (repository / ".git").exists():
        git(repository, "init", "-q")
    git(repository, "add", "--all")
    git(repository, "-c", "user.name=Team", "-c", "user.email=team@example.org", "commit", "-qm", tag)
    git(repository, "tag", tag)
    return git(repository, "rev-parse", "HEAD")


def git(folder: Path, *words: str) -> str:
    """What git says to `words` in `folder`, free of this machine's own settings."""
    env = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    done = subprocess.run(["git", *words], cwd=folder, env=env, capture_output=True, text=True, check=True)
    return done.stdout.strip()
