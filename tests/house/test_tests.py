"""Tests hold what the product does: none measures seconds, none reaches for a name that begins with an underscore."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).parents[1]
FILES = sorted(path for path in TESTS.rglob("*.py") if "data" not in path.relative_to(TESTS).parts)
CLOCKS = {"time", "monotonic", "perf_counter", "process_time", "thread_time"}
OURS = {"protokit", "vectorstore"}
OTHERS = {"_exit", "_asdict", "_replace", "_fields", "_p"}
"""Names of the standard library and of python-docx that begin so and are public all the same."""


def durations(tree: ast.AST) -> Iterator[int]:
    """Lines that take an earlier time from what a clock says; less a constant, it is a time and no duration."""
    for node in ast.walk(tree):
        match node:
            case ast.BinOp(left, ast.Sub(), right) if is_clock(left) and not isinstance(right, ast.Constant):
                yield node.lineno


def is_clock(node: ast.expr) -> bool:
    match node:
        case ast.Call(ast.Attribute(attr=name) | ast.Name(id=name)):
            return name in CLOCKS
    return False


def private_names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Lines that name what belongs to somebody else alone; what a helper keeps of its own is `self._NAME`."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(ast.Name("self" | "cls")):
                pass
            case ast.Attribute(attr=name) if is_private(name):
                yield node.lineno, name
            case ast.ImportFrom(module=str(module), names=names):
                parts = [*module.split("."), *(name.name for name in names)]
                yield from ((node.lineno, part) for part in parts if is_private(part))


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name not in OTHERS


def patches(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Lines that put another value in the place of one of ours while the test runs."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(ast.Attribute(attr="setattr"), [ast.Constant(str(name)), *_]):
                if name.split(".")[0] in OURS:
                    yield node.lineno, name


@pytest.mark.parametrize("look", [durations, private_names, patches])
def test_no_test_is_on_the_clock_or_looks_inside(look: Callable[[ast.AST], Iterator[Any]]) -> None:
    lines = {
        str(path.relative_to(TESTS)): list(look(ast.parse(path.read_text(encoding="utf-8"))))
        for path in FILES
    }
    assert len(lines) > 100
    assert {name: where for name, where in lines.items() if where} == {}


@pytest.mark.parametrize(
    ("look", "line"),
    [
        (durations, "assert perf_counter() - began < 3"),
        (durations, "took = time.process_time() - start()"),
        (private_names, "trial._ask('x')"),
        (private_names, "from protokit.cli.main import _run"),
        (private_names, "a.b()._c"),
        (patches, "monkeypatch.setattr('protokit.hub.hosting.capacity.REST', 1)"),
    ],
)
def test_each_is_seen(look: Callable[[ast.AST], Iterator[Any]], line: str) -> None:
    assert list(look(ast.parse(line)))
