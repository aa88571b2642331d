"""Finds for each clause of a document the one it became in another, wherever it stands there and however it is cut."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import pairwise
from typing import TYPE_CHECKING

from protokit.runtime.comparison.clauses import Clause

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NEAR, FAR = 0.36, 0.6
"""How alike two clauses must be to be one that changed: between the same neighbours, and anywhere."""
_MEANING = 0.62
"""How alike in meaning, where few words are shared."""
_SHORT, _ALIKE = 6, 0.75
"""Words of a clause whose letters tell, and how alike they must be."""
_LONGEST_RUN = 6
"""Paragraphs that may have become one."""
_MOST = 400
"""Clauses whose meaning is looked at, where few of their words tell."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Clauses of the older and the newer document that belong together; one of the two may be empty."""

    old: tuple[Clause, ...]
    new: tuple[Clause, ...]
    moved: bool = False
    """Whether it stands elsewhere among its neighbours."""

    @property
    def old_words(self) -> tuple[str, ...]:
        """The words of the older text."""
        return tuple(word for clause in self.old for word in clause.words)

    @property
    def new_words(self) -> tuple[str, ...]:
        """The words of the newer text."""
        return tuple(word for clause in self.new for word in clause.words)


def align_clauses(old: Sequence[Clause], new: Sequence[Clause]) -> list[Pair]:
    """Every clause in exactly one pair, in the order of the newer document; what is gone stands where it stood."""
    links = _Links(old, new)
    links.equal()
    links.recut()
    links.alike()
    return _ordered(links.pairs())


