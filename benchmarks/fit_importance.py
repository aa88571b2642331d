"""Fits how much a change of a clause matters: `python -m benchmarks.fit_importance` writes the weights."""

import re
from pathlib import Path

import numpy as np
import yaml

from protokit.runtime.comparison import importance as room
from protokit.runtime.comparison.clauses import clauses_of
from protokit.runtime.comparison.fact_changes import fact_changes
from protokit.runtime.comparison.importance import ChangeWords, features
from protokit.runtime.comparison.word_changes import word_changes
from vectorstore.loaders.document import Document

EXAMPLES = Path(__file__).parent / "data" / "clause_changes.yaml"
STRENGTH = 0.5
"""How strongly weights are held near zero."""


def change_words(old: str, new: str, renames: frozenset[tuple[str, str]] = frozenset()) -> ChangeWords:
    """A change of a single clause as it is weighed."""
    tokens = [
        [token for clause in clauses_of(Document(text, (), "txt")) for token in clause.tokens]
        for text in (old, new)
    ]
    return ChangeWords(old, new, tuple(word_changes(*tokens)), tuple(fact_changes(old, new)), renames)


def fit(rows: "np.ndarray", labels: "np.ndarray") -> "np.ndarray":
    """Logistic regression by Newton's method."""
    weights = np.zeros(rows.shape[1])
    held = np.full(rows.shape[1], STRENGTH)
    for _ in range(30):
        chance = 1 / (1 + np.exp(-rows @ weights))
        slope = rows.T @ (chance - labels) + held * weights
        curve = (rows * (chance * (1 - chance))[:, None]).T @ rows + np.diag(held)
        weights -= np.linalg.solve(curve, slope)
    return weights


def main() -> None:
    """Fit on all examples, tell what leaving one in ten out gives, and write the weights."""
    examples = yaml.safe_load(EXAMPLES.read_text(encoding="utf-8"))
    named = [features(change_words(old, new)) for _, old, new in examples]
    names = list(named[0])
    rows = np.array([[row[name] for name in names] for row in named])
    labels = np.array([label == "material" for label, _, _ in examples], dtype=float)
    right = np.zeros(len(rows), dtype=bool)
    for fold in range(10):
        out = np.arange(len(rows)) % 10 == fold
        weights = fit(rows[~out], labels[~out])
        right[out] = (rows[out] @ weights > 0) == labels[out]
    print(f"{right.sum()} of {len(right)} right where they were left out")
    for (label, old, new), ok in zip(examples, right, strict=True):
        if not ok:
            print(f"  {label}: {old} -> {new}")
    weights = fit(rows, labels)
    path = Path(room.__file__).with_suffix(".yaml")
    text = re.sub(r"\nweights:.*", "", path.read_text(encoding="utf-8"), flags=re.DOTALL).rstrip()
    lines = [f"  {name}: {value:.2f}" for name, value in zip(names, weights, strict=True)]
    path.write_text("\n".join([text, "weights:", *lines, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
