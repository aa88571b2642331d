"""Checks a blueprint as its users would meet it: its sample, in each screen, in processes of its own."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from protokit.catalog import lookup
from protokit.catalog.blueprint import TEMPLATE_FOLDER, Blueprint
from protokit.errors import ProtokitError
from protokit.evaluation.checks.check_result import Check
from protokit.files.user_dirs import cache
from protokit.runtime.prototype_fields import Screen
from protokit.scaffold.sample_knowledge import Sample
from protokit.scaffold.scaffold_plan import make, sample_plan

_PATIENCE = 600
_TYPES = """[mypy]
ignore_missing_imports = True
follow_imports = skip
[mypy-protokit.*,vectorstore.*,assistant]
follow_imports = silent
"""
"""Of what a prototype imports only ours is looked into: the others take half a minute."""
_FILE = re.compile(r"(?P<file>[\w./-]+\.(?:py|yaml|md|toml|css))(?=, line \d|:\d)")


def check_blueprint(
    blueprint: Blueprint, screens: Sequence[Screen] = (), tell: Callable[[str, int, int], None] | None = None
) -> list[Check]:
    """Render the sample of `blueprint` in `screens` (default: all of its) and try it. `tell` hears of the progress."""
    checks = [Check("blueprint.yaml", True, f"{blueprint.reference}, {blueprint.title}")]
    chosen = screens or blueprint.screens
    for number, screen in enumerate(chosen):
        if tell:
            tell("checking", number, len(chosen))
        with TemporaryDirectory(prefix="protokit-check-") as aside:
            checks += _tried(blueprint, screen, Path(aside, "sample"))
    return checks


def _tried(blueprint: Blueprint, screen: Screen, sample: Path) -> Iterator[Check]:
    try:
        make(sample_plan(blueprint, screen), sample)
    except ProtokitError as problem:
        yield Check(f"{screen}: renders its sample", False, str(problem))
        return
    yield Check(f"{screen}: renders its sample", True, blueprint.examples[0])
    for check in (*_types(sample), *_prototype_checks(sample)):
        detail = _in_blueprint(check.detail, blueprint, screen)
        if not check.ok and check.name.startswith("answers "):
            detail = f"{_question_place(blueprint, check.name)}{detail}"
        yield Check(f"{screen}: {check.name}", check.ok, detail, check.fix)


def _types(sample: Path) -> Iterator[Check]:
    """What mypy says of the prototype's code; nothing where it is not installed."""
    if find_spec("mypy") is None:
        return
    rules = sample.with_name("mypy.ini")
    rules.write_text(_TYPES, encoding="utf-8")
    files = [name for name in ("app.py", "assistant.py") if (sample / name).is_file()]
    options = ["--config-file", str(rules), "--cache-dir", str(cache() / "mypy"), "--no-error-summary"]
    result = _run(["mypy", *options, *files], sample)
    errors = [line for line in result.stdout.splitlines() if ": error:" in line]
    yield Check("types", result.returncode == 0, "; ".join(errors[:3]) or result.stderr.strip()[:200])


def _prototype_checks(sample: Path) -> list[Check]:
    """What `protokit check` says, run as its users run it."""
    result = _run(["protokit", "check", str(sample), "--json"], sample)
    try:
        rows: list[dict[str, Any]] = json.loads(result.stdout)
    except json.JSONDecodeError:
        last = (result.stderr.strip().splitlines() or ["it stopped without a word"])[-1]
        return [Check("check", False, last.removeprefix("protokit: "))]
    return [Check(row["name"], row["ok"], row["detail"], row["fix"]) for row in rows]


def _run(command: list[str], folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=_PATIENCE,
        check=False,
    )


def _in_blueprint(detail: str, blueprint: Blueprint, screen: Screen) -> str:
    """`detail` with the names of a prototype's files as those of the blueprint that they come from."""
    return _FILE.sub(lambda match: _origin(match["file"], blueprint, screen), detail)


def _origin(file: str, blueprint: Blueprint, screen: Screen) -> str:
    for layer in reversed(lookup.layers(blueprint, screen)):
        if (layer / TEMPLATE_FOLDER / file).is_file():
            return f"{layer.parent.name}/{layer.name}/{TEMPLATE_FOLDER}/{file}"
    return file


def _question_place(blueprint: Blueprint, name: str) -> str:
    """The file and line of the question that a check is named after, ready to stand before its detail."""
    path = Sample.of(blueprint, "").questions_file
    question = name.removeprefix("answers ").strip('"')
    lines = path.read_text(encoding="utf-8").splitlines() if path else []
    row = next((number for number, line in enumerate(lines, 1) if question in line), None)
    return f"{path.parent.name}/{path.name}, line {row}: " if path and row else ""
