"""What a sync tells people: how far it is, what became of each file, and what a page may show meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

FileStatus = Literal[
    "read", "unpacked", "unchanged", "renamed", "duplicate", "failed", "set aside", "removed"
]
"""A file that is `unpacked` has no text of its own: the files inside of it are listed after it. One that is `set aside`
took its reader down once, and is not read again unless it changes or somebody asks."""
Step = Literal["waiting", "indexing", "looking", "reading", "embedding", "checking", "recognising"]
Phase = Literal["empty", "reading", "words", "ready", "failed"]


@dataclass(frozen=True, slots=True)
class Progress:
    """One step of a sync: `done` of `total` (files while reading, passages while indexing and embedding, pages
    while recognising), and
    what is in hand."""

    step: Step
    done: int
    total: int
    note: str = ""


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

    @property
    def guest_note(self) -> str:
        """The same for a guest, who can mend nothing: what was not read, without a remedy and what is hidden."""
        return self.reason.rstrip(".")

    @property
    def owner_note(self) -> str:
        """The note for whoever owns the file, with what it hides: "left out: 1 hidden sheet"."""
        lead = "read although hidden" if self.reads_hidden else "left out"
        hidden = f"{lead}: {self.hidden}" if self.hidden else ""
        return "; ".join(part for part in (self.note, hidden) if part)


def hidden_line(hidden: Sequence[tuple[str, int]]) -> str:
    """ "1 hidden sheet, 3 hidden rows" of what a reader counted: ("sheet", 1), ("row", 3)."""
    return ", ".join(f"{count} hidden {what}{'s' * (count != 1)}" for what, count in hidden)


@dataclass(frozen=True, slots=True)
class SyncReport:
    """The outcome of one sync; `str(report)` is a table for a terminal.

    `added`, `changed` and `removed` count files; `seconds` is wall time; `rebuilt` is one line saying why
    every vector or passage was made again, empty when that was not needed; `notes` are other things worth a
    line.
    """

    files: tuple[FileReport, ...]
    added: int
    changed: int
    removed: int
    seconds: float
    rebuilt: str = ""
    notes: tuple[str, ...] = ()

    @property
    def failed(self) -> tuple[FileReport, ...]:
        """The files that could not be read."""
        return tuple(report for report in self.files if report.status in ("failed", "set aside"))

    def __str__(self) -> str:
        passages = sum(report.passages for report in self.files)
        counts = (
            f"{self.added} added, {self.changed} changed, {self.removed} removed, {len(self.failed)} failed"
        )
        summary = f"{counts}; {passages} passages in {self.seconds:.1f} s."
        lines = (self.rebuilt, *self.notes, summary)
        return "\n".join([table(self.files), *(line for line in lines if line)])


def table(files: Sequence[FileReport]) -> str:
    """The files as plain text columns: file, status, pages, passages, note."""
    rows = [("file", "status", "pages", "passages", "note")]
    for report in files:
        pages = str(report.pages) if report.pages else ""
        passages = str(report.passages) if report.passages else ""
        rows.append((report.file, report.status, pages, passages, report.owner_note))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join(_line(row, widths) for row in rows)


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    file, status, pages, passages, note = row
    cells = (
        file.ljust(widths[0]),
        status.ljust(widths[1]),
        pages.rjust(widths[2]),
        passages.rjust(widths[3]),
        note,
    )
    return "  ".join(cells).rstrip()


@dataclass(frozen=True, slots=True)
class Status:
    """What a knowledge base can do at this moment; `str(status)` is one line for a page.

    `embedded` of `passages` can be found by meaning; all `passages` can be found by their words.
    """

    phase: Phase
    passages: int = 0
    embedded: int = 0
    note: str = ""

    def __str__(self) -> str:
        return self.note or self._line()

    def _line(self) -> str:
        if self.phase == "empty":
            return "No documents yet."
        if self.phase == "reading":
            return "Reading the documents."
        if self.phase == "words":
            if self.embedded == self.passages:
                return "Finds words already, and meaning in a moment."
            return f"Finds words already, and meaning soon: {self.embedded} of {self.passages} passages are ready."
        return f"{self.passages} passage{'s' * (self.passages != 1)}, found by words and by meaning."
