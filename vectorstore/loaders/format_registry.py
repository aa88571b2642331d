"""Which format a file is in, by its first bytes before its name, and which module reads it."""

import re
import zipfile
from importlib import import_module
from pathlib import Path

from vectorstore.loaders.document import (
    Document,
    LoaderLimits,
    OnlyPictures,
    ReaderFailure,
    Unreadable,
    too_long,
)

_READERS = {
    "txt": "text_loader",
    "md": "markdown_loader",
    "csv": "csv_loader",
    "json": "json_loader",
    "jsonl": "json_loader",
    "html": "html_loader",
    "eml": "email_loader",
    "mbox": "email_loader",
    "rtf": "rtf.rtf_loader",
    "pdf": "pdf.pdf_loader",
    "picture": "picture_loader",
    "docx": "docx.docx_loader",
    "pptx": "pptx_loader",
    "xlsx": "xlsx_loader",
    "odf": "odf.odf_loader",
    "ics": "calendar_loader",
    "xml": "xml_loader",
    "zip": "zip_loader",
    "sqlite": "database_loader",
    "parquet": "database_loader",
}
"""Kind to the module of this package whose `read(path, kind, limits)` reads it."""
ISOLATED = frozenset(
    {"pdf", "docx", "pptx", "xlsx", "odf", "html", "eml", "mbox", "rtf", "ics", "xml", "zip"}
    | {"sqlite", "parquet"}
)
"""Kinds read in a second process: their parsers are foreign code, or can take long over a small file."""
_TEXTS = frozenset({"txt", "md", "csv", "json", "jsonl"})
_ENDINGS = {
    "md": "md markdown mdown mkd mdx",
    "csv": "csv tsv tab",
    "json": "json ipynb geojson",
    "jsonl": "jsonl ndjson",
    "html": "html htm xhtml",
    "eml": "eml mht mhtml",
    "mbox": "mbox",
    "docx": "docx docm dotx",
    "pptx": "pptx pptm ppsx",
    "xlsx": "xlsx xlsm xltx",
    "odf": "odt ods odp",
    "pdf": "pdf",
    "rtf": "rtf",
    "ics": "ics ical ifb",
    "xml": "xml rss atom rdf",
    "sqlite": "sqlite sqlite3 db",
    "parquet": "parquet",
    "picture": "png jpg jpeg tif tiff webp bmp",
}
_KIND_OF = {ending: kind for kind, endings in _ENDINGS.items() for ending in endings.split()}
_SAVE_AS = {
    "doc dot": "Open it in Word or LibreOffice and save it as .docx.",
    "xls xlsb xlt": "Open it in Excel or LibreOffice and save it as .xlsx.",
    "ppt pps": "Open it in PowerPoint or LibreOffice and save it as .pptx.",
    "msg": "Open it in Outlook and save it as .eml or as text.",
    "pages numbers key": "Export it as PDF, Word, Excel or PowerPoint.",
    "gdoc gsheet gslides": "It is only a link: download it as .docx, .xlsx, .pptx or PDF.",
    "gif heic svg": "Save it as .png, whose text can be recognised, or as PDF.",
    "mp3 m4a wav mp4 mov mkv webm avi": "Put its transcript here as text, .vtt or .docx.",
    "7z rar tar gz tgz bz2 xz jar apk": "Unpack it into the folder.",
    "epub mobi": "Export it as PDF, HTML or text.",
}
_FIX_OF = {ending: fix for endings, fix in _SAVE_AS.items() for ending in endings.split()}
_PARTS = {"word/": "docx", "ppt/": "pptx", "xl/": "xlsx"}
_MAIL = re.compile(
    rb"(?:From|Date|Return-Path|Received|MIME-Version|Message-ID|Delivered-To|Subject): ", re.I
)
_HTML = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|body|table)\b", re.I | re.S
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def recognise(path: Path, limits: LoaderLimits) -> str:
    """The kind of `path`. Raises Unreadable for what is empty, locked, too large or of no known kind."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError as problem:
        raise Unreadable(
            f"cannot be opened ({problem.strerror})", fix="Check that it exists and may be read."
        ) from None
    if not head.strip(b"\0 \t\r\n"):
        raise Unreadable("is empty", fix="Remove it, or put its content in.")
    if size > limits.bytes:
        raise Unreadable(
            f"is {size:,} bytes large, more than {limits.bytes:,}", fix="Split it into smaller files."
        )
    kind = _by_content(path, head) or _by_name(path, head)
    if kind in _TEXTS and size > 4 * limits.characters:
        raise too_long(limits.characters)
    return kind


def _by_content(path: Path, head: bytes) -> str:
    ending = path.suffix.lower().lstrip(".")
    if head.startswith(b"PK\x03\x04"):
        return _packed(path, ending)
    if head.startswith(_OLE):
        raise _old_office(path, ending)
    if head.startswith(b"SQLite format 3\0"):
        return "sqlite"
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"{\\rtf"):
        return "rtf"
    if b"%PDF-" in head[:1024]:  # some programs write lines before it; what is packed begins with it, too
        return "pdf"
    if ending in ("doc", "xls", "html", "htm", "xml") and _HTML.match(head):
        return "html"  # wikis and reporting tools call their HTML .doc and .xls
    if ending in ("", "xml") and head.lstrip().startswith(b"BEGIN:VCALENDAR"):
        return "ics"
    if ending == "doc" and _MAIL.match(head):
        return "eml"
    if ending == "xls" and b"\0" not in head:
        return "csv"
    return ""


def _by_name(path: Path, head: bytes) -> str:
    ending = path.suffix.lower().lstrip(".")
    if ending in _KIND_OF:
        return _KIND_OF[ending]
    if ending not in _FIX_OF and (ending in ("", "txt", "log") or _is_text(head)):
        return "txt"
    fix = _FIX_OF.get(ending, "Save it as PDF, Word, HTML or plain text, or remove it.")
    raise Unreadable(f"is in a format that is not read (.{ending})", fix=fix)


def _is_text(head: bytes) -> bool:
    """Whether an unknown format begins as text does; its end may be cut inside a character."""
    return (
        b"\0" not in head
        and b"\xff\xfd" not in head
        and "\ufffd" not in head[:4090].decode("utf-8", "ignore")
        and (len(head.decode("utf-8", "ignore").encode()) > len(head) - 4)
    )


def _packed(path: Path, ending: str) -> str:
    """The kind of a ZIP file: Office documents are ZIP files with known parts."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise Unreadable(
            "is damaged or incomplete", fix="Get it again: it was perhaps cut off while it was copied."
        ) from None
    if "content.xml" in names and "mimetype" in names and ending not in ("epub",):
        return "odf"
    for start, kind in _PARTS.items():
        if any(name.startswith(start) for name in names) and "[Content_Types].xml" in names:
            return kind
    if ending in _FIX_OF:
        raise Unreadable("is an archive, not a document", fix=_FIX_OF[ending])
    return "zip"


