"""XML: feeds as their entries, anything else as "element: value" lines; HTML in values is read as such."""

import html
import re
from pathlib import Path
from typing import Any

from lxml import etree

from vectorstore.loaders.document import Document, DocumentBuilder, LoaderLimits
from vectorstore.loaders.html_loader import write_html
from vectorstore.loaders.json_loader import write_data
from vectorstore.loaders.office_zip import attribute, local

_MARKUP = re.compile(r"</?[a-z][a-z0-9]*(?:\s[^<>]*)?/?>|&(?:amp|lt|gt|nbsp|#\d+);", re.I)
_ENTRIES = ("item", "entry")
_FEEDS = ("rss", "feed", "RDF")
_TITLES = ("title", "link", "description", "content", "encoded", "summary", "guid", "id")
_DEEPEST = 100


def read(path: Path, kind: str, limits: LoaderLimits) -> Document:
    """What the file says. Entities that it defines for itself are not followed."""
    draft = DocumentBuilder(kind, limits.characters, include_hidden=limits.include_hidden)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, recover=True, remove_comments=True, remove_pis=True
    )
    root = etree.parse(str(path), parser).getroot()
    if local(root) in _FEEDS:
        _write_feed(draft, root)
    else:
        write_data(draft, {local(root): value} if not isinstance(value := _value(root), dict) else value)
    return draft.finish()


def _write_feed(draft: DocumentBuilder, root: "etree._Element") -> None:
    """Every entry under its title, with its other fields and its text."""
    channel = next((one for one in root.iter("{*}channel")), root)
    draft.head(1, _text(channel, "title"))
    draft.write(_text(channel, "description", "subtitle"))
    for entry in [one for one in root.iter("{*}*") if local(one) in _ENTRIES]:
        draft.head(2, _plain(_text(entry, "title")) or "(no title)")
        fields = [
            f"{local(one)}: {' '.join(''.join(one.itertext()).split())}"
            for one in entry
            if local(one) not in _TITLES and "".join(one.itertext()).strip()
        ]
        draft.write("\n".join([*fields, *_links(entry)]))
        body = max((_text(entry, name) for name in ("encoded", "content", "description", "summary")), key=len)
        write_html(draft, body)


def _links(entry: "etree._Element") -> list[str]:
    links = [one.get("href") or (one.text or "").strip() for one in entry if local(one) == "link"]
    return [f"link: {link}" for link in links if link]


def _text(element: "etree._Element", *names: str) -> str:
    """The text of the first child of one of these names; what is written as elements, as their source."""
    for name in names:
        for child in element:
            if local(child) == name:
                if attribute(child, "type") == "xhtml":
                    return "".join(etree.tostring(one, encoding="unicode") for one in child)
                return "".join(child.itertext()).strip()
    return ""


def _value(element: "etree._Element", depth: int = 0) -> Any:
    """The element as data: children and attributes by name, those that repeat as a list, else its text."""
    if depth > _DEEPEST:
        raise RecursionError
    children = [child for child in element if isinstance(child.tag, str)]
    text = " ".join("".join(element.itertext()).split())
    fields: dict[str, Any] = {str(key).rpartition("}")[2]: value for key, value in element.items()}
    own = [element.text, *(child.tail for child in children)]
    if not children or any((one or "").strip() for one in own):  # words between the elements: prose
        if not fields:
            return _plain(text)
        return {**fields, "value": _plain(text)} if text else fields
    for name in dict.fromkeys(map(local, children)):
        values = [_value(child, depth + 1) for child in children if local(child) == name]
        fields[name] = values if len(values) > 1 else values[0]
    if len(fields) == 1 and isinstance(only := next(iter(fields.values())), list):
        return only if depth else fields
    return fields


def _plain(text: str) -> str:
    """`text` without HTML, where it holds any."""
    if not _MARKUP.search(text):
        return text
    draft = DocumentBuilder("html", len(text) + 10_000)
    write_html(draft, text if "<" in text else html.unescape(text))
    return " ".join(draft.finish().text.split())
