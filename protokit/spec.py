"""Spec: what a prototype should be, as its `prototype.yaml` says it; checked here and nowhere else."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from protokit.errors import SpecProblem

SCHEMA = 1
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same, ten times as fast, where libyaml is there
SPEC_FILE = "prototype.yaml"
SCHEMA_FILE = ".protokit/prototype.schema.json"

Screen = Literal["streamlit", "gradio"]
SCREENS: tuple[Screen, ...] = ("streamlit", "gradio")

Line = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\r\n]*$")]
Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
Model = TypeVar("Model", bound=BaseModel)
Slug = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


class Strict(BaseModel):
    """Frozen, and a field nobody knows is an error: a typo must not be swallowed."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Constraint(Strict):
    """One wish in the prompt that can be stated to the assistant and checked in its answers."""

    kind: Literal[
        "max_words", "language", "only_documents", "audience", "never", "currency", "tone", "format"
    ]
    value: str | int = ""
    """What the kind needs: 50 for max_words, "es" for language, "legal advice" for never, "EUR" for currency."""
    words: str = ""
    """The words of the prompt it came from."""


class Limits(Strict):
    """What a prototype may spend; an absent limit is no limit."""

    dollars_per_day: float | None = Field(None, ge=0)
    dollars_total: float | None = Field(None, ge=0)
    tokens_per_session: int | None = Field(None, ge=1)
    questions_per_minute: int | None = Field(None, ge=1)


class Spec(Strict):
    """Everything a person can decide about a prototype, in the order they would read it."""

    schema_version: int = Field(SCHEMA, alias="schema", ge=1, le=SCHEMA)
    title: Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\r\n]*$")]
    slug: Slug
    pitch: Line
    """One sentence under the title."""
    prompt: Annotated[str, Field(max_length=2000)] = ""
    """The line it was made from, as typed."""
    blueprint: Line
    """Name and version, "rag-search@1.0.0"."""
    screen: Screen = "streamlit"
    takes: Literal["question", "text"] = "question"
    """What a visitor hands to it: a question about the documents, or a text to work on."""
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}$")] = "en"
    """ISO 639 code of the language that answers are written in."""
    audience: Line = "colleagues"
    persona: Line = "a helpful assistant"
    tone: Line = "friendly and brief"
    welcome: Annotated[str, Field(max_length=400)] = "Hello! What would you like to know?"
    starter_questions: tuple[Line, ...] = Field((), max_length=8)
    will_not: tuple[Line, ...] = Field((), max_length=12)
    """What it declines, each a short phrase: "give legal advice"."""
    constraints: tuple[Constraint, ...] = Field((), max_length=20)
    domain: Line = "general"
    emoji: Annotated[str, Field(min_length=1, max_length=8)] = "💬"
    accent: Colour = "#4f46e5"
    model: Line = "offline"
    """"offline", "openai:NAME" or "provider:NAME"."""
    embedding: Line = "default"
    fall_back_offline: bool = True
    """Whether the offline engine answers when the model cannot."""
    context_tokens: int = Field(4096, ge=512, le=2_000_000)
    mask_personal_data: bool = False
    limits: Limits = Limits()
    prices: dict[str, tuple[float, float]] = {}
    """Dollars a million tokens in and out, by model, where they differ from the public table."""

    model_config = ConfigDict(populate_by_name=True)


def read_spec(path: Path) -> Spec:
    """Return the Spec in the file `path`, or raise SpecProblem with file, field and line."""
    return parse_spec(read_text(path), where=path.name)


def parse_spec(text: str, *, where: str = SPEC_FILE) -> Spec:
    """Return the Spec that the YAML `text` holds; `where` names it in errors."""
    return validate(Spec, text, where=where)


def write_spec(spec: Spec) -> str:
    """Return `spec` as YAML that `parse_spec` reads back to an equal Spec. User text only ever goes through here."""
    fields = spec.model_dump(mode="json", by_alias=True, exclude_defaults=False)
    kept = {name: value for name, value in fields.items() if value not in ([], {}, None)}
    if not any(spec.limits.model_dump().values()):
        kept.pop("limits", None)
    head = "# What this prototype is. Change a line, save, reload the page.\n"
    head += f"# yaml-language-server: $schema={SCHEMA_FILE}\n"
    return head + dump_yaml(kept)


def schema() -> str:
    """Return the JSON Schema of `prototype.yaml`, by which editors complete and check it."""
    return json.dumps(Spec.model_json_schema(), indent=1)


def dump_yaml(value: object) -> str:
    """Return `value` as readable YAML: order kept, no line folding, any script as it is."""
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=1000)


def read_text(path: Path) -> str:
    """Return a UTF-8 file's text, or say plainly why not."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SpecProblem("no such file", where=str(path), fix="Is this the right folder?") from None
    except UnicodeDecodeError:
        raise SpecProblem("not UTF-8 text", where=path.name, fix="Save it as UTF-8.") from None


def validate(model: type[Model], text: str, *, where: str) -> Model:
    """Return `text` (YAML) as a `model`; any mistake becomes one SpecProblem with field and line."""
    fields = load_yaml(text, where=where)
    if not isinstance(fields, dict):
        raise SpecProblem(
            "expected fields like `title: ...`", where=where, fix="See README.md for an example."
        )
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        raise SpecProblem("; ".join(_explained(error, text, model)), where=where) from None


def load_yaml(text: str, *, where: str) -> Any:
    """Return what YAML `text` holds; a syntax error names the line."""
    try:
        return yaml.load(text, Loader=_LOADER)
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise SpecProblem(
            f"not valid YAML ({problem})", where=where + line, fix="Put quotes around the text."
        ) from None


def _explained(error: ValidationError, text: str, model: type[BaseModel]) -> Iterator[str]:
    known = [field.alias or name for name, field in model.model_fields.items()]
    for problem in error.errors(include_url=False):
        path = [str(step) for step in problem["loc"]]
        line = _line_of(path, text)
        at = ".".join(path) + (f" (line {line})" if line else "")
        if problem["type"] == "extra_forbidden":
            near = _nearest(path[-1], known) if len(path) == 1 else ""
            yield f"{at}: no such field" + (f". Did you mean {near}?" if near else "")
        elif problem["type"] == "missing":
            yield f"{at}: missing"
        elif problem["type"] == "literal_error":
            expected = problem.get("ctx", {}).get("expected", "").replace("'", "")
            near = _nearest(str(problem["input"]), re.findall(r"[\w-]+", expected))
            yield f'{at}: "{problem["input"]}" is not {expected}' + (
                f". Did you mean {near}?" if near else ""
            )
        else:
            yield f"{at}: {problem['msg'][:1].lower()}{problem['msg'][1:]}, not {_shown(problem['input'])}"


def _nearest(given: str, known: list[str]) -> str:
    from difflib import get_close_matches

    return next(iter(get_close_matches(given.lower(), known, n=1, cutoff=0.6)), "")


def _shown(value: object) -> str:
    return _cut(repr(value) if isinstance(value, str) else str(value))


def _cut(text: str, most: int = 60) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _line_of(path: list[str], text: str) -> int | None:
    """The line (from 1) where the YAML node at `path` starts, None when it is not there."""
    node: Any = yaml.compose(text, Loader=_LOADER)
    line = None
    for step in path:
        if isinstance(node, yaml.MappingNode):
            pair = next((pair for pair in node.value if pair[0].value == step), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode) and step.isdigit() and int(step) < len(node.value):
            node = node.value[int(step)]
            line = node.start_mark.line + 1
        else:
            break
    return line
