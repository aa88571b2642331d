"""Starts a blueprint from a prompt: a few lines over the one that serves the prompt, to be grown from there."""

from pathlib import Path

from protokit.authoring.fork import FIRST_VERSION
from protokit.catalog.blueprint import BLUEPRINT_FILE, read_blueprint
from protokit.catalog.lookup import domains, find_blueprint
from protokit.files.atomic import beside
from protokit.scaffold.scaffold_plan import ScaffoldRequest, plan_scaffold
from protokit.spec.names import slug_of
from protokit.spec.yaml_io import dump_yaml


def start(prompt: str, name: str | None, out: Path | None) -> Path:
    """Write a blueprint for prompts like `prompt` into `out` (default: a folder of its name) and return the folder.

    Raises PromptProblem where no blueprint serves the prompt, NameProblem, FolderProblem.
    """
    plan = plan_scaffold(ScaffoldRequest(prompt))
    called = slug_of(name or plan.spec.title)
    served = plan.blueprint
    fields = {
        "name": called,
        "version": FIRST_VERSION,
        "extends": f"{served.name}@{served.version.partition('.')[0]}",
        "title": plan.spec.title,
        "pitch": plan.spec.pitch,
        "examples": [plan.spec.prompt],
    }
    if plan.spec.domain in domains():
        fields["default_domain"] = plan.spec.domain
    target = Path.cwd() / called if out is None else out
    with beside(target) as folder:
        (folder / BLUEPRINT_FILE).write_text(dump_yaml(fields), encoding="utf-8")
        read_blueprint(folder, find_blueprint)
    return target
