"""A plain page to blocks of a document: paragraphs, headings, points of lists, rows of tables."""

import re

from lxml import etree

from vectorstore.loaders.document import DocumentBuilder
from vectorstore.loaders.html_lists import ListNumbers
from vectorstore.loaders.html_prepare import PICTURE, PICTURE_END
from vectorstore.loaders.html_tables import caption, data_rows
from vectorstore.loaders.quoted_mail import QuotedMail

_SPACES = re.compile(r"[ \t\r\n]{2,}|[\t\r\n]")
_BLANKS = re.compile(" {2,}")
_BLOCK_TAGS = (
    "p div section article main body html blockquote pre ul ol menu dl dt dd li table thead tbody tfoot "
    "tr td th caption figure figcaption address fieldset legend form details summary dialog hr center header "
    "footer aside nav search h1 h2 h3 h4 h5 h6"
)
_BLOCKS = frozenset(_BLOCK_TAGS.split())
_STRUCTURE = _BLOCKS | {"br"}
"""Tags that say more than how their words look."""
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LINKED = re.compile(r"\s*\(((?:https?://|[\w.+-]+@)\S+)\)$")
_PICTURE = re.compile(f"{PICTURE}(.*?){PICTURE_END}", re.S)


class HtmlWriter:
    """Goes through the elements once, without recursion: pages can be nested thousands deep."""

    def __init__(self, draft: DocumentBuilder, quotes: QuotedMail | None = None) -> None:
        self._draft = draft
        self._quotes = quotes
        self._pieces: list[str] = []
        self._mark = ""
        self._listed = False
        self._preformatted = 0
        self._lists = ListNumbers()

    def walk(self, root: "etree._Element") -> None:
        """Write everything below `root`."""
        walker = etree.iterwalk(root, events=("start", "end"))
        for event, element in walker:
            tag = str(element.tag)
            if event == "start":
                if tag in _STRUCTURE:
                    self._enter(tag, element)
                if tag == "table" and (rows := data_rows(element)) is not None:
                    self._table(*rows, title=caption(element))
                    walker.skip_subtree()
                else:
                    self._add(element.text)
            else:
                if tag in _STRUCTURE:
                    self._leave(tag)
                if element is not root:
                    self._add(element.tail)
        self._flush()

    def _enter(self, tag: str, element: "etree._Element") -> None:
        if tag in _BLOCKS:
            self._flush()
        if tag in ("ol", "ul", "menu"):
            self._lists.begin(element)
        elif tag == "li":
            self._mark = self._lists.mark(element)
        elif tag == "br":
            self._pieces.append("\n")
        elif tag == "pre":
            self._preformatted += 1
        elif tag == "blockquote" and self._quotes:
            self._quotes.begin(element.get("type") == "cite" or "quote" in element.get("class", ""))

    def _leave(self, tag: str) -> None:
        if tag in _HEADINGS:
            self._head(_HEADINGS[tag])
        elif tag == "dt":
            self._mark, self._pieces = self._mark + "".join(self._pieces).strip().rstrip(":") + ": ", []
        elif tag == "li":
            self._flush()
            self._mark = ""
        elif tag in _BLOCKS:
            self._flush()
        if tag == "blockquote" and self._quotes:
            self._quotes.end()
        if tag in ("ol", "ul", "menu"):
            self._lists.end()
        if tag == "pre":
            self._preformatted -= 1

    def _head(self, level: int) -> None:
        """A heading; where it leads is a line below it, so that it can be cited by its words."""
        title, self._pieces = _shown("".join(self._pieces)).strip(), []
        target = _LINKED.search(title)
        self._draft.head(level, self._mark + (title[: target.start()] if target else title))
        self._mark = ""
        if target:
            self._draft.write(target[1], tight=True)

    def _add(self, text: str | None) -> None:
        if text:
            plain = self._preformatted or not _SPACES.search(text)
            self._pieces.append(text if plain else _SPACES.sub(" ", text))

    def _flush(self) -> None:
        text = _shown("".join(self._pieces))
        self._pieces = []
        if not self._preformatted:
            text = "\n".join(map(str.strip, text.split("\n"))) if "\n" in text else text.strip()
            text = _BLANKS.sub(" ", text) if "  " in text else text
        if text.strip():
            if self._quotes:
                self._quotes.see(text)
            self._draft.write(self._mark + text.strip(), tight=bool(self._mark) and self._listed)
            self._listed, self._mark = bool(self._mark), ""

    def _table(self, grid: list[list[str]], headers: int | None, title: str) -> None:
        self._draft.write(_shown(title))
        grid = [[_shown(cell) for cell in row] for row in grid]
        self._draft.write_table(grid, headers=headers, title=_shown(title))


def _shown(text: str) -> str:
    """`text` with its pictures named: "Picture: ..." where one stands alone, in parentheses inside a sentence."""
    if PICTURE not in text:
        return text
    if _PICTURE.sub("", text).strip():
        return _PICTURE.sub(lambda picture: f" (picture: {picture[1]}) ", text)
    return _PICTURE.sub(lambda picture: f"Picture: {picture[1]}\n", text).strip()
