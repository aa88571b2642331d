"""Starter questions that a line adds, removes or words anew: only such that the documents answer."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from msgspec.structs import replace

from protokit.drafting.starters.candidates import generate_candidates
from protokit.errors import ChoiceProblem, DocumentProblem
from protokit.revise.change_draft import ChangeDraft
from protokit.revise.change_spec import TEXTS, stems
from protokit.revise.change_values import PATTERNS
from protokit.revise.requested_change import RequestedChange

_MOST = 8
_MOST_TRIED = 12


def change_starter(draft: ChangeDraft, change: RequestedChange) -> RequestedChange:
    """Make `change` in the starters and their rows; return it with the question that came of it.

    Raises ChoiceProblem where the documents do not answer it."""
    if draft.spec.takes != "question":
        raise ChoiceProblem("this kind of prototype is not asked questions, so it has no starter questions")
    if change.do == "remove":
        gone = _meant(draft, change.value) if change.value else list(draft.spec.starter_questions)
        _set(draft, [each for each in draft.spec.starter_questions if each not in gone])
        return replace(change, value="; ".join(gone)[:400])
    row = _row(draft, change)
    starters, old = list(draft.spec.starter_questions), ""
    if change.do == "replace":
        old = _meant(draft, change.of)[0]
        starters[starters.index(old)] = row["question"]
    elif row["question"] in starters:
        raise ChoiceProblem(f'"{row["question"]}" is a starter question already')
    else:
        starters.append(row["question"])
    if len(starters) > _MOST:
        raise ChoiceProblem(f"there are {_MOST} starter questions already", fix="Remove one first.")
    if row not in draft.rows:
        draft.rows.append(row)
    _set(draft, starters)
    return replace(change, value=row["question"], of=old)


def _set(draft: ChangeDraft, starters: list[str]) -> None:
    """Have just these `starters` on the page; the others stay questions that are checked."""
    draft.set(replace(draft.spec, starter_questions=tuple(starters)))
    for at, row in enumerate(draft.rows):
        if isinstance(row, dict) and "question" in row:
            others = {name: value for name, value in row.items() if name != "starter"}
            draft.rows[at] = {**others, "starter": True} if row["question"] in starters else others


def _meant(draft: ChangeDraft, said: str) -> list[str]:
    """The starters that `said` names: by their place, their words or what they are about."""
    starters = list(draft.spec.starter_questions)
    for place, names in PATTERNS.get("ordinals").items():
        if said.casefold() in names.split():
            number = int(place) if int(place) < 0 else int(place) - 1
            if starters and number < len(starters):
                return [starters[number]]
    wanted = stems(said)
    meant = [each for each in starters if each == said or (wanted and wanted <= stems(each))]
    if not meant:
        raise ChoiceProblem(f'no starter question is about "{said}"', fix=f"They are: {' '.join(starters)}")
    return meant


def _row(draft: ChangeDraft, change: RequestedChange) -> dict[str, Any]:
    """The row of questions.yaml for the new starter."""
    if change.of != "topic" or change.do == "replace":
        return _as_said(draft, change.value)
    waiting = [
        row for row in draft.rows_about(change.value) if not row.get("starter") and not row.get("after")
    ]
    if waiting and not waiting[0].get("unanswerable"):
        return dict(waiting[0])  # a question of that topic is checked already
    return _about(draft, change.value)


def _as_said(draft: ChangeDraft, question: str) -> dict[str, Any]:
    with _documents_of(draft) as preview:
        reply = preview.answer(question)
    if reply is None:
        raise ChoiceProblem(f'the documents do not answer "{question}"', fix="Add one that does first.")
    return {"question": question, "cites": [reply.files[0]], "starter": True}


def _about(draft: ChangeDraft, topic: str) -> dict[str, Any]:
    wanted = stems(topic)
    with _documents_of(draft) as preview:
        candidates = [
            each
            for each in generate_candidates(preview.texts(), language=draft.spec.language)
            if wanted <= stems(each.question)
        ]
        for each in sorted(candidates, key=lambda each: -each.worth)[:_MOST_TRIED]:
            reply = preview.answer(each.question)
            if reply and each.file in reply.files and each.answer in " ".join(reply.text.split()):
                must = {"must_contain": [each.answer]} if each.answer else {}
                return {"question": each.question, **must, "cites": [each.file], "starter": True}
        for question in _broad(topic, draft.spec.language):
            if preview.answer(question):
                return {"question": question, "starter": True}
    raise ChoiceProblem(
        f'the documents do not answer a question about "{topic}"', fix="Add one that does first."
    )


def _broad(topic: str, language: str) -> Iterator[str]:
    forms = TEXTS.get("questions", language) or TEXTS.get("questions", "en")
    yield from (form.format(topic=topic) for form in forms)


def _documents_of(draft: ChangeDraft) -> Any:
    with suppress(DocumentProblem):
        if draft.documents():
            return draft.preview()
    raise ChoiceProblem("there are no documents that could answer it", fix="Add some first.")
