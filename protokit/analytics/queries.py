"""SQL for whoever owns a prototype: queries to begin with, and one's own, over its usage, which they cannot change."""

from functools import cache
from pathlib import Path

from msgspec import Struct, yaml

from protokit.analytics.usage_tables import TABLES, database_of
from protokit.errors import ChoiceProblem
from protokit.prototype.prototype_folder import Prototype
from protokit.runtime.analysis.read_only_database import SqlResult
from protokit.runtime.analysis.sql_check import SqlProblem


class StarterQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """A query to begin with."""

    name: str
    title: str
    sql: str


@cache
def starter_queries() -> dict[str, StarterQuery]:
    """The starter queries by name."""
    text = Path(__file__).with_name("starter_queries.yaml").read_bytes()
    return {query.name: query for query in yaml.decode(text, type=list[StarterQuery])}


def run_query(folder: Path, query: str) -> SqlResult:
    """What `query`, a SELECT or the name of a starter query, gives over the usage of the prototype in `folder`.

    Raises ChoiceProblem with the reason where it cannot be run, FolderProblem, SpecProblem.
    """
    prototype = Prototype.open(folder)
    starter = starter_queries().get(query.strip())
    try:
        return database_of(prototype.folder).run(starter.sql if starter else query)
    except SqlProblem as problem:
        fix = f"Write one SELECT over {', '.join(TABLES)}, or name one of these: {', '.join(starter_queries())}."
        raise ChoiceProblem(str(problem).rstrip("."), where="QUERY", fix=fix) from None
