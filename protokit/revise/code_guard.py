"""Says what a model's edit of a prototype's code may not do, before it is run: reach for files, network, processes."""

import ast
import re
from collections import Counter
from collections.abc import Iterator

_MODULES = frozenset(
    "re math datetime json collections itertools functools textwrap string dataclasses typing enum uuid html statistics"
    " decimal calendar zoneinfo unicodedata streamlit gradio pandas altair protokit.runtime vectorstore".split()
)
"""What an edit may import, beside what the file imports already."""
_CALLS = frozenset(
    "open exec eval compile __import__ input breakpoint globals locals vars getattr setattr delattr".split()
)
_METHODS = frozenset(
    "write_text write_bytes read_text read_bytes open unlink rmdir mkdir touch rename chmod symlink_to hardlink_to"
    " system popen spawn connect urlopen rmtree import_module load_module html iframe set_static_paths os sys"
    " subprocess socket shutil builtins importlib ctypes pathlib io".split()
)
_STYLE = re.compile(r"url\s*\(|@import|expression\s*\(|javascript:|</", re.IGNORECASE)
_MOST = 60_000
"""Characters of a file: far more than any of a prototype."""


def code_problem(name: str, before: str, after: str) -> str:
    """Why `after` may not take the place of `before` in the file `name`; "" where it may."""
    if len(after) > _MOST:
        return f"{name} would have more than {_MOST:,} characters"
    if name.endswith(".css"):
        new = len(_STYLE.findall(after)) > len(_STYLE.findall(before))
        return f"{name} would load or run something from elsewhere" if new else ""
    try:
        tree = ast.parse(after)
    except (SyntaxError, ValueError, RecursionError):
        return f"{name} would be no Python any more"
    earlier = Counter(_reaches(ast.parse(before)))
    more = Counter(_reaches(tree)) - earlier
    allowed = {
        each for each in more if each.startswith("import ") and _is_allowed(each.removeprefix("import "))
    }
    refused = sorted(set(more) - allowed)
    return f"{name} would use {refused[0]}, which an edit may not" if refused else ""


def _is_allowed(module: str) -> bool:
    parts = module.split(".")
    return any(".".join(parts[:end]) in _MODULES for end in range(1, len(parts) + 1))


def _reaches(tree: ast.AST) -> Iterator[str]:
    """What the code reaches for: each import, each name and attribute that leads out of a page."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names):
                yield from (f"import {each.name}" for each in names)
            case ast.ImportFrom(module=module, level=level):
                yield f"import {module}" if module and not level else "import ."
            case ast.Name(id=name) if name in _CALLS or (name.startswith("__") and name != "__file__"):
                yield name
            case ast.Attribute(attr=name) if name in _METHODS or name.startswith("__"):
                yield f".{name}"
