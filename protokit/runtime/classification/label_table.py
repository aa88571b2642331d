"""The table of many sorted texts: made batch by batch, so that a page shows how far it is, and counted."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from protokit.runtime.assistant_types import Answer

LabelRow = tuple[str | float | bool | None, ...]
"""Text, label, confidence, the words that decided, and the step in each criterion."""
_BATCH = 200


def sort_batches(
    texts: Sequence[str],
    answer: Callable[[str], Answer],
    *,
    together: bool = False,
    before: Sequence[LabelRow] = (),
) -> Iterator[list[LabelRow]]:
    """All rows so far, each time some more texts are sorted; the last time all of them.

    `answer` sorts a batch that is a JSON list of texts. `together` has it get all at once, as themes need; `before`
    are the rows of the first texts, where a run was broken off.
    """
    rows = list(before)
    size = max(1, len(texts)) if together else _BATCH
    yield list(rows)
    for start in range(len(rows), len(texts), size):
        batch = answer(json.dumps(texts[start : start + size]))
        rows += batch.table.rows if batch.table else ()
        yield list(rows)


def count_labels(rows: Sequence[LabelRow]) -> list[tuple[str, int]]:
    """How many of the rows have each label, the most frequent first."""
    return Counter(label for row in rows for label in labels_of(row)).most_common()


def labels_of(row: LabelRow) -> list[str]:
    """The labels of a row."""
    return str(row[1]).split(", ")
