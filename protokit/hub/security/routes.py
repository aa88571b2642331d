"""Which part of the Hub a request asks for, read strictly: an address with two readings is no address."""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

from protokit.hub.hub_settings import HubSettings

Scope = dict[str, Any]

_PUBLIC = frozenset({"health", "invite", "signin", "static", "s", "start"})
_CLEAR = 4
"""In this many first parts of a path nothing may be empty; the first two may hold nothing encoded."""
# What one reader takes for a separator or a step upwards, and another for a letter; encoded once or twice.
_TWO_READINGS = re.compile(rb"%(?:25)*(?:2e|2f|5c|[01][0-9a-f]|7f)|[\x00-\x20\x7f-\xff\\]", re.IGNORECASE)
_HOST = re.compile(r"^(?P<name>\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::(?P<port>[0-9]{1,5}))?$")


class BadAddress(ValueError):
    """A path or host that has no single plain reading, or is not this Hub's."""


@dataclass(frozen=True, slots=True)
class Route:
    """What a path leads to: a public page, a member's page, or a prototype (its frame, or the app inside)."""

    kind: Literal["public", "member", "frame", "app"]
    slug: str = ""


def place_of(scope: Scope) -> Route:
    """Where the path of `scope` leads. Raises BadAddress where it could be read in two ways."""
    path = scope["path"]
    raw = scope.get("raw_path") or quote(path).encode()
    parts = raw.split(b"/")
    if parts[0] or _TWO_READINGS.search(raw) or b"" in parts[1 : min(_CLEAR, len(parts) - 1)]:
        raise BadAddress("This address is not written plainly.")
    if any(part in (b".", b"..") for part in parts) or any(
        b"%" in part or b";" in part for part in parts[:3]
    ):
        raise BadAddress("This address is not written plainly.")
    first, second, third = (part.decode() for part in (*parts[1:4], b"", b"")[:3])
    if first == "p" and second:
        return Route("app" if third == "app" else "frame", second)
    if first in _PUBLIC:
        return Route("public")
    return Route("member")


def host_of(headers: Iterable[tuple[bytes, bytes]]) -> tuple[str, str]:
    """Name (small letters, brackets kept) and port ("" for none) of the one Host header. Raises BadAddress."""
    hosts = [value for name, value in headers if name == b"host"]
    match = _HOST.match(hosts[0].decode("latin-1").lower()) if len(hosts) == 1 else None
    if match is None:
        raise BadAddress("This request names no host, or several.")
    return match["name"].rstrip("."), match["port"] or ""


def answers_to(name: str, settings: HubSettings) -> bool:
    """Whether `name` is this Hub's: else another site could point its own name here and read our pages."""
    if settings.base_domain:
        return name == settings.base_domain or prototype_of(name, settings) != ""
    if name in {"localhost", settings.host.lower(), *settings.names}:
        return True
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True  # nobody can point an address somewhere else


def prototype_of(name: str, settings: HubSettings) -> str:
    """The slug of the prototype whose host `name` is, "" for none."""
    slug, dot, rest = name.partition(".")
    return slug if dot and settings.base_domain and rest == settings.base_domain else ""


def forwarded(scope: Scope, settings: HubSettings) -> Scope:
    """`scope` as the visitor sent it to a trusted proxy; what others say of themselves is not believed."""
    client = scope.get("client")
    if not client or not is_trusted(client[0], settings):
        return scope
    fields = {name: value.decode("latin-1") for name, value in scope["headers"]}
    scheme = fields.get(b"x-forwarded-proto", "").strip().lower()
    if scheme in ("http", "https"):
        secure = scheme == "https"
        websocket = scope["type"] == "websocket"
        scope = {**scope, "scheme": {True: "wss", False: "ws"}[secure] if websocket else scheme}
    for hop in reversed(fields.get(b"x-forwarded-for", "").split(",")):
        address = hop.strip()
        if address and not is_trusted(address, settings):
            return {**scope, "client": (address, 0)} if _is_address(address) else scope
    return scope


def is_trusted(address: str, settings: HubSettings) -> bool:
    """Whether `address` is a proxy's that is believed what it says of a visitor."""
    if not _is_address(address):
        return False
    ip = ipaddress.ip_address(address)
    return any(ip in ipaddress.ip_network(proxy, strict=False) for proxy in settings.trusted_proxy)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
