"""Python source whose imports name other packages afterwards, and is the same in everything else."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from protokit.errors import FolderProblem


@dataclass(frozen=True, slots=True)
class _Edit:
    """Bytes `start` to `end` of the source become `text`."""

    start: int
    end: int
    text: bytes


def rewrite_imports(source: str, names: Mapping[str, str], *, where: str) -> str:
    """Return `source` with the packages of `names` (old dotted name -> new name) imported under their new names.

    Comments, layout, texts and other names stay as they are; a text that is nothing but a module's dotted name
    changes too, since it is what `import_module` is called with. Raises FolderProblem, naming `where` and the
    line, for an import of another part of such a package, and for what is not Python.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        place = f"{where}, line {line}" if line else where
        raise FolderProblem("not Python", where=place, fix="Mend it first.") from None
    lines = source.encode().splitlines(keepends=True)  # as bytes: only these line ends are Python's
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    rewriter = _Rewriter(b"".join(lines), starts, names, where)
    changed = rewriter.source
    for edit in sorted(rewriter.edits(tree), key=lambda edit: -edit.start):
        changed = changed[: edit.start] + edit.text + changed[edit.end :]
    return changed.decode()


@dataclass(frozen=True, slots=True)
class _Rewriter:
    source: bytes
    starts: list[int]
    names: Mapping[str, str]
    where: str

    def edits(self, tree: ast.Module) -> Iterator[_Edit]:
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and not node.level:
                yield from self._from(node)
            elif isinstance(node, ast.Import):
                yield from self._import(node)
            elif isinstance(node, ast.Attribute) and (new := self._new(ast.unparse(node))) and "." not in new:
                yield self._edit(node, new)  # `protokit.runtime` itself, after `import protokit.runtime`
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield from self._text(node)

    def _from(self, node: ast.ImportFrom) -> Iterator[_Edit]:
        module = node.module or ""
        whole = [self._new(f"{module}.{alias.name}") for alias in node.names]
        if new := self._new(module):
            start, end = self._span(node)
            head = re.match(rb"from\s+" + re.escape(module.encode()), self.source[start:end])
            if head is None:
                raise self._refused(node, f"import of {module} is written in an unusual way")
            yield _Edit(start + head.end() - len(module), start + head.end(), new.encode())
        elif any(whole):
            if not all(whole):
                raise self._refused(node, f"imports more of {module} than can be taken along")
            pairs = [
                f"{new} as {alias.asname or alias.name}" for new, alias in zip(whole, node.names, strict=True)
            ]
            yield self._edit(node, f"import {', '.join(pairs)}")
        elif self._is_beyond(module):
            raise self._refused(node, f"imports {module}, which is not part of the runtime")

    def _import(self, node: ast.Import) -> Iterator[_Edit]:
        clauses = []
        for alias in node.names:
            new = self._new(alias.name)
            if new is None and self._is_beyond(alias.name):
                raise self._refused(node, f"imports {alias.name}, which is not part of the runtime")
            clauses += self._clauses(alias, new)
        if any(self._new(alias.name) for alias in node.names):
            yield self._edit(node, f"import {', '.join(clauses)}")

    def _clauses(self, alias: ast.alias, new: str | None) -> list[str]:
        if new is None or alias.asname:
            return [f"{new or alias.name} as {alias.asname}" if alias.asname else alias.name]
        top = alias.name.partition(".")[0]
        if top not in self.names:  # `import protokit.runtime`: where it is used, the name changes too
            return [new]
        return [f"{self.names[top]} as {top}", *([new] if "." in new else [])]

    def _text(self, node: ast.Constant) -> Iterator[_Edit]:
        value = str(node.value)
        if "." not in value or not re.fullmatch(r"\w+(\.\w+)+", value) or not (new := self._new(value)):
            return
        start, end = self._span(node)
        written = self.source[start:end]
        if value.encode() in written:
            yield _Edit(start, end, written.replace(value.encode(), new.encode()))

    def _new(self, module: str) -> str | None:
        for old, new in self.names.items():
            if module == old or module.startswith(f"{old}."):
                return new + module[len(old) :]
        return None

    def _is_beyond(self, module: str) -> bool:
        return module.partition(".")[0] in {old.partition(".")[0] for old in self.names}

    def _span(self, node: ast.stmt | ast.expr) -> tuple[int, int]:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        start = self.starts[node.lineno - 1] + node.col_offset
        return start, self.starts[node.end_lineno - 1] + node.end_col_offset

    def _edit(self, node: ast.stmt | ast.expr, text: str) -> _Edit:
        return _Edit(*self._span(node), text.encode())

    def _refused(self, node: ast.stmt, what: str) -> FolderProblem:
        return FolderProblem(
            what, where=f"{self.where}, line {node.lineno}", fix="Take that import out first."
        )
