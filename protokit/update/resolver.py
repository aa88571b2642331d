"""Finds the newest packages that go together, and installs them aside: by uv where it is there, else by pip."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path

from protokit.deploy.export.requirements import DISTRIBUTION, package
from protokit.errors import FolderProblem

_PATIENCE = 3600
_OLDEST = "3.11"
"""The lock is to hold for this Python and all newer ones; uv can see to that, pip cannot."""


@dataclass(frozen=True, slots=True)
class Resolver:
    """A place where packages can be resolved, installed and run without touching any other environment."""

    folder: Path
    """Empty at first; the environment and its files come here."""
    uv: str | None

    @classmethod
    def at(cls, folder: Path) -> "Resolver":
        """The best resolver there is, working in `folder`."""
        beside = Path(sys.executable).parent
        return cls(
            folder, shutil.which("uv", path=os.pathsep.join([str(beside), os.environ.get("PATH", "")]))
        )

    @property
    def python(self) -> str:
        """The interpreter of the environment."""
        parts = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
        return str(self.folder.joinpath("environment", *parts))

    def locked(self, requirements: Sequence[str], before: Sequence[str]) -> list[str]:
        """The lines of a lock for the requirements `wanted`, newest first choice. Raises FolderProblem.

        Of the lines of the lock `before`, pip keeps those for some systems or Pythons alone as they are: it only sees
        this one.
        """
        file = self.folder / "wanted.txt"
        file.write_text("\n".join([*requirements, ""]), encoding="utf-8")
        return self._by_uv(file) if self.uv else self._by_pip(file, [line for line in before if ";" in line])

    def install(self, lines: Sequence[str]) -> None:
        """Make the environment of just these `lines`, and of the protokit that runs here. Raises FolderProblem."""
        lock = self.folder / "lock.txt"
        lock.write_text("\n".join([*lines, ""]), encoding="utf-8")
        self._make_environment()
        into = [self.uv, "pip", "install", "--python", self.python] if self.uv else self._pip("install")
        self._run([*into, "-q", "-r", str(lock)])
        self._run([*into, "-q", "--no-deps", _ourselves()])

    def _by_uv(self, file: Path) -> list[str]:
        flags = ["--universal", f"--python-version={_OLDEST}", "--no-header", "--no-annotate"]
        output = self._run([self.uv or "", "pip", "compile", "-q", *flags, "--no-emit-index-url", str(file)])
        return [line for line in output.splitlines() if line.strip()]

    def _by_pip(self, file: Path, marked: Sequence[str]) -> list[str]:
        self._make_environment()
        report, kept = self.folder / "report.json", self.folder / "kept.txt"
        kept.write_text("\n".join([*marked, ""]), encoding="utf-8")
        flags = [
            "-q",
            "--dry-run",
            "--ignore-installed",
            f"--report={report}",
            "-r",
            str(file),
            "-c",
            str(kept),
        ]
        self._run([*self._pip("install"), *flags])
        packages = [each["metadata"] for each in json.loads(report.read_bytes())["install"]]
        names = {package(line) for line in marked}
        pins = [f"{each['name'].lower()}=={each['version']}" for each in packages]
        return sorted([*(pin for pin in pins if package(pin) not in names), *marked])

    def _pip(self, verb: str) -> list[str]:
        return [self.python, "-m", "pip", verb, "--disable-pip-version-check"]

    def _make_environment(self) -> None:
        if not Path(self.python).exists():
            place = str(self.folder / "environment")
            how = [self.uv, "venv", "-q", "--python"] if self.uv else []
            self._run([*how, sys.executable, place] if how else [sys.executable, "-m", "venv", place])

    def _run(self, command: Sequence[str | None]) -> str:
        words = [word for word in command if word is not None]
        try:
            result = subprocess.run(
                words,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_PATIENCE,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise FolderProblem(f"no packages within {_PATIENCE} s", where=Path(words[0]).name) from None
        if result.returncode:
            raise FolderProblem(
                " ".join(result.stderr.split())[:600], where=f"{Path(words[0]).name} {words[1]}"
            )
        return result.stdout


def _ourselves() -> str:
    """What installs the protokit that runs here: its own folder or file, or its version from the index."""
    ours = distribution(DISTRIBUTION)
    recorded = json.loads(ours.read_text("direct_url.json") or "{}")
    url = str(recorded.get("url", ""))
    return url if url.startswith("file:") else f"{DISTRIBUTION}=={ours.version}"
