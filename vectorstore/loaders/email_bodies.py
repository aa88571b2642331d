"""The text of a mail, in the better of its two forms."""

import re
from dataclasses import dataclass

from vectorstore.loaders.document import DocumentBuilder
from vectorstore.loaders.html_loader import write_html
from vectorstore.loaders.quoted_mail import QuotedMail

_MARKUP = re.compile(r"<(style|script|head|title)\b.*?</\1>|<!--.*?-->|<[^>]*>", re.S | re.I)
_STUB = 0.5
"""A form with less than this share of the other one's words is a stub, or lacks what the other one quotes."""


@dataclass(frozen=True, slots=True)
class Body:
    """One body of a mail in the forms that it has: plain text, HTML, or both."""

    plain: str
    html: str


def write_body(draft: DocumentBuilder, bodies: list[Body], level: int, address: str = "") -> None:
    """Write the bodies; what they quote goes under headings of `level`. `address` is where a page was saved from."""
    for body in bodies:
        draft.under(level, "")
        quotes = QuotedMail(draft, level)
        if body.html and _is_whole(body):
            write_html(draft, body.html, address, quotes)
        else:
            quotes.write_plain(body.plain)


def _is_whole(body: Body) -> bool:
    """Whether the HTML form is the one to read: it says what is struck, raised and in which column, if it is whole."""
    words = _MARKUP.sub(" ", body.html).split()
    return bool(words) and len(words) >= _STUB * len(body.plain.split())
