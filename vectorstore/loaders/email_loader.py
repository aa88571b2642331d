"""E-mails and mailboxes: who wrote to whom and when, the text, and the names of what was attached."""

import email
import re
from collections.abc import Iterator
from email.header import decode_header, make_header
from email.message import Message
from pathlib import Path

from vectorstore.loaders.document import Document, DocumentBuilder, LoaderLimits
from vectorstore.loaders.encoding import decode
from vectorstore.loaders.html_loader import write_html

_SHOWN = ("From", "To", "Cc", "Date", "Subject")
_FROM_LINE = re.compile(rb"^From .*\r?\n", re.M)
_FORWARDED = 5
"""Mails inside mails are followed so deep."""
_HEADER = 2_000
"""Characters of a header that are read; decoding takes a time that grows with the square of its length."""


def read(path: Path, kind: str, limits: LoaderLimits) -> Document:
    """Every mail under its subject."""
    data = path.read_bytes()
    draft = DocumentBuilder(kind, limits.characters)
    for mail in _FROM_LINE.split(data) if kind == "mbox" else [data]:
        if mail.strip():
            _write(draft, email.message_from_bytes(mail), 1)
    return draft.finish()


def _write(draft: DocumentBuilder, message: Message, level: int) -> None:
    draft.under(level, _header(message, "Subject") or "(no subject)")
    headers = [f"{name}: {text}" for name in _SHOWN if (text := _header(message, name))]
    draft.write("\n".join(headers))
    parts = list(_own_parts(message))
    _write_body(draft, [part for part in parts if not _file_name(part)])
    if attached := [name for part in parts if (name := _file_name(part))]:
        draft.write("Attachments: " + ", ".join(attached))
    for part in parts if level < _FORWARDED else ():
        if part.get_content_type() == "message/rfc822":
            for inner in part.get_payload():
                if isinstance(inner, Message):
                    _write(draft, inner, level + 1)


def _write_body(draft: DocumentBuilder, parts: list[Message]) -> None:
    """The plain text where there is one, else the HTML."""
    for wanted in ("text/plain", "text/html"):
        bodies = [_content(part) for part in parts if part.get_content_type() == wanted]
        if any(body.strip() for body in bodies):
            for body in bodies:
                if wanted == "text/html":
                    write_html(draft, body)
                else:
                    draft.write(re.sub(r"^>[> ]*", "", body, flags=re.M))
            return


def _own_parts(message: Message) -> Iterator[Message]:
    """The parts of `message` at any depth, except those of mails inside it."""
    if message.is_multipart() and message.get_content_maintype() == "multipart":
        for part in message.get_payload():
            if isinstance(part, Message):
                yield from _own_parts(part)
    else:
        yield message


def _content(part: Message) -> str:
    data = part.get_payload(decode=True)
    return decode(data, part.get_content_charset() or "") if isinstance(data, bytes) and data else ""


def _file_name(part: Message) -> str:
    name = part.get_filename()
    if name is None and "attachment" in str(part.get("Content-Disposition", "")).lower():
        return "(a file without a name)"
    return _decoded(name or "")


def _header(message: Message, name: str) -> str:
    return _decoded(str(message.get(name, ""))[:_HEADER])


def _decoded(raw: str) -> str:
    """A header in plain words; a malformed one as it stands, since mail programs have written all sorts."""
    try:
        text = str(make_header(decode_header(raw)))
    except (ValueError, LookupError):
        text = raw
    return " ".join(text.encode("utf-8", "replace").decode().split())
