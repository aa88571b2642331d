"""Spec: what a prototype should be, as its `prototype.yaml` says it; checked here and nowhere else."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, field

from protokit.files.layout import SCHEMA_FILE, SPEC_FILE
from protokit.spec.yaml_io import Strict, dump_yaml, read_text, validate

SCHEMA = 1

Screen = Literal["streamlit", "gradio"]
SCREENS: tuple[Screen, ...] = ("streamlit", "gradio")
PROVIDERS = tuple(
    "openai anthropic anthropic_bedrock azure_ai azure_openai baseten bedrock bedrock_converse bedrock_mantle_anthropic"
    " bedrock_mantle_openai cohere deepseek fireworks google_anthropic_vertex google_genai google_vertexai groq"
    " huggingface ibm langsmith litellm meta mistralai nvidia ollama openrouter perplexity together upstage xai".split()
)
"""Whose models `PROVIDER:NAME` can name: what LangChain's `init_chat_model` knows."""

Line = Annotated[
    str, Meta(min_length=1, max_length=200, pattern=r"^[^\r\n]*$", description="text on one line")
]
Colour = Annotated[str, Meta(pattern=r"^#[0-9a-fA-F]{6}$", description="a colour such as #4f46e5")]
Slug = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=60,
        pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$",
        description="small letters, digits and single hyphens",
    ),
]
Dollars = Annotated[float, Meta(ge=0)]
Count = Annotated[int, Meta(ge=1)]
Share = Annotated[float, Meta(ge=0, le=1)]
Seconds = Annotated[float, Meta(gt=0)]
Value = str | bool | int | float
"""Of a parameter."""


class Constraint(Strict, frozen=True, kw_only=True):
    """One wish in the prompt that can be stated to the assistant and checked in its answers."""

    kind: Literal[
        "max_words", "language", "only_documents", "audience", "never", "currency", "tone", "format"
    ]
    value: str | int = ""
    """What the kind needs: 50 for max_words, "es" for language, "legal advice" for never, "EUR" for currency."""
    words: str = ""
    """The words of the prompt it came from."""


class LimitSettings(Strict, frozen=True, kw_only=True):
    """What a prototype may spend; an absent limit is no limit."""

    dollars_per_day: Dollars | None = None
    dollars_total: Dollars | None = None
    tokens_per_session: Count | None = None
    questions_per_minute: Count | None = None


class Thresholds(Strict, frozen=True, kw_only=True):
    """What `protokit eval` must find for a change to pass; an absent threshold is none. Shares are 0 to 1."""

    right: Share | None = None
    citations: Share | None = None
    refusals: Share | None = None
    grounded: Share | None = None
    p95_seconds: Seconds | None = None
    """For the whole answer."""
    dollars_per_answer: Dollars | None = None


class BlueprintSource(Strict, frozen=True, kw_only=True):
    """Where a blueprint from elsewhere was fetched, and exactly what was."""

    url: Line
    """As it was asked for, "git+https://example.org/team/blueprints@v1.0.0#policy-search"."""
    commit: Annotated[str, Meta(pattern=r"^[0-9a-f]{40,64}$", description="the id of a commit")]


