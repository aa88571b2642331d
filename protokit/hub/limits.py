"""What a hosted prototype may use, and what it does use: memory and processes, its helpers' included."""

from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psutil

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds for each prototype, and for all of them together (`awake`)."""

    memory: int = 768 * MIB
    """Bytes a prototype's processes may hold of their own; what they share with others does not count."""
    processes: int = 32
    awake: int = 20
    """How many may run at once; the one that rested longest makes room for the next."""
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


@dataclass(frozen=True, slots=True)
class Usage:
    """What a prototype's processes hold together; `memory` in bytes."""

    memory: int
    processes: int


def measure(roots: Iterable[int], enough: int) -> dict[int, Usage]:
    """The usage of each process in `roots` with all its descendants; those that have ended are left out.

    Memory is what would be free without them (USS). Counting that walks a process's pages, so it is done only
    where the resident size, which is never less, is over `enough` bytes; elsewhere the resident size stands.
    """
    import psutil

    found: dict[int, psutil.Process] = {}
    children: dict[int, list[int]] = defaultdict(list)
    for process in psutil.process_iter(["ppid"]):
        found[process.pid] = process
        children[process.info["ppid"]].append(process.pid)
    families = {root: [found[pid] for pid in _family(root, children)] for root in roots if root in found}
    return {root: Usage(_memory(family, enough), len(family)) for root, family in families.items()}


def _family(root: int, children: dict[int, list[int]]) -> list[int]:
    family = [root]
    for pid in family:
        family.extend(children.get(pid, []))
    return family


def _memory(family: "list[psutil.Process]", enough: int) -> int:
    resident = sum(_bytes(process, "memory_info", "rss") for process in family)
    if resident <= enough:
        return resident
    return sum(_bytes(process, "memory_full_info", "uss") for process in family)


def _bytes(process: "psutil.Process", asked: str, field: str) -> int:
    import psutil

    with suppress(psutil.Error):
        return int(getattr(getattr(process, asked)(), field))
    return 0
