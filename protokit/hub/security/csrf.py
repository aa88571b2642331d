"""Form tokens: another site, or a prototype's own script, cannot send our forms in somebody's name."""

import secrets
from typing import TYPE_CHECKING

from protokit.hub.security.identity import Visitor
from protokit.hub.security.routes import Route
from protokit.hub.security.signing import SigningKeys

if TYPE_CHECKING:
    from starlette.requests import Request

FIELD = "csrf_token"
"""The first field of every form."""
HEADER = "x-csrf-token"
"""The header of every request that our own script sends."""


def subject(place: Route, visitor: Visitor, browser: str) -> str:
    """Whom a token is for; `browser` is the random value in our cookie.

    A prototype's script can read the pages of its own origin that are not the members'; so a token from there
    is worth nothing on the members' pages.
    """
    if place.kind == "member":
        return f"member {visitor.id}"
    if place.slug:
        return f"prototype {place.slug} {visitor.id}"
    return f"browser {browser}"


def token(request: "Request") -> str:
    """The token for the forms of the page that `request` asked for, "" on a page that may have none."""
    issued: str = request.state.csrf
    return issued


def issue(keys: SigningKeys, for_whom: str) -> str:
    """A token to be put into a form."""
    return keys.sign("form token", for_whom)


def fits(keys: SigningKeys, token: str, for_whom: str) -> bool:
    """Whether `token` is a token for the same person and kind of page."""
    read = keys.read("form token", token)
    return isinstance(read, str) and secrets.compare_digest(read.encode(), for_whom.encode())
