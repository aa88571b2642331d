"""What a prototype needs installed: its locked requirements without what only protokit's commands use."""

import re
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, requires, version

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from protokit.errors import MissingExtra

DISTRIBUTION = "protokit-studio"
_ONLY_COMMANDS = {"click", "cookiecutter", "python-slugify", "ruff"}
"""Dependencies of ours that no running prototype imports; a test holds it."""


def without_protokit(locked: str, extras: Iterable[str]) -> str:
    """The text `locked` of a requirements.txt without protokit-studio and without what only its commands need.

    `extras` are those whose packages a prototype uses: its screen, "docs". Lines that a person added stay.
    """
    chosen = set(extras)
    needed = closure(name for name in _direct(chosen) if name not in _ONLY_COMMANDS)
    goes = closure(_direct(chosen)) - needed | {DISTRIBUTION}
    return "".join(line for line in locked.splitlines(keepends=True) if package(line) not in goes)


def with_wheel(locked: str, wheel: str) -> str:
    """The text `locked` with the file `wheel` in place of protokit-studio from an index."""
    lines = [line for line in locked.splitlines() if package(line) != DISTRIBUTION]
    return "\n".join([*lines, wheel, ""])


def installed_pins(extra: str, locked: str) -> str:
    """Lines for what `extra` needs beside the text `locked`, each with the version that is installed here.

    Raises MissingExtra where one of its packages is not.
    """
    known = {package(line) for line in locked.splitlines()}
    own = set(_direct({extra})) - set(_direct(set()))
    lines = []
    for name in sorted(closure(own) - known):
        try:
            lines.append(f"{name}=={version(name)}\n")
        except PackageNotFoundError:
            if name in own:
                what = f"the image needs {name}, which is not installed"
                raise MissingExtra(what, fix=f'Run: pip install "{DISTRIBUTION}[{extra}]"') from None
    return "".join(lines)


def package(line: str) -> str:
    """The canonical name of the package that a line asks for, empty for comments and options."""
    name = re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", line)
    return canonicalize_name(name[0]) if name else ""


def extra_packages(extra: str) -> list[str]:
    """What `pip install` takes in place of protokit-studio[EXTRA]: its packages with their own extras."""
    requirements = (Requirement(line) for line in requires(DISTRIBUTION) or ())
    return [
        f"{needed.name}[{','.join(sorted(needed.extras))}]" if needed.extras else needed.name
        for needed in requirements
        if needed.marker
        and needed.marker.evaluate({"extra": extra})
        and not needed.marker.evaluate({"extra": ""})
    ]


def closure(names: Iterable[str]) -> set[str]:
    """`names` and all they need, on whatever system; what is not installed here counts without its own needs."""
    seen = set[tuple[str, frozenset[str]]]()
    waiting = [(canonicalize_name(name), frozenset[str]()) for name in names]
    while waiting:
        each = waiting.pop()
        if each not in seen:
            seen.add(each)
            name, extras = each
            waiting += [(canonicalize_name(n.name), frozenset(n.extras)) for n in _needs(name, extras)]
    return {name for name, _ in seen}


def _direct(extras: set[str]) -> list[str]:
    return [canonicalize_name(needed.name) for needed in _needs(DISTRIBUTION, extras)]


def _needs(name: str, extras: Iterable[str] = ()) -> Iterator[Requirement]:
    """What the installed package `name` asks for, with `extras`; the marks of other systems are not looked at."""
    try:
        lines = requires(name) or ()
    except PackageNotFoundError:
        return
    for needed in map(Requirement, lines):
        names = re.findall(r"extra == ['\"]([^'\"]+)['\"]", str(needed.marker or ""))
        if not names or set(names) & set(extras):
            yield needed
