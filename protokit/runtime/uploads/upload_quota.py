"""How much one visitor may upload: the size of a file, their number, their sum, and how fast they come."""

import threading
import time
from collections import deque
from dataclasses import dataclass

from protokit.runtime.page_texts import page_texts

MEGABYTE = 1024 * 1024
_HOUR, _MINUTE = 3600.0, 60.0


class UploadRefused(ValueError):
    """An upload that cannot be taken; its words are for the visitor. `status` is the HTTP status that says so."""

    def __init__(self, words: str, status: int = 413) -> None:
        super().__init__(words)
        self.status = status


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """What a visitor may upload. Sizes are in bytes."""

    file_bytes: int = 20 * MEGABYTE
    hour_bytes: int = 100 * MEGABYTE
    hour_files: int = 30
    minute_files: int = 10
    all_bytes: int = 500 * MEGABYTE
    """Of all visitors of one page together, in an hour."""


LIMITS = UploadLimits()
"""Of files that are made ready to be searched, which takes far longer than reading them."""
READ_ONCE = UploadLimits(hour_files=600, minute_files=600)
"""Of files that are read once and gone: five hundred invoices are one table."""


class UploadQuota:
    """Counts uploads by visitor over the last hour. Threads may share it."""

    def __init__(self, limits: UploadLimits = LIMITS) -> None:
        self.limits = limits
        self._lock = threading.Lock()
        self._taken: dict[str, deque[tuple[float, int]]] = {}

    def take(self, visitor: str, size: int) -> None:
        """Count a file of `size` bytes against `visitor`, or raise UploadRefused and count nothing."""
        now, limits = time.monotonic(), self.limits
        if size > limits.file_bytes:
            raise UploadRefused(too_large(limits))
        with self._lock:
            self._forget(now)
            own = self._taken.get(visitor, deque())
            if sum(at > now - _MINUTE for at, _ in own) >= limits.minute_files:
                raise UploadRefused(page_texts().upload_wait, 429)
            if len(own) >= limits.hour_files:
                raise UploadRefused(page_texts().upload_files_an_hour.format(count=limits.hour_files), 429)
            if _sum(own) + size > limits.hour_bytes:
                raise UploadRefused(
                    page_texts().upload_megabytes_an_hour.format(megabytes=limits.hour_bytes // MEGABYTE), 429
                )
            if sum(map(_sum, self._taken.values())) + size > limits.all_bytes:
                raise UploadRefused(page_texts().upload_no_room, 429)
            self._taken.setdefault(visitor, deque()).append((now, size))

    def _forget(self, now: float) -> None:
        for visitor, uploads in list(self._taken.items()):
            while uploads and uploads[0][0] <= now - _HOUR:
                uploads.popleft()
            if not uploads:
                del self._taken[visitor]


def too_large(limits: UploadLimits = LIMITS) -> str:
    """The words for a file over the bound."""
    return page_texts().upload_too_large.format(megabytes=limits.file_bytes // MEGABYTE)


def _sum(uploads: deque[tuple[float, int]]) -> int:
    return sum(size for _, size in uploads)
