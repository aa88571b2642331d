"""Which words of a clause changed: the smallest pieces that a person would mark."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from protokit.runtime.comparison.clauses import ClauseToken

_MOST = 4_000
"""Words of a clause that are compared one by one; of a longer one all of them count as changed."""


@dataclass(frozen=True, slots=True)
class WordChange:
    """Neighbouring words that others stand for now; one of the two may be empty."""

    old: tuple[ClauseToken, ...]
    new: tuple[ClauseToken, ...]

    @property
    def old_text(self) -> str:
        """The older words."""
        return joined(self.old)

    @property
    def new_text(self) -> str:
        """The newer words."""
        return joined(self.new)


def word_changes(old: Sequence[ClauseToken], new: Sequence[ClauseToken]) -> list[WordChange]:
    """The changes from `old` to `new` in order; a single sign or short word between two of them belongs to both."""
    if max(len(old), len(new)) > _MOST:
        return [WordChange(tuple(old), tuple(new))]
    values, others = [each.value for each in old], [each.value for each in new]
    changes: list[tuple[int, int, int, int]] = []
    for kind, start, end, begin, stop in SequenceMatcher(None, values, others, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        if changes and start - changes[-1][1] == 1 and len(values[start - 1]) <= 3:
            before = changes.pop()
            start, begin = before[0], before[2]
        changes.append((start, end, begin, stop))
    return [WordChange(tuple(old[a:b]), tuple(new[c:d])) for a, b, c, d in changes]


def joined(tokens: Sequence[ClauseToken]) -> str:
    """The words as they stand, with the blanks between them."""
    text = ""
    for before, token in zip([None, *tokens], tokens, strict=False):
        text += (" " if before and before.end < token.start else "") + token.value
    return text


def spans(tokens: Sequence[ClauseToken]) -> tuple[int, int]:
    """Where the words begin and end in the document."""
    return tokens[0].start, tokens[-1].end
