"""Lays a question beside the sentences that could answer it: which of its words each one has, and what it lacks."""

import math
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from operator import mul
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from protokit.runtime.qa.answer_types import find
from protokit.runtime.qa.leaning import leans_on
from protokit.runtime.qa.question_type import Kind, TypedQuestion
from vectorstore.embeddings.embedding_cache import CachedEmbedding
from vectorstore.passage import Passage
from vectorstore.search.question_parts import QuestionPart
from vectorstore.text.languages import guess
from vectorstore.text.sentences import split
from vectorstore.text.terms import QueryWord, query_words, tokenize

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Embed = Callable[[list[str]], "NDArray[np.float32]"]
"""Texts to vectors of unit length, one row each."""


def knowing(embed: Embed | None, languages: Collection[str], *, multilingual: bool) -> Embed | None:
    """What of `embed` knows these languages: all of it if it is `multilingual`, else only for English."""
    if isinstance(embed, CachedEmbedding):
        return embed.knowing(languages)
    return embed if multilingual or set(languages) <= {"en"} else None


_BARE = re.compile(r"[.!?:;。！？：؟۔।]\W*$")
_ITEM = re.compile(r"\s*(?:[-*+•‣▪◦–·]|\(?\w{1,3}[.)])\s|.*[|\t]|\w[^:]{0,40}: \S")
_NUMBERED = re.compile(r"\s*\d{1,2}(?:\.\d{1,2})*[.)]?\s+[^\W\d]")
_CONTENTS = re.compile(r"(?:\.\s?){4,}\s*\d{1,3}\s*$|…\s*\d{1,3}\s*$")
_SUBJECT = re.compile(r"(?:Subject|Betreff|Objet|Asunto|Assunto|Oggetto|Onderwerp|Temat): ")
_FOOT = re.compile(
    r"(?:[^.!?]{0,60}\W)?(?:page|seite|página|pagina|strona|sayfa)\s+\d+(?:\s*(?:of|von|de|sur|di|z|/)\s*\d+)?\W*",
    re.IGNORECASE,
)
GENERAL = frozenset(
    "name kind type number year time people many much thing way part form happen use call known date place day sort "
    "main example reason person someone anyone get".split()
)


@dataclass(slots=True)
class Sentence:
    """A sentence of a passage with the words in and around it."""

    passage: int
    """Index of the passage."""
    start: int
    end: int
    text: str
    terms: frozenset[str]
    before: str = ""
    """The sentence before it in the same passage."""
    leans_on: str = ""
    """What it goes on from: the line over a list's items, the sentence that its "it" points to."""
    heading: str = ""
    """What stands over it: the passage's headings, and the last heading or question above it inside the passage."""
    is_heading: bool = False
    """Whether it is itself a heading or a question, which promises an answer and gives none."""
    near: frozenset[str] = frozenset()
    """Terms of the sentences before and after it."""
    over: frozenset[str] = frozenset()
    """Terms of the heading, and of the file's name."""
    behind: float = 0.0
    """How far its passage's score is behind the best passage's."""


@dataclass(frozen=True, slots=True)
class QuestionAlignment:
    """A question, its words with the weight of each, and the sentences of the passages found for it."""

    text: str
    """The question and its circumstances: what offsets of words refer to."""
    question: TypedQuestion
    words: list[QueryWord]
    required: list[bool]
    """Whether each word is part of what is asked, and not of the circumstances told with it."""
    weights: list[float]
    """How telling each word is among these sentences (inverse document frequency)."""
    sentences: list[Sentence]
    language: str
    everything: frozenset[str]
    """All terms of all sentences and headings."""
    languages: frozenset[str]
    """Of the question and the best passage."""
    across: bool = False
    """Whether the best passage is in another language than the question, so that their words cannot be compared."""

    @classmethod
    def of(cls, part: QuestionPart, passages: Sequence[Passage]) -> "QuestionAlignment":
        """Read question and passages; nothing is embedded."""
        question = part.text
        codes = [guess(passage.text) for passage in passages]
        words = _distinct(query_words(question, dict.fromkeys(codes)))
        sentences = [
            sentence
            for index, (passage, code) in enumerate(zip(passages, codes, strict=True))
            for sentence in _sentences(index, passage, code)
        ]
        for sentence in sentences:
            sentence.behind = passages[0].score - passages[sentence.passage].score
        weights = [_weight(word, question, sentences) for word in words]
        everything = frozenset().union(*(sentence.terms | sentence.over for sentence in sentences))
        required = [part.start <= word.start < part.end for word in words]
        asked = TypedQuestion.of(question[part.start : part.end])
        spoken = guess(question)
        languages = frozenset((spoken, *codes[:1]))
        across = codes[:1] != [spoken]
        return cls(
            question, asked, words, required, weights, sentences, spoken, everything, languages, across
        )

    def weighed(self, values: Sequence[float]) -> float:
        """The mean by weight of a value for each word of the question."""
        total = sum(self.weights)
        return sum(map(mul, self.weights, values)) / total if total else 0.0

    def coverage(self, *held: frozenset[str]) -> float:
        """The share, 0 to 1 and by weight, of the question's words that are in one of the given sets of terms."""
        total = sum(self.weights)
        if not total:
            return 0.0
        pairs = zip(self.words, self.weights, strict=True)
        return sum(weight for word, weight in pairs if any(has(word, terms) for terms in held)) / total

    def loose_coverage(self, terms: frozenset[str]) -> float:
        """As `coverage`, with words of the same family ("create", "creation") counted as the same."""
        total = sum(self.weights)
        if not total:
            return 0.0
        pairs = zip(self.words, self.weights, strict=True)
        return sum(weight for word, weight in pairs if has(word, terms) or related(word, terms)) / total

    def known_share(self) -> float:
        """The share, 0 to 1, of the words that are asked for that any passage has, or one of the same family."""
        words = [word for word, needed in zip(self.words, self.required, strict=True) if needed]
        known = sum(has(word, self.everything) or related(word, self.everything) for word in words)
        return known / len(words) if words else 1.0

    def cognates(self, sentence: Sentence) -> float:
        """The share, 0 to 1, of the question's words that a sentence of another language has, or one like them."""
        terms = frozenset(tokenize(sentence.text, "en")) | sentence.terms
        return sum(has(word, terms) or related(word, terms) for word in self.words) / (len(self.words) or 1)

    def answers(self, sentence: Sentence, kind: Kind) -> list[tuple[int, int]]:
        """Offsets in the sentence of what is of this kind and not merely repeated from the question."""
        asked = {form for word in self.words for form in word.forms}
        spans = find(kind, sentence.text)
        return [
            span for span in spans if not set(tokenize(sentence.text[slice(*span)], self.language)) <= asked
        ]

    def fit(self, sentence: Sentence) -> float:
        """1 where the sentence has an answer of the kind asked for, 0 where it lacks one, 0.5 where one cannot see."""
        if self.question.kind in (Kind.YES_NO, Kind.OPEN, Kind.MANNER) or (
            self.across and self.question.kind == Kind.REASON
        ):
            return 0.5
        for rank, kind in enumerate(self.question.kinds):
            if self.answers(sentence, kind):
                return 0.6 if rank else 1.0
        return 0.0


