"""Text of drawings (DrawingML): on slides, in the cells of their tables, in charts and diagrams."""

from collections.abc import Mapping

from lxml import etree

from vectorstore.loaders.formula_text import beside
from vectorstore.loaders.link_targets import with_address
from vectorstore.loaders.list_numbers import bullet, list_number
from vectorstore.loaders.office_zip import attribute, local
from vectorstore.loaders.omml_formulas import omml_text
from vectorstore.loaders.run_marks import join_runs
from vectorstore.loaders.symbol_fonts import is_symbol_font, symbols

_Run = tuple[str, int]
_STRUCK = ("sngStrike", "dblStrike")
_FORMS = {
    "arabic": "decimal",
    "alphaLc": "lowerLetter",
    "alphaUc": "upperLetter",
    "romanLc": "lowerRoman",
    "romanUc": "upperRoman",
}


def drawing_paragraphs(
    element: "etree._Element", links: Mapping[str, str] | None = None, *, numbered: bool = False
) -> list[str]:
    """The paragraphs below `element`, each on one line, empty ones and struck text left out.

    `links` gives the addresses by their ids; with `numbered` a paragraph of a numbered list begins with its number.
    """
    counts: dict[int, tuple[str, int]] = {}
    shown = []
    for paragraph in element.iter("{*}p"):
        text = _paragraph(paragraph, links or {})
        number = _number(paragraph, counts) if text else ""
        if text:
            shown.append(f"{number} {text}" if numbered and number else text)
    return shown


def _paragraph(paragraph: "etree._Element", links: Mapping[str, str]) -> str:
    runs: list[_Run] = []
    _add_runs(runs, paragraph, _level_defaults(paragraph), links)
    return " ".join(join_runs(runs).split())


def _add_runs(
    runs: list[_Run], parent: "etree._Element", defaults: Mapping[str, str], links: Mapping[str, str]
) -> None:
    for child in parent:
        tag = local(child)
        if tag in ("r", "fld"):
            runs += _run(child, defaults, links)
        elif tag in ("br", "tab"):
            runs.append((" ", 0))
        elif tag in ("oMath", "oMathPara"):
            runs.append((beside(join_runs(runs), omml_text(child)), 0))
        elif tag == "AlternateContent":
            for choice in child[:1]:
                _add_runs(runs, choice, defaults, links)
        elif tag == "m":  # a14:m holds a formula
            _add_runs(runs, child, defaults, links)


def _run(run: "etree._Element", defaults: Mapping[str, str], links: Mapping[str, str]) -> list[_Run]:
    text = "".join(part.text or "" for part in run.iterfind("{*}t")).replace("_x000B_", " ")
    properties = run.find("{*}rPr")
    own: Mapping[str, str] = (
        {**defaults, **{str(key): str(value) for key, value in properties.items()}}
        if (properties is not None)
        else defaults
    )
    if own.get("strike", "") in _STRUCK:
        return []
    if properties is not None:
        text = _decorated(text, properties, links)
    shift = _percent(own.get("baseline", "0"))
    return [(text, (shift > 0) - (shift < 0))]


def _decorated(text: str, properties: "etree._Element", links: Mapping[str, str]) -> str:
    """`text` as its symbol font shows it, with the address that it links to."""
    for child in properties:
        tag = local(child)
        if tag in ("sym", "latin") and is_symbol_font(child.get("typeface", "")):
            text = symbols(child.get("typeface", ""), text)
        elif tag == "hlinkClick":
            text = with_address(text, links.get(attribute(child, "id"), ""))
    return text


def _percent(value: str) -> float:
    try:
        return float(value.rstrip("%"))
    except ValueError:
        return 0.0


def _level(paragraph: "etree._Element") -> int:
    properties = paragraph.find("{*}pPr")
    level = attribute(properties, "lvl", "0") if properties is not None else "0"
    return min(8, int(level)) if level.isdecimal() else 0


def _level_style(paragraph: "etree._Element") -> "etree._Element | None":
    """What the text's own list style says of the level of `paragraph`."""
    body = paragraph.getparent()
    return body.find(f"{{*}}lstStyle/{{*}}lvl{_level(paragraph) + 1}pPr") if body is not None else None


def _level_defaults(paragraph: "etree._Element") -> dict[str, str]:
    style = _level_style(paragraph)
    defaults = style.find("{*}defRPr") if style is not None else None
    own = paragraph.find("{*}pPr/{*}defRPr")
    return {
        key: value
        for holder in (defaults, own)
        if holder is not None
        for key in ("strike", "baseline")
        if (value := holder.get(key))
    }


def _number(paragraph: "etree._Element", counts: dict[int, tuple[str, int]]) -> str:
    """The number of a paragraph in its list, counted as PowerPoint does; nothing for one without a number."""
    level = _level(paragraph)
    for deeper in [depth for depth in counts if depth > level]:
        del counts[deeper]
    automatic = _bullet(paragraph)
    if automatic is None or local(automatic) != "buAutoNum":
        counts.pop(level, None)
        mark = bullet(_sign(automatic)) if automatic is not None else "-"
        return mark if mark != "-" else ""
    form = attribute(automatic, "type", "arabicPeriod")
    start = attribute(automatic, "startAt", "1")
    key = f"{form} {start}"
    before, count = counts.get(level, ("", 0))
    count = count + 1 if before == key else int(start) if start.isdecimal() else 1
    counts[level] = key, count
    number = list_number(count, next((_FORMS[name] for name in _FORMS if form.startswith(name)), "decimal"))
    if form.endswith("ParenBoth"):
        return f"({number})"
    return number + (")" if form.endswith("ParenR") else "" if form.endswith("Plain") else ".")


def _sign(character: "etree._Element") -> str:
    """What the bullet `character` (a:buChar) shows."""
    above = character.getparent()
    font = above.find("{*}buFont") if above is not None else None
    return symbols(attribute(font, "typeface") if font is not None else "", attribute(character, "char"))


def _bullet(paragraph: "etree._Element") -> "etree._Element | None":
    properties = paragraph.find("{*}pPr")
    for holder in (properties, _level_style(paragraph)):
        for child in holder if holder is not None else ():
            if local(child) in ("buNone", "buBlip"):
                return None
            if local(child) in ("buAutoNum", "buChar"):
                return child
    return None
