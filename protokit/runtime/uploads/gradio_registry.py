"""Which file stands behind which name that a Gradio page's visitor was given, and whose it is."""

import re
import secrets
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from protokit.runtime.uploads.idle import watch
from protokit.runtime.uploads.saved_upload import safe_name

if TYPE_CHECKING:
    from starlette.datastructures import UploadFile

KEPT_SECONDS = 1800.0
_NAME = re.compile(r"[A-Za-z0-9_-]{32}/[^/]+")
_PIECE = 1 << 20


class FileRefused(Exception):
    """A file that this visitor may not have; its words are for the visitor. `status` is the HTTP status."""

    def __init__(self, words: str = "This file was not uploaded here.", status: int = 403) -> None:
        super().__init__(words)
        self.status = status


@dataclass(slots=True)
class _Entry:
    path: Path
    visitor: str
    at: float
    session: str | None = None
    """Gradio's session that used it first; nobody else may from then on."""


class FileRegistry:
    """The files of one page's visitors, below Gradio's own temporary folder. Threads may share it."""

    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {}
        self._lock = threading.Lock()

    @property
    def folder(self) -> Path:
        """Where uploads are kept: Gradio takes no input from elsewhere."""
        from gradio.utils import get_upload_folder

        return Path(get_upload_folder()).resolve() / "visitors"

    async def keep(self, file: "UploadFile", visitor: str) -> str:
        """Store an upload and return the name its visitor gets to know it by."""
        from starlette.concurrency import run_in_threadpool

        watch(self)
        name = self._new_name(safe_name(file.filename or ""))
        path = self.folder / name
        try:
            await run_in_threadpool(_write, path, file)
        except BaseException:
            shutil.rmtree(path.parent, ignore_errors=True)
            raise
        self._add(name, path, visitor)
        return name

    def holds(self, name: str) -> bool:
        """Whether `name` looks like one of these names, known or not."""
        return _NAME.fullmatch(name) is not None

    def path_of(self, name: str, visitor: str, session: str | None = None) -> Path:
        """The file behind `name`, for the visitor and the session it belongs to; else FileRefused."""
        with self._lock:
            entry = self._entries.get(name)
            if entry is None or entry.visitor != visitor:
                raise FileRefused
            if session is not None:
                if entry.session is None:
                    entry.session = session
                if entry.session != session:
                    raise FileRefused
            entry.at = time.monotonic()
            if not entry.path.is_file():
                raise FileRefused("This file is not here any more. Please upload it again.", 404)
            return entry.path

    def name_for(self, path: str, visitor: str) -> str:
        """A name for a file that the page shows to `visitor`; what lies elsewhere than visitors' files stays."""
        if not self.is_inside(Path(path)):
            return path
        with self._lock:
            names = [
                name for name, e in self._entries.items() if str(e.path) == path and e.visitor == visitor
            ]
        return names[0] if names else ""

    def is_inside(self, path: Path) -> bool:
        """Whether `path` is in the folder of uploads."""
        try:
            return path.resolve().is_relative_to(self.folder)
        except (OSError, ValueError):  # a name that no file can have
            return True

    def _new_name(self, plain: str) -> str:
        return f"{secrets.token_urlsafe(24)}/{plain}"

    def _add(self, name: str, path: Path, visitor: str) -> None:
        with self._lock:
            self._entries[name] = _Entry(path, visitor, time.monotonic())

    def clear_if_idle(self) -> None:
        """Delete the files that nobody asked for lately."""
        until = time.monotonic() - KEPT_SECONDS
        with self._lock:
            old = {name: entry for name, entry in self._entries.items() if entry.at < until}
            for name, entry in old.items():
                del self._entries[name]
                shutil.rmtree(entry.path.parent, ignore_errors=True)


def rewrite_files(value: Any, rename: Callable[[str], Any], *, outward: bool = False) -> Any:
    """`value` (JSON) with the path of each file in it replaced by `rename` of it, and no address to fetch it from.

    Inward, everything that has a path in the way of Gradio's files is one, whether it says so or not.
    """
    if isinstance(value, list):
        return [rewrite_files(one, rename, outward=outward) for one in value]
    if not isinstance(value, dict):
        return value
    whole = {key: rewrite_files(one, rename, outward=outward) for key, one in value.items()}
    says_so = isinstance(value.get("meta"), dict) and value["meta"].get("_type") == "gradio.FileData"
    if isinstance(value.get("path"), str) and (says_so or not outward):
        whole["path"] = str(rename(value["path"]))
        whole["url"] = _address(value.get("url"), whole["path"]) if outward else None
    elif says_so and not outward and not str(value.get("url") or "data:").startswith("data:"):
        whole["url"] = None
    return whole


def _address(url: Any, name: str) -> Any:
    """The address of a file that goes by `name` now."""
    before, way, _ = url.partition("file=") if isinstance(url, str) else ("", "", "")
    return f"{before}{way}{quote(name)}" if way else url


def _write(path: Path, file: "UploadFile") -> None:
    path.parent.mkdir(parents=True, mode=0o700)
    with path.open("wb") as target:
        shutil.copyfileobj(file.file, target, _PIECE)
