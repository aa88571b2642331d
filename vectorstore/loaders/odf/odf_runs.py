"""The text of one paragraph of OpenDocument, as it is shown."""

import posixpath
from collections.abc import Callable

from lxml import etree

from vectorstore.loaders.field_codes import TICKED, UNTICKED
from vectorstore.loaders.formula_text import beside
from vectorstore.loaders.link_targets import with_address
from vectorstore.loaders.mathml import mathml_text
from vectorstore.loaders.odf.odf_forms import Controls, field_mark
from vectorstore.loaders.odf.odf_styles import Look, OdfStyles, is_hidden, is_struck, is_white, shift
from vectorstore.loaders.office_zip import Package, attribute, local
from vectorstore.loaders.run_marks import join_runs
from vectorstore.loaders.symbol_fonts import is_symbol_font, symbols

_SKIPPED = frozenset(
    {"tracked-changes", "forms", "sequence-decls", "title", "desc", "number", "ruby-text", "script", "label"}
)
_SHAPES = frozenset(
    {
        "custom-shape",
        "rect",
        "ellipse",
        "line",
        "connector",
        "path",
        "polygon",
        "polyline",
        "g",
        "caption",
        "circle",
    }
)
_MARKS = {"s": " ", "tab": " ", "line-break": "\n"}


class OdfRuns:
    """Reads paragraphs of one document; what stands beside the text is put into `aside` to be written after it."""

    def __init__(
        self, styles: OdfStyles, package: Package, controls: Controls, reads_hidden: Callable[[str], bool]
    ) -> None:
        self.aside: list[etree._Element] = []
        self.sees_white = True
        self._styles, self._package, self._controls = styles, package, controls
        self._reads_hidden = reads_hidden
        self._runs: list[tuple[str, int]] = []
        self._was_hidden = self._shows_hidden = False

    def text(self, paragraph: "etree._Element", around: Look | None = None) -> str:
        """What `paragraph` shows, in a cell whose style says `around`."""
        own = self._styles.look("paragraph", attribute(paragraph, "style-name"))
        if not len(paragraph) and not own and not around:
            return paragraph.text or ""  # as in most cells of a sheet
        outer, self._runs, self._was_hidden = self._runs, [], False
        self._walk(paragraph, {**around, **own} if around else own)
        text, self._runs = join_runs(self._runs), outer
        return text

    def control(self, control: "etree._Element") -> str:
        """What a form control that stands by itself shows."""
        return self._controls.text(attribute(control, "control"))

    def _walk(self, parent: "etree._Element", look: Look) -> None:
        self._put(parent.text or "", look)
        for child in parent:
            if local(child):
                self._take(child, local(child), look)
            self._put(child.tail or "", look)

    def _take(self, child: "etree._Element", tag: str, look: Look) -> None:
        if tag == "span":
            self._walk(child, {**look, **self._styles.look("text", attribute(child, "style-name"))})
        elif tag in _MARKS:
            self._put(_MARKS[tag], look)
        elif tag == "a":
            self._link(child, look)
        elif tag == "note":
            self._note(child)
        elif tag in ("annotation", "text-box") or tag in _SHAPES:
            self.aside.append(child)
        elif tag == "frame":
            self._frame(child)
        elif tag == "control":
            self._put(self._controls.text(attribute(child, "control")), {})
        elif tag in ("fieldmark", "fieldmark-start"):
            self._put(field_mark(child), {})
        elif tag == "content-control" and attribute(child, "checkbox") == "true":
            self._put(TICKED if attribute(child, "checked") == "true" else UNTICKED, {})
        elif tag in ("hidden-text", "hidden-paragraph") or attribute(child, "display") == "none":
            hidden = tag != "hidden-text" or attribute(child, "is-hidden", "true") == "true"
            self._put(
                "".join(child.itertext()) or attribute(child, "string-value"),
                {"display": "none"} if hidden else {},
            )
        elif tag == "drop-down":
            self._drop_down(child, look)
        elif tag not in _SKIPPED:
            self._walk(child, look)

    def _put(self, text: str, look: Look) -> None:
        if not text or is_struck(look):
            return
        if is_hidden(look) or (not self.sees_white and is_white(look)):
            if not text.strip():
                return
            if not self._was_hidden:
                self._was_hidden = True
                self._shows_hidden = self._reads_hidden("passage")
            if not self._shows_hidden:
                return
        elif text.strip():
            self._was_hidden = False
        font = look.get("font", "")
        self._runs.append((symbols(font, text) if is_symbol_font(font) else text, shift(look)))

    def _link(self, link: "etree._Element", look: Look) -> None:
        start = len(self._runs)
        self._walk(link, {**look, **self._styles.look("text", attribute(link, "style-name"))})
        words = join_runs(self._runs[start:])
        if words.strip():
            self._runs[start:] = [(with_address(words, attribute(link, "href")), 0)]

    def _note(self, note: "etree._Element") -> None:
        """The mark of a note: raised digits, or "[i]", since nothing else would keep it from the text."""
        self.aside.append(note)
        self._runs.append(note_mark(note))

    def _drop_down(self, element: "etree._Element", look: Look) -> None:
        chosen = [attribute(one, "value") for one in element if attribute(one, "current-selected") == "true"]
        shown = (element.text or "") + "".join(child.tail or "" for child in element)
        self._put(shown if shown.strip() else "".join(chosen[:1]), look)

    def _frame(self, frame: "etree._Element") -> None:
        if text := self._formula(frame):
            self._runs.append((beside(join_runs(self._runs), text), 0))
        else:
            self.aside.append(frame)

    def _formula(self, frame: "etree._Element") -> str:
        for embedded in frame.iterfind("{*}object"):
            root = embedded.find("{*}math")
            if root is None and attribute(embedded, "href"):
                root = self._package.xml(object_part(embedded))
            if root is not None and local(root) == "math":
                return mathml_text(root)
        return ""


def note_mark(note: "etree._Element") -> tuple[str, int]:
    """The number of a footnote or endnote as a run."""
    citation = note.find("{*}note-citation")
    mark = "".join(citation.itertext()).strip() if citation is not None else ""
    if mark.isdigit():
        return mark, 1
    return (f" [{mark}]" if mark.isalnum() else mark), 0


def object_part(embedded: "etree._Element") -> str:
    """The part that holds an object (a formula, a chart) of the text."""
    return posixpath.normpath(posixpath.join(attribute(embedded, "href"), "content.xml")).lstrip("/")
