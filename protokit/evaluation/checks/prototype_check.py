"""Checks a prototype as its owner would: does it compile, answer its questions offline, and open its screen?"""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Collection, Iterable
from pathlib import Path
from traceback import format_exception

from protokit.errors import ProtokitError
from protokit.evaluation.assertions import MET_OFFLINE, AnswerAssertions, read_assertions
from protokit.evaluation.checks.check_result import Check
from protokit.evaluation.checks.contract import contract, own_tests
from protokit.evaluation.dataset import ask, askable, read_rows, wrong
from protokit.files.layout import QUESTIONS_FILE, SPEC_FILE
from protokit.prototype.prototype_folder import Prototype, require_screen
from protokit.runtime.assistant import BaseAssistant
from protokit.runtime.assistant_types import Answer

TIMEOUT_S = 150


def check_prototype(folder: Path) -> list[Check]:
    """Look at everything a change can break, in the order in which it breaks. Raises FolderProblem, SpecProblem."""
    prototype = Prototype.open(folder)
    require_screen(prototype.spec.screen)
    checks = [Check(SPEC_FILE, True, prototype.spec.title), _compiles(prototype.folder)]
    if not checks[-1].ok:
        return checks
    checks += [_lints(prototype.folder), *contract(prototype), *_answers(prototype), _screen(prototype)]
    return [*checks, own_tests(prototype.folder)]


def _compiles(folder: Path) -> Check:
    files = _sources(folder)
    for path in files:
        try:
            compile(path.read_bytes(), str(path), "exec")
        except (SyntaxError, ValueError) as error:
            line = getattr(error, "lineno", None)
            place = path.relative_to(folder).as_posix() + (f", line {line}" if line else "")
            return Check(
                "compiles", False, f"{place}: {getattr(error, 'msg', error)}", "Undo the last change there."
            )
    return Check("compiles", True, f"{len(files)} Python files")


def _sources(folder: Path) -> list[Path]:
    files = sorted(folder.rglob("*.py"))
    return [
        path for path in files if not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]


def _lints(folder: Path) -> Check:
    command = [
        sys.executable,
        "-m",
        "ruff",
        "check",
        "--isolated",
        "--no-cache",
        "--select=E9,F",
        "--output-format=concise",
        "--quiet",
        ".",
    ]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    first = (result.stdout or result.stderr).strip().splitlines()
    return Check("lints", result.returncode == 0, first[0] if result.returncode and first else "")


def _answers(prototype: Prototype) -> list[Check]:
    """The starter questions one by one, the others as a count: those measure, these must hold."""
    rows, assertions = read_rows(prototype.questions()), read_assertions(prototype.questions())
    try:
        with prototype.assistant("offline") as assistant:
            if assistant.knowledge:
                assistant.knowledge.wait()
            batch = askable(assistant, rows)
            answers = [(row, ask(assistant, row, "check")) for row in batch]
            faults = [(row, wrong(row, answer, assistant)) for row, answer in answers]
            documents = _documents(assistant)
            samples = [] if assistant.inputs[0].kind == "question" else _samples(assistant)
    except ProtokitError:
        raise
    except Exception as error:  # the owner's own code runs here: anything can come out of it
        fault = _fault("".join(format_exception(error)), prototype.folder)
        return [Check("answers", False, fault, "Look at assistant.py.")]
    must = [Check(f'answers "{row.question}"', not fault, fault) for row, fault in faults if row.starter]
    right = sum(not fault for _, fault in faults)
    count = Check(QUESTIONS_FILE, True, f"{right} of {len(batch)} questions answered as expected offline")
    every = [answer for _, answer in answers] + [answer for _, answer in samples]
    required = [answer for row, answer in answers if row.starter] + [answer for _, answer in samples]
    return [
        *must,
        *(check for check, _ in samples),
        *documents,
        *([count] if rows or not samples else []),
        *_assertions(assertions, every, required),
    ]


