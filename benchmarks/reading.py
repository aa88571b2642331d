"""How readers do on planted facts: right, altered, exposed, unlabelled, silent and noted, by format.

    python -m benchmarks.reading FOLDER [--large DOCUMENTS] [--details]

FOLDER holds score_facts.py, which scores, and files/ with the documents and what must be found in them. Beside protokit
each library that is installed is measured; none is needed. With --large the CPU seconds on a folder of documents too,
each reader in a process of its own, as a ratio to protokit's.
"""

import argparse
import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

Read = Callable[[Path], tuple[Any, list[str]]]
"""Gives passages or one text, None for a file that is refused, and notes."""
Row = dict[str, Any]
VERDICTS = ("right", "altered", "exposed", "unlabelled", "silent", "noted")


def protokit() -> Read:
    """What a sync takes in of a file, with what the list of files says of it."""
    from vectorstore.chunking import chunk
    from vectorstore.file_list import hidden_line
    from vectorstore.loaders import Unreadable, read

    def run(path: Path) -> tuple[Any, list[str]]:
        try:
            document = read(path)
        except Unreadable as problem:
            return None, [f"{problem.what} {problem.fix}"]
        passages = [
            {"heading": passage.heading, "place": passage.place, "text": passage.text}
            for passage in chunk(document, path.name)
        ]
        return passages, [*document.notes, *document.fixes, hidden_line(document.hidden)]

    return run


def markitdown() -> Read:
    """Its Markdown."""
    converter = import_module("markitdown").MarkItDown()
    return lambda path: (converter.convert(path).text_content, [])


def kreuzberg() -> Read:
    """Its Markdown with what it warns of."""
    library = import_module("kreuzberg")
    config = library.ExtractionConfig(use_cache=False, output_format=library.OutputFormat.MARKDOWN)

    def run(path: Path) -> tuple[Any, list[str]]:
        result = library.extract_file_sync(path, config=config)
        return result.content, [str(warning) for warning in result.processing_warnings or []]

    return run


def unstructured() -> Read:
    """The text of its elements, tables as HTML."""
    partition = import_module("unstructured.partition.auto").partition

    def run(path: Path) -> tuple[Any, list[str]]:
        elements = partition(filename=str(path), strategy="fast")
        return "\n\n".join(each.metadata.text_as_html or each.text for each in elements), []

    return run


def docling() -> Read:
    """Its Markdown."""
    converter = import_module("docling.document_converter").DocumentConverter()
    return lambda path: (converter.convert(path).document.export_to_markdown(), [])


READERS: dict[str, Callable[[], Read]] = {
    "protokit": protokit,
    "markitdown": markitdown,
    "kreuzberg": kreuzberg,
    "unstructured": unstructured,
    "docling": docling,
}


def scores(folder: Path, reader: Read) -> list[Row]:
    """One row a fact, by the folder's own scorer."""
    sys.path.insert(0, str(folder))
    try:
        rows: list[Row] = import_module("score_facts").score(folder / "files", reader)
        return rows
    finally:
        sys.path.remove(str(folder))


def table(results: dict[str, list[Row]]) -> str:
    """Formats by readers, each cell right/altered/exposed/unlabelled/silent/noted."""
    counts: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for name, rows in results.items():
        for row in rows:
            for key in (row["format"], "all"):
                counts[key][name][row["verdict"]] += 1
    order = [*sorted(set(counts) - {"all"}), "all"]
    lines = [["format", "facts", *results]]
    for key in order:
        facts = max(sum(counts[key][name].values()) for name in results)
        cells = ["/".join(str(counts[key][name][verdict]) for verdict in VERDICTS) for name in results]
        lines.append([key, str(facts), *cells])
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def cpu_seconds(name: str, documents: Path) -> float:
    """What a process that reads `documents` with a reader takes, with the processes that it starts."""
    command = [sys.executable, "-m", "benchmarks.reading", str(documents), "--read-with", name]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime


def read_all(name: str, documents: Path) -> None:
    """Read every file of a folder, whatever a library raises for it."""
    reader = READERS[name]()
    for path in sorted(documents.iterdir()):
        try:
            reader(path)
        except Exception as problem:
            print(f"{path.name}: {problem}", file=sys.stderr)


def main() -> None:
    """Measure what is installed and print it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--large", type=Path, metavar="DOCUMENTS")
    parser.add_argument("--details", action="store_true", help="every fact that protokit does not get right")
    parser.add_argument("--read-with", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.read_with:
        read_all(given.read_with, given.folder)
        return
    names = [name for name in READERS if name == "protokit" or find_spec(name)]
    results = {name: scores(given.folder, READERS[name]()) for name in names}
    print("/".join(VERDICTS))
    print(table(results))
    for row in results["protokit"] if given.details else ():
        if row["verdict"] != "right":
            print(json.dumps({key: row[key] for key in ("verdict", "file", "what", "shown")}))
    if given.large:
        seconds = {name: cpu_seconds(name, given.large) for name in names}
        for name, spent in seconds.items():
            print(f"{name}: {spent:.1f} s of CPU, {spent / seconds['protokit']:.2f} times protokit's")


if __name__ == "__main__":
    main()
