"""What reading a file gives: one string of text, and sections that say where each stretch of it came from."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple, dataclass, field, replace
from typing import Any

from vectorstore.loaders.table_lines import named_lines
from vectorstore.tables.column_types import type_columns
from vectorstore.tables.table import Column, Table, TableRow, packed_table, unpacked_table
from vectorstore.vectorstore_errors import VectorstoreError

_UNSEEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\ufeff\ufffe\uffff\ud800-\udfff]")
_LIGATURES = {
    0xFB00: "ff",
    0xFB01: "fi",
    0xFB02: "fl",
    0xFB03: "ffi",
    0xFB04: "ffl",
    0xFB05: "st",
    0xFB06: "st",
}
_BULLETS = dict.fromkeys((0xF0B7, 0xF0A7, 0xF0D8, 0xF0FC, 0xF076), "•")
"""The bullets of Word's symbol fonts, which mean nothing outside of them."""
_PLAIN = _LIGATURES | _BULLETS
TEXT_RECOGNITION = 'To have it read, install text recognition (OCR): pip install "protokit-studio[ocr]"'
MOST_SECTIONS = 250_000
"""Rows of a sheet, records of a list and other stretches with a place of their own, in one file."""


@dataclass(frozen=True, slots=True)
class EmbeddedFile:
    """A file inside another one: where its content was written to, or why it was not."""

    name: str
    """Its path inside the other one, with forward slashes, safe to show and to join."""
    path: str = ""
    """Where its content lies now; empty where it was refused, or no folder was named for it."""
    what: str = ""
    fix: str = ""


class Unreadable(VectorstoreError):
    """A file that was not read: `what` says why, `fix` what would help, `where` names the file."""


class ReaderFailure(Unreadable):
    """A file that took its reader down: out of memory, out of time, or a crash. The next try would do the same."""


