"""Python of a prototype that was made before modules and names moved: its imports as they are named today."""

import ast
import subprocess
import sys
from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

_TABLE = Path(__file__).with_name("moved_names.tsv")
"""Old module, old name, new module, new name; without names it is the module as a whole that moved."""
_PACKAGES = ("protokit", "vectorstore")
_SORTING = ("--isolated", "--select", "I", "--fix", "--exit-zero", "--quiet", "--line-length", "110")
_OURS = 'lint.isort.known-first-party = ["protokit", "vectorstore"]'


def with_moved_imports(content: bytes) -> bytes:
    """The file `content` with what it imports of the runtime and the vectorstore under the names of today.

    Where nothing moved, and for what is not Python, it comes back as it is. Imports that were sorted are sorted
    afterwards; comments, layout and everything else stay.
    """
    if content.startswith(BOM_UTF8):
        return BOM_UTF8 + with_moved_imports(content.removeprefix(BOM_UTF8))
    try:
        source = content.decode("utf-8")
        tree = ast.parse(source)
    except (UnicodeDecodeError, SyntaxError, ValueError):
        return content
    edits = set(_Mover(source, tree).edits())
    if not edits:
        return content
    changed = content
    for edit in sorted(edits, key=lambda edit: (-edit.start, -edit.end)):
        if any(other.start <= edit.start < edit.end <= other.end for other in edits - {edit}):
            continue  # a part of what is replaced as a whole
        changed = changed[: edit.start] + edit.text.encode() + changed[edit.end :]
    return _sorted(changed) if _sorted(content) == content else changed


def _sorted(content: bytes) -> bytes:
    """The file with its imports sorted as those of a blueprint are."""
    command = [
        sys.executable,
        "-m",
        "ruff",
        "check",
        *_SORTING,
        "--config",
        _OURS,
        "--stdin-filename",
        "a.py",
        "-",
    ]
    result = subprocess.run(command, input=content, capture_output=True, check=False)
    return result.stdout if result.returncode == 0 else content


@cache
def _moved() -> dict[tuple[str, str], tuple[str, str]]:
    rows = (line.split("\t") for line in _TABLE.read_text(encoding="utf-8").splitlines())
    return {(module, name): (new_module, new_name) for module, name, new_module, new_name in rows}


def _module(name: str) -> str:
    return _moved().get((name, ""), (name, ""))[0]


def _definition(module: str, name: str) -> tuple[str, str]:
    """Where `from module import name` finds it today; `name` may be a module itself."""
    whole = f"{module}.{name}"
    if (whole, "") in _moved():
        parent, _, leaf = _module(whole).rpartition(".")
        return parent, leaf
    return _moved().get((module, name), (_module(module), name))


@dataclass(frozen=True, slots=True)
class _Edit:
    """Bytes `start` to `end` of the source become `text`."""

    start: int
    end: int
    text: str


@dataclass(slots=True)
class _Mover:
    source: str
    tree: ast.Module
    modules: dict[str, str] = field(default_factory=dict)
    """Local name -> the module it stands for, by its old name."""
    renamed: dict[str, str] = field(default_factory=dict)
    """Local name -> the local name it has from now on."""

    def edits(self) -> Iterator[_Edit]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom) and not node.level:
                yield from self._from(node)
            elif isinstance(node, ast.Import):
                yield from self._import(node)
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Name) and node.id in self.renamed:
                yield self._edit(node, self.renamed[node.id])
            elif isinstance(node, ast.Attribute):
                yield from self._attribute(node)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield from self._text(node, node.value)

    def _from(self, node: ast.ImportFrom) -> Iterator[_Edit]:
        module = node.module or ""
        if module.partition(".")[0] not in _PACKAGES:
            return
        groups: dict[str, list[str]] = {}
        for alias in node.names:
            parent, leaf = _definition(module, alias.name)
            local = alias.asname or self._local(alias.name, leaf)
            if (f"{module}.{alias.name}", "") in _moved():
                self.modules[alias.asname or alias.name] = f"{module}.{alias.name}"
            groups.setdefault(parent, []).append(leaf if local == leaf else f"{leaf} as {local}")
        if list(groups.items()) != [(module, [_clause(alias) for alias in node.names])]:
            indent = "\n" + " " * node.col_offset
            lines = (f"from {parent} import {', '.join(names)}" for parent, names in groups.items())
            yield self._edit(node, indent.join(lines))

    def _local(self, old: str, new: str) -> str:
        """The local name of what is called `new` now: that, unless the file uses `old` or `new` otherwise too."""
        if old == new or new in self._names() or old in self._rebound():
            return old
        self.renamed[old] = new
        return new

    def _names(self) -> set[str]:
        return {node.id for node in ast.walk(self.tree) if isinstance(node, ast.Name)} | self._rebound()

    def _rebound(self) -> set[str]:
        """Names that the file gives to things of its own."""
        own = {node.arg for node in ast.walk(self.tree) if isinstance(node, ast.arg)}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                own.add(node.id)
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                own.add(node.name)
        return own

    def _import(self, node: ast.Import) -> Iterator[_Edit]:
        for alias in node.names:
            if alias.asname and (alias.name, "") in _moved():
                self.modules[alias.asname] = alias.name
            new = _module(alias.name)
            if new != alias.name:
                yield self._edit(alias, f"{new} as {alias.asname}" if alias.asname else new)

    def _attribute(self, node: ast.Attribute) -> Iterator[_Edit]:
        """`parts.name` of a module that moved, and `package.module` or `package.module.name` spelled in full."""
        spelled = ast.unparse(node)
        if (spelled, "") in _moved():
            yield self._edit(node, _module(spelled))
            return
        owner = ast.unparse(node.value)
        module = self.modules.get(owner, owner)
        if (module, node.attr) not in _moved() or module.partition(".")[0] not in _PACKAGES:
            return
        new_module, new = _moved()[module, node.attr]
        if new_module == _module(module):
            end = self._span(node)[1]
            yield _Edit(end - len(node.attr.encode()), end, new)
        elif owner in self.modules:
            yield self._edit(node, new)
            first = next(each for each in self.tree.body if isinstance(each, ast.Import | ast.ImportFrom))
            start = self._span(first)[0]
            yield _Edit(start, start, f"from {new_module} import {new}\n")

    def _text(self, node: ast.Constant, value: str) -> Iterator[_Edit]:
        """A text that is nothing but a module's name is what `import_module` is called with."""
        if (value, "") in _moved():
            start, end = self._span(node)
            quoted = self.source.encode()[start:end].decode()
            yield _Edit(start, end, quoted.replace(value, _module(value)))

    def _span(self, node: ast.stmt | ast.expr | ast.alias) -> tuple[int, int]:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        lines = self.source.encode().split(b"\n")
        start = sum(len(line) + 1 for line in lines[: node.lineno - 1]) + node.col_offset
        return start, sum(len(line) + 1 for line in lines[: node.end_lineno - 1]) + node.end_col_offset

    def _edit(self, node: ast.stmt | ast.expr | ast.alias, text: str) -> _Edit:
        return _Edit(*self._span(node), text)


def _clause(alias: ast.alias) -> str:
    return f"{alias.name} as {alias.asname}" if alias.asname else alias.name
