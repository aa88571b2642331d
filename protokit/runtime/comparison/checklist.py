"""Holds a document against a list of what it must say: each point with the words that say it, or missing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from protokit.runtime.comparison.clauses import Clause, clauses_of
from protokit.runtime.grounding.facts import facts
from protokit.runtime.prototype_fields import ChecklistItem
from vectorstore.loaders.document import Document
from vectorstore.text.languages import guess
from vectorstore.text.terms import content_words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

STATED = 0.5
_WORDS, _MEANING = 0.6, 0.4
_LEAST_MEANING, _SURE_MEANING = 0.25, 0.65
"""Below and above which likeness in meaning says nothing and everything."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A point of the list and the clause that says it; `clause` is None where none does."""

    item: ChecklistItem
    clause: Clause | None
    sureness: float
    """0 to 1."""


def check_list(items: Sequence[ChecklistItem], document: Document) -> list[Tick]:
    """A tick for each of `items`, in order."""
    clauses = [clause for clause in clauses_of(document) if not clause.is_heading]
    if not clauses:
        return [Tick(item, None, 0.0) for item in items]
    meaning = _meaning(items, clauses)
    ticks = []
    for row, item in enumerate(items):
        scores = [_score(item, clause, float(meaning[row, at])) for at, clause in enumerate(clauses)]
        best = max(range(len(clauses)), key=scores.__getitem__)
        stated = scores[best] >= STATED
        ticks.append(Tick(item, clauses[best] if stated else None, scores[best]))
    return ticks


def _score(item: ChecklistItem, clause: Clause, meaning: float) -> float:
    """How surely `clause` says what `item` asks for."""
    if item.number and not facts(clause.content):
        return 0.0
    text = f"{clause.heading} {clause.text}".casefold()
    if item.words:
        return (
            1.0
            if any(re.search(rf"(?<!\w){re.escape(word.casefold())}", text) for word in item.words)
            else 0.0
        )
    language = guess(f"{item.name} {item.description}")
    wanted, there, name = (
        _terms(each, language) for each in (f"{item.name} {item.description}", text, item.name)
    )
    name = name or wanted
    share = 0.6 * len(name & there) / max(1, len(name)) + 0.4 * len(wanted & there) / max(1, len(wanted))
    like = (meaning - _LEAST_MEANING) / (_SURE_MEANING - _LEAST_MEANING)
    return _WORDS * share + _MEANING * min(1.0, max(0.0, like))


def _terms(text: str, language: str) -> set[str]:
    return {term for term, _, _ in content_words(text, language)}


def _meaning(items: Sequence[ChecklistItem], clauses: Sequence[Clause]) -> "NDArray[np.float32]":
    import numpy as np

    from vectorstore.embeddings.embedder_factory import NONE, embedder

    model = embedder("default")
    if model.id == NONE:
        return np.zeros((len(items), len(clauses)), dtype=np.float32)
    texts = [f"{item.name}: {item.description}" for item in items]
    texts += [f"{clause.heading}: {clause.text}"[:1_000] for clause in clauses]
    vectors = model.embed(texts)
    similarity: NDArray[np.float32] = vectors[: len(items)] @ vectors[len(items) :].T
    return similarity
