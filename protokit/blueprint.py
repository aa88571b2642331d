"""Blueprint: one folder that says what it is for and holds the template a prototype is rendered from."""

from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from protokit.errors import SpecProblem
from protokit.spec import SCREENS, Line, Screen, Slug
from protokit.validation import Strict, read_text, validate

BLUEPRINT_FILE = "blueprint.yaml"
TEMPLATE_FOLDER = "{{cookiecutter.slug}}"


class Words(Strict, frozen=True, kw_only=True):
    """Words in a prompt that speak for a blueprint, beside its examples."""

    strong: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()


class Card(Strict, frozen=True, kw_only=True):
    """What `blueprint.yaml` says."""

    name: Slug
    version: Annotated[str, Meta(pattern=r"^\d+\.\d+\.\d+$", description="a version such as 1.0.0")]
    title: Line
    pitch: Line
    best_for: tuple[Line, ...] = ()
    cannot: tuple[Line, ...] = ()
    examples: Annotated[tuple[str, ...], Meta(min_length=3)]
    """Prompts this blueprint serves, in any language: they teach the router."""
    words: Words = Words()
    default_domain: Slug | None = None
    """The sample knowledge to start from when the PM brings none; absent where `knowledge/` is in the folder."""
    extends: Slug | None = None
    """A blueprint whose files lie under this one's."""
    screens: tuple[Screen, ...] = SCREENS
    takes: Literal["question", "text"] = "question"
    """What a visitor hands to it: a question about the documents, or a text to work on."""


class Blueprint(Card, frozen=True, kw_only=True):
    """A blueprint folder that was read and found whole: its card, and where it is."""

    folder: Path

    @property
    def reference(self) -> str:
        """Name and version as a Spec records them, "rag-search@1.0.0"."""
        return f"{self.name}@{self.version}"

    def layers(self, screen: Screen) -> list[Path]:
        """The template folders for `screen`, bottom first; later ones win file by file."""
        return [self.folder / part for part in ("shared", screen) if (self.folder / part).is_dir()]


def read_blueprint(folder: Path) -> Blueprint:
    """Return the blueprint in `folder`, or raise SpecProblem naming file, field and line."""
    path = folder / BLUEPRINT_FILE
    card = validate(Card, read_text(path), where=f"{folder.name}/{BLUEPRINT_FILE}")
    blueprint = Blueprint(folder=folder, **msgspec.structs.asdict(card))
    for screen in blueprint.screens:
        for layer in blueprint.layers(screen):
            if not (layer / TEMPLATE_FOLDER).is_dir():
                raise SpecProblem(
                    f'no folder "{TEMPLATE_FOLDER}" inside',
                    where=f"{folder.name}/{layer.name}",
                    fix="Put the files of the prototype there.",
                )
    return blueprint
