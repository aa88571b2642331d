"""Questions of the documents, and their answers without a model: sentences quoted from the passages, or a plain
"not found"."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Self

from protokit.runtime.assistant_types import ChatMessage, Citation, Request, RequestResult, Turn
from protokit.runtime.phrases import _phrases, phrase
from protokit.runtime.prompting.chat_messages import citing_rule, system, turns, user
from protokit.runtime.qa.condense import condense_question
from protokit.runtime.text_limits import require_length
from protokit.runtime.uploads.visitor_files import is_own
from vectorstore.passage import Passage
from vectorstore.search.follow_up import StandaloneQuestion
from vectorstore.text.query_limits import QUESTION

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from protokit.runtime.qa.extract import Evidence
    from protokit.runtime.qa.sentence_ranking import PartRanking
    from protokit.runtime.tables.table_answer import TableAnswer

    Embed = Callable[[list[str]], NDArray[np.float32]]

_ENOUGH = 0.72
"""How near a second sentence's score must come to the first's to be worth saying too."""
_BY_MEANING_ALONE = 0.5
"""What it takes to answer from passages that share no word with the question: "what's the weather?" is near to a list
of dates, and "vacation?" much nearer to the paragraph about leave."""
_POLITE = re.compile(
    r"^(?:(?:please|can you|could you|would you|will you|kannst du|könnten sie|bitte|peux-tu|pouvez-vous|puedes)\s+)+"
    r"|^(?:i want you to|i would like you to|i'd like you to)\s+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Question(Request):
    """A question with all an engine may use to answer it."""

    text: str
    passages: Sequence[Passage] = ()
    """Best first."""
    history: Sequence[Turn] = ()
    instructions: str = ""
    standalone: StandaloneQuestion | None = None
    """The question as it was searched for; made from the history where it is not given."""
    language: str = "en"
    welcome: str = ""
    """What to say to a greeting; empty where small talk has no place."""
    max_words: int | None = None
    context_tokens: int | None = 4096
    """The context window of the model."""
    embed: "Embed | None" = field(default=None, repr=False)
    """Turns texts into rows of unit length, where the embedding model is loaded already."""
    chat: Sequence[ChatMessage] = ()
    """What a model reads; from the fields above where it is empty."""
    computed: "TableAnswer | None" = None
    """What the tables of the documents say; a model reads it as the first passage."""

    @property
    def resolved(self) -> StandaloneQuestion:
        """The question as it stands alone."""
        return self.standalone or condense_question(self.text, self.history)

    @property
    def standalone_text(self) -> str:
        """The question as it was searched for, where it leaned on the ones before; else empty.

        It is kept, and may take a name from an answer: after one from a visitor's own file it is not told.
        """
        text = self.resolved.text
        private = self.private or any(turn.private for turn in self.history)
        return "" if private or text == self.text else text

    @property
    def private(self) -> bool:
        """Whether a visitor's own file is among the passages."""
        return is_own(self.passages)

    @property
    def computation(self) -> str:
        """What was computed over a table; not told of a visitor's own file."""
        return self.computed.computation if self.computed and not self.private else ""

    def for_model(self) -> Self:
        """The question with what was computed as the first passage."""
        result = self.computed.passage() if self.computed else None
        if result is None:
            return self
        chat = list(self.chat)
        if chat and chat[-1].role == "user":
            chat[-1] = chat[-1]._replace(passages=(result, *chat[-1].passages))
        return replace(self, passages=[result, *self.passages], chat=chat)

    def messages(self) -> Sequence[ChatMessage]:
        """Instructions and rules, the conversation so far, the question under the passages."""
        return self.chat or [
            system(self.instructions, citing_rule(self.passages)),
            *turns(self.history),
            user(self.text, self.passages),
        ]

    def offline(self) -> RequestResult:
        """Sentences quoted from the passages."""
        return RequestResult(*answer(self))

    def read(self, text: str) -> RequestResult:
        """The passages that a model's text cites."""
        from protokit.runtime.qa.citations import cite

        return RequestResult(text, cite(text, self.passages))

    def masked(self, mask: Callable[[str], str]) -> Self:
        """The question and the conversation masked, the passages and instructions as they are."""
        history = [
            turn._replace(question=mask(turn.question), answer=mask(turn.answer)) for turn in self.history
        ]
        chat = [each if each.role == "system" else each._replace(text=mask(each.text)) for each in self.chat]
        return replace(self, text=mask(self.text), history=history, chat=chat)

    def require_fitting(self) -> None:
        """Raise TooLong for a question that is longer than anybody needs."""
        require_length(self.text, QUESTION, "question")


