"""Imports run one way and stay light, so that the command line answers at once and parts can be taken out."""

import ast
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tests.support.terminal import run

ROOT = Path(__file__).parents[2]
HEAVY = {
    "streamlit",
    "gradio",
    "chromadb",
    "duckdb",
    "langchain",
    "langchain_core",
    "onnxruntime",
    "numpy",
    "openai",
    "pandas",
}
FLOORS = {
    "protokit": [
        "cli",
        "hub authoring",
        "revise",  # a change is tried and written as an update is
        "update",
        "scaffold evaluation.checks analytics",
        "drafting evaluation deploy",
        "catalog prototype",
        "spec",
        "runtime files",
        "errors",
    ],
    "protokit.cli": ["main", "*"],
    "protokit.deploy": ["export serving"],
    "protokit.drafting": ["*", "starters"],
    "protokit.hub": [
        "hub_server",
        "app",
        "views",
        "maintenance prototype_folders backup demo",
        "forget_visitors",
        "context",
        "jobs security",
        "database",
        "content",
        "hosting",
        "worker",
        "hub_settings",
    ],
    "protokit.runtime": [
        "__init__",
        "ui older_pages",
        "assistant",
        "reply",
        "models",
        "agent classification comparison writing",
        "summarization",
        "extraction",
        "qa",
        "analysis",
        "tables",
        "prompting usage measure_share",
        "assistant_types",
        "grounding uploads visit_results",
        "page_policy",
        "settings visitor",
        "answer_rules",
        "pattern_file phrases",
        "prototype_fields",
        "yaml_checks",
        "text_limits safe_csv safe_xlsx",
        "runtime_errors",
        "page_texts",
    ],
    "vectorstore.loaders": ["isolation", "recognition", "format_registry", "docx pdf odf", "rtf", "*"],
    "vectorstore": [
        "__init__",
        "knowledge",
        "langchain_adapters outline ingestion search",
        "index",
        "chunking",
        "embeddings loaders progress",
        "file_list",
        "passage",
        "tables",
        "text confinement",
        "vectorstore_errors",
    ],
}
"""The whole table: in each room the rooms inside it, from the top floor down. A room imports from lower floors only,
never from a neighbour on its own; `*` stands for the modules of a room that are not named, which may use each other."""
EVERYBODYS = {
    "protokit": {"protokit.__init__", "protokit.errors"},
    "vectorstore": {"vectorstore.vectorstore_errors"},
}
"""What any module of a room may import: its version, its errors."""

RUNNER = """
import json, sys
sys.argv = ["protokit", *sys.argv[1:]]
from protokit.cli.main import main
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


@cache
def trees() -> dict[str, ast.Module]:
    """Dotted name -> content of every module of protokit and vectorstore; a package's own is `PACKAGE.__init__`."""
    paths = [path for package in ("protokit", "vectorstore") for path in (ROOT / package).rglob("*.py")]
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(paths)
        if "protokit/blueprints/" not in path.as_posix()
    }


