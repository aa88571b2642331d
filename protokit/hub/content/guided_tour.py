"""The guided path through a prototype: questions in order, each with a sentence to read; it lives in the folder."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from protokit.errors import FolderProblem, SpecProblem
from protokit.files.atomic import write_text
from protokit.runtime.yaml_checks import Strict
from protokit.spec.yaml_io import convert, dump_yaml, read_text, validate

STORY_FILE = "story.yaml"
MOST_STEPS = 20
_HEAD = "# The guided path: what a visitor tries, in this order, each with a sentence to read before.\n"


class TourStep(Strict, frozen=True, kw_only=True):
    """One thing to try."""

    question: Annotated[str, Meta(min_length=1, max_length=2000)]
    """What goes into the prototype's box."""
    say: Annotated[str, Meta(max_length=600)] = ""
    """What the visitor reads beside it: why this matters, what to look at."""


class Story(Strict, frozen=True, kw_only=True):
    """The whole path; without steps there is none."""

    opening: Annotated[str, Meta(max_length=600)] = ""
    """What the visitor reads before the first step."""
    steps: Annotated[tuple[TourStep, ...], Meta(max_length=MOST_STEPS)] = ()


def read_story(folder: Path) -> Story:
    """The story of the prototype in `folder`, an empty one where it has none. Raises SpecProblem."""
    path = folder / STORY_FILE
    return validate(Story, read_text(path), where=STORY_FILE) if path.is_file() else Story()


def checked_story(opening: str, steps: Sequence[tuple[str, str]]) -> Story:
    """The story of (question, sentence) pairs; pairs with neither are left out. Raises SpecProblem."""
    rows = []
    for number, (question, say) in enumerate(steps, 1):
        if say.strip() and not question.strip():
            raise SpecProblem("there is a sentence and no question", where=f"Step {number}")
        if question.strip():
            rows.append({"question": _plain(question), "say": _plain(say)})
    return convert(Story, {"opening": _plain(opening), "steps": rows}, where=STORY_FILE)


def write_story(folder: Path, story: Story) -> None:
    """Keep `story` beside the prototype, so that it travels with the folder; an empty one leaves no file."""
    path = folder / STORY_FILE
    if not story.steps and not story.opening:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise FolderProblem(f"cannot be removed ({error.strerror})", where=STORY_FILE) from None
        return
    steps = [{"question": step.question, **({"say": step.say} if step.say else {})} for step in story.steps]
    opening = {"opening": story.opening} if story.opening else {}
    write_text(path, _HEAD + dump_yaml({**opening, "steps": steps}))


def _plain(text: str) -> str:
    return "\n".join(text.strip().splitlines())
