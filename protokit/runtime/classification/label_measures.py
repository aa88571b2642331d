"""How right the labels are: accuracy, F1 and which label is taken for which, over texts whose labels are known."""

from collections import Counter
from collections.abc import Mapping, Sequence

from protokit.runtime.assistant_types import Answer, AnswerTable, Measure, Measures, TableColumn
from protokit.runtime.classification.classify_texts import UNSURE
from protokit.runtime.grounding.grounding_rate import FEWEST
from protokit.runtime.measure_share import TOO_FEW, measure_share


def score_label(expected: Mapping[str, object], answer: Answer) -> str | None:
    """Why the labels of `answer` are not the expected ones, "" where they are; None where none is expected."""
    if (right := _right(expected)) is None:
        return None
    given = _given(answer)
    return "" if given == right else f"{', '.join(sorted(given))} instead of {', '.join(sorted(right))}"


def label_measures(results: Sequence[tuple[Mapping[str, object], Answer | None]]) -> Measures | None:
    """Accuracy, macro F1, share unsure and the confusion matrix; None where no label is known.

    A text with several labels is right where all are; it is left out of the matrix, as is one without an answer.
    """
    known = [
        (right, _given(answer)) for expected, answer in results if (right := _right(expected)) and answer
    ]
    if not known:
        return None
    hits = sum(right == given for right, given in known)
    sure = [(right, given) for right, given in known if given != {UNSURE} or right == {UNSURE}]
    measures = (
        measure_share("accuracy", hits, len(known)),
        measure_share("accuracy where it is sure", sum(right == given for right, given in sure), len(sure)),
        _macro_f1(known),
        measure_share("unsure", sum(given == {UNSURE} for _, given in known), len(known)),
    )
    pairs = [(*right, *given) for right, given in known if len(right) == len(given) == 1]
    matrix = "Right label (row), label given (column)"
    return Measures(measures, ((matrix, _matrix(pairs)),) if pairs else (), matrix)


def _macro_f1(known: Sequence[tuple[frozenset[str], frozenset[str]]]) -> Measure:
    """The mean F1 of the labels, its interval by drawing the texts anew, always in the same way."""
    import random

    if len(known) < FEWEST:
        return Measure("macro F1", TOO_FEW, None, None, len(known))
    draw = random.Random(0)
    value = _f1(known)
    drawn = sorted(_f1(draw.choices(known, k=len(known))) for _ in range(400))
    low, high = drawn[10], drawn[-11]
    return Measure("macro F1", f"{value:.2f} ({low:.2f}–{high:.2f})", value, (low, high), len(known))


def _f1(known: Sequence[tuple[frozenset[str], frozenset[str]]]) -> float:
    right, given, both = Counter[str](), Counter[str](), Counter[str]()
    for wanted, labels in known:
        right.update(wanted)
        given.update(labels)
        both.update(wanted & labels)
    return sum(2 * both[label] / (right[label] + given[label]) for label in right) / len(right)


def _matrix(pairs: Sequence[tuple[str, ...]]) -> AnswerTable:
    """A row for each right label, a column for each label that was given, how often in each cell."""
    counts = Counter(pairs)
    names = sorted({name for pair in pairs for name in pair}, key=lambda name: (name == UNSURE, name))
    columns = (TableColumn("right"), *(TableColumn(name, "number") for name in names))
    rights = [name for name in names if any(pair[0] == name for pair in pairs)]
    rows: list[tuple[str | float, ...]] = [
        (right, *(float(counts[right, given]) for given in names)) for right in rights
    ]
    return AnswerTable(columns, tuple(rows))


def _right(expected: Mapping[str, object]) -> frozenset[str] | None:
    value = expected.get("labels", expected.get("label"))
    if value is None:
        return None
    return frozenset(map(str, value)) if isinstance(value, list | tuple) else frozenset([str(value)])


def _given(answer: Answer) -> frozenset[str]:
    if answer.table is None or not answer.table.rows:
        return frozenset()
    return frozenset(str(answer.table.rows[0][1]).split(", "))
