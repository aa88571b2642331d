"""How a text is built: sections by headings, e-mail messages or shifts of topic, each with its statements."""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import accumulate, groupby, pairwise

from protokit.runtime.summarization import dialogue, email_threads
from protokit.runtime.summarization.content_units import Unit, count_words, read_units
from protokit.runtime.summarization.running_heads import without_running_heads
from protokit.runtime.summarization.summary_headings import with_headings
from protokit.runtime.summarization.summary_patterns import pattern
from protokit.runtime.summarization.summary_types import Point
from vectorstore.text.terms import tokenize

_MOST_SECTIONS = 20
_PART_WORDS = 50
_LONG_TURN = 40
_LONG_LIST = 50
_LISTED = 50
_FRONT_MATTER = 30
_SECTIONS_READ = 400
"""More sections than this are no structure: neighbours are joined before anybody looks which belong together."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What is chosen or left as one: a sentence, a turn of a dialogue, a list with the line that leads to it."""

    units: tuple[Unit, ...]
    terms: Counter[str]
    words: int

    @property
    def first(self) -> Unit:
        return self.units[0]

    @property
    def is_detail(self) -> bool:
        """Whether it says when, where and by whom the text was made, and not what it is about."""
        return self.first.kind in ("prose", "item") and bool(pattern("details").match(self.first.text))


@dataclass(slots=True)
class TextSection:
    """A part of the text that a summary should not pass over."""

    heading: str = ""
    level: int = 0
    statements: list[Statement] = field(default_factory=list)

    @property
    def is_table(self) -> bool:
        """Whether it holds nothing but rows."""
        return all(statement.first.kind == "row" or statement.is_detail for statement in self.statements)

    @property
    def words(self) -> int:
        return sum(statement.words for statement in self.statements)


@dataclass(frozen=True, slots=True)
class DocumentStructure:
    """A text's sections in order; every statement stands in exactly one."""

    sections: list[TextSection]
    units: list[Unit]
    is_dialogue: bool

    def covered(self, points: Iterable[Point]) -> int:
        """How many sections hold at least one of `points`."""
        spans = [span for point in points for span in point.spans]
        bounds = [
            (part.statements[0].first.start, part.statements[-1].units[-1].end) for part in self.sections
        ]
        return sum(any(span.end > first and span.start < last for span in spans) for first, last in bounds)


def outline(text: str, language: str) -> DocumentStructure:
    """Read how `text` is built. Sections without a sentence are left out; a blank text has none."""
    units = without_running_heads(read_units(text))
    if email_threads.is_mail(units):
        units = with_headings(email_threads.read_thread(units))
    else:
        labels = dialogue.find_labels(text, units)
        units = dialogue.with_speakers(text, with_headings(units, labels), labels)
    is_dialogue = any(unit.label for unit in units)
    sections = _under_headings(units, language)
    if len(sections) > 1 and _is_only_details(sections[0]):
        del sections[0]
    if len(sections) == 1:
        sections = _divided(sections[0])
    return DocumentStructure(_merged(sections), units, is_dialogue)


def _under_headings(units: list[Unit], language: str) -> list[TextSection]:
    """One section for each heading and each e-mail message that has a sentence of its own."""
    heading, level, number = "", 0, 0
    placed: list[tuple[tuple[int, int, str, int], Unit]] = []
    for unit in units:
        if unit.kind == "heading":
            heading, level, number = unit.text, unit.level, number + 1
        elif unit.kind != "noise":
            placed.append(((unit.message, number, heading, level), unit))
    return [
        TextSection(key[2], key[3], _statements([unit for _, unit in group], language))
        for key, group in groupby(placed, key=lambda pair: pair[0])
    ]


def _is_only_details(section: TextSection) -> bool:
    """Whether it holds no sentence or item, only such lines as "Present: Maria, Tom" or the authors' names.

    A sentence among more words of such lines is one of them: "Lee joined for item 3."
    """
    details = [statement for statement in section.statements if statement.is_detail]
    if sum(statement.words for statement in details) * 2 >= section.words:
        return True
    if details and section.words < _FRONT_MATTER:
        return True
    return all(
        statement.is_detail
        or (statement.first.kind == "prose" and statement.words < 10 and statement.first.text[-1].isalnum())
        for statement in section.statements
    )


