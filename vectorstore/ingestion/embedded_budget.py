"""How much one file may bring along inside of it, at whatever depth."""

from dataclasses import dataclass, replace
from pathlib import Path

from vectorstore.loaders import DEFAULT_LIMITS, Document, Unreadable
from vectorstore.loaders.embedded_files import MOST_FILES, too_much


@dataclass(slots=True)
class EmbeddedBudget:
    """What is left for the files inside one file of the folder, those inside of them included."""

    bytes: int = DEFAULT_LIMITS.unpacked
    files: int = MOST_FILES

    def spend(self, document: Document) -> Document:
        """`document`, once what is inside of it has been counted. Raises Unreadable beyond the budget."""
        self.files -= len(document.files)
        self.bytes -= sum(Path(file.path).stat().st_size for file in document.files if file.path)
        if self.files < 0 or self.bytes < 0:
            raise too_much(len(document.files))
        return document

    def without_files(self, document: Document) -> Document:
        """`document` where it is too deep inside of others for its files to be read, which is told."""
        if not document.files:
            return document
        if not document.text:
            raise Unreadable(
                "is an archive inside of two others", fix="Unpack it yourself and add its files here."
            )
        count = len(document.files)
        fix = "Add them here as files of their own."
        note = f"{count} file{'s' * (count != 1)} attached to it not read, being inside of two others"
        return replace(document, notes=(*document.notes, note), fixes=(*document.fixes, fix), files=())
