"""Lets the plain `cookiecutter` command make a prototype too: writes what it asks, and what a sample decided."""

import json
from collections.abc import Sequence
from typing import Any

import protokit
from protokit.catalog.blueprint import RAW
from protokit.catalog.lookup import blueprints, home
from protokit.catalog.parameters import Parameter
from protokit.scaffold.instructions import instruction_lines
from protokit.scaffold.render import readme_words
from protokit.scaffold.scaffold_plan import ScaffoldPlan, sample_plan
from protokit.spec.prototype_spec import write_spec
from protokit.spec.yaml_io import load_yaml

COOKIECUTTER_FILE = "cookiecutter.json"
BRIDGE = ("hooks", "{{cookiecutter.slug}}")
"""The folders that the command needs beside it; the built-in blueprints have them too."""
_ASKED = ("title", "pitch", "audience", "tone", "model")
_LEFT_OUT = ("source", "prompt", "starter_questions")


def answers(samples: Sequence[ScaffoldPlan]) -> str:
    """Return the text of cookiecutter.json for the blueprints of `samples`; of several it asks which."""
    several = len(samples) > 1
    names = [plan.blueprint.name if several else "" for plan in samples]
    chosen = f"cookiecutter._blueprints[{'cookiecutter.blueprint' if several else repr('')}].spec"
    variables: dict[str, Any] = {
        "_blueprints": {name: _decided(plan) for name, plan in zip(names, samples, strict=True)},
        "_version": protokit.__version__,
        "_copy_without_render": RAW,
    }
    variables |= {"blueprint": names} if several else {}
    variables |= {name: f"{{{{{chosen}.{name} }}}}" for name in _ASKED}
    variables |= {"screen": list(samples[0].blueprint.screens)}
    variables |= {} if several else {name: _choice(p) for name, p in samples[0].blueprint.parameters.items()}
    variables |= {"slug": "{{ cookiecutter.title | slugify }}", "__prompts__": {"slug": "folder"}}
    return json.dumps(variables, ensure_ascii=False, indent=1) + "\n"


def _choice(parameter: Parameter) -> Any:
    """A default as cookiecutter knows them: of a list the first; a number is typed as text."""
    values = sorted(parameter.choices, key=lambda value: value != parameter.default)
    choices = [
        value if isinstance(value, bool) else str(value) for value in values or [parameter.default or ""]
    ]
    return choices if parameter.choices else choices[0]


def _decided(plan: ScaffoldPlan) -> dict[str, Any]:
    """What is not asked: the sample's Spec, and the lists that go into its instructions."""
    spec = load_yaml(write_spec(plan.spec), where="")
    bullets = {"wishes": instruction_lines(plan.spec), "will_not": _sentences(plan.spec.will_not)}
    return {
        "spec": {name: value for name, value in spec.items() if name not in _LEFT_OUT},
        "parameters": {name: parameter.type for name, parameter in plan.blueprint.parameters.items()},
        "fill": {
            **readme_words(plan.blueprint, plan.spec),
            **{name: "\n".join(f"- {line}" for line in lines) for name, lines in bullets.items()},
        },
    }


def _sentences(phrases: Sequence[str]) -> list[str]:
    return [f"{phrase[:1].upper()}{phrase[1:]}." for phrase in phrases]


def built_in() -> str:
    """What the command asks about the blueprints that come with protokit."""
    own = [blueprint for blueprint in blueprints().values() if blueprint.folder.parent == home()]
    return answers([sample_plan(blueprint, blueprint.screens[0], blueprint.title) for blueprint in own])


if __name__ == "__main__":  # after a change to a built-in blueprint; a test compares
    (home() / COOKIECUTTER_FILE).write_text(built_in(), encoding="utf-8")