def _statements(units: list[Unit], language: str) -> list[Statement]:
    grouped: list[list[Unit]] = []
    for turn in dialogue.turns(units):
        if turn[0].label:
            whole = sum(count_words(unit.text) for unit in turn) <= _LONG_TURN
            said = _without_fillers(turn, language)
            grouped += [said] if whole else [[unit] for unit in said]
        elif turn[0].kind == "item" and grouped and _leads_to(grouped[-1], turn[0]):
            grouped[-1] += turn
        else:
            grouped.append(turn)
    return [_statement(group, language) for group in grouped]


def _leads_to(group: list[Unit], item: Unit) -> bool:
    """Whether `item` completes a short list that a line ending in a colon led to."""
    if len(group) > _LISTED or not group[0].text.endswith((":", "：")):
        return False
    return sum(count_words(unit.text) for unit in (*group, item)) <= _LONG_LIST


def _without_fillers(turn: list[Unit], language: str) -> list[Unit]:
    """The turn without "OK." and "Really?" at either end; all of it if it is nothing else."""
    telling = [
        index
        for index, unit in enumerate(turn)
        if tokenize(unit.text, language) and count_words(unit.text) > 2
    ]
    return turn[telling[0] : telling[-1] + 1] if telling else turn


def _statement(units: list[Unit], language: str) -> Statement:
    terms = Counter(term for unit in units for term in tokenize(unit.text, language))
    return Statement(tuple(units), terms, sum(count_words(unit.text) for unit in units))


def _divided(section: TextSection) -> list[TextSection]:
    """The section in parts of about fifty words or more, twenty at most: the longest is halved where it shifts."""
    statements = section.statements
    paragraphs = [index for index in range(1, len(statements)) if statements[index].first.opens_paragraph]
    gaps = paragraphs if len(paragraphs) >= 2 else list(range(1, len(statements)))
    before = list(accumulate((statement.words for statement in statements), initial=0))
    edges = [0, len(statements)]
    while len(edges) - 1 < min(round(section.words / _PART_WORDS), _MOST_SECTIONS, len(gaps) + 1):
        inside = [
            (before[end] - before[start], start, end, [gap for gap in gaps if start < gap < end])
            for start, end in pairwise(edges)
        ]
        words, start, end, possible = max(part for part in inside if part[3])
        middle = [
            gap
            for gap in possible
            if min(before[gap] - before[start], before[end] - before[gap]) * 4 >= words
        ]
        centre = (before[start] + before[end]) / 2
        cut = min(middle or possible, key=lambda gap: (_cohesion(statements, gap), abs(before[gap] - centre)))
        edges = sorted([*edges, cut])
    return [
        TextSection(section.heading, section.level, statements[start:end]) for start, end in pairwise(edges)
    ]


def _cohesion(statements: list[Statement], gap: int, reach: int = 4) -> float:
    """Cosine between the words of the few statements before and behind the gap: low where the topic shifts."""
    before, behind = Counter[str](), Counter[str]()
    for statement in statements[max(0, gap - reach) : gap]:
        before.update(statement.terms)
    for statement in statements[gap : gap + reach]:
        behind.update(statement.terms)
    shared = sum(before[term] * behind[term] for term in before.keys() & behind.keys())
    length = math.sqrt(sum(n * n for n in before.values()) * sum(n * n for n in behind.values()))
    return shared / length if length else 0.0


def _merged(sections: list[TextSection]) -> list[TextSection]:
    """At most twenty sections: the deepest headings join what stands above them, then the smallest neighbours."""
    share = -(-len(sections) // _SECTIONS_READ)
    sections = [_joined(sections[at : at + share]) for at in range(0, len(sections), share or 1)]
    words = [section.words for section in sections]
    while len(sections) > _MOST_SECTIONS:
        deepest = max(section.level for section in sections[1:])
        joins = [i for i in range(1, len(sections)) if sections[i].level == deepest > sections[i - 1].level]
        candidates = joins or range(1, len(sections))
        smallest = min(candidates, key=lambda index: words[index - 1] + words[index])
        sections[smallest - 1 : smallest + 1] = [_joined(sections[smallest - 1 : smallest + 1])]
        words[smallest - 1 : smallest + 1] = [words[smallest - 1] + words[smallest]]
    return sections


def _joined(sections: list[TextSection]) -> TextSection:
    """Neighbours as one, under the heading of the first."""
    if len(sections) == 1:
        return sections[0]
    statements = [statement for section in sections for statement in section.statements]
    return TextSection(sections[0].heading, sections[0].level, statements)
