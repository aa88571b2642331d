"""The prototype's assistant as tools over the Model Context Protocol, for editors and agents."""

from collections.abc import Callable
from typing import Annotated, Any

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations
from pydantic import BaseModel, Field
from starlette.types import ASGIApp

import protokit
from protokit.deploy.serving.assistant_session import Speaker
from protokit.deploy.serving.auth import ApiKeyMiddleware
from protokit.errors import ProtokitError
from protokit.runtime.assistant_types import Turn
from protokit.runtime.reply import Reply
from protokit.runtime.runtime_errors import RuntimeProblem
from protokit.runtime.text_limits import EARLIER, OPTION, TEXT
from vectorstore.text.query_limits import QUESTION, TURNS
from vectorstore.vectorstore_errors import VectorstoreError

MOST_PASSAGES = 20
_CALLER = "mcp"
_READS = ToolAnnotations(read_only_hint=True, open_world_hint=False)

Text = Annotated[str, Field(min_length=1, max_length=TEXT)]
Asked = Annotated[str, Field(min_length=1, max_length=QUESTION)]
Earlier = Annotated[str, Field(max_length=EARLIER)]
Name = Annotated[str, Field(max_length=OPTION)]


class Exchange(BaseModel):
    """An earlier question and its answer."""

    question: Earlier
    answer: Earlier


class ToolSource(BaseModel):
    """A passage that an answer rests on; `number` is the [n] in the text."""

    number: int
    where: str
    text: str


class Said(BaseModel):
    """An answer with its sources; `found` is false where the documents do not tell."""

    text: str
    found: bool
    sources: list[ToolSource]
    note: str


class Found(BaseModel):
    """A passage; `support` from 0 to 1 is how well it bears on the query."""

    file: str
    where: str
    text: str
    support: float


def tool_server(speaking: Speaker) -> MCPServer[Any]:
    """An MCP server with the tools `ask` and `search`, or `summarize` where the prototype takes texts."""
    spec = speaking.prototype.spec
    server: MCPServer[Any] = MCPServer(
        spec.slug,
        title=spec.title,
        instructions=spec.pitch,
        version=protokit.__version__,
        log_level="WARNING",
    )
    makers = [_summarize] if spec.takes == "text" else [_ask, _search]
    for make in makers:
        server.add_tool(make(speaking), annotations=_READS)
    return server


def web_tools(speaking: Speaker, key: str, host: str) -> ASGIApp:
    """The same over HTTP at /mcp, for whoever shows `key`."""
    return ApiKeyMiddleware(tool_server(speaking).streamable_http_app(host=host), key)


def _ask(speaking: Speaker) -> Callable[..., Said]:
    def ask(
        question: Asked,
        earlier: Annotated[list[Exchange], Field(max_length=TURNS)] | None = None,
        file: Name = "",
    ) -> Said:
        """Answer a question from the documents of this prototype, with the passages the answer rests on.

        `earlier` holds the conversation so far, oldest first; `file` narrows it to one document.
        """
        turns = [Turn(exchange.question, exchange.answer) for exchange in earlier or []]
        options = {"file": file} if file else {}
        return _said(lambda: speaking.reply(question, turns, options, _CALLER))

    return ask


def _search(speaking: Speaker) -> Callable[..., list[Found]]:
    def search(
        query: Asked, limit: Annotated[int, Field(ge=1, le=MOST_PASSAGES)] = 6, file: Name = ""
    ) -> list[Found]:
        """Find the passages of this prototype's documents that bear most on a query, best first."""
        try:
            passages = speaking.assistant.knowledge.search(query, limit=limit, file=file or None)
        except VectorstoreError as problem:
            raise ToolError(str(problem)) from None
        return [Found(file=p.file, where=p.where, text=p.text, support=round(p.support, 3)) for p in passages]

    return search


def _summarize(speaking: Speaker) -> Callable[..., Said]:
    def summarize(text: Text, shape: Name = "bullets", length: Name = "medium") -> Said:
        """Summarize a text, each point with the sentence it comes from.

        `shape` is bullets, paragraph or actions; `length` is short, medium or long.
        """
        return _said(lambda: speaking.reply(text, (), {"shape": shape, "length": length}, _CALLER))

    return summarize


def _said(reply: Callable[[], Reply]) -> Said:
    try:
        answer = reply().answer
    except RuntimeProblem as problem:
        raise ToolError(problem.friendly) from None
    except ProtokitError as problem:
        raise ToolError(str(problem)) from None
    found = [
        ToolSource(number=c.number, where=c.passage.where, text=c.passage.text) for c in answer.citations
    ]
    return Said(text=answer.text, found=answer.found, sources=found, note=answer.note)
