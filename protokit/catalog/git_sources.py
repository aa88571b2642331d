"""Fetches a blueprint from a git repository, and runs nothing of it: that waits for a person's word."""

import hashlib
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from protokit.catalog.blueprint import GIT_PREFIX
from protokit.errors import ChoiceProblem, FolderProblem, MissingExtra
from protokit.files.user_dirs import cache

_SCHEMES = ("https", "ssh", "file")
_PATIENCE = 300
_FORM = re.compile(
    r"(?P<url>(?P<scheme>[a-z]+)://[^@#]*(?:@[^/@#]*/[^@#]*)?)(?:@(?P<ref>[^#]+))?(?:#(?P<subdir>.+))?"
)
_FROM_OUTSIDE = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY")
"""Set inside a git hook; they would point the commands below at another repository."""
_SAFE = ("-c", "core.symlinks=false", "-c", f"core.hooksPath={os.devnull}", "-c", "core.fsmonitor=false")
"""No link that leads out of the checkout, no hook, no program of the repository's own."""


@dataclass(frozen=True, slots=True)
class GitAddress:
    """The parts of git+https://HOST/REPOSITORY@TAG#FOLDER."""

    url: str
    ref: str
    subdir: str

    @classmethod
    def parse(cls, text: str) -> "GitAddress":
        """Return the parts of `text`, or raise ChoiceProblem."""
        match = _FORM.fullmatch(text.removeprefix(GIT_PREFIX))
        if match is None or match["scheme"] not in _SCHEMES:
            raise ChoiceProblem(
                f'"{text}" is not git+https://, git+ssh:// or git+file://',
                fix="Write git+https://HOST/REPOSITORY@TAG#FOLDER",
            )
        ref, subdir = match["ref"] or "HEAD", match["subdir"] or ""
        if ref.startswith("-") or ".." in Path(subdir).parts or Path(subdir).is_absolute():
            raise ChoiceProblem(f'"{text}" leads out of its repository', fix="Name a folder inside it.")
        return cls(match["url"], ref, subdir)

    def __str__(self) -> str:
        """As it may be shown and kept: without a name and password for a web server."""
        plain = re.sub(r"^https://[^/@]*@", "https://", self.url)
        return f"{GIT_PREFIX}{plain}@{self.ref}" + (f"#{self.subdir}" if self.subdir else "")


def fetch(address: GitAddress) -> tuple[Path, str]:
    """Return the folder `address` names, as it is there now, and the id of its commit. Raises FolderProblem."""
    if shutil.which("git") is None:
        raise MissingExtra("git is not installed", where=str(address), fix="Install it from git-scm.com")
    shelf = cache() / "git" / hashlib.sha256(address.url.encode()).hexdigest()[:16]
    shelf.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".", dir=shelf) as aside:
        repository = Path(aside, "repository")
        repository.mkdir()
        _git(address, repository, "init", "-q")
        _git(address, repository, "fetch", "-q", "--depth=1", "--no-tags", "--", address.url, address.ref)
        commit = _git(address, repository, "rev-parse", "FETCH_HEAD^{commit}")
        checkout = shelf / commit
        if not checkout.is_dir():
            _git(address, repository, "checkout", "-q", "--detach", commit)
            repository.replace(checkout)
    folder = checkout / address.subdir
    if not folder.is_dir():
        raise FolderProblem(f'no folder "{address.subdir}" in it', where=str(address))
    return folder, commit


def _git(address: GitAddress, folder: Path, *words: str) -> str:
    outside = {name: value for name, value in os.environ.items() if name not in _FROM_OUTSIDE}
    try:
        result = subprocess.run(
            ["git", *_SAFE, *words],
            cwd=folder,
            env={**outside, "GIT_TERMINAL_PROMPT": "0", "GIT_ALLOW_PROTOCOL": ":".join(_SCHEMES)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise FolderProblem(f"no answer within {_PATIENCE} s", where=str(address)) from None
    if result.returncode:
        message = (result.stderr.strip().splitlines() or ["git failed"])[0].removeprefix("fatal: ")
        raise FolderProblem(
            re.sub(r"//[^/@\s]*@", "//", message), where=str(address), fix="Check the address and the tag."
        )
    return result.stdout.strip()
