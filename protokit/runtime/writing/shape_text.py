"""What the shapes share: the input cut into lines and sentences, their own words by language, quotations made short."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from protokit.runtime.pattern_file import PatternFile
from vectorstore.text.sentences import split

_FILE = PatternFile(Path(__file__).with_name("wording.yaml"))
_MARK = re.compile(r"^[ \t]*(?:[-*•–+]|\d{1,3}[.)]|\[[ xX]?\]|☐)[ \t]+(?:\[[ xX]?\][ \t]*)?")
_HEADING = re.compile(r"^(?P<hash>#{1,6})[ \t]+(?P<text>\S.*?)[ \t]*#*$|^\*\*(?P<bold>[^*\n]{2,80})\*\*:?$")
_STOP = " \t\n.,;:!?…-–—"


@dataclass(frozen=True)
class ShapeInput:
    """What a text is written from: the long text, all fields, and how it is to be."""

    text: str
    fields: tuple[tuple[str, str], ...] = ()
    language: str = "en"
    tone: str = "neutral"
    length: str = "medium"
    """"short", "medium" or "long"."""
    policy: tuple[str, ...] = ()
    """Sentences of the owner's documents that bear on the text, best first."""
    most_words: int | None = None
    criteria: bool = True
    """Whether the conditions of a story are wanted beside it."""
    questions: int | None = None
    """How many are asked for."""

    @cached_property
    def words(self) -> dict[str, Any]:
        """The shapes' own words in its language."""
        return dict(_FILE.get("en")) | dict(_FILE.get(self.language) or {})

    def value(self, *names: str) -> str:
        """What a field of one of these names holds, "" for none."""
        return next((value for name, value in self.fields if name.casefold() in names and value.strip()), "")

    @cached_property
    def sections(self) -> list[tuple[str, list[str]]]:
        """Headings with the lines under them; "" is the heading of what stands before the first."""
        sections: list[tuple[str, list[str]]] = [("", [])]
        for line in self.text.splitlines():
            if heading := _HEADING.match(line.strip()):
                sections.append(((heading["text"] or heading["bold"]).strip(), []))
            elif line.strip():
                sections[-1][1].append(line.strip())
        return [section for section in sections if section[0] or section[1]]

    @cached_property
    def lines(self) -> list[str]:
        """The lines without headings, without the signs that they begin with."""
        return [plain_line(line) for _, lines in self.sections for line in lines]

    @cached_property
    def listed(self) -> list[str]:
        """The lines that are items of a list."""
        return [plain_line(line) for _, lines in self.sections for line in lines if _MARK.match(line)]

    @cached_property
    def sentences(self) -> list[str]:
        """The sentences, lines of a list among them."""
        return [
            " ".join(line[span.start : span.end].split())
            for line in self.lines
            for span in split(line)
            if re.search(r"\w", line[span.start : span.end])
        ]


def pattern(name: str) -> re.Pattern[str]:
    """A pattern of wording.yaml."""
    return _FILE.pattern("patterns", name, flags=re.IGNORECASE)


def plain_line(line: str) -> str:
    """A line without the sign of its list."""
    return _MARK.sub("", line).strip()


def clause(text: str) -> str:
    """A piece of a sentence without what closes it."""
    return " ".join(text.split()).strip(_STOP)


def shortened(text: str, words: int) -> str:
    """The first `words` words of `text`, with "…" where there are more."""
    parts = text.split()
    return text if len(parts) <= words else f"{' '.join(parts[:words]).rstrip(' ,;:-')}…"


def sentence_case(text: str) -> str:
    """`text` with its first letter large."""
    return text[:1].upper() + text[1:]


def running(text: str) -> str:
    """`text` as it stands in the midst of a sentence: "Book a room" becomes "book a room", "PDF export" stays."""
    first, _, rest = text.partition(" ")
    plain = re.fullmatch(r"[A-Z][a-z]+|A", first) and not rest[:1].isupper()
    return text[0].lower() + text[1:] if plain else text
