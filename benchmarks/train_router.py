"""Makes protokit/drafting/router.tsv, the weights the router adds to words and examples; run it when examples change.

    python benchmarks/train_router.py            # some seconds
    python benchmarks/train_router.py --folds    # leaves each source of prompts out in turn, and measures on it

It learns from the examples of blueprint.yaml and beyond.yaml, from the training half of data/prompts.jsonl and
from sentences drawn from data/templates.yaml. Of the measuring half nothing is learnt. A source is a manner of
writing (project pages, pitches, orders in a chat...): only what is measured on a manner that was left out tells how
the next person's line will fare, which is what `--folds` shows. (ACCEPT and DOUBT in
protokit/drafting/router.py were set on
490 lines of public projects, which are not ours to publish; of what can be run here, the folds come nearest.)
"""

import argparse
import json
import math
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from scipy.sparse import csr_matrix

from protokit.catalog.blueprint import Blueprint
from protokit.catalog.lookup import blueprints, home
from protokit.catalog.out_of_scope import read_out_of_scope
from protokit.drafting.router import ACCEPT, doubted, is_likely
from protokit.drafting.router_features import Kind, RouterEvidence, features, match_features

HERE = Path(__file__).parent
TARGET = HERE.parent / "protokit" / "drafting" / "router.tsv"
SENTENCES = 110
"""Sentences drawn for each form of each kind."""
SENTENCE_WEIGHT = 0.4
MISTYPED = 0.25
"""Share of the drawn sentences that are misspelt."""
SEEN = 2
"""A feature in fewer texts than this is left out."""
SMALLEST = 0.15
"""A feature whose weights are all smaller than this is left out of the file."""
STEP = 0.02
"""Weights are stored as whole multiples of this."""

DECAY, RATE, ROUNDS = 5e-6, 0.03, 100
"""Few and small steps, little decay: on sources left out, more of either was worse."""

Array = np.ndarray[Any, np.dtype[np.float32]]
Labelled = tuple[str, str, float]


def all_kinds() -> dict[str, Kind]:
    """Every kind that there are examples of, by name."""
    return {**{entry.kind: entry for entry in read_out_of_scope(home())}, **blueprints()}


def training_texts(kinds: dict[str, Kind], without: str = "") -> list[Labelled]:
    """Text, kind and weight of everything to learn from, but for the prompts of the source `without`."""
    texts = [(example, name, 1.0) for name, kind in kinds.items() for example in kind.examples]
    texts += [(row["prompt"], row["label"], 1.0) for row in prompts() if row["source"] != without]
    return texts + list(_sentences())


def prompts() -> list[dict[str, str]]:
    """The training half of data/prompts.jsonl: prompt, label and source."""
    lines = (HERE / "data" / "prompts.jsonl").read_text(encoding="utf-8").splitlines()
    return [row for row in map(json.loads, lines) if row["half"] == "train"]


def _sentences() -> Iterator[Labelled]:
    data = yaml.safe_load((HERE / "data" / "templates.yaml").read_text(encoding="utf-8"))
    draw = random.Random(5)
    for kind, forms in data["kinds"].items():
        for form, lines in forms.items():
            for number in range(SENTENCES):
                sentence = lines[number % len(lines)]
                if form in data["wrappings"] and draw.random() < 0.8:
                    sentence = draw.choice(data["wrappings"][form]).replace("{}", sentence)
                sentence = _filled(sentence, data["fillers"], draw)
                yield (
                    _mistyped(sentence, draw) if draw.random() < MISTYPED else sentence,
                    kind,
                    SENTENCE_WEIGHT,
                )


def _filled(sentence: str, fillers: dict[str, list[str]], draw: random.Random) -> str:
    while "{" in sentence:
        before, _, rest = sentence.partition("{")
        name, _, after = rest.partition("}")
        sentence = before + draw.choice(fillers[name]) + after
    return sentence


