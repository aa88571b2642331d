"""Measures how far passages carry a claim: which words, names and facts are there, and how they hang together."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from protokit.runtime.grounding import claims
from protokit.runtime.grounding.claims import Word, Wording
from protokit.runtime.grounding.evidence import SOFT, EvidenceSentence, Sources
from protokit.runtime.grounding.facts import PATTERNS, Fact, comparable, same
from vectorstore.text import terms

_NAME_WEIGHT = 1.5
_LIGHT_WEIGHT = 0.4
# Words that a paraphrase adds or drops without saying anything else.
_LIGHT = frozenset(terms.tokenize(" ".join(PATTERNS.words("words", "light")), "en"))
_EVIDENCE_PLACES = 3
# Content words, then characters, within which two things count as standing together.
_NEAR_WORDS = 12
_MOST_SPOTS = 40
_CLAIM_REACH = 45
# The share of a claim that a sentence covers where it speaks of the same matter, and where it says the same.
_SAME_MATTER = 0.5
_ALIKE = 0.8
_SOURCE_REACH = 75


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the passages have to say about a claim."""

    features: dict[str, float]
    """For the fitted weights; counts are log(1 + n), the rest is 0 to 1."""
    place: EvidenceSentence | None
    """The sentence that carries most of the claim."""
    missing: tuple[Word, ...]
    missing_facts: tuple[Fact, ...]
    contrary: tuple[Fact, Fact] | None
    """A fact of the claim and the one that the evidence states in its stead."""
    opposite: tuple[str, str] | None
    """A word of the claim and the one of contrary meaning in the evidence."""
    flipped: Word | None
    """A word that is negated in the claim or in the evidence, but not in both."""


@dataclass(frozen=True, slots=True)
class _Match:
    """A claim laid against the sources."""

    claim: Wording
    sources: Sources
    hits: tuple[tuple[list[int], float], ...]
    """For each word of the claim, where it is found and how well it fits."""
    fact_places: tuple[set[int], ...]
    gains: dict[int, dict[int, float]]
    """For each place, the weight of each part of the claim that it covers."""
    chosen: list[int]
    """The places that together cover most, the best one first."""

    @property
    def evidence(self) -> list[EvidenceSentence]:
        return [self.sources.places[index] for index in self.chosen]


def weigh(claim: Wording, sources: Sources) -> Weighed:
    """Lay `claim` against `sources`."""
    match = _match(claim, sources)
    missing_facts = tuple(f for f, where in zip(claim.facts, match.fact_places, strict=True) if not where)
    missing = tuple(word for word, (_, fit) in zip(claim.words, match.hits, strict=True) if not fit)
    coverage = _coverage(match)
    contrary, flips = _contrary(missing_facts, match), _flips(match)
    opposite = _opposite(match, coverage["best"])
    bound = _bound(match)
    names = _missing_names(match)
    features = coverage | {
        "missing": math.log1p(sum(map(_weight, missing))),
        "missing_names": math.log1p(names.count(True)),
        "partial_names": math.log1p(names.count(False)),
        "missing_facts": math.log1p(len(missing_facts)),
        "contrary": float(contrary is not None),
        "opposite": float(opposite is not None),
        "flips": math.log1p(len(flips)),
        "negation_only": float(bool(claim.negations) != any(p.wording.negations for p in match.evidence[:1])),
        "run": math.log1p(_longest_run(match)),
        "pairs": _pairs(match),
        "order": _order(match),
        "bound": min(bound, default=1.0),
        "bound_mean": sum(bound) / len(bound) if bound else 1.0,
        "reversed": math.log1p(_reversed(match)),
        "length": math.log1p(len(claim.words) + len(claim.facts)),
        "facts": math.log1p(len(claim.facts)),
        "negations": float(claim.negations > 0),
        "soft": sum(fit == SOFT for _, fit in match.hits) / max(1, len(match.hits)),
    }
    place = match.evidence[0] if match.chosen else None
    flipped = flips[0] if flips else None
    features |= claims.manner(claim.text, sources.said) | sources.overlap.features(claim.text)
    return Weighed(features, place, missing, missing_facts, contrary, opposite, flipped)