def _old_office(path: Path, ending: str) -> Unreadable:
    """Why a file in the container of Office 97 is not read; encrypted new documents come in it, too."""
    data = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in data:
        return Unreadable(
            "is locked with a password", fix="Open it with the password and save it without one."
        )
    fix = _FIX_OF.get(ending, "Open it in Office or LibreOffice and save it in a current format.")
    return Unreadable(f"is in an old binary format (.{ending})", fix=fix)


def parse(path: Path, kind: str, limits: LoaderLimits) -> Document:
    """Read `path` as `kind` in this process. Raises Unreadable, whatever its parser stumbles over."""
    try:
        reader = import_module(f"vectorstore.loaders.{_READERS[kind]}")
        document: Document = reader.read(path, kind, limits)
    except Unreadable:
        raise
    except ModuleNotFoundError as missing:
        raise Unreadable(
            "needs a package that is not installed here",
            fix=f'Install {missing.name}: pip install "protokit-studio[docs]"',
        ) from None
    except MemoryError:
        raise ReaderFailure(
            "needs more memory than one file may take", fix="Split it, or save it as text."
        ) from None
    except RecursionError:
        raise Unreadable("is nested too deeply to be read", fix="Save it in a flatter form.") from None
    except Exception as problem:  # a parser meets a broken file with any exception there is
        fix = f"Open it in its own program and save it again ({type(problem).__name__})."
        raise Unreadable(f"is damaged, or not really {kind.upper()}", fix=fix) from None
    if not document.text and document.pictures:
        raise OnlyPictures.of(document)
    if not document.text and not document.files:
        raise Unreadable(
            "has no text in it", fix="If it shows pictures of text, run text recognition (OCR) first."
        )
    return document