def answer(question: Question) -> tuple[str, tuple[Citation, ...], bool]:
    """Return the text, its citations and whether the passages hold an answer.

    Every sentence but the fixed phrases of phrases.yaml stands in a passage, word for word (white space folded), or
    was computed over the rows it cites.
    """
    if talk := _small_talk(question):
        return talk, (), True
    if question.computed and not _orders_writing(question):
        return question.computed.text, question.computed.citations, question.computed.found
    evidence = [] if _orders_writing(question) else _evidence(question)
    if not evidence:
        return _refusal(question), (), False
    numbers: dict[int, int] = {}
    for piece in evidence:
        numbers.setdefault(piece.passage, len(numbers) + 1)
    text = " ".join(f"{_quoted(piece.text)} [{numbers[piece.passage]}]" for piece in evidence)
    citations = tuple(
        Citation(number, question.passages[index], _marks(evidence, index))
        for index, number in numbers.items()
    )
    return text, citations, True


def _evidence(question: Question) -> list["Evidence"]:
    """The sentences to quote: for each part of a question that has several, or else for the question as a whole."""
    from protokit.runtime.qa.extract import part_evidence
    from protokit.runtime.qa.sentence_ranking import rank_parts

    asked = question.resolved.text
    if not question.passages:
        return []
    parts = rank_parts(asked, question.passages, question.embed)
    evidence = [part_evidence(part) for part in parts if _is_answered(part)]
    if len(parts) > 1:
        return _within(_once([pieces[0] for pieces in evidence if pieces]), question.max_words)
    pieces = [piece for pieces in evidence for piece in pieces]
    return _within(
        [piece for piece in pieces[:2] if piece.score >= _ENOUGH * pieces[0].score], question.max_words
    )


def _is_answered(part: "PartRanking") -> bool:
    from protokit.runtime.qa.answerability import ANSWERABLE, part_chance

    if not _names_something(part.alignment.text):
        return False
    sure = part_chance(part)
    by_meaning = part.embed is not None and not part.alignment.across
    if sure < _BY_MEANING_ALONE and by_meaning and part_chance(part, by_words=True) == 0.0:
        return False
    return sure >= ANSWERABLE


def _names_something(asked: str) -> bool:
    """Whether a word of it can be looked for: "q" and "2+2" are near to any short line."""
    from vectorstore.text.terms import query_words

    named = query_words(asked)
    return not named or any(word.end - word.start > 1 or not asked[word.start].isascii() for word in named)


def _once(evidence: list["Evidence"]) -> list["Evidence"]:
    return list({(piece.passage, piece.start): piece for piece in evidence}.values())


def _within(evidence: list["Evidence"], most: int | None) -> list["Evidence"]:
    """Leave whole sentences out until at most `most` words remain; the best one always stays."""
    while most and len(evidence) > 1 and sum(len(piece.text.split()) for piece in evidence) > most:
        evidence = evidence[:-1]
    return evidence


def _marks(evidence: Sequence["Evidence"], passage: int) -> tuple[tuple[int, int], ...]:
    return tuple(sorted((piece.start, piece.end) for piece in evidence if piece.passage == passage))


def _quoted(text: str) -> str:
    """`text` on one line, without the sign that made it a list item."""
    return re.sub(r"^(?:[-*•]|\d+[.)])\s+", "", " ".join(text.split()))


def _refusal(question: Question) -> str:
    if _asks_for_writing(question):
        return str(phrase("needs_model", question.language))
    return f"{phrase('not_found', question.language)}{_closest(question.passages, question.language)}"


def _closest(passages: Sequence[Passage], language: str) -> str:
    places = list(dict.fromkeys(passage.where for passage in passages if passage.support >= 0.3))[:2]
    return " " + str(phrase("closest", language)).format(places="; ".join(places)) if places else ""


def _orders_writing(question: Question) -> bool:
    """Whether it tells to write, "please write me a poem": no quotation answers that, whatever words it shares."""
    first = _plain(_POLITE.sub("", question.text.strip())).partition(" ")[0]
    return first in phrase("creative", question.language) or first in phrase("creative", "en")


def _asks_for_writing(question: Question) -> bool:
    words = _plain(question.text).split()
    creative = phrase("creative", question.language)
    return bool(words) and (any(word in creative for word in words[:4]) or _starts(question.text, creative))


def _starts(text: str, words: list[str]) -> bool:
    """Whether text of a script without spaces begins with one of `words`."""
    return not text.isascii() and any(text.strip().startswith(word) for word in words if not word.isascii())


def _small_talk(question: Question) -> str:
    if not question.welcome:
        return ""
    said = _plain(question.text)
    for name in dict.fromkeys((question.language, "en")):
        known = _phrases().get(name)
        if known and said in map(_plain, known["greetings"] + known["about"]):
            return question.welcome
        if known and said in map(_plain, known["thanked"]):
            return str(phrase("thanks", question.language))
    return ""


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^\w\s]", " ", text.casefold()).split())
