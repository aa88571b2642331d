"""Where passcodes are tried: in a few threads of their own, so that guessing keeps nobody else waiting."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

_MOST_WAITING = 32


class Crowded(Exception):
    """So many passcodes wait to be tried that this one cannot."""


class PasscodeQueue:
    """Two threads for strangers, with a bound on how many wait, and one for devices that were signed in before."""

    def __init__(self) -> None:
        self._strangers, self._known = ThreadPoolExecutor(2, "passcode"), ThreadPoolExecutor(1, "known")
        self._waiting = {True: 0, False: 0}

    async def run(self, known: bool, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """`work` in its turn. Raises Crowded, and what `work` raises."""
        if self._waiting[known] >= _MOST_WAITING:
            raise Crowded
        self._waiting[known] += 1
        threads = self._known if known else self._strangers
        try:
            return await asyncio.get_running_loop().run_in_executor(threads, lambda: work(*args, **kwargs))
        finally:
            self._waiting[known] -= 1
