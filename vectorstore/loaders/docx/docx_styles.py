"""What the styles of a Word document say of its text: which is raised, struck or hidden, and which are headings."""

import re
from collections.abc import Mapping

from lxml import etree

from vectorstore.loaders.office_zip import attribute, local

RunLook = Mapping[str, str]
"""Property of a run -> its value: vertAlign, position, strike, dstrike, vanish, color, shd, highlight, font."""
_LOOKS = frozenset(
    {"vertAlign", "position", "strike", "dstrike", "vanish", "color", "shd", "highlight", "b", "sz"}
)
_OFF = ("0", "false", "off", "none")
_HEADING_NAME = re.compile(r"heading (\d)", re.I)
_SMALLEST = 4
"""Half points up to which text is there for machines, not for readers."""
_RAISED_BY = 3
"""Half points by which a run is moved up or down that is read as raised or lowered."""


class Styles:
    """The styles of one document, made from the children of styles.xml."""

    def __init__(self, styles: "list[etree._Element]") -> None:
        self._styles = {attribute(style, "styleId"): style for style in styles if local(style) == "style"}
        defaults = next((one for one in styles if local(one) == "docDefaults"), None)
        run_defaults = defaults.find("{*}rPrDefault/{*}rPr") if defaults is not None else None
        self._looks: dict[str, RunLook] = {"": _look(run_defaults)}
        standard = [
            id_
            for id_, style in self._styles.items()
            if attribute(style, "default") in ("1", "true") and attribute(style, "type") == "paragraph"
        ]
        self._standard = standard[0] if standard else ""
        self.heading_levels = _heading_levels(list(self._styles.values()))

    def chain(self, style: str) -> "list[etree._Element]":
        """The style called `style` and those that it is based on, itself first."""
        chain: list[etree._Element] = []
        while style in self._styles and self._styles[style] not in chain:
            chain.append(self._styles[style])
            based = chain[-1].find("{*}basedOn")
            style = attribute(based, "val") if based is not None else ""
        return chain

    def is_shaded(self, paragraph: "etree._Element", style: str) -> bool:
        """Whether the ground of `paragraph`, of the style `style`, has a colour."""
        for holder in (paragraph, *self.chain(style)):
            shade = holder.find("{*}pPr/{*}shd")
            if shade is not None:
                return attribute(shade, "fill", "auto").lower() not in ("auto", "ffffff")
        return False

    def paragraph_look(self, style: str) -> RunLook:
        """How runs look in a paragraph of `style`, where they say nothing else."""
        return {**self._looks[""], **self._own(style or self._standard)}

    def run_look(self, run: "etree._Element", around: RunLook) -> RunLook:
        """How `run` looks inside a paragraph that gives its runs the look `around`."""
        properties = run.find("{*}rPr")
        if properties is None:
            return around
        named = properties.find("{*}rStyle")
        own = self._own(attribute(named, "val")) if named is not None else {}
        return {**around, **own, **_look(properties)}

    def _own(self, style: str) -> RunLook:
        if style not in self._looks:
            look: dict[str, str] = {}
            for one in reversed(self.chain(style)):
                look |= _look(one.find("{*}rPr"))
            self._looks[style] = look
        return self._looks[style]


def _look(properties: "etree._Element | None") -> RunLook:
    look = {}
    for child in properties if properties is not None else ():
        tag = local(child)
        if tag in _LOOKS:
            look[tag] = attribute(child, "fill" if tag == "shd" else "val", "1")
        elif tag == "rFonts" and (font := attribute(child, "ascii") or attribute(child, "hAnsi")):
            look["font"] = font
    return look


def is_on(look: RunLook, name: str) -> bool:
    """Whether the property `name` is set and not switched off again."""
    return look.get(name, "0").lower() not in _OFF


def is_unseen(look: RunLook) -> bool:
    """Whether text is hidden, or so small that nobody sees it."""
    size = look.get("sz", "")
    return is_on(look, "vanish") or (size.isdecimal() and int(size) <= _SMALLEST)


def shift(look: RunLook) -> int:
    """1 for raised text, -1 for lowered, else 0."""
    vertical = look.get("vertAlign", "")
    if vertical in ("superscript", "subscript"):
        return 1 if vertical == "superscript" else -1
    moved = look.get("position", "0").removesuffix("pt")
    height = int(moved) if re.fullmatch(r"[-+]?\d{1,4}", moved) else 0
    return (height >= _RAISED_BY) - (height <= -_RAISED_BY)


def is_white(look: RunLook) -> bool:
    """Whether text is white without a colour behind it that would show it."""
    behind = look.get("shd", "auto").lower()
    return (
        look.get("color", "").lower() == "ffffff"
        and behind in ("auto", "ffffff", "1", "")
        and not is_on(look, "highlight")
    )


def _heading_levels(styles: "list[etree._Element]") -> dict[str, int]:
    """Style id -> level, also for styles derived from a heading; Word writes built-in names in English."""
    levels: dict[str, int] = {}
    parents: dict[str, str] = {}
    for style in styles:
        id_, name = attribute(style, "styleId"), style.find("{*}name")
        based, outline = style.find("{*}basedOn"), style.find("{*}pPr/{*}outlineLvl")
        called = attribute(name, "val").lower() if name is not None else ""
        parents[id_] = attribute(based, "val") if based is not None else ""
        if match := _HEADING_NAME.match(called):
            levels[id_] = int(match[1]) + 1
        elif called in ("title", "subtitle"):
            levels[id_] = 1 if called == "title" else 9
        elif outline is not None and attribute(outline, "val") < "9":
            levels[id_] = int(attribute(outline, "val")) + 2
    for id_ in parents:
        chain, above = {id_}, parents[id_]
        while above and above not in levels and above not in chain:
            chain.add(above)
            above = parents.get(above, "")
        if id_ not in levels and above in levels:
            levels[id_] = levels[above]
    return levels
