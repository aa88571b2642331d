"""Formulas in LaTeX on one line: fractions as a/b, powers as raised digits or ^, roots as √(x)."""

import re

from vectorstore.loaders.formula_text import fraction, index, power, root

_SIGNS = {
    "times": " × ",
    "cdot": " · ",
    "div": " ÷ ",
    "pm": " ± ",
    "le": " ≤ ",
    "leq": " ≤ ",
    "ge": " ≥ ",
    "geq": " ≥ ",
    "ne": " ≠ ",
    "neq": " ≠ ",
    "approx": " ≈ ",
    "sim": "~",
    "to": " → ",
    "rightarrow": " → ",
    "infty": "∞",
    "sum": "∑",
    "prod": "∏",
    "int": "∫",
    "alpha": "α",
    "beta": "β",
    "gamma": "γ",
    "delta": "δ",
    "Delta": "Δ",
    "epsilon": "ε",
    "lambda": "λ",
    "mu": "μ",
    "pi": "π",
    "sigma": "σ",
    "Sigma": "Σ",
    "theta": "θ",
    "omega": "ω",
    "Omega": "Ω",
    "degree": "°",
    "circ": "°",
    "euro": "€",
    "ldots": "…",
    "dots": "…",
    "quad": " ",
    "qquad": " ",
    "left": "",
    "right": "",
    "displaystyle": "",
    "limits": "",
}
_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[{}^_]|[^\\{}^_]", re.S)
_ENVIRONMENT = re.compile(r"\\(?:begin|end)\{[a-z]+\*?\}(?:\{[lcr| ]*\})?|(?<!\\)&")
"""What lines up the parts of a formula, and says nothing of it."""
_FORMULA = re.compile(r"[\\^_{}=]|\d\s?/\s?\d")
_DEEPEST = 100


def is_formula(source: str) -> bool:
    """Whether what stands between two $ is a formula, not the text between two prices."""
    return bool(_FORMULA.search(source))


def latex_text(source: str) -> str:
    """The formula `source`, without its $ signs, as text."""
    text, _ = _group(_TOKEN.findall(_ENVIRONMENT.sub(" ", source)), 0, 0)
    return " ".join(text.split())


def _group(tokens: list[str], at: int, depth: int) -> tuple[str, int]:
    """The text up to the brace that closes, and where it goes on."""
    if depth > _DEEPEST:
        raise RecursionError
    parts: list[str] = []
    while at < len(tokens) and tokens[at] != "}":
        if tokens[at] in "^_":
            base = parts.pop() if parts else ""
            sign = tokens[at]
            inner, at = _argument(tokens, at + 1, depth)
            parts.append(power(base, inner) if sign == "^" else index(base, inner))
            continue
        text, at = _argument(tokens, at, depth)
        # Digits make one number, which a power belongs to.
        together = bool(parts) and text.isdigit() and parts[-1].replace(".", "").replace(",", "").isdigit()
        if parts and parts[-1][-1:].isdigit() and re.match(r"\d+/", text):
            text = f" {text}"
        parts[-1:] = [parts[-1] + text] if together else [*parts[-1:], text]
    return "".join(parts), at + 1


def _argument(tokens: list[str], at: int, depth: int) -> tuple[str, int]:
    """One term: a group in braces, a command with what it takes, or a sign."""
    if at >= len(tokens):
        return "", at
    token = tokens[at]
    if token == "{":
        return _group(tokens, at + 1, depth + 1)
    if not token.startswith("\\"):
        return token, at + 1
    name = token[1:]
    if name in ("frac", "dfrac", "tfrac", "cfrac"):
        above, at = _argument(tokens, _past_space(tokens, at + 1), depth + 1)
        under, at = _argument(tokens, _past_space(tokens, at), depth + 1)
        return fraction(above, under), at
    if name == "sqrt":
        inner, at = _argument(tokens, _past_space(tokens, at + 1), depth + 1)
        return root(inner), at
    if name in _SIGNS:
        return _SIGNS[name], _past_space(tokens, at + 1)
    if not name.isalpha():
        return {",": " ", ";": " ", ":": " ", "!": "", " ": " ", "\\": "; "}.get(name, name), at + 1
    if at + 1 < len(tokens) and tokens[at + 1] == "{":  # \text{...}, \mathrm{...}, \mathbf{...}
        return _group(tokens, at + 2, depth + 1)
    return name, at + 1


def _past_space(tokens: list[str], at: int) -> int:
    while at < len(tokens) and tokens[at].isspace():
        at += 1
    return at
