"""Parsers that can hang, crash or swell run here, in a second process that is replaced when that happens."""

import atexit
import contextlib
import faulthandler
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import IO, Any

from vectorstore.confinement.confine import Confinement, confine, support
from vectorstore.loaders.document import (
    Document,
    EmbeddedFile,
    LoaderLimits,
    OnlyPictures,
    ReaderFailure,
    Unreadable,
    packed_document,
    unpacked_document,
)
from vectorstore.loaders.format_registry import parse as parse_here
from vectorstore.loaders.format_registry import recognise as find_kind
from vectorstore.loaders.host_memory import HOST_MEMORY, reader_memory

_TOO_LARGE = {
    "what": "needs more memory than one file may take",
    "fix": "Split it, or save it as text.",
    "fatal": True,
}
_FILES = "files-inside"
"""Folder on the desk for the files inside of the one that is read."""
_IDLE = 20.0
"""Seconds without work after which the process is let go."""


class Worker:
    """At most one process that parses files one after the other; started when needed, ended when idle."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._desk = Path()
        self._owner = 0
        self._lock = threading.Lock()
        self._idle: threading.Timer | None = None

    def parse(
        self, path: Path, kind: str, limits: LoaderLimits, into: Path | None = None, *, page: int = 0
    ) -> Document:
        """What `format_registry.parse` gives, within the limits and the host's memory; an empty `kind` is found out
        there. The files inside of `path` are moved to the folder `into`, which need not exist. Of a `page`, the text
        is recognised instead.

        Raises Unreadable, and ReaderFailure for a crash, a hang or too little memory.
        """
        limits = replace(limits, memory=reader_memory(limits.memory))
        with self._lock:
            if self._idle:
                self._idle.cancel()
            request = {"kind": kind, "limits": asdict(limits), "page": page}
            reply = self._ask(path, request, limits, into)
            self._idle = threading.Timer(_IDLE, self.close)
            self._idle.daemon = True
            self._idle.start()
        return _document(reply, into)

    def close(self) -> None:
        """End the process, if one runs."""
        with self._lock:
            self._end()

    def _ask(
        self, path: Path, request: dict[str, Any], limits: LoaderLimits, into: Path | None
    ) -> dict[str, Any]:
        """Lay a copy on the process's desk, which is all that it can see, and ask for what it says."""
        process = self._running()
        assert process.stdin
        assert process.stdout
        copy = self._desk / path.name
        shutil.copyfile(path, copy)
        request["limits"]["embedded_into"] = str(self._desk / _FILES) if into else ""
        began = time.monotonic()
        try:
            process.stdin.write(json.dumps({**request, "path": str(copy)}).encode() + b"\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except OSError:
            line = b""
        copy.unlink(missing_ok=True)
        _empty(self._desk / _FILES, into)
        if line.endswith(b"\n"):
            return dict(json.loads(line))
        self._end()
        return _died(time.monotonic() - began >= limits.seconds, limits)

    def _running(self) -> subprocess.Popen[bytes]:
        """The process; a new one when there is none, it died, or it is that of the process we forked from."""
        if self._process and self._owner == os.getpid() and self._process.poll() is None:
            return self._process
        if self._owner == os.getpid():
            self._end()
        self._desk = Path(tempfile.mkdtemp(prefix="reading-")).resolve()
        (self._desk / _FILES).mkdir()
        self._process, self._owner = _start(self._desk), os.getpid()
        return self._process

    def _end(self) -> None:
        if self._process and self._owner == os.getpid():
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe:
                    with contextlib.suppress(OSError):
                        pipe.close()
            shutil.rmtree(self._desk, ignore_errors=True)
        self._process = None


_KEPT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "SYSTEMROOT", HOST_MEMORY)
"""What the process gets to know of the environment: no key."""


