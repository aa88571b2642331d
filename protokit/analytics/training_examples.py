"""Answers that people approved, as examples for fine-tuning, and whether there are enough good ones of them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from protokit.analytics.usage_tables import database_of
from protokit.files.layout import INSTRUCTIONS_FILE
from protokit.prototype.prototype_folder import Prototype
from protokit.runtime.prompting.pii import PiiMasker
from protokit.spec.yaml_io import read_text

FEWEST = 50
"""Examples below which makers of models see no gain over a few examples in the prompt."""
_APPROVED = """SELECT question, answer FROM questions WHERE question != '' AND answer != '' AND answered
AND (judgement = 'right' OR (judgement = '' AND thumbs = 1)) ORDER BY id DESC LIMIT 1000"""


@dataclass(frozen=True, slots=True)
class ExampleSet:
    """Approved answers, and what was found of them. `lines` are JSON, one for each example, in the form that OpenAI and
    most other makers take: system, user and assistant messages."""

    lines: Sequence[str]
    approved: int
    duplicates: int
    """Left out because the same question is there already."""
    leaked: int
    """Left out because questions.yaml asks the same: a model would be tested on what it was taught."""
    masked: int
    """In which personal data was replaced."""

    @property
    def ready(self) -> bool:
        """Whether there are enough to begin with."""
        return len(self.lines) >= FEWEST

    def __str__(self) -> str:
        """The readiness check in a sentence."""
        state = (
            "enough to begin with"
            if self.ready
            else f"too few: fewer than {FEWEST} gain nothing over a few examples"
        )
        return (
            f"{len(self.lines)} examples of {self.approved} approved answers ({state}); left out: {self.duplicates}"
            f" duplicates, {self.leaked} that questions.yaml asks; personal data masked in {self.masked}."
            " Not measured: whether a model taught by them beats one that is shown a few of them in its prompt."
        )


def approved_examples(folder: Path) -> ExampleSet:
    """What people approved of the answers of the prototype in `folder`. Raises FolderProblem, SpecProblem."""
    prototype = Prototype.open(folder)
    instructions = prototype.folder / INSTRUCTIONS_FILE
    system = read_text(instructions) if instructions.is_file() else ""
    tested = {_plain(str(row.get("question", ""))) for row in prototype.questions()}
    rows = [(str(q), str(a)) for q, a in database_of(prototype.folder).run(_APPROVED).table.rows]
    lines, seen, leaked, masked = list[str](), set[str](), 0, 0
    for question, answer in rows:
        if _plain(question) in tested:
            leaked += 1
        elif _plain(question) not in seen:
            seen.add(_plain(question))
            mask = PiiMasker().mask  # one for each example: the same placeholder in question and answer
            asked, answered = mask(question), mask(answer)
            masked += (asked, answered) != (question, answer)
            lines.append(_line(system, asked, answered))
    return ExampleSet(lines, len(rows), len(rows) - leaked - len(lines), leaked, masked)


def _line(system: str, question: str, answer: str) -> str:
    messages = [{"role": "system", "content": system}] if system else []
    messages += [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    return json.dumps({"messages": messages}, ensure_ascii=False)


def _plain(question: str) -> str:
    return " ".join(question.casefold().split()).strip(" ?!.")
