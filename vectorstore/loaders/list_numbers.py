"""Numbers of lists in the forms that word processors give them: 1, 01, a, B, iv, IX, 3rd, first."""

_ROMAN = (
    (1000, "m"),
    (900, "cm"),
    (500, "d"),
    (400, "cd"),
    (100, "c"),
    (90, "xc"),
    (50, "l"),
    (40, "xl"),
    (10, "x"),
)
_ROMAN_ONES = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")
_WORDS = (
    "Zero One Two Three Four Five Six Seven Eight Nine Ten Eleven Twelve Thirteen Fourteen Fifteen Sixteen "
    "Seventeen Eighteen Nineteen Twenty"
).split()
_ORDINALS = (
    "Zeroth First Second Third Fourth Fifth Sixth Seventh Eighth Ninth Tenth Eleventh Twelfth Thirteenth "
    "Fourteenth Fifteenth Sixteenth Seventeenth Eighteenth Nineteenth Twentieth"
).split()


_TICKS = frozenset("☐☑☒✓✗✔✘□■☓❏❑")


def bullet(sign: str) -> str:
    """What is read of the bullet `sign`: a box and a tick say something, all others are a dash."""
    return sign.strip() if sign.strip() in _TICKS else "-"


def list_number(count: int, form: str) -> str:
    """`count` in the form that Word calls `form` ("decimal", "lowerLetter", "upperRoman", "ordinal" ...).

    Forms that are not known, those of other scripts among them, are written in plain digits.
    """
    if form == "none":
        return ""
    if form in ("lowerLetter", "upperLetter") and count > 0:
        letter = chr(ord("a") + (count - 1) % 26) * min(99, (count - 1) // 26 + 1)
        return letter.upper() if form == "upperLetter" else letter
    if form in ("lowerRoman", "upperRoman") and 0 < count < 10_000:
        return _roman(count).upper() if form == "upperRoman" else _roman(count)
    if form == "decimalZero":
        return f"{count:02}"
    if form == "ordinal":
        return f"{count}{_ending(count)}"
    words = {"cardinalText": _WORDS, "ordinalText": _ORDINALS}.get(form, [])
    return words[count] if 0 <= count < len(words) else str(count)


def _ending(count: int) -> str:
    return "th" if count // 10 % 10 == 1 else {1: "st", 2: "nd", 3: "rd"}.get(count % 10, "th")


def _roman(count: int) -> str:
    text = ""
    for value, letters in _ROMAN:
        text += letters * (count // value)
        count %= value
    return text + _ROMAN_ONES[count]
