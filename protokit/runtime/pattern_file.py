"""Patterns and word lists by language as data: a YAML file beside the code that uses them."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml


class PatternFile:
    """The file at `path`, read at the first use. In a pattern <NAME> stands for the one of that name in `pieces`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.get = cache(self._get)
        self.pattern = cache(self._pattern)

    def _get(self, *names: str) -> Any:
        """What stands under `names`, outermost first; None where nothing does."""
        value: Any = _read(self._path)
        for name in names:
            value = value.get(name)
        return value

    def text(self, *names: str) -> str:
        """The pattern under `names`, its pieces filled in; a list is its alternatives."""
        return self.fill(self.get(*names))

    def words(self, *names: str) -> frozenset[str]:
        """The words under `names`, which are written in one text."""
        return frozenset(self.get(*names).split())

    def fill(self, value: str | list[str]) -> str:
        """`value` with its pieces in place of their names."""
        whole = value if isinstance(value, str) else "|".join(value)
        return re.sub(r"<([A-Z_]+)>", lambda piece: self.text("pieces", piece[1]), whole)

    def _pattern(self, *names: str, flags: int = 0) -> re.Pattern[str]:
        """The compiled pattern under `names`."""
        return re.compile(self.text(*names), flags)


@cache
def _read(path: Path) -> Mapping[str, Any]:
    loader = getattr(
        yaml, "CSafeLoader", yaml.SafeLoader
    )  # the first is ten times as fast and not everywhere
    data: Mapping[str, Any] = yaml.load(path.read_text(encoding="utf-8"), loader)
    return data
