"""A search over what visitors asked all prototypes and were told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from pathlib import Path

from protokit.hub.content.usage_analytics import Kind, QuestionRecord, UsageAnalytics


@dataclass(frozen=True, slots=True)
class QuestionHit:
    """A question and the slug of the prototype that was asked."""

    slug: str
    question: QuestionRecord


@dataclass(frozen=True, slots=True)
class QuestionSearch:
    """What a search found."""

    hits: Sequence[QuestionHit]
    """The newest first."""
    unread: Sequence[str]
    """Slugs of the prototypes whose questions cannot be read just now."""


def search_questions(
    folders: Mapping[str, Path], words: Sequence[str], kind: Kind, limit: int
) -> QuestionSearch:
    """The newest `limit` questions of a kind with each of `words` in question, answer or comment, of the
    prototypes in `folders`, by slug."""
    hits: list[QuestionHit] = []
    unread = []
    for slug, folder in folders.items():
        insights = UsageAnalytics(folder)
        hits += (QuestionHit(slug, each) for each in insights.questions(kind, limit=limit, words=words))
        if insights.problem:
            unread.append(slug)
        if len(hits) > 4 * limit:
            hits = _newest(hits, limit)
    return QuestionSearch(_newest(hits, limit), unread)


def _newest(hits: Sequence[QuestionHit], limit: int) -> list[QuestionHit]:
    return nlargest(limit, hits, key=lambda hit: (hit.question.time, hit.slug, hit.question.id))
