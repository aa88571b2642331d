"""The headers of every answer: what a browser may load, frame and remember of each part of the Hub."""

from collections.abc import Iterable

from protokit.hub.security.routes import Route
from protokit.runtime.page_policy import PAGE_POLICY

Header = tuple[bytes, bytes]

_ALWAYS = {
    "x-content-type-options": "nosniff",
    # Without it an address with a share token would be told to the prototype's own page.
    "referrer-policy": "strict-origin",
    "x-robots-tag": "noindex, nofollow",
    "cross-origin-resource-policy": "same-origin",
}
_OURS = {"permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()"}
# A prototype must not widen its reach: a worker over the whole origin, or everybody's cookies cleared.
_NOT_FROM_PROTOTYPES = frozenset({b"service-worker-allowed", b"clear-site-data", b"x-frame-options"})


def secured(place: Route, sent: Iterable[Header], *, origin: str, framers: str, framed: str) -> list[Header]:
    """The headers of an answer from `place`. `origin` is the page's own ("https://hub.example.com"),
    `framers` and `framed` the other origins that may frame it and that it may frame (CSP, "" for none)."""
    if place.kind == "app":
        own = [header for header in sent if header[0].lower() not in _NOT_FROM_PROTOTYPES]
        headers = {
            **_ALWAYS,
            "content-security-policy": f"{PAGE_POLICY}; frame-ancestors 'self' {framers}".rstrip(),
        }
        return _with(own, headers)
    sent = list(sent)
    lasting = any(name.lower() == b"cache-control" for name, _ in sent) or place.kind == "public"
    headers = {**_ALWAYS, **_OURS, **_page(place, origin, framers, framed)}
    return _with(sent, headers if lasting else {**headers, "cache-control": "no-store"})


def _page(place: Route, origin: str, framers: str, framed: str) -> dict[str, str]:
    policy = {
        "default-src": "'none'",
        "script-src": f"{origin}/static/",
        "style-src": f"{origin}/static/",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        # Below the Hub's own address a browser is sent over, which counts as two.
        "frame-src": f"'self' {framed}".rstrip() if framed or place.kind == "frame" else "'none'",
        "frame-ancestors": f"'self' {framers}".rstrip() if place.kind == "frame" else "'none'",
    }
    # What a prototype opens in a new window must not hand it the owner's page, or the one where they sign in:
    # prototypes' pages and these differ here, which cuts the tie between their windows.
    opener = "unsafe-none" if place.kind == "frame" else "same-origin"
    return {
        "content-security-policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "cross-origin-opener-policy": opener,
        "x-frame-options": "SAMEORIGIN" if place.kind == "frame" and not framers else "DENY",
    }


def _with(sent: Iterable[Header], headers: dict[str, str]) -> list[Header]:
    ours = {name.encode() for name in headers}
    # A prototype's own, stricter policy stays beside ours: a browser keeps to both.
    others = [header for header in sent if header[0].lower() not in ours - {b"content-security-policy"}]
    return others + [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
