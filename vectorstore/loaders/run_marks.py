"""Raised, lowered and struck text, in every format alike: a mark never runs into the number that it stands at.

"49" with a raised 1 is read as "49¹", never as 491, and "10" with a raised 6 as "10⁶": the text says what the page
shows. What is struck out is not read at all, because it does not hold any more.
"""

import re
from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter

_RAISED = str.maketrans("0123456789+-−=n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼ⁿ")
_LOWERED = str.maketrans("0123456789+-−=", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌")
_ORDINAL = frozenset("eo")
"""Letters that end an ordinal where they stand raised: the e of a French "2e"."""
_CENTS = re.compile(r"[.,]\d\d")
"""What shops raise behind a price."""
_SPLIT_FRACTION = re.compile("([⁰¹²³⁴⁵⁶⁷⁸⁹]+)[/⁄∕]([₀₁₂₃₄₅₆₇₈₉]+)")
_LEVEL = {**{up: at for at, up in zip("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹", strict=True)}}
_LEVEL |= {down: at for at, down in zip("0123456789", "₀₁₂₃₄₅₆₇₈₉", strict=True)}


def raised(text: str) -> str:
    """`text` as it is read where it stands raised: digits and signs as raised ones, words ("1st", "™") as they are."""
    return _shifted(text, _RAISED, "^")


def lowered(text: str) -> str:
    """`text` as it is read where it stands lowered: the 2 of CO₂ as a lowered digit, words as they are."""
    return _shifted(text, _LOWERED, "_")


def join_runs(runs: Iterable[tuple[str, int]]) -> str:
    """The text of `runs`, each with its shift: 1 where it is raised, -1 where it is lowered, else 0.

    Neighbours of one shift are one mark, however often the program has cut them; a text that is raised or lowered
    as a whole has nothing to stand at and is plain; a raised 1 over a lowered 2 is the fraction 1/2.
    """
    runs = list(runs)
    if not any(shift for _, shift in runs):
        return "".join(text for text, _ in runs)
    joined = [
        ("".join(text for text, _ in group), shift) for shift, group in groupby(runs, key=itemgetter(1))
    ]
    if sum(1 for text, _ in joined if text.strip()) < 2:
        return "".join(text for text, _ in joined)
    text = ""
    for piece, shift in joined:
        text += _marked(piece, shift, text)
    return join_fractions(text)


def join_fractions(text: str) -> str:
    """`text` with each raised number over a lowered one as a fraction: "2³/₄" is "2 3/4"."""
    return _SPLIT_FRACTION.sub(_fraction, text)


def _marked(piece: str, shift: int, before: str) -> str:
    if shift == 0 or not piece.strip():
        return piece
    mark = piece.strip()
    return piece.replace(mark, raised_behind(mark, before) if shift > 0 else lowered(mark), 1)


def raised_behind(mark: str, before: str) -> str:
    """The raised text `mark` as it is read behind the text `before`: a letter or cents may be part of a number."""
    if not before[-1:].isdigit():
        return raised(mark)
    if len(mark) == 1 and mark.isalpha() and mark not in _ORDINAL:
        return f"^{mark}"  # "49" with a raised a is no 49a
    return mark if _CENTS.fullmatch(mark) else raised(mark)


def _fraction(match: "re.Match[str]") -> str:
    above, below = ("".join(_LEVEL[one] for one in part) for part in match.groups())
    mixed = match.start() > 0 and match.string[match.start() - 1].isdigit()
    return f"{' ' if mixed else ''}{above}/{below}"


def _shifted(text: str, signs: dict[int, int], sign: str) -> str:
    if not any(character.isdigit() for character in text):
        return text
    if re.fullmatch(r"\(.*\)", text.strip()):
        return f"{sign}{text.strip()}"
    moved = text.translate(signs)
    # A digit that no raised form keeps apart would run into what stands before it.
    rest = [one for one in moved if one.isalnum() and ord(one) not in signs.values()]
    return moved if not rest else f"{sign}({text.strip()})"
