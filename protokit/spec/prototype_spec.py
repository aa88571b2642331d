"""Spec: what a prototype should be, as its `prototype.yaml` says it; checked here and nowhere else."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta, field

from protokit.files.layout import SCHEMA_FILE, SPEC_FILE
from protokit.runtime.prototype_fields import AgentLimits, Dollars, InputKind, Line, PrototypeFields
from protokit.runtime.yaml_checks import Strict
from protokit.spec.yaml_io import dump_yaml, read_text, validate

SCHEMA = 1
_ORDER = (
    "schema id title slug pitch prompt blueprint source parameters screen takes language audience persona tone welcome"
    " fields actions starter_questions will_not constraints domain".split()
)
"""The fields that a person reads first; the others follow."""

_OF_LABELS = ("labels", "several_labels", "largest_error", "criteria")
"""Fields that say nothing where there are no labels."""
_OF_TEXTS = ("writes", "form", "text_rules")
"""The same where there is no form."""

PROVIDERS = tuple(
    "openai anthropic anthropic_bedrock azure_ai azure_openai baseten bedrock bedrock_converse bedrock_mantle_anthropic"
    " bedrock_mantle_openai cohere deepseek fireworks google_anthropic_vertex google_genai google_vertexai groq"
    " huggingface ibm langsmith litellm meta mistralai nvidia ollama openrouter perplexity together upstage xai".split()
)
"""Whose models `PROVIDER:NAME` can name: what LangChain's `init_chat_model` knows."""

Slug = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=60,
        pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$",
        description="small letters, digits and single hyphens",
    ),
]
Share = Annotated[float, Meta(ge=0, le=1)]
Seconds = Annotated[float, Meta(gt=0)]


class Thresholds(Strict, frozen=True, kw_only=True):
    """What `protokit eval` must find for a change to pass; an absent threshold is none. Shares are 0 to 1."""

    right: Share | None = None
    citations: Share | None = None
    refusals: Share | None = None
    grounded: Share | None = None
    p95_seconds: Seconds | None = None
    """For the whole answer."""
    dollars_per_answer: Dollars | None = None


class SuccessCriterion(Strict, frozen=True, kw_only=True):
    """What one number has to be for the idea to be a good one; `protokit metrics` lists the numbers."""

    metric: Line
    at_least: float | None = None
    at_most: float | None = None
    """One of the two; shares are 0 to 1, times seconds, costs US dollars."""
    cases: Annotated[int, Meta(ge=1)] | None = None
    """The fewest cases that count; absent for the metric's own."""


class BlueprintSource(Strict, frozen=True, kw_only=True):
    """Where a blueprint from elsewhere was fetched, and exactly what was."""

    url: Line
    """As it was asked for, "git+https://example.org/team/blueprints@v1.0.0#policy-search"."""
    commit: Annotated[str, Meta(pattern=r"^[0-9a-f]{40,64}$", description="the id of a commit")]


if TYPE_CHECKING:
    Assumptions = dict[str, float]
else:
    Assumptions = Annotated[dict[str, float], Meta(max_length=40)]


class Spec(PrototypeFields, frozen=True, kw_only=True):
    """Everything a person can decide about a prototype."""

    schema_version: Annotated[int, Meta(ge=1, le=SCHEMA)] = field(default=SCHEMA, name="schema")
    slug: Slug
    pitch: Line
    """One sentence under the title."""
    prompt: Annotated[str, Meta(max_length=2000)] = ""
    """The line it was made from, as typed."""
    blueprint: Line
    """Name and version, "rag-search@1.0.0"."""
    source: BlueprintSource | None = None
    """Where the blueprint was fetched; absent for one that is installed."""
    takes: InputKind = "question"
    """What a visitor hands to it first."""
    audience: Line = "colleagues"
    persona: Line = "a helpful assistant"
    tone: Line = "friendly and brief"
    domain: Line = "general"
    thresholds: Thresholds = Thresholds()
    hypothesis: Annotated[str, Meta(max_length=400)] = ""
    """What the prototype is to show: "We believe WHO will WHAT; we will know when NUMBER by DATE"."""
    success: Annotated[tuple[SuccessCriterion, ...], Meta(max_length=12)] = ()
    """When it is a good idea; `protokit memo` says whether it is."""
    assumptions: Assumptions = field(default_factory=dict)
    """What the business case takes for granted, by name; `protokit case` lists them with the usual values."""


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
    return {name: fields.pop(name) for name in _ORDER} | fields


def write_spec(spec: Spec) -> str:
    """Return `spec` as YAML that `parse_spec` reads back to an equal Spec. User text only ever goes through here."""
    head = "# What this prototype is. Change a line, save, reload the page.\n"
    head += f"# yaml-language-server: $schema={SCHEMA_FILE}\n"
    return head + dump_yaml(told_fields(spec))


def told_fields(spec: Spec) -> dict[str, Any]:
    """Return the fields of `spec` that its prototype.yaml holds, without those that say nothing."""
    fields = spec_fields(spec)
    for group in ("limits", "thresholds"):
        fields[group] = {name: value for name, value in fields[group].items() if value is not None}
    usual: tuple[object, ...] = ("", [], False)
    fields["fields"] = [
        {name: value for name, value in each.items() if value not in usual} for each in fields["fields"]
    ]
    fields["checklist"] = [
        {name: value for name, value in each.items() if value} for each in fields["checklist"]
    ]
    if not spec.checklist:
        del fields["checklist"]
    fields["actions"] = _without_usual(fields["actions"])
    if spec.agent_limits == AgentLimits():
        del fields["agent_limits"]
    for group in _OF_TEXTS[1:]:
        fields[group] = [
            {
                name: value
                for name, value in each.items()
                if value is not False and value not in ("", [], None)
            }
            for each in fields[group]
        ]
    if not spec.form:
        fields = {name: value for name, value in fields.items() if name not in _OF_TEXTS}
    fields["labels"] = [{name: value for name, value in each.items() if value} for each in fields["labels"]]
    fields["criteria"] = [
        {name: value for name, value in each.items() if value and (name, value) != ("weight", 1.0)}
        for each in fields["criteria"]
    ]
    if not spec.labels:
        fields = {name: value for name, value in fields.items() if name not in _OF_LABELS}
    fields["success"] = [{n: v for n, v in each.items() if v is not None} for each in fields["success"]]
    fields = {name: value for name, value in fields.items() if name not in ("id", "hypothesis") or value}
    if not spec.several_records:
        del fields["several_records"]
    return {name: value for name, value in fields.items() if value not in ([], {}, None)}


def _without_usual(actions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Actions as a person writes them: what is as usual is left out."""
    plain: list[dict[str, Any]] = []
    for action in actions:
        fields = [
            {
                name: value
                for name, value in each.items()
                if value not in ("", [], None) and (name, value) != ("required", True)
            }
            for each in action["fields"]
        ]
        kept = {name: value for name, value in action.items() if value not in ("", [], {})}
        plain.append(
            {
                **kept,
                "fields": [{n: v for n, v in each.items() if (n, v) != ("future", False)} for each in fields],
            }
        )
    return plain


def schema() -> str:
    """Return the JSON Schema of `prototype.yaml`, by which editors complete and check it."""
    return json.dumps(msgspec.json.schema(Spec), indent=1)
