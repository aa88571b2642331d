"""Changes that reach beyond the Spec: documents, passages in the code, the screen, another kind, instructions."""

import dataclasses
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
from msgspec.structs import replace

from protokit.errors import ChoiceProblem, DocumentProblem
from protokit.evaluation.assertions import assertion_rows
from protokit.files.layout import KNOWLEDGE, QUESTIONS_FILE
from protokit.revise.change_draft import ChangeDraft
from protokit.revise.change_spec import TEXTS, change_spec, changes_spec, stems
from protokit.revise.change_starters import change_starter
from protokit.revise.requested_change import RequestedChange
from protokit.runtime.prototype_fields import SCREENS
from protokit.scaffold.collect_documents import collect_documents
from protokit.scaffold.scaffold_plan import ScaffoldRequest, plan_scaffold
from protokit.spec.yaml_io import load_yaml

_CODE = "assistant.py"
_PASSAGES = re.compile(r"^PASSAGES = (\d+)$", re.MULTILINE)
_MOST_PASSAGES = 30
_STEP = 3
"""By how many "more passages" are more."""
_DRAFTED = ("pitch", "welcome", "persona", "tone", "will_not", "emoji", "accent")
"""What another kind says its own way, where the person has not said it theirs."""
_OF_KIND = (
    *("blueprint", "source", "takes", "parameters", "fields", "several_records", "labels", "several_labels"),
    *("largest_error", "checklist", "starter_questions", "sample_documents", "context_tokens"),
)
"""What a kind brings along."""
_LONGEST_LINE = 400


def make_change(draft: ChangeDraft, change: RequestedChange) -> RequestedChange:
    """Make `change` in `draft`, and return it as it was made. Raises ProtokitError where that cannot be."""
    if changes_spec(change):
        before = draft.spec
        draft.set(change_spec(before, change))
        _follow(draft, change)
        if draft.spec == before:
            raise ChoiceProblem("it is so already")
        return change
    if change.what == "starter":
        return change_starter(draft, change)
    if change.what == "code" and change.of in draft.files and not draft.replanned:
        return change  # the edit is in the files already
    if change.what not in _FILE_CHANGES:
        raise ChoiceProblem("there is no setting for that")
    _FILE_CHANGES[change.what](draft, change)
    return change


def _follow(draft: ChangeDraft, change: RequestedChange) -> None:
    """What a change of the Spec brings along in other texts."""
    if change.what in ("friendlier", "simpler"):
        draft.lines.append(TEXTS.get(f"{change.what}_line"))
    if change.what == "language":
        _translate_welcome(draft)
        if draft.spec.model == "offline":
            draft.notes.append(
                "offline answers quote the documents in their own language; a model translates"
            )


def _translate_welcome(draft: ChangeDraft) -> None:
    """The first line on the page in the new language, where it is still the one that the blueprint gave."""
    from protokit.catalog.page_phrases import read_page_phrases

    given = read_page_phrases(draft.blueprint, draft.before.language)
    parts = [re.escape(part) for part in re.split(r"\{\w+\}", str(given["welcome"]))]
    if re.fullmatch(".*?".join(parts), draft.before.welcome):
        new = read_page_phrases(draft.blueprint, draft.spec.language)
        fill = {"subject": new["nothing"], "topic": draft.spec.title, "audience": draft.spec.audience}
        draft.set(replace(draft.spec, welcome=str(new["welcome"]).format(**fill)[:400]))


def _passages(draft: ChangeDraft, change: RequestedChange) -> None:
    if draft.spec.blueprint != draft.before.blueprint:
        raise ChoiceProblem("that can be said once it is the other kind")
    code = (draft.read(_CODE) or b"").decode("utf-8", "replace")
    if not (match := _PASSAGES.search(code)):
        raise ChoiceProblem("this kind of prototype does not search for passages")
    now = int(match[1])
    wished = {"more": now + _STEP, "fewer": max(1, now - _STEP)}.get(change.value) or int(change.value)
    if not 1 <= wished <= _MOST_PASSAGES:
        raise ChoiceProblem(f"{wished} passages are not 1 to {_MOST_PASSAGES}")
    if wished == now:
        raise ChoiceProblem("it is so already")
    draft.files[_CODE] = _PASSAGES.sub(f"PASSAGES = {wished}", code).encode()


