"""Keeps text from models and documents harmless: it loads nothing on the page and orders no model about."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from protokit.runtime.pattern_file import PatternFile
from vectorstore.passage import Passage

# Characters that a reader cannot see and a model can: zero widths, direction overrides, the tag block.
_INVISIBLE = re.compile(
    "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\U000e0000-\U000e007f]"
)
_FLAGS = re.IGNORECASE | re.MULTILINE
_PATTERNS = PatternFile(Path(__file__).with_name("injection.yaml"))


@dataclass(frozen=True, slots=True)
class InjectionHint:
    """A stretch of text, by character offsets, that tries to give the model orders, and what it tries."""

    start: int
    end: int
    why: str


def injection_hints(text: str) -> list[InjectionHint]:
    """Where `text` (a document or a question) sounds like an injected instruction; in order, not overlapping.

    These are hints for the owner and the trace. The defence itself is `wrap`, which holds whatever the words.
    """
    hints = [
        InjectionHint(match.start(), match.end(), why)
        for why in _PATTERNS.get("suspicious")
        for match in _PATTERNS.pattern("suspicious", why, flags=_FLAGS).finditer(text)
    ]
    hints += [
        InjectionHint(m.start(), m.end(), "hides text") for m in re.finditer("[\U000e0020-\U000e007f]+", text)
    ]
    separate: list[InjectionHint] = []
    for each in sorted(hints, key=lambda suspicion: (suspicion.start, -suspicion.end)):
        if not separate or each.start >= separate[-1].end:
            separate.append(each)
    return separate


def delimit_passages(passages: Sequence[Passage], *, key: str = "") -> str:
    """The passages, numbered from 1, between marks that no document can close, under a note: they are data.

    `key` is part of every mark. By default it is random, so that whoever wrote a document cannot know it.
    """
    key = key or secrets.token_hex(4)
    blocks = [
        f"<passage {key} {number}>\n{_plain(passage.where)}\n{_plain(passage.text)}\n</passage {key}>"
        for number, passage in enumerate(passages, start=1)
    ]
    return "\n\n".join([_note().format(key=key), *blocks])


def _plain(text: str) -> str:
    return _INVISIBLE.sub("", text)


@lru_cache(maxsize=1)
def _note() -> str:
    return (Path(__file__).parent / "texts" / "passages.md").read_text(encoding="utf-8").strip()
