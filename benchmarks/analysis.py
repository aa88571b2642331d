"""Measures answers over tables: how many are right, refused, or wrong, and whether what no table tells is refused.

python -m benchmarks.analysis FOLDER    # table_questions.jsonl: file, question, answer (number, text, list), tolerance
                                        # messy_questions.jsonl, workbook_questions.jsonl the same
                                        # sql_questions.jsonl: db, question, answers (each a list of rows), ordered
                                        # sql_unanswerable.jsonl: db, question

An answer is right where every value that is asked for stands in its table or its sentence; one over a database where
its table has the rows of one of the answers, and their columns among its own.
"""

import argparse
import csv
import json
import re
import shutil
import sqlite3
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

from protokit.runtime.analysis.analyze_question import Analysis, analyze
from vectorstore import KnowledgeBase

Row = Mapping[str, Any]


def rows_of(path: Path) -> list[Row]:
    """The rows of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def copy_tables(source: Path, folder: Path) -> None:
    """A file as it is; of a SQLite database each table as CSV."""
    if source.suffix != ".sqlite":
        shutil.copy(source, folder)
        return
    with sqlite3.connect(f"file:{source}?mode=ro", uri=True) as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            cursor = database.execute(f'SELECT * FROM "{name}"')
            with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows([[each[0] for each in cursor.description], *cursor.fetchall()])


def holds(made: Analysis, value: object, tolerance: float) -> bool:
    """Whether the result has `value`: a number in its table or sentence, or a text in either."""
    if isinstance(value, list):
        return all(holds(made, each, tolerance) for each in value)
    cells = [cell for row in made.table.rows for cell in row] if made.table else []
    try:
        wanted = float(str(value))
    except ValueError:
        return str(value).casefold() in " ".join([made.text, *map(str, cells)]).casefold()
    text = made.text.partition(" [1]")[0].replace(",", "")
    numbers = [float(each) for each in re.findall(r"-?\d+(?:\.\d+)?", text)]
    numbers += [cell for cell in cells if isinstance(cell, float)]
    near = max(tolerance, 0.011, 1e-4 * abs(wanted) if wanted != int(wanted) else 0.0)
    return any(abs(each - wanted) <= near for each in numbers)


def cell_text(cell: object) -> str:
    """A cell as rows are compared by: numbers with three decimals, words in small letters."""
    try:
        return f"{float(str(cell)):.3f}"
    except ValueError:
        return re.sub(r"\W+", " ", str(cell)).casefold().strip()


def has_rows(made: Analysis, answer: Sequence[Sequence[object]]) -> bool:
    """Whether the result has the rows of `answer`, whatever their order, with further columns or without."""
    rows = made.table.rows if made.table else ()
    if not rows or len(rows) != len(answer):
        return False
    columns = [tuple(map(cell_text, column)) for column in zip(*rows, strict=True)]
    wanted = [tuple(map(cell_text, column)) for column in zip(*answer, strict=True)]
    choices = [[c for c in columns if sorted(c) == sorted(each)] for each in wanted]
    rows_wanted = sorted(zip(*wanted, strict=True))
    return any(sorted(zip(*chosen, strict=True)) == rows_wanted for chosen in product(*choices))


def fits_row(made: Analysis, row: Row) -> bool:
    """Whether the result is what `row` of a file of questions asks for."""
    if "answers" in row:
        return any(has_rows(made, answer) for answer in row["answers"])
    return "answer" in row and holds(made, row["answer"], float(row.get("tolerance") or 0))


def measure(folder: Path, rows: Sequence[Row]) -> tuple[int, int, int]:
    """How many are right, refused and wrong; all without an answer count as right where refused."""
    by_source: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_source[row.get("file") or row["db"]].append(row)
    right = refused = wrong = 0
    for name, questions in by_source.items():
        with tempfile.TemporaryDirectory() as place:
            documents = Path(place) / "documents"
            documents.mkdir()
            copy_tables(folder / name, documents)
            with KnowledgeBase.open(Path(place) / "index", embedding="none") as knowledge:
                knowledge.sync(documents)
                for row in questions:
                    made = analyze(row["question"], [knowledge])
                    refused += not made.found
                    fits = fits_row(made, row)
                    right, wrong = right + (made.found and fits), wrong + (made.found and not fits)
    return right, refused, wrong


def main() -> None:
    """Print the measures of a folder."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    files = ("table_questions", "messy_questions", "workbook_questions", "sql_questions", "sql_unanswerable")
    for name in files:
        path = folder / f"{name}.jsonl"
        if path.is_file():
            rows = rows_of(path)
            right, refused, wrong = measure(folder, rows)
            print(f"{name}: {len(rows)} questions, {right} right, {refused} refused, {wrong} wrong")


if __name__ == "__main__":
    main()
