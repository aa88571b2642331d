"""Lets a language model invent sample documents for one idea; what does not hold together is left out and named."""

import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta

from protokit.catalog.blueprint import Blueprint
from protokit.drafting.llm_reply import Draftsman, json_object
from protokit.drafting.sample_checks import contradictions, document_problem, supported
from protokit.drafting.starters.document_preview import preview_documents
from protokit.errors import ProtokitError, SpecProblem
from protokit.files.placeholders import fill
from protokit.runtime.models.turn_cost import dollars_of_turn
from protokit.runtime.prototype_fields import ExtractionField, Label, SampleDocuments
from protokit.runtime.runtime_errors import ModelProblem
from protokit.runtime.yaml_checks import Strict
from protokit.spec.names import slug_of
from protokit.spec.prototype_spec import Spec, spec_fields
from protokit.spec.yaml_io import convert

MOST_TOKENS = 6000
"""Of the reply: six documents, their questions and fields."""
MOST_DOLLARS, LIMIT = 0.25, "PROTOKIT_DRAFT_DOLLARS"
"""What inventing the documents of one prototype may cost, and the environment variable that says otherwise."""
MARK = "invented for this demo"
_FEWEST, _MOST, _STARTERS = 3, 6, 4
T = TypeVar("T", bound=Strict)
_Text = Annotated[str, Meta(min_length=1, max_length=12_000)]


class InventedDocument(Strict, frozen=True, kw_only=True):
    """One document as a model writes it."""

    name: Annotated[str, Meta(min_length=1, max_length=80)]
    text: _Text


class InventedQuestion(Strict, frozen=True, kw_only=True):
    """A question with the words that answer it."""

    question: Annotated[str, Meta(min_length=5, max_length=200)]
    answer: Annotated[str, Meta(min_length=1, max_length=300)]
    document: str


class Invention(Strict, frozen=True, kw_only=True):
    """What is asked of the model. Parts are checked one by one."""

    organisation: Annotated[str, Meta(min_length=1, max_length=80, pattern=r"^[^\r\n]*$")]
    documents: tuple[Any, ...]
    questions: tuple[Any, ...] = ()
    fields: tuple[Any, ...] = ()
    labels: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class InventedSamples:
    """Documents that hold together, with the rows of questions.yaml that they answer."""

    documents: Mapping[str, str]
    """Name below `knowledge/` -> text."""
    rows: Sequence[dict[str, Any]]
    samples: SampleDocuments
    fields: tuple[ExtractionField, ...]
    labels: tuple[Label, ...]
    dropped: tuple[str, ...]
    """What was left out, and why."""

    @property
    def starters(self) -> tuple[str, ...]:
        """The questions that are offered on the page."""
        return tuple(row["question"] for row in self.rows if row.get("starter"))


def invent_samples(model: str, spec: Spec, blueprint: Blueprint) -> tuple[InventedSamples | None, str]:
    """Return sample documents for `spec` that `model` invents, and a note; None where that fails or costs too much.

    Never raises for a model that is down, slow, or writes something else than asked.
    """
    most = _dollars_at_most(model)
    limit = _limit()
    if most is not None and most > limit:
        return (
            None,
            f"documents: not invented, as that may cost ${most:.2f} and ${limit:.2f} is the limit ({LIMIT})",
        )
    draftsman = Draftsman(model, MOST_TOKENS)
    try:
        invented = draftsman.ask(
            _instructions(spec, blueprint), _material(spec), _schema(), _checked(spec, model)
        )
    except (ModelProblem, SpecProblem) as problem:
        return None, f"documents: those of protokit, as {problem} ({draftsman.bill})"
    left = f"; left out: {'; '.join(invented.dropped)}" if invented.dropped else ""
    counts = f"{len(invented.documents)} documents and {len(invented.rows)} questions"
    return invented, f"documents: {counts} {MARK} by {model} ({draftsman.bill}){left}"


def announce(model: str) -> str:
    """Return what to tell before `model` is asked: what it may cost."""
    most = _dollars_at_most(model)
    price = (
        "at a price that nobody knows here"
        if most is None
        else f"for ${most:.2f} at most"
        if most
        else "for free"
    )
    return f"{model} words the draft and invents the sample documents, {price} ({2 * MOST_TOKENS:,} tokens at most)"


def _limit() -> float:
    try:
        return float(os.environ.get(LIMIT, MOST_DOLLARS))
    except ValueError:
        raise SpecProblem(f"{LIMIT} is no number", fix="Write dollars, for example 0.25.") from None


def _dollars_at_most(model: str) -> float | None:
    """The price where the model is asked twice and writes as much as it may."""
    return dollars_of_turn(model, 2 * MOST_TOKENS, 2 * MOST_TOKENS, {})


