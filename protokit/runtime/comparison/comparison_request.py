"""Documents to be compared, or one to be held against a list: the changes with their places, and what they mean."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

from protokit.runtime.assistant_types import (
    AnswerTable,
    CellSource,
    ChatMessage,
    Citation,
    Request,
    RequestResult,
    TableColumn,
)
from protokit.runtime.comparison.change_words import (
    LINES,
    counted,
    place_of,
    ranked,
    reasons,
    shortened,
    told,
    wording,
)
from protokit.runtime.comparison.changes import ClauseChange, Comparison, Excerpt, compare_documents
from protokit.runtime.comparison.checklist import Tick, check_list
from protokit.runtime.comparison.clauses import Clause
from protokit.runtime.prompting.chat_messages import rule, system, user
from protokit.runtime.prototype_fields import ChecklistItem
from protokit.runtime.qa.citations import cite
from protokit.runtime.uploads.visitor_files import OWN
from vectorstore.loaders.document import Document, Section
from vectorstore.passage import Passage

COLUMNS = ("Change", "Matters", "Place", "Before", "After", "Why it matters")
_FEW = 3
"""Changes that are told where none matters."""
CHECK_COLUMNS = ("Point", "Stated", "Quote", "Place")


@dataclass(frozen=True, slots=True)
class ComparedDocument:
    """A document with the name it is shown by."""

    name: str
    document: Document

    @classmethod
    def of_text(cls, text: str, name: str = "pasted text") -> "ComparedDocument":
        """A text that came without a file."""
        return cls(name, Document(text, (Section(0, len(text)),), "txt"))

    def passage(self, excerpt: Excerpt | Clause) -> Passage:
        """The stretch as it is cited."""
        text = self.document.text[excerpt.start : excerpt.end]
        return Passage(
            text,
            self.name,
            excerpt.start,
            excerpt.end,
            excerpt.page,
            excerpt.place,
            excerpt.heading,
            support=1.0,
        )


@dataclass(frozen=True)
class ComparisonRequest(Request):
    """A newer document and the older ones it is held against, or the list of what it must say."""

    new: ComparedDocument
    old: tuple[ComparedDocument, ...] = ()
    checklist: tuple[ChecklistItem, ...] = ()
    """Where there are no older ones."""
    language: str = "en"
    instructions: str = ""
    sides: tuple[Passage, ...] = ()
    """What a model reads, both sides of each change that matters."""
    mask: Callable[[str], str] | None = None
    """What is laid over a visitor's documents before a model reads them."""

    @property
    def text(self) -> str:  # type: ignore[override]
        """The newer document."""
        return self.new.document.text

    @property
    def title(self) -> str:
        """What it is filed under."""
        names = ", ".join(each.name for each in self.old)
        return f"Compare {self.new.name} with {names}" if names else f"Check {self.new.name} against the list"

    @property
    def private(self) -> bool:
        """Whether a visitor's own document is among them."""
        return any(each.name.startswith(OWN) for each in (self.new, *self.old))

    @property
    def passages(self) -> Sequence[Passage]:  # type: ignore[override]
        """What a model's words are held against."""
        return self.sides

    @cached_property
    def comparisons(self) -> tuple[Comparison, ...]:
        """What changed from each of the older documents."""
        return tuple(compare_documents(each.document, self.new.document) for each in self.old)

    @cached_property
    def ticks(self) -> tuple[Tick, ...]:
        """What the document says of each point of the list."""
        return tuple(check_list(self.checklist, self.new.document)) if not self.old else ()

    def for_model(self) -> Self:
        """With both sides of the changes that matter."""
        shown = [side for _, change, old in self._important() for side in self._sides(change, old)]
        return replace(self, sides=tuple(passage for passage, _ in shown))

    def messages(self) -> Sequence[ChatMessage]:
        """Instructions, then the changes that matter with both sides."""
        language = self.language
        head = system(self.instructions, rule("comparing.md").format(lines=LINES, language=language))
        lines, number = [], 1
        for name, change, old in self._important():
            count = len(self._sides(change, old))
            numbers = "".join(f"[{number + at}]" for at in range(count))
            lines.append(f"{numbers} {change.kind} ({place_of(change)}; compared with {name})")
            number += count
        hide = self.mask or str
        sides = [replace(side, text=hide(side.text)) for side in self.sides] if self.private else self.sides
        return [head, user("\n".join(lines) or "Nothing changed.", tuple(sides))]

    def offline(self) -> RequestResult:
        """The changes in plain words, and all of them as a table."""
        return self._comparison() if self.old else self._checks()

    def read(self, text: str) -> RequestResult:
        """A model's lines, each tied to the sides it names, with the same table."""
        loose = [line for line in text.splitlines() if line.strip().startswith("-") and "[" not in line]
        note = f"{len(loose)} of its lines name no change." if loose else ""
        return replace(self.offline(), text=text, citations=cite(text, self.sides), note=note)

    def masked(self, mask: Callable[[str], str]) -> Self:
        """What a visitor brought masked; documents of the owner are the owner's."""
        return replace(self, mask=mask)

    def _important(self) -> list[tuple[str, ClauseChange, ComparedDocument]]:
        """The changes that a summary has room for, each with its older document."""
        every = [
            (old.name, change, old)
            for old, comparison in zip(self.old, self.comparisons, strict=True)
            for change in ranked(comparison)
            if change.kind != "numbering"
        ]
        every.sort(key=lambda each: (not each[1].important, -round(each[1].importance, 1)))
        important = [each for each in every if each[1].important]
        return (important or every[:_FEW])[: LINES - 1]

    def _sides(self, change: ClauseChange, old: ComparedDocument) -> list[tuple[Passage, Excerpt]]:
        sides = [(old, change.old), (self.new, change.new)]
        return [(document.passage(excerpt), excerpt) for document, excerpt in sides if excerpt]

    def _comparison(self) -> RequestResult:
        words = wording(self.language)
        if not all(each.document.text.strip() for each in (self.new, *self.old)):
            return RequestResult(words["empty"], found=False)
        heads = [counted(each, self.language) for each in self.comparisons]
        several = len(self.old) > 1
        lines = [
            f"{old.name}: {head}." if several else f"{head}."
            for old, head in zip(self.old, heads, strict=True)
        ]
        citations: list[Citation] = []
        for name, change, old in self._important()[: LINES - len(lines)]:
            numbers = [self._cite(citations, *side) for side in self._sides(change, old)]
            ties = "".join(f"[{number}]" for number in numbers)
            compared = f"({name}) " if several else ""
            lines.append(f"- {compared}{told(change, self.language)} {ties}")
        heads_end = len(heads)
        text = "\n".join(lines[:heads_end]) + ("\n\n" + "\n".join(lines[heads_end:]) if citations else "")
        return RequestResult(text, tuple(citations), table=self._table(citations))

    def _cite(self, citations: list[Citation], passage: Passage, excerpt: Excerpt | Clause) -> int:
        marks = excerpt.marks if isinstance(excerpt, Excerpt) else ()
        citations.append(Citation(len(citations) + 1, passage, marks))
        return len(citations)

    def _table(self, citations: Sequence[Citation]) -> AnswerTable:
        """Every change, those that matter first."""
        numbers = {
            (each.passage.file, each.passage.start, each.passage.end): each.number for each in citations
        }
        several = len(self.old) > 1
        kinds = wording(self.language)["kinds"]
        rows: list[tuple[str | float | bool | None, ...]] = []
        sources: list[tuple[CellSource, ...]] = []
        for old, comparison in zip(self.old, self.comparisons, strict=True):
            for change in ranked(comparison):
                first: tuple[str | float | bool | None, ...] = (old.name,) if several else ()
                before, after = (
                    shortened(side.text, 2_000) if side else None for side in (change.old, change.new)
                )
                kind = kinds[change.kind] + (f" ({change.count})" if change.count > 1 else "")
                why = reasons(change, self.language)
                rows.append((*first, kind, change.important, place_of(change), before, after, why))
                tied = [
                    tuple(
                        number
                        for side in (excerpt,)
                        if side and (number := numbers.get((name, side.start, side.end)))
                    )
                    for name, excerpt in ((old.name, change.old), (self.new.name, change.new))
                ]
                empty = CellSource()
                sources.append(
                    (
                        *(empty for _ in first),
                        empty,
                        CellSource((), round(change.importance, 2), why),
                        empty,
                        CellSource(tied[0]),
                        CellSource(tied[1]),
                        empty,
                    )
                )
        names = (("Compared with",) if several else ()) + COLUMNS
        columns = tuple(TableColumn(name, "yes/no" if name == "Matters" else "text") for name in names)
        return AnswerTable(columns, tuple(rows), tuple(sources))

    def _checks(self) -> RequestResult:
        """The list with a quote for each point that is stated."""
        words, citations = wording(self.language), list[Citation]()
        lines, rows = [], list[tuple[str | float | bool | None, ...]]()
        for tick in self.ticks:
            clause = tick.clause
            if clause is None:
                lines.append(f"- ✗ {tick.item.name}: {words['missing']}")
                rows.append((tick.item.name, False, None, None))
                continue
            number = self._cite(citations, self.new.passage(clause), clause)
            place = citations[-1].passage.where
            lines.append(f"- ✓ {tick.item.name}: “{shortened(clause.text)}” [{number}]")
            rows.append((tick.item.name, True, shortened(clause.text, 2_000), place))
        head = words["stated"].format(count=len(citations), all=len(self.ticks))
        kinds = {"Stated": "yes/no"}
        columns = tuple(TableColumn(name, kinds.get(name, "text")) for name in CHECK_COLUMNS)  # type: ignore[arg-type]
        return RequestResult(
            "\n".join([f"{head}.", "", *lines]), tuple(citations), table=AnswerTable(columns, tuple(rows))
        )
