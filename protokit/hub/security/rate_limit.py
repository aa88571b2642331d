"""Counts wrong attempts, so that guessing a passcode takes longer than anyone lives, and shuts nobody else out."""

import ipaddress
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass

_KEYS = 50_000
"""The most that is remembered; the key that rested longest is forgotten first."""
_FREE, _FREE_UNDER_ATTACK = 5, 1
_FIRST_WAIT, _LONGEST_WAIT = 15.0, 3600.0
_FORGIVEN = 86400.0
_ATTACK, _ATTACK_SECONDS = 100, 3600.0


@dataclass(slots=True)
class _Count:
    """The attempts of one key. Times are the clock's."""

    attempts: int = 0
    last: float = 0.0
    opens: float = 0.0


class RateLimiter:
    """Waits that grow with each wrong attempt of one person at one door. May be called from any thread.

    The first five cost nothing, then the wait is 15 seconds and doubles, up to an hour; after a quiet day all is
    forgotten. Where a hundred attempts of strangers at a door were wrong within an hour, only the first of a new
    stranger costs nothing: nobody is shut out, and whoever has many addresses gets one guess from each.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._counts: OrderedDict[tuple[str, str], _Count] = OrderedDict()
        self._strangers: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, person: str, door: str, *, known: bool = False) -> float:
        """Count an attempt before it is made; 0.0 where it may be made, else the seconds until one may."""
        now = self._clock()
        with self._lock:
            count = self._counts.setdefault((person, door), _Count())
            self._counts.move_to_end((person, door))
            if now < count.opens:
                return count.opens - now
            if now - count.last > _FORGIVEN:
                count.attempts = 0
            free = _FREE if known or not self._under_attack(door, now) else _FREE_UNDER_ATTACK
            count.attempts, count.last = count.attempts + 1, now
            beyond = count.attempts - free
            if beyond >= 0:
                count.opens = now + min(_FIRST_WAIT * 2.0 ** min(beyond, 20), _LONGEST_WAIT)
            if not known:
                self._recent(door).append(now)
            for counts in (self._counts, self._strangers):
                if len(counts) > _KEYS:
                    counts.popitem(last=False)
            return 0.0

    def right(self, person: str, door: str, *, known: bool = False) -> None:
        """The last attempt was a right one: forget all of this person's."""
        with self._lock:
            self._counts.pop((person, door), None)
            if not known and self._recent(door):
                self._recent(door).pop()

    def _under_attack(self, door: str, now: float) -> bool:
        recent = self._recent(door)
        return len(recent) == _ATTACK and recent[0] > now - _ATTACK_SECONDS

    def _recent(self, door: str) -> deque[float]:
        recent = self._strangers.setdefault(door, deque(maxlen=_ATTACK))
        self._strangers.move_to_end(door)
        return recent


def neighbourhood(address: str) -> str:
    """What one person can easily change their address within: an IPv6 network of 64 bits, else the address."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            return str(ip.ipv4_mapped)
        return str(ipaddress.ip_network((ip, 64), strict=False))
    return address
