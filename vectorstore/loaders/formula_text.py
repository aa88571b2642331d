"""Formulas on one line, as people type them: "a/b", "x^(n+1)", "√(x)", "∑_(i=1)^n x_i"."""

import re

from vectorstore.loaders.run_marks import lowered, raised

_ONE_TERM = re.compile(r"[-−]?(?:[\d.,\u2019']+\s?[%€$£]?|[^\W\d_]+|[^\W_])")
_CLOSED = re.compile(r"[^\W_]*\([^()]*\)|√\([^()]*\)")
_NUMBER = re.compile(r"[-−+]?\d+")


def grouped(text: str) -> str:
    """`text`, in parentheses where it is more than one term."""
    text = text.strip()
    one = _ONE_TERM.fullmatch(text) or _CLOSED.fullmatch(text)
    return text if one or not text else f"({text})"


def fraction(above: str, below: str) -> str:
    """One part over another: "1/2", "(a+b)/c"."""
    return f"{grouped(above)}/{grouped(below)}"


def power(base: str, exponent: str) -> str:
    """`base` with a raised part: "10⁶", "x^n", "(a+b)^(n+1)"."""
    exponent = exponent.strip()
    if not exponent:
        return base
    return grouped(base) + (raised(exponent) if _NUMBER.fullmatch(exponent) else f"^{grouped(exponent)}")


def index(base: str, below: str) -> str:
    """`base` with a lowered part: "x₂", "x_i"."""
    below = below.strip()
    if not below:
        return base
    return base.strip() + (lowered(below) if _NUMBER.fullmatch(below) else f"_{grouped(below)}")


def root(inside: str, degree: str = "") -> str:
    """The root of `inside`: "√(x)", "³√(x)"."""
    degree = degree.strip()
    if _NUMBER.fullmatch(degree):
        return f" {raised(degree)}√({inside.strip()})"
    return f"√({inside.strip()})" if not degree else f"root({degree}, {inside.strip()})"


def large(operator: str, below: str, above: str, inside: str) -> str:
    """A sum, a product or an integral: "∑_(i=1)^n x_i"."""
    limits = (f"_{grouped(below)}" if below.strip() else "") + (f"^{grouped(above)}" if above.strip() else "")
    return f"{operator}{limits} {inside.strip()}".strip()


def join_terms(terms: list[str]) -> str:
    """`terms` one after the other; a number and a fraction after it stay apart: "2 1/2" is no 21/2."""
    text = ""
    for term in terms:
        touching = text[-1:].isalnum() and term[:1].isalnum()
        either = "/" in term or "/" in text.rsplit(" ", 1)[-1]
        text += f" {term}" if touching and either else term
    return " ".join(text.split())


def beside(before: str, formula: str) -> str:
    """`formula` with the space that it needs behind `before`: a number and a formula would be another number."""
    last, first = before[-1:], formula[:1]
    same = (last.isdigit() and first.isdigit()) or (last.isascii() and last.isalpha() and first.isalpha())
    return f" {formula}" if same else formula
