"""The conversation of a visit, which is there again when the visitor reloads the page or the phone wakes up."""

import re
import uuid
from collections.abc import Sequence

from protokit.runtime.assistant_types import Answer
from protokit.runtime.visit_results import VisitResults

_VISIT = re.compile(r"[0-9a-f]{32}")
_conversations = VisitResults[list[Answer]]()
"""Of this process: each page has its own."""


def visit_from(text: str) -> str:
    """The id of a visit that a browser sent, or a new one: no other words pass for an id."""
    return text if _VISIT.fullmatch(text) else uuid.uuid4().hex


def earlier_answers(visit: str) -> list[Answer]:
    """The answers of the visit so far, for the visitor alone who got them."""
    return list(_conversations.get(visit) or [])


def keep_answers(visit: str, answers: Sequence[Answer]) -> None:
    """Keep the answers in memory as those of the visit, but for what rests on a visitor's own file: that goes with
    the file."""
    _conversations.keep(visit, [answer for answer in answers if not answer.private])
