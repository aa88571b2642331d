"""YAML that a person wrote -> a checked value, or one SettingsProblem that names the file, every field and its line.

msgspec does the checking: it starts ten times as fast as pydantic, which is most of what `protokit new` would take.
"""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin

import msgspec
import yaml

from protokit.runtime.runtime_errors import SettingsProblem
from protokit.runtime.text_limits import FILE

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same, ten times as fast, where libyaml is there
_HALF = re.compile("[\ud800-\udfff]")
_SPOKEN = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "fields",
    "null": "nothing",
}


class Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Frozen, and a field nobody knows is an error: a typo must not be swallowed."""


S = TypeVar("S", bound=Strict)


def validate(model: type[S], text: str, *, where: str) -> S:
    """Return `text` (YAML) as a `model`; all mistakes in it become one SettingsProblem with fields and lines."""
    return convert(model, read_fields(text, where=where), text=text, where=where)


def read_fields(text: str, *, where: str) -> dict[Any, Any]:
    """Return the fields that `text` (YAML) holds, not yet checked."""
    fields = load_yaml(text, where=where)
    if not isinstance(fields, dict):
        raise SettingsProblem(
            "expected fields like `title: ...`", where=where, fix="See README.md for an example."
        )
    return fields


def convert(model: type[S], fields: Any, *, text: str = "", where: str) -> S:
    """Return `fields` as a `model`, or raise SettingsProblem; `text` is the YAML they came from, for the lines."""
    if problems := [_told(path, problem, text) for path, problem in _problems(model, fields, ())]:
        raise SettingsProblem("; ".join(problems), where=where)
    try:
        return msgspec.convert(fields, model)
    except msgspec.ValidationError as error:
        raise SettingsProblem(_spoken(str(error)), where=where) from None


def load_yaml(text: str, *, where: str) -> Any:
    """Return what YAML `text` holds; a syntax error names the line."""
    try:
        value = yaml.load(text, Loader=_LOADER)
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        what = f"not valid YAML ({problem})"
        raise SettingsProblem(what, where=where + line, fix="Put quotes around the text.") from None
    if place := next(lone_surrogates(value), None) if "\\" in text else None:
        what = f"{place} holds half of a character (an escape such as \\ud83d by itself)"
        raise SettingsProblem(what, where=where, fix="Write the character itself.")
    return value


def lone_surrogates(value: object, place: str = "") -> Iterator[str]:
    """Where in `value` (as JSON or YAML have it) half of a character stands, which no file or answer can hold.

    A place is like "messages.0.content"; for a key it is that of what the key is in.
    """
    if isinstance(value, str):
        if _HALF.search(value):
            yield place or "text"
    elif isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(key, str) and _HALF.search(key):
                yield f"{place}.a key".lstrip(".")
            else:
                yield from lone_surrogates(inner, f"{place}.{key}".lstrip("."))
    elif isinstance(value, (list, tuple)):
        for number, inner in enumerate(value):
            yield from lone_surrogates(inner, f"{place}.{number}".lstrip("."))


def read_text(path: Path) -> str:
    """Return a UTF-8 file's text, or say plainly why not."""
    try:
        if path.stat().st_size > FILE:
            raise SettingsProblem(
                f"larger than {FILE:,} bytes", where=path.name, fix="Shorten it, or split it."
            )
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SettingsProblem("no such file", where=str(path), fix="Is this the right folder?") from None
    except UnicodeDecodeError:
        raise SettingsProblem("not UTF-8 text", where=path.name, fix="Save it as UTF-8.") from None
    except OSError as error:
        raise SettingsProblem(f"cannot be read ({error.strerror})", where=str(path)) from None


Path_ = tuple[str, ...]


def _problems(model: type[Strict], fields: dict[str, Any], path: Path_) -> Iterator[tuple[Path_, str]]:
    fields_by_name = {field.encode_name: field for field in msgspec.structs.fields(model)}
    for name in fields:
        if name not in fields_by_name:
            yield (*path, str(name)), "no such field" + _meant(str(name), list(fields_by_name))
    for name, field in fields_by_name.items():
        if name in fields:
            yield from _wrong(field.type, fields[name], (*path, name))
        elif field.required:
            yield (*path, name), "missing"


def _wrong(kind: Any, value: Any, path: Path_) -> Iterator[tuple[Path_, str]]:
    deeper: list[tuple[Path_, str]] = []
    if isinstance(value, dict) and _is_strict(kind):
        deeper = list(_problems(kind, value, path))
    elif isinstance(value, dict) and get_origin(kind) is dict and _is_strict(get_args(kind)[1]):
        deeper = [
            wrong for name in value for wrong in _wrong(get_args(kind)[1], value[name], (*path, str(name)))
        ]
    if deeper:
        yield from deeper
        return
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        yield path, _said(kind, value, str(error))


def _is_strict(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Strict)


def _said(kind: Any, value: Any, error: str) -> str:
    if _is_strict(kind) and isinstance(value, dict):
        return _spoken(error)
    if get_origin(kind) is Literal:
        choices = [str(choice) for choice in get_args(kind)]
        return f'"{_cut(str(value))}" is not {" or ".join(choices)}{_meant(str(value), choices)}'
    inner = [item for part in get_args(kind) for item in (part, *get_args(part))]  # a union keeps them inside
    meta = next((item for item in inner if isinstance(item, msgspec.Meta)), None)
    if "matching regex" in error and meta and meta.description:
        return f"expected {meta.description}, not {_cut(repr(value))}"
    return f"{_spoken(error)}, not {_cut(repr(value))}"


def _spoken(error: str) -> str:
    """msgspec's message without its path and its names for types."""
    plain = re.sub(r"( - at `.*`)|(, got .*?(?=$| - at))", "", error)
    plain = re.sub(r"`([^`]*)`", lambda match: _types(match[1]), plain)
    return plain[:1].lower() + plain[1:]


def _types(names: str) -> str:
    return " or ".join(_SPOKEN.get(name, name) for name in names.split(" | "))


def _told(path: Path_, problem: str, text: str) -> str:
    line = _line_of(path, text)
    return f"{'.'.join(path)}{f' (line {line})' if line else ''}: {problem}"


def _meant(name: str, names: list[str]) -> str:
    near = get_close_matches(name.lower(), names, n=1, cutoff=0.6)
    return f". Did you mean {near[0]}?" if near else ""


def _cut(text: str, most: int = 60) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _line_of(path: Path_, text: str) -> int | None:
    """The line (from 1) where the YAML node at `path` starts, None when it is not there."""
    node: Any = yaml.compose(text, Loader=_LOADER)
    line = None
    for step in path:
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        pair = next((pair for pair in pairs if pair[0].value == step), None)
        if pair is None:
            break
        line, node = pair[0].start_mark.line + 1, pair[1]
    return line
