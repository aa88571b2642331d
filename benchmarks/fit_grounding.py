"""Fits what the grounding check weighs by: python -m benchmarks.fit_grounding DATA_DIR [--write]

DATA_DIR holds grounding/*.jsonl and grounding2/*.jsonl (README there); rows with `fit: false` are left out of the fit
and only scored. Needs scikit-learn, which is a tool for this script only. Prints numbers by cross-validation over
sources (no source in both training and test) and, with --write, replaces protokit/runtime/grounding/forest.json.
"""

import argparse
import json
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.metrics import balanced_accuracy_score, roc_auc_score

from benchmarks.grounding_items import Example, examples
from protokit.runtime.grounding.answer_features import WeighedSentence, answer_features
from protokit.runtime.grounding.forest import calibrated

FOREST = Path(__file__).parents[1] / "protokit" / "runtime" / "grounding" / "forest.json"
_FOLDS = 8
_OWN_WEIGHT = 0.3
_EVEN = 0.5
# What speaks for an answer (+1) or against it (-1), whatever else: the few hundred answers cannot turn it round.
_DIRECTIONS = {
    "mean": 1, "weakest": 1, "word_overlap": 1, "pair_overlap": 1, "triple_overlap": 1, "unknown_words": -1,
    "longest_run": -1, "mean_run": -1, "most_missing": -1, "most_missing_facts": -1, "mean_near": 1,
    "mean_pair_overlap": 1,
}  # fmt: skip
Scores = dict[str, np.ndarray]
"""For each example's id, a score for each of its sentences."""


def fold(example: Example, folds: int, salt: str = "") -> int:
    """Which fold the example's source belongs to."""
    return zlib.crc32((salt + example.group).encode()) % folds


class Fitted:
    """A forest and the mean of its leaves at which both labels are equally likely."""

    def __init__(self, names: Sequence[str], forest: ExtraTreesClassifier, even_at: float) -> None:
        self.names, self.forest, self.even_at = list(names), forest, even_at

    def scores(self, rows: Sequence[dict[str, float]]) -> np.ndarray:
        x = np.array([[row[name] for name in self.names] for row in rows])
        return np.array([calibrated(share, self.even_at) for share in self.forest.predict_proba(x)[:, 1]])

    def json(self) -> dict[str, object]:
        trees = [nested(tree.tree_) for tree in self.forest.estimators_]
        return {"features": self.names, "even_at": self.even_at, "trees": trees}


def sentence_forest(train: Sequence[Example], even_at: float = _EVEN) -> Fitted:
    """Fitted on every sentence whose label is known; those of a long answer weigh less each."""
    rows, labels, weights = [], [], []
    for example in train:
        known = [each for each in example.sentences if each.supported is not None]
        for each in known:
            rows.append(each.features)
            labels.append(each.supported)
            weights.append((_OWN_WEIGHT if example.own else 1.0) / len(known) ** 0.5)
    forest = ExtraTreesClassifier(
        100, max_depth=8, min_samples_leaf=4, max_features=0.4, random_state=0, n_jobs=2
    )
    return _fit(forest, rows, labels, weights, even_at)


def answer_forest(train: Sequence[Example], scores: Scores, even_at: float = _EVEN) -> Fitted:
    """Fitted on answers of several sentences with the scores of a sentence forest that has not seen their source."""
    rows = [features(each, scores) for each in train]
    forest = ExtraTreesClassifier(
        60, max_depth=5, min_samples_leaf=8, max_features=0.5, random_state=0, n_jobs=2,
        monotonic_cst=[_DIRECTIONS[name] for name in sorted(rows[0])],
    )  # fmt: skip
    return _fit(forest, rows, [each.supported for each in train], [1.0] * len(rows), even_at)


def features(example: Example, scores: Scores) -> dict[str, float]:
    """Those of the answer as a whole."""
    pairs = zip(example.sentences, scores[example.id], strict=True)
    return answer_features([WeighedSentence(each.features, score) for each, score in pairs], example.overlap)


def _fit(forest, rows, labels, weights, even_at: float) -> Fitted:
    names = sorted(rows[0])
    y, weight = np.array(labels), np.array(weights)
    weight *= np.where(y, weight[~y].sum() / weight[y].sum(), 1.0)
    x = np.array([[row[name] for name in names] for row in rows])
    return Fitted(names, forest.fit(x, y, sample_weight=weight), even_at)


def held_out(
    rows: Sequence[Example], test: Sequence[Example], folds: int, salt: str, even_at: float = _EVEN
) -> Scores:
    """Each sentence of `test`, scored by a forest fitted on those of `rows` that share no source with it."""
    results: Scores = {}
    for number in range(folds):
        forest = sentence_forest([each for each in rows if fold(each, folds, salt) != number], even_at)
        asked = [each for each in test if fold(each, folds, salt) == number]
        for each in asked:
            results[each.id] = forest.scores([sentence.features for sentence in each.sentences])
    return results