class Spec(Strict, frozen=True, kw_only=True):
    """Everything a person can decide about a prototype, in the order they would read it."""

    schema_version: Annotated[int, Meta(ge=1, le=SCHEMA)] = field(default=SCHEMA, name="schema")
    title: Annotated[str, Meta(min_length=1, max_length=80, pattern=r"^[^\r\n]*$")]
    slug: Slug
    pitch: Line
    """One sentence under the title."""
    prompt: Annotated[str, Meta(max_length=2000)] = ""
    """The line it was made from, as typed."""
    blueprint: Line
    """Name and version, "rag-search@1.0.0"."""
    source: BlueprintSource | None = None
    """Where the blueprint was fetched; absent for one that is installed."""
    parameters: dict[str, Value] = field(default_factory=dict)
    """What the blueprint lets a person decide; `protokit blueprint show` tells what each means."""
    screen: Screen = "streamlit"
    takes: Literal["question", "text"] = "question"
    """What a visitor hands to it: a question about the documents, or a text to work on."""
    language: Annotated[str, Meta(pattern=r"^[a-z]{2,3}$", description="a language code such as en")] = "en"
    """ISO 639 code of the language that answers are written in."""
    audience: Line = "colleagues"
    persona: Line = "a helpful assistant"
    tone: Line = "friendly and brief"
    welcome: Annotated[str, Meta(max_length=400)] = "Hello! What would you like to know?"
    starter_questions: Annotated[tuple[Line, ...], Meta(max_length=8)] = ()
    will_not: Annotated[tuple[Line, ...], Meta(max_length=12)] = ()
    """What it declines, each a short phrase: "give legal advice"."""
    constraints: Annotated[tuple[Constraint, ...], Meta(max_length=20)] = ()
    domain: Line = "general"
    emoji: Annotated[str, Meta(min_length=1, max_length=8)] = "💬"
    accent: Colour = "#4f46e5"
    model: Line = "offline"
    """"offline", "openai:NAME" or "provider:NAME"."""
    embedding: Line = "default"
    fall_back_offline: bool = True
    """Whether the offline engine answers when the model cannot."""
    context_tokens: Annotated[int, Meta(ge=512, le=2_000_000)] = 4096
    max_tokens: Annotated[int, Meta(ge=16, le=200_000)] | None = None
    """The longest answer of a model; absent for 1,024 tokens, 8,192 where the model reasons first."""
    temperature: Annotated[float, Meta(ge=0, le=2)] | None = None
    """How freely a model chooses its words; absent leaves it to the server."""
    mask_personal_data: bool = False
    visitor_uploads: bool = False
    """Whether visitors of an exported page may upload files: for themselves alone, and for the visit. In a Hub each
    link decides; in `protokit run` you may."""
    limits: LimitSettings = LimitSettings()
    prices: dict[str, tuple[float, float]] = field(default_factory=dict)
    """Dollars a million tokens in and out, by model, where they differ from the public table; [0, 0] is free."""
    compare_cost_to: Line | None = None
    """A model whose price for the same tokens is shown beside each answer."""
    thresholds: Thresholds = Thresholds()


def read_spec(path: Path) -> Spec:
    """Return the Spec in the file `path`, or raise SpecProblem with file, field and line."""
    return parse_spec(read_text(path), where=path.name)


def parse_spec(text: str, *, where: str = SPEC_FILE) -> Spec:
    """Return the Spec that the YAML `text` holds; `where` names it in errors."""
    return validate(Spec, text, where=where)


def spec_of(fields: Mapping[str, object]) -> Spec:
    """Return the Spec of checked `fields`. Raises msgspec.ValidationError: the program's mistake."""
    return msgspec.convert(fields, Spec)


def spec_fields(spec: Spec) -> dict[str, Any]:
    """Return the fields of `spec` as JSON has them."""
    fields: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(spec))
    return fields


def write_spec(spec: Spec) -> str:
    """Return `spec` as YAML that `parse_spec` reads back to an equal Spec. User text only ever goes through here."""
    fields = spec_fields(spec)
    for group in ("limits", "thresholds"):
        fields[group] = {name: value for name, value in fields[group].items() if value is not None}
    kept = {name: value for name, value in fields.items() if value not in ([], {}, None)}
    head = "# What this prototype is. Change a line, save, reload the page.\n"
    head += f"# yaml-language-server: $schema={SCHEMA_FILE}\n"
    return head + dump_yaml(kept)


def schema() -> str:
    """Return the JSON Schema of `prototype.yaml`, by which editors complete and check it."""
    return json.dumps(msgspec.json.schema(Spec), indent=1)
