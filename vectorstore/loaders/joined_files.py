"""A file and the files inside of it as one document, for who reads a single file and keeps no list of files."""

from dataclasses import replace
from pathlib import Path
from typing import Protocol

from vectorstore.loaders.document import Document, EmbeddedFile, LoaderLimits, Section, Unreadable, too_long
from vectorstore.loaders.embedded_files import DEEPEST
from vectorstore.tables.table import Table


class FileReader(Protocol):
    """Reads one file alone, and writes the files inside of it to `into`."""

    def __call__(self, path: Path, *, limits: LoaderLimits, into: Path | None) -> Document: ...


def joined(
    document: Document, name: str, limits: LoaderLimits, reader: FileReader, depth: int = 1
) -> Document:
    """`document`, then each of its files under a heading with its name; those that cannot be read are notes.

    `reader` is `loaders.read_file`.
    """
    for file in document.files:
        try:
            document = _append(document, file, _inside(file, name, limits, reader, depth), limits)
        except Unreadable as problem:
            document = replace(
                document,
                notes=(*document.notes, f"{file.name} {problem.what}"),
                fixes=(*document.fixes, *filter(None, [problem.fix])),
            )
    if not document.text:
        raise Unreadable("holds no file that can be read", fix="Unpack it and add the files themselves.")
    return replace(document, files=())


def _inside(file: EmbeddedFile, name: str, limits: LoaderLimits, reader: FileReader, depth: int) -> Document:
    if not file.path:
        raise Unreadable(file.what, where=name, fix=file.fix)
    path = Path(file.path)
    if depth >= DEEPEST:
        inner = reader(path, limits=limits, into=None)
        if inner.files and not inner.text:
            raise Unreadable("is an archive inside of two others", where=name, fix="Unpack it yourself.")
        return inner
    inner = reader(path, limits=limits, into=path.with_name(f"{path.name}-files"))
    return joined(inner, file.name, limits, reader, depth + 1) if inner.files else inner


def _append(document: Document, file: EmbeddedFile, inner: Document, limits: LoaderLimits) -> Document:
    lead = f"{document.text}\n\n{file.name}\n\n" if document.text else f"{file.name}\n\n"
    title = Section(len(lead) - len(file.name) - 2, len(lead), heading=file.name)
    if len(lead) + len(inner.text) > limits.characters:
        raise too_long(limits.characters)
    return replace(
        document,
        text=lead + inner.text,
        sections=(
            *document.sections,
            title,
            *(_section(one, len(lead), file.name) for one in inner.sections),
        ),
        tables=(*document.tables, *(_table(one, len(lead), file.name) for one in inner.tables)),
        notes=(*document.notes, *(f"{file.name}: {note}" for note in inner.notes)),
        fixes=tuple(dict.fromkeys([*document.fixes, *inner.fixes])),
        hidden=(*document.hidden, *inner.hidden),
    )


def _section(section: Section, offset: int, name: str) -> Section:
    heading = f"{name} > {section.heading}" if section.heading else name
    return replace(section, start=section.start + offset, end=section.end + offset, heading=heading)


def _table(table: Table, offset: int, name: str) -> Table:
    rows = tuple(replace(row, start=row.start + offset, end=row.end + offset) for row in table.rows)
    return replace(table, rows=rows, heading=f"{name} > {table.heading}" if table.heading else name)
