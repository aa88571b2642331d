"""The real command line as a person uses it: a process of its own, a cache of its own, and no keys."""

import atexit
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner

CACHE = Path(tempfile.mkdtemp(prefix="protokit-tests-"))
"""Blueprints rendered by the tests of one run; never the cache of whoever runs them."""
atexit.register(shutil.rmtree, CACHE, ignore_errors=True)

COMMAND = [sys.executable, "-m", "protokit"]
PATIENCE = 150
_SECRETS = ("OPENAI_API_KEY", "OPENAI_BASE_URL")
_PRIVILEGES = (1, 2)  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH


@dataclass(frozen=True, slots=True)
class Done:
    """A command that ended: its exit code and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it wrote to stdout as one JSON value."""
        return json.loads(self.out)

    @property
    def rows(self) -> list[Any]:
        """What it wrote to stdout as JSON Lines."""
        return [json.loads(line) for line in self.out.splitlines()]


def environment(**changes: str) -> dict[str, str]:
    """The environment of a command: no keys, the tests' own cache, no browser, then `changes`.

    A prototype's own tests run without the plugins that this project's tests are run with: they take longer to load.
    """
    plain = {name: value for name, value in os.environ.items() if name not in _SECRETS}
    ours = {"PROTOKIT_CACHE": str(CACHE), "PROTOKIT_NO_BROWSER": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return {**plain, **ours, **changes}


def protokit(
    *words: str | Path,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    unprivileged: bool = False,
    patience: int = PATIENCE,
) -> Done:
    """Run `protokit WORDS` in `cwd`; `unprivileged` makes permissions count for root too."""
    command = [*COMMAND, *map(str, words)]
    return run(command, cwd=cwd, env=env, unprivileged=unprivileged, patience=patience)


def inside(*words: str | Path, cwd: Path, env: Mapping[str, str] | None = None) -> Done:
    """The same within this process, where the models and Chroma load once for many commands.

    For what a verb says of its answers; that it starts, and what it loads, some other test sees by `protokit`.
    """
    from protokit.cli.main import main

    before = dict(os.environ)
    try:
        with chdir(cwd):
            os.environ.clear()
            os.environ.update(environment(**(env or {})))
            done = CliRunner(catch_exceptions=False).invoke(main, [*map(str, words)], prog_name="protokit")
    finally:
        os.environ.clear()
        os.environ.update(before)  # without what was read from a .env
    return Done(done.exit_code, done.stdout, done.stderr)


def run(
    command: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    unprivileged: bool = False,
    patience: int = PATIENCE,
) -> Done:
    """Run any command the same way."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env=environment(**(env or {})),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=patience,
        check=False,
        preexec_fn=_drop_privileges if unprivileged else None,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def _drop_privileges() -> None:
    """Give up root's right to read and write what permissions forbid, for the command about to start."""
    import ctypes

    drop_from_bounding_set = 24
    for privilege in _PRIVILEGES:
        ctypes.CDLL(None).prctl(drop_from_bounding_set, privilege, 0, 0, 0)


def tree(folder: Path) -> dict[str, bytes | None]:
    """Every path below `folder` with its content, None for a folder: to see that nothing was written."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


def quoted(word: str) -> str:
    """`word` as the shell wants it."""
    return shlex.quote(word)
