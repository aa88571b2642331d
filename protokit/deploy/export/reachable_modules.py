"""What of our packages a prototype can reach: its own files' imports, and theirs, by reading and never running them."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TypeGuard

_ALL = "*"
_FRONT = "__getattr__"
"""The function of a package that imports its names on first use."""


@dataclass(frozen=True)
class Module:
    """One module of a package that may be copied."""

    name: str
    path: Path

    @cached_property
    def tree(self) -> ast.Module:
        """Its source, read."""
        return ast.parse(self.path.read_text(encoding="utf-8"))

    @cached_property
    def fronts(self) -> dict[str, str]:
        """The module that each of its names comes from, where it is a package that imports them on first use."""
        if not any(isinstance(node, ast.FunctionDef) and node.name == _FRONT for node in self.tree.body):
            return {}
        imports = (node for node in ast.walk(self.tree) if isinstance(node, ast.ImportFrom) and node.module)
        return {
            alias.name: str(node.module)
            for node in imports
            for alias in node.names
            if self._is_inside(str(node.module))
        }

    def _is_inside(self, module: str) -> bool:
        return module.startswith(f"{self.name.partition('.')[0]}.")


@dataclass(slots=True)
class Reachable:
    """The modules of `homes` (folders by package name) that were reached, and of each front the names in use."""

    homes: Mapping[str, Path]
    modules: dict[str, Module] = field(default_factory=dict)
    names: dict[str, set[str]] = field(default_factory=dict)

    def follow(self, sources: Iterable[str], modules: Iterable[str] = ()) -> None:
        """Add what the texts `sources` import, and `modules`, and all that these need."""
        waiting = [edge for source in sources for edge in self._edges(ast.parse(source))]
        waiting += [(name, "") for name in modules]
        while waiting:
            module, name = waiting.pop()
            waiting += self._reach(module, name)

    def files(self) -> Iterator[tuple[str, Path]]:
        """Each file to copy and its package: the modules, and the data of the folders in which they are."""
        folders = dict[Path, str]()
        for module in self.modules.values():
            package = self._package(module.name)
            folders[module.path.parent] = package
            yield package, module.path
        for folder, package in folders.items():
            for path in self._data(folder):
                yield package, path

    def _data(self, folder: Path) -> Iterator[Path]:
        """Files that are no code, with those of folders below that hold no code at all."""
        for path in sorted(folder.iterdir()):
            if path.is_file() and path.suffix not in (".py", ".pyc"):
                yield path
            elif path.is_dir() and path.name != "__pycache__" and not any(path.rglob("*.py")):
                yield from (each for each in sorted(path.rglob("*")) if each.is_file())

    def _reach(self, name: str, wanted: str) -> list[tuple[str, str]]:
        module = self.modules.get(name) or self._find(name)
        if module is None:
            return []
        edges = [(parent, "") for parent in _parents(name) if self._package(parent)]
        if module.fronts:
            known = self.names.setdefault(name, set())
            new = (module.fronts.keys() if wanted == _ALL else {wanted} & module.fronts.keys()) - known
            known |= new
            edges += [(module.fronts[each], each) for each in sorted(new)]
        if name not in self.modules:
            self.modules[name] = module
            edges += [] if module.fronts else self._edges(module.tree)
        return edges

    def _edges(self, tree: ast.AST) -> list[tuple[str, str]]:
        """The modules that code names, each with the name that it takes of it."""
        edges = list[tuple[str, str]]()
        nodes = list(ast.walk(tree))
        stems = [_stem(node) for node in nodes if isinstance(node, ast.JoinedStr)]
        for node in nodes:
            if isinstance(node, ast.Import):
                edges += [(alias.name, _ALL) for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                for alias in node.names:
                    part = f"{node.module}.{alias.name}"
                    used = {n.attr for n in nodes if _is_part_of(n, alias.asname or alias.name)}
                    edges += [(node.module, alias.name), *((part, name) for name in used or {_ALL})]
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                edges += self._named(node.value, [stem for stem in stems if stem])
        return [edge for edge in edges if self._package(edge[0])]

    def _named(self, text: str, stems: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Modules that a text names, alone or behind the beginning of another: `import_module(f"loaders.{kind}")`."""
        for package in self.homes:
            yield from ((name, "") for name in re.findall(rf"\b{re.escape(package)}(?:\.\w+)+", text))
        if re.fullmatch(r"\w+(?:\.\w+)*", text):
            yield from ((f"{stem}{text}", "") for stem in stems)

    def _package(self, module: str) -> str:
        """The package of `homes` that a module belongs to; empty for others."""
        return next((p for p in self.homes if module == p or module.startswith(f"{p}.")), "")

    def _find(self, name: str) -> Module | None:
        package = self._package(name)
        path = self.homes[package].joinpath(*name.removeprefix(package).strip(".").split("."))
        for file in (path / "__init__.py", path.with_suffix(".py")):
            if file.is_file():
                return Module(name, file)
        return None


def _is_part_of(node: ast.AST, name: str) -> TypeGuard[ast.Attribute]:
    """Whether the code is `name.something`."""
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == name


def _parents(name: str) -> Iterator[str]:
    while "." in name:
        name = name.rpartition(".")[0]
        yield name


def _stem(node: ast.JoinedStr) -> str:
    """What a text with values in it begins with, where that is the beginning of a module's name."""
    first = node.values[0] if node.values else None
    text = first.value if isinstance(first, ast.Constant) else ""
    return text if isinstance(text, str) and re.fullmatch(r"\w+(?:\.\w+)*\.", text) else ""


def front_source(module: Module, names: Iterable[str]) -> str:
    """A package that imports its names on first use, with no others than `names`."""
    kept = {name: module.fronts[name] for name in sorted(names)}
    homes = sorted(set(kept.values()))
    imports = [
        f"    from {home} import {', '.join(name for name in kept if kept[name] == home)}" for home in homes
    ]
    return "\n".join(
        [
            f'"""{ast.get_docstring(module.tree) or ""}\n"""',
            "from importlib import import_module",
            "from typing import TYPE_CHECKING",
            *(["if TYPE_CHECKING:", *imports] if imports else []),
            f"_HOME: dict[str, str] = {kept!r}",
            f"__all__ = {list(kept)!r}",
            "def __getattr__(name: str) -> object:",
            "    if name not in _HOME:",
            "        raise AttributeError(name)",
            "    return getattr(import_module(_HOME[name]), name)",
            "",
        ]
    )
