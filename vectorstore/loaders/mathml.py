"""Formulas in MathML on one line: fractions as a/b, powers as raised digits or ^, roots as √(x)."""

import re

from lxml import etree

from vectorstore.loaders.office_zip import local
from vectorstore.loaders.run_marks import lowered, raised

_INVISIBLE = dict.fromkeys(range(0x2061, 0x2065))
_ONE_TERM = re.compile(r"[\w.,°%]+|√\([^()]*\)|\([^()]*\)")
_SILENT = ("annotation", "annotation-xml", "maction", "mphantom", "none", "mprescripts")
_DEEPEST = 200


def formula(element: "etree._Element", depth: int = 0) -> str:
    """The formula below `element`, a <math> or a part of one, as text. Raises RecursionError if it is too deep."""
    if depth > _DEEPEST:
        raise RecursionError
    name = local(element)
    if name in _SILENT:
        return ""
    parts = [formula(child, depth + 1) for child in element if isinstance(child.tag, str)]
    if not parts:
        return _token(name, element)
    if name == "mfrac" and len(parts) == 2:
        return fraction(*parts)
    if name in ("msup", "mover") and len(parts) == 2:
        return power(*parts) if name == "msup" else f"{parts[0]}{parts[1]}"
    if name in ("msub", "munder") and len(parts) == 2:
        return f"{parts[0]}{below(parts[1])}"
    if name in ("msubsup", "munderover") and len(parts) == 3:
        return power(f"{parts[0]}{below(parts[1])}", parts[2])
    if name == "msqrt":
        return f"√({_joined(parts)})"
    if name == "mroot" and len(parts) == 2:
        return f"{raised(parts[1])}√({parts[0]})"
    if name == "mfenced":
        return f"{element.get('open', '(')}{', '.join(parts)}{element.get('close', ')')}"
    if name in ("mtable", "mtr"):
        return ("; " if name == "mtable" else " ").join(parts)
    return _joined(parts)


def _token(name: str, element: "etree._Element") -> str:
    text = " ".join("".join(element.itertext()).split()).translate(_INVISIBLE)
    if name == "mo" and text in ("=", "+", "−", "-", "×", "·", "<", ">", "≤", "≥", "≈", "±", "÷", "⋅"):
        return f" {text} "
    return text


def _joined(parts: list[str]) -> str:
    """The parts of a row; a whole number keeps apart from the fraction behind it: "2 1/2"."""
    text = ""
    for part in parts:
        mixed = text[-1:].isdigit() and re.match(r"\d+/\d", part)
        text += f" {part}" if mixed else part
    return re.sub(r" {2,}", " ", text).strip()


def fraction(above: str, under: str) -> str:
    """ "a/b", with parentheses where a part is more than one term."""
    return f"{grouped(above)}/{grouped(under)}"


def grouped(text: str) -> str:
    """`text` in parentheses where it is more than one term."""
    return text if _ONE_TERM.fullmatch(text) else f"({text})"


def power(base: str, exponent: str) -> str:
    """ "10⁶", "x^(a+b)"."""
    signs = raised(exponent)
    if signs != exponent and not signs.startswith("^"):
        return f"{base}{signs}"
    return f"{base}^{grouped(exponent)}" if exponent else base


def below(index: str) -> str:
    """The index of a sign: "₂", "_max"."""
    signs = lowered(index)
    return signs if signs != index else f"_{grouped(index)}" if index else ""
