"""Prototype: a finished folder, to be opened, asked, run and checked."""

import importlib.util
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from types import ModuleType
from typing import Any

from protokit.errors import FolderProblem, MissingExtra, SpecProblem
from protokit.files.layout import QUESTIONS_FILE, SPEC_FILE, UPDATE_JOURNAL
from protokit.files.lifeline import tied
from protokit.prototype.assistant_class import assistant_class
from protokit.runtime.assistant import BaseAssistant
from protokit.runtime.prototype_fields import Screen
from protokit.runtime.settings import Settings
from protokit.spec.prototype_spec import Spec, read_spec
from protokit.spec.yaml_io import load_yaml, read_text

FIRST_PORT = 8501


@dataclass(frozen=True, slots=True)
class Prototype:
    """A folder with a valid `prototype.yaml`."""

    folder: Path
    spec: Spec

    @classmethod
    def open(cls, folder: Path) -> "Prototype":
        """Return the prototype in `folder`, or raise FolderProblem or SpecProblem."""
        if not (folder / SPEC_FILE).is_file():
            raise FolderProblem(
                f"no {SPEC_FILE} here, so this is not a prototype",
                where=str(folder),
                fix="`protokit list` shows yours.",
            )
        if (folder / UPDATE_JOURNAL).exists():
            raise FolderProblem(
                "an update was cut off here", where=str(folder), fix="`protokit update` undoes it first."
            )
        return cls(folder.resolve(), read_spec(folder / SPEC_FILE))

    def questions(self) -> list[dict[str, Any]]:
        """The rows of questions.yaml, none where there is no such file. Raises SpecProblem."""
        path = self.folder / QUESTIONS_FILE
        rows = (load_yaml(read_text(path), where=path.name) or []) if path.is_file() else []
        if not isinstance(rows, list):
            raise SpecProblem("expected a list of questions", where=path.name, fix="Write `- question: ...`")
        return rows

    def left_out(self) -> list[str]:
        """A line for each document that took its reader down once and is not read any more."""
        from vectorstore.index.set_aside import set_aside

        return [
            f"{report.file} is left out: it {report.note} (protokit run DIR --read-again)."
            for report in set_aside(*Settings.read(self.folder).store)
        ]

    def read_again(self) -> None:
        """Let those documents be read once more at the next start."""
        from vectorstore.index.set_aside import read_again

        read_again(*Settings.read(self.folder).store)

    def assistant(self, model: str = "") -> BaseAssistant:
        """A new Assistant from the prototype's own assistant.py; use it as a context manager."""
        return self.assistant_class()(self.folder, model=model)

    def assistant_class(self) -> type[BaseAssistant]:
        """The class of it, which says what it takes. Raises FolderProblem."""
        return assistant_class(self._module("assistant"))

    def _module(self, name: str) -> ModuleType:
        path = self.folder / f"{name}.py"
        spec = importlib.util.spec_from_file_location(f"{self.spec.slug.replace('-', '_')}_{name}", path)
        if not path.is_file() or spec is None or spec.loader is None:
            raise FolderProblem(
                f"no {name}.py here", where=str(self.folder), fix=f"Run: protokit update --restore {name}.py"
            )
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    @contextmanager
    def serve(self, port: int, log: Callable[[str], None] | None = None) -> Iterator[subprocess.Popen[bytes]]:
        """Run the page on loopback at `port` in a process of its own, stopped at the end with all it left aside; `log`
        gets what it writes to stderr, line by line."""
        require_screen(self.spec.screen)
        with TemporaryDirectory(prefix="protokit-run-", ignore_cleanup_errors=True) as aside:
            child = subprocess.Popen(
                tied(self._command(port)),  # killed outright, this process could not stop it
                cwd=self.folder,
                env=_environment(port, aside),
                stdout=subprocess.DEVNULL,  # a banner of the screen's own
                stderr=subprocess.PIPE if log else subprocess.DEVNULL,
            )
            reader = _reader(child, log) if log else None
            try:
                yield child
            finally:
                _stop(child)
                if reader:
                    reader.join(timeout=1)  # a process that it left behind may still hold the pipe

    def _command(self, port: int) -> list[str]:
        if self.spec.screen == "gradio":
            return [sys.executable, "-m", "protokit.runtime.ui.gradio_server", "app.py"]
        flags = {
            "server.port": port,
            "server.address": "localhost",
            "server.headless": "true",
            "logger.level": "warning",
        }
        theme = {"theme.primaryColor": self.spec.accent}
        options = [f"--{name}={value}" for name, value in (flags | theme).items()]
        return [sys.executable, "-m", "protokit.runtime.ui.page_server", "app.py", *options]


def require_screen(screen: Screen) -> None:
    """Raise MissingExtra with the install command where the screen's package is not installed."""
    if importlib.util.find_spec(screen) is None:
        raise MissingExtra(
            f"the {screen} screen needs a package that is not installed",
            fix=f"Run: {install_command(screen)}",
        )


def install_command(extra: str) -> str:
    """The command that installs an extra, fit to be pasted."""
    return f'pip install "protokit-studio[{extra}]"'


def free_port(wanted: int = FIRST_PORT) -> int:
    """Return `wanted` or the next port nobody listens on."""
    for port in range(wanted, min(wanted + 200, 65536)):
        with socket.socket() as probe:
            if os.name != "nt":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port
    raise FolderProblem(f"no free port from {wanted} on", fix="Choose another with --port.")


def _environment(port: int, aside: str) -> dict[str, str]:
    return {
        **os.environ,
        **dict.fromkeys(("TMPDIR", "TEMP", "TMP", "GRADIO_TEMP_DIR"), aside),
        # Whoever runs a page on this machine is its owner, and may try what a visitor could be allowed.
        "PROTOKIT_UPLOADS": "on",
        "PROTOKIT_OWNER": "1",
        "GRADIO_SERVER_PORT": str(port),
        "GRADIO_SERVER_NAME": "127.0.0.1",
        "GRADIO_ANALYTICS_ENABLED": "False",
    }


def _reader(child: subprocess.Popen[bytes], log: Callable[[str], None]) -> Thread:
    """Hand on what `child` writes to stderr until it ends."""

    def read() -> None:
        assert child.stderr is not None
        for line in child.stderr:
            log(line.decode("utf-8", "replace").rstrip("\r\n"))

    reader = Thread(target=read, daemon=True)
    reader.start()
    return reader


def _stop(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is not None:
        return
    child.send_signal(signal.SIGTERM)
    try:
        child.wait(timeout=5)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
