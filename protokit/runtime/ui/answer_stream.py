"""An answer as it comes, for the pages of both screens."""

from collections.abc import Generator
from contextlib import closing

from protokit.runtime.models.offline_engine import OfflineEngine
from protokit.runtime.page_texts import page_texts
from protokit.runtime.reply import Reply
from protokit.runtime.runtime_errors import RuntimeProblem
from protokit.runtime.ui.escape_markdown import safe_markdown


def stream_markdown(reply: Reply) -> Generator[str, None, None]:
    """The text so far as safe Markdown, again and again; that the model thinks until it speaks.

    Where a model breaks off, what it had said stays, and `reply.answer` says so in its note; raises RuntimeProblem
    where it said nothing. The offline engine's text comes at once, so that a click meanwhile does not cut what takes
    no time.
    """
    if reply.model == OfflineEngine.name:
        yield safe_markdown(reply.answer.text)
        return
    yield f"*{page_texts().thinking}*"
    text = ""
    try:
        with closing(iter(reply)) as pieces:
            for piece in pieces:
                text += piece
                yield safe_markdown(text)
    except RuntimeProblem:
        if not text:
            raise
