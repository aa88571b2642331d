"""What each role may do: every route of the Hub with the least role that it takes, in one table."""

from collections.abc import Iterable
from typing import Any, Literal

from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Mount, Route

from protokit.hub.database.members import ROLES, Role

Least = Role | Literal["anybody", "guest"]
"""A role; or "anybody" for a page that all the world sees; or "guest" for one that its prototype's guests see too."""

_PAGE = "/prototypes/{slug}"
_ANSWER = f"{_PAGE}/questions/{{number:int}}"
LEAST: dict[str, Least] = {
    # before the gate
    "GET /static": "anybody",
    "GET /health": "anybody",
    "GET /start/{code}": "anybody",
    "POST /start/{code}": "anybody",
    "GET /signin": "anybody",
    "POST /signin": "anybody",
    "GET /signin/oidc": "anybody",
    "GET /signin/oidc/callback": "anybody",
    "GET /invite/{token}": "anybody",
    "POST /invite/{token}": "anybody",
    "GET /s/{token}": "anybody",
    "POST /s/{token}": "anybody",
    # a prototype as its visitors see it
    "GET /p/{slug}/app": "guest",
    "GET /p/{slug}": "guest",
    "GET /p/{slug}/": "guest",
    "GET /p/{slug}/state": "guest",
    "POST /p/{slug}/feedback": "guest",
    # one's own account
    "POST /signout": "viewer",
    "GET /account": "viewer",
    "POST /account/name": "viewer",
    "POST /account/passcode": "viewer",
    "POST /account/oidc": "viewer",
    "POST /account/sessions/end": "viewer",
    "POST /account/sessions/{handle}/end": "viewer",
    # watching
    "GET /": "viewer",
    "GET /questions": "viewer",
    "GET /questions.{kind}": "viewer",
    "GET /prototypes.{kind}": "viewer",
    f"GET {_PAGE}": "viewer",
    f"GET {_PAGE}/questions.{{kind}}": "viewer",
    f"GET {_PAGE}/feedback.{{kind}}": "viewer",
    f"GET {_PAGE}/versions.{{kind}}": "viewer",
    f"GET {_PAGE}/change/state": "viewer",
    f"GET {_PAGE}/questions": "viewer",
    f"GET {_ANSWER}": "viewer",
    f"POST {_ANSWER}/comments": "viewer",
    f"POST {_ANSWER}/comments/{{comment:int}}/remove": "viewer",  # one's own; of others as an owner
    f"GET {_PAGE}/versions": "viewer",
    f"GET {_PAGE}/feedback": "viewer",
    f"GET {_PAGE}/decision": "viewer",
    f"GET {_PAGE}/decision/rows.csv": "viewer",
    f"GET {_PAGE}/decision/memo.{{kind}}": "viewer",
    f"GET {_PAGE}/decision/case": "viewer",
    f"GET {_PAGE}/decision/gaps": "viewer",
    f"GET {_PAGE}/decision/compare": "viewer",
    # making, changing, sharing
    "GET /new": "editor",
    "GET /templates": "editor",
    "POST /new": "editor",
    "GET /jobs/{number}": "editor",
    "POST /jobs/{number}": "editor",
    "POST /jobs/{number}/also": "editor",
    "GET /jobs/{number}/steps": "editor",
    "GET /jobs/{number}/made": "editor",
    f"POST {_PAGE}/archive": "editor",
    f"POST {_PAGE}/unarchive": "editor",
    f"POST {_PAGE}/duplicate": "editor",
    f"POST {_PAGE}/delete": "editor",
    f"POST {_PAGE}/undelete": "editor",
    f"GET {_PAGE}/health": "editor",
    f"POST {_PAGE}/restart": "editor",
    f"POST {_PAGE}/start": "editor",
    f"POST {_PAGE}/stop": "editor",
    f"POST {_PAGE}/damage": "editor",
    f"POST {_PAGE}/change": "editor",
    f"POST {_PAGE}/change/apply": "editor",
    f"POST {_PAGE}/change/discard": "editor",
    f"POST {_PAGE}/change/undo": "editor",
    f"POST {_PAGE}/versions/undo": "editor",
    f"GET {_PAGE}/edit": "editor",
    f"POST {_PAGE}/edit": "editor",
    f"GET {_PAGE}/documents": "editor",
    f"POST {_PAGE}/documents": "editor",
    f"POST {_PAGE}/documents/remove": "editor",
    f"POST {_PAGE}/documents/again": "editor",
    f"POST {_PAGE}/documents/restore": "editor",
    f"GET {_PAGE}/story": "editor",
    f"POST {_PAGE}/story": "editor",
    f"GET {_PAGE}/links": "editor",
    f"GET {_PAGE}/links.{{kind}}": "editor",
    f"GET {_PAGE}/documents.{{kind}}": "editor",
    f"POST {_PAGE}/links": "editor",
    f"POST {_PAGE}/links/{{link}}/revoke": "editor",
    f"POST {_PAGE}/links/{{link}}/uploads": "editor",
    f"POST {_ANSWER}": "editor",
    f"POST {_ANSWER}/mark": "editor",
    f"POST {_ANSWER}/keep": "editor",
    f"POST {_PAGE}/decision/case": "editor",
    f"POST {_PAGE}/decision/compare": "editor",
    f"POST {_PAGE}/decision/compare/{{id}}/end": "editor",
    # people, and the whole Hub
    "GET /activity": "owner",
    "POST /activity": "owner",
    "GET /activity.{kind}": "owner",
    "GET /members.{kind}": "owner",
    "GET /members": "owner",
    "POST /members/invite": "owner",
    "POST /members/invitations/{invitation}/withdraw": "owner",
    "POST /members/{member}/role": "owner",
    "POST /members/{member}/remove": "owner",
    "POST /members/{member}/signout": "owner",
    "POST /members/{member}/passcode": "owner",
}
"""The least role by method and path; HEAD is as GET. A route that is missing here keeps the Hub from starting."""


def may(role: str, route: str) -> bool:
    """Whether `role` ("" for a guest or a stranger) is enough for `route`, a key of LEAST."""
    least = LEAST[route]
    return least in ("anybody", "guest") or (role in ROLES and ROLES.index(role) >= ROLES.index(least))


def guarded(routes: Iterable[BaseRoute]) -> list[BaseRoute]:
    """The same routes, each of which turns away whoever has too little a role. Raises LookupError for one without."""
    listed = list(routes)
    for route in listed:
        for key in keys_of(route):
            if key not in LEAST:
                raise LookupError(f"{key} has no least role: give it one in {__name__}.LEAST")
        if isinstance(route, Route):
            route.app = _RoleCheck(route.app, route.path)
    return listed


def keys_of(route: BaseRoute) -> list[str]:
    """The keys that a route should have in LEAST."""
    if isinstance(route, Mount):
        return [f"GET {route.path}"]
    assert isinstance(route, Route)
    return [f"{method} {route.path}" for method in sorted(route.methods or ()) if method != "HEAD"]


class _RoleCheck:
    """Stands before the handler of one route, so that what is checked is what is run."""

    def __init__(self, app: Any, path: str) -> None:
        self._app, self._path = app, path

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        key = f"{method} {self._path}"
        if not may(scope["state"]["visitor"].role, key):
            raise HTTPException(403, f"This takes {_ARTICLE[LEAST[key]]}. Ask an owner of this Hub.")
        await self._app(scope, receive, send)


_ARTICLE: dict[str, str] = {"viewer": "a member", "editor": "an editor", "owner": "an owner"}
