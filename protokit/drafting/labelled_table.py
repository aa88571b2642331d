"""Labels with examples from a table that somebody brings: its label column says what is right for each text."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from protokit.runtime.classification.common_labels import common_description, common_name
from protokit.runtime.classification.text_rows import read_text_file, read_texts
from protokit.runtime.prototype_fields import Label
from vectorstore.vectorstore_errors import VectorstoreError

_TABLES = {".csv", ".tsv", ".xlsx", ".ods"}
_MOST_LABELS, _MOST_EXAMPLES, _MOST_QUESTIONS = 50, 20, 200
_MOST_LABEL, _MOST_TEXT = 60, 2_000
_FEWEST_REPEATS = 2
"""Texts a label must have on average: else the column names things and sorts nothing."""


def labels_from_tables(files: Iterable[Path]) -> tuple[tuple[Label, ...], list[dict[str, Any]]]:
    """Labels with half of their texts as examples, and rows for questions.yaml from the others, which are not learnt
    from; both empty where no table has a column of labels."""
    texts_by_label: dict[str, list[str]] = {}
    for file in files:
        if file.suffix.lower() in _TABLES:
            _collect(file, texts_by_label)
    texts = sum(map(len, texts_by_label.values()))
    if not 2 <= len(texts_by_label) <= _MOST_LABELS or texts < _FEWEST_REPEATS * len(texts_by_label):
        return (), []
    labels = tuple(
        Label(name=name, description=common_description(name), examples=tuple(texts[::2][:_MOST_EXAMPLES]))
        for name, texts in texts_by_label.items()
    )
    rest = [(text, name) for name, texts in texts_by_label.items() for text in texts[1::2]]
    return labels, [{"question": text, "expected": {"label": name}} for text, name in rest[:_MOST_QUESTIONS]]


def rows_for_labels(rows: Sequence[Mapping[str, Any]], labels: Sequence[Label]) -> list[dict[str, Any]]:
    """Those of the sample's `rows` whose label is one of `labels`, or means the same: each by the name it has there."""
    names = {common_name(label.name) or label.name: label.name for label in labels} | {"unsure": "unsure"}
    named = [(row, str((row.get("expected") or {}).get("label"))) for row in rows]
    if any(name not in names for _, name in named):
        return []  # texts of a label that is not there would be taken for wrong
    return [{**row, "expected": {"label": names[name]}} for row, name in named]


def _collect(file: Path, texts_by_label: dict[str, list[str]]) -> None:
    try:
        rows = read_texts(read_text_file(file))
    except VectorstoreError:
        return  # what cannot be read is told when the documents are looked through
    for text, label in zip(rows.texts, rows.labels, strict=True):
        if label and len(label) <= _MOST_LABEL and "\n" not in label:
            texts_by_label.setdefault(label, []).append(text[:_MOST_TEXT])
