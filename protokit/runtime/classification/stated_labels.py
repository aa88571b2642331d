"""A text that names its own label, as forms do: "Issue type: feature request", "[Bug] It crashes"."""

import re
from collections.abc import Collection, Sequence

_PLAIN = re.compile(r"[^\W_]+")
_MARKUP = re.compile(r"<[^>]{0,80}>|[*_`#>]")
_OPENING = re.compile(r"\s*(?:\[([^\]\n]{1,40})\]|([^\W\d_][^:\n]{0,30}):(?=\s))")
_MOST_WORDS = 3
"""Of a line, or of what stands behind its colon, for it to be the value of a form's field."""
_MOST_LINES = 60


def stated_label(text: str, names: Sequence[Collection[str]]) -> int | None:
    """The place of the only label that `text` names itself; None where it names none or several.

    `names` holds the names that each label goes by, in small letters with blanks between words.
    """
    values = _values(text)
    places = [place for place, known in enumerate(names) if values & set(known)]
    return places[0] if len(places) == 1 else None


def _values(text: str) -> set[str]:
    """What stands in the text's brackets at the beginning, alone on a line, or behind a colon, as plain words."""
    opening = _OPENING.match(text)
    values = {opening[1] or opening[2]} if opening else set()
    for line in text.splitlines()[:_MOST_LINES]:
        plain = _MARKUP.sub(" ", line).strip()
        before, colon, behind = plain.rpartition(":")
        if colon and len(before.split()) <= _MOST_WORDS:
            values.add(behind)
        elif not colon:
            values.add(plain)
    told = {" ".join(_PLAIN.findall(value.lower())) for value in values if len(value) < 60}
    return {value for value in told if value and value.count(" ") < _MOST_WORDS}
