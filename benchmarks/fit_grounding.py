"""Fits the forest of the grounding check on our own claims: python benchmarks/fit_grounding.py [--write]

Needs scikit-learn, which is a tool for this script only. Prints cross-validated numbers (no passage in both
training and test) and, with --write, replaces protokit/runtime/grounding/forest.json.
"""

import argparse
import json
from collections import defaultdict
from pathlib import Path

import numpy as np
from grounding_items import Item, corrupted, crowded, written
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.metrics import balanced_accuracy_score, roc_auc_score
from sklearn.model_selection import GroupKFold

from protokit.runtime.grounding import claims as wording
from protokit.runtime.grounding.entailment_features import weigh
from protokit.runtime.grounding.evidence import Sources
from vectorstore.text.sentences import split

FOREST = Path(__file__).parents[1] / "protokit" / "runtime" / "grounding" / "forest.json"
_WRITTEN_WEIGHT = 2.0


def features(item: Item) -> list[dict[str, float]]:
    """The features of each sentence of the claim that says something."""
    sources = Sources.of(item.sources)
    claim = wording.untokenised(item.claim)
    read = [wording.read(claim[span.start : span.end], "en") for span in split(claim)]
    return [weigh(sentence, sources).features for sentence in read if sentence.words or sentence.facts]


def table(items: list[Item]) -> tuple[list[str], dict[str, np.ndarray]]:
    """One row for each sentence whose label is known: all of a true claim's, the only one of an untrue claim."""
    rows = defaultdict(list)
    names: list[str] = []
    for item in items:
        found = features(item)
        if not item.supported and len(found) != 1:
            continue
        for each in found:
            names = names or sorted(each)
            rows["x"].append([each[name] for name in names])
            rows["y"].append(item.supported)
            rows["group"].append(item.group)
            rows["weight"].append(_WRITTEN_WEIGHT if item.kind.endswith("written") else 1.0)
            rows["kind"].append(item.kind)
    columns = {key: np.array(values) for key, values in rows.items()}
    true = columns["y"]
    columns["weight"] *= np.where(true, columns["weight"][~true].sum() / columns["weight"][true].sum(), 1.0)
    return names, columns


def fit(x: np.ndarray, y: np.ndarray, weight: np.ndarray) -> ExtraTreesClassifier:
    """Shallow random trees: smooth, and hard to overfit on this little data."""
    forest = ExtraTreesClassifier(
        80, max_depth=7, min_samples_leaf=6, max_features=0.5, random_state=0, n_jobs=2
    )
    return forest.fit(x, y, sample_weight=weight)


def cross_validated(data: dict[str, np.ndarray], folds: int = 7) -> np.ndarray:
    """The score of each row by a forest that has not seen its passage."""
    scores = np.zeros(len(data["y"]))
    for train, test in GroupKFold(folds).split(data["x"], data["y"], data["group"]):
        forest = fit(data["x"][train], data["y"][train], data["weight"][train])
        scores[test] = forest.predict_proba(data["x"][test])[:, 1]
    return scores


def answers(
    data: dict[str, np.ndarray], scores: np.ndarray, a_passage: int = 40
) -> tuple[np.ndarray, np.ndarray]:
    """Answers of one to four sentences about one passage, half of them with one untrue: labels, lowest scores."""
    rng = np.random.default_rng(0)
    labels, lowest = [], []
    for group in np.unique(data["group"]):
        true, untrue = (
            np.flatnonzero((data["group"] == group) & (data["y"] == label)) for label in (True, False)
        )
        for number in range(a_passage):
            rows = rng.choice(true, rng.integers(1, 5))
            if number % 2:
                rows[0] = rng.choice(untrue)
            labels.append(number % 2 == 0)
            lowest.append(scores[rows].min())
    return np.array(labels), np.array(lowest)


def thresholds(data: dict[str, np.ndarray], scores: np.ndarray) -> tuple[float, float]:
    """Below the first an answer is unsupported (best balanced accuracy over whole answers, as the rate counts them);
    from the second on, 85 of 100 sentences are supported."""
    grid = np.arange(0.2, 0.9, 0.01)
    labels, lowest = answers(data, scores)
    balanced = np.array([balanced_accuracy_score(labels, lowest >= at) for at in grid])
    # The curve is flat and rough at its top: its middle is a steadier choice than its highest spike.
    low = grid[balanced >= balanced.max() - 0.01].mean()
    high = next((at for at in grid if at > low and data["y"][scores >= at].mean() >= 0.85), 0.9)
    return round(float(low), 2), round(float(high), 2)


def nested(tree: object, node: int = 0) -> float | list:
    """A scikit-learn tree as [feature, threshold, low, high] lists with shares of supported claims as leaves."""
    if tree.children_left[node] < 0:
        untrue, true = tree.value[node][0]
        return round(float(true / (true + untrue)), 3)
    low, high = (nested(tree, side[node]) for side in (tree.children_left, tree.children_right))
    return [int(tree.feature[node]), round(float(tree.threshold[node]), 4), low, high]


def main() -> None:
    """Cross-validate, print, and write if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="replace the forest that is shipped")
    write = parser.parse_args().write
    claims = written()
    names, data = table(crowded(claims + corrupted(claims)))
    scores, y = cross_validated(data), data["y"]
    low, high = thresholds(data, scores)
    print(f"{len(y)} sentences, {y.sum()} supported, {len(set(data['group']))} passages")
    print(f"cross-validated AUC {roc_auc_score(y, scores):.3f}")
    for kind in sorted(set(data["kind"])):
        rows = (data["kind"] == kind) & ~y
        if rows.any():
            auc = roc_auc_score(np.r_[y[y], y[rows]], np.r_[scores[y], scores[rows]])
            print(f"  {kind:14} {rows.sum():4} untrue, AUC against all true {auc:.3f}")
    print(f"unsupported below {low}, supported from {high}")
    labels, lowest = answers(data, scores)
    print(f"balanced accuracy at {low}: sentences {balanced_accuracy_score(y, scores >= low):.3f}, ", end="")
    print(
        f"answers {balanced_accuracy_score(labels, lowest >= low):.3f} (AUC {roc_auc_score(labels, lowest):.3f})"
    )
    if write:
        forest = fit(data["x"], y, data["weight"])
        trees = [nested(tree.tree_) for tree in forest.estimators_]
        content = {"features": names, "unsupported_below": low, "supported_from": high, "trees": trees}
        FOREST.write_text(json.dumps(content, separators=(",", ":")) + "\n", encoding="utf-8")
        print(f"wrote {FOREST.name}, {FOREST.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
