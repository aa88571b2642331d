"""Measures comparisons: which changes between two texts are found, and whether they are told apart by weight.

python -m benchmarks.comparison FOLDER    # pairs.jsonl: id, old, new, changes (type, old, new, words), derived_layout
                                          # importance.jsonl: id, old, new, type, label (material or editorial)

A change is found where the words that differ are shown, in a stretch that a reader need not search.
"""

import argparse
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.fit_importance import change_words
from protokit.runtime.comparison.changes import IMPORTANT, ClauseChange, compare_documents, renames_of
from protokit.runtime.comparison.importance import importance
from vectorstore.loaders.document import Document

Row = Mapping[str, Any]


def rows_of(path: Path) -> list[Row]:
    """The rows of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def words(text: str | None) -> list[str]:
    """The words of a text, as they are counted."""
    return re.findall(r"\w+", (text or "").casefold().translate(str.maketrans("“”‘’", "\"\"''")))


def share(needed: Iterable[str], there: Iterable[str]) -> float:
    """How many of the `needed` words are `there`."""
    wanted, having = Counter(needed), Counter(there)
    total = sum(wanted.values())
    return sum(min(count, having[word]) for word, count in wanted.items()) / total if total else 1.0


def shows(change: ClauseChange, gold: Row) -> bool:
    """Whether `change` shows the words that differ in `gold`, and not much more."""
    old, new = (words(side.text if side else "") for side in (change.old, change.new))
    gold_old, gold_new = words(gold["old"]), words(gold["new"])
    if len(old) > 3 * len(gold_old) + 40 or len(new) > 3 * len(gold_new) + 40:
        return False
    if gold["type"] != "changed":
        return share(gold_new, new) >= 0.6 if gold["type"] == "added" else share(gold_old, old) >= 0.6
    gone = [word for piece, _ in gold["words"] for word in words(piece)]
    come = [word for _, piece in gold["words"] for word in words(piece)]
    same = (Counter(gold_old) & Counter(gold_new)).elements()
    around = list(same)
    near = len(gone) + len(come) >= 6 or share(around, old) >= 0.25 or share(around, new) >= 0.25
    return share(gone, old) >= 0.6 and share(come, new) >= 0.6 and near


def measure_pairs(rows: Sequence[Row]) -> str:
    """Recall, precision and F1 over pairs."""
    found = total = right = told = 0
    for row in rows:
        documents = [Document(row[side], (), "txt") for side in ("old", "new")]
        every = compare_documents(*documents).changes
        changes = [change for change in every if change.kind not in ("moved", "numbering")]
        hits = [[shows(change, gold) for gold in row["changes"]] for change in changes]
        total, told = total + len(row["changes"]), told + len(changes)
        found += sum(any(column) for column in zip(*hits, strict=True)) if hits else 0
        right += sum(any(line) for line in hits)
    recall, precision = found / max(1, total), right / max(1, told)
    f1 = 2 * recall * precision / max(1e-9, recall + precision)
    return f"recall {recall:.3f}, precision {precision:.3f}, F1 {f1:.3f} ({len(rows)} pairs, {total} changes)"


def measure_importance(rows: Sequence[Row]) -> str:
    """How often what matters is told from what does not; the changes of one document are looked at together."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row["id"].rpartition(".")[0] or row["id"]].append(row)
    right = 0
    for group in groups.values():
        changes = [change_words(row["old"] or "", row["new"] or "") for row in group]
        renames = renames_of([change.words for change in changes if change.old and change.new])
        for row in group:
            weighed = importance(change_words(row["old"] or "", row["new"] or "", renames))
            right += (weighed.value >= IMPORTANT) == (row["label"] == "material")
    return f"{right} of {len(rows)} right, {right / max(1, len(rows)):.3f}"


def main() -> None:
    """Print the measures of a folder."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    pairs = rows_of(folder / "pairs.jsonl")
    for title, anew in (("as published", False), ("laid out anew", True)):
        print(f"{title}: {measure_pairs([row for row in pairs if row['derived_layout'] == anew])}")
    if (folder / "importance.jsonl").is_file():
        print(f"importance: {measure_importance(rows_of(folder / 'importance.jsonl'))}")


if __name__ == "__main__":
    main()
