"""Measures classification: how many texts get the right label, from descriptions alone and with examples?

python -m benchmarks.classification FOLDER    # a folder for each set: task.json, test.jsonl, fewshot.jsonl

`task.json` has `labels` (name: description), `question`, and whether a text may fit none (`unsure`). The other two
have a row a text with `text` and `label`; of the examples nothing but these is learnt.
"""

import argparse
import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from protokit.runtime.classification.classify_texts import UNSURE, Classification, classify_texts, label_model
from protokit.runtime.grounding import wilson
from protokit.runtime.prototype_fields import Label

SHIPPED, NEVER = 0.5, 1.0
"""The error that may be made before "unsure" is said, where it is an answer and where it is none."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one text."""

    right: str
    given: Classification

    @property
    def hit(self) -> bool:
        """Whether its label is the right one."""
        return self.given.labels == (self.right,)


def rows_of(path: Path) -> list[dict[str, Any]]:
    """The rows of a JSONL file; none where there is no such file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def classify(folder: Path, *, examples: bool) -> list[Outcome]:
    """Every text of the set in `folder`, with or without the examples."""
    task = json.loads((folder / "task.json").read_text("utf-8"))
    shown = rows_of(folder / "fewshot.jsonl") if examples else []
    labels = tuple(
        Label(
            name=name,
            description=told,
            examples=tuple(row["text"][:2000] for row in shown if row["label"] == name),
        )
        for name, told in task["labels"].items()
    )
    model = label_model(labels, (), task["question"])
    tests = rows_of(folder / "test.jsonl")
    error = SHIPPED if task.get("unsure") else NEVER
    given = classify_texts([row["text"] for row in tests], model, largest_error=error)
    return [Outcome(row["label"], each) for row, each in zip(tests, given, strict=True)]


def auc(outcomes: Sequence[Outcome]) -> float:
    """The chance that a text that fits a label is surer than one that fits none; ties count half."""
    high = [each.given.confidence or 0.0 for each in outcomes if each.right != UNSURE]
    low = [each.given.confidence or 0.0 for each in outcomes if each.right == UNSURE]
    wins = sum((a > b) + (a == b) / 2 for a in high for b in low)
    return wins / (len(high) * len(low)) if high and low else float("nan")


def macro_f1(outcomes: Sequence[Outcome]) -> float:
    """The mean F1 of the labels."""
    right = Counter(each.right for each in outcomes)
    given = Counter(each.given.labels[0] for each in outcomes)
    both = Counter(each.right for each in outcomes if each.hit)
    names = [name for name in right if name != UNSURE]
    return sum(2 * both[name] / (right[name] + given[name]) for name in names) / len(names)


def mean_error(outcomes: Sequence[Outcome]) -> float | None:
    """By how many steps a scale is missed; None where the labels are no numbers."""
    try:
        steps = [abs(float(each.right) - float(each.given.labels[0])) for each in outcomes]
    except ValueError:
        return None
    return sum(steps) / len(steps)


def report(name: str, outcomes: Sequence[Outcome], seconds: float) -> str:
    """One row of the table."""
    inside = [each for each in outcomes if each.right != UNSURE]
    outside = [each for each in outcomes if each.right == UNSURE]
    hits = sum(each.hit for each in inside)
    low, high = wilson(hits, len(inside))
    surest = sorted(inside, key=lambda each: -(each.given.confidence or 0.0))[: round(0.7 * len(inside))]
    cells = [
        f"{name:28}{len(outcomes):5}",
        f"{hits / len(inside):7.3f} ({low:.2f}-{high:.2f})",
        f"{macro_f1(inside):7.3f}",
        f"{sum(each.hit for each in surest) / len(surest):9.3f}",
        f"{1000 * seconds / len(outcomes):8.0f}",
    ]
    if outside:
        kept = sum(each.hit for each in outside) / len(outside)
        lost = sum(each.given.labels == (UNSURE,) for each in inside) / len(inside)
        cells.append(f"  unsure rightly {kept:.3f}, wrongly {lost:.3f}, AUC {auc(outcomes):.3f}")
    if (missed := mean_error(outcomes)) is not None:
        cells.append(f"  mean error {missed:.2f}")
    return "".join(cells)


def main(folders: Sequence[Path]) -> None:
    """Print two rows for each set."""
    print(f"{'set':28}{'texts':>5}{'accuracy':>20}{'F1':>7}{'best 70%':>9}{'ms/text':>8}")
    for folder in folders:
        for examples in (False, True):
            began = time.perf_counter()
            outcomes = classify(folder, examples=examples)
            name = f"{folder.name}{', examples' if examples else ''}"
            print(report(name, outcomes, time.perf_counter() - began), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    main(sorted(task.parent for task in parser.parse_args().folder.glob("*/task.json")))
