"""Which passages bear on a question: found by words, joined with what was found by meaning, and put in order."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from heapq import nlargest

from vectorstore.passage import Passage, lexical_text
from vectorstore.search.calibration import calibrated_model, logistic
from vectorstore.search.merge_neighbours import Source, deduplicate
from vectorstore.text.languages import guess
from vectorstore.text.terms import QueryWord, query_words, tokenize

_SIMILARITY = 9.0
"""Weight of the cosine: 20, tempered for the usual question of four words."""
_ROW = re.compile(r"\brows? \d")
_ROWS = 3
"""Rows of one file before what else was found."""
_CHANCE, _TELLING = 0.2, 0.4
"""Shares of a question's words that the best passage has: at the first it shares words by chance and they count for
nothing beside meaning, from the second on they count in full."""


def fuse(
    question: str,
    passages: Mapping[str, Passage],
    lexical: Mapping[str, float],
    dense: Mapping[str, float],
    *,
    limit: int = 6,
    multilingual: bool = False,
    total: int = 0,
    source: Source | None = None,
) -> list[Passage]:
    """The best `limit` of the candidates in `passages` (by id), best first, with `score` and `support` set.

    `lexical` are BM25 scores as `Ranker.words` gives them, `dense` cosine similarities (-1 to 1) of question and
    passage, empty where nothing is embedded yet; an id missing in either is taken as the least there.
    `multilingual` says that the embedding knows other languages than English; `total` is the number of passages that
    were searched (not fewer than the candidates). Near-identical passages are left out
    and neighbours in one section of a file become one passage; `source` gives the text of a file, for what stands
    between them. Pure: asks and changes nothing.

    BM25 sums log-odds and MiniLM was trained on 20 times the cosine as log-odds, so the two are added as such. The
    words of a question depend on each other, hence the sum over n words is tempered by the root of n. Where no
    passage has more than a few of the question's words they are not evidence but chance, and meaning decides.
    """
    words = query_words(question)
    trusted = dense if multilingual or _mostly_english(passages, lexical, dense) else {}
    least = min(trusted.values(), default=0.0)
    by_words = _trust(words, lexical, max(total, len(passages))) if trusted else 1.0
    by_words /= math.sqrt(len(words) + 1)
    score = {
        name: by_words * lexical.get(name, 0.0) + _SIMILARITY * trusted.get(name, least) for name in passages
    }
    ranked = sorted(score, key=lambda name: (-score[name], -dense.get(name, 0.0)))
    ranked = _rows_apart(ranked, passages)
    scored = (
        replace(
            passages[name],
            score=score[name],
            support=support(words, passages[name], trusted.get(name), score[ranked[0]] - score[name]),
        )
        for name in ranked
    )
    return deduplicate(scored, limit, source)


def _rows_apart(ranked: Sequence[str], passages: Mapping[str, Passage]) -> list[str]:
    """The same with all but the best few rows of a table at the end: what one row says of a name all of them say."""
    rows = Counter[str]()
    first, last = list[str](), list[str]()
    for name in ranked:
        passage = passages[name]
        rows[passage.file] += bool(_ROW.search(passage.place))
        (last if _ROW.search(passage.place) and rows[passage.file] > _ROWS else first).append(name)
    return first + last


def _trust(words: Sequence[QueryWord], lexical: Mapping[str, float], total: int) -> float:
    """How far shared words are evidence, 0 to 1: by the share of what a passage with every word would score."""
    most = len(words) * math.log(2 * total + 1)  # the weight of a word that one passage alone has
    share = max(lexical.values(), default=0.0) / most if most else 0.0
    return min(max((share - _CHANCE) / (_TELLING - _CHANCE), 0.0), 1.0)


def _mostly_english(passages: Mapping[str, Passage], *rankings: Mapping[str, float]) -> bool:
    """Whether what was found is in the one language that a monolingual embedding knows."""
    names = [name for ranking in rankings for name in nlargest(5, ranking, key=lambda name: ranking[name])]
    votes = [guess(passages[name].text) == "en" for name in names if name in passages]
    return sum(votes) * 2 >= len(votes)


def support(words: Sequence[QueryWord], passage: Passage, similarity: float | None, behind: float) -> float:
    """The chance, 0 to 1, that the passage bears on the question: calibrated on questions written for it."""
    model = calibrated_model("support by words" if similarity is None else "support")
    return logistic(model(support_features(words, passage, similarity, behind)))


def support_features(
    words: Sequence[QueryWord], passage: Passage, similarity: float | None, behind: float
) -> dict[str, float]:
    """What support is judged by; `behind` is the distance to the best score."""
    text = lexical_text(passage)
    terms = frozenset(tokenize(text, guess(text)))
    matches = sum(any(form in terms for form in word.forms) for word in words)
    return {
        "similarity": similarity or 0.0,
        "held": matches / (len(words) or 1),
        "all held": float(matches == len(words)),
        "missing": float(min(len(words) - matches, 4)),
        "words": float(min(len(words), 8)),
        "behind": min(behind, 6.0),
    }
