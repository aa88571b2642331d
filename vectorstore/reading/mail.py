"""E-mails and mailboxes: who wrote to whom and when, the text, and the names of what was attached."""

import email
import re
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from pathlib import Path

from vectorstore.reading.documents import Document, Draft, Limits
from vectorstore.reading.encoding import decode
from vectorstore.reading.web import write_html

_SHOWN = ("From", "To", "Cc", "Date", "Subject")
_FROM_LINE = re.compile(rb"^From .*\r?\n", re.M)
_FORWARDED = 5
"""Mails inside mails are followed so deep."""


def read(path: Path, kind: str, limits: Limits) -> Document:
    """Every mail under its subject; in a mailbox, rows count the mails."""
    data = path.read_bytes()
    draft = Draft(kind, limits.characters)
    mails = [part for part in _FROM_LINE.split(data) if part.strip()] if kind == "mbox" else [data]
    for mail in mails:
        message = email.message_from_bytes(mail, policy=policy.default)
        assert isinstance(message, EmailMessage)
        _write(draft, message, 1)
    return draft.finish()


def _write(draft: Draft, message: EmailMessage, level: int) -> None:
    draft.under(level, _header(message, "Subject") or "(no subject)")
    headers = [f"{name}: {text}" for name in _SHOWN if (text := _header(message, name))]
    draft.write("\n".join(headers))
    _write_body(draft, message)
    attached = [name for part in message.walk() if (name := _file_name(part))]
    if attached:
        draft.write("Attachments: " + ", ".join(attached))
    for inner in _forwarded(message) if level < _FORWARDED else ():
        _write(draft, inner, level + 1)


def _write_body(draft: Draft, message: EmailMessage) -> None:
    """The plain text where there is one, else the HTML."""
    for wanted, is_html in (("text/plain", False), ("text/html", True)):
        bodies = [_content(part) for part in _own_parts(message) if part.get_content_type() == wanted]
        if any(body.strip() for body in bodies):
            for body in bodies:
                if is_html:
                    write_html(draft, body)
                else:
                    draft.write(re.sub(r"^(?:>[> ]*)", "", body, flags=re.M))
            return


def _own_parts(message: EmailMessage) -> Iterator[EmailMessage]:
    """The parts of `message` that are text, without attachments and without mails inside it."""
    if message.get_content_type() == "message/rfc822" or _file_name(message):
        return
    if not message.is_multipart():
        yield message
        return
    for part in message.iter_parts():
        assert isinstance(part, EmailMessage)
        yield from _own_parts(part)


def _forwarded(message: EmailMessage) -> Iterator[EmailMessage]:
    for part in message.walk():
        if part is not message and part.get_content_type() == "message/rfc822":
            for inner in part.get_payload():
                if isinstance(inner, EmailMessage):
                    yield inner
            return


def _content(part: EmailMessage) -> str:
    data = part.get_payload(decode=True)
    return decode(data, part.get_content_charset() or "") if isinstance(data, bytes) and data else ""


def _file_name(part: object) -> str:
    if not isinstance(part, EmailMessage):
        return ""
    try:
        return part.get_filename() or ""
    except (ValueError, LookupError, TypeError):
        return "(a file with a broken name)"


def _header(message: EmailMessage, name: str) -> str:
    """A header in plain words; a malformed one as it stands, since old mail programs wrote all sorts."""
    try:
        value = message.get(name, "")
    except (ValueError, LookupError, TypeError, IndexError, AttributeError):
        value = next((raw for key, raw in message.raw_items() if key.lower() == name.lower()), "")
    return " ".join(str(value).encode("utf-8", "replace").decode().split())