def _match(claim: Wording, sources: Sources) -> _Match:
    hits = tuple(sources.find(word.stem) for word in claim.words)
    fact_places = tuple(sources.places_of(fact) for fact in claim.facts)
    gains: dict[int, dict[int, float]] = defaultdict(dict)
    for index, (word, (positions, fit)) in enumerate(zip(claim.words, hits, strict=True)):
        for position in positions:
            gains[sources.place_of[position]][index] = _weight(word) * fit
    for index, places in enumerate(fact_places, start=len(hits)):
        for place in places:
            gains[place][index] = _NAME_WEIGHT
    return _Match(claim, sources, hits, fact_places, gains, _greedy(gains))


def _weight(word: Word) -> float:
    if word.name:
        return _NAME_WEIGHT
    return _LIGHT_WEIGHT if word.stem in _LIGHT else 1.0


def _greedy(gains: dict[int, dict[int, float]]) -> list[int]:
    chosen: list[int] = []
    covered: dict[int, float] = {}
    while len(chosen) < _EVIDENCE_PLACES:
        added = {
            place: sum(max(0.0, gain - covered.get(index, 0.0)) for index, gain in parts.items())
            for place, parts in gains.items()
        }
        place = max(added, key=lambda place: (added[place], -place), default=-1)
        if place < 0 or added[place] <= 0:
            break
        chosen.append(place)
        covered |= {index: max(gain, covered.get(index, 0.0)) for index, gain in gains[place].items()}
    return chosen


def _coverage(match: _Match) -> dict[str, float]:
    """The share of the claim's weight that the best sentence, the best three, and all passages cover."""
    total = sum(map(_weight, match.claim.words)) + len(match.claim.facts) * _NAME_WEIGHT
    if not total:
        return {"best": 0.0, "near": 0.0, "all": 0.0}

    def covered(places: Sequence[int]) -> float:
        parts: dict[int, float] = {}
        for place in places:
            for index, gain in match.gains[place].items():
                parts[index] = max(gain, parts.get(index, 0.0))
        return sum(parts.values()) / total

    everywhere = sum(
        _weight(word) * fit for word, (_, fit) in zip(match.claim.words, match.hits, strict=True)
    )
    everywhere += _NAME_WEIGHT * sum(map(bool, match.fact_places))
    return {"best": covered(match.chosen[:1]), "near": covered(match.chosen), "all": everywhere / total}


def _contrary(missing: Sequence[Fact], match: _Match) -> tuple[Fact, Fact] | None:
    others = [fact for place in match.evidence for fact in place.wording.facts]
    return next(((fact, other) for fact in missing for other in others if comparable(fact, other)), None)


def _opposite(match: _Match, best: float) -> tuple[str, str] | None:
    """A word of the claim and the one of contrary meaning that the evidence has in its stead.

    A word that stands elsewhere in the sources counts only against the sentence that covers most of the claim.
    """
    said = {word.stem for word in match.claim.words}
    for index, place in enumerate(match.evidence):
        theirs = {word.stem for word in place.wording.words}
        for word, (_, fit) in zip(match.claim.words, match.hits, strict=True):
            if word.stem in theirs or (fit and (index or best < _SAME_MATTER)):
                continue
            for other in place.wording.words:
                if other.stem not in said and claims.contradict(word.stem, other.stem):
                    return word.text, other.text
    covered = best > _ALIKE and bool(match.evidence)
    return claims.turned(match.claim.text, match.evidence[0].wording.text) if covered else None


def _flips(match: _Match) -> list[Word]:
    flips = []
    for word, (positions, _) in zip(match.claim.words, match.hits, strict=True):
        near = [at for at in positions if match.sources.place_of[at] in match.chosen]
        if near and all(match.sources.words[at].negated != word.negated for at in near):
            flips.append(word)
    return flips


