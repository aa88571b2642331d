"""Lets a language model read the line and edit the code: at most three tries, in a copy, within a shown budget."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from protokit.drafting.llm_reply import Draftsman, json_object
from protokit.errors import ProtokitError, SpecProblem
from protokit.files.layout import INSTRUCTIONS_FILE, SPEC_FILE
from protokit.files.placeholders import fill
from protokit.prototype.prototype_folder import Prototype
from protokit.revise.change_plan import ChangePlan, plan_change
from protokit.revise.change_prototype import ChangeResult, Tell, try_plan
from protokit.revise.code_guard import code_problem
from protokit.revise.read_changes import read_changes
from protokit.revise.requested_change import ChangeRequest, RequestedChange
from protokit.runtime.models.turn_cost import dollars_of_turn
from protokit.runtime.prompting.chat_messages import ModelRequest
from protokit.runtime.prompting.tokens import count
from protokit.runtime.yaml_checks import Strict
from protokit.spec.yaml_io import convert, read_text
from protokit.update.confined_command import can_confine
from protokit.update.transaction import only_one, recover

TRIES = 3
MOST_TOKENS = 4096
"""Of one reply."""
_CODE = ("app.py", "assistant.py", "style.css")
_OWN_DECISIONS = ("model", "budget", "uploads", "personal_data", "document")
"""What a model may only repeat: money, keys, files and privacy are decided by the person's own words."""
_LONGEST_REPLY = 4_000


class CodePatch(Strict, frozen=True, kw_only=True):
    """One place of the code as it is, and as it will be."""

    file: Literal["app.py", "assistant.py", "style.css"]
    old: Annotated[str, Meta(min_length=1, max_length=20_000)]
    new: Annotated[str, Meta(max_length=20_000)]


class ModelChanges(Strict, frozen=True, kw_only=True):
    """What a model makes of a line."""

    changes: Annotated[tuple[RequestedChange, ...], Meta(max_length=40)] = ()
    patches: Annotated[tuple[CodePatch, ...], Meta(max_length=20)] = ()
    summary: Annotated[str, Meta(max_length=200)] = ""
    not_understood: Annotated[tuple[str, ...], Meta(max_length=20)] = ()


@dataclass(frozen=True, slots=True)
class ModelBudget:
    """What the tries may take at most."""

    model: str
    tokens_in: int
    tokens_out: int

    @classmethod
    def of(cls, model: str, folder: Path, line: str) -> "ModelBudget":
        """For `line` over the prototype in `folder`, all tries made."""
        tokens = count(_instructions()) + count(_material(folder, line)) + 2 * MOST_TOKENS
        return cls(model, TRIES * tokens, TRIES * MOST_TOKENS)

    def __str__(self) -> str:
        dollars = dollars_of_turn(self.model, self.tokens_in, self.tokens_out, {})
        price = (
            "at an unknown price"
            if dollars is None
            else f"for ${dollars:.2f} at most"
            if dollars
            else "for free"
        )
        return f"{self.model} reads the line, {price} ({TRIES} tries, {self.tokens_in + self.tokens_out:,} tokens)"


def change_by_model(
    folder: Path,
    line: str,
    model: str,
    *,
    who: str = "",
    reads_paths: bool = True,
    tell: Tell = lambda step: None,
) -> ChangeResult:
    """Change the prototype in `folder` as `model` reads `line`, wholly or not at all; `reads_paths` tells whether
    the line may name files of this machine.

    Each try that is not usable, or makes something worse, goes back to it with the reason. Raises ModelProblem where
    nobody answers, FolderProblem, SpecProblem.
    """
    folder = Prototype.open(folder).folder
    with only_one(folder):
        recover(folder)
        draftsman, material = Draftsman(model, MOST_TOKENS), _material(folder, line)
        text, ended, problem = material, None, ""
        for number in range(1, TRIES + 1):
            tell(f"Asking {model}, try {number} of {TRIES}")
            reply = ""
            try:
                reply = draftsman.reply(ModelRequest(_instructions(), text, _schema()))
                plan = _plan(folder, line, reply, reads_paths=reads_paths)
                ended = try_plan(plan, who=who, tell=tell, model=f"{model} ({draftsman.bill})")
                problem = ended.why
            except ProtokitError as error:
                problem = str(error)
            if ended and ended.verdict != "left as it was":
                return ended
            text = _again(material, reply, problem)
        empty = ended.plan if ended else ChangePlan(folder, ChangeRequest(line=line))
        why = f"{model} found no change that keeps everything right in {TRIES} tries: {problem}"
        return ChangeResult(empty, "left as it was", why, model=f"{model} ({draftsman.bill})")


def _plan(folder: Path, line: str, reply: str, *, reads_paths: bool) -> ChangePlan:
    """The plan that `reply` asks for. Raises SpecProblem naming what is wrong with it."""
    said = convert(ModelChanges, json_object(reply), where="reply")
    own = read_changes(line)
    changes = [each for each in said.changes if each.what not in _OWN_DECISIONS and each.what != "code"]
    changes += [each for each in own.changes if each.what in _OWN_DECISIONS]
    code = _patched(folder, said.patches)
    told = [RequestedChange(what="code", of=name, value=said.summary or "edited") for name in code]
    request = ChangeRequest(line=own.line, changes=(*changes, *told), not_understood=said.not_understood)
    return plan_change(folder, request, reads_paths=reads_paths, code=code)


def _patched(folder: Path, patches: Sequence[CodePatch]) -> dict[str, bytes]:
    """File -> its content with the patches in it. Raises SpecProblem."""
    if patches and not can_confine():
        raise SpecProblem(
            "code is only changed where this system can confine what it runs; change settings alone"
        )
    texts: dict[str, str] = {}
    for patch in patches:
        text = texts.get(patch.file) or read_text(folder / patch.file)
        if text.count(patch.old) != 1:
            raise SpecProblem(f"`old` stands {text.count(patch.old)} times there, not once", where=patch.file)
        texts[patch.file] = text.replace(patch.old, patch.new)
    for name, text in texts.items():
        if problem := code_problem(name, read_text(folder / name), text):
            raise SpecProblem(problem)
    return {name: text.encode() for name, text in texts.items()}


def _material(folder: Path, line: str) -> str:
    names = [name for name in (SPEC_FILE, INSTRUCTIONS_FILE, *_CODE) if (folder / name).is_file()]
    files = "\n\n".join(f"## {name}\n\n{read_text(folder / name)}" for name in names)
    return f"## The line\n\n{line}\n\n{files}"


def _again(material: str, reply: str, problem: str) -> str:
    return (
        f"{material}\n\n## Your last reply\n\n{reply[:_LONGEST_REPLY]}\n\n## What is wrong with it\n\n{problem}\n\n"
        "Write the whole JSON object again, without that mistake."
    )


@cache
def _instructions() -> str:
    text = Path(__file__).with_suffix(".md").read_text(encoding="utf-8").strip()
    return fill(text, {"schema": _schema()})


@cache
def _schema() -> str:
    return json.dumps(msgspec.json.schema(ModelChanges), indent=1)
