"""Composes `instructions.md`, the page that tells the assistant how to behave, from a Spec and the blueprint's text."""

from pathlib import Path

from protokit.files.layout import INSTRUCTIONS_FILE
from protokit.files.placeholders import fill
from protokit.runtime.prototype_fields import Constraint
from protokit.spec.lexicon import language_name
from protokit.spec.prototype_spec import Spec
from protokit.spec.yaml_io import read_text


def instructions(spec: Spec, blueprint: Path) -> str:
    """Return the text of `instructions.md` for `spec`: the one in the folder `blueprint`, its [[tokens]] filled in.

    Each token is replaced once, and what is put in is never searched for tokens. Raises SpecProblem.
    """
    words = {
        "title": spec.title,
        "persona": spec.persona,
        "audience": spec.audience,
        "tone": spec.tone,
        "wishes": _bullets(instruction_lines(spec)),
        "will_not": _bullets(tuple(f"{phrase[:1].upper()}{phrase[1:]}." for phrase in spec.will_not)),
    }
    return fill(read_text(blueprint / INSTRUCTIONS_FILE), words)


def instruction_lines(spec: Spec) -> tuple[str, ...]:
    """Return one sentence to the assistant for the language and for each constraint of `spec`."""
    lines = [_stated(wish) for wish in spec.constraints if wish.kind not in ("language", "never")]
    return (_language(spec), *(line for line in lines if line))


def _language(spec: Spec) -> str:
    name = language_name(spec.language)
    if any(wish.kind == "language" for wish in spec.constraints):
        return f"Answer in {name}, whatever language the question is in."
    return f"Answer in the language of the question; when in doubt, in {name}."


def _stated(wish: Constraint) -> str:
    lines = {
        "max_words": f"Use no more than {wish.value} words an answer.",
        "only_documents": "Say only what stands in the documents; add nothing from general knowledge.",
        "audience": f"Write for {wish.value}: use their words and explain what they may not know.",
        "only_for": f"This is for {wish.value} alone: tell anybody else so, kindly.",
        "only": f"Answer questions about {wish.value} alone; decline everything else.",
        "budget": f"Keep whatever you propose within {wish.value}.",
        "opening": f"The page writes \u201c{wish.value}\u201d before each answer; do not repeat it.",
        "disclaimer": f"The page writes \u201c{wish.value}\u201d below each answer; do not repeat it.",
        "currency": f"Give prices and amounts in {wish.value}; never convert a figure yourself.",
        "tone": f"Keep the tone {wish.value}.",
        "format": f"Give the answer as {wish.value}."
        if not str(wish.value).startswith("at most")
        else f"Use {wish.value}.",
    }
    return lines.get(wish.kind, "")


def _bullets(lines: tuple[str, ...]) -> str:
    return "\n".join(f"- {line}" for line in lines)
