"""DuckDB over one table: in memory, without files, network or extensions."""

import threading
from functools import lru_cache
from typing import TYPE_CHECKING

from protokit.runtime.tables.query_sql import ROW, TABLE, quoted
from protokit.runtime.tables.typed_table import TypedTable

if TYPE_CHECKING:
    import duckdb

SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "threads": "1",
    "memory_limit": "512MB",
}
TYPES = {"number": "DOUBLE", "date": "DATE", "yes/no": "BOOLEAN", "text": "VARCHAR"}
_LOCK = threading.Lock()
Row = tuple[object, ...]


def run(sql: str, table: TypedTable) -> list[Row]:
    """The rows that `sql` gives over the table `rows`."""
    with _LOCK:
        return _database(table).execute(sql).fetchall()


@lru_cache(maxsize=16)
def _database(table: TypedTable) -> "duckdb.DuckDBPyConnection":
    import duckdb

    database = duckdb.connect(":memory:", config=SETTINGS)
    columns = [f"unnest(?::INTEGER[]) AS {quoted(ROW)}"]
    columns += [f"unnest(?::{TYPES[column.type]}[]) AS {quoted(column.name)}" for column in table.columns]
    values = [list(range(len(table.rows))), *(list(column.values) for column in table.columns)]
    database.execute(f"CREATE TABLE {TABLE} AS SELECT {', '.join(columns)}", values)
    database.execute("SET lock_configuration = true")
    return database
