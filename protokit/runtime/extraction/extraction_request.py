"""A document and what to find in it: one row of a table, every cell with its quote, by rules or by a model."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from protokit.runtime.assistant_types import (
    AnswerTable,
    CellSource,
    ChatMessage,
    Citation,
    Request,
    RequestResult,
    TableColumn,
    masked_chat,
)
from protokit.runtime.extraction.corrections import Correction, cell_key, corrected
from protokit.runtime.extraction.extract_fields import ExtractedCell
from protokit.runtime.extraction.extract_rows import extract_rows
from protokit.runtime.extraction.field_values import ExtractedValue
from protokit.runtime.extraction.model_cells import json_schema, rows_of_model
from protokit.runtime.page_texts import PageTexts, texts_in
from protokit.runtime.prompting.chat_messages import rule, system, user
from protokit.runtime.prototype_fields import ExtractionField
from protokit.runtime.uploads.visitor_files import OWN
from vectorstore.loaders.document import Document
from vectorstore.passage import Passage

_KINDS = {"number": "number", "money": "number", "date": "date", "yes/no": "yes/no"}


@dataclass(frozen=True, slots=True)
class ExtractionRequest(Request):
    """A document whose `fields` are to be found."""

    text: str
    fields: tuple[ExtractionField, ...]
    file: str = "pasted text"
    document: Document | None = None
    """Where its pages are known."""
    several: bool = False
    """Whether the document may hold several records, each a row."""
    corrections: Mapping[str, Correction] = field(default_factory=dict)
    """What a person said of its fields, by name."""
    instructions: str = ""
    language: str = "en"
    """The prototype's own."""
    chat: Sequence[ChatMessage] = ()
    """What a model reads; from the fields above where it is empty."""

    @property
    def title(self) -> str:
        """What the row is filed under."""
        return f"Read {self.file}"

    @property
    def many(self) -> bool:
        """Whether it may have more rows than one."""
        return self.several or any(each.item for each in self.fields)

    @property
    def schema(self) -> str:  # type: ignore[override]
        """The JSON Schema of a row, or of rows, each value with its quote."""
        return json_schema(self.fields, many=self.many)

    @property
    def private(self) -> bool:
        """Whether the document is a visitor's own."""
        return self.file.startswith(OWN)

    def messages(self) -> Sequence[ChatMessage]:
        """Instructions and the fields, then the document."""
        return self.chat or [
            system(self.instructions, extracting_rule(self.fields, several=self.several)),
            user(self.text),
        ]

    def offline(self) -> RequestResult:
        """The rows as labels, layout and types tell them."""
        return self._result(
            extract_rows(self.fields, self.text, several=self.several, document=self.document)
        )

    def read(self, text: str) -> RequestResult:
        """The rows a model wrote, each value looked up in the document. Raises UnusableReply."""
        return self._result(rows_of_model(self.fields, text, self.text, many=self.many))

    def masked(self, mask: Callable[[str], str]) -> Self:
        """The document masked."""
        return replace(self, text=mask(self.text), chat=masked_chat(self.chat, mask))

    def _result(self, found: Sequence[Sequence[ExtractedCell]]) -> RequestResult:
        citations: list[Citation] = []
        texts = texts_in(self.language)
        rows, sources, lines = [], [], []
        corrected_rows = [self._corrected(cells, line) for line, cells in enumerate(found)]
        for cells in corrected_rows:
            numbers = [
                tuple(self._cite(each, citations) for each in cell.values if each.end > each.start)
                for cell in cells
            ]
            rows.append(tuple(_value(cell, texts) for cell in cells))
            sources.append(
                tuple(
                    CellSource(cited, _confidence(cell), _reason(cell, texts))
                    for cell, cited in zip(cells, numbers, strict=True)
                )
            )
            lines.append([_line(cell, cited, texts) for cell, cited in zip(cells, numbers, strict=True)])
        every = [cell for cells in corrected_rows for cell in cells]
        missing = dict.fromkeys(cell.field.name for cell in every if cell.field.required and not cell.values)
        note = texts.required_missing.format(fields=", ".join(missing)) if missing else ""
        table = AnswerTable(self._columns(corrected_rows), tuple(rows), tuple(sources))
        stated = any(cell.stated for cell in every)
        return RequestResult(_told(lines), tuple(citations), stated, note, table)

    def _corrected(self, cells: Sequence[ExtractedCell], line: int) -> list[ExtractedCell]:
        by_key = [self.corrections.get(cell_key(cell.field, line, several=self.several)) for cell in cells]
        return [corrected(cell, each, self.text) for cell, each in zip(cells, by_key, strict=True)]

    def _columns(self, rows: Sequence[Sequence[ExtractedCell]]) -> tuple[TableColumn, ...]:
        undecided = {cell.field.name for cells in rows for cell in cells if cell.undecided}
        return tuple(
            TableColumn(each.name, "text" if each.name in undecided else _KINDS.get(each.type, "text"))  # type: ignore[arg-type]
            for each in self.fields
        )

    def _cite(self, value: ExtractedValue, citations: list[Citation]) -> int:
        start = self.text.rfind("\n", 0, value.start) + 1
        end = self.text.find("\n", value.end)
        end = len(self.text) if end < 0 else end
        start, end = max(start, value.start - 300), min(end, value.end + 300)
        page, place = self._page(value.start)
        passage = Passage(self.text[start:end], self.file, start, end, page, place, support=value.confidence)
        citations.append(Citation(len(citations) + 1, passage, ((value.start - start, value.end - start),)))
        return len(citations)

    def _page(self, at: int) -> tuple[int | None, str]:
        sections = self.document.sections if self.document else ()
        section = next((each for each in sections if each.start <= at < each.end), None)
        return (section.page, section.place) if section else (None, "")


