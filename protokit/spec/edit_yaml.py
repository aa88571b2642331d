"""Edits the YAML of a Spec, by a page or to the schema of today, and leaves every other line as the person wrote it."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from io import StringIO
from typing import TYPE_CHECKING, Any

from protokit.errors import SpecProblem
from protokit.files.layout import SPEC_FILE
from protokit.files.three_way_merge import Form, merge
from protokit.spec.prototype_spec import SCHEMA, parse_spec, spec_fields
from protokit.spec.yaml_io import dump_yaml, load_yaml

if TYPE_CHECKING:
    from ruamel.yaml.comments import CommentedMap

Migration = Callable[["CommentedMap"], None]
"""Changes the fields of one schema version, in place, to those of the next."""

MIGRATIONS: tuple[Migration, ...] = ()
"""The one at place n-1 leads from schema n to n+1, so that there are SCHEMA - 1 of them."""


def migrated(
    content: bytes, changed: Mapping[str, Any], *, migrations: Sequence[Migration] = MIGRATIONS
) -> bytes:
    """Return the file `content` in the newest schema, with the fields `changed` set.

    Values, comments, order and spacing stay; the lines that must change are merged into the text as it is. Raises
    SpecProblem for what is not YAML, not UTF-8, or from a newer protokit.
    """
    form = Form.of(content)
    try:
        text = form.plain(content).decode("utf-8")
    except UnicodeDecodeError:
        raise SpecProblem("not UTF-8 text", where=SPEC_FILE, fix="Save it as UTF-8.") from None
    fields = load_yaml(text, where=SPEC_FILE)
    if not isinstance(fields, dict):
        raise SpecProblem("expected fields like `title: ...`", where=SPEC_FILE)
    steps = migrations[schema_version(fields, len(migrations) + 1) - 1 :]
    if not steps and all(fields.get(name) == value for name, value in changed.items()):
        return content
    return form.written(_with(text, steps, changed, len(migrations) + 1).encode())


def edited(text: str, fields: Mapping[str, Any]) -> str:
    """Return the YAML `text` of a Spec with `fields` set (None removes one), mappings field by field; comments and
    order stay. Raises SpecProblem where `text` is no Spec as it stands."""
    defaults = spec_fields(parse_spec(text))
    document, write = _loaded(text)
    for name, value in fields.items():
        _set(document, name, value, defaults.get(name))
    return write(document)


def edited_rows(text: str, rows: Sequence[Any], key: str) -> str:
    """Return the YAML `text` of a list of mappings with just these `rows`; those that stay keep form and comments.

    A row that has another content is told by its `key`. Raises SpecProblem where `text` is no YAML."""
    document, write = _loaded(text)
    if not document:
        head = "".join(line for line in text.splitlines(keepends=True) if line.startswith("#"))
        return head + dump_yaml(list(rows))
    left = list(document)
    nodes = []
    for row in rows:
        node = next((each for each in left if each == row), None)
        if node is None and isinstance(row, Mapping) and key in row:
            node = next((each for each in left if isinstance(each, dict) and each.get(key) == row[key]), None)
        if node is None:
            nodes.append(_quoted(row))
            continue
        left.remove(node)
        if node != row:
            for name in [name for name in node if name not in row]:
                del node[name]
            for name, value in row.items():
                _set(node, name, value)
        nodes.append(node)
    document[:] = nodes
    return write(document)


def schema_version(fields: Mapping[str, Any], newest: int = SCHEMA) -> int:
    """The schema that `fields` say they are in, or SpecProblem."""
    version = fields.get("schema", 1)
    if type(version) is not int or version < 1:
        raise SpecProblem(f"schema: expected a whole number from 1, not {version!r:.40}", where=SPEC_FILE)
    if version > newest:
        raise SpecProblem(
            f"schema {version} is from a newer protokit; this one knows {newest}",
            where=SPEC_FILE,
            fix="Upgrade protokit.",
        )
    return version


def rename(fields: "CommentedMap", old: str, new: str) -> None:
    """Give the field `old` another name, where it is there; its place, its value and its comments stay."""
    if old not in fields:
        return
    place = list(fields).index(old)
    comment = fields.ca.items.pop(old, None)
    fields.insert(place, new, fields.pop(old))
    if comment:
        fields.ca.items[new] = comment


def _with(text: str, steps: Sequence[Migration], changed: Mapping[str, Any], newest: int) -> str:
    """`text` after `steps`. What the writer of YAML would set otherwise is not touched: only the lines that
    differ between its two outputs are brought into the text."""
    fields, write = _loaded(text)
    as_it_was, comments = write(fields), dict.fromkeys(_comments(fields))
    for step in steps:
        step(fields)
    for name, value in {**({"schema": newest} if steps else {}), **changed}.items():
        _set(fields, name, value)
    wanted = write(fields)
    merged = merge(text.encode(), as_it_was.encode(), wanted.encode())
    result = merged.content.decode()
    if merged.conflicts or load_yaml(result, where=SPEC_FILE) != load_yaml(wanted, where=SPEC_FILE):
        result = wanted
    # A comment goes with the field it hangs on; where that is gone, the comment is still the person's.
    lines = [line.rstrip() for line in result.splitlines()]
    lost = [each for each in comments if not any(line.endswith(each) for line in lines)]
    return result + "".join(f"{comment}\n" for comment in lost)


def _comments(node: Any) -> Iterator[str]:
    """Every comment in the YAML `node`, line by line, wherever it hangs."""
    if not hasattr(node, "ca"):
        return
    hanging = [node.ca.comment, *node.ca.items.values()]
    while hanging:
        comment = hanging.pop(0)
        if isinstance(comment, list):
            hanging = [*comment, *hanging]
        elif comment is not None:
            yield from (line.strip() for line in comment.value.splitlines() if line.strip())
    for child in node.values() if isinstance(node, dict) else node:
        yield from _comments(child)


def _set(there: Any, name: str, value: Any, default: Any = None) -> None:
    """Change one field of a mapping, leaving alone what says the same already; None removes it."""
    if isinstance(value, Mapping):
        if not isinstance(there.get(name), dict):
            there[name] = {}
        for key, each in value.items():
            _set(there[name], key, each, (default or {}).get(key))
        if not there[name]:
            del there[name]
    elif value is None:
        there.pop(name, None)
    elif isinstance(value, list | tuple):
        if list(value) != there.get(name, default):
            _refill(there, name, _quoted(value))
    elif value != there.get(name, default):
        there[name] = _quoted(value)


def _quoted(value: Any) -> Any:
    """`value` with every text in quotes that its readers would take for something else: "no", "off", "12:30".

    The writer speaks YAML 1.2, where those are texts; the readers speak 1.1."""
    from ruamel.yaml.scalarstring import SingleQuotedScalarString

    if isinstance(value, Mapping):
        return {name: _quoted(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_quoted(each) for each in value]
    if isinstance(value, str) and _YAML_1_1.fullmatch(value):
        return SingleQuotedScalarString(value)
    return value


_YAML_1_1 = re.compile(
    r"y|n|yes|no|on|off|true|false|null|~|[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.\d*)?", re.IGNORECASE
)


def _refill(there: Any, name: str, values: Sequence[Any]) -> None:
    """Give a list new items; comments stay with the item they follow, those after the list stay after it."""
    if not there.get(name):
        there[name] = list(values)
        return
    items = there[name]
    comments = [(items[at], mark) for at, mark in items.ca.items.items() if at < len(items) - 1]
    after = items.ca.items.get(len(items) - 1)
    items.ca.items.clear()
    # A mapping that stays keeps its own form and comments.
    items[:] = [next((item for item in items if item == value), value) for value in values]
    for at, value in enumerate(values[:-1]):
        if mark := next((mark for item, mark in comments if item == value), None):
            items.ca.items[at] = mark
    if after and values:
        items.ca.items[len(values) - 1] = after
    elif after:
        items.fa.set_flow_style()
        there.ca.items[name] = [None, None, after[0], None]


def _loaded(text: str) -> tuple["CommentedMap", Callable[["CommentedMap"], str]]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError
    from ruamel.yaml.util import load_yaml_guess_indent

    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 10**6  # no line is folded
    try:
        _, indent, offset = load_yaml_guess_indent(text)
        yaml.indent(mapping=2, sequence=indent or 2, offset=offset or 0)
        fields: CommentedMap = yaml.load(text)
    except YAMLError as error:
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise SpecProblem(
            f"cannot be rewritten ({problem})", where=SPEC_FILE, fix="Mend that line."
        ) from None

    def write(fields: "CommentedMap") -> str:
        stream = StringIO()
        yaml.dump(fields, stream)
        return stream.getvalue()

    return fields, write
