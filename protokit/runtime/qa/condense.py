"""A question with its conversation made into one that can be searched for alone, once for search and answer."""

from collections.abc import Sequence

from protokit.runtime.assistant_types import Turn
from vectorstore.search.follow_up import StandaloneQuestion, resolve
from vectorstore.text.query_limits import QUESTION, TURNS


def condense_question(question: str, history: Sequence[Turn] = ()) -> StandaloneQuestion:
    """The question as it can be searched for; `history` is oldest first. Rules do it, without a model."""
    turns = history[-TURNS:]
    questions = [turn.question[:QUESTION] for turn in turns]
    return resolve(question[:QUESTION], questions, [turn.answer for turn in turns])
