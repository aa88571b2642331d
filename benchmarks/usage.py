"""What a page of numbers costs a prototype with many events: reading, tables, all metrics, a query.

python -m benchmarks.usage [--events 50000]
"""

import argparse
import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random
from typing import TypeVar

from protokit.analytics.metrics import measure
from protokit.analytics.queries import starter_queries
from protokit.analytics.usage_tables import database_of
from protokit.files.layout import EVENTS_FILE
from protokit.runtime.assistant_types import Answer
from protokit.runtime.usage.events import EventLog

T = TypeVar("T")
_DAY = 86_400


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=50_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        fill(folder, asked.events)
        print(f"{asked.events:,} events; seconds of processor time:")
        database = timed("read, and tables made", lambda: database_of(folder))
        timed("the same while nothing was asked since", lambda: database_of(folder))
        timed("all metrics", lambda: measure(database))
        queries = starter_queries().values()
        timed(f"all {len(queries)} starter queries", lambda: [database.run(each.sql) for each in queries])


def fill(folder: Path, count: int) -> None:
    """A month of traffic of a few thousand visitors."""
    chance, log = Random(1), EventLog(folder / EVENTS_FILE)
    log.record(Answer("How long?", "12 weeks of leave. [1]" * 8, "offline", dollars=0.001))
    with closing(sqlite3.connect(log.path)) as database, database:
        names = [row[1] for row in database.execute("PRAGMA table_info(events)") if row[1] != "id"]
        columns = ", ".join(f'"{name}"' for name in names)
        row = database.execute(f"SELECT {columns} FROM events").fetchone()
        start = row[names.index("time")] - 30 * _DAY
        rows = []
        for number in range(count - 1):
            values = dict(zip(names, row, strict=True))
            who = f"v{int(chance.paretovariate(1.1)) % 4000}"
            values |= {
                "time": start + chance.random() * 30 * _DAY,
                "visitor": who,
                "session": f"{who} {number % 9}",
            }
            values |= {"question": f"How long is leave of kind {chance.randrange(300)}?", "traffic": "guest"}
            values |= {
                "found": int(chance.random() < 0.85),
                "passages": '[{"file": "a.md", "text": "x"}]' * 20,
            }
            rows.append(tuple(values.values()))
        database.executemany(f"INSERT INTO events ({columns}) VALUES ({', '.join('?' * len(names))})", rows)


def timed(name: str, work: Callable[[], T]) -> T:
    began = time.process_time()
    result = work()
    print(f"  {name}: {time.process_time() - began:.2f}")
    return result


if __name__ == "__main__":
    main()
