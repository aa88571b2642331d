"""The codes of fields in Word and RTF: where a link leads, which sign or formula a field draws."""

import re

from vectorstore.loaders.formula_text import fraction, root
from vectorstore.loaders.run_marks import lowered, raised
from vectorstore.loaders.symbol_fonts import symbol

TICKED, UNTICKED = "☒", "☐"
_LINK = re.compile(r'\s*HYPERLINK\s+(?:\\[nt]\s+|\\o\s+"[^"]*"\s+)*"?([^"\s\\][^"\s]*)"?', re.I)
_SYMBOL = re.compile(r'\s*SYMBOL\s+(0x[0-9a-f]+|\d+)(?:.*?\\f\s+"?([^"\\]+)"?)?', re.I)
_EQUATION_WORD = re.compile(r"\\(?:\w+|\*)\s*[\w.]*|[(),;]|[^\\(),;]+")


def link_of(code: str) -> str:
    """The address in the code of a HYPERLINK field; empty where it has none."""
    match = _LINK.match(code)
    return match[1] if match else ""


def field_name(code: str) -> str:
    """What kind of field has `code`: "HYPERLINK", "PAGE", "EQ"."""
    return next(iter(code.split()), "").upper()


def drawn(code: str) -> str:
    """What a field shows that is drawn from its code: a formula (EQ), a sign (SYMBOL)."""
    if field_name(code) == "EQ":
        return equation(code.strip()[2:])
    if match := _SYMBOL.match(code):
        number = int(match[1], 0) if match[1].lower().startswith("0x") else int(match[1])
        return symbol((match[2] or "").strip() or "Symbol", number)
    return ""


def equation(code: str) -> str:
    r"""The formula of an EQ field on one line: `\f(1,2)` as "1/2", `\r(3,x)` as a root; readings over a word go."""
    words = [match[0] for match in _EQUATION_WORD.finditer(code[:2_000])]
    return " ".join(_terms(words, "")[0].split())


def _terms(words: list[str], until: str) -> tuple[str, str]:
    """What is written up to one of the signs `until`, and that sign."""
    text, options = "", []
    while words:
        word = words.pop(0)
        if until and word in until:
            return text, word
        if word.startswith("\\"):
            options.append(word.split()[0].lower())
        elif word == "(" and options:
            text += _applied(options, _parts(words))
            options = []
        elif word == "(":
            text += f"({_terms(words, ')')[0]})"
        else:
            text += word if not options else ""
    return text, ""


def _parts(words: list[str]) -> list[str]:
    parts, sign = [], ","
    while sign and sign != ")":
        part, sign = _terms(words, ",;)")
        parts.append(part.strip())
    return parts


def _applied(options: list[str], parts: list[str]) -> str:
    names = [re.sub(r"[\d. ]+$", "", option) for option in options]
    if "\\f" in names and len(parts) == 2:
        return fraction(*parts)
    if "\\r" in names:
        return root(parts[-1], parts[0] if len(parts) > 1 else "")
    if "\\up" in names or "\\do" in names:
        return raised(parts[0]) if "\\up" in names else lowered(parts[0])
    if "\\o" in names:
        return parts[-1]  # signs over each other; a reading stands before its word
    if "\\b" in names:
        return f"({', '.join(parts)})"
    return ", ".join(parts)
