"""How much memory a reader may take: less than half of what its host has, so that never the host pays for a file."""

import os
from contextlib import suppress
from pathlib import Path

HOST_MEMORY = "VECTORSTORE_MEMORY_MB"
"""Environment variable by which whoever hosts this process says how much it and its helpers may hold together."""
_CGROUPS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
_LEAST = 200_000_000
"""Bytes of address space without which no parser loads."""


def reader_memory(most: int) -> int:
    """Bytes of address space for one reader: at most `most`, and half of what the host allows."""
    bounds = [bound for bound in (_told(), _container(), _machine()) if bound]
    return max(_LEAST, min(most, *(bound // 2 for bound in bounds))) if bounds else most


def _told() -> int:
    told = os.environ.get(HOST_MEMORY, "")
    return int(told) * 1024 * 1024 if told.isdecimal() else 0


def _container() -> int:
    """The bound of this container (cgroup v2 or v1); 0 where there is none: "max", or a number beyond any machine."""
    for place in _CGROUPS:
        with suppress(OSError, ValueError):
            bound = int(Path(place).read_text(encoding="ascii"))
            return bound if bound < 2**60 else 0
    return 0


def _machine() -> int:
    with suppress(AttributeError, ValueError, OSError):
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return 0
