"""RequestedChange: one thing that a line asks of a prototype, as data; a person's reader and a model write the same."""

from typing import Annotated, Literal

from msgspec import Meta

from protokit.runtime.yaml_checks import Strict
from protokit.spec.lexicon import language_name

Subject = Literal[
    "title",
    "pitch",
    "welcome",
    "tone",
    "simpler",
    "friendlier",
    "audience",
    "language",
    "length",
    "starter",
    "never",
    "only",
    "only_for",
    "only_documents",
    "disclaimer",
    "opening",
    "format",
    "currency",
    "instruction",
    "accent",
    "emoji",
    "logo",
    "field",
    "label",
    "choice",
    "checklist",
    "passages",
    "numbers",
    "screen",
    "kind",
    "document",
    "budget",
    "model",
    "personal_data",
    "uploads",
    "code",
]
"""What of a prototype is to be another."""
Action = Literal["set", "add", "remove", "replace"]


_NAMES = {"accent": "colour", "starter": "starter question", "personal_data": "personal data"}


class RequestedChange(Strict, frozen=True, kw_only=True):
    """One change: `remove` with an empty `value` removes all; `replace` puts `value` in the place of `of`."""

    what: Subject
    do: Action = "set"
    value: Annotated[str, Meta(max_length=400)] = ""
    """What it becomes: a text, a language code, a colour such as #15803d, a number in digits, "shorter"."""
    of: Annotated[str, Meta(max_length=400)] = ""
    """Which one: the starter that is reworded, the field that a choice belongs to, "dollars_per_day" of a budget."""
    words: Annotated[str, Meta(max_length=2_000)] = ""
    """The words of the line that ask for it."""

    def __str__(self) -> str:
        """ "starter added: How do I get a refund?"."""
        name = _NAMES.get(self.what, self.what.replace("_", " "))
        if self.do == "replace":
            return f"{name}: {self.of} becomes {self.value}"
        if self.do == "remove":
            return f"{name} removed: {self.value or 'all'}" + (f" (of {self.of})" if self.of else "")
        if self.of == "topic":
            return f"{name} about {self.value}"
        inside = f" ({self.of.replace('_', ' ')})" if self.of else ""
        value = language_name(self.value) if self.what == "language" else self.value
        head = f"{name}{inside}{' added' if self.do == 'add' else ''}"
        return f"{head}: {value}" if value else head


class ChangeRequest(Strict, frozen=True, kw_only=True):
    """What a line asks for, and the parts of it that nothing was made of."""

    line: str
    changes: tuple[RequestedChange, ...] = ()
    not_understood: tuple[str, ...] = ()
