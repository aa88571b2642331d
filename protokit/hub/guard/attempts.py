"""Counts attempts, so that guessing a passcode takes longer than anyone lives."""

import ipaddress
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

_KEYS = 10_000
"""The most that is remembered; the key that rested longest is forgotten first."""


class Attempts:
    """At most `allowed` attempts by one key in any `seconds`. May be called from any thread."""

    def __init__(self, allowed: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._allowed, self._seconds, self._clock = allowed, seconds, clock
        self._taken: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: str) -> float:
        """Count an attempt before it is made; 0.0 where it may be made, else the seconds until one may."""
        now = self._clock()
        with self._lock:
            taken = self._taken.setdefault(key, deque())
            self._taken.move_to_end(key)
            while taken and taken[0] <= now - self._seconds:
                taken.popleft()
            if len(taken) >= self._allowed:
                return taken[0] + self._seconds - now
            taken.append(now)
            if len(self._taken) > _KEYS:
                self._taken.popitem(last=False)
            return 0.0

    def give_back(self, key: str) -> None:
        """Take back the last attempt of a key: it was a right one."""
        with self._lock:
            if self._taken.get(key):
                self._taken[key].pop()


def neighbourhood(address: str) -> str:
    """What one person can easily change their address within: an IPv6 network of 64 bits, else the address."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return address
