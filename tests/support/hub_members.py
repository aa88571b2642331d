"""Members of a Hub, each with a browser of their own."""

import re
from typing import Any

from starlette.testclient import TestClient

from protokit.hub.context import Hub
from protokit.hub.database.members import FOUNDER, Member, Role
from protokit.hub.security.identity import OWNER_COOKIE, VisitorIdentity
from protokit.hub.security.passcodes import hashed
from protokit.hub.security.signing import SigningKeys

OWN = "a quiet green lamp"
"""The passcode of every member that `member` makes."""
OWNS = hashed(OWN)
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Window:
    """A browser without scripts, at an address of its own."""

    def __init__(self, hub: Hub, app: Any, address: str = "192.0.2.1") -> None:
        self.hub = hub
        self.client = TestClient(
            app,
            "http://localhost",
            client=(address, 1),
            follow_redirects=False,
            raise_server_exceptions=False,
            headers={"Accept": "text/html"},
        )

    def signed_in(self, member: str) -> "Window":
        """The same, as this member."""
        session = self.hub.store.begin_session("Mozilla/5.0 (Windows) Firefox/144.0", member)
        keys = SigningKeys.open(self.hub.settings.home)
        self.client.cookies.clear()
        self.client.cookies.set(OWNER_COOKIE, VisitorIdentity(self.hub.store, keys).owner_cookie(session))
        return self

    def get(self, path: str) -> Any:
        return self.client.get(path)

    def token(self, page: str = "/account") -> str:
        found = _TOKEN.search(self.get(page).text)
        assert found, "there is no form on this page"
        return found[1]

    def post(self, path: str, page: str = "/account", **fields: str) -> Any:
        return self.client.post(path, data={"csrf_token": self.token(page), **fields})


def member(hub: Hub, name: str, role: Role) -> Member:
    return hub.store.accept(hub.store.invite(role, name, FOUNDER), name, passcode=OWNS)
