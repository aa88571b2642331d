"""Texts whose labels are wanted, from the offline engine or from a model that is held to the labels."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Self

from protokit.runtime.assistant_types import (
    AnswerTable,
    ChatMessage,
    Citation,
    Request,
    RequestResult,
    TableColumn,
)
from protokit.runtime.classification.classify_texts import UNSURE, Classification, classify_texts, label_model
from protokit.runtime.classification.label_model import Example
from protokit.runtime.classification.text_rows import TextRows
from protokit.runtime.classification.themes import find_themes
from protokit.runtime.page_texts import PageTexts, texts_in
from protokit.runtime.prompting.chat_messages import rule, user
from protokit.runtime.prototype_fields import Label
from protokit.runtime.runtime_errors import UnusableReply
from protokit.runtime.text_limits import TEXT, require_length
from protokit.runtime.uploads.visitor_files import OWN
from vectorstore.passage import Passage
from vectorstore.text.sentences import Span

COLUMNS = (
    TableColumn("Text"),
    TableColumn("Label"),
    TableColumn("Confidence", "number"),
    TableColumn("Words that decided"),
)
_MOST = 1_000_000
"""Characters that are sorted offline in one go: some ten thousand messages."""
_MOST_FOR_THEMES = 5_000_000
"""Characters of the texts whose themes are looked for; themes are those of all texts at once."""
_LONGEST_THEME = 60
_TOLD = 3
"""Of several texts, at most so many rows are named in a note."""


@dataclass(frozen=True, slots=True)
class ClassifyRequest(Request):
    """Texts to be sorted."""

    rows: TextRows
    labels: tuple[Label, ...]
    corrections: tuple[Example, ...] = ()
    about: str = ""
    """What is asked of the texts, such as the line the prototype was made from."""
    several: bool = False
    largest_error: float = 0.5
    file: str = "pasted text"
    language: str = "en"
    """The prototype's own."""
    chat: Sequence[ChatMessage] = ()
    """What a model reads before the texts."""

    @property
    def text(self) -> str:  # type: ignore[override]
        """All texts."""
        return "\n".join(self.rows.texts)

    @property
    def title(self) -> str:
        """What it is filed under."""
        count = len(self.rows.texts)
        return f"Sort {count} texts of {self.file}" if count != 1 else self.text[:200]

    @property
    def private(self) -> bool:
        """Whether the texts are a visitor's own file."""
        return self.file.startswith(OWN)

    @property
    def schema(self) -> str:  # type: ignore[override]
        """The JSON Schema of a model's reply: no other label can be given."""
        names: dict[str, object] = {"type": "string"}
        if self.labels:
            names["enum"] = [*(label.name for label in self.labels), UNSURE]
        fields = {
            "number": {"type": "integer"},
            "labels": {"type": "array", "items": names},
            "because": {"type": "array", "items": {"type": "string"}},
        }
        row = {
            "type": "object",
            "properties": fields,
            "required": list(fields),
            "additionalProperties": False,
        }
        rows = {"results": {"type": "array", "items": row}}
        return json.dumps(
            {"type": "object", "properties": rows, "required": ["results"], "additionalProperties": False}
        )

    def messages(self) -> Sequence[ChatMessage]:
        """Instructions and labels, then the texts by number."""
        texts = "\n\n".join(f"[{number}] {text}" for number, text in enumerate(self.rows.texts, 1))
        return [*self.chat, user(texts)]

    def offline(self) -> RequestResult:
        """The labels by the offline engine."""
        return result_of(self._classified(), self)

    def read(self, text: str) -> RequestResult:
        """The labels that a model gave, each checked; where it gave none for a text, that text is unsure."""
        given = read_reply(text, self)
        if not any(given):
            raise UnusableReply('it is no JSON with "results" that have the texts\' numbers and labels', text)
        missing = [at for at, each in enumerate(given, 1) if each is None]
        results = [
            each or Classification(self.rows.texts[at], (UNSURE,), None) for at, each in enumerate(given)
        ]
        other = self._classified()
        differing = [
            at
            for at, (one, two) in enumerate(zip(results, other, strict=True), 1)
            if one.labels[0] != two.labels[0]
        ]
        texts = texts_in(self.language)
        notes = [
            _count(texts.labels_missing, missing, texts),
            _count(texts.labels_differ, differing, texts),
        ]
        return replace(result_of(results, self), note=" ".join(filter(None, notes)))

    def masked(self, mask: Callable[[str], str]) -> Self:
        """The texts masked."""
        return replace(self, rows=TextRows(tuple(map(mask, self.rows.texts)), self.rows.labels))

    def for_model(self) -> Self:
        """The same texts; raises TooLong where they are more than a model gets at once."""
        require_length(self.text, TEXT if self.labels else _MOST_FOR_THEMES, "text")
        return self

    def require_fitting(self) -> None:
        """Raise TooLong where there is more text than one request may have."""
        require_length(self.text, _MOST if self.labels else _MOST_FOR_THEMES, "text")

    def _classified(self) -> list[Classification]:
        if not self.labels:
            return find_themes(self.rows.texts, largest_error=self.largest_error)
        model = label_model(self.labels, self.corrections, self.about)
        return classify_texts(self.rows.texts, model, several=self.several, largest_error=self.largest_error)


