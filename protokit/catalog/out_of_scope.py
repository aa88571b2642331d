"""What no blueprint serves yet, as data, because an honest no needs a reason and the nearest thing there is."""

from functools import cache
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from protokit.catalog.blueprint import BLUEPRINT_FILE, Words
from protokit.catalog.lookup import home
from protokit.errors import SpecProblem
from protokit.runtime.prototype_fields import Line
from protokit.runtime.yaml_checks import Strict
from protokit.spec.prototype_spec import Slug
from protokit.spec.yaml_cache import load_data
from protokit.spec.yaml_io import convert, read_text

BEYOND_FILE = "beyond.yaml"


class OutOfScope(Strict, frozen=True, kw_only=True):
    """One kind of prompt that is understood and not served."""

    kind: Slug
    title: Line
    """What it is, after "This asks for": "an image generator"."""
    why: Line
    """Why no blueprint fits, a sentence."""
    nearest: Slug | None = None
    """Name of the blueprint that comes nearest, if any."""
    would_not: Line | None = None
    """What the nearest one would not do, after "It would not": "draw or change a picture"."""
    examples: Annotated[tuple[str, ...], Meta(min_length=3)]
    words: Words = Words()


def read_out_of_scope(folder: Path) -> tuple[OutOfScope, ...]:
    """Return what `beyond.yaml` in the folder of blueprints holds, without the kinds that have a blueprint by now.

    Raises SpecProblem naming file, entry and field.
    """
    path = folder / BEYOND_FILE
    entries = load_data(read_text(path), where=BEYOND_FILE)
    if not isinstance(entries, list):
        raise SpecProblem("expected a list of kinds", where=BEYOND_FILE)
    kinds = [_read_entry(number, entry) for number, entry in enumerate(entries, 1)]
    return tuple(kind for kind in kinds if not (folder / kind.kind / BLUEPRINT_FILE).is_file())


@cache
def out_of_scope() -> tuple[OutOfScope, ...]:
    """Return what protokit's own `beyond.yaml` holds, read once."""
    return read_out_of_scope(home())


def _read_entry(number: int, entry: object) -> OutOfScope:
    return convert(
        OutOfScope, entry if isinstance(entry, dict) else {}, where=f"{BEYOND_FILE}, entry {number}"
    )