def imported(tree: ast.AST) -> Iterator[str]:
    """Every name that is imported, also inside functions and for type checkers; a name in a module after it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "a relative import"
            yield from (f"{node.module}.{name.name}" for name in node.names)


def graph() -> dict[str, set[str]]:
    """Each module with those it imports."""
    return {
        name: {module for other in imported(tree) if (module := module_of(other))} - {name}
        for name, tree in trees().items()
    }


def module_of(name: str) -> str:
    """The module of ours that gives `name`, empty for a name of somebody else."""
    parts = name.split(".")
    candidates = [".".join(parts[:end]) for end in range(len(parts), 0, -1)]
    spelled = (spelling for each in candidates for spelling in (each, f"{each}.__init__"))
    return next((spelling for spelling in spelled if spelling in trees()), "")


def floor(room: str, module: str) -> tuple[int, str]:
    """On which floor of `room` the module stands, counted from the top, and in which room there."""
    inside = module.removeprefix(f"{room}.")
    named = [
        (number, name)
        for number, names in enumerate(FLOORS[room])
        for name in names.split()
        if inside == name or inside.startswith(f"{name}.")
    ]
    if named:
        return max(named, key=lambda each: len(each[1]))
    if inside == "__init__" or (inside == "__main__" and room == "protokit"):
        return -1, inside
    rest = [number for number, names in enumerate(FLOORS[room]) if names == "*" and "." not in inside]
    assert rest, f"{module}: the table has no floor for it in {room}"
    return rest[0], "*"


def wrong(room: str) -> list[str]:
    """The imports inside `room` that do not run downward."""
    return [
        f"{name} -> {other}"
        for name, others in graph().items()
        for other in sorted(others)
        if name.startswith(f"{room}.") and other.startswith(f"{room}.") and not downward(room, name, other)
    ]


def downward(room: str, name: str, other: str) -> bool:
    if other in EVERYBODYS.get(room, ()):
        return True
    (upper, above), (lower, below) = floor(room, name), floor(room, other)
    return upper < lower or (upper == lower and above == below)


@pytest.mark.parametrize("room", FLOORS)
def test_imports_run_downward(room: str) -> None:
    assert wrong(room) == []


def test_the_table_names_every_room() -> None:
    for name in trees():
        for room in FLOORS:
            if name.startswith(f"{room}."):
                floor(room, name)  # fails for a module that has none


def test_a_new_room_has_no_floor_until_the_table_names_it() -> None:
    for room in ("protokit", "protokit.cli", "protokit.hub", "protokit.runtime", "vectorstore"):
        with pytest.raises(AssertionError, match="no floor"):
            floor(room, f"{room}.annex.module")


def test_a_room_with_rooms_inside_has_a_table_of_its_own() -> None:
    packages = {name.removesuffix(".__init__") for name in trees() if name.endswith(".__init__")}
    named = {f"{room}.{name}" for room, floors in FLOORS.items() for name in " ".join(floors).split()}
    assert packages - named == {"protokit", "vectorstore"}


def test_the_table_names_no_room_that_is_gone() -> None:
    for room, floors in FLOORS.items():
        for name in " ".join(floors).replace("*", "").split():
            there = f"{room}.{name}"
            assert any(module == there or module.startswith(f"{there}.") for module in trees()), there


def test_vectorstore_knows_nothing_of_protokit() -> None:
    assert [
        (name, other)
        for name, others in graph().items()
        for other in others
        if name.startswith("vectorstore.") and other.startswith("protokit.")
    ] == []


def test_the_runtime_uses_nothing_else_of_protokit() -> None:
    assert [
        (name, other)
        for name, others in graph().items()
        for other in others
        if name.startswith("protokit.runtime.")
        and not other.startswith(("protokit.runtime.", "vectorstore."))
    ] == []


def test_no_module_leads_back_to_itself() -> None:
    list(TopologicalSorter(graph()).static_order())  # CycleError names them


def test_no_room_leads_back_to_itself() -> None:
    for depth in range(2, 5):
        rooms: dict[str, set[str]] = defaultdict(set)
        for name, others in graph().items():
            here = ".".join(name.split(".")[:depth])
            rooms[here] |= {".".join(other.split(".")[:depth]) for other in others}
        for name, others in rooms.items():
            others.discard(name)
        list(TopologicalSorter(rooms).static_order())


def test_no_two_modules_have_one_name() -> None:
    names = Counter(name.rpartition(".")[2] for name in trees() if not name.endswith("__"))
    names.update({name.split(".")[-2] for name in trees() if name.endswith("__init__") and "." in name})
    assert [name for name, count in names.items() if count > 1] == []


def test_no_two_public_classes_have_one_name() -> None:
    homes: dict[str, list[str]] = defaultdict(list)
    for name, tree in trees().items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                homes[node.name].append(name)
    assert {name: found for name, found in homes.items() if len(found) > 1} == {}


def test_only_one_file_imports_chromadb() -> None:
    assert [
        name
        for name, tree in trees().items()
        if any(other.split(".")[0] == "chromadb" for other in imported(tree))
    ] == ["vectorstore.index.chroma"]


def test_a_prototype_imports_the_runtime_and_the_vectorstore_only() -> None:
    sources = [path for path in sorted((ROOT / "blueprints").rglob("*.py")) if "{{" in str(path)]
    assert sources
    for path in sources:
        ours = [module_of(other) for other in imported(ast.parse(path.read_text(encoding="utf-8")))]
        others = [
            name for name in ours if name and not name.startswith(("protokit.runtime.", "vectorstore."))
        ]
        assert others == [], path


def test_the_house_has_few_rooms() -> None:
    top = {tuple(name.split(".")[1:2]) for name in trees() if name.startswith("protokit.")}
    assert len({name for name in top if not name[0].startswith("__")}) <= 16


def test_only_the_command_line_prints() -> None:
    processes = {
        "protokit.cli.main",
        "protokit.evaluation.checks.page_check",
    }  # the second talks to its parent
    for name, tree in trees().items():
        prints = [
            node.lineno
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
        ]
        assert not prints or name in processes, f"{name}: line {prints}"
