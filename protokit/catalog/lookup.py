"""Where blueprints and sample domains are found, so that everybody else asks for them by name."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

import protokit
from protokit.catalog.blueprint import BLUEPRINT_FILE, GIT_PREFIX, Blueprint, fits, read_blueprint
from protokit.catalog.entry_points import entries
from protokit.errors import ChoiceProblem, FolderProblem, ProtokitError, SpecProblem
from protokit.files.user_dirs import configuration
from protokit.runtime.prototype_fields import Colour, Line, Screen
from protokit.runtime.yaml_checks import Strict
from protokit.spec.prototype_spec import BlueprintSource, Slug, Spec
from protokit.spec.yaml_cache import load_data
from protokit.spec.yaml_io import convert, read_text

DOMAIN_FILE = "domain.yaml"
FOUNDATION = "common"
"""The folder whose files lie under every blueprint; it is not one itself."""
BUILT_IN = "built-in"
NEUTRAL = "general"
"""The folder of sample documents that speak of no field: for a prompt whose field nobody wrote samples for."""


class Domain(Strict, frozen=True, kw_only=True):
    """Sample knowledge for a field of work, and the looks and words that go with it."""

    name: Slug
    title: Line
    organisation: Line
    emoji: str
    accent: Colour
    audience: Line
    persona: Line
    words: Annotated[tuple[str, ...], Meta(min_length=3)]
    shared: tuple[str, ...] = ()
    """Those of `words` that other fields use too: one of them alone does not tell that it is this one."""
    title_nouns: Annotated[tuple[str, ...], Meta(min_length=1)]


@dataclass(frozen=True, slots=True)
class BlueprintLocation:
    """A folder where a blueprint is, by its name, and who put it there."""

    name: str
    folder: Path
    origin: str
    """"built-in", the package that brought it, or the folder of the person's own."""

    def __str__(self) -> str:
        return self.origin if self.origin == BUILT_IN else f"{self.folder} ({self.origin})"


@cache
def home() -> Path:
    """The folder of the blueprints that come with protokit: inside a wheel, or beside the package in a checkout."""
    package = Path(protokit.__file__).parent
    inside = package / "blueprints"
    return inside if inside.is_dir() else package.parent / "blueprints"


@cache
def places() -> tuple[BlueprintLocation, ...]:
    """Every place that holds a blueprint: built-in first, then the person's own, then those of packages."""
    own = configuration() / "blueprints"
    locations = [BlueprintLocation(path.parent.name, path.parent, BUILT_IN) for path in _cards(home())]
    locations += [BlueprintLocation(_name(path.parent), path.parent, str(own)) for path in _cards(own)]
    locations += [BlueprintLocation(_name(entry.folder), entry.folder, entry.package) for entry in entries()]
    return tuple(locations)


@cache
def blueprints() -> dict[str, Blueprint]:
    """Every blueprint that can be used, by name; of two of one name the first, of a broken one nothing."""
    by_name: dict[str, Blueprint] = {}
    for place in places():
        if place.name not in by_name and isinstance(blueprint := tried(place), Blueprint):
            by_name[place.name] = blueprint
    return by_name


def tried(place: BlueprintLocation) -> Blueprint | ProtokitError:
    """The blueprint at `place`, or what is wrong with it; with a built-in one nothing may be."""
    try:
        return _read(place.folder)
    except ProtokitError as problem:
        if place.origin == BUILT_IN:
            raise
        return problem


def find_blueprint(name: str, *, trust: bool = False) -> Blueprint:
    """Return the blueprint that `name` means.

    It is a folder, "git+URL@TAG#FOLDER" (whose code runs only with `trust`), or the name of a known one, with the
    versions that will do: "rag-search@1". Raises ChoiceProblem, SpecProblem, FolderProblem.
    """
    if name.startswith(GIT_PREFIX):
        return _fetched(name, trust)
    if "/" in name or "\\" in name or name in (".", ".."):
        return _in_folder(name)
    return _named(name, ())


