"""Blueprint: one folder that says what it is for and holds the template a prototype is rendered from."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

import protokit
from protokit.catalog.parameters import Name, Parameter
from protokit.errors import SpecProblem
from protokit.runtime.prototype_fields import (
    SCREENS,
    Action,
    ChecklistItem,
    Colour,
    ExtractionField,
    InputKind,
    Line,
    Screen,
    SpendingLimits,
)
from protokit.runtime.yaml_checks import Strict
from protokit.spec.prototype_spec import BlueprintSource, Slug, Thresholds
from protokit.spec.yaml_cache import load_data
from protokit.spec.yaml_io import convert, read_text

RAW = ["*.py", "*.toml", "*.yaml", "*.css", "*.gitignore", "*.env.example"]
"""Copied as they are: only what names the folder, the screen or the version is a template."""


def fits(version: str, required: str, *, where: str = "") -> bool:
    """Whether `version` lies in `wanted`; everything lies in "".

    `wanted` is a version, which a later one with the same first number serves as well ("1.2" is 1.2.0 and all above
    it below 2), or a range as Python packages write it, ">=1.1,<1.3". Raises SpecProblem when it is neither.
    """
    if not required:
        return True
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    plain = re.fullmatch(r"(\d+)[\d.]*", required)
    try:
        return SpecifierSet(f">={required},=={plain[1]}.*" if plain else required).contains(version, True)
    except InvalidSpecifier:
        raise SpecProblem(
            f'"{required}" is no range of versions', where=where, fix='Write for example "1" or ">=1.2,<2".'
        ) from None


BLUEPRINT_FILE = "blueprint.yaml"
GIT_PREFIX = "git+"
"""How the name of a blueprint begins that is fetched from a git repository."""
TEMPLATE_FOLDER = "{{cookiecutter.slug}}"
_REFERENCE = r"^([a-z0-9]+(-[a-z0-9]+)*(@\S.*)?)?$"
_ITS_OWN = ("name", "version", "examples", "request_line", "words", "extends", "requires")
"""What a blueprint does not take over from the one it extends."""


class Words(Strict, frozen=True, kw_only=True):
    """Words in a prompt that speak for a blueprint, beside its examples."""

    strong: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()


class Defaults(Strict, frozen=True, kw_only=True):
    """What its prototypes start with, where neither the prompt nor the person says otherwise."""

    audience: Line | None = None
    persona: Line | None = None
    tone: Line | None = None
    emoji: Annotated[str, Meta(min_length=1, max_length=8)] | None = None
    accent: Colour | None = None
    will_not: Annotated[tuple[Line, ...], Meta(max_length=12)] | None = None
    context_tokens: Annotated[int, Meta(ge=512, le=2_000_000)] | None = None
    mask_personal_data: bool | None = None
    fall_back_offline: bool | None = None
    limits: SpendingLimits | None = None
    thresholds: Thresholds | None = None


class Card(Strict, frozen=True, kw_only=True):
    """What `blueprint.yaml` says."""

    name: Slug
    version: Annotated[str, Meta(pattern=r"^\d+\.\d+\.\d+$", description="a version such as 1.0.0")]
    title: Line
    pitch: Line
    best_for: tuple[Line, ...] = ()
    cannot: tuple[Line, ...] = ()
    examples: Annotated[tuple[str, ...], Meta(min_length=1)]
    """Prompts this blueprint serves, in any language: they teach the router, and `check` takes the first."""
    request_line: Annotated[str, Meta(max_length=200, pattern=r"^([^{}\r\n]*\{topic\}[^{}\r\n]*)?$")] = ""
    """How one asks for it in English, "{topic}" in place of what it is about: shown to whoever typed too little."""
    words: Words = Words()
    default_domain: Slug | None = None
    """The sample knowledge to start from when the PM brings none; not used where `knowledge/` is in the folder."""
    extends: Annotated[str, Meta(pattern=_REFERENCE, description="a blueprint such as rag-search@1")] = ""
    """A blueprint whose files lie under this one's, with the versions that will do."""
    requires: str = ""
    """The versions of protokit it works with, ">=0.1,<1"."""
    screens: Annotated[tuple[Screen, ...], Meta(min_length=1)] = SCREENS
    takes: InputKind = "question"
    """What a visitor hands to it first. Of what takes questions, starter questions are made of the documents."""
    fields: tuple[ExtractionField, ...] = ()
    """For a kind that finds fields in documents: those of a prototype whose line names none."""
    checklist: tuple[ChecklistItem, ...] = ()
    """For a kind that holds documents against a list: that of its prototypes."""
    actions: tuple[Action, ...] = ()
    """For a kind that acts: what can be done in a prototype whose line names nothing."""
    drafts: Annotated[tuple[Literal["labels", "actions", "form"], ...], Meta(max_length=3)] = ()
    """What is drafted from the prompt beside the words of the page: the labels of texts; the actions; the form that
    a text is written from, what is written and the rules for it."""
    parameters: dict[Name, Parameter] = msgspec.field(default_factory=dict)
    defaults: Defaults = Defaults()


