"""A text of its own inside an RTF document: the body, a note, a box, a margin."""

from dataclasses import dataclass, field

from vectorstore.loaders.field_codes import TICKED, UNTICKED, drawn, field_name, link_of
from vectorstore.loaders.formula_text import beside
from vectorstore.loaders.link_targets import with_address
from vectorstore.loaders.run_marks import join_runs


@dataclass(slots=True)
class RtfField:
    """A field being read."""

    start: int
    """Where its result begins, in runs of the paragraph."""
    code: str = ""
    result: int | None = None
    """The state of a form field."""
    default: int | None = None
    choices: list[str] = field(default_factory=list)

    def form_value(self) -> str:
        """What a tick box or a drop-down shows."""
        state = self.default if self.result in (None, 25) else self.result  # 25 stands for "not set"
        if field_name(self.code) == "FORMCHECKBOX":
            return TICKED if state else UNTICKED
        return self.choices[state or 0] if 0 <= (state or 0) < len(self.choices) else ""


@dataclass(slots=True)
class Flow:
    """Runs of the paragraph being read, and the paragraphs before it that were not written yet."""

    kind: str = "body"
    mark: str = ""
    """The number of a note, the author of a comment."""
    lines: list[str] = field(default_factory=list)
    runs: list[tuple[str, int]] = field(default_factory=list)
    number: list[str] = field(default_factory=list)
    """The number of a list item, as it is shown."""
    fields: list[RtfField] = field(default_factory=list)

    def put(self, text: str, shift: int = 0) -> None:
        """Add a run."""
        self.runs.append((text, shift))

    def put_formula(self, text: str) -> None:
        """Add a formula."""
        self.put(beside(join_runs(self.runs), text))

    def take(self) -> tuple[str, str]:
        """The number and the text of the paragraph read so far; the next one begins."""
        text, number = _whole(join_runs(self.runs)), _whole("".join(self.number)).strip()
        self.runs, self.number = [], []
        for begun in self.fields:
            begun.start = 0
        if number in ("·", "•", "o", "§", "-", "–", "▪", "◦", "*"):
            number = "-"
        return number, text

    def end_field(self) -> None:
        """The field begun last ends: its address stands behind its words, a form shows its value."""
        if not self.fields:
            return
        ended = self.fields.pop()
        name = field_name(ended.code)
        if name in ("FORMCHECKBOX", "FORMDROPDOWN", "EQ", "SYMBOL"):
            shown = ended.form_value() if name.startswith("FORM") else drawn(ended.code)
            if shown:
                del self.runs[ended.start :]
                self.put_formula(shown)
        elif address := link_of(ended.code):
            words = join_runs(self.runs[ended.start :])
            if words.strip():
                self.runs[ended.start :] = [(with_address(words, address), 0)]


def _whole(text: str) -> str:
    """`text` with characters put together that RTF writes in two halves."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