def _checked(spec: Spec, model: str) -> Any:
    def check(reply: str) -> InventedSamples:
        invention = convert(Invention, json_object(reply), where="draft")
        documents, dropped = _documents(invention, spec.language)
        if len(documents) < _FEWEST:
            raise SpecProblem(
                f"only {len(documents)} of the documents can be used ({'; '.join(dropped) or 'too few'})"
            )
        rows, lost = _rows(invention.questions, documents)
        fields, wrong_fields = _parts(ExtractionField, invention.fields, "field")
        labels, wrong_labels = _parts(Label, invention.labels, "label")
        marked = {name: _marked(text, model) for name, text in documents.items()}
        about = f"{invention.organisation}, {MARK}"
        return InventedSamples(
            marked,
            rows,
            SampleDocuments(about=about[:200], files=tuple(marked)),
            fields if len(fields) > 1 else (),
            labels if len(labels) > 1 else (),
            (*dropped, *lost, *wrong_fields, *wrong_labels),
        )

    return check


def _documents(invention: Invention, language: str) -> tuple[dict[str, str], list[str]]:
    """File name -> text of the documents that can be used, and why others cannot."""
    documents: dict[str, str] = {}
    dropped: list[str] = []
    for number, raw in enumerate(invention.documents, 1):
        try:
            each = convert(InventedDocument, raw if isinstance(raw, dict) else {}, where=f"document {number}")
            name = f"{slug_of(each.name.removesuffix('.md'))}.md"
        except ProtokitError as problem:
            dropped.append(str(problem))
            continue
        problem_of = (
            f"more than {_MOST}"
            if len(documents) == _MOST
            else "its name is taken"
            if name in documents
            else document_problem(each.text, language) or contradictions(each.text, documents)
        )
        if problem_of:
            dropped.append(f"{name}: {problem_of}")
        else:
            documents[name] = each.text.strip() + "\n"
    return documents, dropped


def _rows(questions: Sequence[Any], documents: Mapping[str, str]) -> tuple[list[dict[str, Any]], list[str]]:
    """Rows for questions.yaml of the questions that the offline engine answers as the model says."""
    rows: list[dict[str, Any]] = []
    dropped: list[str] = []
    with tempfile.TemporaryDirectory(prefix="protokit-") as aside:
        paths = {name: Path(aside, name) for name in documents}
        for name, path in paths.items():
            path.write_text(documents[name], encoding="utf-8")
        with preview_documents(paths) as trial:
            for number, raw in enumerate(questions[:12], 1):
                try:
                    where = f"question {number}"
                    each = convert(InventedQuestion, raw if isinstance(raw, dict) else {}, where=where)
                except ProtokitError as problem:
                    dropped.append(str(problem))
                    continue
                name = f"{slug_of(each.document.removesuffix('.md'))}.md"
                if why := supported(each.question, each.answer, documents.get(name, ""), trial.answer):
                    dropped.append(f"\u201c{each.question}\u201d: {why}")
                    continue
                wanted = {"must_contain": [each.answer.strip(" .")], "cites": [name]}
                rows.append({"question": each.question, **wanted, "starter": len(rows) < _STARTERS})
    return rows, dropped


def _parts(type_: type[T], raws: Sequence[Any], what: str) -> tuple[tuple[T, ...], list[str]]:
    """Those of `raws` that are valid, and why others are not."""
    parts: list[T] = []
    dropped: list[str] = []
    for number, raw in enumerate(raws[:40], 1):
        try:
            parts.append(convert(type_, raw if isinstance(raw, dict) else {}, where=f"{what} {number}"))
        except ProtokitError as problem:
            dropped.append(str(problem))
    return tuple(parts), dropped


def _marked(text: str, model: str) -> str:
    """`text` with what it is in its front matter."""
    return f"---\nnote: {MARK} by {model}\n---\n\n{text}"


def _instructions(spec: Spec, blueprint: Blueprint) -> str:
    more = ""
    if blueprint.fields:
        more += "- fields: what to find in each document; the documents are forms or letters that hold these fields.\n"
    if "labels" in blueprint.drafts:
        more += "- labels: what texts are sorted into, with a description and two examples each.\n"
    words = {"schema": _schema(), "count": "four to six", "language": spec.language, "more": more}
    return fill(_text(), words)


def _material(spec: Spec) -> str:
    names = ("title", "pitch", "audience", "constraints", "will_not")
    fields = {name: value for name, value in spec_fields(spec).items() if name in names}
    return (
        f"## The line\n\n{spec.prompt}\n\n## The draft\n\n{json.dumps(fields, ensure_ascii=False, indent=1)}"
    )


@cache
def _schema() -> str:
    parts = msgspec.json.schema_components(
        (InventedDocument, InventedQuestion, ExtractionField, Label), ref_template="#/$defs/{name}"
    )
    names = {"documents": "InventedDocument", "questions": "InventedQuestion", "fields": "ExtractionField"}
    lists = {
        field: {"type": "array", "items": {"$ref": f"#/$defs/{name}"}}
        for field, name in {**names, "labels": "Label"}.items()
    }
    return json.dumps(
        {
            "type": "object",
            "properties": {"organisation": {"type": "string"}, **lists},
            "required": ["organisation", "documents", "questions"],
            "additionalProperties": False,
            "$defs": parts[1],
        },
        indent=1,
    )


def _text() -> str:
    return Path(__file__).with_suffix(".md").read_text(encoding="utf-8").strip()
