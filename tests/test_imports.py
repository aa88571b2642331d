"""Imports run one way and stay light, so that the command line answers at once and parts can be taken out."""

import ast
import json
import sys
from collections.abc import Container, Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tests.terminal import run

ROOT = Path(__file__).parents[1]
HEAVY = {
    "streamlit",
    "gradio",
    "chromadb",
    "langchain",
    "langchain_core",
    "onnxruntime",
    "numpy",
    "openai",
    "pandas",
}
ORDER = [
    ["errors"],
    ["spec"],
    ["blueprint"],
    ["catalog", "rendering", "prototype"],
    ["hub", "reports", "exporting", "updating", "drafting"],
    ["cli"],
]
"""The rooms of protokit from the ground up; each may use those on lower floors, and `catalog` its neighbours."""

RUNNER = """
import json, sys
sys.argv = ["protokit", *sys.argv[1:]]
from protokit.cli import main
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
print(json.dumps(sorted(name for name in sys.modules if "." not in name)))
"""


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["new", "--help"],
        ["list"],
        ["new", "Search our HR policies", "--out", "made"],
        [
            "new",
            "Summarize meeting notes",
            "--ui",
            "gradio",
            "--model",
            "openai:x",
            "--out",
            "other",
            "--json",
        ],
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_the_quick_verbs_load_nothing_heavy(tmp_path: Path, words: list[str]) -> None:
    done = run([sys.executable, "-c", RUNNER, *words], cwd=tmp_path)
    assert done.code == 0, done.err
    loaded = set(json.loads(done.out.splitlines()[-1]))
    assert "click" in loaded
    assert loaded & HEAVY == set()


@pytest.mark.parametrize("package", ["vectorstore", "protokit.runtime", "protokit"])
def test_importing_a_package_costs_nothing(tmp_path: Path, package: str) -> None:
    code = f"import sys, {package}; print(sorted(name for name in sys.modules if '.' not in name))"
    done = run([sys.executable, "-c", code], cwd=tmp_path)
    assert done.code == 0, done.err
    assert set(ast.literal_eval(done.out)) & (HEAVY | {"click", "pydantic", "yaml"}) == set()


def modules(package: str) -> dict[str, Path]:
    """Dotted name -> file of every module in `package`."""
    paths = sorted((ROOT / package).rglob("*.py"))
    named = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in paths}
    return {name.removesuffix(".__init__"): path for name, path in named.items() if "blueprints" not in name}


def imported(path: Path) -> Iterator[str]:
    """Every module that the file `path` imports, also inside functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            yield node.module or ""
            yield from (f"{node.module}.{name.name}" for name in node.names)


def inside(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def test_vectorstore_knows_nothing_of_protokit() -> None:
    found = {
        name: [other for other in imported(path) if inside(other, "protokit")]
        for name, path in modules("vectorstore").items()
    }
    assert {name: others for name, others in found.items() if others} == {}


def test_only_one_file_imports_chromadb() -> None:
    every = {**modules("protokit"), **modules("vectorstore")}
    assert [
        name for name, path in every.items() if any(inside(other, "chromadb") for other in imported(path))
    ] == ["vectorstore.chroma"]


def test_the_runtime_uses_nothing_else_of_protokit() -> None:
    for name, path in modules("protokit/runtime").items():
        others = [other for other in imported(path) if inside(other, "protokit")]
        assert all(inside(other, "protokit.runtime") for other in others), f"{name}: {others}"


def test_a_prototype_imports_the_runtime_and_the_vectorstore_only() -> None:
    sources = [path for path in sorted((ROOT / "blueprints").rglob("*.py")) if "{{" in str(path)]
    assert sources
    for path in sources:
        ours = [other for other in imported(path) if inside(other, "protokit", "vectorstore", "blueprints")]
        assert all(inside(other, "protokit.runtime", "vectorstore") for other in ours), f"{path}: {ours}"


def test_protokit_is_built_from_the_ground_up() -> None:
    floor = {f"protokit.{room}": number for number, rooms in enumerate(ORDER) for room in rooms}
    for name, path in modules("protokit").items():
        for other in set(imported(path)) & floor.keys():
            if name in floor and name != other:
                assert floor[other] <= floor[name], f"{name} imports {other}, which stands above it"
            assert other != "protokit.cli" or name == "protokit.__main__", f"{name} imports the command line"


@pytest.mark.parametrize("package", ["protokit", "vectorstore"])
def test_no_two_modules_import_each_other(package: str) -> None:
    known = modules(package)
    graph = {name: set(at_import(path, known)) & known.keys() - {name} for name, path in known.items()}
    list(TopologicalSorter(graph).static_order())  # CycleError names them


def at_import(path: Path, known: Container[str]) -> Iterator[str]:
    """What `path` imports when it is imported itself: neither in functions nor for type checkers only."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{name.name}" for name in node.names]
            yield from (name if name in known else node.module or "" for name in names)
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


def test_only_the_command_line_prints() -> None:
    processes = {"protokit.cli", "protokit.screencheck"}  # the second talks to its parent
    for name, path in {**modules("protokit"), **modules("vectorstore")}.items():
        calls = [
            node
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Call)
        ]
        prints = [
            call.lineno for call in calls if isinstance(call.func, ast.Name) and call.func.id == "print"
        ]
        assert not prints or name in processes, f"{path}: line {prints}"
