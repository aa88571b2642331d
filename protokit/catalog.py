"""Where blueprints and sample domains are found, so that everybody else asks for them by name."""

from functools import cache
from pathlib import Path
from typing import Annotated

from msgspec import Meta

import protokit
from protokit.blueprint import BLUEPRINT_FILE, Blueprint, read_blueprint
from protokit.errors import ChoiceProblem
from protokit.spec import Colour, Line, Slug
from protokit.validation import Strict, read_text, validate

DOMAIN_FILE = "domain.yaml"
FOUNDATION = "common"
"""The folder whose files lie under every built-in blueprint; it is not one itself."""


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
    title_nouns: Annotated[tuple[str, ...], Meta(min_length=1)]


@cache
def home() -> Path:
    """The folder of the blueprints that come with protokit: inside a wheel, or beside the package in a checkout."""
    package = Path(protokit.__file__).parent
    inside = package / "blueprints"
    return inside if inside.is_dir() else package.parent / "blueprints"


@cache
def blueprints() -> dict[str, Blueprint]:
    """Every blueprint that can be used, by name."""
    found = [read_blueprint(path.parent) for path in sorted(home().glob(f"*/{BLUEPRINT_FILE}"))]
    return {blueprint.name: blueprint for blueprint in found}


def find_blueprint(name: str) -> Blueprint:
    """Return the blueprint called `name`, or the one in the folder `name`; ChoiceProblem lists the valid names."""
    if ("/" in name or "\\" in name) and (Path(name) / BLUEPRINT_FILE).is_file():
        return read_blueprint(Path(name))
    known = blueprints()
    plain = name.partition("@")[0]
    if plain not in known:
        raise ChoiceProblem.of(
            "blueprint", name, sorted(known), fix="`protokit list` shows what each is for."
        )
    return known[plain]


@cache
def domains() -> dict[str, Domain]:
    """Every sample domain, by name."""
    paths = sorted((home() / "domains").glob(f"*/{DOMAIN_FILE}"))
    cards = [validate(Domain, read_text(path), where=f"{path.parent.name}/{DOMAIN_FILE}") for path in paths]
    return {card.name: card for card in cards}


def domain_folder(name: str) -> Path:
    """The folder of the sample domain `name`: `knowledge/` and `questions.yaml` are in it."""
    return home() / "domains" / name
