"""Merges what a person changed in a file with what a blueprint changed in it, so that no line of either is lost."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from protokit.errors import MissingExtra

MARK = b"\xef\xbb\xbf"
"""The byte order mark that some editors put before UTF-8."""
_MOST_CONFLICTS = 127
"""Git's exit code is their number up to this; above it something went wrong."""


@dataclass(frozen=True, slots=True)
class Merged:
    """The merged content, and in how many places both had changed the same lines: those stand between markers."""

    content: bytes
    conflicts: int


@dataclass(frozen=True, slots=True)
class Form:
    """How a text is written down, apart from its lines: an editor that changes it changes no line."""

    mark: bool
    crlf: bool
    """Whether every line ends as on Windows; where the ends are mixed, they are part of the lines."""
    ended: bool
    """Whether the last line has an end too."""

    @classmethod
    def of(cls, content: bytes) -> "Form":
        """How `content` is written down."""
        lines = content.count(b"\n")
        crlf = lines > 0 and content.count(b"\r\n") == lines
        return cls(content.startswith(MARK), crlf, content.endswith(b"\n") or not content.removeprefix(MARK))

    def plain(self, content: bytes) -> bytes:
        """The lines of `content` as Unix has them; `written` brings back every byte."""
        lines = content.removeprefix(MARK) if self.mark else content
        lines = lines.replace(b"\r\n", b"\n") if self.crlf else lines
        return lines if self.ended else lines + b"\n"

    def written(self, lines: bytes) -> bytes:
        """Plain `lines` in this form."""
        content = lines if self.ended else lines.removesuffix(b"\n")
        content = content.replace(b"\n", b"\r\n") if self.crlf else content
        return MARK + content if self.mark else content

    def changed_to(self, mine: "Form", new: "Form") -> "Form":
        """The form of a merge: what the person changed of this one, else what the blueprint has."""
        chosen = {
            name: _chosen(*(getattr(form, name) for form in (self, mine, new))) for name in self.__slots__
        }
        return Form(**chosen)


def merge(mine: bytes, base: bytes, new: bytes, *, labels: tuple[str, str] = ("yours", "new")) -> Merged:
    """Return `mine` with what changed from `base` to `new`; `labels` name the two sides of a conflict.

    Line ends, a missing last one and a byte order mark stay the person's. Raises MissingExtra without git.
    """
    forms = [Form.of(content) for content in (mine, base, new)]
    texts = [form.plain(content) for form, content in zip(forms, (mine, base, new), strict=True)]
    merged = _merge_file(texts, labels)
    form = forms[1].changed_to(forms[0], forms[2])
    if merged.conflicts:
        form = Form(form.mark, form.crlf, ended=True)  # the last line may be a marker
    return Merged(form.written(merged.content), merged.conflicts)


def is_text(content: bytes) -> bool:
    """Whether lines of it can be merged, in whatever encoding; git draws the line in the same place."""
    return b"\0" not in content


def same_lines(one: bytes, other: bytes) -> bool:
    """Whether two texts differ in nothing but their line ends, the last one and a byte order mark."""
    if not (is_text(one) and is_text(other)):
        return one == other
    return Form.of(one).plain(one) == Form.of(other).plain(other)


def as_written(new: bytes, mine: bytes, base: bytes) -> bytes:
    """The text `new` with the line ends that a person gave to `mine`, which came as `base`."""
    if not all(map(is_text, (new, mine, base))):
        return new
    form = Form.of(base).changed_to(Form.of(mine), Form.of(new))
    return form.written(Form.of(new).plain(new))


def has_markers(content: bytes) -> bool:
    """Whether the markers of a conflict still stand in it."""
    lines = content.splitlines()
    return all(any(line.startswith(mark) for line in lines) for mark in (b"<<<<<<< ", b">>>>>>> "))


def _chosen(base: bool, mine: bool, new: bool) -> bool:
    return mine if mine != base else new


def _merge_file(texts: list[bytes], labels: tuple[str, str]) -> Merged:
    git = shutil.which("git")
    if git is None:
        raise MissingExtra(
            "git is not installed, and without it your changes cannot be merged with the blueprint's",
            fix="Install it from git-scm.com, then try again.",
        )
    with TemporaryDirectory(prefix="protokit-merge-") as aside:
        names = ("mine", "base", "new")
        for name, content in zip(names, texts, strict=True):
            Path(aside, name).write_bytes(content)
        flags = ["-p", "-q", "-L", labels[0], "-L", "before", "-L", labels[1]]
        done = subprocess.run(
            [git, "merge-file", *flags, *names],
            cwd=aside,
            env=_environment(aside),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
    if not 0 <= done.returncode <= _MOST_CONFLICTS:
        raise OSError(f"git merge-file failed: {done.stderr.decode(errors='replace').strip()}")
    return Merged(done.stdout, done.returncode)


def _environment(aside: str) -> dict[str, str]:
    """Without whatever repository or settings are around: the merge must be the same for everybody."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    alone = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CEILING_DIRECTORIES": aside}
    return {**outside, **alone}
