"""OpenDocument texts, sheets and slides (LibreOffice, Google Docs): one XML part holds all that is said."""

from pathlib import Path

from lxml import etree

from vectorstore.loaders.csv_loader import write_rows
from vectorstore.loaders.document import Document, DocumentBuilder, LoaderLimits, Unreadable
from vectorstore.loaders.office_zip import Package, attribute, local

_SKIPPED = frozenset({"tracked-changes", "annotation", "forms", "sequence-decls", "title", "desc"})
_REPEAT = 64


def read(path: Path, kind: str, limits: LoaderLimits) -> Document:
    """The content in order; slides count as pages, sheets are places."""
    draft = DocumentBuilder(path.suffix.lower().lstrip(".") or kind, limits.characters)
    with Package(path, limits) as package:
        manifest = package.xml("META-INF/manifest.xml")
        if manifest is not None and next(manifest.iter("{*}encryption-data"), None) is not None:
            raise Unreadable(
                "is locked with a password", fix="Open it with the password and save it without one."
            )
        root = package.xml("content.xml")
        body = next(root.iter("{*}body"), None) if root is not None else None
        if body is None:
            raise ValueError("no content part")
        for content in body:
            _write(draft, content, in_sheet=local(content) == "spreadsheet")
    return draft.finish()


def _write(
    draft: DocumentBuilder, parent: "etree._Element", *, in_sheet: bool = False, mark: str = ""
) -> None:
    for child in parent:
        tag = local(child)
        if tag in ("h", "p"):
            _write_paragraph(draft, child, mark)
        elif tag == "table" and in_sheet:
            draft.go_to(None, f"sheet {attribute(child, 'name')}")
            write_rows(draft, _grid(child))
        elif tag == "table":
            draft.write_table(_grid(child))
        elif tag == "page":
            draft.pages += 1
            draft.go_to(draft.pages, f"slide {draft.pages}")
            _write(draft, child)
        elif tag and tag not in _SKIPPED:
            _write(draft, child, in_sheet=in_sheet, mark="- " if tag == "list-item" else mark)


def _write_paragraph(draft: DocumentBuilder, paragraph: "etree._Element", mark: str) -> None:
    text = _text(paragraph)
    if local(paragraph) == "h":
        draft.head(int(attribute(paragraph, "outline-level", "1") or 1), text)
    elif text.strip():
        draft.write(mark + text, tight=bool(mark))
    for box in paragraph.iter("{*}text-box"):
        _write(draft, box)


def _text(element: "etree._Element") -> str:
    pieces = [element.text or ""]
    for child in element:
        tag = local(child)
        if tag in ("s", "tab"):
            pieces.append(" ")
        elif tag == "line-break":
            pieces.append("\n")
        elif tag and tag not in _SKIPPED and tag not in ("note", "frame"):
            pieces.append(_text(child))
        pieces.append(child.tail or "")
    return "".join(pieces)


def _grid(table: "etree._Element") -> list[list[str]]:
    """The cells as text. Repeated empty rows and cells fill a sheet to its edge; those are not made real."""
    grid: list[list[str]] = []
    for row in table.iter("{*}table-row"):
        shown: list[str] = []
        for cell in row:
            if local(cell) not in ("table-cell", "covered-table-cell"):
                continue
            text = " ".join(_text(paragraph) for paragraph in cell.iter("{*}p"))
            shown += [text] * min(_REPEAT, int(attribute(cell, "number-columns-repeated", "1")))
        repeated = int(attribute(row, "number-rows-repeated", "1"))
        grid += [shown] * (min(_REPEAT, repeated) if any(shown) else min(1_000, repeated))
    return grid
