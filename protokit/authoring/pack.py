"""Packs a blueprint as a wheel that pip installs, which protokit then finds by its entry point."""

import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from protokit.catalog.blueprint import Blueprint
from protokit.catalog.entry_points import GROUP
from protokit.errors import CheckFailed, MissingExtra
from protokit.files.atomic import aside
from protokit.files.layout import private_names, refuse_links
from protokit.files.secret_scan import files_in, refuse_secrets

_PROJECT = """[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "{distribution}"
version = "{version}"
description = {pitch}
requires-python = ">=3.11"
dependencies = ["protokit-studio{requires}"]

[project.entry-points."{group}"]
{name} = "{package}"

[tool.hatch.build.targets.wheel]
packages = ["{package}"]
"""


def pack(blueprint: Blueprint, out: Path) -> Path:
    """Build a wheel of `blueprint` in the folder `out` and return its path. Nothing is fetched.

    Raises MissingExtra without hatchling, CheckFailed with its words where it fails, FolderProblem where a file
    holds a secret.
    """
    if find_spec("hatchling") is None:
        raise MissingExtra(
            "packing needs hatchling, which is not installed", fix="Run: pip install hatchling"
        )
    distribution = f"protokit-blueprint-{blueprint.name}"
    package = distribution.replace("-", "_")
    with TemporaryDirectory(prefix="protokit-pack-") as room:
        project, dist = Path(room, "project"), Path(room, "dist")
        refuse_links(blueprint.folder, "packed")
        shutil.copytree(blueprint.folder, project / package, ignore=private_names)
        refuse_secrets(
            project / package, files_in(project / package), "packed", env=blueprint.folder / ".env"
        )
        (project / package / "__init__.py").touch()
        project_file = _PROJECT.format(
            distribution=distribution,
            version=blueprint.version,
            pitch=_quoted(blueprint.pitch),
            requires=blueprint.requires,
            group=GROUP,
            name=blueprint.name,
            package=package,
        )
        (project / "pyproject.toml").write_text(project_file, encoding="utf-8")
        wheel = _built(project, dist)
        out.mkdir(parents=True, exist_ok=True)
        with aside(out / wheel.name) as whole:
            return Path(shutil.copyfile(wheel, whole)).replace(out / wheel.name)


def _built(project: Path, dist: Path) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(dist)]
    result = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    if result.returncode:
        last = ((result.stdout + result.stderr).strip().splitlines() or ["no word"])[-1]
        raise CheckFailed(f"hatchling could not build the wheel: {last}")
    return next(dist.glob("*.whl"))


def _quoted(text: str) -> str:
    """`text` as a TOML string."""
    import json

    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
