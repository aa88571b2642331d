"""Which passages bear on a question: found by words, joined with what was found by meaning, and put in order."""

import math
import os
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import nlargest
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from vectorstore.following import with_history
from vectorstore.joining import Source, tidied
from vectorstore.passages import Passage
from vectorstore.postings import Postings
from vectorstore.spelling import Speller
from vectorstore.weights import fitted, logistic
from vectorstore.words import WORDS_VERSION, QueryWord, language, query_words, tokens

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SIMILARITY = 9.0
"""Weight of the cosine: 20, tempered for the usual question of four words."""
_MISSPELT = 0.7
"""Weight of the guesses for a misspelt word, together."""

__all__ = ["Ranker", "fuse", "with_history"]


@dataclass(frozen=True, slots=True)
class Ranker:
    """The index of words over passages, each known by an id of the caller's; `updated` gives another, changed one."""

    ids: tuple[str, ...]
    vocabulary: dict[str, int]
    languages: tuple[str, ...]
    """The language of each passage."""
    terms: "NDArray[np.int32]"
    """The term numbers of all passages, one passage after the other."""
    lengths: "NDArray[np.int64]"
    """How many of `terms` each passage has."""
    postings: Postings
    rows: dict[str, int]
    spoken: tuple[str, ...]
    """The languages of at least one passage in a hundred."""
    speller: Speller

    @classmethod
    def build(cls, passages: Mapping[str, Passage]) -> "Ranker":
        """Index passages by id: about 0.15 s for 1,000 passages of 120 words."""
        return cls._of((), {}, (), []).updated(passages)

    def updated(self, added: Mapping[str, Passage], removed: Collection[str] = ()) -> "Ranker":
        """The index with some passages added or replaced and others removed; only those added are read."""
        import numpy as np

        vocabulary = dict(self.vocabulary)
        gone = set(removed) | set(added)
        kept = [row for row, name in enumerate(self.ids) if name not in gone]
        ends = np.cumsum(self.lengths)
        starts = ends - self.lengths
        pieces = [self.terms[starts[row] : ends[row]] for row in kept]
        spoken = [self.languages[row] for row in kept]
        for passage in added.values():
            text = indexed_text(passage)
            code = language(text)
            numbers = [vocabulary.setdefault(term, len(vocabulary)) for term in tokens(text, code)]
            pieces.append(np.array(numbers, dtype=np.int32))
            spoken.append(code)
        return self._of((*(self.ids[row] for row in kept), *added), vocabulary, tuple(spoken), pieces)

    @classmethod
    def _of(
        cls,
        ids: tuple[str, ...],
        vocabulary: dict[str, int],
        languages: tuple[str, ...],
        pieces: "Sequence[NDArray[np.int32]]",
    ) -> "Ranker":
        import numpy as np

        terms = np.concatenate([np.zeros(0, dtype=np.int32), *pieces])
        lengths = np.array([len(piece) for piece in pieces], dtype=np.int64)
        postings = Postings.build(terms, lengths, len(vocabulary))
        return cls._with(ids, vocabulary, languages, terms, lengths, postings)

    @classmethod
    def _with(
        cls,
        ids: tuple[str, ...],
        vocabulary: dict[str, int],
        languages: tuple[str, ...],
        terms: "NDArray[np.int32]",
        lengths: "NDArray[np.int64]",
        postings: Postings,
    ) -> "Ranker":
        rows = {name: row for row, name in enumerate(ids)}
        spoken = tuple(code for code, count in Counter(languages).items() if count * 100 >= len(ids))
        return cls(
            ids, vocabulary, languages, terms, lengths, postings, rows, spoken, Speller(tuple(vocabulary))
        )

    def save(self, file: Path) -> None:
        """Write the index to one file, at once or not at all."""
        import numpy as np

        def packed(names: Iterable[str]) -> "NDArray[np.uint8]":
            return np.frombuffer("\n".join(names).encode(), dtype=np.uint8)

        file.parent.mkdir(parents=True, exist_ok=True)
        partial = file.with_name(f"{file.name}.{os.getpid()}.partial")
        with partial.open("wb") as target:
            np.savez(
                target,
                version=packed([WORDS_VERSION]),
                ids=packed(self.ids),
                vocabulary=packed(self.vocabulary),
                languages=packed(self.languages),
                terms=self.terms,
                lengths=self.lengths,
                starts=self.postings.starts,
                rows=self.postings.rows,
                weights=self.postings.weights,
            )
        partial.replace(file)

    @classmethod
    def load(cls, file: Path) -> "Ranker | None":
        """The index as saved; None where there is none, it is damaged, or another version of `tokens` made it."""
        import numpy as np

        try:
            with file.open("rb") as opened, np.load(opened, allow_pickle=False) as saved:
                arrays = {name: saved[name] for name in saved.files}
            names = {name: _unpacked(arrays[name]) for name in ("version", "ids", "vocabulary", "languages")}
            if names["version"] != (WORDS_VERSION,):
                return None
            postings = Postings(arrays["starts"], arrays["rows"], arrays["weights"], len(names["ids"]))
            return cls._with(
                names["ids"],
                {term: number for number, term in enumerate(names["vocabulary"])},
                names["languages"],
                arrays["terms"],
                arrays["lengths"],
                postings,
            )
        except (
            Exception
        ):  # damage can make the reader raise anything; the index is made again from the catalogue
            return None

    def words(
        self,
        question: str,
        history: Sequence[str] = (),
        *,
        limit: int = 50,
        also: Iterable[str] = (),
        allowed: Collection[str] | None = None,
    ) -> dict[str, float]:
        """BM25 scores by id, best first: the `limit` best above 0, and those of the ids in `also` (found by meaning).

        `history` holds the person's earlier questions, oldest first. With `allowed` no other id is looked at.
        """
        import numpy as np

        asked = query_words(with_history(question, history), self.spoken)
        weighted = [pair for word in asked for pair in self._weighted(word)]
        scores = self.postings.scores(weighted)
        if allowed is not None:
            mask = np.zeros(len(scores), dtype=bool)
            mask[[self.rows[name] for name in allowed if name in self.rows]] = True
            scores = np.where(mask, scores, 0.0)
        top = np.argpartition(-scores, limit)[:limit] if limit < len(scores) else np.arange(len(scores))
        found = {int(row) for row in top if scores[row] > 0} | {
            self.rows[name] for name in also if name in self.rows
        }
        return {
            self.ids[row]: float(scores[row]) for row in sorted(found, key=lambda row: (-scores[row], row))
        }

    def _weighted(self, word: QueryWord) -> list[tuple[int, float]]:
        """The term numbers of a word with weights; for a word that no passage has, of those spelt like it."""
        known = [(self.vocabulary[form], 1.0) for form in word.forms if form in self.vocabulary]
        near = [] if known else self.speller.near(word.forms[0])
        return known or [(self.vocabulary[term], _MISSPELT / len(near)) for term in near]