class _Links:
    """Which clauses belong together, as far as it is known."""

    def __init__(self, old: Sequence[Clause], new: Sequence[Clause]) -> None:
        self.old, self.new = old, new
        self.partners: dict[int, tuple[int, ...]] = {}
        """Of an older clause; several where one was cut into several."""
        self.sources: dict[int, tuple[int, ...]] = {}
        """The same of a newer one."""

    def link(self, old: Sequence[int], new: Sequence[int]) -> None:
        for at in old:
            self.partners[at] = tuple(new)
        for at in new:
            self.sources[at] = tuple(old)

    def free_old(self) -> list[int]:
        return [at for at in range(len(self.old)) if at not in self.partners]

    def free_new(self) -> list[int]:
        return [at for at in range(len(self.new)) if at not in self.sources]

    def equal(self) -> None:
        """The same words in the same order first, then the same words anywhere."""
        keys, others = [each.key for each in self.old], [each.key for each in self.new]
        for start, begin, size in SequenceMatcher(None, keys, others, autojunk=False).get_matching_blocks():
            for step in range(size):
                self.link([start + step], [begin + step])
        places: dict[str, list[int]] = {}
        for at in self.free_new():
            places.setdefault(others[at], []).append(at)
        for at in self.free_old():
            if waiting := places.get(keys[at]):
                self.link([at], [waiting.pop(0)])

    def recut(self) -> None:
        """Paragraphs that are cut elsewhere, without another word."""
        begins: dict[str, list[int]] = {}
        for at in self.free_new():
            begins.setdefault(self.new[at].words[0], []).append(at)
        for at in self.free_old():
            for begin in begins.get(self.old[at].words[0], ()):
                if at not in self.partners and begin not in self.sources:
                    run, run_of_new = self._same_words(at, begin)
                    if run:
                        self.link(run, run_of_new)

    def _same_words(self, at: int, begin: int) -> tuple[list[int], list[int]]:
        """Free neighbours from `at` and from `begin` on whose words are the same in all; two empty lists for none."""
        run, others = [at], [begin]
        mine, theirs = list(self.old[at].words), list(self.new[begin].words)
        while mine != theirs:
            size = min(len(mine), len(theirs))
            if mine[:size] != theirs[:size]:
                return [], []
            shorter, clauses, links = (
                (run, self.old, self.partners) if len(mine) == size else (others, self.new, self.sources)
            )
            following = shorter[-1] + 1
            if len(shorter) >= _LONGEST_RUN or following >= len(clauses) or following in links:
                return [], []
            shorter.append(following)
            (mine if shorter is run else theirs).extend(clauses[following].words)
        return run, others

    def alike(self) -> None:
        """What shares most of its words, or its meaning, best first."""
        free, others = self.free_old(), self.free_new()
        if not free or not others:
            return
        scores = self._scores(free, others)
        order = scores.ravel().argsort()[::-1]
        for place in order:
            row, column = divmod(int(place), len(others))
            if scores[row, column] <= 0:
                break
            if free[row] not in self.partners and others[column] not in self.sources:
                self.link([free[row]], [others[column]])
        self._join()

    def _scores(self, free: Sequence[int], others: Sequence[int]) -> "NDArray[np.float32]":
        """How sure two clauses are one, 0 where they are not; shape (free, others)."""
        import numpy as np
        from rapidfuzz.distance import Indel
        from rapidfuzz.process import cdist

        gaps, gaps_of_others = self._gaps(free, self.partners), self._gaps(others, self.sources, back=True)
        near = np.array(gaps)[:, None] == np.array(gaps_of_others)[None, :]
        theirs = [self.new[at] for at in others]
        mine = [self.old[at] for at in free]
        words = cdist(
            [each.words for each in mine],
            [each.words for each in theirs],
            scorer=Indel.normalized_similarity,
            dtype=np.float32,
        )
        words = np.maximum(np.maximum(words, _contained(mine, theirs)), _spelt_alike(mine, theirs))
        meaning = _meaning(mine, theirs, words)
        same_heading = np.array([[a.heading == b.heading != "" for b in theirs] for a in mine])
        kind = np.array([[a.is_heading == b.is_heading for b in theirs] for a in mine])
        enough = np.where(near, words >= NEAR, words >= FAR)
        enough |= (meaning >= _MEANING) & (near | same_heading) & (words >= 0.15)
        scores = np.maximum(words, 0.9 * meaning) + 0.15 * near + 0.05 * same_heading
        enough &= kind | (words >= FAR)
        result: NDArray[np.float32] = np.where(enough, scores, 0.0).astype(np.float32)
        return result

    def _gaps(
        self, free: Sequence[int], links: dict[int, tuple[int, ...]], *, back: bool = False
    ) -> list[int]:
        """For each free clause the last older clause before it that has a partner, -1 for none."""
        gaps, last, waiting = [], -1, iter(sorted(links))
        upcoming = next(waiting, None)
        for at in free:
            while upcoming is not None and upcoming < at:
                last = max(links[upcoming]) if back else upcoming
                upcoming = next(waiting, None)
            gaps.append(last)
        return gaps

    def _join(self) -> None:
        """A free neighbour whose words stand in its neighbour's partner was cut off from it."""
        for mine, theirs, links, back in (
            (self.new, self.old, self.sources, self.partners),
            (self.old, self.new, self.partners, self.sources),
        ):
            for at in [*range(len(mine)), *reversed(range(len(mine)))]:
                for neighbour in (at - 1, at + 1):
                    whole = links.get(neighbour, ())
                    if at in links or len(whole) != 1:
                        continue
                    run = back[whole[0]]
                    if _gains(theirs[whole[0]], [mine[each] for each in run], mine[at]):
                        joined = sorted((*run, at))
                        self.link(whole, joined) if mine is self.new else self.link(joined, whole)

    def pairs(self) -> list[Pair]:
        """All clauses, the newer document's in order and then what is gone."""
        pairs, done = [], set()
        for at, clause in enumerate(self.new):
            sources = self.sources.get(at, ())
            if not sources:
                pairs.append(Pair((), (clause,)))
            elif sources not in done:
                done.add(sources)
                new = tuple(self.new[each] for each in self.partners[sources[0]])
                pairs.append(Pair(tuple(self.old[each] for each in sources), new))
        return [*pairs, *(Pair((self.old[at],), ()) for at in self.free_old())]


def _gains(whole: Clause, parts: Sequence[Clause], rest: Clause) -> bool:
    """Whether `parts` and `rest` together are more like `whole` than `parts` are, and `rest` stands in it."""
    from rapidfuzz.distance import Indel

    if rest.is_heading or _share(rest, whole) < 0.7:
        return False
    part = [word for each in parts for word in each.words]
    together = [word for each in sorted((*parts, rest), key=lambda each: each.start) for word in each.words]
    alone = Indel.normalized_similarity(whole.words, part)
    return Indel.normalized_similarity(whole.words, together) > alone + min(0.08, 0.5 * (1 - alone))


def _share(part: Clause, whole: Clause) -> float:
    """The part of the words of `part` that stand in `whole` in the same order."""
    from rapidfuzz.distance import LCSseq

    return LCSseq.similarity(part.words, whole.words) / max(1, len(part.words))


