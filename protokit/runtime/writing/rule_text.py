"""A line made ready to be read for rules: quotations set aside, number words as digits, cut into sentences."""

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from protokit.runtime.pattern_file import PatternFile

FILE = PatternFile(Path(__file__).with_name("rules.yaml"))
"""How a line says what a text must hold to."""
QUOTED = re.compile(r"⟦(\d+)⟧")
"""What stands for a quotation."""
_QUOTES = re.compile(
    r"[\"“”„«]\s?(?P<double>[^\"“”„«»\n]{1,1500}?)\s?[\"“”»]|(?<![\w’'])['‘](?P<single>[^'‘’\n]{1,300}?)['’](?!\w)"
)
_END = re.compile(
    r"(?<=[.!?。！？])(?<!i\.e\.)(?<!e\.g\.)(?<!P\.S\.)(?<!P\.P\.S\.)(?<!max\.)(?<!min\.)\s+|\n+|;\s+"
)


@dataclass(frozen=True, slots=True)
class RuleText:
    """A line with its quotations set aside: ⟦0⟧ stands for the first."""

    text: str
    quotations: tuple[str, ...] = ()
    sentences: tuple[str, ...] = field(default=())

    def plain(self, masked: str) -> str:
        """`masked` with its quotations put back."""
        return QUOTED.sub(lambda match: f"“{self.quotations[int(match[1])]}”", masked)

    def quoted(self, masked: str) -> list[str]:
        """The quotations that stand in `masked`."""
        return [self.quotations[int(number)] for number in QUOTED.findall(masked)]


def rule_text(line: str, *, digits: bool = True) -> RuleText:
    """Set the quotations of `line` aside and cut it into sentences; its number words become `digits`."""
    quotations: list[str] = []

    def aside(match: re.Match[str]) -> str:
        quotations.append((match["double"] or match["single"]).strip())
        return f"⟦{len(quotations) - 1}⟧"

    masked = _QUOTES.sub(aside, re.sub("[⟦⟧]", "", line))
    if digits:
        masked = _numbers().sub(lambda match: str(_values()[match[0].lower()]), masked)
    return RuleText(
        masked, tuple(quotations), tuple(part.strip() for part in _END.split(masked) if part.strip())
    )


@cache
def _values() -> dict[str, int]:
    return {word: value for words in FILE.get("numbers").values() for word, value in words.items()}


@cache
def _numbers() -> re.Pattern[str]:
    words = sorted(_values(), key=len, reverse=True)
    return re.compile(rf"(?<![\w⟦-])(?:{'|'.join(words)})(?![\w⟧])", re.IGNORECASE)


def matcher(*names: str | int) -> re.Pattern[str]:
    """The pattern of rules.yaml under `names`."""
    return FILE.pattern(*names, flags=re.IGNORECASE)
