"""What there is: blueprints to start from, and the prototypes in a folder."""

from pathlib import Path
from typing import Any

from protokit.catalog import lookup
from protokit.errors import ProtokitError
from protokit.files.layout import SPEC_FILE
from protokit.spec.prototype_spec import read_spec


def listed(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Blueprints and the prototypes in `folder` (itself and one level down), ready for JSON."""
    return {
        "blueprints": [
            {
                "name": card.name,
                "version": card.version,
                "title": card.title,
                "pitch": card.pitch,
                "screens": card.screens,
            }
            for card in lookup.blueprints().values()
        ],
        "prototypes": [_prototype(path.parent) for path in _specs(folder)],
    }


def render_list(inventory: dict[str, list[dict[str, Any]]]) -> str:
    """The same as lines for a person."""
    width = max((len(row["name"]) for row in inventory["blueprints"]), default=0) + 3
    lines = ["Blueprints"]
    lines += [f"  {row['name']:<{width}}{row['pitch']}" for row in inventory["blueprints"]]
    lines += ["", "Prototypes here"]
    for row in inventory["prototypes"]:
        lines.append(f"  {row['folder']:<28}{row.get('error') or row['title'] + ' (' + row['screen'] + ')'}")
    if not inventory["prototypes"]:
        lines.append('  none yet: protokit new "what it should do"')
    return "\n".join(lines)


def _specs(folder: Path) -> list[Path]:
    inside = [path for path in sorted(folder.glob(f"*/{SPEC_FILE}")) if not path.parent.name.startswith(".")]
    return [path for path in (folder / SPEC_FILE, *inside) if path.is_file()]


def _prototype(folder: Path) -> dict[str, Any]:
    try:
        spec = read_spec(folder / SPEC_FILE)
    except ProtokitError as problem:
        return {"folder": folder.name, "error": str(problem)}
    return {
        "folder": folder.name,
        "title": spec.title,
        "blueprint": spec.blueprint,
        "screen": spec.screen,
        "model": spec.model,
    }