def _mistyped(sentence: str, draw: random.Random) -> str:
    """`sentence` with one slip in each long word: a letter left out, doubled, or changed places with the next."""
    typed = []
    for word in sentence.split(" "):
        at = draw.randrange(1, len(word) - 1) if len(word) > 5 else 0
        if at:
            before, one, other, after = word[:at], word[at], word[at + 1], word[at + 2 :]
            word = before + draw.choice([other, one + one + other, other + one]) + after
        typed.append(word)
    return " ".join(typed)


class Model:
    """A softmax over kinds: learnt weights of features, plus three numbers that all kinds share."""

    def __init__(self, names: Sequence[str], times: Mapping[str, int], texts: int) -> None:
        """`times`: in how many of the `texts` each feature was seen."""
        self.names, self.vocabulary = list(names), sorted(times)
        self.place = {feature: number for number, feature in enumerate(self.vocabulary)}
        rarity = np.array([math.log((1 + texts) / (1 + times[f])) for f in self.vocabulary], np.float32)
        self.rarity = rarity / rarity.mean()
        self.weights = np.zeros((len(self.vocabulary), len(self.names)), np.float32)
        self.bias = np.zeros(len(self.names), np.float32)
        self.shared = np.array([1.0, 0.3, 2.0], np.float32)

    def inputs(self, texts: Sequence[str], kinds: dict[str, Kind]) -> tuple[csr_matrix, Array]:
        """Features (texts x vocabulary: rarity over the root of their number) and evidence (texts x kinds x 3)."""
        places = [[self.place[f] for f in features(text) if f in self.place] for text in texts]
        ends = np.cumsum([0, *map(len, places)])
        columns = np.concatenate([np.array(row, np.int64) for row in places])
        lengths = np.repeat([max(len(row), 1) ** 0.5 for row in places], [len(row) for row in places])
        values = (self.rarity[columns] / lengths).astype(np.float32)
        rows = csr_matrix((values, columns, ends), shape=(len(texts), len(self.vocabulary)))
        evidence = np.zeros((len(texts), len(self.names), 3), np.float32)
        for number, text in enumerate(texts):
            found = _evidence(text, kinds)
            evidence[number] = [(found[n].strong, found[n].weak, found[n].alike) for n in self.names]
        return rows, evidence

    def chances(self, rows: csr_matrix, evidence: Array) -> Array:
        """Texts x kinds, each row sums to 1."""
        logits = rows @ self.weights + self.bias + evidence @ self.shared
        logits -= logits.max(axis=1, keepdims=True)
        raised = np.exp(logits)
        chances: Array = raised / raised.sum(axis=1, keepdims=True)
        return chances

    def fit(self, rows: csr_matrix, evidence: Array, right: Array, importance: Array) -> None:
        """Descend with Adam; `right` is texts x kinds, one 1 a row."""
        held, turned = [self.weights, self.bias, self.shared], rows.T.tocsr()
        first, second = [np.zeros_like(part) for part in held], [np.zeros_like(part) for part in held]
        for turn in range(1, ROUNDS + 1):
            wrong = (self.chances(rows, evidence) - right) * importance[:, None] / importance.sum()
            slopes = [
                turned @ wrong + DECAY * self.weights,
                wrong.sum(axis=0),
                np.einsum("tk,tks->s", wrong, evidence),
            ]
            for part, slope, one, two in zip(held, slopes, first, second, strict=True):
                one += 0.1 * (slope - one)
                two += 0.01 * (slope * slope - two)
                part -= RATE * (one / (1 - 0.9**turn)) / (np.sqrt(two / (1 - 0.99**turn)) + 1e-8)


_GATHERED: dict[str, dict[str, RouterEvidence]] = {}


def _evidence(text: str, kinds: dict[str, Kind]) -> dict[str, RouterEvidence]:
    """As protokit.drafting.match_features gathers it, once for each text: folds share most of their texts."""
    if text not in _GATHERED:
        _GATHERED[text] = match_features(text, kinds)
    return _GATHERED[text]


