"""Where links lead: the address stands behind the words of the link, for who asks for it."""

import re
from urllib.parse import parse_qs, unquote, urljoin, urlsplit

_DOWNLOAD = re.compile(r"\.(?:pdf|docx?|xlsx?|pptx?|zip|csv|od[tsp]|ics|epub|txt)$", re.I)
_LONGEST = 500
"""Longer addresses only track who clicks: the site that they lead to is named instead."""


def with_address(text: str, address: str) -> str:
    """`text` followed by the address that it links to: "status page (https://...)", or `text` alone."""
    end = len(text.rstrip())
    target = link_target(address, text) if end else ""
    return f"{text[:end]} ({target}){text[end:]}" if target else text


def link_target(href: str, text: str, address: str = "") -> str:
    """The address that a link leads to, where it says more than the link's `text`; else empty.

    Places inside the page, scripts, and other pages of the same unknown site say nothing to who reads the text;
    `address` is that of the page, where it is known.
    """
    href = href.strip()
    if not href or href.startswith("#"):
        return ""
    try:
        whole = _past_redirect(urljoin(address, href) if address else href)
        parts = urlsplit(whole)
    except ValueError:
        return ""
    if parts.scheme in ("mailto", "tel"):
        target = unquote(parts.path)
        return "" if _bare(target) in _bare(text) or not target else target
    if parts.scheme in ("http", "https", "ftp") and parts.netloc:
        target = whole if len(whole) <= _LONGEST else f"{parts.scheme}://{parts.netloc}/…"
        return "" if _bare(target) == _bare(text) else target
    return href if not parts.scheme and _DOWNLOAD.search(parts.path) and _bare(href) != _bare(text) else ""


def _past_redirect(address: str) -> str:
    """Where an address leads that Google, Outlook or Facebook put before a link to see who clicks."""
    parts = urlsplit(address)
    host, path = parts.netloc.lower(), parts.path
    google = host in ("www.google.com", "google.com") and path == "/url"
    if google or host.endswith(".safelinks.protection.outlook.com") or host == "l.facebook.com":
        for name in ("q", "url", "u"):
            for target in parse_qs(parts.query).get(name, []):
                if target.startswith(("http://", "https://")):
                    return target
    return address


def _bare(address: str) -> str:
    """What people write of an address: without its scheme and its last slash."""
    plain = re.sub(r"^(?:https?://)?(?:www\.)?|[\s.…-]|/+$", "", address.strip().lower())
    return plain.rstrip("/")
