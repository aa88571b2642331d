"""What a sync tells people: how far it is, what became of each file, and what a page may show meanwhile."""

from dataclasses import dataclass
from typing import Literal

from vectorstore.file_list import FileReport, file_rows, file_table

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
        return "\n".join(
            [file_table(file_rows(self.files, remedies=True)), *(line for line in lines if line)]
        )


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