def _instruction(draft: ChangeDraft, change: RequestedChange) -> None:
    if change.do == "remove":
        wanted = stems(change.value)
        if not any(
            wanted <= stems(line) for line in draft.instructions.splitlines() if line.startswith("- ")
        ):
            raise ChoiceProblem(f'no instruction is about "{change.value}"')
        draft.dropped_lines.append(change.value)
        return
    line = f"{change.value[:1].upper()}{change.value[1:]}"[:_LONGEST_LINE]
    draft.lines.append(line if line[-1:] in ".!?" else f"{line}.")
    if draft.spec.model == "offline":
        draft.notes.append("instructions are for a model; the offline engine quotes the documents")


def _document(draft: ChangeDraft, change: RequestedChange) -> None:
    if change.do == "add":
        _add_documents(draft, change.value)
        return
    there = draft.documents()
    samples = draft.before.sample_documents
    if not change.value:
        gone = [name for name in (samples.files if samples else ()) if name in there]
        if not gone:
            raise DocumentProblem("there are no sample documents")
    else:
        gone = _named(change.value, list(there))
    if len(gone) == len(there):
        raise DocumentProblem("no document would be left", fix="Add yours in the same line, or first.")
    draft.files |= {f"{KNOWLEDGE}/{name}": None for name in gone}
    if samples:
        left = tuple(name for name in samples.files if name not in gone)
        new = msgspec.structs.replace(samples, files=left) if left else None
        draft.set(replace(draft.spec, sample_documents=new))


def _add_documents(draft: ChangeDraft, said: str) -> None:
    if not draft.reads_paths:
        raise DocumentProblem("documents are added on the Documents page, where you choose the file")
    documents = collect_documents([Path(said).expanduser()])
    for name, path in documents.items():
        draft.files[f"{KNOWLEDGE}/{name}"] = path.read_bytes()
        draft.added[name] = path


def _named(said: str, names: list[str]) -> list[str]:
    """The documents that `said` names, by their names or words of them. Raises DocumentProblem."""
    low = said.casefold()
    exact = [name for name in names if name.casefold() in (low, low.removeprefix(f"{KNOWLEDGE}/"))]
    wanted = stems(said)
    alike = [name for name in names if wanted and wanted <= stems(re.sub(r"[_./-]", " ", name))]
    if not (exact or alike):
        raise DocumentProblem(f'there is no document "{said}"', fix=f"There are: {', '.join(names[:20])}.")
    return exact or alike


def _screen(draft: ChangeDraft, change: RequestedChange) -> None:
    screen = next((screen for screen in SCREENS if screen == change.value), None)
    if screen is None or screen not in draft.blueprint.screens:
        raise ChoiceProblem.of("screen", change.value, list(draft.blueprint.screens))
    if screen == draft.spec.screen:
        raise ChoiceProblem("it is so already")
    draft.set(replace(draft.spec, screen=screen))
    draft.replanned = True


def _kind(draft: ChangeDraft, change: RequestedChange) -> None:
    """Plan the other kind from the same line and documents, and keep what the person decided."""
    before = draft.spec
    if change.value == before.blueprint.partition("@")[0]:
        raise ChoiceProblem(f"it is a {change.value} already")
    home = draft.folder / KNOWLEDGE
    samples = set(before.sample_documents.files if before.sample_documents else ())
    own = [home / name for name in draft.documents() if name not in samples]
    wish = ScaffoldRequest(
        before.prompt or before.title,
        own,
        change.value,
        before.screen,
        "offline",
        before.title,
        before.audience,
        plain=True,
    )
    plan = plan_scaffold(wish)
    earlier = plan_scaffold(dataclasses.replace(wish, blueprint=before.blueprint.partition("@")[0]))
    drafted = {
        name: getattr(plan.spec, name)
        for name in _DRAFTED
        if getattr(before, name) == getattr(earlier.spec, name)
    }
    of_kind = {name: getattr(plan.spec, name) for name in _OF_KIND}
    draft.set(replace(before, **of_kind, **drafted))
    rows = load_yaml(plan.questions, where=QUESTIONS_FILE) or []
    draft.rows = [*rows, *assertion_rows(before)]
    if not own:
        draft.files |= {f"{KNOWLEDGE}/{name}": None for name in samples if name not in plan.documents}
        for name, path in plan.documents.items():
            draft.files[f"{KNOWLEDGE}/{name}"] = path.read_bytes()
    draft.replanned = True


_FILE_CHANGES: Mapping[str, Callable[[ChangeDraft, RequestedChange], None]] = {
    "passages": _passages,
    "instruction": _instruction,
    "document": _document,
    "screen": _screen,
    "kind": _kind,
}
