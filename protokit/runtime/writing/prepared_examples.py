"""Prepared examples: what was written from an input before, by a person or a model, shown where no model is there."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import shorten
from typing import Annotated

from msgspec import Meta, field

from protokit.runtime.yaml_checks import Strict, convert, load_yaml, read_text

EXAMPLES_FILE = "examples.yaml"


class PreparedExample(Strict, frozen=True, kw_only=True):
    """An input and the text that was written from it."""

    form: dict[str, Annotated[str, Meta(max_length=20_000)]] = field(default_factory=dict)
    """The values by the name of the field."""
    text: Annotated[str, Meta(min_length=1, max_length=40_000)]
    by: Annotated[str, Meta(max_length=200)] = ""
    """Who wrote it: a person's name, or the model that it was recorded from."""

    @property
    def title(self) -> str:
        """The input in a few words."""
        first = next((value for value in self.form.values() if value.strip()), "")
        return shorten(first, 60, placeholder="…")


class _Examples(Strict, frozen=True, kw_only=True):
    examples: tuple[PreparedExample, ...] = ()


def read_examples(folder: Path) -> tuple[PreparedExample, ...]:
    """The prepared examples of the prototype in `folder`, none where it has no such file. Raises SettingsProblem."""
    path = folder / EXAMPLES_FILE
    if not path.is_file():
        return ()
    text = read_text(path)
    return convert(
        _Examples, {"examples": load_yaml(text, where=path.name) or []}, text=text, where=path.name
    ).examples


def nearest_example(examples: Sequence[PreparedExample], form: Mapping[str, str]) -> PreparedExample | None:
    """The one whose input shares most words with `form`; None where there are none."""
    wanted = _words(form)
    return max(examples, key=lambda example: len(wanted & _words(example.form)), default=None)


def _words(form: Mapping[str, str]) -> set[str]:
    return set(re.findall(r"\w{4,}", " ".join(form.values()).casefold()))


def record_example(folder: Path, form: Mapping[str, str], text: str, by: str) -> Path:
    """Add what was written from `form` to the prepared examples; one of the same input is replaced."""
    import yaml

    kept = [each for each in read_examples(folder) if dict(each.form) != dict(form)]
    every = [
        *({"form": dict(each.form), "text": each.text, "by": each.by} for each in kept),
        {"form": dict(form), "text": text, "by": by},
    ]
    head = "# Prepared examples: shown, and labelled as such, where a text needs a model and none is connected.\n"
    path = folder / EXAMPLES_FILE
    path.write_text(
        head + yaml.safe_dump(every, allow_unicode=True, sort_keys=False, width=100), encoding="utf-8"
    )
    return path
