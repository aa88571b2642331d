"""Health: how a prototype fares by its tests, its questions and its page, so that two states can be compared."""

import importlib.util
import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from protokit.errors import ProtokitError
from protokit.evaluation.dataset import read_rows
from protokit.files.layout import QUESTIONS_FILE, SPEC_FILE
from protokit.files.lifeline import tied
from protokit.prototype.prototype_folder import Prototype
from protokit.runtime.usage.events import EVENTS_URL_ENV
from protokit.runtime.usage.spending_limits import BUDGET_URL_ENV
from protokit.update.confined_command import confined, confined_environment, is_confined

TIMEOUT_S = 900
"""Seconds that one kind of test may take."""
_STOPS_PYTHON = "E9,F63,F7,F82"
_NO_TESTS = 5
"""Pytest's exit code where it finds none."""
_SCORES = ("right", "citations", "refusals", "grounded")


@dataclass(frozen=True, slots=True)
class Health:
    """What was found wrong and how the questions were answered. What was not looked at is in `unseen`."""

    failed: Mapping[str, str] = field(default_factory=dict)
    """What does not pass -> its first line of complaint."""
    scores: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Measure of `protokit eval` -> hits, of how many."""
    passed: int = 0
    """How many tests passed."""
    unseen: tuple[str, ...] = ()

    @property
    def flawless(self) -> bool:
        """Whether nothing can have been better before."""
        return not self.failed and all(hits == of for hits, of in self.scores.values())

    def __or__(self, other: "Health") -> "Health":
        """What both found."""
        return Health(
            {**self.failed, **other.failed},
            {**self.scores, **other.scores},
            self.passed + other.passed,
            self.unseen + other.unseen,
        )


def worse(before: Health, after: Health) -> str:
    """The first thing that is worse `after`, empty where nothing is. What failed before may go on failing."""
    for name, complaint in after.failed.items():
        if name not in before.failed:
            return f"{name}: {complaint}"
    for name, (hits, of) in after.scores.items():
        earlier, of_earlier = before.scores.get(name, (0, 0))
        if of and of_earlier and hits / of < earlier / of_earlier:
            return f"eval: {name} falls from {earlier} of {of_earlier} to {hits} of {of}"
    return ""


def _code(folder: Path, python: str) -> Health:
    """What stops Python when it gets there, also where no test gets: no syntax, no such name."""
    rules = ["--isolated", f"--select={_STOPS_PYTHON}", "--output-format=json", "--quiet", "--no-cache"]
    result = _run([sys.executable, "-m", "ruff", "check", *rules, "."], folder)
    try:
        faults = json.loads(result.stdout)
    except json.JSONDecodeError:
        return Health({"ruff": _last_line(result)})
    failed = {}
    for fault in faults:
        place = Path(fault["filename"]).resolve().relative_to(folder.resolve())
        failed[f"{place.as_posix()}: {fault['message']}"] = f"line {fault['location']['row']}"
    return Health(failed)


def look_at_types(folder: Path, python: str) -> Health:
    """What mypy says of the prototype's own code, by message; nothing where mypy is not installed."""
    if importlib.util.find_spec("mypy") is None:
        return Health()
    words = [
        "--follow-imports=skip",
        "--ignore-missing-imports",
        "--no-error-summary",
        "--hide-error-context",
    ]
    code = [name for name in ("app.py", "assistant.py") if (folder / name).is_file()]
    result = _run([sys.executable, "-m", "mypy", *words, f"--cache-dir={os.devnull}", *code], folder)
    faults = (line.split(": ", 2) for line in result.stdout.splitlines() if ": error: " in line)
    return Health({f"{place.split(':')[0]}: {told}": "types" for place, _, told in faults})


