"""Our own: what visitors asked this week and which sentences answer it."""

from pathlib import Path

import vectorstore.sentences
from protokit.runtime.telemetry import EventLog
from vectorstore import KnowledgeBase, extract

HERE = Path(__file__).parent


def sentences(knowledge: KnowledgeBase, question: str) -> list[str]:
    return [piece.text for piece in extract(question, knowledge.search(question))]


def asked() -> list[str]:
    events = EventLog(HERE / ".protokit" / "events.db").events()
    return [str(event.fields["question"]) for event in events]


def first(text: str) -> str:
    span = vectorstore.sentences.split(text)[0]
    return text[span.start : span.end]
