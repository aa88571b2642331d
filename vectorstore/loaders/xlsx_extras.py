"""What stands on a sheet beside its cells: comments, text boxes, pictures, charts."""

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from vectorstore.loaders.office_zip import Package, attribute, local
from vectorstore.loaders.xlsx_cells import parse_range
from vectorstore.loaders.xlsx_styles import font_of

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


def drawings(package: Package, related: Related) -> list[str]:
    """The texts of boxes, the descriptions of pictures and the titles of charts, in the order of the drawing."""
    found: list[str] = []
    for part in _names(related, "drawing"):
        root = package.xml(part)
        own = package.related(part)
        for anchor in root if root is not None else ():
            if not _is_hidden(anchor):
                found += _drawing(package, own, anchor)
    return list(dict.fromkeys(text for text in found if text))


def _drawing(package: Package, related: Related, anchor: "etree._Element") -> Iterator[str]:
    for shape in anchor.iter("{*}sp", "{*}pic", "{*}graphicFrame"):
        if any(local(above) == "Fallback" for above in shape.iterancestors()):
            continue
        yield _text(shape.find("{*}txBody"))
        if local(shape) == "pic" and (properties := next(shape.iter("{*}cNvPr"), None)) is not None:
            description = attribute(properties, "descr") or attribute(properties, "title")
            yield f"Picture: {description}" if description else ""
        for chart in shape.iter("{*}chart"):
            yield _chart_title(package, related.get(attribute(chart, "id"), ("", ""))[1])


def _chart_title(package: Package, part: str) -> str:
    root = package.xml(part) if part else None
    titles = [_text(title) for title in root.iter("{*}title")] if root is not None else []
    named = [title for title in titles if title]
    return f"Chart: {' | '.join(named)}" if named else ""


def _is_hidden(anchor: "etree._Element") -> bool:
    return any(attribute(each, "hidden") in ("1", "true") for each in anchor.iter("{*}cNvPr"))


def _text(body: "etree._Element | None") -> str:
    if body is None:
        return ""
    lines = []
    for paragraph in body.iter("{*}p"):
        pieces = []
        for run in paragraph:
            text = " " if local(run) == "br" else "".join(part.text or "" for part in run.iterfind("{*}t"))
            properties = run.find("{*}rPr")
            pieces.append(_shown(text, properties))
        lines.append(" ".join("".join(pieces).split()))
    return "\n".join(line for line in lines if line)


def _shown(text: str, properties: "etree._Element | None") -> str:
    """Text of a drawing, whose fonts say in attributes what those of cells say in elements."""
    from vectorstore.loaders.run_marks import lowered, raised

    if properties is None:
        return text
    if properties.get("strike", "noStrike") != "noStrike":
        return ""
    baseline = int(float(properties.get("baseline", "0").rstrip("%") or 0))
    return raised(text) if baseline > 0 else lowered(text) if baseline < 0 else text


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
    pieces = []
    for child in item if item is not None else ():
        if local(child) == "t":
            pieces.append(child.text or "")
        elif local(child) == "r":
            text = "".join(part.text or "" for part in child.iterfind("{*}t"))
            pieces.append(font_of(child.find("{*}rPr")).shown(text))
    return "".join(pieces)


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
