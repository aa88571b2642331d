"""What all verbs share at the terminal: options, friendly errors, progress, and how checks are told."""

import json
import os
import shlex
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

import click

from protokit.cli.terminal_output import raw, safe, tell
from protokit.errors import PromptProblem, ProtokitError

P = ParamSpec("P")
R = TypeVar("R")

A_PATH = click.Path(path_type=Path, readable=False)
"""Checked where it is used, which can say what to do."""
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


def friendly(verb: Callable[P, R]) -> Callable[P, R]:
    """Turn what a person can mend into one line and exit 1; a mistake of ours keeps its traceback."""

    @wraps(verb)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        from protokit.runtime.runtime_errors import RuntimeProblem
        from vectorstore.vectorstore_errors import VectorstoreError

        try:
            _refuse_bytes(kwargs)
            return verb(*args, **kwargs)
        except (ProtokitError, RuntimeProblem, VectorstoreError) as problem:
            complain(str(problem))
            sys.exit(1)
        except sqlite3.Error as problem:
            complain(
                f"a file of this prototype's own cannot be used ({problem}). `protokit check` says which."
            )
            sys.exit(1)
        except BrokenPipeError:
            raise  # whoever read the output has left, which is click's to handle
        except UnicodeEncodeError as problem:
            half = f"U+{ord(problem.object[problem.start]):04X}"
            complain(f"half of a character ({half}) stands where it cannot be written. Replace it.")
            sys.exit(1)
        except OSError as problem:
            name = f"{problem.filename}: " if problem.filename else ""
            complain(f"{name}{problem.strerror or problem}. Check the path and its permissions.")
            sys.exit(1)

    return run


def _refuse_bytes(given: Mapping[str, object]) -> None:
    """Refuse what was typed in another encoding than the terminal's; only the name of a file may be like that."""
    from protokit.runtime.yaml_checks import lone_surrogates

    for name, value in given.items():
        if next(lone_surrogates(value), None):
            half = next(sign for sign in "".join(cast(Iterable[str], value)) if "\ud800" <= sign <= "\udfff")
            what = f"what was given as {name.upper()} holds U+{ord(half):04X}, which is no text in UTF-8"
            raise PromptProblem(what, fix="Type it again, or save it in a file in UTF-8.")


def complain(problem: str) -> None:
    """Tell a problem on one line; what was typed may hold line breaks, and signs that act on a terminal."""
    words = " ".join(problem.split())
    tell(f"protokit: {words}", err=True)


def warn(exposures: Iterable[str]) -> None:
    """Tell what leaves a server more open than its owner may think."""
    for exposure in exposures:
        tell(f"Warning: {exposure}", err=True)


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """A bar on stderr, for whoever watches; nothing where nobody does."""
    if not sys.stderr.isatty():
        yield lambda what, done, total: None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import Progress, TaskID

    with Progress(console=Console(file=raw(sys.stderr)), transient=True) as bar:
        tasks: dict[str, TaskID] = {}

        def show(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(escape(safe(what)), total=total)
            bar.update(tasks[what], completed=done)

        yield show


def finish_checks(checks: "Sequence[Any]", as_json: bool) -> None:
    if as_json:
        rows = [{"name": c.name, "ok": c.ok, "detail": c.detail, "fix": c.fix} for c in checks]
        tell(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        for results in checks:
            tell(str(results))
    if not all(results.ok for results in checks):
        sys.exit(1)


def pasteable(text: str | Path) -> str:
    """`text` quoted so that it can be pasted into this system's shell."""
    return subprocess.list2cmdline([str(text)]) if os.name == "nt" else shlex.quote(str(text))
