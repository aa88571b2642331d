"""What a blueprint gave a prototype: told apart from it is what people changed since.

It is one compressed file with a digest, so that no formatter, search or line-end setting reaches it; older programs
kept the files themselves in a folder, where a change over the whole repository changed them too.
"""

import hashlib
import io
import os
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path

from protokit.errors import FolderProblem
from protokit.files.layout import BASE, OLDER_BASE, SPEC_FILE

_DAY = (1980, 1, 1, 0, 0, 0)
"""The date of every file in it, so that the same files make the same bytes."""
_DAMAGE = (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError)


def pack_pristine(files: Mapping[str, bytes]) -> bytes:
    """The pristine copy that holds `files`, by name."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, _DAY), files[name], zipfile.ZIP_DEFLATED)
        archive.comment = _digest(files)
    return buffer.getvalue()


def read_pristine(folder: Path, blueprint: str = "") -> dict[str, bytes]:
    """The files as the `blueprint` ("rag-search@1.0.0") gave them to the prototype in `folder`, by name.

    Raises FolderProblem where there is no copy, and where it was changed: nothing is ever merged against that.
    """
    if (folder / BASE).is_file():
        return _unpacked(folder / BASE)
    if (folder / OLDER_BASE).is_dir():
        return _as_recorded(folder, blueprint) or _as_it_lies(folder / OLDER_BASE)
    raise FolderProblem(
        f"no {BASE.as_posix()} here, so what you changed cannot be told from what came with it",
        where=str(folder),
        fix=f"Make it anew (`protokit new --spec {SPEC_FILE} --out NEW`) and move your changes over.",
    )


def _unpacked(path: Path) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(path) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
            intact = archive.comment == _digest(files)
    except _DAMAGE:
        intact = False
    if not intact:
        raise FolderProblem(
            "was changed since it was made, so what you changed cannot be told from what came with it",
            where=BASE.as_posix(),
            fix=f"Take it from a backup, or from git: git checkout COMMIT -- {BASE.as_posix()}",
        )
    return files


def _digest(files: Mapping[str, bytes]) -> bytes:
    each = (f"{hashlib.sha256(files[name]).hexdigest()} {name}\n" for name in sorted(files))
    return hashlib.sha256("".join(each).encode()).hexdigest().encode()


def _as_it_lies(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _as_recorded(folder: Path, blueprint: str) -> dict[str, bytes]:
    """The older copy as git has it from the commit that noted `blueprint`: edits over the repository came later.

    Empty where there is no git, no such commit, or the copy was not committed then.
    """
    import subprocess
    import tarfile

    if not blueprint or (git := shutil.which("git")) is None:
        return {}
    outside = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}

    def run(*words: str) -> bytes:
        command = [git, "-c", "core.autocrlf=false", *words]
        done = subprocess.run(command, cwd=folder, env=outside, capture_output=True, check=False)
        return b"" if done.returncode else done.stdout

    commit = (
        run("log", "-1", "--format=%H", "-S", f"blueprint: {blueprint}", "--", SPEC_FILE).decode().strip()
    )
    packed = run("archive", "--format=tar", commit, OLDER_BASE.as_posix()) if commit else b""
    if not packed:
        return {}
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        return {
            Path(each.name).relative_to(OLDER_BASE).as_posix(): content.read()
            for each in archive
            if (content := archive.extractfile(each)) is not None
        }
