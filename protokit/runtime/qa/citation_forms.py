"""Brings how models write citations into one form: "[1, 2]", "[1-3]", "[Source 1]", "【1†source】" are [1] [2]..."""

import re
from collections.abc import Iterable, Iterator

_WORD = (
    r"(?:sources?|passages?|docs?|documents?|refs?|references?|citations?|excerpts?|contexts?|quellen?|passagen?"
    r"|fuentes?|pasajes?|documentos?|extraits?|fonti|fonte|fontes|bron(?:nen)?|źródł[oa]|источник[и]?|来源|资料|段落"
    r"|出典|資料|출처|문서|المصدر)"
)
_NAMED = rf"{_WORD}\.?\s*(?:#|n[ro]?[.°º]?)?\s*:?\s*"
_NUMBERS = rf"\d{{1,3}}(?:\s*(?:[-–—,;&、，]|and|und|et|y|e|en)\s*(?:{_NAMED})?\d{{1,3}})*"
_CITATION = re.compile(
    rf"(?:[\[【]\s*(?:{_NAMED})?(?P<bracket>{_NUMBERS})\s*(?:†[^\]】\n]*)?[\]】](?!\()"
    rf"|\(\s*{_NAMED}(?P<round>{_NUMBERS})\s*\))",
    re.IGNORECASE,
)
_BEGUN = re.compile(r"[\[【(][^\]】)\n]{0,60}\Z")
_PART = re.compile(r"(\d+)(?:\s*[-–—]\s*(?:\D{1,20})?(\d+))?")


def plain_citations(text: str, most: int) -> str:
    """`text` with each citation of one or several of `most` passages as [n]; what names no passage stays as it is."""

    def written(match: re.Match[str]) -> str:
        numbers = _expanded(match["bracket"] or match["round"])
        if not numbers or not all(0 < number <= most for number in numbers):
            return match[0]
        return " ".join(f"[{number}]" for number in numbers)

    return _CITATION.sub(written, text)


def stream_plain_citations(pieces: Iterable[str], most: int) -> Iterator[str]:
    """The same for an answer that comes in pieces, which may cut a citation in two."""
    pending = ""
    for piece in pieces:
        pending += piece
        begun = _BEGUN.search(pending)
        cut = begun.start() if begun else len(pending)
        if pending[:cut].endswith("]"):  # what follows tells whether it is a link's
            cut = max(0, pending.rfind("[", 0, cut))
        ready, pending = pending[:cut], pending[cut:]
        if ready:
            yield plain_citations(ready, most)
    if pending:
        yield plain_citations(pending, most)


def _expanded(numbers: str) -> list[int]:
    """The numbers in order, those of a range too; none where a range runs backwards."""
    expanded: list[int] = []
    for first, last in _PART.findall(numbers):
        if last and int(last) <= int(first):
            return []
        expanded += range(int(first), int(last or first) + 1)
    return list(dict.fromkeys(expanded))
