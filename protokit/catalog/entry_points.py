"""Finds the blueprints that installed packages bring, without importing any of those packages."""

import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

GROUP = "protokit.blueprints"


@dataclass(frozen=True, slots=True)
class InstalledBlueprint:
    """An entry point: the package that brings a blueprint, and the folder it is in."""

    package: str
    """Its distribution and version, "policy-search 1.0.0"."""
    folder: Path


def entries() -> list[InstalledBlueprint]:
    """The entry points of the group `protokit.blueprints`; a folder that is not there is given as well."""
    if not _any_of_the_group():
        return []
    from importlib.metadata import entry_points

    points = sorted(entry_points(group=GROUP), key=lambda point: (point.name, point.value))
    return [
        InstalledBlueprint(
            f"{point.dist.name} {point.dist.version}" if point.dist else point.name,
            _folder(point.value.partition(":")[0].strip()),
        )
        for point in points
    ]


def _any_of_the_group() -> bool:
    """Whether any installed package may name the group: reading all of them in full takes a seventh of `new`."""
    wanted = GROUP.encode()
    for place in sys.path:
        try:
            names = os.listdir(place or ".")  # noqa: PTH208 - hundreds of names, of which few are wanted
        except NotADirectoryError:
            return True  # an archive, which only the full search reads
        except OSError:
            continue
        for name in names:
            if name.endswith((".dist-info", ".egg-info")):
                with suppress(OSError), open(f"{place or '.'}/{name}/entry_points.txt", "rb") as file:  # noqa: PTH123
                    if wanted in file.read():
                        return True
    return False


def _folder(module: str) -> Path:
    """Where the package `module` is. Only its outermost package is looked up: looking further would run its code."""
    from importlib.util import find_spec

    outermost, *inside = module.split(".")
    module_spec = None
    with suppress(ImportError, ValueError):  # a package that is half removed, a name that is none
        module_spec = find_spec(outermost)
    places = list(module_spec.submodule_search_locations or ()) if module_spec else []
    return Path(places[0], *inside) if places else Path(*module.split("."))
