"""What the style sheets of a page say about what is read: hidden, struck, raised, set as a block, text put before."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    import tinycss2

_MOST_RULES = 2_000
"""Rules of a page's own sheets that are looked at; more stand only in bundles of whole frameworks."""
_TELLING = frozenset(
    "display visibility text-decoration text-decoration-line vertical-align left top text-indent clip clip-path "
    "content list-style list-style-type mso-text-raise position font-size".split()
)
_FAR_OFF = re.compile(r"-\d{3,}(?:\.\d+)?(?:px|em|rem|pt|%)?|-\d{2,}em")
_CLIPPED = re.compile(r"rect\( *[01](?:px)?[ ,]+[01](?:px)?|inset\( *(?:50|100)%")
_MOVED = re.compile(r"(-?)(?:\d*\.)?\d+(?:pt|px|em|ex|rem|%)")
_BLOCK = frozenset("block flex grid table table-row table-cell list-item".split())
_SCREEN = re.compile(r"(?:only +)?(?:screen|all)?")
_QUOTED = re.compile(r"\"([^\"]*)\"|'([^']*)'")
_ESCAPE = re.compile(r"\\([0-9a-fA-F]{1,6}) ?")
_PRIVATE = re.compile("[\ue000-\uf8ff]")

Weight = tuple[bool, tuple[int, int, int], int]
Declarations = list[tuple[str, str, bool]]


@dataclass(slots=True)
class ElementStyle:
    """The telling properties of one element, and the text that a sheet puts before and after it."""

    values: dict[str, str] = field(default_factory=dict)
    before: str = ""
    after: str = ""
    weights: dict[str, Weight] = field(default_factory=dict)

    @property
    def hidden(self) -> bool:
        """Nobody who opens the page sees it."""
        return (
            self.values.get("display") == "none"
            or self.values.get("visibility") in ("hidden", "collapse")
            or self.off_screen
        )

    @property
    def off_screen(self) -> bool:
        """It is placed where only a screen reader finds it."""
        return any(
            _FAR_OFF.match(self.values.get(name, "")) for name in ("left", "top", "text-indent")
        ) or any(_CLIPPED.match(self.values.get(name, "")) for name in ("clip", "clip-path"))

    @property
    def struck(self) -> bool:
        """A line goes through its text."""
        return "line-through" in self.values.get("text-decoration", "") + self.values.get(
            "text-decoration-line", ""
        )

    @property
    def shift(self) -> str:
        """ "sup" or "sub" where its text stands raised or lowered, else ""."""
        if named := {"super": "sup", "sub": "sub"}.get(self.values.get("vertical-align", "")):
            return named
        up = _MOVED.fullmatch(self.values.get("mso-text-raise", "") or self.values.get("vertical-align", ""))
        if up and float(up[0].rstrip("ptxemr%")):
            return "sub" if up[1] else "sup"
        down = (
            _MOVED.fullmatch(self.values.get("top", ""))
            if self.values.get("position") == "relative"
            else None
        )
        smaller = "font-size" in self.values
        return ("sup" if down[1] else "sub") if down and smaller else ""

    @property
    def block(self) -> bool:
        """It stands on lines of its own."""
        return self.values.get("display", "") in _BLOCK

    def set(self, name: str, value: str, weight: Weight) -> None:
        """Take a declaration unless a weightier one is in."""
        if name not in self.weights or self.weights[name] <= weight:
            self.values[name], self.weights[name] = value, weight


def page_styles(root: "etree._Element") -> "dict[etree._Element, ElementStyle]":
    """The style of each element below `root` that a sheet of the page, or its own attribute, says something about."""
    styles: dict[etree._Element, ElementStyle] = {}
    sheets = [
        sheet.text or ""
        for sheet in root.iter("style")
        if _SCREEN.fullmatch((sheet.get("media") or "").lower())
    ]
    if any(name in sheet for sheet in sheets for name in _TELLING):
        _match(root, sheets, styles)
    for element in root.iterfind(".//*[@style]"):
        style = styles.setdefault(element, ElementStyle())
        for name, value, important in _inline(element.get("style", "")):
            style.set(name, value, (important, (1_000, 0, 0), 0))
    return styles


def _match(root: "etree._Element", sheets: list[str], styles: "dict[etree._Element, ElementStyle]") -> None:
    import cssselect2

    matcher = cssselect2.Matcher()
    rules: list[Declarations] = []
    for prelude, declarations in _rules(sheets):
        try:
            selectors = cssselect2.compile_selector_list(prelude)
        except cssselect2.SelectorError:
            continue
        for selector in selectors:
            matcher.add_selector(selector, len(rules))
        rules.append(declarations)
        if len(rules) >= _MOST_RULES:
            break
    if not rules:
        return
    for wrapper in cssselect2.ElementWrapper.from_html_root(root).iter_subtree():
        for specificity, order, pseudo, rule in matcher.match(wrapper):
            style = styles.setdefault(wrapper.etree_element, ElementStyle())
            _apply(style, pseudo, rules[rule], specificity, order)


def _apply(
    style: ElementStyle,
    pseudo: str | None,
    declarations: Declarations,
    specificity: tuple[int, int, int],
    order: int,
) -> None:
    for name, value, important in declarations:
        if pseudo is None and name != "content":
            style.set(name, value, (important, specificity, order))
        elif pseudo in ("before", "after") and name == "content":
            setattr(style, pseudo, _content(value))


def _content(value: str) -> str:
    """The words that `content` puts there; the signs of icon fonts are none."""
    words = "".join(one or other for one, other in _QUOTED.findall(value))
    words = _ESCAPE.sub(lambda code: chr(min(int(code[1], 16), 0x10FFFF)), words)
    words = _PRIVATE.sub("", words)
    return words if any(one.isalnum() or one in "€$£¥%" for one in words) else ""


def _rules(sheets: list[str]) -> Iterator[tuple[list[object], Declarations]]:
    """Selectors and telling declarations of each rule that holds for a screen of any width."""
    import tinycss2

    for sheet in sheets:
        rules = tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True)
        for rule in _unwrapped(rules):
            if declarations := _declarations(rule.content):
                yield rule.prelude, declarations


def _unwrapped(rules: "list[tinycss2.ast.Node]") -> "Iterator[tinycss2.ast.QualifiedRule]":
    import tinycss2

    for rule in rules:
        if isinstance(rule, tinycss2.ast.QualifiedRule):
            yield rule
        elif _is_for_screens(rule):
            inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
            yield from _unwrapped(inner)


def _is_for_screens(rule: "tinycss2.ast.Node") -> bool:
    import tinycss2

    if not isinstance(rule, tinycss2.ast.AtRule) or rule.lower_at_keyword != "media" or not rule.content:
        return False
    return _SCREEN.fullmatch(tinycss2.serialize(rule.prelude).strip().lower()) is not None


def _declarations(content: object) -> Declarations:
    import tinycss2

    return [
        (one.lower_name, tinycss2.serialize(one.value).strip(), one.important)
        if one.lower_name == "content"
        else (one.lower_name, tinycss2.serialize(one.value).strip().lower(), one.important)
        for one in tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True)
        if isinstance(one, tinycss2.ast.Declaration) and one.lower_name in _TELLING
    ]


def _inline(style: str) -> Iterator[tuple[str, str, bool]]:
    """The telling declarations of a `style` attribute."""
    for declaration in style.lower().split(";"):
        name, _, value = declaration.partition(":")
        if (name := name.strip()) in _TELLING:
            plain = value.replace("!important", "").strip()
            yield name, plain, plain != value.strip()
