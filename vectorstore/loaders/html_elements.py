"""Small changes to the tree of a page: an element goes, or text takes its place."""

from collections.abc import Iterator

from lxml import etree


def remove(element: "etree._Element") -> None:
    """Take `element` out with all that is in it; the text behind it stays."""
    replace(element, "")


def replace(element: "etree._Element", text: str) -> None:
    """Put `text` in the place of `element` and of all that is in it."""
    parent, before = element.getparent(), element.getprevious()
    if parent is None:
        return
    text += element.tail or ""
    if before is not None:
        before.tail = (before.tail or "") + text
    else:
        parent.text = (parent.text or "") + text
    parent.remove(element)


def become(element: "etree._Element", text: str, tag: str = "span") -> None:
    """Make `element` a plain one that holds `text` alone."""
    tail = element.tail
    element.clear()
    element.tag, element.text, element.tail = tag, text, tail


def append(element: "etree._Element", text: str) -> None:
    """Put `text` behind all that is in `element`."""
    if len(element):
        element[-1].tail = (element[-1].tail or "") + text
    else:
        element.text = (element.text or "") + text


def innermost_first(root: "etree._Element", *tags: str) -> Iterator["etree._Element"]:
    """The elements of these tags below `root`, the ones inside others first, so that each may be changed."""
    yield from reversed([element for element in root.iter(*tags) if element is not root])


def words(element: "etree._Element | None") -> str:
    """The text of `element` on one line."""
    return " ".join("".join(element.itertext()).split()) if element is not None else ""
