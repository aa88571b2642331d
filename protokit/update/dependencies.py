"""Renews the packages that a prototype is locked to, and keeps the new ones only if it fares no worse with them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import requires
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from protokit.deploy.export.requirements import DISTRIBUTION, package
from protokit.errors import FolderProblem
from protokit.files.layout import BASE, SPEC_FILE
from protokit.files.three_way_merge import Form
from protokit.prototype.pristine_copy import pack_pristine, read_pristine
from protokit.prototype.prototype_folder import Prototype
from protokit.update.file_diff import REQUIREMENTS, Change, read
from protokit.update.merge_requirements import merge_requirements
from protokit.update.regression import LOOKS, worse
from protokit.update.resolver import Resolver
from protokit.update.sandbox import open_sandbox
from protokit.update.transaction import carry_out, only_one, recover

_TESTS = "pytest"
"""Locked too, though only a prototype's own tests need it."""


@dataclass(frozen=True, slots=True)
class Renewal:
    """How it ended, and the packages that changed: name, version before, version after; "" where there is none."""

    folder: Path
    verdict: Literal["up to date", "would update", "updated", "rolled back"]
    packages: tuple[tuple[str, str, str], ...]
    why: str = ""


def renew(folder: Path, tell: Callable[[str], None], *, dry_run: bool = False) -> Renewal:
    """Resolve the requirements of the prototype in `folder` again and try them in an environment of their own.

    Only requirements.txt is written, never what is installed. Raises FolderProblem.
    """
    folder = folder.resolve()
    if (folder / SPEC_FILE).is_file() and not dry_run:
        with only_one(folder):
            recover(folder)
    folder = Prototype.open(folder).folder
    with TemporaryDirectory(prefix="protokit-packages-") as aside:
        resolver = Resolver.at(Path(aside))
        if dry_run:
            tell("Looking for the newest packages")
            changes = _resolved(folder, resolver)
            return Renewal(folder, "would update" if changes[0].writes else "up to date", _moved(changes[0]))
        with only_one(folder):
            recover(folder)
            tell("Looking for the newest packages")
            return _tried(folder, _resolved(folder, resolver), resolver, tell)


def render_renewal(ended: Renewal) -> str:
    """The packages that changed and the verdict."""
    lines = {
        "up to date": "All packages are the newest that go together.",
        "would update": "Nothing was written (--dry-run).",
        "updated": f"{REQUIREMENTS} was renewed. To have the packages too: pip install -r {REQUIREMENTS}",
        "rolled back": f"{REQUIREMENTS} was left as it was: with the new packages, {ended.why}.",
    }
    rows = [f"  {name}  {before or '(new)'} -> {after or '(gone)'}" for name, before, after in ended.packages]
    return "\n".join([ended.folder.name, *rows, lines[ended.verdict]])


def renewal_as_dict(ended: Renewal) -> dict[str, Any]:
    """The same for a program."""
    packages = [{"name": name, "before": old, "after": new} for name, old, new in ended.packages]
    return {"folder": str(ended.folder), "verdict": ended.verdict, "why": ended.why, "packages": packages}


def _resolved(folder: Path, resolver: Resolver) -> list[Change]:
    """The changes of requirements.txt and of its pristine copy: new versions are not the person's doing."""
    files = read_pristine(folder, Prototype.open(folder).spec.blueprint)
    mine, base = read(folder / REQUIREMENTS), files.get(REQUIREMENTS)
    if mine is None or base is None:
        raise FolderProblem(
            f"no {REQUIREMENTS} here",
            where=str(folder),
            fix=f"It says what was tested together. Run: protokit update --restore {REQUIREMENTS}",
        )
    base_lines = set(_lines(base))
    own = [line for line in _lines(mine) if line not in base_lines]
    ours = [line for line in _lines(mine) if package(line) == DISTRIBUTION]
    requirements = [
        *(need for line in ours for need in _needs(line)),
        _TESTS,
        *(o for o in own if o not in ours),
    ]
    resolved = resolver.locked(requirements, _lines(base))
    locked = [line for line in resolved if package(line) not in set(map(package, own))]
    head = [
        line for line in _lines(base, comments=True) if not package(line) or package(line) == DISTRIBUTION
    ]
    new = "\n".join([*head, *locked, ""]).encode()
    merged = merge_requirements(mine, base, new)
    if merged is None:
        raise FolderProblem(
            "cannot be renewed line by line", where=REQUIREMENTS, fix="Put one package on a line."
        )
    pristine = pack_pristine({**files, REQUIREMENTS: new})
    record = Change(BASE.as_posix(), "replaced", read(folder / BASE), pristine)
    return [Change(REQUIREMENTS, "merged", mine, merged), record]


def _tried(folder: Path, changes: list[Change], resolver: Resolver, tell: Callable[[str], None]) -> Renewal:
    (requirements, _) = changes
    moved = _moved(requirements)
    if not requirements.writes:
        return Renewal(folder, "up to date", moved)
    tell("Installing them in an environment of their own")
    resolver.install([line for line in _lines(requirements.after or b"") if package(line) != DISTRIBUTION])
    tell("Looking at its tests, questions and page with them")
    with open_sandbox(folder) as copy:
        for look in LOOKS.values():
            after = copy.health(look, python=resolver.python)
            if not after.flawless and (why := worse(copy.health(look), after)):
                return Renewal(folder, "rolled back", moved, why)
    carry_out(folder, changes)
    return Renewal(folder, "updated", moved)


def _lines(content: bytes, *, comments: bool = False) -> list[str]:
    lines = Form.of(content).plain(content).decode("utf-8", errors="replace").split("\n")
    return [line for line in lines if line.strip() and (comments or not line.startswith("#"))]


def _needs(line: str) -> Iterator[str]:
    """What protokit itself needs with the extras of `line`, as its installed version says."""
    from packaging.requirements import Requirement

    extras = Requirement(line).extras
    for needed in map(Requirement, requires(DISTRIBUTION) or ()):
        names = set(re.findall(r"extra == ['\"]([^'\"]+)['\"]", str(needed.marker or "")))
        if not names or names & extras:
            needed.marker = None if names else needed.marker
            yield str(needed)


def _moved(change: Change) -> tuple[tuple[str, str, str], ...]:
    before, after = (_versions(content or b"") for content in (change.before, change.after))
    names = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
    return tuple((name, before.get(name, ""), after.get(name, "")) for name in names)


def _versions(content: bytes) -> dict[str, str]:
    """Package and marker -> the version it is pinned to."""
    versions: dict[str, str] = {}
    for line in _lines(content):
        pin, _, marker = line.partition(";")
        if package(line) and "==" in pin:
            name = f"{package(line)} ({marker.strip()})" if marker else package(line)
            versions[name] = pin.split("==")[1].split("#")[0].strip()
    return versions
