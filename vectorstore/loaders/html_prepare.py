"""A page made plain before it is read: what it hides or strikes goes, marks, links and pictures become text."""

import re
from urllib.parse import urljoin

from lxml import etree

from vectorstore.loaders.document import DocumentBuilder
from vectorstore.loaders.html_elements import append, become, innermost_first, remove, replace, words
from vectorstore.loaders.html_forms import write_fields
from vectorstore.loaders.html_styles import ElementStyle, page_styles
from vectorstore.loaders.html_tables import name_roles
from vectorstore.loaders.link_targets import link_target
from vectorstore.loaders.mathml import mathml_text
from vectorstore.loaders.office_zip import local
from vectorstore.loaders.run_marks import join_fractions, lowered, raised_behind

_SILENT = (
    "script style noscript template iframe object embed canvas audio video map link meta base datalist rp head "
    "source track param"
)
PICTURE, PICTURE_END = "\ufdd0", "\ufdd1"
"""Stand around the text of a picture until it is known whether it stands alone; no page may use them."""
_FILE_NAME = re.compile(r"\S+\.(?:png|jpe?g|gif|svg|webp|bmp)|(?:image|img|picture|photo|bild)[ _\d-]*", re.I)
_ICON = re.compile(
    r"\b(?:icon|icons|fa|fas|far|bi|glyphicon|material-icons|material-symbols\S*|emoji)\b", re.I
)
_TITLES = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "dt"})
_SPOKEN = re.compile(r"off-?screen|sr-only|visually-?hidden|screen-reader", re.I)


def prepare(draft: DocumentBuilder, root: "etree._Element", address: str = "") -> None:
    """Make the page below `root` plain, in place. `address` is where it was saved from, for links without a site."""
    address = next((urljoin(address, base.get("href", "")) for base in root.iter("base")), address)
    styles = page_styles(root)
    etree.strip_elements(root, *_SILENT.split(), with_tail=False)
    _keep_spoken_twins(root, styles)
    _leave_out(draft, root, styles)
    for element, style in styles.items():
        _apply(element, style)
    name_roles(root)
    write_fields(root)
    _write_formulas(root)
    _write_ruby(root)
    _write_pictures(root)
    _write_links(root, address)
    _shift(root)
    for element in list(root.iter("button")):
        if not _opens_text(element):
            remove(element)


def _opens_text(button: "etree._Element") -> bool:
    """Whether a button is the heading of what it unfolds."""
    unfolds = button.get("aria-expanded") is not None or button.get("aria-controls") is not None
    return unfolds or any(local(above) in _TITLES for above in button.iterancestors())


def _leave_out(
    draft: DocumentBuilder, root: "etree._Element", styles: "dict[etree._Element, ElementStyle]"
) -> None:
    """Take out what is struck, and what is hidden unless it was asked for; the hidden is counted."""
    etree.strip_elements(root, "s", "del", "strike", with_tail=False)
    gone: set[etree._Element] = set()
    for element in list(root.iter(etree.Element)):
        style = styles.get(element)
        parent = element.getparent()
        if parent in gone or parent is None:
            gone.add(element) if parent in gone else None
        elif style is not None and style.struck:
            gone.add(element)
            remove(element)
        elif _is_hidden(element, style) and any(one.isalnum() for one in words(element)):
            what = "row" if local(element) == "tr" else "passage"
            if not draft.reads_hidden(what):
                gone.add(element)
                remove(element)


def _is_hidden(element: "etree._Element", style: "ElementStyle | None") -> bool:
    attribute = element.get("hidden")
    if (attribute is not None and attribute != "until-found") or (style is not None and style.hidden):
        return True
    return local(element) == "dialog" and element.get("open") is None


def _keep_spoken_twins(root: "etree._Element", styles: "dict[etree._Element, ElementStyle]") -> None:
    """Of a text given twice, drawn for the eye and whole for screen readers, keep the whole one: "$12.99".

    Else what is hidden from screen readers alone stands on the page as any other text, unless it is an icon.
    """
    for element in list(root.iterfind(".//*[@aria-hidden='true']")):
        parent = element.getparent()
        twins = (
            [one for one in parent if one is not element and _is_spoken(one, styles)]
            if parent is not None
            else []
        )
        for twin in twins:
            styles.pop(twin, None)
        text = words(element)
        is_icon = bool(_ICON.search(element.get("class", ""))) or not any(one.isalnum() for one in text)
        if twins or is_icon or "katex-html" in element.get("class", ""):
            remove(element)


