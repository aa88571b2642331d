"""What the styles of an OpenDocument file say: which text is raised, struck or hidden, which sheet and slide is."""

from collections.abc import Mapping

from lxml import etree

from vectorstore.loaders.office_zip import attribute, local

_LOOKS = {
    "text-position": "position",
    "text-line-through-style": "through",
    "text-line-through-type": "through",
    "display": "display",
    "color": "color",
    "background-color": "ground",
    "font-name": "font",
    "visibility": "visibility",
    "font-weight": "weight",
}
Look = Mapping[str, str]


class OdfStyles:
    """The styles of content.xml and styles.xml; a style knows what it takes from those above it."""

    def __init__(self, *roots: "etree._Element | None") -> None:
        self._styles: dict[tuple[str, str], etree._Element] = {}
        self.lists: dict[str, etree._Element] = {}
        self.outline: etree._Element | None = None
        for root in roots:
            for style in (
                root.iter("{*}style", "{*}list-style", "{*}outline-style") if root is not None else ()
            ):
                if local(style) == "outline-style":
                    self.outline = style
                elif local(style) == "list-style":
                    self.lists[attribute(style, "name")] = style
                else:
                    self._styles[attribute(style, "family"), attribute(style, "name")] = style
        self._looks: dict[tuple[str, str], Look] = {}

    def look(self, family: str, name: str) -> Look:
        """What the style `name` of `family` ("text", "paragraph", "table") and those above it say."""
        key = (family, name)
        if key not in self._looks:
            look: dict[str, str] = {}
            for style in reversed(self._chain(family, name)):
                for properties in style:
                    if local(properties).endswith("-properties"):
                        look |= _look(properties)
            self._looks[key] = look
        return self._looks[key]

    def names(self, family: str, name: str) -> list[str]:
        """The style `name` and those above it, by the names that people see."""
        return [
            attribute(style, "display-name") or attribute(style, "name")
            for style in self._chain(family, name)
        ]

    def list_of(self, paragraph_style: str) -> str:
        """The list style that a paragraph style brings along."""
        for style in self._chain("paragraph", paragraph_style):
            if name := attribute(style, "list-style-name"):
                return name
        return ""

    def _chain(self, family: str, name: str) -> "list[etree._Element]":
        chain: list[etree._Element] = []
        while (style := self._styles.get((family, name))) is not None and style not in chain:
            chain.append(style)
            name = attribute(style, "parent-style-name")
        return chain


def _look(properties: "etree._Element") -> dict[str, str]:
    look: dict[str, str] = {}
    for key, value in properties.items():
        name = str(key).rpartition("}")[2]
        if name in _LOOKS and (_LOOKS[name] != "through" or value != "none" or "through" not in look):
            look[_LOOKS[name]] = str(value)
    return look


def shift(look: Look) -> int:
    """1 for raised text, -1 for lowered, else 0."""
    first = next(iter(look.get("position", "").split()), "")
    if first in ("super", "sub"):
        return 1 if first == "super" else -1
    try:
        height = float(first.rstrip("%") or 0)
    except ValueError:
        return 0
    return (height > 0) - (height < 0)


def is_struck(look: Look) -> bool:
    """Whether a line goes through the text."""
    return look.get("through", "none") != "none"


def is_hidden(look: Look) -> bool:
    """Whether the text, the sheet or the slide is hidden, by its style."""
    return look.get("display", "") in ("none", "false") or look.get("visibility") == "hidden"


def is_white(look: Look) -> bool:
    """Whether text is white with nothing behind it that would show it."""
    return look.get("color", "").lower() == "#ffffff" and look.get("ground", "transparent").lower() in (
        "transparent",
        "#ffffff",
    )
