"""BM25 over token numbers as three numpy arrays: quick to build, to search with weights, and to keep in one file.

Scores follow Lucene's BM25 (Robertson and Zaragoza 2009):
idf * tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / mean)).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

K1 = 1.2
B = 0.75


@dataclass(frozen=True, slots=True)
class Bm25Postings:
    """`rows[starts[t]:starts[t + 1]]` are the documents that hold term t, `weights` their scores in the same order."""

    starts: "NDArray[np.int64]"
    rows: "NDArray[np.int32]"
    weights: "NDArray[np.float32]"
    documents: int

    @classmethod
    def build(
        cls, terms: "NDArray[np.int32]", lengths: "NDArray[np.int64]", vocabulary: int
    ) -> "Bm25Postings":
        """From the term numbers of all documents one after the other, and the number of terms of each."""
        import numpy as np

        documents = len(lengths)
        owner = np.repeat(np.arange(documents, dtype=np.int64), lengths)
        keys, counts = np.unique(terms.astype(np.int64) * max(documents, 1) + owner, return_counts=True)
        columns, rows = np.divmod(keys, max(documents, 1))
        spread = np.bincount(columns, minlength=vocabulary)
        idf = np.log1p((documents - spread + 0.5) / (spread + 0.5))
        mean = lengths.mean() if documents and lengths.sum() else 1.0
        norm = K1 * (1 - B + B * lengths / mean)
        weights = idf[columns] * counts * (K1 + 1) / (counts + norm[rows])
        starts = np.concatenate([[0], np.cumsum(spread)]).astype(np.int64)
        return cls(starts, rows.astype(np.int32), weights.astype(np.float32), documents)

    def idf(self, term: int) -> float:
        """How telling a term is: 0 for one in every document, about log(documents) for one in a single document."""
        import math

        spread = int(self.starts[term + 1] - self.starts[term])
        return math.log1p((self.documents - spread + 0.5) / (spread + 0.5))

    def scores(self, weighted_terms: Iterable[tuple[int, float]]) -> "NDArray[np.float32]":
        """The score of every document, shape (documents,), for terms with the weight each has in the question."""
        import numpy as np

        total = np.zeros(self.documents, dtype=np.float32)
        for term, weight in weighted_terms:
            span = slice(self.starts[term], self.starts[term + 1])
            total[self.rows[span]] += weight * self.weights[span]
        return total
