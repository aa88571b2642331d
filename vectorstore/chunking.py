"""Cuts a document into passages that an embedding takes in whole, at the borders its author made."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, pairwise

from vectorstore.loaders.document import Document, Section
from vectorstore.passage import Passage
from vectorstore.text.sentences import split

CHUNKING_VERSION = "3"
"""Changes whenever a file would give other text or other passages: stores made by another are rebuilt."""

LARGEST = 230
"""Tokens of a passage at most: MiniLM reads 256 and drops the rest, and the estimate is a few off."""
LARGEST_OF_ROWS = 120
"""Rows of a table say one thing each, and drown each other sooner than sentences do."""
_ONE_PASSAGE = 10_000
"""Characters that a run may have to be looked at as one passage first; a longer one is counted by its sentences."""
SMALLEST = 20
"""A heading without its text is no passage: less than this is joined with what follows."""
_TOKEN = re.compile(
    r"[a-zA-Z]{1,8}|\d{1,3}|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W\d_a-zA-Z]{1,3}|[^\w\s]|_"
)
_PARAGRAPH = re.compile(r"\n[ \t]*\n")
_ORNAMENT = re.compile(r"[\s!-/:-@\[-`{-~\u2010-\u205e\u2190-\u2bff]*")
_WORD_OR_COMMA = re.compile(r"(?:\s[^\W\d_A-Z][^\W\d_]*|,)$")
_NUMBER_IN_SENTENCE = re.compile(r"\(?\d[\d.,]*\)?%? ?[^\W\dA-Z_]|\([^\W\d]")
_OPEN_END = re.compile(r"[\w,;–-]$")


@dataclass(frozen=True, slots=True)
class _Unit:
    """A sentence, or a row, that stays whole where it can."""

    start: int
    end: int
    tokens: int
    begins_paragraph: bool


def chunk(document: Document, file: str) -> list[Passage]:
    """The passages of `document` in order. They do not overlap, and leave out only white space and ornament.

    `file` is the path that the passages carry. A passage stays within one section where that is long enough;
    one that a page break cuts in the middle of a sentence covers both pages ("pages 3-4").
    """
    starts = [section.start for section in document.sections]
    return [
        _passage(document, file, starts, start, end)
        for sections in _runs(document)
        for start, end in _pieces(document.text, sections)
        if not _ORNAMENT.fullmatch(document.text, start, end)
    ]


def estimate_tokens(text: str) -> int:
    """About how many tokens an embedding makes of `text`: within 8% of MiniLM's for English prose.

    For other languages it follows multilingual vocabularies; MiniLM's own falls back to single letters there.
    """
    return len(_TOKEN.findall(text))


def _runs(document: Document) -> Iterator[list[Section]]:
    """Sections that may share passages."""
    run: list[Section] = []
    for section in document.sections:
        if run and not _together(document.text, run, section):
            yield run
            run = []
        run.append(section)
    if run:
        yield run


def _together(text: str, run: list[Section], following: Section) -> bool:
    last = run[-1]
    if (last.page, last.place) != (following.page, following.place):
        goes_on = bool(last.heading) and following.heading.startswith(last.heading)
        return _is_cut(text, last, following) or (goes_on and _is_small(text, run))
    return last.heading == following.heading or _is_small(text, run)


def _is_small(text: str, run: list[Section]) -> bool:
    start, end = run[0].start, run[-1].end
    return end - start < 8 * SMALLEST and estimate_tokens(text[start:end]) < SMALLEST


def _is_cut(text: str, last: Section, following: Section) -> bool:
    """Whether a page break falls into a sentence."""
    if last.page is None or following.page is None or last.heading != following.heading:
        return False
    if following.page - last.page > 1:
        return False
    if last.place.partition(",")[2] != following.place.partition(",")[2]:  # recognised, the other not
        return False
    return bool(_OPEN_END.search(text[last.end - 1 : last.end])) and (
        text[following.start].islower() or _goes_on_with_number(text, last, following)
    )


def _goes_on_with_number(text: str, last: Section, following: Section) -> bool:
    """Whether a page begins with a number or a parenthesis in the middle of a sentence, and not a list or a table."""
    line = text[last.start : last.end].rpartition("\n")[2]
    words = len(line) > 30 and bool(_WORD_OR_COMMA.search(line)) and "; " not in line and " | " not in line
    return words and bool(_NUMBER_IN_SENTENCE.match(text, following.start))


def _pieces(text: str, sections: list[Section]) -> Iterator[tuple[int, int]]:
    """Offsets of the passages of one run."""
    start, end = sections[0].start, sections[-1].end
    largest = LARGEST if sections[-1].row is None else LARGEST_OF_ROWS
    if end - start <= largest or (
        end - start <= _ONE_PASSAGE and estimate_tokens(text[start:end]) <= largest
    ):
        yield start, end
        return
    units = [unit for section in sections for unit in _units(text, section, largest)]
    ends = list(accumulate(unit.tokens for unit in units))
    first = 0
    while first < len(units):
        last = _best_end(units, ends, first, largest)
        yield units[first].start, units[last].end
        first = last + 1


def _best_end(units: list[_Unit], ends: list[int], first: int, largest: int) -> int:
    """The unit that ends the passage from `first` on: near an even share of the rest, best at a paragraph."""
    before = ends[first - 1] if first else 0
    furthest = max(first, bisect_right(ends, before + largest) - 1)
    if furthest == len(units) - 1:
        return furthest
    rest = ends[-1] - before
    share = rest / -(-rest // largest)

    def cost(last: int) -> float:
        border = units[last + 1].begins_paragraph
        return abs(ends[last] - before - share) + (0 if border else 0.4 * largest)

    return min(range(first, furthest + 1), key=cost)


def _units(text: str, section: Section, largest: int) -> Iterator[_Unit]:
    whole = text[section.start : section.end]
    spans = (
        [(0, len(whole))] if section.row is not None else [(span.start, span.end) for span in split(whole)]
    )
    end = 0
    for number, (start, stop) in enumerate(spans):
        border = (number == 0 and not _begins_cut(text, section)) or bool(
            _PARAGRAPH.search(whole, end, start)
        )
        size = estimate_tokens(whole[start:stop])
        if size <= largest:
            yield _Unit(section.start + start, section.start + stop, size, border)
        else:
            yield from _cut(whole, start, stop, section.start, largest)
        end = stop


def _begins_cut(text: str, section: Section) -> bool:
    return section.row is None and text[section.start].islower()


def _cut(text: str, start: int, stop: int, offset: int, largest: int) -> Iterator[_Unit]:
    """A sentence too long for one passage, cut between words, or characters where nothing separates words."""
    places = [match.start() for match in _TOKEN.finditer(text, start, stop)]
    borders, first = [start], 0
    while len(places) - first > largest:
        window = places[first + largest // 2 : first + largest]
        borders.append(next((place for place in reversed(window) if text[place - 1].isspace()), window[-1]))
        first = bisect_right(places, borders[-1] - 1, first)
    for begin, end in pairwise([*borders, stop]):
        piece = text[begin:end].rstrip()
        yield _Unit(offset + begin, offset + begin + len(piece), estimate_tokens(piece), begin == start)


def _passage(document: Document, file: str, starts: list[int], start: int, end: int) -> Passage:
    """The passage, placed by the section that holds most of it."""
    covered = document.sections[bisect_right(starts, start) - 1 : bisect_right(starts, end - 1)]
    main = max(covered, key=lambda section: min(end, section.end) - max(start, section.start))
    place = _place(covered, main, "record" if document.kind in ("json", "jsonl") else "row")
    return Passage(document.text[start:end], file, start, end, main.page, place, main.heading)


def _place(covered: tuple[Section, ...], main: Section, unit: str) -> str:
    """ "page 3", "pages 3-4", "sheet Prices, rows 14-21", "record 7"."""
    first, last = covered[0], covered[-1]
    if first.row is not None and last.row is not None:
        rows = f"{unit} {first.row}" if first.row == last.row else f"{unit}s {first.row}-{last.row}"
        return ", ".join(part for part in (main.place, rows) if part)
    if first.page != last.page and main.place.startswith("page "):
        return f"pages {first.page}-{last.page}" + "".join(main.place.partition(",")[1:])
    return main.place
