"""Lets questions.yaml follow the changes of a prototype: what is checked is what is wished now."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from msgspec.structs import replace

from protokit.errors import DocumentProblem
from protokit.evaluation.assertions import EVERY_ANSWER, assertion_rows
from protokit.files.layout import KNOWLEDGE
from protokit.revise.change_draft import ChangeDraft
from protokit.revise.requested_change import RequestedChange
from protokit.runtime.answer_rules import AnswerRules
from protokit.spec.prototype_spec import Spec
from vectorstore.passage import Passage


def follow_changes(draft: ChangeDraft, changes: Sequence[RequestedChange]) -> None:
    """Bring the rows of `draft` to what its Spec says now."""
    for change in changes:
        if change.what in ("field", "label"):
            _follow_name(draft, change)
    _follow_documents(draft)
    _follow_assertions(draft)
    if draft.spec.takes == "question" and _rules(draft.spec) != _rules(draft.before):
        _follow_rules(draft)


def _follow_name(draft: ChangeDraft, change: RequestedChange) -> None:
    """Rename or drop what rows expect of a field or a label that has another name or is gone."""
    name = (change.of or change.value).casefold()
    new = change.value if change.do == "replace" else None
    if change.do not in ("replace", "remove"):
        return
    rows = []
    for row in draft.rows:
        expected = row.get("expected") if isinstance(row, dict) else None
        if not isinstance(expected, dict):
            rows.append(row)
        elif change.what == "field":
            named = {new if key.casefold() == name else key: value for key, value in expected.items()}
            rows.append({**row, "expected": {key: value for key, value in named.items() if key is not None}})
        elif str(expected.get("label")).casefold() != name:
            rows.append(row)
        elif new is not None:
            rows.append({**row, "expected": {**expected, "label": new}})
    draft.rows = rows


def _follow_documents(draft: ChangeDraft) -> None:
    """Drop the rows that can be answered only from documents that go, and their starters."""
    gone = {name.removeprefix(f"{KNOWLEDGE}/") for name, content in draft.files.items() if content is None}

    def lost(row: Any) -> bool:
        cites = (row.get("cites") if isinstance(row, dict) else None) or ()
        return bool(cites) and set([cites] if isinstance(cites, str) else cites) <= gone

    _drop(draft, lost, "no document answers it any more")
    if draft.spec.takes in ("text", "file"):
        draft.rows = [
            row for row in draft.rows if not isinstance(row, dict) or row.get("question") not in gone
        ]


def _follow_assertions(draft: ChangeDraft) -> None:
    """Let the checks of every answer, and the orders that must be declined, follow the constraints."""
    before, after = assertion_rows(draft.before), assertion_rows(draft.spec)
    if before == after:
        return
    earlier, now = _every(before), _every(after)
    mine = next((row for row in draft.rows if isinstance(row, dict) and EVERY_ANSWER in row), None)
    kept = {
        name: value for name, value in ((mine or {}).get(EVERY_ANSWER) or {}).items() if name not in earlier
    }
    held = {**kept, **now}
    declined = [row for row in before if EVERY_ANSWER not in row and row not in after]
    rows = [row for row in draft.rows if row is not mine and row not in declined]
    if held:
        place = draft.rows.index(mine) if mine is not None else len(rows)
        rows.insert(place, {EVERY_ANSWER: held})
    draft.rows = rows + [row for row in after if EVERY_ANSWER not in row and row not in rows]


def _every(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    held: dict[str, Any] = next((row[EVERY_ANSWER] for row in rows if EVERY_ANSWER in row), {})
    return held


def _follow_rules(draft: ChangeDraft) -> None:
    """A question that a new rule declines is one that has to be declined, and no starter."""
    before, now = _rules(draft.before), _rules(draft.spec)

    def follow(search: Callable[[str], Sequence[Passage]]) -> None:
        for at, row in enumerate(draft.rows):
            question = str(row.get("question", "")) if isinstance(row, dict) else ""
            if not question or row.get("after"):
                continue
            passages = search(question)
            declined = now.refusal(question, passages, draft.spec.language)
            if declined and not before.refusal(question, passages, draft.spec.language):
                draft.rows[at] = {"question": question, "unanswerable": True}
                _off_the_page(draft, question, "a rule declines it now")

    with suppress(DocumentProblem), draft.preview() as preview:
        follow(preview.knowledge.search)
        return
    follow(lambda question: ())


def _drop(draft: ChangeDraft, lost: Callable[[Any], bool], why: str) -> None:
    for row in filter(lost, draft.rows):
        _off_the_page(draft, str(row.get("question")), why)
    draft.rows = [row for row in draft.rows if not lost(row)]


def _off_the_page(draft: ChangeDraft, question: str, why: str) -> None:
    if question in draft.spec.starter_questions:
        left = tuple(each for each in draft.spec.starter_questions if each != question)
        draft.set(replace(draft.spec, starter_questions=left))
        draft.notes.append(f'"{question}" is no starter question any more: {why}')


def _rules(spec: Spec) -> AnswerRules:
    return AnswerRules.of(each for each in spec.constraints if each.kind in ("never", "only"))