def _documents(assistant: BaseAssistant) -> list[Check]:
    """The documents as the page lists them for their owner; what was not read is told, not held against them."""
    if not assistant.knowledge or not (reports := assistant.knowledge.files()):
        return []
    from vectorstore.file_list import file_rows, file_table

    lines = file_table(file_rows(reports, remedies=True)).splitlines()
    count = f"{len(reports)} file{'s' * (len(reports) != 1)}"
    return [Check("documents", True, "\n        ".join([count, *lines]))]


def _assertions(
    assertions: AnswerAssertions, answers: Collection[Answer], must: Iterable[Answer] = ()
) -> list[Check]:
    """Whether `answers` keep what every answer has to; what only a model can keep is told, not held against them."""
    if assertions == AnswerAssertions():
        return []
    misses = Counter(name for answer in answers for name in assertions.broken(answer))
    detail = "; ".join(
        f"{count} of {len(answers)} {'miss' if count > 1 else 'misses'} {name}"
        for name, count in misses.items()
    )
    faults = [
        why for answer in must for name, why in assertions.broken(answer).items() if name in MET_OFFLINE
    ]
    if faults:
        return [
            Check("assertions", False, faults[0], "Change `every_answer` in questions.yaml, or the model.")
        ]
    note = "; the offline engine only quotes: see `protokit eval --model`" if misses else ""
    return [Check("assertions", True, f"{detail or 'met by every answer'}{note}")]


def _samples(assistant: BaseAssistant) -> list[tuple[Check, Answer]]:
    """Each sample by itself, with its answer."""
    checks = []
    for sample in assistant.samples():
        text = sample.read()
        answer = assistant.reply(text, options=sample.options, session="check").answer
        fault = assistant.score(sample, answer)
        if fault is None:
            fault = _astray(text, answer)
        parts = f"{len(answer.table.rows)} rows" if answer.table else f"{len(answer.citations)} points"
        detail = fault or (parts if answer.table else f"{parts}, each found in the text")
        checks.append((Check(f"{_third_person(assistant.verb)} {sample.name}", not fault, detail), answer))
    return checks


def _third_person(verb: str) -> str:
    return f"{verb[:-1]}ies" if verb.endswith("fy") else f"{verb}s"


def _astray(text: str, answer: Answer) -> str:
    """Why `answer` does not rest on `text`, empty where it does."""
    if answer.table is not None:
        return "" if answer.found else answer.text[:80]
    places = [citation.passage for citation in answer.citations]
    fine = places and all(text[place.start : place.end] == place.text for place in places)
    return "" if fine else answer.text[:80]


def _screen(prototype: Prototype) -> Check:
    """Try the first sample in the real screen, in a process of its own."""
    command = [
        sys.executable,
        "-m",
        "protokit.evaluation.checks.page_check",
        str(prototype.folder),
        prototype.spec.screen,
    ]
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
        report = json.loads(result.stdout.splitlines()[-1])
        return Check(f"screen ({prototype.spec.screen})", report["ok"], report["detail"])
    except subprocess.TimeoutExpired:
        return Check(f"screen ({prototype.spec.screen})", False, f"no answer within {TIMEOUT_S} s")
    except (json.JSONDecodeError, IndexError):
        fault = _fault(result.stderr, prototype.folder)
        return Check(f"screen ({prototype.spec.screen})", False, fault, "Look at app.py.")


def _fault(stderr: str, folder: Path) -> str:
    """What went wrong by a traceback, with the file and line of the prototype's own where it did."""
    last = (stderr.strip().splitlines() or ["it stopped without a word"])[-1]
    here = re.escape(f"{folder}{os.sep}")
    frames = list(re.finditer(rf'File "(?:{here})?(?P<file>[^"<>/\\]+\.py)", line (?P<line>\d+)', stderr))
    if not frames:
        return last
    below = stderr[frames[-1].end() :].splitlines()[1:]
    message = next((line for line in below if line and not line[0].isspace()), last)
    return f"{message} ({frames[-1]['file']}, line {frames[-1]['line']})"
