"""Web pages: the main text with its headings, lists and tables, without scripts, menus and page furniture."""

import re
from html.entities import html5, name2codepoint
from pathlib import Path

from lxml import etree

from vectorstore.loaders.document import Document, DocumentBuilder, LoaderLimits
from vectorstore.loaders.encoding import decode
from vectorstore.loaders.html_elements import remove, words
from vectorstore.loaders.html_prepare import prepare
from vectorstore.loaders.html_writer import HtmlWriter
from vectorstore.loaders.office_zip import local
from vectorstore.loaders.quoted_mail import QuotedMail

_DECLARED = re.compile(rb"<(?:meta[^>]{0,200}charset|\?xml[^>]{0,100}encoding)\s*=\s*[\"']?\s*([\w-]+)", re.I)
_FURNITURE = (
    "//*[self::nav or self::footer or self::aside or (self::header or @role='banner') and not(.//h1) "
    "or @role='navigation' or @role='contentinfo' or @role='search' or @id='footer' "
    "or @id='breadcrumbs' or @id='breadcrumb-section' or @id='sidebar']"
)
_KEPT = frozenset({"html", "body", "main", "article"})
_MAIN = "//*[self::main or @role='main' or @id='main-content']"
_MAIN_SHARE = 0.25
"""Share of a page's text that its <main> must hold to stand for the page."""
_ENTITY = re.compile(r"&([A-Za-z]\w{1,30});")
_IMPRINT = re.compile(r"©|\(c\)|copyright|powered by|all rights|cookie", re.I)


def read(path: Path, kind: str, limits: LoaderLimits) -> Document:
    """The page under its title; headings h1 to h6 make the sections."""
    data = path.read_bytes()
    declared = _DECLARED.search(data[:4096])
    draft = DocumentBuilder(kind, limits.characters, include_hidden=limits.include_hidden)
    write_html(draft, decode(data, declared[1].decode() if declared else ""))
    return draft.finish()


def write_html(
    draft: DocumentBuilder, source: str, address: str = "", quotes: QuotedMail | None = None
) -> None:
    """Write the main text of the HTML page or fragment `source`, saved from `address`; of a mail, `quotes` hears
    what it quotes."""
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    source = _ENTITY.sub(_entity, source)
    root = etree.fromstring(source.encode("utf-8", "replace"), parser) if source.strip() else None
    if any("depth" in problem.message for problem in parser.error_log.filter_from_errors()):
        raise RecursionError  # what lies deeper was left out
    if root is None:
        return
    title = words(root.find(".//head/title"))
    prepare(draft, root, address)
    main = _main(root)
    if title and all(words(heading) not in title for heading in main.iter("h1")):
        draft.head(1, title)
    HtmlWriter(draft, quotes).walk(main)


def _entity(reference: re.Match[str]) -> str:
    """The sign of a name that came with HTML 5, which the parser does not know."""
    name = reference[1]
    return reference[0] if name in name2codepoint else html5.get(f"{name};", reference[0])


def _main(root: "etree._Element") -> "etree._Element":
    """The element that holds the page's own text, with the asides beside it; where none is marked, the page without
    its frame."""
    length = len(words(root))
    for candidate in _elements(root, _MAIN):
        if len(words(candidate)) >= _MAIN_SHARE * length:
            for aside in list(root.iter("aside")):
                if candidate not in aside.iterancestors() and not _is_frame(aside):
                    aside.tail = None
                    candidate.append(aside)
            return candidate
    for element in _elements(root, _FURNITURE):
        inside = {local(above) for above in element.iterancestors()}
        within = local(element) != "nav" and bool(inside & {"main", "article"})
        if local(element) not in _KEPT and not within and _is_frame(element):
            remove(element)
    return root


def _is_frame(element: "etree._Element") -> bool:
    """Whether a part beside the text only leads elsewhere or names who made the page."""
    text = words(element)
    linked = sum(len(words(link)) for link in element.iter("a"))
    if local(element) == "nav" or element.get("role") in ("navigation", "search") or linked * 2 > len(text):
        return True
    is_foot = local(element) != "aside" and element.get("id") != "sidebar"
    return is_foot and (bool(_IMPRINT.search(text)) or not any(one.isdigit() for one in text))


def _elements(root: "etree._Element", path: str) -> "list[etree._Element]":
    matches = root.xpath(path)
    return (
        [element for element in matches if isinstance(element, etree._Element)]
        if isinstance(matches, list)
        else []
    )