def has(word: QueryWord, terms: frozenset[str]) -> bool:
    """Whether one of the word's forms is among the terms."""
    return any(form in terms for form in word.forms)


def related(word: QueryWord, terms: frozenset[str]) -> bool:
    """Whether a term begins like the word: five letters, or four of a short one."""
    return any(_alike(form, term) for form in word.forms for term in terms)


def _alike(one: str, other: str) -> bool:
    short = min(len(one), len(other))
    if short < 4 or one[:4] != other[:4]:
        return False
    return one[:5] == other[:5] if short >= 5 else max(len(one), len(other)) <= 6


def _distinct(words: list[QueryWord]) -> list[QueryWord]:
    return list({word.forms: word for word in reversed(words)}.values())[::-1]


def _weight(word: QueryWord, question: str, sentences: Sequence[Sentence]) -> float:
    spread = sum(has(word, sentence.terms) for sentence in sentences)
    general = 0.35 if question[word.start : word.end].lower() in GENERAL else 1.0
    return general * math.log((len(sentences) + 1) / (spread + 0.5))


def _sentences(index: int, passage: Passage, code: str) -> Iterator[Sentence]:
    spans = split(passage.text)
    texts = [passage.text[span.start : span.end] for span in spans]
    terms = [frozenset(tokenize(text, code)) for text in texts]
    above = f"{PurePosixPath(passage.file).stem}\n{passage.heading}"
    over_all = frozenset(tokenize(above, code)) | _initials(above)
    headings = frozenset(passage.heading.split(" > ")) - {""}
    inner, inner_terms = "", frozenset[str]()
    for at, (span, text) in enumerate(zip(spans, texts, strict=True)):
        last = at + 1 == len(spans)
        heading = _heads(text, at, last) or _numbers_a_section(texts, at) or text.strip("# ") in headings
        before, after = max(at - 1, 0), min(at + 1, len(spans) - 1)
        yield Sentence(
            index,
            span.start,
            span.end,
            text,
            terms[at],
            before=texts[before] if at else "",
            leans_on=leans_on(texts, at, passage.heading),
            heading=f"{passage.heading} {inner}".strip(),
            is_heading=heading,
            near=terms[before] | terms[after],
            over=over_all | inner_terms,
        )
        if heading:
            inner, inner_terms = text, terms[at]


def _numbers_a_section(texts: Sequence[str], at: int) -> bool:
    """Whether "2. Waiting times" stands over a paragraph, and in no list of such lines."""
    if at + 1 == len(texts) or len(texts[at].split()) > 9 or _BARE.search(texts[at]):
        return False
    around = [*texts[max(at - 1, 0) : at], *texts[at + 1 : at + 2]]
    return bool(_NUMBERED.match(texts[at])) and not any(_NUMBERED.match(each) for each in around)


def _initials(heading: str) -> frozenset[str]:
    """What a heading's words are shortened to: "NDA" for "Non-disclosure agreement"."""
    letters = "".join(word[0].lower() for word in re.findall(r"[^\W\d_]+", heading))
    return frozenset(letters[at : at + size] for size in range(2, 6) for at in range(len(letters) - size + 1))


def _is_furniture(text: str) -> bool:
    """A line of a contents list, a page's foot or head, a title: they say where one is and tell nothing."""
    if _CONTENTS.search(text) or _FOOT.fullmatch(text) or _SUBJECT.match(text) or " | " in text:
        return True
    if _BARE.search(text) or ":" in text or _ITEM.match(text):
        return False
    words = re.findall(r"[^\W\d_]{2,}", text)
    if len(words) > 1 and text.isupper():
        return True
    long = [word for word in words if len(word) > 3]
    titled = len(words) > 3 and len(long) > 1 and all(word[0].isupper() for word in long)
    return titled or (" · " in text and len(words) < 12)


def _heads(text: str, at: int, last: bool) -> bool:
    """A line that names what follows: "# Refunds", "You may bring:", "How can I pay?", a table's first row."""
    if _is_furniture(text):
        return True
    if last:
        return False
    if text.startswith("#") or text.endswith((":", "：", "?", "？", "؟")):
        return True
    if "|" in text:
        return at == 0
    return not _BARE.search(text) and not _ITEM.match(text) and len(text.split()) <= 8 and len(text) <= 80