def extracting_rule(fields: Sequence[ExtractionField], *, several: bool = False) -> str:
    """What a model is told of the fields."""
    items = ", ".join(each.name for each in fields if each.item)
    form = "Reply with one JSON object."
    if items or several:
        per = f"item that the document lists ({items} are of the item)" if items else "record in the document"
        form = f'Reply with one JSON object with a list "rows": a row, an object, for each {per}, in their order.'
    lines = []
    for each in fields:
        choices = f", one of {', '.join(each.choices)}" if each.choices else ""
        unit = f" in {each.unit}" if each.unit else ""
        more = ", may have several" if each.list else ""
        lines.append(f"- {each.name} ({each.type}{unit}{choices}{more}): {each.description or each.name}")
    return rule("extracting.md").format(fields="\n".join(lines), form=form)


def written(value: ExtractedValue, texts: PageTexts) -> str:
    """A value for a person: "20825.00 USD", "2026-03-31"."""
    if isinstance(value.value, bool):
        return texts.answer_yes if value.value else texts.answer_no
    if isinstance(value.value, float):
        plain = f"{value.value:.2f}" if value.unit.isupper() and len(value.unit) == 3 else f"{value.value:g}"
        return f"{plain} {value.unit}".strip()
    return value.value


def _value(cell: ExtractedCell, texts: PageTexts) -> str | float | bool | None:
    if not cell.values:
        return None
    if len(cell.values) == 1:
        return cell.values[0].value
    return _joined(cell, texts)


def _joined(cell: ExtractedCell, texts: PageTexts) -> str:
    return ("; " if cell.field.list else texts.either).join(written(each, texts) for each in cell.values)


def _confidence(cell: ExtractedCell) -> float:
    return round(min(each.confidence for each in cell.values), 2) if cell.values else 0.0


def _in_words(reason: str, texts: PageTexts) -> str:
    """A reason in the language of the page: 'behind "Total"', "the largest amount, read the other way round"."""
    words = texts.extraction_reasons
    first, comma, turned = reason.partition(", read the")
    behind, quote, label = first.partition(' "')
    told = words.get(behind, first).format(label=f'"{label}') if quote else words.get(first, first)
    return f"{told}, {words[f'read the{turned}']}" if comma else told


def _reason(cell: ExtractedCell, texts: PageTexts) -> str:
    if cell.note:
        return texts.extraction_reasons.get(cell.note, cell.note)
    if not cell.values:
        return texts.not_stated
    reasons = list(dict.fromkeys(_in_words(each.reason, texts) for each in cell.values))
    return (f"{texts.two_readings}: " if cell.undecided else "") + "; ".join(reasons)


def _told(rows: Sequence[Sequence[str]]) -> str:
    """The cells of one row a line each; of several rows a line a row."""
    if len(rows) == 1:
        return "\n".join(f"- {each}" for each in rows[0])
    return "\n".join(f"{number}. {'; '.join(row)}" for number, row in enumerate(rows, 1))


def _line(cell: ExtractedCell, numbers: Sequence[int], texts: PageTexts) -> str:
    cited = "".join(f" [{number}]" for number in numbers)
    if not cell.values:
        return f"{cell.field.name}: {texts.not_stated}" + (f" ({cell.note})" if cell.note else "")
    return f"{cell.field.name}: {_joined(cell, texts)}{cited}"