def _is_spoken(element: "etree._Element", styles: "dict[etree._Element, ElementStyle]") -> bool:
    if "katex-mathml" in element.get("class", "") or local(element) == "mjx-assistive-mml":
        return True
    style = styles.get(element)
    return bool(words(element)) and (
        bool(_SPOKEN.search(element.get("class", ""))) or (style is not None and style.off_screen)
    )


def _apply(element: "etree._Element", style: ElementStyle) -> None:
    if style.before:
        element.text = style.before + (element.text or "")
    if style.after:
        append(element, style.after)
    if numbered := style.values.get("list-style-type") or style.values.get("list-style"):
        element.set("style", f"list-style-type: {numbered}")
    if local(element) in ("span", "b", "i", "em", "strong", "small", "font", "label"):
        if style.shift:
            element.tag = style.shift
        elif style.block:
            element.tag = "div"


def _write_formulas(root: "etree._Element") -> None:
    for element in innermost_first(root, "math", "{*}math"):
        become(element, f" {mathml_text(element)} ", "div" if element.get("display") == "block" else "span")


def _write_ruby(root: "etree._Element") -> None:
    """The word, then how it is read in parentheses: never one inside the other."""
    for element in innermost_first(root, "ruby"):
        readings = [words(reading) for reading in element.iter("rt", "rtc")]
        for reading in list(element.iter("rt", "rtc")):
            remove(reading)
        become(element, f"{words(element)}({''.join(readings)})" if any(readings) else words(element))


def _write_pictures(root: "etree._Element") -> None:
    for element in list(root.iter("img", "area")):
        replace(element, _picture(element, element.get("alt", "")))
    for element in innermost_first(root, "i", "span"):
        label = element.get("aria-label") or (element.get("title", "") if local(element) == "i" else "")
        if label and not len(element) and not (element.text or "").strip():
            become(element, label)  # an icon that says a word: "included"
    for element in innermost_first(root, "svg", "{*}svg"):
        drawn = [words(text) for text in element.iter() if local(text) in ("title", "desc", "text")]
        shown = (
            drawn
            if element.get("role") == "img" or any(local(one) == "text" for one in element.iter())
            else []
        )
        text = "; ".join(
            filter(None, dict.fromkeys([element.get("aria-label", "") if shown else "", *shown]))
        )
        replace(element, f"{PICTURE}{text}{PICTURE_END}" if text else "")


def _picture(element: "etree._Element", text: str) -> str:
    text = " ".join(text.split())
    if (
        _ICON.search(element.get("class", ""))
        or element.get("class", "").startswith("emoticon")
        or len(text) < 3
    ):
        return text
    tiny = element.get("width") == "1" or element.get("height") == "1"
    return "" if tiny or _FILE_NAME.fullmatch(text) else f"{PICTURE}{text}{PICTURE_END}"


def _write_links(root: "etree._Element", address: str) -> None:
    for element in innermost_first(root, "a"):
        inner = words(element)
        target = link_target(element.get("href", ""), inner, address)
        if target and inner:
            append(element, f" ({target})")


def _shift(root: "etree._Element") -> None:
    """Raised and lowered text as signs that keep apart from the number before them; a fraction so written as one."""
    parents: set[etree._Element] = set()
    for element in innermost_first(root, "sup", "sub"):
        text = "".join(element.itertext())
        if local(element) == "sub" and (parent := element.getparent()) is not None:
            parents.add(parent)
        replace(
            element, raised_behind(text, _text_before(element)) if local(element) == "sup" else lowered(text)
        )
    for parent in parents:
        parent.text = join_fractions(parent.text or "")
        for child in parent:
            child.tail = join_fractions(child.tail or "")


def _text_before(element: "etree._Element") -> str:
    """The text that ends where `element` begins, as far as its neighbour or its parent holds it."""
    before, parent = element.getprevious(), element.getparent()
    if before is not None:
        return before.tail or "".join(before.itertext())
    return (parent.text or "") if parent is not None else ""
