"""How many guests' requests and open pages there may be at once: each is held for as long as it runs."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from protokit.deploy.serving.connections import client_of
from protokit.hub.security.routes import Scope

MOST_GUESTS = 4096


class Full(Exception):
    """There is no room for one more guest's request."""


class Crowd:
    """At most `most` at once, and `most_per_client` of one address. Members are not counted, so they always get in."""

    def __init__(self, most: int, most_per_client: int) -> None:
        self._most, self._most_per_client = most, most_per_client
        self._present: Counter[str] = Counter()

    @contextmanager
    def place(self, scope: Scope) -> Iterator[None]:
        """A place for the request of `scope`, if it is a guest's. Raises Full."""
        if scope["state"]["visitor"].kind != "guest":
            yield
            return
        client = client_of((scope.get("client") or ("", 0))[0])
        if self._present.total() >= self._most or self._present[client] >= self._most_per_client:
            raise Full
        self._present[client] += 1
        try:
            yield
        finally:
            self._present[client] -= 1
            if not self._present[client]:
                del self._present[client]
