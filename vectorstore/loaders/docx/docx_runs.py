"""The text of one paragraph of Word, as it is shown: marks apart from numbers, deletions and struck words left out."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from lxml import etree

from vectorstore.loaders.docx.docx_fields import Field, is_ticked
from vectorstore.loaders.docx.docx_styles import RunLook, Styles, is_on, is_unseen, is_white, shift
from vectorstore.loaders.field_codes import TICKED, UNTICKED, link_of
from vectorstore.loaders.formula_text import beside
from vectorstore.loaders.link_targets import with_address
from vectorstore.loaders.office_zip import attribute, local
from vectorstore.loaders.omml_formulas import omml_text
from vectorstore.loaders.picture_texts import picture_text
from vectorstore.loaders.run_marks import join_runs
from vectorstore.loaders.symbol_fonts import is_symbol_font, symbol, symbols

_SKIPPED = frozenset(
    {
        "del",
        "moveFrom",
        "instrText",
        "delText",
        "Fallback",
        "txbxContent",
        "rPr",
        "pPr",
        "sdtPr",
        "rt",
        "rubyPr",
    }
)
_WRITTEN = {"tab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "ptab": " "}
_ASIDE = frozenset({"footnoteReference", "endnoteReference", "commentReference", "drawing", "pict", "object"})


@dataclass(slots=True)
class RunReader:
    """Reads the runs of paragraphs, one paragraph after the other: a field may go over several of them."""

    styles: Styles
    reads_hidden: Callable[[str], bool]
    """Counts a hidden passage and says whether to read it."""
    note_mark: Callable[["etree._Element"], str]
    """The number of a footnote or endnote, of its reference."""
    links: dict[str, str] = field(default_factory=dict)
    """The addresses that the part being read refers to, by their ids."""
    own_mark: str = ""
    """The number of the note being read."""
    aside: "list[etree._Element]" = field(default_factory=list)
    """Notes, comments, drawings and text boxes met in the text: whoever reads writes them behind it."""
    sees_white: bool = True
    """Whether white text may be there to be seen, on a dark cell or box."""
    _runs: list[tuple[str, int]] = field(default_factory=list)
    _fields: list[Field] = field(default_factory=list)
    _paragraph: "tuple[etree._Element | None, str]" = (None, "")
    _is_hidden: bool = False
    _includes_hidden: bool = False

    def text(self, paragraph: "etree._Element", style: str = "") -> str:
        """What `paragraph`, of the paragraph style `style`, shows."""
        self._runs, self._is_hidden, self._paragraph = [], False, (paragraph, style)
        self._fields = [begun for begun in self._fields if begun.in_result]
        for begun in self._fields:
            begun.start = 0
        self._walk(paragraph, self.styles.paragraph_look(style))
        return join_runs(self._runs)

    def _walk(self, parent: "etree._Element", around: RunLook) -> None:
        for child in parent:
            tag = local(child)
            if tag == "r":
                self._run(child, around)
            elif tag in ("oMath", "oMathPara"):
                self._put(beside(join_runs(self._runs), omml_text(child)))
            elif tag == "hyperlink":
                self._linked(child, around, self.links.get(attribute(child, "id"), ""))
            elif tag == "fldSimple":
                self._linked(child, around, link_of(attribute(child, "instr")))
            elif tag == "sdt" and (box := child.find("{*}sdtPr/{*}checkbox")) is not None:
                self._put(TICKED if is_ticked(box.find("{*}checked")) else UNTICKED)
            elif tag and tag not in _SKIPPED:
                self._walk(child, around)

    def _linked(self, parent: "etree._Element", around: RunLook, address: str) -> None:
        start = len(self._runs)
        self._walk(parent, around)
        self._add_address(start, address)

    def _add_address(self, start: int, address: str) -> None:
        """Write `address` behind the words from `start` on, which link to it."""
        words = join_runs(self._runs[start:])
        if address and words.strip():
            self._runs[start:] = [(with_address(words, address), 0)]

    def _run(self, run: "etree._Element", around: RunLook) -> None:
        look = self.styles.run_look(run, around)
        is_hidden = is_unseen(look) or (not self.sees_white and is_white(look) and not self._is_shaded())
        for child in run:
            tag = local(child)
            if tag == "fldChar":
                self._field(child)
            elif tag == "instrText" and self._fields:
                self._fields[-1].code.append(child.text or "")
            elif (
                tag in _SKIPPED or not self._is_in_results() or (is_hidden and not self._shows_hidden(child))
            ):
                continue
            elif not is_on(look, "strike") and not is_on(look, "dstrike"):
                self._is_hidden = is_hidden
                self._content(child, tag, look, around)

    def _is_shaded(self) -> bool:
        paragraph, style = self._paragraph
        return paragraph is not None and self.styles.is_shaded(paragraph, style)

    def _shows_hidden(self, element: "etree._Element") -> bool:
        """Whether to read hidden text; what is hidden in one go counts once."""
        if not "".join(element.itertext()).strip():
            return False
        if not self._is_hidden:
            self._is_hidden = True
            self._includes_hidden = self.reads_hidden("passage")
        return self._includes_hidden

    def _content(self, child: "etree._Element", tag: str, look: RunLook, around: RunLook) -> None:
        if tag == "t":
            text = child.text or ""
            font = look.get("font", "")
            self._put(symbols(font, text) if is_symbol_font(font) else text, shift(look))
        elif tag in _WRITTEN:
            self._put(_WRITTEN[tag])
        elif tag == "sym":
            code = attribute(child, "char")
            number = int(code, 16) if re.fullmatch("[0-9a-fA-F]{1,6}", code) else 0
            self._put(symbol(attribute(child, "font"), number), shift(look))
        elif tag in ("footnoteRef", "endnoteRef"):
            self._mark(self.own_mark)
        elif tag in _ASIDE:
            self.aside.append(child)
            if tag in ("footnoteReference", "endnoteReference"):
                self._mark(self.note_mark(child))
        elif tag == "ruby":
            base = child.find("{*}rubyBase")
            if base is not None:
                self._walk(base, around)
        elif tag == "AlternateContent":
            for inner in child[:1]:
                self._run(inner, look)
        elif tag and tag != "Fallback":
            self._walk(child, around)

    def _mark(self, mark: str) -> None:
        """Write the number of a note: raised digits, or "[i]", since nothing else would keep it from the text."""
        if mark.isdigit():
            self._put(mark, 1)
        elif mark:
            self._put(f" [{mark}]")

    def _put(self, text: str, at: int = 0) -> None:
        if text:
            self._runs.append((text, at))

    def _field(self, sign: "etree._Element") -> None:
        kind = attribute(sign, "fldCharType")
        if kind == "begin":
            self._fields.append(Field(len(self._runs), sign.find("{*}ffData")))
        elif kind == "separate" and self._fields:
            self._fields[-1].in_result = True
            self._fields[-1].start = len(self._runs)
        elif kind == "end" and self._fields:
            self._end(self._fields.pop())

    def _is_in_results(self) -> bool:
        """Whether what is read now is shown: it is not the code of a field."""
        return all(begun.in_result for begun in self._fields)

    def _end(self, ended: Field) -> None:
        if not self._is_in_results():
            return
        if ended.is_replaced():
            del self._runs[ended.start :]
            self._put(beside(join_runs(self._runs), ended.shown()))
        elif address := ended.address():
            self._add_address(ended.start, address)


def picture_texts(drawing: "etree._Element", links: dict[str, str]) -> list[str]:
    """What the pictures of `drawing` (w:drawing, w:pict, w:object) show, by their alternative texts."""
    said = []
    for properties in drawing.iter("{*}docPr", "{*}cNvPr"):
        if any(local(above) == "Fallback" for above in properties.iterancestors()):
            continue
        link = properties.find("{*}hlinkClick")
        address = links.get(attribute(link, "id"), "") if link is not None else ""
        said.append(picture_text(attribute(properties, "descr") or attribute(properties, "title"), address))
    for shape in drawing.iter("{*}shape", "{*}imagedata"):
        said.append(picture_text(attribute(shape, "alt") or attribute(shape, "title")))
    return list(dict.fromkeys(text for text in said if text))
