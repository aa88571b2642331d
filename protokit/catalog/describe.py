"""What is known of blueprints, for JSON and as lines for a person."""

from typing import Any

import msgspec

from protokit.catalog import lookup
from protokit.catalog.blueprint import TEMPLATE_FOLDER, Blueprint
from protokit.catalog.trust import render_code
from protokit.errors import ProtokitError


def known_blueprints() -> list[dict[str, Any]]:
    """A row for each place where a blueprint is; one that cannot be used has an "error"."""
    places = lookup.places()
    names = [place.name for place in places]
    rows = []
    for place in places:
        blueprint = lookup.tried(place)
        row = {"name": place.name, "origin": place.origin, "folder": str(place.folder)}
        if isinstance(blueprint, ProtokitError):
            rows.append({**row, "error": str(blueprint)})
        elif names.count(place.name) > 1:
            others = [str(other) for other in places if other.name == place.name and other != place]
            rows.append({**row, "error": f"another of this name is {' and '.join(others)}"})
        else:
            rows.append(
                {**row, "version": blueprint.version, "title": blueprint.title, "pitch": blueprint.pitch}
            )
    return rows


def render_known(rows: list[dict[str, Any]]) -> str:
    """The same as lines for a person."""
    width = max(len(row["name"]) for row in rows) + 2
    return "\n".join(
        f"{row['name']:<{width}}{row.get('version', '-'):<8}{row.get('pitch') or 'NOT USABLE: ' + row['error']}"
        + ("" if row["origin"] == lookup.BUILT_IN else f"\n{'':<{width}}        from {row['origin']}")
        for row in rows
    )


def blueprint_as_dict(blueprint: Blueprint) -> dict[str, Any]:
    """Everything a blueprint says of itself, and the files of a prototype with the folder that gives each."""
    card = {
        name: msgspec.to_builtins(getattr(blueprint, name))
        for name in blueprint.__struct_fields__
        if name not in ("folder", "below", "words")
    }
    return {
        **card,
        "folder": str(blueprint.folder),
        "files": {screen: _files(blueprint, screen) for screen in blueprint.screens},
        "runs": render_code(blueprint),
    }


def _files(blueprint: Blueprint, screen: Any) -> dict[str, str]:
    """File of a prototype -> the layer it comes from."""
    sources: dict[str, str] = {}
    for layer in lookup.layers(blueprint, screen):
        for path in sorted((layer / TEMPLATE_FOLDER).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                name = path.relative_to(layer / TEMPLATE_FOLDER).as_posix()
                sources[name] = f"{layer.parent.name}/{layer.name}"
    return dict(sorted(sources.items()))


def render_blueprint(description: dict[str, Any]) -> str:
    """The same as lines for a person."""
    lines = [
        f"{description['name']} {description['version']}: {description['title']}",
        description["pitch"],
        "",
    ]
    facts = {
        "in": description["folder"],
        "extends": description["extends"],
        "requires": description["requires"] and f"protokit {description['requires']}",
        "screens": ", ".join(description["screens"]),
        "best for": "; ".join(description["best_for"]),
        "cannot": "; ".join(description["cannot"]),
        "of its own": description["runs"],
    }
    lines += [f"{name:<12}{value}" for name, value in facts.items() if value]
    if description["source"]:
        lines.append(f"{'from':<12}{description['source']['url']}, commit {description['source']['commit']}")
    if description["parameters"]:
        lines += ["", "Parameters (--set NAME=VALUE)"]
        lines += [_parameter(name, parameter) for name, parameter in description["parameters"].items()]
    for screen, files in description["files"].items():
        lines += ["", f"Files with {screen}"]
        lines += [f"  {name:<28}{origin}" for name, origin in files.items()]
    return "\n".join(lines)


def _parameter(name: str, parameter: dict[str, Any]) -> str:
    choices = f" of {', '.join(map(str, parameter['choices']))}" if parameter["choices"] else ""
    default = "must be given" if parameter["default"] is None else f"default {parameter['default']}"
    return f"  {name:<14}{parameter['type']}{choices}, {default}. {parameter['help']}".rstrip()