class Blueprint(Card, frozen=True, kw_only=True):
    """A blueprint folder that was read and found whole: its card, and where it is."""

    folder: Path
    below: "Blueprint | None" = None
    """The blueprint it extends."""
    source: BlueprintSource | None = None
    """Where it was fetched, for one that is not on this machine."""

    @property
    def reference(self) -> str:
        """Name and version as a Spec records them, "rag-search@1.0.0"."""
        return f"{self.name}@{self.version}"

    @property
    def folders(self) -> tuple[Path, ...]:
        """Its folder on top of those it extends, bottom first."""
        return (*(self.below.folders if self.below else ()), self.folder)

    def layers(self, screen: Screen) -> list[Path]:
        """The template folders for `screen`, bottom first; later ones win file by file."""
        parts = (folder / part for folder in self.folders for part in ("shared", screen))
        return [part for part in parts if part.is_dir()]

    def holder(self, name: str) -> Path:
        """The folder that gives the file or folder `name`: the topmost that has it, else its own."""
        having = [folder for folder in self.folders if (folder / name).exists()]
        return having[-1] if having else self.folder


def read_blueprint(folder: Path, find: Callable[[str], Blueprint] | None = None) -> Blueprint:
    """Return the blueprint in `folder`, or raise SpecProblem naming file, field and line.

    `find` gives the blueprint that this one extends.
    """
    where = f"{folder.name}/{BLUEPRINT_FILE}"
    text = read_text(folder / BLUEPRINT_FILE)
    fields = load_data(text, where=where)
    if not isinstance(fields, dict):
        raise SpecProblem(
            "expected fields like `title: ...`", where=where, fix="`protokit blueprint new` writes one."
        )
    extends = fields.get("extends")
    named = isinstance(extends, str) and extends and re.fullmatch(_REFERENCE, extends)
    below = find(str(extends)) if find and named else None
    card = convert(Card, _inherited(below, fields), text=text, where=where)
    if not fits(protokit.__version__, card.requires, where=f"{where}: requires"):
        raise SpecProblem(
            f"{card.name} {card.version} needs protokit {card.requires}, this is {protokit.__version__}",
            where=where,
            fix="Take another version of one of them.",
        )
    blueprint = Blueprint(folder=folder, below=below, **msgspec.structs.asdict(card))
    _refuse_misplaced(blueprint)
    return blueprint


def _inherited(below: Blueprint | None, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a card over those it takes from the blueprint it extends; parameters and defaults one by one."""
    if below is None:
        return dict(fields)
    names = [name for name in Card.__struct_fields__ if name not in _ITS_OWN]
    inherited = {name: msgspec.to_builtins(getattr(below, name)) for name in names}
    whole = {**inherited, **fields}
    for group in ("parameters", "defaults"):
        whole[group] = _over(inherited[group], fields.get(group, {}))
    return whole


def _over(lower: Any, upper: Any) -> Any:
    if not isinstance(lower, dict) or not isinstance(upper, dict):
        return upper
    return {**lower, **{name: _over(lower.get(name), value) for name, value in upper.items()}}


def _refuse_misplaced(blueprint: Blueprint) -> None:
    for screen in blueprint.screens:
        for layer in (blueprint.folder / "shared", blueprint.folder / screen):
            if layer.is_dir() and not (layer / TEMPLATE_FOLDER).is_dir():
                raise SpecProblem(
                    f'no folder "{TEMPLATE_FOLDER}" inside',
                    where=f"{blueprint.folder.name}/{layer.name}",
                    fix="Put the files of the prototype there.",
                )
