"""Formulas of Word and PowerPoint (OMML) on one line."""

from lxml import etree

from vectorstore.loaders.formula_text import fraction, index, join_terms, large, power, root
from vectorstore.loaders.office_zip import attribute, local

_OFF = ("0", "false", "off")
_ACCENTS = {"\u0302": "̂", "\u0303": "̃", "\u0305": "̅", "\u20d7": "⃗", "\u0307": "̇"}


def omml_text(element: "etree._Element") -> str:
    """What stands below `element` (m:oMath, or a part of one), on one line."""
    return join_terms([term for child in element if (term := _term(child))])


def _term(element: "etree._Element") -> str:
    tag = local(element)
    if tag == "r":
        return _run(element)
    if tag in ("t", "delText") or tag.endswith("Pr") or tag in ("del", "moveFrom", "Fallback"):
        return ""
    if tag in _STRUCTURES:
        return _STRUCTURES[tag](element)
    return omml_text(element)  # m:e, m:box, w:ins and all others that only wrap


def _run(run: "etree._Element") -> str:
    for properties in run.iterfind("{*}rPr"):
        for mark in properties.iterchildren("{*}strike", "{*}dstrike", "{*}vanish"):
            if attribute(mark, "val", "1") not in _OFF:
                return ""
        if properties.get("strike", "noStrike") not in ("noStrike", ""):
            return ""
    return "".join(part.text or "" for part in run.iterfind("{*}t"))


def _part(element: "etree._Element", name: str) -> str:
    child = element.find("{*}" + name)
    return omml_text(child) if child is not None else ""


def _value(element: "etree._Element", path: str, default: str) -> str:
    child = element.find(path)
    return attribute(child, "val", default) if child is not None else default


def _fraction(element: "etree._Element") -> str:
    above, below = _part(element, "num"), _part(element, "den")
    if _value(element, "{*}fPr/{*}type", "bar") == "noBar":
        return f"({above} over {below})"
    return fraction(above, below)


def _root(element: "etree._Element") -> str:
    return root(_part(element, "e"), _part(element, "deg"))


def _power(element: "etree._Element") -> str:
    return power(_part(element, "e"), _part(element, "sup"))


def _index(element: "etree._Element") -> str:
    return index(_part(element, "e"), _part(element, "sub"))


def _both(element: "etree._Element") -> str:
    exponent = power("", _part(element, "sup"))
    return index(_part(element, "e"), _part(element, "sub")) + exponent


def _before(element: "etree._Element") -> str:
    return index("", _part(element, "sub")) + power("", _part(element, "sup")) + _part(element, "e")


def _large(element: "etree._Element") -> str:
    sign = _value(element, "{*}naryPr/{*}chr", "∫")
    return large(sign, _part(element, "sub"), _part(element, "sup"), _part(element, "e"))


def _lower_limit(element: "etree._Element") -> str:
    return large(_part(element, "e"), _part(element, "lim"), "", "")


def _upper_limit(element: "etree._Element") -> str:
    return large(_part(element, "e"), "", _part(element, "lim"), "")


def _function(element: "etree._Element") -> str:
    return f"{_part(element, 'fName')} {_part(element, 'e')}"


def _delimited(element: "etree._Element") -> str:
    begin = _value(element, "{*}dPr/{*}begChr", "(")
    end = _value(element, "{*}dPr/{*}endChr", ")")
    between = _value(element, "{*}dPr/{*}sepChr", "|")
    return begin + between.join(omml_text(part) for part in element.iterfind("{*}e")) + end


def _matrix(element: "etree._Element") -> str:
    rows = (", ".join(omml_text(cell) for cell in row.iterfind("{*}e")) for row in element.iterfind("{*}mr"))
    return "; ".join(rows)


def _lines(element: "etree._Element") -> str:
    return "; ".join(omml_text(part) for part in element.iterfind("{*}e"))


def _accent(element: "etree._Element") -> str:
    sign = _value(element, "{*}accPr/{*}chr", "\u0302")
    return _part(element, "e") + _ACCENTS.get(sign, "")


def _phantom(element: "etree._Element") -> str:
    return "" if _value(element, "{*}phantPr/{*}show", "1") in _OFF else _part(element, "e")


_STRUCTURES = {
    "f": _fraction,
    "rad": _root,
    "sSup": _power,
    "sSub": _index,
    "sSubSup": _both,
    "sPre": _before,
    "nary": _large,
    "limLow": _lower_limit,
    "limUpp": _upper_limit,
    "func": _function,
    "d": _delimited,
    "m": _matrix,
    "eqArr": _lines,
    "acc": _accent,
    "phant": _phantom,
}
