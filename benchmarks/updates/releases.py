"""Releases: what a blueprint's author does from one version to the next, by seed."""

import re
from collections.abc import Mapping
from random import Random

from benchmarks.updates.texts import CHANGES

Files = Mapping[str, bytes]
TIPS = "docs/tips.md"
"""A file that the first version has and some later ones drop."""
_TEXTS = (
    "app.py",
    "assistant.py",
    "README.md",
    "style.css",
    "AGENTS.md",
    "tests/test_demo.py",
    ".streamlit/config.toml",
)


def first(render: Files) -> dict[str, bytes]:
    """The files of version 1.0.0: a pristine render, and a page of tips."""
    tips = "".join(
        f"# Tip {n}\n\nAsk one thing at a time, and name the document ({n}).\n\n" for n in range(5)
    )
    return {**render, TIPS: tips.encode()}


def release(number: int, files: Files, seed: int) -> dict[str, bytes]:
    """The files of the version 1.`number`.0: three to seven changes to `files`."""
    chance = Random(f"release {seed} {number}")
    new = dict(files)
    for step in range(chance.randint(3, 7)):
        name, word = chance.choice(_TEXTS), f"release{number}x{step}"
        change = chance.choice(CHANGES)
        new[name] = change(name, new[name].decode(), word, chance).encode()
    if chance.random() < 0.6:
        new["requirements.txt"] = _bumped(new["requirements.txt"].decode(), chance).encode()
    if chance.random() < 0.3:
        del new[TIPS]
    if chance.random() < 0.3:
        new["docs/changes.md"] = f"# What is new\n\nRelease {number}.\n".encode()
    return new


def _bumped(text: str, chance: Random) -> str:
    """About a fifth of the pinned versions, one higher."""

    def higher(found: re.Match[str]) -> str:
        return f"{found[1]}{int(found[2]) + 1}{found[3]}" if chance.random() < 0.2 else found[0]

    return re.sub(r"^([\w-]+==\d+\.)(\d+)(.*)$", higher, text, flags=re.MULTILINE)