def _start(desk: Path) -> subprocess.Popen[bytes]:
    """A process that finds the same packages as this one and runs `serve`; documents are laid into `desk`."""
    package_home = str(Path(__file__).resolve().parents[2])
    search = os.pathsep.join([package_home, *(place for place in sys.path if place)])
    return subprocess.Popen(
        [
            sys.executable,
            "-X",
            "utf8",
            "-P",  # the folder that somebody works in must not lend modules
            "-c",
            "from vectorstore.loaders.isolation import serve; serve()",
            str(desk),
        ],
        env={name: os.environ[name] for name in _KEPT if name in os.environ}
        | {"PYTHONPATH": search, "TMPDIR": str(desk), "TEMP": str(desk), "TMP": str(desk)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )


def _empty(folder: Path, into: Path | None) -> None:
    """Move the files in `folder` to `into`, which is made, or away; a link that a parser was made to leave is none."""
    if into:
        into.mkdir(parents=True)
    for path in folder.iterdir():
        if into and path.is_file() and not path.is_symlink():
            shutil.move(path, into / path.name)
        elif path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _died(late: bool, limits: LoaderLimits) -> dict[str, Any]:
    if late:
        what = f"took longer than {limits.seconds:g} s to read"
        return {"what": what, "fix": "Split it, or save it as plain text.", "fatal": True}
    memory = f"{limits.memory // 1_000_000:,} MB"
    return {
        "what": f"made its reader crash: it is damaged, or needs more memory than one file may take ({memory})",
        "fix": "Open it in its own program and save it again, or split it.",
        "fatal": True,
    }


def _document(reply: dict[str, Any], into: Path | None) -> Document:
    if "pictures" in reply and "what" in reply:
        raise OnlyPictures.of(unpacked_document(reply["pictures"]))
    if "what" in reply:
        raise (ReaderFailure if reply["fatal"] else Unreadable)(reply["what"], fix=reply["fix"])
    document = unpacked_document(reply)
    return replace(document, files=tuple(_moved(file, into) for file in document.files))


def _moved(file: EmbeddedFile, into: Path | None) -> EmbeddedFile:
    """The file as it lies in `into` now."""
    if not into or not file.path:
        return file
    path = into / Path(file.path).name
    if not path.is_file():
        return replace(file, path="", what="could not be taken out", fix="Add it as a file of its own.")
    return replace(file, path=str(path))


_worker = Worker()
atexit.register(_worker.close)
parse = _worker.parse
_recogniser = Worker()
atexit.register(_recogniser.close)


def recognise(path: Path, kind: str, page: int, limits: LoaderLimits) -> Document:
    """What `recognition.recognise` gives, from a process of its own, which is held in as a parser is.

    Raises Unreadable, and ReaderFailure for a crash, a hang or too little memory.
    """
    return _recogniser.parse(path, kind, limits, page=page)


def serve() -> None:
    """The other end: one JSON request a line on standard input, one JSON reply a line on standard output."""
    _confine(Path(sys.argv[1]))
    replies = os.fdopen(os.dup(1), "wb")
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)  # a library that prints must not garble the replies
        for line in sys.stdin.buffer:
            request = json.loads(line)
            limits = LoaderLimits(**request["limits"])
            _bound_memory(limits.memory)
            faulthandler.dump_traceback_later(limits.seconds, exit=True, file=nowhere)
            reply = _reply(Path(request["path"]), request["kind"], limits, request["page"])
            faulthandler.cancel_dump_traceback_later()
            _send(reply, replies)


def _confine(desk: Path) -> None:
    """Where the kernel can: see the documents on the desk and nothing else of the user's, connect to nothing."""
    if (can := support()).landlock and can.seccomp:
        confine(Confinement(read=(desk,), records=(desk / _FILES,), private=(Path.home(),)))


def _reply(path: Path, kind: str, limits: LoaderLimits, page: int) -> dict[str, Any]:
    try:
        if page:
            return packed_document(_recognise_here(path, kind, page, limits))
        return packed_document(parse_here(path, kind or find_kind(path, limits), limits))
    except OnlyPictures as problem:
        return {"what": problem.what, "pictures": packed_document(problem.document)}
    except Unreadable as problem:
        fatal = isinstance(problem, ReaderFailure)
        return {"what": problem.what, "fix": problem.fix, "fatal": fatal}
    except MemoryError:
        return _TOO_LARGE


def _recognise_here(path: Path, kind: str, page: int, limits: LoaderLimits) -> Document:
    from vectorstore.loaders.recognition.recognise import recognise as recognise_here

    try:
        return recognise_here(path, kind, page, limits)
    except (Unreadable, MemoryError):
        raise
    except Exception as problem:  # foreign code over a foreign picture
        fix = f"Save it as a picture of its own, or as text ({type(problem).__name__})."
        raise Unreadable("could not be read by text recognition", fix=fix) from None


def _send(reply: dict[str, Any], replies: IO[bytes]) -> None:
    replies.write(json.dumps(reply).encode() + b"\n")
    replies.flush()


def _bound_memory(limit: int) -> None:
    """Make an allocation beyond `limit` bytes fail; systems without such limits go on without."""
    if sys.platform == "linux":
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (limit if hard < 0 else min(limit, hard), hard))
