"""Copies a prototype's folder, and takes in folders that were put into the Hub's home by hand."""

import logging
import shutil
from pathlib import Path

from protokit.errors import FolderProblem, ProtokitError
from protokit.files.layout import OURS, SPEC_FILE
from protokit.hub.content.edit_prototype import change
from protokit.hub.context import Hub
from protokit.hub.database.prototypes import Record
from protokit.hub.database.store import Store
from protokit.hub.jobs.reserve_folder import reserve
from protokit.spec.names import MOST_SLUG, MOST_TITLE, new_id, slug_of
from protokit.spec.prototype_spec import read_spec

_LEFT_OUT = shutil.ignore_patterns(
    "index", "events.db*", "visitors.db*", "simulation.db*", "agent.db*", "removed", "*.lock", "__pycache__"
)
_LOG = logging.getLogger(__name__)


def duplicate(hub: Hub, record: Record) -> Record:
    """A copy of the prototype under a title and a folder of its own. Raises ProtokitError."""
    if not hub.folder(record.slug).is_dir():
        raise FolderProblem("its folder is gone, so there is nothing to copy", where=record.slug)
    title = f"{record.title[: MOST_TITLE - 7]} (copy)"
    target = reserve(hub.settings.prototypes, f"{record.slug[: MOST_SLUG - 5]}-copy", hub.store.slugs())
    try:
        shutil.copytree(hub.folder(record.slug), target, ignore=_inside_protokit, dirs_exist_ok=True)
        spec = change(target, {"id": new_id(), "title": title, "slug": target.name})
        return hub.store.add(target.name, spec)
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)
        raise


def adopt(prototypes: Path, store: Store) -> list[str]:
    """Record the prototypes in the folder that the Hub does not know yet; return their slugs."""
    slugs, adopted = store.slugs(), []
    for path in sorted(prototypes.glob(f"*/{SPEC_FILE}")):
        slug = path.parent.name
        try:
            if slug not in slugs and slug == slug_of(slug):
                store.add(slug, read_spec(path))
                adopted.append(slug)
        except ProtokitError as problem:
            _LOG.warning("%s was left out of the gallery: %s", slug, problem)
    return adopted


def _inside_protokit(folder: str, names: list[str]) -> set[str]:
    """What a copy does not take along: the index, which is made again, and what visitors left."""
    return _LEFT_OUT(folder, names) if Path(folder).name == OURS else {"__pycache__"} & set(names)
