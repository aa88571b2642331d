"""E-mails and mailboxes: who wrote to whom and when, the text, invitations; attached files are handed on to be read."""

import email
import io
import re
from collections.abc import Iterator
from email.header import decode_header, make_header
from email.message import Message
from pathlib import Path

from vectorstore.loaders.calendar_loader import write_calendar
from vectorstore.loaders.document import Document, DocumentBuilder, LoaderLimits
from vectorstore.loaders.email_bodies import Body, write_body
from vectorstore.loaders.embedded_files import EmbeddedFiles
from vectorstore.loaders.encoding import decode

_SHOWN = ("From", "To", "Cc", "Date", "Subject")
_FROM_LINE = re.compile(rb"^From .*\r?\n", re.M)
_FORWARDED = 5
"""Mails inside mails are followed so deep."""
_HEADER = 2_000
"""Characters of a header that are read; decoding takes a time that grows with the square of its length."""
_LOGO = 30_000
"""Bytes below which a picture inside of the text is taken for a logo or a signature."""
_SIGNATURES = ("application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature")
_ENCRYPTED = ("application/pgp-encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime")


def read(path: Path, kind: str, limits: LoaderLimits) -> Document:
    """Every mail under its subject."""
    data = path.read_bytes()
    draft = DocumentBuilder(kind, limits.characters, include_hidden=limits.include_hidden)
    reader = _MailReader(draft, EmbeddedFiles(limits))
    for mail in _FROM_LINE.split(data) if kind == "mbox" else [data]:
        if mail.strip():
            reader.write(email.message_from_bytes(mail), 1)
    return reader.finish()


class _MailReader:
    """Writes mails one after the other and collects what is attached to any of them."""

    def __init__(self, draft: DocumentBuilder, embedded: EmbeddedFiles) -> None:
        self._draft = draft
        self._embedded = embedded
        self._pictures = 0
        self._locked = 0

    def finish(self) -> Document:
        if self._pictures:
            some = "1 picture" if self._pictures == 1 else f"{self._pictures} pictures"
            self._draft.note(f"{some} inside the mail not read, as logos and signatures are")
        if self._locked:
            self._draft.note("an encrypted part was not read", "Save the mail decrypted.")
        self._draft.files = self._embedded.files
        return self._draft.finish()

    def write(self, message: Message, level: int) -> None:
        """Write `message` under its subject, a heading of `level`, with the mails inside it."""
        self._draft.under(level, header(message, "Subject") or "(no subject)")
        headers = [f"{name}: {text}" for name in _SHOWN if (text := header(message, name))]
        self._draft.write("\n".join(headers))
        parts = list(_own_parts(message))
        address = header(message, "Snapshot-Content-Location")
        write_body(self._draft, list(_bodies(message)), level + 1, address)
        self._draft.under(level + 1, "")
        if attached := [name for part in parts if (name := _file_name(part)) and not _is_calendar(part)]:
            self._draft.write("Attachments: " + ", ".join(attached))
        self._write_calendars(parts, level + 1)
        for part in parts:
            if part.get_content_type() == "message/rfc822":
                self._write_inner(part, level + 1)
            elif not _is_calendar(part):
                self._attach(part)

    def _write_calendars(self, parts: list[Message], level: int) -> None:
        """Invitations come twice, to be shown and as a file: each is read once."""
        for text in dict.fromkeys(_content(part).strip() for part in parts if _is_calendar(part)):
            try:
                write_calendar(self._draft, text, level)
            except ValueError:
                self._draft.note("a damaged invitation was not read", "Open it in a calendar.")

    def _write_inner(self, part: Message, level: int) -> None:
        for inner in part.get_payload():
            if isinstance(inner, Message):
                if level <= _FORWARDED:
                    self.write(inner, level)
                else:
                    self._draft.note("a mail inside more than 4 others was not read", "Add it on its own.")

    def _attach(self, part: Message) -> None:
        name, kind = _file_name(part), part.get_content_type()
        inline = "attachment" not in str(part.get("Content-Disposition", "")).lower()
        if kind in _ENCRYPTED:
            self._locked += 1
            return
        data = part.get_payload(decode=True)
        data = data if isinstance(data, bytes) else b""
        if part.get_content_maintype() == "image" and (inline or not name):
            if len(data) < _LOGO:
                self._pictures += 1
                return
            name = name or f"picture.{part.get_content_subtype().partition('+')[0]}"
        if name and kind not in _SIGNATURES:
            self._embedded.add(name, io.BytesIO(data), len(data))


def _bodies(part: Message) -> Iterator[Body]:
    """What is shown of a mail, in order; a text and its HTML form are one body."""
    if part.is_multipart():
        inner = [one for one in part.get_payload() if isinstance(one, Message)]
        if part.get_content_subtype() == "alternative":
            forms = [body for one in inner for body in _bodies(one)]
            plain = "\n\n".join(body.plain for body in forms if body.plain)
            yield Body(plain, "".join(body.html for body in forms))
        elif part.get_content_maintype() == "multipart":
            for one in inner:
                yield from _bodies(one)
    elif not _file_name(part):
        if part.get_content_type() == "text/plain":
            yield Body(_unflowed(part, _content(part)), "")
        elif part.get_content_type() == "text/html":
            yield Body("", _content(part))


def _unflowed(part: Message, text: str) -> str:
    """Lines that end in a space go on in the next one where the mail says so."""
    if str(part.get_param("format", "")).lower() != "flowed":
        return text
    joint = "" if str(part.get_param("delsp", "")).lower() == "yes" else " "
    return re.sub(r"(?<!^--) \r?\n(?![>\r\n])", joint, text, flags=re.M)


def _own_parts(message: Message) -> Iterator[Message]:
    """The parts of `message` at any depth, except those of mails inside it."""
    if message.is_multipart() and message.get_content_maintype() == "multipart":
        for part in message.get_payload():
            if isinstance(part, Message):
                yield from _own_parts(part)
    else:
        yield message


def _is_calendar(part: Message) -> bool:
    return part.get_content_type() in ("text/calendar", "application/ics")


def _content(part: Message) -> str:
    data = part.get_payload(decode=True)
    return decode(data, part.get_content_charset() or "") if isinstance(data, bytes) and data else ""


def _file_name(part: Message) -> str:
    name = part.get_filename()
    if name is None and "attachment" in str(part.get("Content-Disposition", "")).lower():
        return "(a file without a name)"
    return _decoded(name or "")


def header(message: Message, name: str) -> str:
    """A header of `message` in plain words, empty where it has none."""
    return _decoded(str(message.get(name, ""))[:_HEADER])


def _decoded(raw: str) -> str:
    """A header in plain words; a malformed one as it stands, since mail programs have written all sorts."""
    try:
        text = str(make_header(decode_header(raw)))
    except (ValueError, LookupError):
        text = raw
    return " ".join(text.encode("utf-8", "replace").decode().split())
