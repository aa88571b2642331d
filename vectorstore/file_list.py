"""The list of files that everybody sees alike: on a page, in a terminal, in a Hub."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

FileStatus = Literal[
    "read", "unpacked", "unchanged", "renamed", "duplicate", "failed", "set aside", "removed"
]
"""A file that is `unpacked` has no text of its own: the files inside of it are listed after it. One that is `set aside`
took its reader down once, and is not read again unless it changes or somebody asks."""
FileState = Literal["read", "unpacked", "copy", "not read", "set aside", "removed", "waiting"]
"""What became of a file, in a word. `unpacked`: what is inside of it is listed after it. `copy`: another file with the
same content was read. `set aside`: it took its reader down, and waits until somebody asks. `waiting`: it is new."""
_STATES: dict[FileStatus, FileState] = {
    "read": "read",
    "unchanged": "read",
    "renamed": "read",
    "unpacked": "unpacked",
    "duplicate": "copy",
    "failed": "not read",
    "set aside": "set aside",
    "removed": "removed",
}
_INSTALL = "pip install"
_VERBS = frozenset(("can", "cannot", "could", "has", "holds", "is", "needs", "shows", "took", "was", "would"))
"""What a reason begins with that follows the name of its file: "is locked with a password"."""


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of one file. `reason` and `fix` are empty unless it was not read in full."""

    file: str
    status: FileStatus
    passages: int = 0
    pages: int = 0
    reason: str = ""
    fix: str = ""
    hidden: str = ""
    """What it hides from who opens it: "1 hidden sheet, 3 hidden rows"; empty where it hides nothing."""
    reads_hidden: bool = False
    """Whether that is read and searched all the same."""

    @property
    def was_read(self) -> bool:
        """Whether what it says can be found: by itself, in its copy, or in the files inside of it."""
        return self.passages > 0 or self.status in ("duplicate", "unpacked")

    @property
    def note(self) -> str:
        """The reason and the remedy in one line, empty for a file without trouble."""
        return ". ".join(part.rstrip(".") for part in (self.reason, self.fix) if part)


@dataclass(frozen=True, slots=True)
class FileRow:
    """One file as it is listed."""

    file: str
    """Its path in the folder, with forward slashes; that of a file inside another one goes on below it."""
    state: FileState
    amount: str = ""
    """ "3 pages, 12 passages"; empty where nothing was read."""
    note: str = ""
    """What was not read, how much, and what would help, as sentences; empty for a file without trouble."""
    container: str = ""
    """The file that it is inside of, where that is listed too."""
    pages: int = 0
    passages: int = 0

    @property
    def name(self) -> str:
        """Its path inside of `container`, or else in the folder."""
        return self.file[len(self.container) + 1 :] if self.container else self.file

    @property
    def is_fine(self) -> bool:
        """Whether what it says can be found, or will be."""
        return self.state not in ("not read", "set aside")

    @property
    def told(self) -> str:
        """All that is said of it in one line: "Not read. It is locked with a password."."""
        state = "" if self.state == "read" else sentence(self.state)
        return " ".join(filter(None, [state, self.detail]))

    @property
    def detail(self) -> str:
        """The same without the state, for where that stands by itself."""
        return " ".join(filter(None, [sentence(self.amount), self.note]))


def hidden_line(hidden: Sequence[tuple[str, int]]) -> str:
    """ "1 hidden sheet, 3 hidden rows" of what a reader counted: ("sheet", 1), ("row", 3)."""
    return ", ".join(f"{count} hidden {what}{'s' * (count != 1)}" for what, count in hidden)


def file_rows(reports: Iterable[FileReport], *, remedies: bool, installs: bool = True) -> list[FileRow]:
    """A row for each file, by name, those inside of others after them.

    With `remedies`, notes tell what would help: for whoever can change the files. With `installs`, also what could be
    installed, which is for the owner of the machine. All else is the same for everybody.
    """
    rows, containers = [], list[str]()
    for report in sorted(reports, key=lambda report: report.file.casefold().split("/")):
        containers = [one for one in containers if report.file.startswith(f"{one}/")]
        rows.append(_row(report, remedies, installs, containers[-1] if containers else ""))
        containers.append(report.file)
    return rows


def _row(report: FileReport, remedies: bool, installs: bool, container: str) -> FileRow:
    fix = report.fix if remedies and (installs or _INSTALL not in report.fix) else ""
    counts = [(report.pages, "page"), (report.passages, "passage")]
    amount = ", ".join(f"{count} {what}{'s' * (count != 1)}" for count, what in counts if count)
    lead = "read although hidden" if report.reads_hidden else "left out"
    hidden = f"{lead}: {report.hidden}" if report.hidden else ""
    note = " ".join(filter(None, map(sentence, [report.reason, hidden, fix])))
    return FileRow(
        report.file, _STATES[report.status], amount, note, container, report.pages, report.passages
    )


def sentence(text: str) -> str:
    """What is said of a file, as a sentence; "is locked" follows its name and needs a subject without it."""
    text = f"it {text}" if text.partition(" ")[0] in _VERBS else text
    return f"{text[:1].upper()}{text[1:].rstrip('.')}." if text else ""


def file_table(rows: Sequence[FileRow]) -> str:
    """The rows as plain text columns: file, state, what was read of it, note."""
    cells = [("file", "state", "read", "note")]
    cells += [(row.file, row.state, row.amount, row.note) for row in rows]
    widths = [max(len(line[column]) for line in cells) for column in range(3)]
    return "\n".join(
        "  ".join([*(text.ljust(width) for text, width in zip(line, widths, strict=False)), line[3]]).rstrip()
        for line in cells
    )
