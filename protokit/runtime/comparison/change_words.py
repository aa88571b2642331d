"""Changes in plain words: a line each for what matters most, tied to its places in both documents."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from protokit.runtime.comparison.changes import KINDS, ClauseChange, Comparison
from protokit.runtime.page_texts import languages
from protokit.runtime.pattern_file import PatternFile

LINES = 10
"""The longest summary, with the line that counts."""
_WORDS = 3
"""Pieces of a clause that are told; the others are marked in it."""
_QUOTE = 160
_FILE = PatternFile(Path(__file__).with_name("wording.yaml"))


@cache
def wording(language: str) -> dict[str, Any]:
    """What is said in `language` (ISO 639), in English where it is not spoken."""
    words: dict[str, Any] = _FILE.get(language) or _FILE.get("en")
    return words


def kind_named(name: str) -> str:
    """The kind of change that is called `name` in any language; `name` where none is."""
    spoken = [wording(language)["kinds"] for language in languages()]
    return next((kind for kinds in spoken for kind, said in kinds.items() if said == name), name)


def ranked(comparison: Comparison) -> list[ClauseChange]:
    """The changes, those that matter most first; those that matter alike as they stand in the newer document."""
    return sorted(comparison.changes, key=lambda change: (not change.important, -round(change.importance, 1)))


def counted(comparison: Comparison, language: str) -> str:
    """How many changes there are, of which kind, and how many matter."""
    words, changes = wording(language), comparison.changes
    content = [change for change in changes if change.kind not in ("moved", "numbering")]
    if not content:
        return str(words["layout_only" if changes else "none"]) + _kinds(changes, words)
    important = sum(change.important for change in content)
    return str(words["counts"].format(important=important, all=len(content))) + _kinds(changes, words)


def _kinds(changes: Sequence[ClauseChange], words: dict[str, Any]) -> str:
    counts = {kind: sum(change.count for change in changes if change.kind == kind) for kind in KINDS}
    told = [f"{count} {words['kinds'][kind]}" for kind, count in counts.items() if count]
    return f" ({', '.join(told)})" if told else ""


def told(change: ClauseChange, language: str) -> str:
    """A change in one line: "Fees: “30 days” became “14 days”"."""
    words, place = wording(language), place_of(change)
    if change.kind in ("added", "removed", "moved"):
        excerpt = change.new or change.old
        text = words[change.kind].format(text=shortened(excerpt.text if excerpt else ""))
    else:
        text = "; ".join(_pieces(change, words)) or shortened(change.new.text if change.new else "")
    return f"{place}: {text}" if place else text


def place_of(change: ClauseChange) -> str:
    """Where a change stands, in the newer document if it stands there."""
    excerpt = change.new or change.old
    return excerpt.where if excerpt else ""


def reasons(change: ClauseChange, language: str) -> str:
    """Why a change matters: "numbers and dates, liability"."""
    names = wording(language)["reasons"]
    keys = [key for key in change.reasons if not (key == "number" and "facts" in change.reasons)]
    return ", ".join(names[key] for key in keys) if change.important else ""


def _pieces(change: ClauseChange, words: dict[str, Any]) -> list[str]:
    """What became what: the facts first, then the other words."""
    pairs = [(old, new) for old, new in change.facts if old and new]
    for one in change.words:
        old, new = shortened(one.old_text), shortened(one.new_text)
        if not any(
            _shares(piece, fact)
            for piece in (old, new)
            for pair in change.facts
            for fact in pair
            if all(pair)
        ):
            pairs.append((old, new))
    names = ["became" if old and new else "gone_words" if old else "new_words" for old, new in pairs]
    return [words[name].format(old=old, new=new) for name, (old, new) in zip(names, pairs, strict=True)][
        :_WORDS
    ]


def _shares(piece: str, fact: str) -> bool:
    return bool(piece) and (piece in fact or fact in piece or bool({*piece.split()} & {*fact.split()}))


def shortened(text: str, most: int = _QUOTE) -> str:
    """`text` on one line, cut at a word where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[:most].rsplit(' ', 1)[0]}…"
