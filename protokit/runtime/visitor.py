"""Who asks, as a page's visitor cannot choose it: the Hub's visitor, else the address the request came from."""

import hashlib
import os
import sys
from collections.abc import Mapping
from typing import Literal

from protokit.runtime.runtime_errors import is_owners_page

HOSTED = "PROTOKIT_HOSTED"
"""Environment variable that the Hub sets for its prototypes: the header below is its own and nobody else's."""
BY_VISITOR = "x-protokit-visitor"
"""The header by which the Hub tells a prototype who asks; it lets none through that a visitor sends."""
BROWSER_COOKIE = "prototype_browser"
"""The cookie that tells the browsers behind one address apart; no script reads it."""
Traffic = Literal["guest", "owner", "program"]
_HERE = "this machine"


def traffic_of(visitor: str, session: str) -> Traffic:
    """Whose question it is that `visitor` (as `current_visitor` tells) asks in `session`: only guests' are counted."""
    if is_owners_page() or session in ("terminal", "check", "eval") or visitor.startswith("visitor owner "):
        return "owner"
    return "program" if session.startswith("api ") else "guest"


def hub_visitor(kind: str, id: str) -> str:
    """What the Hub tells a prototype of who asks: the same for all of one visit, and nothing to sign in with."""
    return f"{kind} {hashlib.sha256(f'{kind} {id}'.encode()).hexdigest()[:32]}"


def pseudonym_of_guest(visit: str, prototype: str) -> str:
    """The pseudonym that the guest of a `visit` to the Hub has in the events of the `prototype` (its key)."""
    return pseudonym(f"visitor {hub_visitor('guest', visit)}", prototype)


def pseudonym(visitor: str, prototype: str) -> str:
    """A name for `visitor` that is theirs in this `prototype` (its key) alone; empty where nobody is known."""
    return hashlib.sha256(f"{prototype} {visitor}".encode()).hexdigest()[:16] if visitor else ""


def current_browser() -> str:
    """The browser whose page's code runs here, by its cookie; empty where it takes none, or no page's code runs."""
    if _runs_in_streamlit():
        import streamlit

        return streamlit.context.cookies.get(BROWSER_COOKIE, "")
    context = sys.modules.get("gradio.context")
    request = context.LocalContext.request.get(None) if context else None
    return str(request.cookies.get(BROWSER_COOKIE, "")) if request else ""


def current_visitor() -> str:
    """Who asked for the page whose code runs here; empty where no page's code does."""
    return _of_streamlit() or _of_gradio()


def _runs_in_streamlit() -> bool:
    scripts = sys.modules.get("streamlit.runtime.scriptrunner")  # what is not loaded runs no page
    return scripts is not None and scripts.get_script_run_ctx(suppress_warning=True) is not None


def _of_streamlit() -> str:
    if not _runs_in_streamlit():
        return ""
    import streamlit

    return visitor_of(streamlit.context.headers, streamlit.context.ip_address)


def _of_gradio() -> str:
    context = sys.modules.get("gradio.context")
    request = context.LocalContext.request.get(None) if context else None
    if request is None:
        return ""
    return visitor_of(request.headers, request.client.host if request.client else None)


def visitor_of(headers: Mapping[str, str], address: str | None) -> str:
    """Who sent a request with these `headers` (names in small letters) from the network `address`."""
    visitor = headers.get(BY_VISITOR, "") if os.environ.get(HOSTED) else ""
    return f"visitor {visitor}" if visitor else f"address {address or _HERE}"
