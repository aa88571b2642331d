"""Formulas in MathML on one line: fractions as a/b, powers as raised digits or ^, roots as √(x)."""

from lxml import etree

from vectorstore.loaders.formula_text import fraction, index, join_terms, power, root
from vectorstore.loaders.office_zip import local

_INVISIBLE = dict.fromkeys(range(0x2061, 0x2065))
_SILENT = ("annotation", "annotation-xml", "maction", "mphantom", "none", "mprescripts")
_DEEPEST = 200


def mathml_text(element: "etree._Element", depth: int = 0) -> str:
    """The formula below `element`, a <math> or a part of one, as text. Raises RecursionError if it is too deep."""
    if depth > _DEEPEST:
        raise RecursionError
    name = local(element)
    if name in _SILENT:
        return ""
    parts = [mathml_text(child, depth + 1) for child in element if isinstance(child.tag, str)]
    if not parts:
        return _token(name, element)
    if name == "mfrac" and len(parts) == 2:
        return fraction(*parts)
    if name in ("msup", "mover") and len(parts) == 2:
        return power(*parts) if name == "msup" else f"{parts[0]}{parts[1]}"
    if name in ("msub", "munder") and len(parts) == 2:
        return index(*parts)
    if name in ("msubsup", "munderover") and len(parts) == 3:
        return power(index(parts[0], parts[1]), parts[2])
    if name == "msqrt":
        return root(join_terms(parts))
    if name == "mroot" and len(parts) == 2:
        return root(*parts)
    if name == "mfenced":
        return f"{element.get('open', '(')}{', '.join(parts)}{element.get('close', ')')}"
    if name in ("mtable", "mtr"):
        return ("; " if name == "mtable" else " ").join(parts)
    return join_terms(parts)


def _token(name: str, element: "etree._Element") -> str:
    text = " ".join("".join(element.itertext()).split()).translate(_INVISIBLE)
    if name == "mo" and text in ("=", "+", "−", "-", "×", "·", "<", ">", "≤", "≥", "≈", "±", "÷", "⋅"):
        return f" {text} "
    return text
