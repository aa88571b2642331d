"""What a client may hold of a server without finishing anything; which connection goes when it is too much."""

import ipaddress
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

_MOST_FILES = 65536


@dataclass(frozen=True, slots=True)
class Bounds:
    """Sizes in bytes, times in seconds; those of heads and bodies are what Apache's reqtimeout has by default."""

    head_bytes: int = 64 * 1024
    headers: int = 100
    head_seconds: float = 20.0
    """From the connection, or the first byte of a further request, to the end of the headers."""
    body_seconds: float = 20.0
    body_rate: int = 500
    """Bytes a second that a body brings at least, on average over each `body_seconds`."""
    stuck_seconds: float = 60.0
    """How long a client may take no more of an answer that waits for it."""
    waiting: int = 1024
    """Connections at once that have no complete request under way, whoever's they are."""
    waiting_per_address: int = 256


class Connection(Protocol):
    """What waits; `address` is its client's, "" where that cannot be told."""

    @property
    def address(self) -> str: ...
    def drop(self) -> None:
        """End it at once."""


@dataclass
class Waiting:
    """The connections without a complete request. When they are too many, the longest wait ends.

    So a newcomer always gets in: a page's request is complete at once, and one that hangs makes room for it.
    """

    bounds: Bounds
    trusted: Callable[[str], bool] = lambda _: False
    """Whether an address is a proxy's, which brings many clients."""
    _by_client: dict[str, dict[Connection, None]] = field(default_factory=dict)
    _number: int = 0

    def add(self, connection: Connection) -> None:
        """`connection` waits from now on; one that waited already stands at the end again."""
        self.remove(connection)
        client = client_of(connection.address)
        own = self._by_client.setdefault(client, {})
        own[connection] = None
        self._number += 1
        if len(own) > self.bounds.waiting_per_address and not self.trusted(connection.address):
            self._drop_first(own)
        elif self._number > self.bounds.waiting:
            self._drop_first(max(self._by_client.values(), key=len))

    def remove(self, connection: Connection) -> None:
        """`connection` has a complete request, or has ended."""
        client = client_of(connection.address)
        own = self._by_client.get(client, {})
        if connection in own:
            del own[connection]
            self._number -= 1
            if not own:
                del self._by_client[client]

    def _drop_first(self, connections: dict[Connection, None]) -> None:
        first = next(iter(connections))
        self.remove(first)
        first.drop()


@lru_cache(4096)
def client_of(address: str) -> str:
    """Who counts as one client: an IPv4 address, or the IPv6 network that one household gets."""
    with suppress(ValueError):
        client = ipaddress.ip_address(address)
        if isinstance(client, ipaddress.IPv6Address):
            if client.ipv4_mapped:
                return str(client.ipv4_mapped)
            return str(ipaddress.ip_network((client, 64), strict=False))
    return address


def open_files() -> int:
    """How many files and connections this process may have open at once; raised to what the system allows."""
    try:
        import resource
    except ImportError:  # Windows
        return _MOST_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = _MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, _MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < limit:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
            return limit
    return limit if soft == resource.RLIM_INFINITY else min(soft, _MOST_FILES)
