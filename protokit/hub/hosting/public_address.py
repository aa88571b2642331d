"""Where the world reaches this Hub through a tunnel, once a request of the Hub's own has come back that way."""

import ipaddress
import re
import secrets
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

PROBE = "x-protokit-tunnel"
"""The header of the Hub's own request, which no one else can send: its value is new for each address."""
SENT_FROM = "198.51.100.77"
"""Where that request claims to come from: a tunnel that says where requests come from does not repeat it."""
_ADDRESS = re.compile(r"https?://[^\s\"'<>|\\^`{}\x00-\x1f]+", re.IGNORECASE)
_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_HOST = re.compile(r"[a-z0-9.-]+|\[[0-9a-f:.]+\]")
_MOST = 50
"""Addresses that are tried: a program may print very many."""
_LAST = 8
"""Lines of its output that are told when it ends."""

State = Literal["off", "opening", "open", "ended"]


@dataclass(frozen=True, slots=True)
class TunnelCandidate:
    """An address that the program printed: scheme and authority, with what the Hub's request to it carries."""

    origin: str
    token: str

    @property
    def authority(self) -> str:
        return self.origin.partition("://")[2]


class PublicAddress:
    """What is known of the tunnel. The event loop alone changes it; any thread may read."""

    def __init__(self, tell: Callable[[str], None] = lambda _: None) -> None:
        self.tell = tell
        """Gets a line for whoever started the Hub."""
        self.state: State = "off"
        self.origin = ""
        """ "https://quiet-lamp.example", while it is open."""
        self.problem = ""
        """Why it is not open, for a person."""
        self._tells_clients = False
        self._candidates: dict[str, TunnelCandidate] = {}
        self._said: deque[str] = deque(maxlen=_LAST)

    @property
    def candidates(self) -> list[TunnelCandidate]:
        """Those that did not lead here yet, the ones with TLS first."""
        waiting = [each for each in self._candidates.values() if each.origin != self.origin]
        return sorted(waiting, key=lambda each: not each.origin.startswith("https:"))

    def begin(self) -> None:
        """The program was started."""
        self.state = "opening"

    def read(self, line: str) -> None:
        """Take in a line that the program printed."""
        plain = _COLOURS.sub("", line).strip()
        if plain:
            self._said.append(plain[:300])
        for origin in addresses_in(plain):
            if origin not in self._candidates and len(self._candidates) < _MOST:
                self._candidates[origin] = TunnelCandidate(origin, secrets.token_urlsafe(24))

    def end(self, code: int | None) -> None:
        """The program ended by itself: nobody comes in by its address any more."""
        said = " / ".join(self._said)
        self.state, self.origin, self._candidates = "ended", "", {}
        self.problem = f"The tunnel program ended (exit {code})." + (f" It said last: {said}" if said else "")
        self.tell(
            f"{self.problem}\nThe Hub is not on the internet any more. Start it again for a new address."
        )

    def arrived(self, authority: str, token: str, forwarded_for: str) -> None:
        """A request with PROBE came in by the Host `authority`."""
        sent = next(
            (each for each in self._candidates.values() if secrets.compare_digest(each.token, token)), None
        )
        if sent is None or self.state not in ("opening", "open"):
            return
        if not _same(authority, sent.authority):
            self.problem = (
                f"{sent.origin} leads here, but the tunnel program asks for {authority} in its place. Tell it to keep"
                " the Host header."
            )
            return
        if self.origin.partition("://")[2] == sent.authority and self.origin.startswith("https:"):
            return  # the same place without TLS
        last = forwarded_for.rpartition(",")[2].strip()
        self._tells_clients = last != SENT_FROM and _is_ip(last)
        self.state, self.origin, self.problem = "open", sent.origin, ""
        self.tell(f"On the internet at {self.origin}\nWhoever has a share link can open it there.")

    def serves(self, authority: str) -> bool:
        """Whether a Host header names this address, and no other."""
        return bool(self.origin) and _same(authority, self.origin.partition("://")[2])

    def seen(self, scope: Any) -> Any:
        """`scope` as the visitor sent it, where it came in by the tunnel. The tunnel's word for where a visitor
        is counts only where its program runs, on this machine, and if it was seen to say so of its own."""
        client = scope.get("client")
        fields = {name: value.decode("latin-1") for name, value in scope["headers"]}
        if not self.serves(fields.get(b"host", "").lower()) or not client or not _is_loopback(client[0]):
            return scope
        secure, socket = self.origin.startswith("https:"), scope["type"] == "websocket"
        scheme = ("wss" if secure else "ws") if socket else ("https" if secure else "http")
        last = fields.get(b"x-forwarded-for", "").rpartition(",")[2].strip()
        told = self._tells_clients and _is_ip(last)
        return {**scope, "scheme": scheme, "client": (last, 0) if told else client}


def addresses_in(line: str) -> Iterable[str]:
    """The addresses in a line that may be a tunnel's: no path, no name of this machine; in small letters."""
    for match in _ADDRESS.finditer(line):
        try:
            parts = urlsplit(match[0].rstrip(".,;:)]!?").lower())
            port = parts.port
        except ValueError:
            continue
        host = parts.hostname or ""
        host = f"[{host}]" if ":" in host else host
        plain = parts.path in ("", "/") and not parts.query and not parts.fragment and "@" not in parts.netloc
        if plain and _HOST.fullmatch(host) and not _is_here(host):
            yield f"{parts.scheme}://{host}{f':{port}' if port else ''}"


def _same(one: str, other: str) -> bool:
    return _plain(one) == _plain(other)


def _plain(authority: str) -> str:
    return authority.lower().removesuffix(":80").removesuffix(":443")


def _is_here(host: str) -> bool:
    return host == "localhost" or host.endswith(".localhost") or host == "0.0.0.0" or _is_loopback(host)


def _is_loopback(host: str) -> bool:
    return _is_ip(host.strip("[]")) and ipaddress.ip_address(host.strip("[]")).is_loopback


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
