"""What an edit of a prototype must keep: the names that its own files and protokit use, its tests, no key in a file."""

import ast
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from protokit.errors import FolderProblem
from protokit.evaluation.checks.check_result import Check
from protokit.files.layout import shared_files
from protokit.files.secret_scan import refuse_secrets
from protokit.prototype.pristine_copy import read_pristine
from protokit.prototype.prototype_folder import Prototype
from protokit.runtime.assistant import BaseAssistant

ASSISTANT = "Assistant"
_BASE = "BaseAssistant"
_OWN = ("reply",)
_INHERITED = {
    *(name for name in dir(BaseAssistant) if not name.startswith("_")),
    *("folder", "model", "events", "__enter__", "__exit__"),
}
"""What an assistant has without saying so."""
_RESTORE = "Put it back: move what is there aside, then `protokit update --restore assistant.py`."
_PATIENCE = 300


def contract(prototype: Prototype) -> list[Check]:
    """Whether assistant.py still has what app.py, the tests and protokit call, and no file holds a key."""
    return [_assistant(prototype), _keys(prototype.folder)]


def _assistant(prototype: Prototype) -> Check:
    folder, name = prototype.folder, "assistant.py"
    if not (folder / name).is_file():
        return Check(name, False, "is gone", _RESTORE)
    classes = {node.name: node for node in _tree(folder / name).body if isinstance(node, ast.ClassDef)}
    if ASSISTANT not in classes:
        return Check(name, False, f"has no class {ASSISTANT}", _RESTORE)
    definition = classes[ASSISTANT]
    bases = {ast.unparse(base).rpartition(".")[2] for base in definition.bases}
    if bases - {_BASE} or "__getattr__" in _names(definition):
        return Check(name, True, f"{ASSISTANT} takes some of its parts from elsewhere")
    names = _names(definition) | (_INHERITED if bases else set())
    if lost := [part for part in (*_OWN, *_declared(definition)) if part not in _names(definition)] or sorted(
        _INHERITED - names
    ):
        return Check(name, False, f"{ASSISTANT} has no {lost[0]} any more", _RESTORE)
    if fault := _unknown_use(folder, names) or _lost_parameter(definition):
        return Check(name, False, fault, _RESTORE)
    return Check(name, True, f"{ASSISTANT} has what its users call")


def _unknown_use(folder: Path, names: set[str]) -> str:
    """The first place in app.py that uses a part of the assistant which is not there."""
    if not (folder / "app.py").is_file():
        return "app.py is gone"
    for node in ast.walk(_tree(folder / "app.py")):
        if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
            continue
        if node.value.id == "assistant" and node.attr not in names:
            return f"app.py, line {node.lineno} uses assistant.{node.attr}, which {ASSISTANT} does not have"
    return ""


def _lost_parameter(definition: ast.ClassDef) -> str:
    """`model` makes it answer offline in tests and checks, `session` tells visitors apart."""
    methods = {node.name: node for node in definition.body if isinstance(node, ast.FunctionDef)}
    for method, parameter in (("__init__", "model"), ("reply", "session")):
        arguments = methods[method].args if method in methods else None
        if arguments is None or arguments.kwarg:
            continue
        if parameter not in {argument.arg for argument in [*arguments.args, *arguments.kwonlyargs]}:
            return f"{ASSISTANT}.{method} takes no {parameter} any more"
    return ""


def _declared(definition: ast.ClassDef) -> list[str]:
    """Names that the class says it has, without a value."""
    lines = [node for node in definition.body if isinstance(node, ast.AnnAssign) and node.value is None]
    return [node.target.id for node in lines if isinstance(node.target, ast.Name)]


def _names(definition: ast.ClassDef) -> set[str]:
    """Methods, properties, and what is set on `self` or in the class."""
    nodes = list(ast.walk(definition))
    methods = {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    stored = [node for node in nodes if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)]
    own = {node.attr for node in stored if isinstance(node.value, ast.Name) and node.value.id == "self"}
    return (
        methods
        | own
        | {
            target.id
            for node in definition.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
    )


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_bytes())


def _keys(folder: Path) -> Check:
    try:
        refuse_secrets(folder, shared_files(folder), "exported")
    except FolderProblem as problem:
        return Check(
            "no key in a file", False, f"{problem.where} {problem.what.partition(',')[0]}", problem.fix
        )
    return Check("no key in a file", True)


def _given_test(folder: Path) -> str:
    """The first test that came with the blueprint, empty where none did or nobody knows any more."""
    try:
        names = sorted(read_pristine(folder))
    except FolderProblem:
        return ""
    return next((name for name in names if name.startswith("tests/test_")), "")


def own_tests(folder: Path) -> Check:
    """Whether the prototype's own tests pass, in a process of their own."""
    if not any((folder / "tests").glob("test_*.py")):
        given = _given_test(folder)
        fix = f"Put it back: protokit update --restore {given}" if given else ""
        return Check("tests", not given, "tests/ is gone" if given else "there are none", fix)
    if find_spec("pytest") is None:
        return Check("tests", True, "pytest is not installed, so they were not run")
    command = [sys.executable, "-m", "pytest", "-q", "--tb=no", "-p", "no:cacheprovider", "-rfE", "tests"]
    try:
        result = subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTEST_ADDOPTS": ""},
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Check("tests", False, f"not done within {_PATIENCE} s", "Run: pytest")
    lines = result.stdout.strip().splitlines() or result.stderr.strip().splitlines() or ["they did not start"]
    failed = [line for line in lines if line.startswith(("FAILED ", "ERROR "))]
    return Check(
        "tests", not result.returncode, (failed or lines[-1:])[0], "Run: pytest" if result.returncode else ""
    )
