"""How many prototypes are up at once: the one that rested longest makes room for the next."""

import asyncio
import time
from typing import Protocol


class CapacitySlot(Protocol):
    """What takes a berth; `touched` is when it was last used, by the monotonic clock."""

    touched: float

    async def make_room(self) -> None: ...


class HostingCapacity:
    """`number` places; who comes when all are taken waits until one had no visitor for `rest` seconds."""

    def __init__(self, number: int, rest: float) -> None:
        self._number, self._rest = number, rest
        self._taken: list[CapacitySlot] = []
        self._door = asyncio.Lock()

    async def take(self, guest: CapacitySlot) -> None:
        async with self._door:
            while len(self._taken) >= self._number:
                longest = min(self._taken, key=lambda one: one.touched)
                if time.monotonic() - longest.touched > self._rest:
                    await longest.make_room()
                else:
                    await asyncio.sleep(0.2)
            self._taken.append(guest)

    def leave(self, guest: CapacitySlot) -> None:
        if guest in self._taken:
            self._taken.remove(guest)
