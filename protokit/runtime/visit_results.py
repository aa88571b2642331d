"""What a page has worked out in a visit, kept in memory so that it is there again when the page is reloaded."""

import threading
from collections import OrderedDict
from typing import Generic, TypeVar

from protokit.runtime.visitor import current_browser, current_visitor

Result = TypeVar("Result")
_MOST = 64
"""Visits whose results are kept; of more, the oldest is forgotten."""


class VisitResults(Generic[Result]):
    """The result of each visit, by an id that the visitor's own browser keeps. Threads may share it.

    An id is of use to the visitor alone who got it: who follows a copied address finds nothing.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._results: OrderedDict[tuple[str, str, str], Result] = OrderedDict()

    def keep(self, visit: str, result: Result) -> None:
        """Keep `result` as that of the visit, in place of the one before."""
        with self._lock:
            self._results[_key(visit)] = result
            self._results.move_to_end(_key(visit))
            while len(self._results) > _MOST:
                self._results.popitem(last=False)

    def get(self, visit: str) -> Result | None:
        """What was kept for the visit; None where nothing was, or for somebody else."""
        with self._lock:
            return self._results.get(_key(visit))


def _key(visit: str) -> tuple[str, str, str]:
    return visit, current_visitor(), current_browser()
