"""Chooses starter questions for documents, because they are the first thing a person reads and must be answerable."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache

from protokit.drafting.starters.candidates import Candidate, generate_candidates
from protokit.drafting.starters.question_forms import table, word_list
from vectorstore.text.plain_words import words

_MOST_TRIED = 60
"""Candidates to try at most: each costs a search."""
_MOST_MISSED = 12
"""Candidates of one file to try in vain before the other files' turn."""
_ALIKE = 0.5
"""Two questions that share more of their words than this ask for the same."""
_SAME_FILE = 1.6
"""What each question chosen from a file takes from the worth of its others."""
_SAME_SECTION = 1.0
_SAME_FORM = 0.4


@dataclass(frozen=True, slots=True)
class TrialAnswer:
    """What the prototype answers: its text, and the files it cites."""

    text: str
    files: tuple[str, ...]


Ask = Callable[[str], TrialAnswer | None]
"""Asks the finished prototype a question; None where it finds no answer."""


@dataclass(frozen=True, slots=True)
class Starter:
    """A question with the file that answers it and words of the answer (empty where they cannot be told)."""

    question: str
    file: str
    answer: str = ""


def starter_questions(
    documents: Mapping[str, str], ask: Ask, n: int = 4, *, language: str = "en"
) -> tuple[Starter, ...]:
    """Return up to `n` questions that `documents` (file name -> text) answer, differing from one another, best first.

    A question made from a sentence is kept only when the answer quotes that sentence, a broad one when the answer
    cites its file. `ask` is called sixty times at most.
    """
    choice = _Choice(generate_candidates(documents, language=language), several=len(documents) > 1)
    while len(choice.chosen) < n and choice.tried < _MOST_TRIED and (candidate := choice.next(n)):
        choice.try_one(candidate, ask)
    return tuple(Starter(each.question, each.file, each.answer) for each in choice.chosen)


@dataclass(slots=True)
class _Choice:
    """What is chosen so far, and what is left to try."""

    left: list[Candidate]
    several: bool
    chosen: list[Candidate] = field(default_factory=list)
    tried: int = 0
    missed: Counter[str] = field(default_factory=Counter)

    def next(self, n: int) -> Candidate | None:
        """The best of what is left, given what is chosen; the last one is from a second file if there is one."""
        left = [
            each
            for each in self.left
            if not any(_alike(each.question, other.question) for other in self.chosen)
        ]
        files = {each.file for each in self.chosen}
        if self.several and len(self.chosen) == n - 1 and len(files) == 1:
            left = [each for each in left if each.file not in files] or left
        self.left = left
        return max(left, key=self._worth, default=None)

    def try_one(self, candidate: Candidate, ask: Ask) -> None:
        self.tried += 1
        self.left.remove(candidate)
        if _is_answered(candidate, ask(candidate.question)):
            self.chosen.append(candidate)
        else:
            self.missed[candidate.file] += 1

    def _worth(self, candidate: Candidate) -> float:
        """Its worth, less for each chosen one of the same file, section or form, and for a file that never answers."""
        worth = candidate.worth - (_SAME_FILE if self.missed[candidate.file] > _MOST_MISSED else 0)
        for other in self.chosen:
            if other.file == candidate.file:
                worth -= _SAME_FILE + (_SAME_SECTION if other.section == candidate.section else 0)
            worth -= _SAME_FORM * _likeness(other.question, candidate.question)
        return worth


def _is_answered(candidate: Candidate, reply: TrialAnswer | None) -> bool:
    if reply is None or candidate.file not in reply.files:
        return False
    if candidate.answer not in " ".join(reply.text.split()):
        return False
    return _folded(candidate.said) in _folded(reply.text) or _says_of_row(candidate, reply.text)


def _says_of_row(candidate: Candidate, text: str) -> bool:
    """Whether the answer tells the asked cell of a row, "Team: Blues; Cups: 1", and another that names it."""
    if not re.match(r"[^:;]+: [^;]*; [^:;]+: ", candidate.said):
        return False
    values = [pair.partition(": ")[2].strip() for pair in candidate.said.split("; ")]
    return bool(candidate.answer) and any(value in text for value in values if value != candidate.answer)


def _folded(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)


def _likeness(one: str, other: str) -> int:
    """How alike two questions begin: 0, 1 ("How much...") or 3 ("How much does the...")."""
    if not one.isascii():
        return int(one[:6] == other[:6])
    a, b = one.split(), other.split()
    return (a[:2] == b[:2]) + 2 * (a[:4] == b[:4])


def _alike(one: str, other: str) -> bool:
    a, b = (set(words(text)) - _asking() for text in (one, other))
    return len(a & b) > _ALIKE * min(len(a), len(b)) if a and b else one == other


@cache
def _asking() -> frozenset[str]:
    """Words that ask and do not tell what for."""
    broad = [*table("about").values(), *table("said_of").values()]
    return word_list("asking").union(*(words(form.format(" ")) for form in broad))
