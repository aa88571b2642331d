"""What a prototype's process is told when it starts, as one line of JSON."""

import json
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

Scope = MutableMapping[str, Any]


App = Callable[[Scope, Callable[[], Awaitable[Any]], Callable[[Any], Awaitable[None]]], Awaitable[None]]

BY_KEY = "x-protokit-key"
"""The header by which a prototype's process knows that a request comes from its Hub."""


@dataclass(frozen=True, slots=True)
class WorkerConfig:
    """Where a prototype lies and how it is to be served."""

    slug: str
    folder: str
    base_path: str
    """Its public path, without a slash at the end."""
    log: str
    room: str
    """A folder for its temporary files and those that visitors upload, emptied when it ends."""
    door: str
    """The unix socket to listen on; where `loopback`, the file to write the port into."""
    loopback: bool
    memory: int = 0
    """Bytes that its processes may hold together; 0 is no bound."""
    confine: bool = False
    """Whether it runs in a sandbox, with the rest of what that lets it reach:"""
    granted: list[str] = field(default_factory=list)
    """files and folders beside its own that it may read,"""
    private: list[str] = field(default_factory=list)
    """folders of which it gets nothing but its own,"""
    channel: str = ""
    """the unix socket over which the Hub connects for it, empty where it may connect to nothing,"""
    ports: list[int] = field(default_factory=list)
    """and the ports of its databases,"""
    hosts: dict[str, str] = field(default_factory=dict)
    """with their addresses, by name."""
    key: str = field(default_factory=lambda: secrets.token_urlsafe(32))

    def line(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, line: str) -> "WorkerConfig":
        return cls(**json.loads(line))

    def listening(self) -> "ListenAddress | None":
        """Where its process can be reached; None where that has not said so yet."""
        door = Path(self.door)
        if not self.loopback:
            return ListenAddress(socket=self.door) if door.exists() else None
        port = door.read_text(encoding="ascii") if door.exists() else ""
        return ListenAddress(port=int(port)) if port else None


@dataclass(frozen=True, slots=True)
class ListenAddress:
    """A unix socket's path, or a port of this machine's loopback."""

    socket: str = ""
    port: int = 0