def train(texts: Sequence[Labelled], kinds: dict[str, Kind]) -> Model:
    """Return the model that `texts` teach."""
    seen = Counter(feature for text, _, _ in texts for feature in features(text))
    times = {feature: count for feature, count in seen.items() if count >= SEEN}
    model = Model(sorted(kinds), times, len(texts))
    rows, evidence = model.inputs([text for text, _, _ in texts], kinds)
    right = np.eye(len(model.names), dtype=np.float32)[[model.names.index(kind) for _, kind, _ in texts]]
    model.fit(rows, evidence, right, np.array([weight for *_, weight in texts], np.float32))
    return model


def as_text(model: Model) -> str:
    """The weights as `protokit.drafting.router` reads them: a line of JSON, then a sorted line a feature, in
    whole steps."""
    strong, weak, alike = (round(float(value), 3) for value in model.shared)
    bias = [round(float(value), 3) for value in model.bias]
    head = {"kinds": model.names, "bias": bias, "strong": strong, "weak": weak, "alike": alike, "step": STEP}
    weights = model.weights * model.rarity[:, None]
    steps = np.rint(weights / STEP).astype(int)
    kept = np.abs(weights).max(axis=1) >= SMALLEST
    lines = [f"{f}\t{' '.join(map(str, steps[n]))}" for n, f in enumerate(model.vocabulary) if kept[n]]
    return "\n".join([json.dumps(head), *sorted(lines)]) + "\n"


Taken = tuple[str | None, bool]
"""A blueprint, None for a refusal, and whether it was taken silently: without a question."""


def print_folds(kinds: dict[str, Kind]) -> None:
    """Print for each source what a model makes of it that has learnt from all others."""
    print(f"{'left out':12} {'core':>5} {'right':>6} {'outside':>8} {'silently':>9} {'doubted':>8}")
    pooled: list[tuple[str, Taken]] = []
    for source in sorted({row["source"] for row in prompts()}):
        model = train(training_texts(kinds, without=source), kinds)
        rows = [row for row in prompts() if row["source"] == source]
        taken = choices(model, [row["prompt"] for row in rows], kinds)
        routed = [(row["label"], choice) for row, choice in zip(rows, taken, strict=True)]
        pooled += routed
        _print_fold(source, routed, kinds)
    _print_fold("all", pooled, kinds)


def choices(model: Model, texts: Sequence[str], kinds: dict[str, Kind]) -> list[Taken]:
    """What `model` makes of each text, by the rule of protokit.drafting.router."""
    found: list[Taken] = []
    for row in model.chances(*model.inputs(texts, kinds)):
        shares = sorted(zip(model.names, map(float, row), strict=True), key=lambda pair: -pair[1])
        ranked = [(name, share) for name, share in shares if isinstance(kinds[name], Blueprint)]
        first = ranked[0][0]
        silent = doubted(first, shares, dict(ranked)) is None
        served = sum(share for _, share in ranked) >= ACCEPT and is_likely(ranked, shares)
        found.append((first, silent) if served else (None, True))
    return found


def _print_fold(source: str, routed: Sequence[tuple[str, Taken]], kinds: dict[str, Kind]) -> None:
    core = [label == name for label, (name, _) in routed if isinstance(kinds[label], Blueprint)]
    outside = [taken for label, taken in routed if not isinstance(kinds[label], Blueprint)]
    silently = _share([name is not None and silent for name, silent in outside])
    asked = _share([name is not None and not silent for name, silent in outside])
    numbers = f"{len(core):5} {_share(core):6.1%} {len(outside):8} {silently:9.1%} {asked:8.1%}"
    print(f"{source:12} {numbers}", flush=True)


def _share(right: Sequence[bool]) -> float:
    return sum(right) / max(len(right), 1)


def main() -> None:
    """Train and write the file, or measure on sources left out."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folds", action="store_true", help="measure on each source in turn, write nothing")
    kinds = all_kinds()
    if parser.parse_args().folds:
        print_folds(kinds)
        return
    model = train(training_texts(kinds), kinds)
    TARGET.write_text(as_text(model), encoding="utf-8")
    size = TARGET.stat().st_size // 1024
    print(f"{TARGET.name}: {len(model.vocabulary)} features seen, {size} KB, {model.shared}")


if __name__ == "__main__":
    main()
