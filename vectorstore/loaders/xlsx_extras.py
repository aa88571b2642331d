"""What stands on a sheet beside its cells: comments, text boxes, pictures, charts."""

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from vectorstore.loaders.chart_tables import chart_title
from vectorstore.loaders.drawing_text import drawing_paragraphs
from vectorstore.loaders.office_zip import Package, attribute, local
from vectorstore.loaders.picture_texts import picture_text
from vectorstore.loaders.xlsx_cells import parse_range
from vectorstore.loaders.xlsx_styles import Font, font_of, text_in_fonts

Related = dict[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class CellComment:
    """A note or one entry of a conversation at a cell; rows and columns count from 0."""

    row: int
    column: int
    author: str
    text: str


def comments(package: Package, related: Related, people: dict[str, str]) -> list[CellComment]:
    """The notes of a sheet and its conversations, by cell; not what tells old programs of a conversation."""
    threads = list(_threads(package, related, people))
    at = {(comment.row, comment.column) for comment in threads}
    notes = [note for note in _notes(package, related) if (note.row, note.column) not in at]
    return sorted([*notes, *threads], key=lambda comment: (comment.row, comment.column))


def people(package: Package, related: Related) -> dict[str, str]:
    """The names of who wrote conversations, by the ids that these use."""
    return {
        attribute(person, "id"): attribute(person, "displayName")
        for root in _parts(package, related, "person")
        for person in root.iter("{*}person")
    }


def header_rows(package: Package, related: Related) -> set[int]:
    """Rows, counted from 0, that name the columns of a range that was made a table."""
    places = {
        parse_range(root.get("ref", ""))
        for root in _parts(package, related, "table")
        if root.get("headerRowCount", "1") != "0"
    }
    return {place[0] for place in places if place}


def drawings(package: Package, related: Related) -> list[str]:
    """The texts of boxes, the descriptions of pictures and the titles of charts, in the order of the drawing."""
    found: list[str] = []
    for part in _names(related, "drawing"):
        root = package.xml(part)
        for anchor in root if root is not None else ():
            if not _is_hidden(anchor):
                found += _drawing(package, part, anchor)
    return list(dict.fromkeys(text for text in found if text))


def _drawing(package: Package, part: str, anchor: "etree._Element") -> Iterator[str]:
    links, related = package.links(part), package.related(part)
    for shape in anchor.iter("{*}sp", "{*}pic", "{*}graphicFrame"):
        if any(local(above) == "Fallback" for above in shape.iterancestors()):
            continue
        properties = next(shape.iter("{*}cNvPr"), None)
        if local(shape) == "sp":
            yield "\n".join(drawing_paragraphs(shape, links, numbered=True))
        elif local(shape) == "pic" and properties is not None:
            click = properties.find("{*}hlinkClick")
            address = links.get(attribute(click, "id"), "") if click is not None else ""
            yield picture_text(attribute(properties, "descr") or attribute(properties, "title"), address)
        for chart in shape.iter("{*}chart"):
            root = package.xml(related.get(attribute(chart, "id"), ("", ""))[1])
            title = chart_title(root) if root is not None else ""
            yield f"Chart: {title}" if title else ""


def _is_hidden(anchor: "etree._Element") -> bool:
    return any(attribute(each, "hidden") in ("1", "true") for each in anchor.iter("{*}cNvPr"))


def _notes(package: Package, related: Related) -> Iterator[CellComment]:
    for root in _parts(package, related, "comments"):
        authors = [author.text or "" for author in root.iterfind("{*}authors/{*}author")]
        for comment in root.iter("{*}comment"):
            place = parse_range(comment.get("ref", ""))
            number = comment.get("authorId", "")
            author = authors[int(number)] if number.isdecimal() and int(number) < len(authors) else ""
            text = " ".join(_rich_text(comment.find("{*}text")).split())
            text = text.removeprefix(f"{author}:").strip()
            if place and text:
                yield CellComment(place[0], place[1], author, text)


def _rich_text(item: "etree._Element | None") -> str:
    pieces: list[tuple[str, Font]] = []
    for child in item if item is not None else ():
        if local(child) == "t":
            pieces.append((child.text or "", Font()))
        elif local(child) == "r":
            text = "".join(part.text or "" for part in child.iterfind("{*}t"))
            pieces.append((text, font_of(child.find("{*}rPr"))))
    return text_in_fonts(pieces)


def _threads(package: Package, related: Related, names: dict[str, str]) -> Iterator[CellComment]:
    for root in _parts(package, related, "threadedComment"):
        for comment in root.iter("{*}threadedComment"):
            place = parse_range(comment.get("ref", ""))
            text = " ".join("".join(part.text or "" for part in comment.iterfind("{*}text")).split())
            if place and text:
                yield CellComment(place[0], place[1], names.get(comment.get("personId", ""), ""), text)


def _parts(package: Package, related: Related, type_: str) -> "Iterator[etree._Element]":
    for part in _names(related, type_):
        if (root := package.xml(part)) is not None:
            yield root


def _names(related: Related, type_: str) -> list[str]:
    return [part for name, part in related.values() if name == type_]
