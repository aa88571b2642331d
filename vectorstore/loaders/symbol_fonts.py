"""What the characters of symbol fonts show: "þ" is a ticked box in Wingdings, "a" is an alpha in Symbol."""

_WINGDINGS = {
    0xFE: "☑", 0xFD: "☒", 0xA8: "☐", 0x6F: "☐", 0x71: "☐", 0x72: "☐", 0x78: "☒", 0xFC: "✓", 0xFB: "✗",
    0xDF: "←", 0xE0: "→", 0xE1: "↑", 0xE2: "↓", 0xE7: "←", 0xE8: "→", 0xF0: "⇨", 0xAB: "★", 0x4A: "☺", 0x4C: "☹",
    0x28: "☎", 0x2A: "✉", 0xA1: "○", 0x6C: "●", 0x6E: "■", 0xA7: "•", 0xD8: "•", 0x76: "•", 0x77: "•", 0x9F: "•",
    **{0x80 + number: sign for number, sign in enumerate("⓪①②③④⑤⑥⑦⑧⑨⑩")},
    **{0x8B + number: sign for number, sign in enumerate("⓿❶❷❸❹❺❻❼❽❾❿")},
}  # fmt: skip
_WINGDINGS_2 = {
    0x50: "✓", 0x4F: "✗", 0x51: "☒", 0x52: "☑", 0x53: "☒", 0x54: "☒", 0x2A: "☐", 0xA3: "☐", 0x98: "•",
    **{0x69 + number: sign for number, sign in enumerate("⓪①②③④⑤⑥⑦⑧⑨⑩")},
}  # fmt: skip
_WEBDINGS = {0x61: "✓", 0x72: "✗", 0x63: "☐", 0x67: "■", 0x6E: "●"}
_GREEK = dict(
    zip(
        b"ABGDEZHQIKLMNXOPRSTUFCYWabgdezhqiklmnxoprVstufcyw",
        "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩαβγδεζηθικλμνξοπρςστυφχψω",
        strict=True,
    )
)
_SYMBOL = {
    **_GREEK,
    0xA0: "€", 0xA3: "≤", 0xA5: "∞", 0xAB: "↔", 0xAC: "←", 0xAD: "↑", 0xAE: "→", 0xAF: "↓", 0xB0: "°", 0xB1: "±",
    0xB3: "≥", 0xB4: "×", 0xB5: "∝", 0xB6: "∂", 0xB7: "•", 0xB8: "÷", 0xB9: "≠", 0xBA: "≡", 0xBB: "≈", 0xBC: "…",
    0xC5: "⊕", 0xC6: "∅", 0xC7: "∩", 0xC8: "∪", 0xCE: "∈", 0xD1: "∇", 0xD2: "®", 0xD3: "©", 0xD4: "™", 0xD5: "∏",
    0xD6: "√", 0xD7: "·", 0xD8: "¬", 0xD9: "∧", 0xDA: "∨", 0xDC: "⇐", 0xDE: "⇒", 0xE5: "∑", 0xF2: "∫", 0x2D: "−",
    0x6A: "φ", 0x4A: "ϑ", 0x76: "ϖ", 0x22: "∀", 0x24: "∃", 0x27: "∋", 0x2A: "∗", 0x40: "≅", 0x5C: "∴", 0x5E: "⊥",
    0x7E: "∼",
}  # fmt: skip
_FONTS = {"wingdings": _WINGDINGS, "wingdings 2": _WINGDINGS_2, "webdings": _WEBDINGS, "symbol": _SYMBOL}


def is_symbol_font(font: str) -> bool:
    """Whether the letters of `font` show something else than themselves."""
    return font.strip().lower() in _FONTS


def symbol(font: str, code: int) -> str:
    """What the character `code` shows in the symbol font `font`; itself in a font that is none.

    Office also writes such characters from U+F000 on. One that is not known shows nothing that can be read.
    """
    signs = _FONTS.get(font.strip().lower())
    low = code - 0xF000 if 0xF000 <= code <= 0xF0FF else code
    if signs is None:
        return chr(code) if 0 < code < 0x110000 else ""
    return signs.get(
        low, chr(low) if signs is _SYMBOL and 0x20 <= low < 0x7F else "" if low < 0x100 else chr(code)
    )


def symbols(font: str, text: str) -> str:
    """`text` as the symbol font `font` shows it; signs of other alphabets stay."""
    return "".join(one if one.isspace() else symbol(font, ord(one)) for one in text)
