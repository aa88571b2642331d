"""What of a blueprint would run as a program, for whoever has to trust it."""

import re
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

from protokit.catalog.blueprint import RAW, Blueprint

_HARMLESS = re.compile(rb"\{\{ *cookiecutter\.(slug|screen|version) *\}\}")
_JINJA = (b"{{", b"{%")


def render_code(blueprint: Blueprint) -> str:
    """Its own Python files, and the files in which a template language computes something while they are filled in."""
    paths = [path for path in _files(blueprint) if path.suffix == ".py" or _computes(path)]
    programs = [
        f"{path.relative_to(blueprint.folder).as_posix()} ({len(path.read_bytes().splitlines())} lines)"
        for path in paths
    ]
    return f"it would run {', '.join(programs)}" if programs else "it brings no code of its own"


def _files(blueprint: Blueprint) -> Iterator[Path]:
    for part in ("shared", *blueprint.screens):
        yield from sorted(path for path in (blueprint.folder / part).rglob("*") if path.is_file())


def _computes(path: Path) -> bool:
    names = str(path).replace("{{cookiecutter.slug}}", "").encode()
    text = b"" if any(fnmatch(path.name, kind) for kind in RAW) else path.read_bytes()
    suspicious = _HARMLESS.sub(b"", text) + names
    return any(sign in suspicious for sign in _JINJA)
