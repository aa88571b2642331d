"""YAML that comes with blueprints, parsed once: YAML takes ten times as long to read as JSON."""

import hashlib
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from protokit.files.user_dirs import cache
from protokit.spec.yaml_io import load_yaml

_LONG = 400
"""Characters from which parsing takes longer than looking up what it gave."""


def load_data(text: str, *, where: str) -> Any:
    """Return what YAML `text` holds, as `load_yaml` does; what it held before is kept in the user's cache.

    The name of the entry is made of the text, so that a change is another entry. Raises SpecProblem.
    """
    if len(text) < _LONG:
        return load_yaml(text, where=where)
    entry = cache() / "yaml" / f"{hashlib.sha256(text.encode()).hexdigest()[:32]}.json"
    with suppress(OSError, msgspec.DecodeError):
        return msgspec.json.decode(entry.read_bytes())
    value = load_yaml(text, where=where)
    _keep(value, entry)
    return value


def _keep(value: Any, entry: Path) -> None:
    """Write `value` in one step, where JSON can hold it and the cache can be written."""
    with suppress(OSError, TypeError, msgspec.MsgspecError):
        content = msgspec.json.encode(value)
        if msgspec.json.decode(content) == value:
            entry.parent.mkdir(parents=True, exist_ok=True)
            part = entry.with_suffix(f".{os.getpid()}")
            part.write_bytes(content)
            part.replace(entry)
