"""PDF files: pages in reading order; columns, rows of tables and headings are told by where they stand.

pypdfium2 gives the words and their places (Google's PDFium, 0.7 s for the bare text of 285 dense pages where
pypdf takes 2.3 s and pdfplumber 80 s); `layout` makes paragraphs of them.
"""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from vectorstore.loaders.document import (
    TEXT_RECOGNITION,
    Document,
    DocumentBuilder,
    EmbeddedFile,
    LoaderLimits,
    Unreadable,
    page_list,
    picture_note,
)
from vectorstore.loaders.embedded_files import EmbeddedFiles
from vectorstore.loaders.pdf.page_reader import Page, PageReader
from vectorstore.loaders.pdf.pages import write
from vectorstore.loaders.pdf.xfa_form import form_lines

_MEANINGLESS = re.compile("[\ue000-\uf8ff\ufffd]")
_PASSWORD_ERROR = 4
_DYNAMIC_FORM, _STATIC_FORM = 2, 3
_FORM = "Open it in Adobe Reader and print it into a new PDF."
_PRINT = "Print it into a new PDF from the program that shows it, or run text recognition (OCR) over it."


def read(path: Path, kind: str, limits: LoaderLimits) -> Document:
    """All pages; `page` counts from 1. Raises Unreadable for a locked, damaged or scanned file."""
    import pypdfium2

    try:
        pdf = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as problem:
        raise _refusal(problem) from None
    with pdf:
        if len(pdf) > limits.pages:
            raise Unreadable(f"has {len(pdf):,} pages, more than {limits.pages:,}", fix="Split it.")
        draft = DocumentBuilder(kind, limits.characters, pages=len(pdf), include_hidden=limits.include_hidden)
        pages = list(_pages(pdf, limits))
        form = _form(pdf, pages)
        if pdf.get_formtype() == _DYNAMIC_FORM:
            pages = [] if form else pages  # they only ask to open the file in another program
            what = "of which the filled-in fields were read" if form else "whose fields were not read"
            draft.note(f"it is a form without pages (XFA), {what}", "" if form else _FORM)
        draft.files = _attached(pdf, limits)
    draft.pictures = [number for number, page in enumerate(pages, start=1) if page.picture]
    if draft.pictures:
        draft.note(picture_note(draft.pictures), TEXT_RECOGNITION)
    silent = [number for number, page in enumerate(pages, start=1) if not page.blocks and not page.picture]
    if silent and len(silent) < len(pages):
        draft.note(f"{page_list(silent)} {'has' if len(silent) == 1 else 'have'} no text")
    for page in pages:
        if page.hidden:
            draft.reads_hidden("passage", page.hidden)
    write(draft, pages)
    draft.go_to(None, "form")
    for number, line in enumerate(form):
        draft.write(line, tight=number > 0)
    document = draft.finish()
    if len(_MEANINGLESS.findall(document.text)) > 0.3 * len(document.text):
        raise Unreadable("has letters that only look like letters (fonts without meaning)", fix=_PRINT)
    return document


def _attached(pdf: Any, limits: LoaderLimits) -> list[EmbeddedFile]:
    """The files attached to the document, handed on to be read."""
    files = EmbeddedFiles(limits)
    for number in range(pdf.count_attachments()):
        attachment = pdf.get_attachment(number)
        data = bytes(attachment.get_data())
        files.add(attachment.get_name(), io.BytesIO(data), len(data))
    return files.files


def _form(pdf: Any, pages: list[Page]) -> list[str]:
    """What an XFA form says beyond its pages."""
    kind = pdf.get_formtype()
    if kind not in (_DYNAMIC_FORM, _STATIC_FORM):
        return []
    shown = " ".join(block.text for page in pages for block in page.blocks) if kind == _STATIC_FORM else ""
    return [line for line in form_lines(pdf) if line.partition(": ")[2] not in shown]


def _refusal(problem: Exception) -> Unreadable:
    if getattr(problem, "err_code", None) == _PASSWORD_ERROR or "password" in str(problem).lower():
        return Unreadable(
            "is locked with a password", fix="Open it with the password and save it without one."
        )
    return Unreadable(
        "is damaged or incomplete", fix="Get it again: it was perhaps cut off while it was copied."
    )


def _pages(pdf: Any, limits: LoaderLimits) -> Iterator[Page]:
    reader = PageReader(pdf, limits.include_hidden)
    for number in range(len(pdf)):
        page = pdf[number]
        yield reader.read(page)
        page.close()