def _contained(mine: Sequence[Clause], theirs: Sequence[Clause]) -> "NDArray[np.float32]":
    """How much of the shorter clause stands in the longer one, for those of at least eight words; a bit less sure."""
    import numpy as np
    from rapidfuzz.distance import LCSseq
    from rapidfuzz.process import cdist

    common = cdist(
        [each.words for each in mine],
        [each.words for each in theirs],
        scorer=LCSseq.similarity,
        dtype=np.uint32,
    ).astype(np.float32)
    sizes = np.array([len(each.words) for each in mine])[:, None]
    shorter = np.minimum(sizes, np.array([len(each.words) for each in theirs])[None, :])
    result: NDArray[np.float32] = np.where(shorter >= 8, 0.8 * common / np.maximum(shorter, 1), 0.0).astype(
        np.float32
    )
    return result


def _spelt_alike(mine: Sequence[Clause], theirs: Sequence[Clause]) -> "NDArray[np.float32]":
    """How alike the letters of short clauses are, whose words are few: "Payment" and "Payments"; 0 for others."""
    import numpy as np
    from rapidfuzz.fuzz import ratio
    from rapidfuzz.process import cdist

    short = [
        [each.key.casefold() if len(each.words) <= _SHORT else "" for each in side] for side in (mine, theirs)
    ]
    alike = cdist(*short, scorer=ratio, dtype=np.float32) / 100
    known = np.outer([bool(each) for each in short[0]], [bool(each) for each in short[1]])
    result: NDArray[np.float32] = np.where(known & (alike >= _ALIKE), alike, 0.0).astype(np.float32)
    return result


def _meaning(
    mine: Sequence[Clause], theirs: Sequence[Clause], words: "NDArray[np.float32]"
) -> "NDArray[np.float32]":
    """How alike in meaning those are that share few words, by both models of the default embedding; 0 for the others,
    and for all where no model is installed."""
    import numpy as np

    from vectorstore.embeddings.embedder_factory import NONE, embedder

    result = np.zeros_like(words)
    rows = np.flatnonzero(words.max(axis=1) < FAR)[:_MOST]
    columns = np.flatnonzero(words.max(axis=0) < FAR)[:_MOST]
    model = embedder("default")
    if model.id == NONE or not len(rows) or not len(columns):
        return result
    texts = [mine[at].text[:1_000] for at in rows] + [theirs[at].text[:1_000] for at in columns]
    vectors = model.embed(texts)
    result[np.ix_(rows, columns)] = vectors[: len(rows)] @ vectors[len(rows) :].T
    return result


def _ordered(pairs: Sequence[Pair]) -> list[Pair]:
    """The pairs with what moved marked, and what is gone after what it followed."""
    both = [pair for pair in pairs if pair.old and pair.new]
    staying = _longest_rising([pair.old[0].start for pair in both], [len(pair.new_words) for pair in both])
    steady = {id(both[at]) for at in staying}
    marked = [replace(pair, moved=pair.old != () != pair.new and id(pair) not in steady) for pair in pairs]
    result = [pair for pair in marked if pair.new]
    for pair in sorted((pair for pair in marked if not pair.new), key=lambda pair: pair.old[0].start):
        before = [
            at
            for at, each in enumerate(result)
            if each.old and not each.moved and each.old[0].start < pair.old[0].start
        ]
        result.insert(before[-1] + 1 if before else 0, pair)
    return result


def _longest_rising(places: Sequence[int], weights: Sequence[int]) -> set[int]:
    """The indexes of the rising subsequence of `places` with the largest sum of `weights`."""
    if all(a < b for a, b in pairwise(places)):
        return set(range(len(places)))
    ranks = {place: rank for rank, place in enumerate(sorted(places))}
    ends: list[tuple[int, int]] = []  # rank, sum: both rising
    owners: list[int] = []
    before: list[int] = []
    for at, place in enumerate(places):
        slot = bisect_left(ends, (ranks[place], -1))
        total = weights[at] + (ends[slot - 1][1] if slot else 0)
        before.append(owners[slot - 1] if slot else -1)
        end = slot
        while end < len(ends) and ends[end][1] <= total:
            end += 1
        ends[slot:end], owners[slot:end] = [(ranks[place], total)], [at]
    chain, at = set(), owners[-1]
    while at >= 0:
        chain.add(at)
        at = before[at]
    return chain
