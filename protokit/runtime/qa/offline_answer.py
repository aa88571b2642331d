"""Questions of the documents, and their answers without a model: sentences quoted from the passages, or a plain
"not found"."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Self

from protokit.runtime.assistant_types import ChatMessage, Citation, Request, RequestResult, Turn, masked_chat
from protokit.runtime.phrases import phrase, spoken_language
from protokit.runtime.prompting.chat_messages import citing_rule, system, turns, user
from protokit.runtime.qa.condense import condense_question
from protokit.runtime.qa.refusal import refusal
from protokit.runtime.qa.small_talk import small_talk, without_greeting
from protokit.runtime.qa.writing_orders import asks_for_writing, orders_writing
from protokit.runtime.text_limits import require_length
from protokit.runtime.uploads.visitor_files import is_own
from vectorstore.passage import Passage
from vectorstore.search.follow_up import StandaloneQuestion
from vectorstore.text.query_limits import QUESTION

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from protokit.runtime.qa.answer_sentences import AnswerSentence
    from protokit.runtime.tables.table_answer import TableAnswer

    Embed = Callable[[list[str]], NDArray[np.float32]]

_MOST_WORDS = 60
"""Words of an answer of several sentences, where prototype.yaml does not say."""


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
    """The prototype's own."""
    offers: Sequence[str] = ()
    """Questions that the documents answer, to offer one where they do not answer this one."""
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
    def asks(self) -> bool:  # type: ignore[override]
        """Whether something is asked, and nobody only greeted or thanked."""
        return small_talk(self.text) is None

    @property
    def resolved(self) -> StandaloneQuestion:
        """The question as it stands alone."""
        return self.standalone or condense_question(self.text, self.history)

    @property
    def spoken(self) -> str:
        """The language to answer in: the question's, or the prototype's where the question does not tell."""
        return spoken_language(self.text, self.language)

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
        return replace(self, text=mask(self.text), history=history, chat=masked_chat(self.chat, mask))

    def require_fitting(self) -> None:
        """Raise TooLong for a question that is longer than anybody needs."""
        require_length(self.text, QUESTION, "question")


def answer(question: Question) -> tuple[str, tuple[Citation, ...], bool]:
    """Return the text, its citations and whether the passages hold an answer.

    Every sentence but the fixed phrases of phrases.yaml stands in a passage, word for word (white space folded) or as
    the cells of a row, or was computed over the rows it cites.
    """
    if talk := _small_talk(question):
        return talk, (), True
    resolved, writing = question.resolved, orders_writing(question.text, question.spoken)
    if resolved.wish == "manner":
        return str(phrase("only_quotes", question.spoken)), (), False
    if question.computed and not writing and not resolved.wish:
        return _computed(question, question.computed)
    sentences = [] if writing else _sentences(question)
    if not sentences:
        return _refusal(question), (), False
    return *_quoted(sentences, question.passages), True


def _computed(question: Question, computed: "TableAnswer") -> tuple[str, tuple[Citation, ...], bool]:
    """What the tables say, and behind it the sentences for what else is asked."""
    if not computed.rest:
        return computed.text, computed.citations, computed.found
    rest = replace(question, standalone=StandaloneQuestion(computed.rest), text=computed.rest)
    sentences = _sentences(rest)
    if not sentences:
        not_told = refusal(computed.rest, (), (), question.spoken)
        return f"{computed.text} {not_told}", computed.citations, True
    text, citations = _quoted(sentences, question.passages, before=len(computed.citations))
    return f"{computed.text} {text}".strip(), (*computed.citations, *citations), True


def _quoted(
    sentences: Sequence["AnswerSentence"], passages: Sequence[Passage], *, before: int = 0
) -> tuple[str, tuple[Citation, ...]]:
    """The sentences, each with its number, and their citations, numbered from behind `before`."""
    numbers: dict[int, int] = {}
    for sentence in sentences:
        numbers.setdefault(sentence.evidence.passage, before + len(numbers) + 1)
    citations = tuple(
        Citation(number, passages[index], _marks(sentences, index)) for index, number in numbers.items()
    )
    return _joined(sentences, numbers, passages), citations


def _sentences(question: Question) -> list["AnswerSentence"]:
    """The sentences to answer with, at most as many words as are wished; the first always stays."""
    from protokit.runtime.qa.answer_sentences import AskedFor, answer_sentences
    from protokit.runtime.qa.editions import compared_editions

    resolved = question.resolved
    text = _respelt(without_greeting(resolved.text), question.passages)
    compared = compared_editions(text, question.passages)
    before = question.history[-1].answer if question.history else ""
    typed = question.text if resolved.text != question.text else ""
    asked = AskedFor(
        compared or text, resolved.wish, before, typed, question.passages, question.embed, bool(compared)
    )
    sentences, most = answer_sentences(asked), question.max_words or _MOST_WORDS
    while len(sentences) > 1 and sum(len(each.text.split()) for each in sentences) > most:
        sentences = sentences[:-1]
    return sentences


def _respelt(text: str, passages: Sequence[Passage]) -> str:
    """The question as it was meant, by the words of the passages."""
    from vectorstore.search.misspellings import respelt, words_in
    from vectorstore.text.languages import guess
    from vectorstore.text.terms import tokenize

    vocabulary = words_in(f"{each.file} {each.heading} {each.text}" for each in passages)
    language = guess(" ".join(passage.text[:200] for passage in passages[:3]))
    stems = {stem for word in vocabulary for stem in tokenize(word, language)}
    return respelt(
        text, vocabulary, language, is_known=lambda word: not stems.isdisjoint(tokenize(word, language))
    )


def _joined(
    sentences: Sequence["AnswerSentence"], numbers: dict[int, int], passages: Sequence[Passage]
) -> str:
    """The sentences, each with its number; what another edition says stands in brackets behind the newer's."""
    pieces: list[str] = []
    for sentence in sentences:
        number = f"[{numbers[sentence.evidence.passage]}]"
        if sentence.of_other_edition and pieces:
            said, _, before = pieces.pop().rpartition(" ")
            file = passages[sentence.evidence.passage].file
            pieces.append(f"{said} ({file}: {sentence.text}) {before} {number}")
        else:
            pieces.append(f"{sentence.text} {number}")
    return " ".join(pieces)


def _marks(sentences: Sequence["AnswerSentence"], passage: int) -> tuple[tuple[int, int], ...]:
    marks = {
        (each.evidence.start, each.evidence.end) for each in sentences if each.evidence.passage == passage
    }
    return tuple(sorted(marks))


def _refusal(question: Question) -> str:
    if asks_for_writing(question.text, question.spoken):
        return str(phrase("needs_model", question.spoken))
    if question.resolved.wish == "more":
        return str(phrase("nothing_more", question.spoken))
    return refusal(question.resolved.text, question.passages, question.offers, question.spoken)


def _small_talk(question: Question) -> str:
    if not question.welcome or (talk := small_talk(question.text)) is None:
        return ""
    kind, language = talk
    if kind == "thanks":
        return str(phrase("thanks", language))
    own = question.welcome if language in (question.language, "en") else ""
    return own or str(phrase("introduction", language))
