"""The prototype's assistant as tools over the Model Context Protocol, for editors and agents."""

from collections.abc import Callable, Mapping, Sequence
from inspect import Parameter, Signature
from typing import Annotated, Any

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from mcp.types import ToolAnnotations
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp

import protokit
from protokit.deploy.serving.assistant_session import Speaker
from protokit.deploy.serving.auth import ApiKeyMiddleware
from protokit.deploy.serving.checked_tool import CheckedTool
from protokit.errors import ProtokitError
from protokit.prototype.ask import table_as_dict
from protokit.runtime.assistant import BaseAssistant, Input
from protokit.runtime.assistant_types import Turn
from protokit.runtime.reply import Reply
from protokit.runtime.runtime_errors import RuntimeProblem
from protokit.runtime.text_limits import EARLIER, OPTION, TEXT
from vectorstore.knowledge import KnowledgeBase
from vectorstore.text.query_limits import QUESTION, TURNS
from vectorstore.vectorstore_errors import VectorstoreError

MOST_PASSAGES = 20
_CALLER = "mcp"
_READS = ToolAnnotations(read_only_hint=True, open_world_hint=False)
_ACTS = ToolAnnotations(read_only_hint=False, destructive_hint=False, open_world_hint=False)

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


class ToolTable(BaseModel):
    """An answer that is a table; null where nothing is stated."""

    columns: list[str]
    rows: list[list[str | float | bool | None]]


class ToolAnswer(BaseModel):
    """An answer with its sources; `found` is false where the documents do not tell."""

    text: str
    found: bool
    sources: list[ToolSource]
    note: str
    table: ToolTable | None = None


class ToolPassage(BaseModel):
    """A passage; `support` from 0 to 1 is how well it bears on the query."""

    file: str
    where: str
    text: str
    support: float


def tool_server(speaking: Speaker) -> MCPServer[Any]:
    """An MCP server with the tool that the prototype's kind is asked by, and `search` where it has documents."""
    spec, assistant = speaking.prototype.spec, speaking.assistant
    hints = _ACTS if assistant.acts else _READS
    tools = [
        CheckedTool.from_function(
            _asking(speaking), assistant.verb, description=_told(assistant), annotations=hints
        )
    ]
    if knowledge := assistant.knowledge:
        tools.append(CheckedTool.from_function(_search(knowledge), annotations=_READS))
    return MCPServer(
        spec.slug,
        title=spec.title,
        instructions=spec.pitch,
        version=protokit.__version__,
        log_level="WARNING",
        tools=tools,
    )


def web_tools(speaking: Speaker, keys: Mapping[str, str], host: str, names: Sequence[str] = ()) -> ASGIApp:
    """The same over HTTP at /mcp, for whoever shows one of `keys`; `names` are host names of a proxy."""
    allowed = None
    if names:
        hosts = [*names, *(f"{name}:*" for name in names), "127.0.0.1:*", "localhost:*", "[::1]:*"]
        origins = [f"{scheme}://{each}" for each in hosts for scheme in ("http", "https")]
        allowed = TransportSecuritySettings(allowed_hosts=hosts, allowed_origins=origins)
    server = tool_server(speaking)

    @server.custom_route("/health", ["GET"])  # type: ignore[untyped-decorator]
    async def health(request: Request) -> JSONResponse:
        return JSONResponse({"status": "ok"})

    app = server.streamable_http_app(host=host, transport_security=allowed)
    return ApiKeyMiddleware(app, keys)


def _asking(speaking: Speaker) -> Callable[..., ToolAnswer]:
    """A function whose parameters are what the assistant takes, from which the tool's schema is made."""
    first, *others = speaking.assistant.inputs

    def ask(**given: Any) -> ToolAnswer:
        turns = [Turn(exchange.question, exchange.answer) for exchange in given.get("earlier") or []]
        options = {each.name: given[each.name] for each in others if given[each.name]}
        return _tool_answer(lambda: speaking.reply(given[first.name], turns, options, _CALLER))

    longest = QUESTION if first.kind == "question" else TEXT
    kinds: dict[str, Any] = {
        first.name: Annotated[
            str, Field(min_length=1, max_length=longest, description=_meaning(speaking.assistant))
        ]
    }
    defaults: dict[str, object] = {}
    if first.kind == "question":
        kinds["earlier"] = Annotated[list[Exchange], Field(max_length=TURNS)] | None
        defaults["earlier"] = None
    for each in others:
        longest = TEXT if each.kind == "text" else OPTION
        kinds[each.name] = Annotated[str, Field(max_length=longest, description=_choice(each))]
        if not each.required:
            defaults[each.name] = each.default
    parameters = [
        Parameter(name, Parameter.KEYWORD_ONLY, annotation=kind, default=defaults.get(name, Parameter.empty))
        for name, kind in kinds.items()
    ]
    ask.__signature__ = Signature(parameters, return_annotation=ToolAnswer)  # type: ignore[attr-defined]
    return ask


def _choice(choice: Input) -> str:
    return f"{choice.label}: {', '.join(choice.values)}" if choice.values else choice.label


def _meaning(assistant: BaseAssistant) -> str:
    """What the first argument is; of a form with its fields."""
    first, form = assistant.inputs[0], assistant.settings.form
    told = _choice(first) or first.name.capitalize()
    fields = [each.name if not each.choices else f"{each.name} ({', '.join(each.choices)})" for each in form]
    return f"{told}. Fields: {', '.join(fields)}" if fields else told


def _told(assistant: BaseAssistant) -> str:
    """What the tool does, and what its parameters mean."""
    first, *others = assistant.inputs
    earlier = ["`earlier` holds the conversation so far, oldest first."] if first.kind == "question" else []
    options = [f"`{each.name}`: {_choice(each)}." for each in others]
    taken = [f"`{first.name}`: {_meaning(assistant)}."] if first.label else []
    return "\n\n".join(filter(None, (assistant.description, " ".join([*taken, *earlier, *options]))))


def _search(knowledge: KnowledgeBase) -> Callable[..., list[ToolPassage]]:
    def search(
        query: Asked, limit: Annotated[int, Field(ge=1, le=MOST_PASSAGES)] = 6, file: Name = ""
    ) -> list[ToolPassage]:
        """Find the passages of this prototype's documents that bear most on a query, best first."""
        try:
            passages = knowledge.search(query, limit=limit, file=file or None)
        except VectorstoreError as problem:
            raise ToolError(str(problem)) from None
        return [
            ToolPassage(file=p.file, where=p.where, text=p.text, support=round(p.support, 3))
            for p in passages
        ]

    return search


def _tool_answer(reply: Callable[[], Reply]) -> ToolAnswer:
    try:
        answer = reply().answer
    except RuntimeProblem as problem:
        raise ToolError(problem.friendly) from None
    except ProtokitError as problem:
        raise ToolError(str(problem)) from None
    sources = [
        ToolSource(number=c.number, where=c.passage.where, text=c.passage.text) for c in answer.citations
    ]
    table = ToolTable(**fields) if (fields := table_as_dict(answer)) else None
    return ToolAnswer(text=answer.text, found=answer.found, sources=sources, note=answer.note, table=table)
