"""Documents put into a Word document as they are (altChunk): Word reads them in when it opens it; so is done here."""

import email
import io
import posixpath
from collections.abc import Callable
from email.message import Message

from lxml import etree

from vectorstore.loaders.document import DocumentBuilder, LoaderLimits
from vectorstore.loaders.drawn_parts import embedded_kind
from vectorstore.loaders.encoding import decode
from vectorstore.loaders.html_loader import write_html
from vectorstore.loaders.office_zip import Package, attribute
from vectorstore.loaders.rtf.rtf_loader import write_rtf

_PACKED = b"PK\x03\x04"


class Chunks:
    """The parts that the main part of `package` takes in whole."""

    def __init__(
        self,
        draft: DocumentBuilder,
        package: Package,
        main: str,
        limits: LoaderLimits,
        write_inner: Callable[[Package], None],
    ) -> None:
        self._draft, self._package, self._limits = draft, package, limits
        self._parts = package.related(main)
        self._write_inner = write_inner
        self._embedded = 0

    def write(self, id_: str) -> None:
        """Write the part that the main part calls `id_`; one in a format that is not read is noted."""
        name = self._parts.get(id_, ("", ""))[1]
        data = self._package.content(name)
        ending = posixpath.splitext(name)[1].lower()
        if not data:
            self._draft.note("a part put into this document is missing, so it was not read")
        elif data.startswith(_PACKED):
            with Package(io.BytesIO(data), self._limits) as inner:
                self._write_inner(inner)
        elif data.lstrip().startswith(b"{\\rtf"):
            write_rtf(self._draft, data)
        elif ending in (".html", ".htm", ".xhtml"):
            write_html(self._draft, decode(data))
        elif ending in (".mht", ".mhtml", ".eml"):
            self._write_pages(email.message_from_bytes(data))
        elif ending in (".txt", ".text"):
            self._draft.write(decode(data))
        else:
            self._draft.note(
                f"a part put into this document ({ending or 'of unknown format'}) was not read",
                "Save that part as .docx.",
            )

    def _write_pages(self, message: Message) -> None:
        for part in message.walk():
            data = part.get_payload(decode=True)
            if part.get_content_type() == "text/html" and isinstance(data, bytes):
                write_html(self._draft, decode(data, part.get_content_charset() or ""))
                return
        self._draft.note("a part put into this document has no text that could be read")

    def note_embedded(self, drawing: "etree._Element") -> None:
        """Note the files of other programs inside the document: only their picture is shown."""
        for embedded in drawing.iter("{*}OLEObject"):
            program = attribute(embedded, "ProgID")
            if program.startswith("Equation") or "MathType" in program:
                self._draft.note(
                    "a formula made by an old formula editor was not read", "Convert the formula in Word."
                )
            else:
                kind = embedded_kind(program)
                self._draft.note(f"{kind} inside this document was not read", "Save it beside this one.")
