"""Rich text (RTF), as older word processors, TextEdit and exports write it."""

from pathlib import Path

from vectorstore.loaders.document import Document, DocumentBuilder, LoaderLimits
from vectorstore.loaders.rtf.rtf_reader import RtfReader


def read(path: Path, kind: str, limits: LoaderLimits) -> Document:
    """Paragraphs and tables in order, then headers and footers; RTF has pages only on a screen."""
    draft = DocumentBuilder(kind, limits.characters, include_hidden=limits.include_hidden)
    write_rtf(draft, path.read_bytes())
    return draft.finish()


def write_rtf(draft: DocumentBuilder, data: bytes) -> None:
    """Write the RTF document `data`."""
    RtfReader(draft).read(data)
