"""Blueprint + Spec -> a prototype's folder: rendered aside, moved into place in one step, or not at all."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from protokit.catalog.blueprint import Blueprint
from protokit.catalog.lookup import layers
from protokit.files.atomic import atomic_folder
from protokit.files.layout import (
    BASE,
    INSTRUCTIONS_FILE,
    KNOWLEDGE,
    OURS,
    QUESTIONS_FILE,
    SCHEMA_FILE,
    SPEC_FILE,
)
from protokit.files.placeholders import fill
from protokit.prototype.pristine_copy import pack_pristine
from protokit.scaffold.template_cache import rendered
from protokit.spec.lexicon import language_name
from protokit.spec.prototype_spec import Spec, schema, write_spec


def render(
    blueprint: Blueprint,
    spec: Spec,
    target: Path,
    *,
    instructions: str,
    questions: str,
    documents: Mapping[str, Path],
    texts: Mapping[str, str] | None = None,
) -> Path:
    """Make the prototype `spec` in the folder `target` and return it.

    `instructions` and `questions` are the texts of their files; `documents` maps names below `knowledge/` to
    the files to copy, `texts` such names to what to write there. `target` must be absent or empty. Raises
    FolderProblem; whatever happens, `target` is complete or untouched.
    """
    folders = layers(blueprint, spec.screen)
    with atomic_folder(target) as folder, rendered(folders, spec.slug, spec.screen) as template:
        # Without the files' modes: an installation may be read-only, a prototype never is.
        shutil.copytree(template, folder, copy_function=shutil.copyfile)
        _write_texts(folder, blueprint, spec, {INSTRUCTIONS_FILE: instructions, QUESTIONS_FILE: questions})
        _keep_pristine(folder)
        (folder / SCHEMA_FILE).write_text(schema(), encoding="utf-8")
        _copy_documents(documents, folder / KNOWLEDGE)
        for name, text in (texts or {}).items():
            (folder / KNOWLEDGE / name).write_text(text, encoding="utf-8")
    return target


def _keep_pristine(folder: Path) -> None:
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }
    (folder / OURS).mkdir(exist_ok=True)
    (folder / BASE).write_bytes(pack_pristine(files))


def _write_texts(folder: Path, blueprint: Blueprint, spec: Spec, texts: Mapping[str, str]) -> None:
    """Put the person's words in as data; they never pass through a template."""
    readme = fill((folder / "README.md").read_text(encoding="utf-8"), readme_words(blueprint, spec))
    for name, text in {**texts, "README.md": readme, SPEC_FILE: write_spec(spec)}.items():
        (folder / name).write_text(text, encoding="utf-8")


def readme_words(blueprint: Blueprint, spec: Spec) -> dict[str, str]:
    """Return what stands for each [[name]] in README.md."""
    return {
        "title": spec.title,
        "pitch": spec.pitch,
        "blueprint": blueprint.title,
        "language": _language_note(spec),
        "samples": _sample_note(spec),
    }


def _language_note(spec: Spec) -> str:
    """What the README adds where answers are wished in one language, which the offline engine cannot choose."""
    if not any(wish.kind == "language" for wish in spec.constraints):
        return ""
    name = language_name(spec.language)
    return f" It quotes them in their own language: for answers in {name} over other texts, connect a model."


def _sample_note(spec: Spec) -> str:
    """What the README says of the documents while they are samples."""
    if (samples := spec.sample_documents) is None:
        return ""
    if samples.about:
        return f"\n\nSample documents: {samples.about}. Drop yours into `knowledge/` and delete these."
    return "\n\nSample documents that speak of no field: drop yours into `knowledge/`; these show what it will do."


def _copy_documents(documents: Mapping[str, Path], folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for name, source in documents.items():
        copy = folder / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, copy)
