"""What a folder of documents is about, in seconds and without an index: titles, headings, frequent terms."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from vectorstore.loaders import (
    DEFAULT_LIMITS,
    Document,
    LoaderLimits,
    Section,
    Unreadable,
    find_files,
    read,
    refused_files,
)
from vectorstore.text.terms import content_words

_SAMPLE = 100_000
"""Characters of a document whose words are counted."""
_TERMS = 12
_HEADINGS = 60


@dataclass(frozen=True, slots=True)
class DocumentOutline:
    """One document in a few words."""

    file: str
    """Path relative to the folder, with forward slashes."""
    kind: str
    title: str
    """Its outermost heading, else its first line, else the name of the file."""
    headings: tuple[str, ...]
    """Headings and sheets in order, each once, without the headings above them; at most 60."""
    terms: tuple[str, ...]
    """The most frequent words that say something, most frequent first; at most 12."""
    characters: int


@dataclass(frozen=True, slots=True)
class Outline:
    """What a folder holds."""

    documents: tuple[DocumentOutline, ...]
    unread: tuple[Unreadable, ...]
    """The files that could not be read, with reason and remedy."""
    skipped: int
    """How many more files there are than were asked for."""

    def terms(self, limit: int = _TERMS) -> list[str]:
        """The terms that most documents share, then those of the first ones."""
        shared = Counter(term for document in self.documents for term in document.terms)
        return [term for term, _ in shared.most_common(limit)]


def outline(folder: Path, limit: int = 50, *, limits: LoaderLimits = DEFAULT_LIMITS) -> Outline:
    """Read at most `limit` files of `folder` and say what each is about; those not readable are listed."""
    files = find_files(folder)
    documents, unread = [], refused_files(folder)
    for path in files[:limit]:
        try:
            documents.append(_outline(read(path, limits=limits), path.relative_to(folder).as_posix()))
        except Unreadable as problem:
            unread.append(problem)
    return Outline(tuple(documents), tuple(unread), max(0, len(files) - limit))


def _outline(document: Document, file: str) -> DocumentOutline:
    headings = _once(name for section in document.sections for name in _names(section))
    first = document.text.split("\n", 1)[0].strip()
    top = next((section.heading.split(" > ")[0] for section in document.sections if section.heading), "")
    title = top or (first if len(first) <= 100 else "") or Path(file).stem
    terms = _terms(document.text[:_SAMPLE])
    return DocumentOutline(file, document.kind, title, tuple(headings[:_HEADINGS]), terms, len(document.text))


def _names(section: Section) -> tuple[str, str]:
    """The sheet a section is on, and the innermost heading above it."""
    sheet = section.place.removeprefix("sheet ") if section.place.startswith("sheet ") else ""
    return sheet, section.heading.rpartition(" > ")[2]


def _once(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(name for name in names if name))


def _terms(text: str) -> tuple[str, ...]:
    """Words counted by their stem and given in the form they are most often written in."""
    counts: Counter[str] = Counter()
    written: dict[str, Counter[str]] = {}
    for word, start, end in content_words(text):
        if len(word) > 2 and not word.isnumeric():
            counts[word] += 1
            written.setdefault(word, Counter())[text[start:end]] += 1
    return tuple(written[word].most_common(1)[0][0] for word, _ in counts.most_common(_TERMS))
