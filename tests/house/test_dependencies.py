"""Everything that is imported is declared, so that no release of another package takes it away."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
OURS = {"protokit", "vectorstore", "tests", "benchmarks", "demos", "assistant"}  # the last a prototype's own
BY_HAND = {"xllamacpp"}
"""Whoever wants the test with a real model installs it; the test says how."""
FOR_DEVELOPMENT = {"dev", "bench"}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def declared(extras: set[str]) -> set[str]:
    lines = [*PROJECT["dependencies"]]
    for extra in extras:
        lines += PROJECT["optional-dependencies"][extra]
    return {canonicalize_name(Requirement(line).name) for line in lines}


def others(folder: Path) -> Iterator[tuple[Path, str]]:
    """Each package of somebody else that a file in `folder` imports, also inside functions."""
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [str(node.module)]
            for outermost in {name.split(".")[0] for name in names}:
                if outermost not in sys.stdlib_module_names and outermost not in OURS | BY_HAND:
                    yield path, outermost


distributions = cache(packages_distributions)
EXTRAS = set(PROJECT["optional-dependencies"])


@pytest.mark.parametrize(
    ("folder", "extras"),
    [
        ("protokit", EXTRAS - FOR_DEVELOPMENT),
        ("vectorstore", {"docs", "langchain", "ocr"}),
        ("blueprints", {"streamlit", "gradio", "dev"}),
        ("tests", EXTRAS),
    ],
)
def test_what_is_imported_is_declared(folder: str, extras: set[str]) -> None:
    known = declared(extras)
    missing = {
        (name, str(path.relative_to(ROOT)))
        for path, name in others(ROOT / folder)
        if not {canonicalize_name(each) for each in distributions().get(name, [name])} & known
    }
    assert missing == set()


def pinned(path: Path) -> set[str]:
    pins = re.findall(r"^([\w.-]+)==", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {canonicalize_name(name) for name in pins}


def test_what_is_declared_is_pinned() -> None:
    assert declared(EXTRAS) - pinned(ROOT / "constraints.txt") == set()


@pytest.mark.parametrize("screen", ["streamlit", "gradio"])
def test_what_a_prototype_needs_is_pinned_in_its_requirements(screen: str) -> None:
    template = ROOT / "blueprints" / "common" / screen / "{{cookiecutter.slug}}" / "requirements.txt"
    assert declared({screen, "docs"}) - pinned(template) == set()
