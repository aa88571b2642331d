"""Measures extraction: how many of the fields that documents state are right, how many of the others stay empty?

python -m benchmarks.extraction FOLDER    # *.jsonl, each row with text, fields (as prototype.yaml has them) and gold

`gold` has a value for each field, null where the document does not state it; a list for a field with several, in which
a list holds several ways to say one.
"""

import argparse
import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from protokit.runtime.extraction.extract_fields import ExtractedCell, extract_fields
from protokit.runtime.grounding import wilson
from protokit.runtime.prototype_fields import ExtractionField

OUTCOMES = ("right", "wrong", "missed", "rightly empty", "invented")


def outcome(cell: ExtractedCell, gold: Any) -> str:
    """What became of one cell; of two readings of one field the first counts."""
    wanted = [] if gold is None else gold if isinstance(gold, list) else [gold]
    values = [each.value for each in cell.values] if cell.field.list else [v.value for v in cell.values[:1]]
    if not wanted:
        return "invented" if values else "rightly empty"
    if not values:
        return "missed"
    ways = [each if isinstance(each, list) else [each] for each in wanted]
    same = all(any(any(_same(value, way) for way in each) for each in ways) for value in values)
    return "right" if same and len(values) == len(ways) else "wrong"


def _same(value: object, gold: object) -> bool:
    """Equal numbers; the same words, whatever the signs between them."""
    if isinstance(value, float) and isinstance(gold, int | float):
        return abs(value - gold) < 0.005
    return _plain(value) == _plain(gold)


def _plain(value: object) -> str:
    return re.sub(r"\W+", "", str(value)).casefold()


def measure(path: Path) -> Counter[str]:
    """The outcomes of every cell in the file."""
    counted: Counter[str] = Counter()
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        fields = [msgspec.convert(each, ExtractionField) for each in row["fields"]]
        cells = extract_fields(fields, row["text"])
        outcomes = [outcome(cell, row["gold"].get(cell.field.name)) for cell in cells]
        counted.update(outcomes)
        counted["documents"] += 1
        counted["whole"] += all(each in ("right", "rightly empty") for each in outcomes)
    return counted


def main(paths: Sequence[Path]) -> None:
    """Print a row for each file."""
    print(f"{'file':24}{''.join(f'{name:>15}' for name in OUTCOMES)}{'invented':>20}{'whole':>9}")
    for path in paths:
        counted = measure(path)
        cells = sum(counted[name] for name in OUTCOMES)
        low, high = wilson(counted["invented"], cells)
        share = f"{counted['invented'] / cells:.1%} ({low:.1%}-{high:.1%})"
        whole = counted["whole"] / counted["documents"]
        print(f"{path.stem:24}{''.join(f'{counted[name]:15}' for name in OUTCOMES)}{share:>20}{whole:9.1%}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    main(sorted(parser.parse_args().folder.glob("*.jsonl")))
