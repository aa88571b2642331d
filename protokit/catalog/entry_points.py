"""Finds the blueprints that installed packages bring, without importing any of those packages.

Asking Python for them reads the metadata of every installed package, a fifth of the time of `protokit new`. So the
answer is kept until a folder of packages changes.
"""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from protokit.files.user_dirs import cache

GROUP = "protokit.blueprints"


@dataclass(frozen=True, slots=True)
class InstalledBlueprint:
    """An entry point: the package that brings a blueprint, and the folder it is in."""

    package: str
    """Its distribution and version, "policy-search 1.0.0"."""
    folder: Path


def entries() -> list[InstalledBlueprint]:
    """The entry points of the group `protokit.blueprints`; a folder that is not there is given as well."""
    return [InstalledBlueprint(package, _folder(module)) for package, module in _known()]


def _known() -> list[tuple[str, str]]:
    kept, state = cache() / "installed.json", _state()
    with suppress(OSError, ValueError, KeyError, TypeError):
        found = json.loads(kept.read_text(encoding="utf-8"))
        if found["state"] == state:
            return [(package, module) for package, module in found["entries"]]
    known = list(_asked())
    with suppress(OSError):  # where nothing can be kept, every command asks anew
        kept.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile("w", dir=kept.parent, delete=False, encoding="utf-8") as aside:
            aside.write(json.dumps({"state": state, "entries": known}))
        Path(aside.name).replace(kept)
    return known


def _state() -> list[list[str | int]]:
    """When something was last added to or removed from each folder that packages are imported from."""
    found: list[list[str | int]] = []
    for place in sys.path:
        with suppress(OSError):
            found.append([place, os.stat(place or ".").st_mtime_ns])  # noqa: PTH116  (a tenth of Path's time)
    return found


def _asked() -> Iterator[tuple[str, str]]:
    from importlib.metadata import entry_points

    for point in sorted(entry_points(group=GROUP), key=lambda point: (point.name, point.value)):
        brought_by = point.dist
        package = f"{brought_by.name} {brought_by.version}" if brought_by else point.name
        yield package, point.value.partition(":")[0].strip()


def _folder(module: str) -> Path:
    """Where the package `module` is. Only its outermost package is looked up: looking further would run its code."""
    from importlib.util import find_spec

    outermost, *inside = module.split(".")
    found = None
    with suppress(ImportError, ValueError):  # a package that is half removed, a name that is none
        found = find_spec(outermost)
    places = list(found.submodule_search_locations or ()) if found else []
    return Path(places[0], *inside) if places else Path(*module.split("."))
