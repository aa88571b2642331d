"""Fits what the grounding check weighs by: python -m benchmarks.fit_grounding DATA_DIR [--write]

DATA_DIR holds grounding/*.jsonl and grounding2/*.jsonl (README there); rows with `fit: false` are left out of the fit
and only scored. Needs scikit-learn, which is a tool for this script only. Prints numbers by cross-validation over
sources (no source in both training and test) and, with --write, replaces protokit/runtime/grounding/weights.json.
"""

import argparse
import json
import zlib
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score, roc_auc_score
from sklearn.preprocessing import StandardScaler

from benchmarks.grounding_items import Example, examples
from protokit.runtime.grounding.answer_features import WeighedSentence, answer_features
from protokit.runtime.grounding.logistic import TIMES, LogisticModel

WEIGHTS = Path(__file__).parents[1] / "protokit" / "runtime" / "grounding" / "weights.json"
_FOLDS = 8
_OWN_WEIGHT = 0.15
_EVEN = 0.5
# How far the weights may go for few examples: smaller is nearer to none at all (scikit-learn's C).
_SENTENCE_FREEDOM, _ANSWER_FREEDOM = 0.02, 0.05
# Products that say that the same fault weighs more in a sentence which the sources otherwise have.
_PRODUCTS = (
    "best * contrary", "best * negation_only", "best * flips", "best * opposite", "best * missing",
    "word_overlap * missing_facts", "word_overlap * missing_names", "copied * missing", "best * all",
    "word_overlap * missing", "best * reversed", "bound * all", "near * all", "all * all", "best * best",
    "word_overlap * word_overlap",
)  # fmt: skip
Scores = dict[str, np.ndarray]
"""For each example's id, a score for each of its sentences."""


def fold(example: Example, folds: int, salt: str = "") -> int:
    """Which fold the example's source belongs to."""
    return zlib.crc32((salt + example.group).encode()) % folds


def sentence_model(train: Sequence[Example], even_at: float = _EVEN) -> LogisticModel:
    """Fitted on every sentence whose label is known; those of a long answer weigh less each."""
    rows, labels, weights = [], [], []
    for example in train:
        known = [each for each in example.sentences if each.supported is not None]
        for each in known:
            rows.append(each.features)
            labels.append(each.supported)
            weights.append((_OWN_WEIGHT if example.own else 1.0) / len(known) ** 0.5)
    return _fit([*sorted(rows[0]), *_PRODUCTS], _SENTENCE_FREEDOM, rows, labels, weights, even_at)


def answer_model(train: Sequence[Example], scores: Scores, even_at: float = _EVEN) -> LogisticModel:
    """Fitted on answers of several sentences with the scores of a sentence model that has not seen their source."""
    rows = [features(each, scores) for each in train]
    labels = [each.supported for each in train]
    return _fit(sorted(rows[0]), _ANSWER_FREEDOM, rows, labels, [1.0] * len(rows), even_at)


def features(example: Example, scores: Scores) -> dict[str, float]:
    """Those of the answer as a whole."""
    pairs = zip(example.sentences, scores[example.id], strict=True)
    return answer_features([WeighedSentence(each.features, score) for each, score in pairs], example.overlap)


def _fit(names: Sequence[str], freedom: float, rows, labels, weights, even_at: float) -> LogisticModel:
    """The weights, for features as they are, at which `even_at` of the fit is 0.5."""
    y, weight = np.array(labels), np.array(weights)
    weight *= np.where(y, weight[~y].sum() / weight[y].sum(), 1.0)
    x = np.array([[np.prod([row[part] for part in name.split(TIMES)]) for name in names] for row in rows])
    scale = StandardScaler().fit(x)
    fit = LogisticRegression(C=freedom, max_iter=2000).fit(scale.transform(x), y, sample_weight=weight)
    slopes = fit.coef_[0] / scale.scale_
    bias = fit.intercept_[0] - slopes @ scale.mean_ - np.log(even_at / (1 - even_at))
    return LogisticModel(
        {name: round(float(slope), 4) for name, slope in zip(names, slopes, strict=True)}, float(bias)
    )


def _sentence_scores(model: LogisticModel, example: Example) -> np.ndarray:
    return np.array([model.score(each.features) for each in example.sentences])


def held_out(
    rows: Sequence[Example], test: Sequence[Example], folds: int, salt: str, even_at: float = _EVEN
) -> Scores:
    """Each sentence of `test`, scored by weights fitted on those of `rows` that share no source with it."""
    results: Scores = {}
    for number in range(folds):
        model = sentence_model([each for each in rows if fold(each, folds, salt) != number], even_at)
        for each in test:
            if fold(each, folds, salt) == number:
                results[each.id] = _sentence_scores(model, each)
    return results


def several(rows: Sequence[Example]) -> list[Example]:
    return [each for each in rows if len(each.sentences) > 1 and not each.own]


def cross_validated(rows: Sequence[Example], even: tuple[float, float]) -> dict[str, float]:
    """The score of each public answer by weights that have not seen its source."""
    results: dict[str, float] = {}
    for number in range(_FOLDS):
        train = [each for each in rows if fold(each, _FOLDS) != number and each.fit]
        test = [each for each in rows if fold(each, _FOLDS) == number and not each.own]
        sentences = sentence_model(train, even[0])
        answers = answer_model(several(train), held_out(train, several(train), 3, "inner", even[0]), even[1])
        for each in test:
            scores = _sentence_scores(sentences, each)
            whole = len(scores) > 1
            results[each.id] = answers.score(features(each, {each.id: scores})) if whole else scores[0]
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
    parser.add_argument("--write", action="store_true", help="replace the weights that are shipped")
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
        content = {
            "supported_from": sure_from(sentences, public),
            "sentence": asdict(sentence_model(fitting, even[0])),
            "answer": asdict(answer_model(several(fitting), sentences, even[1])),
        }
        WEIGHTS.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        print(f"wrote {WEIGHTS.name}, sure from {content['supported_from']}")


if __name__ == "__main__":
    main()