@dataclass(frozen=True, slots=True)
class LoaderLimits:
    """How much one file may cost. A file beyond a limit is refused whole, never cut short without a word."""

    bytes: int = 200_000_000
    """Size of the file on disk."""
    characters: int = 5_000_000
    """Length of the text: about 2,500 printed pages, and some two minutes of embedding on two cores."""
    pages: int = 5_000
    unpacked: int = 400_000_000
    """Bytes that the parts of a DOCX, PPTX or XLSX may unpack to."""
    seconds: float = 30.0
    """Time for one parser to read one file."""
    memory: int = 3_000_000_000
    """Bytes of address space for the process that parses, less where its host has less; kept where the system can
    (Linux)."""
    include_hidden: bool = False
    """Read also what the file hides from who opens it: sheets, rows, columns, slides, text."""
    embedded_into: str = ""
    """Folder that the files inside a file are written to, to be read on their own; none is written where empty."""


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch `text[start:end]` of a document that shares one page, one place and one chain of headings."""

    start: int
    end: int
    page: int | None = None
    """Page of a PDF or slide of a deck, counted from 1."""
    place: str = ""
    """The same for a person: "page 3", "slide 2", "sheet Prices"; empty where a file has no such thing."""
    heading: str = ""
    """The headings above it, outermost first: "Leave > Parental leave"."""
    row: int | None = None
    """Row of a sheet or record of a list, counted from 1 as the program that made the file shows it."""


@dataclass(frozen=True, slots=True)
class Document:
    """A file as read. All offsets, here and in passages, count characters of `text`."""

    text: str
    sections: tuple[Section, ...]
    kind: str
    """The format, by its usual ending: "pdf", "docx", "md", ..."""
    pages: int = 0
    """Pages or slides; 0 where a format has none."""
    notes: tuple[str, ...] = ()
    """What anybody should know although the file was read: "pages 3 and 7 have no text"."""
    fixes: tuple[str, ...] = ()
    """What would help, as sentences for whoever can mend the file."""
    tables: tuple[Table, ...] = ()
    """Every table that was read, in order; its rows point into `text`."""
    hidden: tuple[tuple[str, int], ...] = ()
    """What the file hides from who opens it, with counts: ("sheet", 1), ("row", 3). Left out of `text` unless the
    limits said to include it."""
    files: tuple["EmbeddedFile", ...] = ()
    """The files inside it: attachments of a mail, members of an archive."""
    pictures: tuple[int, ...] = ()
    """Pages, counted from 1, that show a picture which no text lies behind: text recognition may read them."""


class OnlyPictures(Unreadable):
    """A file that shows nothing but pictures; `document` has no text, and says which pages they are."""

    document = Document("", (), "")

    @classmethod
    def of(cls, document: Document) -> "OnlyPictures":
        """The refusal of `document`, until text recognition has read it."""
        what = (
            "is a picture" if document.kind == "picture" else "has no text, only pictures of pages (a scan)"
        )
        problem = cls(what, fix=TEXT_RECOGNITION)
        problem.document = document
        return problem


def picture_note(pages: Sequence[int]) -> str:
    """What a person should know of pages whose text was not read."""
    return (
        f"{page_list(pages)} {'is a picture' if len(pages) == 1 else 'are pictures'} whose text was not read"
    )


def page_list(pages: Sequence[int]) -> str:
    """Pages for a person: "page 3", "pages 3, 4 and 7"."""
    numbers = [str(page) for page in pages[:10]]
    if len(pages) > 10:
        numbers.append(f"{len(pages) - 10} more")
    several = f"{', '.join(numbers[:-1])} and {numbers[-1]}" if len(numbers) > 1 else ""
    return f"pages {several}" if several else f"page {numbers[0]}"


@dataclass(slots=True)
class DocumentBuilder:
    """A document being written: readers say where they are, then write the blocks they find there."""

    kind: str
    limit: int
    page: int | None = None
    place: str = ""
    pages: int = 0
    notes: list[str] = field(default_factory=list)
    fixes: list[str] = field(default_factory=list)
    include_hidden: bool = False
    tables: list[Table] = field(default_factory=list)
    hidden: Counter[str] = field(default_factory=Counter)
    pictures: list[int] = field(default_factory=list)
    decimal: str = ""
    """The decimal sign of all numbers in the tables, where the format or its reader fixes it."""
    files: list["EmbeddedFile"] = field(default_factory=list)
    length: int = 0
    _parts: list[str] = field(default_factory=list)
    _sections: list[Section] = field(default_factory=list)
    _headings: list[tuple[int, str]] = field(default_factory=list)
    _heading: str = ""

    def go_to(self, page: int | None, place: str) -> None:
        """What is written from now on stands on `page`, called `place`."""
        self.page, self.place = page, place

    def under(self, level: int, title: str) -> None:
        """What is written from now on stands under `title`; headings of this or a deeper level are over."""
        self._headings = [(above, text) for above, text in self._headings if above < level]
        if title := " ".join(clean(title).split()):
            self._headings.append((level, title[:200]))
        self._heading = " > ".join(text for _, text in self._headings)

    def head(self, level: int, title: str) -> None:
        """Write `title` as a heading of `level` (1 is the outermost) and go on under it."""
        self.under(level, title)
        self.write(" ".join(title.split()))

    def write(self, block: str, *, row: int | None = None, tight: bool = False) -> None:
        """Add a block: a paragraph of its own, or with `tight` a line that follows the one before it.

        Raises Unreadable when the text grows beyond the limit.
        """
        block = clean(block).strip()
        if not block:
            return
        gap = "" if not self._parts else "\n" if tight else "\n\n"
        start = self.length + len(gap)
        self.length = start + len(block)
        if self.length > self.limit:
            raise too_long(self.limit)
        self._parts += [gap, block]
        self._note_section(start, row)

    def note(self, what: str, fix: str = "") -> None:
        """Tell everybody what was not read, and whoever can mend the file what would help; each is told once."""
        if what not in self.notes:
            self.notes.append(what)
        if fix and fix not in self.fixes:
            self.fixes.append(fix)

    def reads_hidden(self, what: str, count: int = 1) -> bool:
        """Count hidden content, named as one of it ("sheet", "row", "slide", "passage"), and say whether to read it."""
        self.hidden[what] += count
        return self.include_hidden

    def write_table(
        self,
        grid: Sequence[Sequence[str]],
        *,
        headers: int | None = None,
        names: Sequence[str] = (),
        headed: bool = False,
        title: str = "",
        titled: bool = False,
        numbers: Sequence[int] | None = None,
    ) -> list[str]:
        """Write a table: each row as a line with the names of its columns, and all of it as a Table.

        `headers`, `names` and `headed` are those of `table_lines.lines`. `numbers` gives each row of `grid` the
        number that the program which made the file shows; `titled` makes a lone cell above the rows their heading.
        Returns the names of the columns, which a table that goes on elsewhere is given as `names`.
        """
        if not any(map(any, grid)):
            return list(names)
        rows: list[TableRow] = []
        seen = 0
        names, lines = named_lines(grid, headers, names, headed=headed)
        for line in lines:
            number = numbers[line.row] if numbers else None
            if titled and line.title and seen == 0:
                self.under(1, line.text)
                title = line.text
            seen += not titled or not line.title
            self.write(line.text, row=number, tight=seen > 1 and not (titled and line.title))
            if line.cells:
                rows.append(TableRow(line.cells, self.length - len(line.text), self.length, number))
        if rows:
            width = max(len(row.cells) for row in rows)
            columns = tuple(Column(name) for name in [*names, *[""] * width][:width])
            self.tables.append(Table(columns, tuple(rows), title, "", self.page, self.place, self._heading))
        return names

    def _note_section(self, start: int, row: int | None) -> None:
        last = self._sections[-1] if self._sections else None
        here = (self.page, self.place, self._heading, row)
        if last and (last.page, last.place, last.heading, last.row) == here:
            start = self._sections.pop().start
        self._sections.append(Section(start, self.length, *here))
        if len(self._sections) > MOST_SECTIONS:
            raise Unreadable(
                f"has more than {MOST_SECTIONS:,} rows or sections, too much to search well",
                fix="Split it into files by subject, or keep the part that questions are about.",
            )

    def finish(self) -> Document:
        """The document written so far."""
        text = "".join(self._parts)
        return Document(
            text,
            tuple(self._sections),
            self.kind,
            self.pages,
            tuple(self.notes),
            tuple(self.fixes),
            type_columns(self.tables, text, decimal=self.decimal),
            tuple(self.hidden.items()),
            tuple(self.files),
            tuple(self.pictures),
        )


def with_pages(document: Document, others: Sequence[Document]) -> Document:
    """`document` with the text of `others` behind its own, and their sections and tables; nothing else of them."""
    text, sections, tables = document.text, list(document.sections), list(document.tables)
    for other in others:
        if not other.text:
            continue
        start = len(text) + 2 if text else 0
        text = f"{text}\n\n{other.text}" if text else other.text
        sections += [replace(one, start=one.start + start, end=one.end + start) for one in other.sections]
        for table in other.tables:
            rows = tuple(replace(row, start=row.start + start, end=row.end + start) for row in table.rows)
            tables.append(replace(table, rows=rows))
    return replace(document, text=text, sections=tuple(sections), tables=tuple(tables))


def packed_document(document: Document) -> dict[str, Any]:
    """A document as JSON takes it."""
    return {
        "text": document.text,
        "sections": [astuple(section) for section in document.sections],
        "kind": document.kind,
        "pages": document.pages,
        "notes": document.notes,
        "fixes": document.fixes,
        "tables": [packed_table(table) for table in document.tables],
        "hidden": document.hidden,
        "files": [astuple(file) for file in document.files],
        "pictures": document.pictures,
    }


def unpacked_document(packed: dict[str, Any]) -> Document:
    """The document that `packed_document` packed."""
    return Document(
        packed["text"],
        tuple(Section(*each) for each in packed["sections"]),
        packed["kind"],
        packed["pages"],
        tuple(packed["notes"]),
        tuple(packed.get("fixes", ())),
        tuple(unpacked_table(each) for each in packed["tables"]),
        tuple((what, count) for what, count in packed["hidden"]),
        tuple(EmbeddedFile(*each) for each in packed["files"]),
        tuple(packed["pictures"]),
    )


def clean(text: str) -> str:
    """`text` with plain line ends and without characters that nobody sees or that cannot be stored."""
    if text.isascii() and text.isprintable():
        return text
    text = (
        text.replace("\r\n", "\n")
        .replace("\r", "\n")
        .replace("\xa0", " ")
        .replace("\v", "\n")
        .replace("\f", "\n")
    )
    return _UNSEEN.sub("", text).translate(_PLAIN)


def too_long(limit: int) -> Unreadable:
    """The refusal of a file whose text is longer than `limit` characters."""
    return Unreadable(
        f"has more than {limit:,} characters of text, too much to search well",
        fix="Split it into files by subject, or keep the part that questions are about.",
    )
