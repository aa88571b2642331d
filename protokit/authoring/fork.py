"""Copies a blueprint with all that lies under it into a folder of its own, so that a team can change every file."""

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import msgspec

import protokit
from protokit.authoring.cookiecutter_bridge import BRIDGE, COOKIECUTTER_FILE, answers
from protokit.catalog.blueprint import BLUEPRINT_FILE, TEMPLATE_FOLDER, Blueprint, Card, read_blueprint
from protokit.catalog.lookup import home, layers
from protokit.catalog.page_phrases import WORDING_FILE, own_wording
from protokit.errors import FolderProblem
from protokit.files.atomic import beside
from protokit.files.layout import INSTRUCTIONS_FILE, KNOWLEDGE, QUESTIONS_FILE, private_names, refuse_links
from protokit.files.secret_scan import files_in, refuse_secrets
from protokit.scaffold.sample_knowledge import Sample
from protokit.scaffold.scaffold_plan import sample_plan
from protokit.spec.names import slug_of
from protokit.spec.yaml_io import dump_yaml, read_text

FIRST_VERSION = "1.0.0"


def fork(blueprint: Blueprint, name: str, target: Path, *, repository: bool = False) -> Path:
    """Copy `blueprint` as `name` into the absent or empty folder `target`; nothing in it points back.

    The plain `cookiecutter` command can use the copy too. `repository` makes it a git repository with all files
    added. Raises FolderProblem, NameProblem.
    """
    name = slug_of(name)
    refuse_links(blueprint.folder, "copied")
    with beside(target) as folder:
        _copy_template(blueprint, folder)
        _copy_texts(blueprint, name, folder)
        _copy_sample(blueprint, sample_plan(blueprint, blueprint.screens[0]).spec.domain, folder)
        refuse_secrets(folder, files_in(folder), "copied", env=blueprint.folder / ".env")
        for part in BRIDGE:
            shutil.copytree(home() / part, folder / part, ignore=private_names)
        forked = read_blueprint(folder)
        sample = sample_plan(forked, forked.screens[0], forked.title)
        (folder / COOKIECUTTER_FILE).write_text(answers([sample]), encoding="utf-8")
    if repository:
        for words in (["init", "-q"], ["add", "--all"]):
            _git(target, words)
    return target


def _copy_template(blueprint: Blueprint, target: Path) -> None:
    """Every layer into `shared` or its screen; what a shared file covers in a screen's layer below it goes."""
    for screen in blueprint.screens:
        for layer in layers(blueprint, screen):
            part = "shared" if layer.name == "shared" else screen
            inside = layer / TEMPLATE_FOLDER
            shutil.copytree(inside, target / part / TEMPLATE_FOLDER, ignore=private_names, dirs_exist_ok=True)
            for path in inside.rglob("*") if part == "shared" else ():
                if path.is_file():
                    (target / screen / TEMPLATE_FOLDER / path.relative_to(inside)).unlink(missing_ok=True)


def _copy_texts(blueprint: Blueprint, name: str, target: Path) -> None:
    shutil.copyfile(blueprint.holder(INSTRUCTIONS_FILE) / INSTRUCTIONS_FILE, target / INSTRUCTIONS_FILE)
    if wording := own_wording(blueprint):
        (target / WORDING_FILE).write_text(dump_yaml(wording), encoding="utf-8")
    (target / BLUEPRINT_FILE).write_text(_card(blueprint, name), encoding="utf-8")


def _card(blueprint: Blueprint, name: str) -> str:
    """The card under its new name; as it was written, with its comments, where it stands for itself."""
    needs = f">={'.'.join(protokit.__version__.split('.')[:2])}"
    new = {"name": name, "version": FIRST_VERSION, "title": name.replace("-", " ").capitalize()}
    if blueprint.below is None:
        text = re.sub(r"^requires:.*\n", "", read_text(blueprint.folder / BLUEPRINT_FILE), flags=re.MULTILINE)
        for field, value in new.items():
            text = re.sub(rf"^{field}:.*$", f"{field}: {value}", text, count=1, flags=re.MULTILINE)
        return re.sub(r"^(version:.*)$", rf'\1\nrequires: "{needs}"', text, count=1, flags=re.MULTILINE)
    fields = {name: msgspec.to_builtins(getattr(blueprint, name)) for name in Card.__struct_fields__}
    whole = {**fields, **new, "requires": needs, "extends": ""}
    return dump_yaml(_without_nothing(whole))


def _without_nothing(fields: Mapping[str, object]) -> dict[str, object]:
    inner = {
        name: _without_nothing(value) if isinstance(value, dict) else value for name, value in fields.items()
    }
    return {name: value for name, value in inner.items() if value not in (None, "", [], {}, ())}


def _copy_sample(blueprint: Blueprint, domain: str, target: Path) -> None:
    sample = Sample.of(blueprint, domain)
    for name, source in sample.documents().items():
        copy = target / KNOWLEDGE / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, copy)
    if sample.asked and sample.questions_file:
        shutil.copyfile(sample.questions_file, target / QUESTIONS_FILE)


def _git(folder: Path, words: list[str]) -> None:
    try:
        result = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise FolderProblem("git is not installed", where=str(folder), fix="Leave out --git.") from None
    if result.returncode:
        raise FolderProblem(f"git {words[0]}: {result.stderr.strip()}", where=str(folder))
