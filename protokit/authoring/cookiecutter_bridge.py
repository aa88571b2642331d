"""Lets the plain `cookiecutter` command make a prototype too: writes what it asks, and makes what is answered."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from protokit.catalog.lookup import blueprints, find_blueprint, home
from protokit.catalog.parameters import Parameter
from protokit.scaffold.scaffold_plan import ScaffoldPlan, make, sample_plan, with_parameters
from protokit.spec.prototype_spec import parse_spec, write_spec

COOKIECUTTER_FILE = "cookiecutter.json"
BRIDGE = ("hooks", "{{cookiecutter.slug}}")
"""The folders that the command needs beside it; the built-in blueprints have them too."""
_ASKED = ("title", "pitch", "audience", "tone", "model")


def answers(samples: Sequence[ScaffoldPlan]) -> str:
    """Return the text of cookiecutter.json for the blueprints of `samples`; of several it asks which."""
    several = len(samples) > 1
    names = [plan.blueprint.name if several else "" for plan in samples]
    chosen = f"cookiecutter._blueprints[{'cookiecutter.blueprint' if several else repr('')}]"
    decided = [{name: getattr(plan.spec, name) for name in _ASKED} for plan in samples]
    asked: dict[str, Any] = {"_blueprints": dict(zip(names, decided, strict=True))}
    asked |= {"blueprint": names} if several else {}
    asked |= {name: f"{{{{{chosen}.{name} }}}}" for name in _ASKED}
    asked |= {"screen": list(samples[0].blueprint.screens)}
    asked |= {} if several else {name: _choice(p) for name, p in samples[0].blueprint.parameters.items()}
    asked |= {"slug": "{{ cookiecutter.title | slugify }}", "__prompts__": {"slug": "folder"}}
    return json.dumps(asked, ensure_ascii=False, indent=1) + "\n"


def make_answered(given: Mapping[str, Any], target: Path) -> Path:
    """Make the prototype of what somebody answered to the command in the absent folder `target`; return it.

    Raises ChoiceProblem, NameProblem, SpecProblem, FolderProblem.
    """
    blueprint = find_blueprint(given.get("blueprint") or str(Path(given["_repo_dir"]).absolute()))
    sample = sample_plan(blueprint, given["screen"], given["title"], given["model"])
    decided = {name: given[name] for name in _ASKED} | {"slug": target.name, "prompt": "", "source": None}
    spec = parse_spec(write_spec(msgspec.structs.replace(sample.spec, **decided)))
    values = {name: given[name] for name in blueprint.parameters if name in given}
    return make(with_parameters(replace(sample, spec=spec), values), target)


def _choice(parameter: Parameter) -> Any:
    """A default as cookiecutter knows them: of a list the first; a number is typed as text."""
    values = sorted(parameter.choices, key=lambda value: value != parameter.default)
    choices = [
        value if isinstance(value, bool) else str(value) for value in values or [parameter.default or ""]
    ]
    return choices if parameter.choices else choices[0]


def built_in() -> str:
    """What the command asks about the blueprints that come with protokit."""
    own = [blueprint for blueprint in blueprints().values() if blueprint.folder.parent == home()]
    return answers([sample_plan(blueprint, blueprint.screens[0], blueprint.title) for blueprint in own])


if __name__ == "__main__":  # after a change to a built-in blueprint; a test compares
    (home() / COOKIECUTTER_FILE).write_text(built_in(), encoding="utf-8")
