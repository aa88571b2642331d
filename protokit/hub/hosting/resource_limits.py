"""What a hosted prototype may use, and what it does use: memory and processes, its helpers' included."""

import os
import sys
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psutil

MIB = 1024 * 1024
MOST_FILES = 50_000


@dataclass(frozen=True, slots=True)
class ResourceLimits:
    """Bounds for each prototype, and for all of them together (`awake`)."""

    memory: int = 768 * MIB
    """Bytes a prototype's processes may hold of their own; what they share with others does not count."""
    processes: int = 32
    awake: int = 20
    """How many may run at once; the one that rested longest makes room for the next."""
    rest_seconds: float = 20.0
    """Without a visitor, after which one may have to make room."""
    idle_seconds: float = 1800.0
    """Rest after which one is put to sleep."""
    start_seconds: float = 60.0
    hang_seconds: float = 60.0
    """How long one may leave a plain question unanswered before it counts as hung."""
    attempts: int = 5
    """Failures in a row after which it is left alone until somebody asks for it again."""
    first_pause: float = 1.0
    """Seconds before the first restart; doubled each time, up to `longest_pause`."""
    longest_pause: float = 60.0
    log_bytes: int = MIB
    disk: int = 4096 * MIB
    """Bytes that a prototype's folder and its temporary files may take, in at most `MOST_FILES` files."""


@dataclass(frozen=True, slots=True)
class Family:
    """A process and all its descendants."""

    members: "tuple[psutil.Process, ...]"

    def resident(self) -> int:
        """Bytes in memory, those shared with others included: never less than `own`, and quickly counted."""
        return sum(_bytes(process, "memory_info", "rss") for process in self.members)

    def own(self) -> int:
        """Bytes that would be free without them; counting walks all their pages, 20 ms for half a gigabyte."""
        return sum(_bytes(process, "memory_full_info", "uss") for process in self.members)


def disk_use(*folders: Path) -> int:
    """Bytes of all files below `folders`; no end of them where it is more than MOST_FILES."""
    total = number = 0
    for folder in folders:
        for place, _, names in os.walk(folder):
            number += len(names)
            if number > MOST_FILES:
                return sys.maxsize
            for name in names:
                with suppress(OSError):
                    total += Path(place, name).lstat().st_size
    return total


def families(roots: Iterable[int]) -> dict[int, Family]:
    """The family of each process id in `roots`, without those that have ended."""
    import psutil

    processes: dict[int, psutil.Process] = {}
    children: dict[int, list[int]] = defaultdict(list)
    for process in psutil.process_iter(["ppid"]):
        processes[process.pid] = process
        children[process.info["ppid"]].append(process.pid)
    return {
        root: Family(tuple(processes[pid] for pid in _below(root, children)))
        for root in roots
        if root in processes
    }


def _below(root: int, children: dict[int, list[int]]) -> list[int]:
    family = [root]
    for pid in family:
        family.extend(children.get(pid, []))
    return family


def _bytes(process: "psutil.Process", method: str, field: str) -> int:
    import psutil

    with suppress(psutil.Error):
        return int(getattr(getattr(process, method)(), field))
    return 0