def _in_folder(name: str) -> Blueprint:
    if not (Path(name) / BLUEPRINT_FILE).is_file():
        raise FolderProblem(
            f"no {BLUEPRINT_FILE} here, so this is not a blueprint",
            where=name,
            fix="`protokit list` shows those that are known by name.",
        )
    return _read(Path(name).resolve())


def blueprint_of(spec: Spec, *, trust: bool = False) -> Blueprint:
    """Return the blueprint that `spec` was made from, as it is now: fetched again, or the known one of its name.

    For a prototype, which holds the code of that commit already: while it is still the same, no new `trust` is needed.
    """
    if spec.source is None:
        return find_blueprint(spec.blueprint.partition("@")[0])
    return _fetched(spec.source.url, trust, spec.source.commit)


def _named(reference: str, chain: tuple[str, ...]) -> Blueprint:
    """The known blueprint of that name; `chain` are the names that led here, each extending the next."""
    name, _, version = reference.partition("@")
    matches = [place for place in places() if place.name == name]
    if name in chain:
        raise SpecProblem(
            f"{' extends '.join((*chain, name))}: a circle", where=f"{chain[0]}/{BLUEPRINT_FILE}"
        )
    if not matches:
        names = sorted({place.name for place in places()})
        raise ChoiceProblem.of("blueprint", name, names, fix="`protokit list` shows what each is for.")
    if len(matches) > 1:
        raise ChoiceProblem(
            f'two blueprints are called "{name}": {" and ".join(map(str, matches))}',
            fix="Name a folder instead, or remove one.",
        )
    blueprint = _read(matches[0].folder, (*chain, name))
    if not fits(blueprint.version, version, where=reference):
        raise ChoiceProblem(f'there is {blueprint.reference}, which is not "{reference}"')
    return blueprint


def _read(folder: Path, chain: tuple[str, ...] = ()) -> Blueprint:
    return read_blueprint(folder, lambda reference: _named(reference, chain))


def _fetched(url: str, trust: bool, trusted: str = "") -> Blueprint:
    from protokit.catalog.git_sources import GitAddress, fetch
    from protokit.catalog.trust import render_code

    address = GitAddress.parse(url)
    folder, commit = fetch(address)
    blueprint = msgspec.structs.replace(
        _read(folder), source=BlueprintSource(url=str(address), commit=commit)
    )
    if not trust and commit != trusted:
        raise ChoiceProblem(
            f"{blueprint.reference}, commit {commit[:12]}, is code from elsewhere: {render_code(blueprint)}",
            where=str(address),
            fix=f"Read it in {folder}, then add --trust.",
        )
    return blueprint


def _cards(folder: Path) -> Iterator[Path]:
    return iter(sorted(folder.glob(f"*/{BLUEPRINT_FILE}")))


def _name(folder: Path) -> str:
    """The name on the card in `folder`; where it cannot be read, the folder's."""
    try:
        fields = load_data(read_text(folder / BLUEPRINT_FILE), where=folder.name)
    except SpecProblem:
        return folder.name
    return str(fields.get("name", folder.name)) if isinstance(fields, dict) else folder.name


def layers(blueprint: Blueprint, screen: Screen) -> list[Path]:
    """All template folders a prototype with that screen is made of, bottom first; later ones win file by file."""
    return [*(home() / FOUNDATION / part for part in ("shared", screen)), *blueprint.layers(screen)]


@cache
def domains() -> dict[str, Domain]:
    """Every sample domain, by name."""
    paths = sorted((home() / "domains").glob(f"*/{DOMAIN_FILE}"))
    cards = [_domain(path) for path in paths]
    return {card.name: card for card in cards}


def _domain(path: Path) -> Domain:
    text, where = read_text(path), f"{path.parent.name}/{DOMAIN_FILE}"
    fields = load_data(text, where=where)
    return convert(Domain, fields if isinstance(fields, dict) else {}, text=text, where=where)


def domain_folder(name: str) -> Path:
    """The folder of the sample domain `name`: `knowledge/` and `questions.yaml` are in it."""
    return home() / "domains" / name
