"""Traces one answer from question to passages to instructions to text, and names the stage that failed."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from protokit.errors import CheckFailed
from protokit.evaluation.dataset import Row, read_rows
from protokit.files.layout import EVENTS_FILE
from protokit.prototype.prototype_folder import Prototype
from protokit.runtime.usage.event_table import Event
from protokit.runtime.usage.events import EventLog
from vectorstore.passage import Passage

MODEL_ERROR = "model error"
NOT_IN_DOCUMENTS = "not in the documents"
NOT_RETRIEVED = "not retrieved"
DROPPED = "dropped for space"
NOT_USED = "not used by the model"
NOT_SUPPORTED = "not supported"

_WIDE = 40
"""Passages to look through when those that were found do not hold the answer."""


@dataclass(frozen=True, slots=True)
class Trace:
    """One answer, the stage at which it failed (empty where none did), and how one can tell."""

    event: Event
    stage: str
    why: str

    @property
    def passages(self) -> list[dict[str, Any]]:
        """What was found, best first, each with `sent`: whether the model was given it."""
        sent = self.sent
        passages = self.event.fields["passages"]
        return [{**passage, "sent": rank < sent} for rank, passage in enumerate(passages)]

    @property
    def sent(self) -> int:
        """How many passages the answer was made from; the offline engine is given all."""
        fields = self.event.fields
        count = fields["passages_sent"] if fields["gen_ai.request.model"] != "offline" else None
        return len(fields["passages"]) if count is None else int(count)


def diagnose_answer(prototype: Prototype, number: int | None = None) -> Trace:
    """The trace of answer `number`, of the newest where none is given. Raises CheckFailed where there is none."""
    log = EventLog(prototype.folder / EVENTS_FILE)
    event = log.event(number)
    if event is None:
        newest = log.event()
        if newest is None:
            raise CheckFailed("nothing was asked yet", fix='Ask: protokit ask DIR "your question"')
        raise CheckFailed(f"there is no answer {number}", fix=f"The newest is {newest.id}.")
    bare = Trace(event, "", "")
    return Trace(event, *_failed(prototype, bare))


def _failed(prototype: Prototype, answer: Trace) -> tuple[str, str]:
    """The stage and the reason; two empty strings where nothing failed that can be seen from here."""
    fields = answer.event.fields
    row = _expected(prototype, fields["question"])
    if fields["error"]:
        return MODEL_ERROR, fields["error"]
    if not fields["found"]:
        return _refused(prototype, answer, row)
    if row and row.unanswerable:
        return NOT_IN_DOCUMENTS, "it was answered all the same, though questions.yaml says they do not tell"
    if doubted := [check for check in fields["checks"] if check["verdict"] == "unsupported"]:
        return NOT_SUPPORTED, doubted[0]["why"]
    missing = _missing(row, fields["answer"])
    return _where_lost(prototype, answer, missing) if missing else ("", "")


def _expected(prototype: Prototype, question: str) -> Row | None:
    """What questions.yaml says about the question, None where it is not in there."""
    rows = read_rows(prototype.questions())
    return next((row for row in rows if _same(row.question) == _same(question)), None)


def _refused(prototype: Prototype, answer: Trace, row: Row | None) -> tuple[str, str]:
    """Where the answer to a refused question was lost."""
    if row and row.unanswerable:
        return "", "refused, and rightly so: questions.yaml says that the documents do not tell"
    if row and row.must_contain:
        return _where_lost(prototype, answer, row.must_contain)
    from protokit.runtime.qa.answerability import ANSWERABLE, answerable

    fields = answer.event.fields
    question, retrieved = fields["standalone"] or fields["question"], [_passage(p) for p in answer.passages]
    with prototype.assistant("offline") as assistant:
        if (knowledge := assistant.knowledge) is None:
            return "", ""
        knowledge.wait()

        def hold(passages: Sequence[Passage]) -> bool:
            return bool(passages) and answerable(question, passages, embed=knowledge.embed) >= ANSWERABLE

        wide = knowledge.search(question, limit=_WIDE)
        windows = [wide[start : start + 6] for start in range(0, len(wide), 6)]
        return _stage(retrieved[: answer.sent], retrieved, hold, lambda: any(map(hold, windows)))


def _where_lost(prototype: Prototype, answer: Trace, words: Iterable[str]) -> tuple[str, str]:
    """Where `words`, which the answer should contain, were lost."""
    phrases = [_same(each) for each in words]
    retrieved = [_passage(passage) for passage in answer.passages]

    def hold(passages: Sequence[Passage]) -> bool:
        return _contains([passage.text for passage in passages], phrases)

    def documents_hold() -> bool:
        with prototype.assistant("offline") as assistant:
            if (knowledge := assistant.knowledge) is None:
                return False
            knowledge.wait()
            read = [file.file for file in knowledge.files() if file.passages]
            return _contains([knowledge.source_text(file) for file in read], phrases)

    return _stage(retrieved[: answer.sent], retrieved, hold, documents_hold)


def _stage(
    sent: Sequence[Passage],
    retrieved: Sequence[Passage],
    hold: Callable[[Sequence[Passage]], bool],
    documents_hold: Callable[[], bool],
) -> tuple[str, str]:
    """The first place, looking back from the answer, where what was wanted was still there."""
    if hold(sent):
        return NOT_USED, "the passages that it was given hold the answer"
    if hold(retrieved):
        return DROPPED, "a passage that did not fit into the context window holds the answer"
    if documents_hold():
        return NOT_RETRIEVED, "the documents hold the answer, the passages that were found do not"
    return NOT_IN_DOCUMENTS, "no document holds the answer"


def _contains(texts: Iterable[str], phrases: Sequence[str]) -> bool:
    plain = [_same(text) for text in texts]
    return all(any(words in text for text in plain) for words in phrases)


def _missing(row: Row | None, text: str) -> list[str]:
    return [words for words in row.must_contain if _same(words) not in _same(text)] if row else []


def _passage(row: dict[str, Any]) -> Passage:
    """A passage as an event holds it; events from before texts were recorded have none."""
    return Passage(row.get("text", ""), row["file"], row["start"], row["end"], heading=row.get("heading", ""))


def _same(text: str) -> str:
    return " ".join(text.split()).casefold()
