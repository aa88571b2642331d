"""What the retrieval layer hands out: passages that say exactly where they stand in a source."""

from dataclasses import dataclass
from pathlib import PurePosixPath


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a source file, as found.

    `start` and `end` are character offsets into the text that `vectorstore.loaders` makes of `file`, so that
    `text == source_text[start:end]` always holds. `score` orders the results of one search and means nothing
    across searches; `support` is calibrated: the chance, 0 to 1, that the passage bears on the question.
    """

    text: str
    file: str
    """Path relative to the synced folder, with forward slashes."""
    start: int
    end: int
    page: int | None = None
    """Page of a PDF or slide of a deck, counted from 1."""
    place: str = ""
    """The same for a person: "page 3", "slide 2", "sheet Prices, row 14"; empty where a file has no such thing."""
    heading: str = ""
    """The headings above it, outermost first: "Leave > Parental leave"."""
    score: float = 0.0
    support: float = 0.0

    @property
    def where(self) -> str:
        """The citation for a person: "handbook.pdf, page 3" or "handbook.md, Parental leave"."""
        return ", ".join(
            part for part in (self.file, self.place or self.heading.rpartition(" > ")[2]) if part
        )


def lexical_text(passage: Passage) -> str:
    """What a passage is found by: the file's name and the headings above it count as words of it."""
    return f"{PurePosixPath(passage.file).stem}\n{passage.heading}\n{passage.text}"


def embedding_text(passage: Passage) -> str:
    """What of a passage is embedded: not the file's name, so that a renamed file keeps its vectors."""
    return f"{passage.heading}\n{passage.text}" if passage.heading else passage.text
