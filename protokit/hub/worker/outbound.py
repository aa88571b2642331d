"""In a confined prototype: lets all that Python connects go through the Hub, which connects in its place."""

import json
import os
import socket
from ipaddress import IPv4Address, ip_address
from threading import Lock
from typing import Any

_FIRST = int(IPv4Address("240.0.0.1"))
"""Of the addresses that stand for names: a range that no host has."""


class Outbound:
    """Connections by way of `channel`. Names are not looked up here: each gets an address that stands for it."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel, self._lock = channel, Lock()
        self._names: dict[str, str] = {}
        self._looked_up = socket.getaddrinfo

    def install(self) -> None:
        """Take over `socket.socket.connect` and `socket.getaddrinfo`, on which everything else stands."""

        def connect(own: socket.socket, address: Any) -> None:
            self.connect(own, address)

        def connect_ex(own: socket.socket, address: Any) -> int:
            try:
                self.connect(own, address)
            except OSError as error:
                return error.errno or 1
            return 0

        for name, function in (("connect", connect), ("connect_ex", connect_ex)):
            setattr(socket.socket, name, function)
        socket.getaddrinfo = self.look_up

    def look_up(self, host: Any, port: Any, *options: Any, **named: Any) -> Any:
        """As socket.getaddrinfo."""
        name = host.decode() if isinstance(host, bytes) else host
        if name and not _is_address(name):
            host = self._stand_in(name.lower().rstrip("."))
            options, named = (), {"type": socket.SOCK_STREAM}
        return self._looked_up(host, port, *options, **named)

    def _stand_in(self, name: str) -> str:
        with self._lock:
            for address, host in self._names.items():
                if host == name:
                    return address
            address = str(IPv4Address(_FIRST + len(self._names)))
            self._names[address] = name
            return address

    def connect(self, own: socket.socket, address: Any) -> None:
        """Make `own` the connection to `address`. Raises OSError."""
        host, port = address[:2]
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                target = json.dumps([self._names.get(host, host), port]).encode()
                socket.send_fds(self._channel, [target], [theirs.fileno()])
            reply, descriptors, _, _ = socket.recv_fds(ours, 512, 1)
        if not descriptors:
            raise ConnectionRefusedError(111, reply.decode(errors="replace") or "no connection")
        blocking = own.getblocking()
        os.dup2(descriptors[0], own.fileno(), inheritable=False)
        os.close(descriptors[0])
        os.set_blocking(own.fileno(), blocking and own.gettimeout() is None)


def _is_address(host: str) -> bool:
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True