def _tests(folder: Path, python: str) -> Health:
    if python == sys.executable and importlib.util.find_spec("pytest") is None:
        return Health(unseen=("its tests, for which pytest is not installed",))
    with TemporaryDirectory(prefix="protokit-tests-") as aside:
        report = Path(aside).resolve() / "report.xml"
        words = [
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            f"--junitxml={report}",
            f"--rootdir={folder}",
        ]
        result = _run([python, *words], folder, report.parent)
        if result.returncode == _NO_TESTS:
            return Health(unseen=("its tests: there are none",))
        if not report.is_file():
            return Health({"pytest": _last_line(result)})
        cases = list(ElementTree.parse(report).iter("testcase"))
    failed = {_named(case): why for case in cases if (why := _complaint(case))}
    return Health(failed, passed=len(cases) - len(failed))


def _questions(folder: Path, python: str) -> Health:
    try:
        prototype = Prototype.open(folder)
        rows = read_rows(prototype.questions())
    except ProtokitError as problem:
        return Health({QUESTIONS_FILE: str(problem)})
    if not rows:
        return Health(unseen=("its questions: there are none",))
    result = _run([python, "-m", "protokit", "eval", str(folder), "--model", "offline", "--json"], folder)
    try:
        (card,) = json.loads(result.stdout)["models"]
    except (json.JSONDecodeError, KeyError, ValueError):
        return Health({"protokit eval": _last_line(result)})
    return Health(scores={name: (card[name]["hits"], card[name]["of"]) for name in _SCORES})


def _page(folder: Path, python: str) -> Health:
    try:
        screen = Prototype.open(folder).spec.screen
    except ProtokitError as problem:
        return Health({SPEC_FILE: str(problem)})
    if importlib.util.find_spec(screen) is None:
        return Health(unseen=(f"its page, for which {screen} is not installed",))
    if screen == "gradio" and is_confined():  # its server would have to listen
        result = _run([python, "-c", "import app"], folder)
        return Health({"its page": _last_line(result)} if result.returncode else {})
    result = _run([python, "-m", "protokit.evaluation.checks.page_check", str(folder), screen], folder)
    try:
        report = json.loads(result.stdout.splitlines()[-1])
    except (json.JSONDecodeError, IndexError):
        return Health({"its page": _last_line(result)})
    return Health({} if report["ok"] else {"its page": " ".join(str(report["detail"]).split())})


def _run(command: list[str], folder: Path, room: Path | None = None) -> "subprocess.CompletedProcess[str]":
    """Run `command` in `folder`; what else it may write, where it is confined, is `room`."""
    if room is None:
        with TemporaryDirectory(prefix="protokit-room-") as aside:
            return _run(command, folder, Path(aside).resolve())
    shared = (BUDGET_URL_ENV, EVENTS_URL_ENV)
    outside = {name: value for name, value in os.environ.items() if name not in shared}
    environment = confined_environment({**outside, "PYTHONDONTWRITEBYTECODE": "1"}, room)
    try:
        return subprocess.run(
            tied(confined(command, folder, room)),
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 1, "", f"no end within {TIMEOUT_S} s")


def _last_line(result: "subprocess.CompletedProcess[str]") -> str:
    lines = (result.stderr.strip() or result.stdout.strip()).splitlines()
    return lines[-1].strip() if lines else f"it ended with {result.returncode} and without a word"


def _named(case: ElementTree.Element) -> str:
    return "::".join(part for part in (case.get("classname"), case.get("name")) if part)


def _complaint(case: ElementTree.Element) -> str:
    """The first line of what a test case complains of, empty for one that passed or was skipped."""
    for kind in ("failure", "error"):
        if (element := case.find(kind)) is not None:
            lines = (element.get("message") or element.text or kind).strip().splitlines()
            return lines[0] if lines else kind
    return ""


Look = Callable[[Path, str], Health]
"""Looks at the prototype in a folder, offline, with that Python. One that is broken is what the Health says."""

LOOKS: Mapping[str, Look] = {"code": _code, "tests": _tests, "questions": _questions, "page": _page}
"""In this order: the first ones are the quickest."""
