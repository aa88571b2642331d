"""Finishes a prototype for the `cookiecutter` command: lays its layers over one another, puts the answers in as data.

`protokit new` does the same by itself and runs no hook. Needs nothing but cookiecutter.
"""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import yaml
from cookiecutter.generate import generate_files

HERE = Path.cwd()
ASKED = ("title", "screen", "pitch", "audience", "tone", "model")
TYPES = {"text": str, "integer": int, "number": float, "boolean": bool}


def main() -> None:
    answers = json.loads((HERE / "answers.json").read_text(encoding="utf-8"))
    (HERE / "answers.json").unlink()
    home = Path(answers["_repo_dir"])
    blueprint = home / answers["blueprint"] if "blueprint" in answers else home
    asked = json.loads((home / "cookiecutter.json").read_text(encoding="utf-8"))
    known = asked["_blueprints"][answers.get("blueprint", "")]
    for folder in (home / "common", blueprint):
        for layer in (folder / "shared", folder / answers["screen"]):
            if layer.is_dir():
                lay(layer, answers)
    sample = blueprint if (blueprint / "knowledge").is_dir() else home / "domains" / known["spec"]["domain"]
    shutil.copyfile(blueprint / "instructions.md", HERE / "instructions.md")
    write(spec_of(answers, known), sample / "questions.yaml", known["fill"])
    shutil.copytree(HERE, HERE / ".protokit" / "base", ignore=shutil.ignore_patterns(".protokit"))
    shutil.copytree(sample / "knowledge", HERE / "knowledge")


def lay(layer: Path, answers: dict[str, Any]) -> None:
    """Let cookiecutter render a layer over what is there; code and data files are copied as they are."""
    context = {"slug": HERE.name, "screen": answers["screen"], "version": answers["_version"]}
    context["_copy_without_render"] = answers["_copy_without_render"]
    generate_files(
        layer, {"cookiecutter": context}, HERE.parent, overwrite_if_exists=True, accept_hooks=False
    )


def spec_of(answers: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    """What goes into prototype.yaml: the answers over what the sample decided."""
    spec: dict[str, Any] = {**known["spec"], **{name: answers[name] for name in ASKED}, "slug": HERE.name}
    for name, kind in known["parameters"].items():
        if name in answers:
            spec.setdefault("parameters", {})[name] = TYPES[kind](answers[name])
    return spec


def write(spec: dict[str, Any], questions: Path, fill: dict[str, str]) -> None:
    """Write the files that hold the person's words: as data, which no template looks into."""
    asked = questions.read_text(encoding="utf-8") if spec["takes"] == "question" else "[]\n"
    rows = yaml.safe_load(asked) or []
    spec["starter_questions"] = [row["question"] for row in rows if row.get("starter")]
    told = yaml.safe_dump(spec, sort_keys=False, allow_unicode=True, width=1000)
    words = {**fill, **{name: str(spec[name]) for name in ("title", "pitch", "persona", "audience", "tone")}}
    texts = {name: (HERE / name).read_text(encoding="utf-8") for name in ("README.md", "instructions.md")}
    for name, text in texts.items():
        filled = re.sub(r"\[\[(\w+)\]\]", lambda token: words.get(token[1], token[0]), text)
        (HERE / name).write_text(filled, encoding="utf-8")
    (HERE / "questions.yaml").write_text(asked, encoding="utf-8")
    (HERE / "prototype.yaml").write_text(told, encoding="utf-8")


if __name__ == "__main__":
    main()
