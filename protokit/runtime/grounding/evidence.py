"""The passages taken apart once for an answer, so that each of its sentences can be looked up quickly."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from protokit.runtime.grounding import claims
from protokit.runtime.grounding.claims import Word, Wording
from protokit.runtime.grounding.facts import Fact, same
from protokit.runtime.grounding.word_overlap import SourceWords
from vectorstore.text import terms
from vectorstore.text.languages import guess
from vectorstore.text.sentences import split

SOFT = 0.75
"""How well a synonym or a word of the same family fits."""
_FAMILY_LETTERS = 4
_LONGEST_ACRONYM = 5


@dataclass(frozen=True, slots=True)
class EvidenceSentence:
    """A sentence of a passage: the passage's index, the span in its text, and what it is made of."""

    passage: int
    start: int
    end: int
    wording: Wording


@dataclass(slots=True)
class Sources:
    """Every sentence and content word of the passages, with an index by stem."""

    places: list[EvidenceSentence] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)
    place_of: list[int] = field(default_factory=list)
    """For each word, the index of its place."""
    said: set[str] = field(default_factory=set)
    """Every word as it stands, in lower case, function words too."""
    overlap: SourceWords = field(default_factory=lambda: SourceWords(()))
    _by_stem: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    _families: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _acronyms: set[str] = field(default_factory=set)
    _above: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, texts: Sequence[str], headings: Sequence[str] = ()) -> "Sources":
        """Take the texts of the passages apart; `headings` stand above them."""
        sources = cls(overlap=SourceWords([*texts, *headings]))
        sources._above = {stem for heading in headings for stem in terms.tokenize(heading)}
        for index, text in enumerate(texts):
            code = guess(text)
            for span in split(text):
                read = claims.read(text[span.start : span.end], code)
                sources._add(EvidenceSentence(index, span.start, span.end, read))
        return sources

    def understood(self, claim: Wording) -> Wording:
        """`claim` without the words that stand only in a heading: the text below calls that thing "it"."""
        if not self._above:
            return claim
        words = tuple(
            word for word in claim.words if word.stem in self._by_stem or word.stem not in self._above
        )
        return replace(claim, words=words)

    def find(self, stem: str) -> tuple[list[int], float]:
        """Where `stem`, or else a word that can stand for it, occurs (indices of words), and how well it fits.

        The fit is 1, `SOFT` or 0. Initials of a name ("WHO") fit softly and stand nowhere.
        """
        if stem in self._by_stem:
            return self._by_stem[stem], 1.0
        others = set(claims.synonyms(stem)) | {
            other for other in self._families.get(stem[:_FAMILY_LETTERS], ()) if claims.related(stem, other)
        }
        places = sorted(at for other in others for at in self._by_stem.get(other, ()))
        return places, SOFT if places or stem in self._acronyms else 0.0

    def places_of(self, fact: Fact) -> set[int]:
        """The places that state `fact`."""
        return {
            index
            for index, place in enumerate(self.places)
            if any(same(fact, other) for other in place.wording.facts)
        }

    def is_name(self, stem: str) -> bool:
        """Whether the passages write the word as a name, even where the answer does not."""
        return any(self.words[at].name for at in self._by_stem.get(stem, ()))

    def _add(self, place: EvidenceSentence) -> None:
        self.places.append(place)
        self.said |= claims.spoken(place.wording.text)
        for word in place.wording.words:
            self._by_stem[word.stem].append(len(self.words))
            self._families[word.stem[:_FAMILY_LETTERS]].add(word.stem)
            self.words.append(word)
            self.place_of.append(len(self.places) - 1)
        initials = "".join(word.stem[0] for word in place.wording.words if word.name)
        self._acronyms |= {
            initials[start : start + length]
            for length in range(2, _LONGEST_ACRONYM + 1)
            for start in range(len(initials) - length + 1)
        }
