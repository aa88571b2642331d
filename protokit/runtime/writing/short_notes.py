"""A long message as a few bullet points that keep every figure, cut out of its own words."""

import re
from dataclasses import dataclass

from protokit.runtime.writing.shape_text import ShapeInput
from protokit.runtime.writing.text_measures import words_of

_FIGURE = re.compile(r"\d")
_CUT = re.compile(
    r"(?<=[,;:])\s+|\s+(?=[(–—])|(?<=\))\s+|\s+-\s+"
    r"|\s+(?=(?:and|but|or|which|who|because|so that|while|although|where|when|if|und|aber|weil|que|pero|mais|qui)\s)"
)
_GREETING = re.compile(
    r"^(?:hi|hello|dear|thanks?|thank you"
    r"|regards|cheers|best|kind regards|sincerely|love|fyi|hallo|liebe|hola|bonjour|merci|gracias)\b",
    re.IGNORECASE,
)
_DUTY = re.compile(
    r"\b(?:must|please|need|should|will|deadline|by|due|required|meeting|call|confirm"
    r"|cancel|approve|decid|remember|important)\w*",
    re.IGNORECASE,
)
MOST_BULLETS = 6
_SHARE = 0.5
_AROUND = 4
"""Words kept on each side of a figure where there is room for no more."""


@dataclass(slots=True)
class _Piece:
    """A stretch between two cuts of a sentence."""

    text: str
    sentence: int
    figures: bool
    weight: float
    chosen: bool = False

    @property
    def size(self) -> int:
        return len(words_of(self.text))


def short_notes(source: ShapeInput) -> str:
    """At most six bullets of at most half the words; each figure stands in one."""
    whole = len(words_of(source.text))
    room = int(whole * {"short": 0.35, "long": 0.6}.get(source.length, _SHARE))
    plain = re.sub(r"^#{1,6}[ \t]+|\*\*", "", source.text, flags=re.MULTILINE)  # a heading has figures too
    pieces = _pieces(ShapeInput(plain).sentences)
    _choose(pieces, room)
    lines = _lines(pieces)
    if sum(len(words_of(line)) for line in lines) > room:
        lines = _lines(_narrowed(pieces, room))
    return "\n".join(f"- {line}" for line in _merged(lines))


def _pieces(sentences: list[str]) -> list[_Piece]:
    pieces = []
    for number, sentence in enumerate(sentences):
        if _GREETING.match(sentence) and not _FIGURE.search(sentence) and len(sentence.split()) < 9:
            continue
        for at, part in enumerate(part for part in _CUT.split(sentence) if part and part.strip()):
            figures = _FIGURE.search(part) is not None
            weight = (number == 0) + 2 * (at == 0) + 1.5 * len(_DUTY.findall(part)) - 0.02 * number
            pieces.append(_Piece(part.strip(), number, figures, weight))
    return pieces


def _choose(pieces: list[_Piece], room: int) -> None:
    """Every piece with a figure, then the best of the sentences that have one, then of the others."""
    for piece in pieces:
        piece.chosen = piece.figures
    left = room - sum(piece.size for piece in pieces if piece.chosen)
    having = {piece.sentence for piece in pieces if piece.chosen}
    order = sorted(
        (piece for piece in pieces if not piece.chosen),
        key=lambda piece: (piece.sentence not in having, -piece.weight),
    )
    started = set(having)
    for piece in order:
        if piece.size <= left and (
            piece.sentence in started or (piece.size > 3 and len(started) < MOST_BULLETS)
        ):
            piece.chosen, left = True, left - piece.size
            started.add(piece.sentence)


def _lines(pieces: list[_Piece]) -> list[str]:
    """The chosen pieces, those of one sentence together."""
    by_sentence: dict[int, list[str]] = {}
    skipped = -1
    for piece in pieces:
        parts = by_sentence.setdefault(piece.sentence, [])
        if piece.chosen:
            parts += ["…"] * (skipped == piece.sentence and bool(parts)) + [piece.text]
        skipped = (
            skipped
            if piece.chosen and skipped != piece.sentence
            else piece.sentence
            if not piece.chosen
            else -1
        )
    lines = [" ".join(parts).strip(" ,;:") for parts in by_sentence.values() if parts]
    return list(dict.fromkeys(lines))


def _narrowed(pieces: list[_Piece], room: int) -> list[_Piece]:
    """Of long pieces only the words around their figures."""
    chosen = [piece for piece in pieces if piece.chosen and piece.figures]
    for reach in (2 * _AROUND, _AROUND, 2, 1):
        narrow = [_Piece(_around(piece.text, reach), piece.sentence, True, 0, True) for piece in chosen]
        if sum(piece.size for piece in narrow) <= room:
            return narrow
    return [_Piece(_around(piece.text, 0), piece.sentence, True, 0, True) for piece in chosen]


def _around(text: str, reach: int) -> str:
    words = text.split()
    spots = [at for at, word in enumerate(words) if _FIGURE.search(word)]
    if not spots:
        return text
    keep = sorted(
        {
            each
            for at in spots
            for each in range(max(0, at - reach), min(len(words), at + max(1, reach // 2) + 1))
        }
    )
    told, last = [], None
    for at in keep:
        if last is not None and at > last + 1:
            told.append("…")
        told.append(words[at])
        last = at
    return " ".join(told)


def _merged(lines: list[str]) -> list[str]:
    """At most six lines: the shortest neighbours become one."""
    lines = [line for line in lines if line]
    while len(lines) > MOST_BULLETS:
        at = min(range(len(lines) - 1), key=lambda index: len(lines[index]) + len(lines[index + 1]))
        lines[at : at + 2] = [f"{lines[at].rstrip('.')}; {lines[at + 1]}"]
    if len(lines) == 1 and len(parts := re.split(r"(?<=[.;:,])\s+", lines[0], maxsplit=1)) == 2:
        lines = parts
    return lines