def indexed_text(passage: Passage) -> str:
    """What a passage is found by: the file's name and the headings above it count as words of it."""
    return f"{PurePosixPath(passage.file).stem}\n{passage.heading}\n{passage.text}"


def fuse(
    question: str,
    passages: Mapping[str, Passage],
    lexical: Mapping[str, float],
    dense: Mapping[str, float],
    *,
    history: Sequence[str] = (),
    limit: int = 6,
    multilingual: bool = False,
    source: Source | None = None,
) -> list[Passage]:
    """The best `limit` of the candidates in `passages` (by id), best first, with `score` and `support` set.

    `lexical` are BM25 scores as `Ranker.words` gives them, `dense` cosine similarities (-1 to 1) of question and
    passage, empty where nothing is embedded yet; an id missing in either is taken as the least there.
    `multilingual` says that the embedding knows other languages than English. Near-identical passages are left out
    and neighbours in one section of a file become one passage; `source` gives the text of a file, for what stands
    between them. Pure: asks and changes nothing.

    BM25 sums log-odds and MiniLM was trained on 20 times the cosine as log-odds, so the two are added as such. The
    words of a question depend on each other, hence the sum over n words is tempered by the root of n.
    """
    asked = query_words(with_history(question, history))
    trusted = dense if multilingual or _mostly_english(passages, lexical, dense) else {}
    least = min(trusted.values(), default=0.0)
    tempered = math.sqrt(len(asked) + 1)
    score = {
        name: lexical.get(name, 0.0) / tempered + _SIMILARITY * trusted.get(name, least) for name in passages
    }
    ranked = sorted(score, key=lambda name: (-score[name], -dense.get(name, 0.0)))
    scored = (
        replace(
            passages[name],
            score=score[name],
            support=support(asked, passages[name], trusted.get(name), score[ranked[0]] - score[name]),
        )
        for name in ranked
    )
    return tidied(scored, limit, source)


def _mostly_english(passages: Mapping[str, Passage], *rankings: Mapping[str, float]) -> bool:
    """Whether what was found is in the one language that a monolingual embedding knows."""
    found = [name for ranking in rankings for name in nlargest(5, ranking, key=lambda name: ranking[name])]
    spoken = [language(passages[name].text) == "en" for name in found if name in passages]
    return sum(spoken) * 2 >= len(spoken)


def support(asked: Sequence[QueryWord], passage: Passage, similarity: float | None, behind: float) -> float:
    """The chance, 0 to 1, that the passage bears on the question: calibrated on questions written for it."""
    model = fitted("support by words" if similarity is None else "support")
    return logistic(model(support_features(asked, passage, similarity, behind)))


def support_features(
    asked: Sequence[QueryWord], passage: Passage, similarity: float | None, behind: float
) -> dict[str, float]:
    """What support is judged by; `behind` is the distance to the best score."""
    text = indexed_text(passage)
    terms = frozenset(tokens(text, language(text)))
    held = sum(any(form in terms for form in word.forms) for word in asked)
    return {
        "similarity": similarity or 0.0,
        "held": held / (len(asked) or 1),
        "all held": float(held == len(asked)),
        "missing": float(min(len(asked) - held, 4)),
        "words": float(min(len(asked), 8)),
        "behind": min(behind, 6.0),
    }


def _unpacked(array: "NDArray[np.uint8]") -> tuple[str, ...]:
    text = array.tobytes().decode()
    return tuple(text.split("\n")) if text else ()