def several(rows: Sequence[Example]) -> list[Example]:
    return [each for each in rows if len(each.sentences) > 1 and not each.own]


def cross_validated(rows: Sequence[Example], even: tuple[float, float]) -> dict[str, float]:
    """The score of each public answer by forests that have not seen its source."""
    results: dict[str, float] = {}
    for number in range(_FOLDS):
        train = [each for each in rows if fold(each, _FOLDS) != number and each.fit]
        test = [each for each in rows if fold(each, _FOLDS) == number and not each.own]
        sentences = sentence_forest(train, even[0])
        answers = answer_forest(several(train), held_out(train, several(train), 3, "inner", even[0]), even[1])
        for each in test:
            scores = sentences.scores([sentence.features for sentence in each.sentences])
            results[each.id] = scores[0]
            if len(scores) > 1:
                results[each.id] = answers.scores([features(each, {each.id: scores})])[0]
    return results


def even_share(rows: Sequence[Example], scores: dict[str, float]) -> float:
    """The score at which both labels are taken for the other as rarely as can be, on average over the parts."""
    grid = np.arange(0.3, 0.7, 0.01)
    parts = sorted({each.part for each in rows})
    found = np.zeros(len(grid))
    for part in parts:
        of = [each for each in rows if each.part == part]
        y, s = np.array([each.supported for each in of]), np.array([scores[each.id] for each in of])
        if y.all() or not y.any():
            continue
        found += np.array([balanced_accuracy_score(y, s >= at) for at in grid]) * len(of)
    # The curve is flat and rough at its top: its middle is a steadier choice than its highest spike.
    found /= len(rows)
    return round(float(grid[found >= found.max() - 0.01].mean()), 3)


def nested(tree: object, node: int = 0) -> float | list:
    """A scikit-learn tree as [feature, threshold, low, high] lists with shares of supported claims as leaves."""
    if tree.children_left[node] < 0:
        untrue, true = tree.value[node][0]
        return round(float(true / (true + untrue)), 3)
    low, high = (nested(tree, side[node]) for side in (tree.children_left, tree.children_right))
    return [int(tree.feature[node]), round(float(tree.threshold[node]), 4), low, high]


def report(rows: Sequence[Example], scores: dict[str, float]) -> None:
    """A line for each part: AUC, word overlap's, and what passes at the threshold."""
    for part in sorted({each.part for each in rows if not each.own}):
        of = [each for each in rows if each.part == part]
        y, s = np.array([each.supported for each in of]), np.array([scores[each.id] for each in of])
        overlap = [each.overlap["word_overlap"] for each in of]
        print(
            f"{part:18} {len(of):4} AUC {roc_auc_score(y, s):.3f} (overlap {roc_auc_score(y, overlap):.3f})"
            f" balanced {balanced_accuracy_score(y, s >= _EVEN):.3f}"
            f" supported passed {np.mean(s[y] >= _EVEN):.2f} unsupported flagged {np.mean(s[~y] < _EVEN):.2f}"
        )


def sure_from(scores: Scores, rows: Sequence[Example]) -> float:
    """From this score on, 85 of 100 sentences are supported, where half of all are."""
    labelled = [
        (score, each.supported)
        for row in rows if row.id in scores
        for each, score in zip(row.sentences, scores[row.id], strict=True) if each.supported is not None
    ]  # fmt: skip
    s, y = np.array([score for score, _ in labelled]), np.array([label for _, label in labelled], dtype=bool)

    def share(at: float) -> float:
        return np.mean(s[y] >= at) / (np.mean(s[y] >= at) + np.mean(s[~y] >= at))

    return round(float(next((at for at in np.arange(0.52, 0.9, 0.01) if share(at) >= 0.85), 0.8)), 2)


def main() -> None:
    """Cross-validate, print, and write if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, help="folder with grounding/ and grounding2/")
    parser.add_argument("--write", action="store_true", help="replace the forests that are shipped")
    arguments = parser.parse_args()
    rows = examples(arguments.data)
    fitting, public = (
        [each for each in rows if each.fit],
        [each for each in rows if not each.own and each.fit],
    )
    print(f"{len(public)} public answers and {len(fitting) - len(public)} claims of our own")
    plain = cross_validated(rows, (_EVEN, _EVEN))
    even = (
        even_share([each for each in public if len(each.sentences) == 1], plain),
        even_share(several(public), plain),
    )
    print("both labels equally likely at", even)
    report(rows, cross_validated(rows, even))
    if arguments.write:
        sentences = held_out(fitting, public, 4, "inner", even[0])
        answers = answer_forest(several(fitting), sentences, even[1])
        content = {
            "supported_from": sure_from(sentences, public),
            "sentence": sentence_forest(fitting, even[0]).json(),
            "answer": answers.json(),
        }
        FOREST.write_text(json.dumps(content, separators=(",", ":")) + "\n", encoding="utf-8")
        print(
            f"wrote {FOREST.name}, {FOREST.stat().st_size // 1024} KB, sure from {content['supported_from']}"
        )


if __name__ == "__main__":
    main()
