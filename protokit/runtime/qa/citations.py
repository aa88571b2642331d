"""Which passages a model's answer rests on: the [n] it wrote, with the sentences that bear them out marked."""

import re
from collections.abc import Sequence

from protokit.runtime.assistant_types import Citation
from protokit.runtime.qa.citation_forms import plain_citations
from vectorstore.passage import Passage

_NUMBER = re.compile(r"\[(\d{1,3})\]")


def cite(text: str, passages: Sequence[Passage]) -> tuple[Citation, ...]:
    """The citations of a model's `text`: numbers that name no passage are left out."""
    text = plain_citations(text, len(passages))
    numbers = dict.fromkeys(int(found[1]) for found in _NUMBER.finditer(text))
    return tuple(
        Citation(number, passage, _marks(_claims(text, number), passage))
        for number in numbers
        if 0 < number <= len(passages)
        for passage in [passages[number - 1]]
    )


def _claims(text: str, number: int) -> list[str]:
    """The sentences of `text` that cite `number`."""
    pieces = re.split(r"(?<=\])(?!\s*\[)\s*", text)
    return [_NUMBER.sub("", piece) for piece in pieces if f"[{number}]" in piece]


def _marks(claims: list[str], passage: Passage) -> tuple[tuple[int, int], ...]:
    from protokit.runtime.qa.extract import extract

    found = {(piece.start, piece.end) for claim in claims for piece in extract(claim, [passage], limit=1)}
    return tuple(sorted(found))
