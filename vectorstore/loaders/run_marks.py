"""Raised, lowered and struck text, in every format alike: a mark never runs into the number that it stands at.

"49" with a raised 1 is read as "49¹", never as 491, and "10" with a raised 6 as "10⁶": the text says what the page
shows. What is struck out is not read at all, because it does not hold any more.
"""

_RAISED = str.maketrans("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ")
_LOWERED = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")


def raised(text: str) -> str:
    """`text` as it is read where it stands raised: digits and signs as raised ones, words ("1st", "™") as they are."""
    return _shifted(text, _RAISED, "^")


def lowered(text: str) -> str:
    """`text` as it is read where it stands lowered: the 2 of CO₂ as a lowered digit, words as they are."""
    return _shifted(text, _LOWERED, "_")


def _shifted(text: str, signs: dict[int, int], sign: str) -> str:
    if not any(character.isdigit() for character in text):
        return text
    moved = text.translate(signs)
    # A digit that no raised form keeps apart would run into what stands before it.
    rest = [one for one in moved if one.isalnum() and ord(one) not in signs.values()]
    return moved if not rest else f"{sign}({text.strip()})"
