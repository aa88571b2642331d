"""Lets a language model draft what a prototype says of itself; what it writes is checked, mended once, or refused."""

import json
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from protokit.drafting.llm_reply import Draftsman, json_object
from protokit.errors import SpecProblem
from protokit.files.placeholders import fill
from protokit.runtime.models.offline_engine import OfflineEngine
from protokit.runtime.runtime_errors import ModelProblem
from protokit.runtime.settings import MODEL
from protokit.spec.names import clean_name, slug_of
from protokit.spec.prototype_spec import Spec, schema, spec_fields
from protokit.spec.yaml_io import convert

FIELDS = ("title", "pitch", "audience", "persona", "tone", "welcome", "starter_questions", "will_not")
"""What a model may write. What a prototype costs, runs and reads is decided by people."""
_LONGEST_OUTLINE = 6000
"""Characters of the documents' outline that are sent."""


@dataclass(frozen=True, slots=True)
class Drafted:
    """A whole, valid Spec and how it came about."""

    spec: Spec
    note: str
    """For the person: who drafted it, or why the model did not."""
    by_model: bool = False


def drafting_model(wished: str) -> str:
    """Return the model that drafts: the wished one, else the one of the environment; empty where both are offline."""
    named = wished if wished != OfflineEngine.name else os.environ.get(MODEL, OfflineEngine.name)
    return "" if named == OfflineEngine.name else named


def draft_by_model(model: str, spec: Spec, *, outline: str = "", decided: Collection[str] = ()) -> Drafted:
    """Return `spec`, the offline draft, as `model` words it; as it is, with the reason, where that fails.

    `outline` says what the documents are about; the fields `decided` are the person's own. Never raises for a
    model that is down, slow, not installed, or writes something else than asked.
    """
    open_fields = [
        name for name in FIELDS if name not in decided and (outline or name != "starter_questions")
    ]
    try:
        _require_key(model)
        shape, draftsman = _schema(tuple(open_fields)), Draftsman(model)
        check = partial(_checked, spec=spec, open_fields=open_fields)
        worded = draftsman.ask(fill(_text(), {"schema": shape}), _material(spec, outline), shape, check)
        return Drafted(worded, f"drafted by {model} ({draftsman.bill})", True)
    except (ModelProblem, SpecProblem) as problem:
        return Drafted(spec, f"drafted offline: {problem}")


def _checked(reply: str, spec: Spec, open_fields: Collection[str]) -> Spec:
    """Return `spec` with what `reply` says. Raises ProtokitError naming what is wrong with it."""
    said = json_object(reply)
    if unknown := sorted(set(said) - set(open_fields)):
        raise SpecProblem(f"{unknown[0]}: not a field to write here", fix=f"Known: {', '.join(open_fields)}")
    if unshowable := [name for name, value in said.items() if not _is_showable(value)]:
        raise SpecProblem(f"{unshowable[0]}: holds a character that cannot be shown")
    named = clean_name(said["title"]) if isinstance(said.get("title"), str) else spec.title
    merged = {**spec_fields(spec), **said}
    if named != spec.title:
        merged |= {"title": named, "slug": slug_of(named)}
    return convert(Spec, merged, where="draft")


def _is_showable(value: object) -> bool:
    lines = value if isinstance(value, list) else [value]
    return all(line.isprintable() for line in lines if isinstance(line, str))


def _material(spec: Spec, outline: str) -> str:
    draft = {name: value for name, value in spec_fields(spec).items() if name in FIELDS}
    parts = {
        "The line": spec.prompt,
        "The draft": json.dumps(draft, ensure_ascii=False, indent=1),
        "Answers are given in": spec.language,
        "Outline of the documents": outline[:_LONGEST_OUTLINE],
    }
    return "\n\n".join(f"## {name}\n\n{text}" for name, text in parts.items() if text)


@cache
def _schema(open_fields: tuple[str, ...]) -> str:
    """The JSON Schema of the Spec, narrowed to the fields that may be written."""
    whole: Mapping[str, Any] = json.loads(schema())
    fields = whole["$defs"]["Spec"]["properties"]
    narrowed = {name: fields[name] for name in open_fields}
    return json.dumps({"type": "object", "properties": narrowed, "additionalProperties": False}, indent=1)


def _text() -> str:
    return Path(__file__).with_suffix(".md").read_text(encoding="utf-8").strip()


def is_reachable(model: str) -> bool:
    """Return whether anybody could answer: a key or a server is set, where `model` needs one."""
    try:
        _require_key(model)
    except ModelProblem:
        return False
    return True


def _require_key(model: str) -> None:
    """Raise ModelProblem where it is plain that nobody would answer, before a second is spent on imports."""
    if model.startswith("openai:") and not (
        os.environ.get("OPENAI_API_KEY") or os.environ.get("OPENAI_BASE_URL")
    ):
        raise ModelProblem(f"model {model}: OPENAI_API_KEY is not set.")
