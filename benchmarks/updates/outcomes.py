"""Outcome: what one tool left of one owner's edits and one release's changes, looked at in the files alone."""

import subprocess
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.updates.edits import Fact
from benchmarks.updates.releases import Files
from benchmarks.updates.tools import Ended
from protokit.errors import ProtokitError
from protokit.spec.prototype_spec import read_spec

_LONG = 8
_WORDS = ("line", "field", "the same")
"""Facts that hold between the markers of a conflict too."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Counts for one update of one prototype."""

    case: int
    edits: int
    seconds: float
    conflicts: tuple[str, ...]
    failure: str
    lost: tuple[Fact, ...]
    """Edits that are gone from a file that nobody was asked about."""
    lost_in_conflict: tuple[Fact, ...]
    dropped: tuple[str, ...]
    """Lines of the release that did not come, in files that nobody was asked about."""
    red: tuple[str, ...]
    """What is broken that was not, where nobody was asked about anything."""

    @property
    def asked(self) -> bool:
        """Whether the owner knows that there is something to do."""
        return bool(self.conflicts or self.failure)


def look(
    case: int,
    folder: Path,
    facts: Sequence[Fact],
    ended: Ended,
    releases: tuple[Files, Files],
    red_before: Sequence[str],
    seconds: float,
) -> Outcome:
    """What is in `folder` after an update between two `releases`."""
    gone = [fact for fact in facts if not fact.holds(folder)]
    asked = bool(ended.conflicts or ended.failure)
    return Outcome(
        case,
        len(facts),
        seconds,
        tuple(sorted(ended.conflicts)),
        ended.failure,
        tuple(fact for fact in gone if fact.file not in ended.conflicts),
        tuple(fact for fact in gone if fact.file in ended.conflicts and fact.kind in _WORDS),
        () if ended.failure else tuple(_dropped(folder, facts, ended, releases)),
        () if asked else tuple(fault for fault in red(folder) if fault not in red_before),
    )


def red(folder: Path) -> list[str]:
    """What of a prototype cannot work: code with names that are not there, settings that cannot be read, markers."""
    return [*_unreadable(folder), *_unsound(folder)]


def _dropped(folder: Path, facts: Sequence[Fact], ended: Ended, releases: tuple[Files, Files]) -> list[str]:
    before, after = releases
    removed = {fact.file for fact in facts if fact.kind == "gone"}
    owners = {(fact.file, fact.value) for fact in facts if fact.kind == "no line"}
    missing = []
    for name in sorted(after.keys() - removed - ended.conflicts - {"prototype.yaml"}):
        path = folder / name
        there = {line.rstrip(b"\r") for line in path.read_bytes().split(b"\n")} if path.is_file() else set()
        came = set(after[name].split(b"\n")) - set(before.get(name, b"").split(b"\n"))
        missing += [
            f"{name}: {line.decode()}"
            for line in sorted(came - there)
            if len(line) > _LONG and (name, line) not in owners
        ]
    return missing


def _unreadable(folder: Path) -> list[str]:
    faults = []
    try:
        read_spec(folder / "prototype.yaml")
    except ProtokitError as problem:
        faults.append(str(problem))
    try:
        tomllib.loads((folder / ".streamlit/config.toml").read_bytes().decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as problem:
        faults.append(f".streamlit/config.toml: {type(problem).__name__}")
    return faults


def _unsound(folder: Path) -> list[str]:
    """What ruff finds that makes Python stop: no syntax, no such name, defined twice."""
    rules = [
        "--isolated",
        "--select=E9,F821,F822,F823,F811",
        "--output-format=concise",
        "--quiet",
        "--no-cache",
    ]
    command = [sys.executable, "-m", "ruff", "check", *rules, "app.py", "assistant.py", "tests/test_demo.py"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    parts = [line.split(": ", 1) for line in done.stdout.splitlines() if ": " in line]
    return [f"{place.split(':')[0]}: {fault}" for place, fault in parts]
