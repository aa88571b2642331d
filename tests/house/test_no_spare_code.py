"""Nothing stands in the product for its tests alone: the product, its blueprints or its documents use each name."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PLACES = ("protokit", "vectorstore", "blueprints", "docs")
KINDS = {".py", ".html", ".yaml", ".md"}


def defined(tree: ast.Module) -> Iterator[str]:
    """Functions and classes that no decorator registers and no class of others asks for."""
    inherited = {
        id(node)
        for parent in ast.walk(tree)
        if isinstance(parent, ast.ClassDef) and parent.bases
        for node in parent.body
    }
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() if id(node) not in inherited:
                if not node.decorator_list and not node.name.startswith("__"):
                    yield node.name


def test_no_code_is_there_for_tests_alone() -> None:
    files = [path for place in PLACES for path in (ROOT / place).rglob("*") if path.suffix in KINDS]
    texts = {path: path.read_text(encoding="utf-8") for path in files}
    uses = Counter(word for text in texts.values() for word in re.findall(r"\w+", text))
    ours = {path.relative_to(ROOT): text for path, text in texts.items() if path.suffix == ".py"}
    spare = {
        str(path): names
        for path, text in ours.items()
        if path.parts[0] in ("protokit", "vectorstore")
        and (names := [name for name in defined(ast.parse(text)) if uses[name] == 1])
    }
    assert spare == {}
