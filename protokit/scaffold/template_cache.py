"""A blueprint's template rendered by cookiecutter, once: what does not depend on the person is kept."""

import hashlib
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import protokit
from protokit.catalog.blueprint import RAW, TEMPLATE_FOLDER
from protokit.errors import SpecProblem
from protokit.files.atomic import aside
from protokit.files.user_dirs import cache
from protokit.runtime.prototype_fields import Screen

_PLAIN_NAME = re.compile(r"\{\{ *cookiecutter\.(slug|screen|version) *\}\}")
_BYTECODE = "__pycache__"
"""Left by pip, which compiles every file of a package; it is nothing of a template's."""


@contextmanager
def rendered(layers: Sequence[Path], slug: str, screen: Screen) -> Iterator[Path]:
    """Give a folder with the files of `layers`, later ones winning; copy from it, do not write into it.

    Cookiecutter does the rendering. The result is kept in the user's cache under a name that is made of all
    that goes into it, so that the next prototype from the same blueprint needs no rendering. Template hooks
    never run. Raises SpecProblem for a file whose name is computed: it could lead anywhere.
    """
    _refuse_computed_names(layers)
    context = {"slug": slug, "screen": screen, "version": protokit.__version__, "_copy_without_render": RAW}
    entry = cache() / "rendered" / _digest(layers, context)
    if entry.is_dir():
        yield entry
        return
    with TemporaryDirectory(prefix="protokit-") as room:
        yield _keep(_render(layers, context, Path(room)), entry)


def _refuse_computed_names(layers: Sequence[Path]) -> None:
    """What stands for the slug, the screen or the version holds no separator, so the file stays in its folder."""
    for layer in layers:
        for path in layer.rglob("*"):
            name = path.relative_to(layer).as_posix()
            if any(sign in _PLAIN_NAME.sub("", name) for sign in ("{{", "{%", "{#")):
                raise SpecProblem(
                    "its name is computed, and could lead out of the prototype's folder",
                    where=f"{layer.parent.name}/{layer.name}/{name}",
                    fix="Compute nothing in it: only {{cookiecutter.slug}}, .screen and .version may stand there.",
                )


def _render(layers: Sequence[Path], context: dict[str, Any], room: Path) -> Path:
    from cookiecutter.generate import generate_files

    for layer in layers:
        generate_files(layer, {"cookiecutter": context}, room, overwrite_if_exists=True, accept_hooks=False)
    folder = room / str(context["slug"])
    for waste in list(folder.rglob(_BYTECODE)):
        shutil.rmtree(waste)
    return folder


def _keep(folder: Path, entry: Path) -> Path:
    """Move what was rendered into the cache in one step; where that cannot be written, use it where it is."""
    with suppress(OSError), aside(entry) as whole:  # or another process was first
        Path(shutil.copytree(folder, whole)).replace(entry)
    return entry if entry.is_dir() else folder


def _digest(layers: Sequence[Path], context: dict[str, Any]) -> str:
    """Names the result by what it is made of; by the slug only where a template uses it."""
    digest = hashlib.sha256()
    sluggish = False
    for layer in layers:
        inside = layer / TEMPLATE_FOLDER
        for path in sorted(inside.rglob("*")):
            name = path.relative_to(inside).as_posix()
            if _BYTECODE in name:
                continue
            content = path.read_bytes() if path.is_file() else b""
            sluggish = sluggish or "cookiecutter.slug" in name or b"cookiecutter.slug" in content
            digest.update(f"{name}\0{len(content)}\0".encode() + content)
    values = {**context, "slug": context["slug"] if sluggish else ""}
    digest.update(repr(sorted(values.items())).encode())
    return digest.hexdigest()[:24]
