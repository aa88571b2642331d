"""Tools: protokit, cruft and copier over the same files, the same releases and the same edits."""

import contextlib
import io
import os
import shutil
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.updates.releases import Files
from protokit.files.layout import BASE
from protokit.prototype.pristine_copy import pack_pristine

_SLUG = "leave"
_WHO = ("-c", "user.name=Benchmark", "-c", "user.email=benchmark@example.org")


@dataclass(frozen=True, slots=True)
class Ended:
    """How an update ended: the files with a conflict it spoke of, or why it gave up."""

    conflicts: frozenset[str]
    failure: str = ""


class Tool(ABC):
    """Makes a project of the first version once, and updates copies of it."""

    def __init__(self, place: Path, versions: Mapping[str, Files]) -> None:
        self.place = place
        place.mkdir()
        self.publish(versions)

    @abstractmethod
    def publish(self, versions: Mapping[str, Files]) -> None:
        """Make templates of `versions`, and a project of the first, in `self.place`."""

    @abstractmethod
    def update(self, folder: Path, version: str) -> Ended:
        """Bring the project in `folder` to `version`; conflicts are written into the files."""

    def project(self, folder: Path) -> Path:
        """A copy of the project."""
        return Path(shutil.copytree(self.place / "project", folder, symlinks=True))

    @abstractmethod
    def settle(self, folder: Path) -> None:
        """What the owner does after editing: for tools that need it, a commit."""


class Protokit(Tool):
    """What `protokit update --conflicts` writes, without the tests around it: those are counted apart."""

    def publish(self, versions: Mapping[str, Files]) -> None:
        first = next(iter(versions))
        for version, files in versions.items():
            inside = self.place / version / "shared" / "{{cookiecutter.slug}}"
            _write(inside, {name: files[name] for name in files if name.partition("/")[0] != "knowledge"})
            (self.place / version / "blueprint.yaml").write_text(
                _CARD.format(version=version), encoding="utf-8"
            )
        shutil.rmtree(self.place / "project", ignore_errors=True)
        _write(self.place / "project", versions[first])
        kept = {name: text for name, text in versions[first].items() if not name.startswith("knowledge/")}
        (self.place / "project" / BASE).parent.mkdir()
        (self.place / "project" / BASE).write_bytes(pack_pristine(kept))

    def settle(self, folder: Path) -> None:
        return

    def update(self, folder: Path, version: str) -> Ended:
        from protokit.errors import ProtokitError
        from protokit.update.transaction import carry_out
        from protokit.update.update_plan import plan_update

        try:
            planned = plan_update(folder, str(self.place / version))
            carry_out(folder, planned.writes)
        except ProtokitError as problem:
            return Ended(frozenset(), str(problem))
        return Ended(frozenset(change.file for change in planned.conflicts))


class Cruft(Tool):
    """`cruft update --skip-apply-ask`."""

    def publish(self, versions: Mapping[str, Files]) -> None:
        template = self.place / "template"
        card = {"cookiecutter.json": f'{{"slug": "{_SLUG}", "_copy_without_render": ["*"]}}'.encode()}
        for version, files in versions.items():
            _commit(
                template, card | {f"{{{{cookiecutter.slug}}}}/{name}": files[name] for name in files}, version
            )
        with _quiet():
            from cruft import create

            create(str(template), self.place, no_input=True, checkout=next(iter(versions)))
        (self.place / _SLUG).rename(self.place / "project")

    def settle(self, folder: Path) -> None:
        _commit(folder, {}, "mine")

    def update(self, folder: Path, version: str) -> Ended:
        code = (
            f"from pathlib import Path; import cruft, sys; "
            f"sys.exit(not cruft.update(Path({str(folder)!r}), skip_apply_ask=True, checkout={version!r}))"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        if done.returncode:
            return Ended(frozenset(), (done.stderr or done.stdout).strip()[-200:] or "gave up")
        return Ended(_told_conflicts(folder))


class Copier(Tool):
    """`copier update --defaults --conflict inline`."""

    def publish(self, versions: Mapping[str, Files]) -> None:
        template = self.place / "template"
        answers = "{{ _copier_conf.answers_file }}.jinja"
        card = {
            "copier.yml": b"_subdirectory: files\nslug:\n  type: str\n  default: leave\n",
            f"files/{answers}": b"{{ _copier_answers|to_nice_yaml }}",
        }
        for version, files in versions.items():
            _commit(template, card | {f"files/{name}": files[name] for name in files}, version)
        with _quiet():
            from copier import run_copy

            run_copy(
                str(template), self.place / "project", vcs_ref=next(iter(versions)), defaults=True, quiet=True
            )

    def settle(self, folder: Path) -> None:
        _commit(folder, {}, "mine")

    def update(self, folder: Path, version: str) -> Ended:
        from copier import run_update

        try:
            with _quiet():
                run_update(
                    folder, vcs_ref=version, defaults=True, overwrite=True, conflict="inline", quiet=True
                )
        except Exception as problem:  # whatever another tool raises is a way for it to end
            return Ended(frozenset(), f"{type(problem).__name__}: {problem}"[-200:])
        return Ended(_told_conflicts(folder))


_CARD = """name: bench
version: {version}
title: Bench
pitch: What a blueprint's author releases, by seed.
examples: [one, two, three]
"""


def _told_conflicts(folder: Path) -> frozenset[str]:
    """The files that git lists as unmerged, that hold markers, or beside which a rejected part lies."""
    listed = _git(folder, "diff", "--name-only", "--diff-filter=U").splitlines()
    rejected = [path.relative_to(folder).as_posix()[:-4] for path in folder.rglob("*.rej")]
    paths = [path for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts]
    marked = [path.relative_to(folder).as_posix() for path in paths if b"\n>>>>>>> " in path.read_bytes()]
    return frozenset([*listed, *rejected, *marked])


def _write(folder: Path, files: Files) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _commit(folder: Path, files: Files, tag: str) -> None:
    """Make `files` (or, where there are none, what is there) the next commit of `folder`."""
    folder.mkdir(exist_ok=True)
    if not (folder / ".git").is_dir():
        _git(folder, "init", "-q")
        _git(folder, "config", "core.autocrlf", "false")
    if files:
        for path in folder.iterdir():
            if path.name != ".git":
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        _write(folder, files)
    _git(folder, "add", "-A", "-f")
    _git(folder, *_WHO, "commit", "-q", "--allow-empty", "-m", tag)
    _git(folder, "tag", "-f", tag)


def _git(folder: Path, *words: str) -> str:
    outside = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(
        ["git", *words], cwd=folder, env=outside, capture_output=True, text=True, check=True
    )
    return done.stdout


@contextlib.contextmanager
def _quiet():  # type: ignore[no-untyped-def]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        yield