def classifying_rule(labels: Sequence[Label], *, several: bool = False) -> str:
    """What a model is told of the labels and of the wanted form."""
    lines = [
        f"- {label.name}: {label.description}"
        + "".join(f"\n  e.g. {text[:200]}" for text in label.examples[:3])
        for label in labels
    ]
    if not labels:
        lines = [
            "(none yet: find the themes of these texts yourself, two to twelve, each named in one to three words)"
        ]
    many = "with every label that fits" if several else "with exactly one label"
    return rule("classifying.md").format(labels="\n".join(lines), several=many)


def result_of(results: Sequence[Classification], request: ClassifyRequest) -> RequestResult:
    """The labels as a sentence, a table and the marked texts."""
    rows = tuple(
        (each.text, ", ".join(each.labels), _rounded(each.confidence), ", ".join(each.words))
        for each in results
    )
    citations = tuple(
        Citation(number, Passage(each.text, request.file, 0, len(each.text), support=1.0), _offsets(each))
        for number, each in enumerate(results[:1], 1)
    )
    return RequestResult(
        _told(results, texts_in(request.language)),
        citations if len(results) == 1 else (),
        table=AnswerTable(COLUMNS, rows),
    )


def _offsets(result: Classification) -> tuple[tuple[int, int], ...]:
    return tuple((span.start, span.end) for span in result.marks)


def read_reply(reply: str, request: ClassifyRequest) -> list[Classification | None]:
    """For each text what a model's JSON says of it, None where it names no label that there is."""
    names = {label.name for label in request.labels} | {UNSURE}
    results: list[Classification | None] = [None] * len(request.rows.texts)
    for row in json_rows(reply):
        number, labels = row.get("number"), row.get("labels")
        if not isinstance(number, int) or not 1 <= number <= len(results) or not isinstance(labels, list):
            continue
        text = request.rows.texts[number - 1]
        told = [label.strip() for label in labels if isinstance(label, str)]
        valid = tuple(
            each for each in told if each in names or (not request.labels and 0 < len(each) <= _LONGEST_THEME)
        )
        because = row.get("because")
        pieces = [piece for piece in because if isinstance(piece, str)] if isinstance(because, list) else []
        if valid:
            chosen = valid if request.several else valid[:1]
            results[number - 1] = Classification(text, chosen, None, _places(text, pieces))
    return results


def json_rows(reply: str) -> list[dict[str, object]]:
    """The rows of the JSON object in `reply`, whatever stands around it."""
    start, end = reply.find("{"), reply.rfind("}")
    try:
        value = json.loads(reply[start : end + 1])
    except ValueError:
        return []
    rows = value.get("results") if isinstance(value, dict) else None
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _places(text: str, pieces: Sequence[str]) -> tuple[Span, ...]:
    """Where the pieces stand in the text; what a model made up stands nowhere."""
    folded = text.lower()
    starts = [(folded.find(piece.lower()), len(piece)) for piece in pieces if piece.strip()]
    return tuple(Span(start, start + length) for start, length in sorted(starts) if start >= 0)


def _told(results: Sequence[Classification], texts: PageTexts) -> str:
    if len(results) == 1:
        only = results[0]
        sure = "" if only.confidence is None else f" ({texts.sure.format(share=f'{only.confidence:.0%}')})"
        if only.labels == (UNSURE,):
            near = [f"{name} {likely:.0%}" for name, likely in only.likely[:2]]
            nearest = f". {texts.nearest_labels.format(labels=', '.join(near))}" if near else ""
            return f"**{texts.unsure}**{nearest}"
        return f"**{', '.join(only.labels)}**{sure}"
    counts: dict[str, int] = {}
    for each in results:
        for label in each.labels:
            counts[label] = counts.get(label, 0) + 1
    counted = sorted(counts.items(), key=lambda item: -item[1])
    parts = [f"{texts.unsure if label == UNSURE else label} {count}" for label, count in counted]
    return texts.texts_counted.format(count=texts.count(len(results)), labels=", ".join(parts))


def _rounded(confidence: float | None) -> float | None:
    return None if confidence is None else round(confidence, 2)


def _count(told: str, rows: Sequence[int], texts: PageTexts) -> str:
    if not rows:
        return ""
    others = f" {texts.and_others}" if len(rows) > _TOLD else ""
    return told.format(count=len(rows), rows=", ".join(str(row) for row in rows[:_TOLD]) + others)