def _missing_names(match: _Match) -> list[bool]:
    """For each name that is not found: whether nothing of it is ("Wayne Rooney" for "Rooney" is partly found)."""
    matches: list[bool] = []
    claim = match.claim.words
    for index, word in enumerate(claim):
        if not word.name or match.hits[index][1]:
            continue
        beside = [other for other in (index - 1, index + 1) if 0 <= other < len(claim) and claim[other].name]
        close = [other for other in beside if abs(claim[other].start - word.start) < len(word.stem) + 16]
        matches.append(not any(match.hits[other][1] for other in close))
    return matches


def _longest_run(match: _Match) -> int:
    longest = run = 0
    for _, fit in match.hits:
        run = 0 if fit else run + 1
        longest = max(longest, run)
    return longest


def _pairs(match: _Match) -> float:
    """How close neighbouring words of the claim stand in the sources: 1 side by side, 0 far apart or missing."""
    scores = []
    for (first, fit), (second, other) in pairwise(match.hits):
        # In a long text a common word stands in hundreds of places; the first ones tell enough.
        spots = ((a, b) for a in first[:_MOST_SPOTS] for b in second[:_MOST_SPOTS])
        gap = min((abs(a - b) for a, b in spots if a != b), default=_NEAR_WORDS)
        scores.append(max(0.0, 1 - (gap - 1) / _NEAR_WORDS) if fit and other else 0.0)
    return sum(scores) / len(scores) if scores else 1.0


def _order(match: _Match) -> float:
    """The share of neighbouring words of the claim that stand the other way round in the evidence."""
    place_of = match.sources.place_of
    found = [
        [at for at in positions if place_of[at] in match.chosen][:_MOST_SPOTS] for positions, _ in match.hits
    ]
    turned = []
    for first, second in pairwise([positions for positions in found if positions]):
        close = [(abs(a - b), a > b) for a in first for b in second if a != b and abs(a - b) <= _NEAR_WORDS]
        if close:
            turned.append(min(close)[1])
    return sum(turned) / len(turned) if turned else 0.0


def _anchors(match: _Match) -> list[Word | Fact]:
    """The names and facts of the claim in order: what a relation holds between."""
    named = [word for word in match.claim.words if word.name or match.sources.is_name(word.stem)]
    return sorted([*named, *match.claim.facts], key=lambda anchor: anchor.start)


def _spots(anchor: Word | Fact, place: EvidenceSentence) -> list[int]:
    """Character offsets in `place` at which the anchor stands."""
    if isinstance(anchor, Word):
        spots = [word.start for word in place.wording.words if word.stem == anchor.stem]
    else:
        spots = [fact.start for fact in place.wording.facts if same(anchor, fact)]
    return spots[:_MOST_SPOTS]


def _bound(match: _Match) -> list[float]:
    """For each name and fact that is found, the share of its neighbours in the claim that stand near it there."""
    shares: list[float] = []
    for anchor in _anchors(match):
        beside = [
            word.stem
            for word in match.claim.words
            if word is not anchor
            and abs(word.start - anchor.start) <= _CLAIM_REACH
            and word.stem not in _LIGHT
        ]
        spots = [(place, at) for place in match.evidence for at in _spots(anchor, place)]
        if beside and spots:
            shares.append(max(_share(beside, place, at) for place, at in spots))
    return shares


def _share(stems: Sequence[str], place: EvidenceSentence, at: int) -> float:
    around = [word.stem for word in place.wording.words if abs(word.start - at) <= _SOURCE_REACH]
    fits = sum(any(stem == other or claims.related(stem, other) for other in around) for stem in stems)
    return fits / len(stems)


def _reversed(match: _Match) -> int:
    """How many neighbouring names or facts of the claim stand only the other way round in the evidence."""
    turned = 0
    for first, second in pairwise(_anchors(match)):
        ways = [a < b for p in match.evidence for a in _spots(first, p) for b in _spots(second, p) if a != b]
        turned += bool(ways) and not any(ways)
    return turned
