"""What a statement of a text is worth to a summary: how central it is, where it stands, how it looks."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence

from protokit.runtime.summarization.document_structure import Statement, TextSection
from protokit.runtime.summarization.summary_patterns import pattern
from protokit.runtime.summarization.text_kind import TextKind

_LONG_SENTENCE = 45
_SHORT_SENTENCE = 5
_ASKING = ("?", "？", "؟")
_END = 0.5
"""What the end of a text is worth beside its lead."""
_HALF_AFTER = 10
"""After how many statements the lead has lost half of what it has over the end."""

Vector = dict[str, float]


def statement_scores(sections: Sequence[TextSection], kind: TextKind) -> list[list[float]]:
    """For each statement of each section its worth, 0 or more, comparable within a text.

    Central is what shares rare words with many others of the text, and of its section where every section is to
    be heard. The lead counts for more in articles, abstracts and short talks, elsewhere the first line
    of a section; of an abstract also what it contributes.
    """
    weigh = _Weights(statement for section in sections for statement in section.statements)
    vectors = [[weigh.vector(statement) for statement in section.statements] for section in sections]
    whole = _centroid(vector for section in vectors for vector in section)
    scores, place = [], 0
    for section, inside in zip(sections, vectors, strict=True):
        centres = (whole, _centroid(inside)) if kind == "report" else (whole,)
        row = []
        for index, (statement, vector) in enumerate(zip(section.statements, inside, strict=True)):
            central = sum(_cosine(vector, centre) for centre in centres)
            row.append(central * _fitness(statement, index, place, kind))
            place += 1
        scores.append(row)
    return scores


class _Weights:
    """The words of a statement as a vector of unit length; rare ones count for more."""

    def __init__(self, statements: Iterable[Statement]) -> None:
        self._holding: Counter[str] = Counter()
        self._count = 0
        for statement in statements:
            self._holding.update(statement.terms.keys())
            self._count += 1

    def vector(self, statement: Statement) -> Vector:
        weights = {
            term: count * math.log(1 + self._count / self._holding[term])
            for term, count in statement.terms.items()
        }
        length = math.sqrt(sum(weight * weight for weight in weights.values()))
        return {term: weight / length for term, weight in weights.items()} if length else {}


def _centroid(vectors: Iterable[Vector]) -> Vector:
    centre: dict[str, float] = {}
    for vector in vectors:
        for term, weight in vector.items():
            centre[term] = centre.get(term, 0.0) + weight
    length = math.sqrt(sum(weight * weight for weight in centre.values())) or 1.0
    return {term: weight / length for term, weight in centre.items()}


def _cosine(vector: Vector, centre: Vector) -> float:
    return sum(weight * centre.get(term, 0.0) for term, weight in vector.items())


def _fitness(statement: Statement, index: int, place: int, kind: TextKind) -> float:
    """How fit a statement is by its place in the section (`index`) and the text (`place`) and by its looks."""
    if kind == "report":
        first = 1.4 if index == 0 else 1.1 if statement.first.opens_paragraph else 1.0
        return first * _looks(statement)
    lead = _END + (1 - _END) * math.pow(0.5, place / _HALF_AFTER)
    if kind == "dialogue":
        return lead * (0.8 if statement.units[-1].text.endswith(_ASKING) else 1.0)
    opens = kind == "article" and place == 0
    contributes = kind == "abstract" and pattern("contributes").search(statement.first.text)
    return lead * _looks(statement) * (1.3 if opens else 2.0 if contributes else 1.0)


def _looks(statement: Statement) -> float:
    """Figures and decisions come first; lists, questions, scraps, thanks and details stand back."""
    text = statement.first.text
    looks = 1.15 if pattern("signals").search(text) else 1.0
    if statement.words > _LONG_SENTENCE:
        looks *= _LONG_SENTENCE / statement.words
    polite = pattern("closing").match(text.rstrip(".!")) or pattern("greeting").match(text)
    if statement.is_detail or polite or pattern("points_to").match(text):
        looks *= 0.1
    if text.endswith(_ASKING) or statement.words < _SHORT_SENTENCE:
        looks *= 0.5
    if len(statement.units) == 1 and text.endswith((":", "：")):
        looks *= 0.2
    return looks * (0.8 if statement.first.kind == "item" else 1.0)
