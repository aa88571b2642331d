"""The index of words over the catalogue's passages, kept in a file and brought up to date by what changed."""

import os
import threading
import time
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vectorstore.index.bm25 import Bm25Postings
from vectorstore.index.docstore import Docstore
from vectorstore.index.spelling import Speller
from vectorstore.passage import Passage, lexical_text
from vectorstore.text.terms import WORDS_VERSION, QueryWord, language, query_words, tokenize

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MISSPELT = 0.7
"""Weight of the guesses for a misspelt word, together."""


@dataclass(frozen=True, slots=True)
class Bm25Index:
    """The index of words over passages, each known by an id of the caller's; `updated` gives another, changed one."""

    ids: tuple[str, ...]
    vocabulary: dict[str, int]
    languages: tuple[str, ...]
    """The language of each passage."""
    terms: "NDArray[np.int32]"
    """The term numbers of all passages, one passage after the other."""
    lengths: "NDArray[np.int64]"
    """How many of `terms` each passage has."""
    postings: Bm25Postings
    rows: dict[str, int]
    spoken: tuple[str, ...]
    """The languages of at least one passage in a hundred."""
    speller: Speller

    @classmethod
    def build(cls, passages: Mapping[str, Passage]) -> "Bm25Index":
        """Index passages by id: about 0.15 s for 1,000 passages of 120 words."""
        return cls._of((), {}, (), []).updated(passages)

    def updated(self, added: Mapping[str, Passage], removed: Collection[str] = ()) -> "Bm25Index":
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
            text = lexical_text(passage)
            code = language(text)
            numbers = [vocabulary.setdefault(term, len(vocabulary)) for term in tokenize(text, code)]
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
    ) -> "Bm25Index":
        import numpy as np

        terms = np.concatenate([np.zeros(0, dtype=np.int32), *pieces])
        lengths = np.array([len(piece) for piece in pieces], dtype=np.int64)
        postings = Bm25Postings.build(terms, lengths, len(vocabulary))
        return cls._with(ids, vocabulary, languages, terms, lengths, postings)

    @classmethod
    def _with(
        cls,
        ids: tuple[str, ...],
        vocabulary: dict[str, int],
        languages: tuple[str, ...],
        terms: "NDArray[np.int32]",
        lengths: "NDArray[np.int64]",
        postings: Bm25Postings,
    ) -> "Bm25Index":
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
    def load(cls, file: Path) -> "Bm25Index | None":
        """The index as saved; None where there is none, it is damaged, or another version of `tokens` made it."""
        import numpy as np

        try:
            with file.open("rb") as opened, np.load(opened, allow_pickle=False) as saved:
                arrays = {name: saved[name] for name in saved.files}
            names = {name: _unpacked(arrays[name]) for name in ("version", "ids", "vocabulary", "languages")}
            if names["version"] != (WORDS_VERSION,):
                return None
            postings = Bm25Postings(arrays["starts"], arrays["rows"], arrays["weights"], len(names["ids"]))
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
        *,
        limit: int = 50,
        also: Iterable[str] = (),
        allowed: Collection[str] | None = None,
    ) -> dict[str, float]:
        """BM25 scores by id, best first: the `limit` best above 0, and those of the ids in `also` (found by meaning).

        With `allowed` no other id is looked at.
        """
        import numpy as np

        asked = query_words(question, self.spoken)
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


def _unpacked(array: "NDArray[np.uint8]") -> tuple[str, ...]:
    text = array.tobytes().decode()
    return tuple(text.split("\n")) if text else ()


_SHARE = 0.1


class LexicalIndex:
    """A `Bm25Index` that follows a catalogue. Threads may share it: the last one serves while the next is
    made."""

    def __init__(self, catalogue: Docstore, file: Path) -> None:
        self._catalogue, self._file = catalogue, file
        self._updating = threading.Lock()
        self._ranker: Bm25Index | None = None
        self._saved: Bm25Index | None = None
        self._generation = -1
        self._updated = self._took = 0.0

    def current(self) -> Bm25Index:
        """The index as it is after `refresh`."""
        self.refresh()
        return self._ranker or self.update()

    def refresh(self) -> None:
        """Update the index if the catalogue has changed, but not while another thread does, nor too often.

        A sync changes it file by file, and an update takes a second at 100,000 passages: at most a tenth of
        the time goes into updates, and a search in between may miss the latest files.
        """
        due = time.monotonic() - self._updated >= self._took / _SHARE
        if due and not self._updating.locked() and self._generation != self._catalogue.generation("words"):
            self.update()

    def update(self) -> Bm25Index:
        """Take in what has changed in the catalogue since."""
        with self._updating:
            began = time.monotonic()
            generation = self._catalogue.generation("words")
            if self._ranker is None or generation != self._generation:
                if self._ranker is None:
                    self._ranker = self._saved = Bm25Index.load(self._file)
                self._ranker = self._followed(self._ranker or Bm25Index.build({}))
                self._generation = generation
            self._updated = time.monotonic()
            self._took = self._updated - began
            return self._ranker

    def save(self) -> None:
        """Write the index to its file, unless that holds it already. Only the store's one writer may."""
        if self._ranker is not None and self._ranker is not self._saved:
            self._ranker.save(self._file)
            self._saved = self._ranker

    def _followed(self, ranker: Bm25Index) -> Bm25Index:
        wanted = self._catalogue.ids()
        known = set(ranker.ids)
        added = [id for id in wanted if id not in known]
        removed = known.difference(wanted)
        if not added and not removed:
            return ranker
        passages = {id: kept.passage for id, kept in self._catalogue.kept(added).items()}
        return ranker.updated(passages, removed)
