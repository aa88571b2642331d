"""Fits vectorstore/data/weights.json: which sentence answers, and whether any does. Needs scipy (development only).

    python benchmarks/answering/fit.py    prints cross-validated numbers and writes the weights

The questions in this folder were written for the purpose: made-up articles and business documents, half of the
questions answered by their text and half of them not (another entity, number or attribute, an opposite, a negation).
"""

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from benchmarks.retrieval import word_index
from protokit.runtime.qa import answerability, sentence_ranking
from protokit.runtime.qa.matching import Embed, QuestionAlignment
from protokit.runtime.qa.sentence_ranking import PartRanking, choose
from vectorstore.embeddings.embedder_factory import embedder
from vectorstore.embeddings.embedding_cache import CachedEmbedding
from vectorstore.embeddings.universal_encoder import UniversalEncoder
from vectorstore.passage import Passage
from vectorstore.search.calibration import FILE, Linear, calibrated_model, logistic
from vectorstore.search.fusion import fuse, support_features
from vectorstore.search.question_parts import QuestionPart
from vectorstore.text.terms import query_words

Array = NDArray[np.float64]
FOLDER = Path(__file__).parent
SIMILARITIES: dict[tuple[str, str], float] = {}
"""Of every question and every text, by the question and the text's file."""


@dataclass(frozen=True)
class Asked:
    """A question with its answer (None where the text has none) and the number of its text."""

    question: str
    answer: str | None
    text: int
    source: str


def read() -> tuple[list[Passage], list[Asked]]:
    """The texts (lines under "# Title") and the questions under each: "+ question | answer" or "- question"."""
    texts: list[Passage] = []
    asked: list[Asked] = []
    for source in ("encyclopedia", "business"):
        for block in ("\n" + (FOLDER / f"{source}.txt").read_text(encoding="utf-8")).split("\n# ")[1:]:
            title, *lines = block.strip().splitlines()
            first = next(at for at, line in enumerate(lines) if line.startswith("+ "))
            body = "\n".join(lines[:first]).strip()
            for line in lines[first:]:
                question, _, answer = line[2:].partition(" | ")
                asked.append(Asked(question, answer or None, len(texts), source))
            texts.append(Passage(body, title.replace("/", "-") + ".md", 0, len(body)))
    return texts, asked


def found(
    texts: Sequence[Passage],
    asked: Sequence[Asked],
    embed: Embed,
    *,
    elsewhere: bool = False,
) -> list[list[Passage]]:
    """For each question the passages that a search over all texts finds (off-topic: in the other source)."""
    passages = {str(number): text for number, text in enumerate(texts)}
    store = word_index(passages)
    vectors = embed([text.text for text in texts])
    foreign = {one.source: {other.text for other in asked if other.source != one.source} for one in asked}
    results = []
    for item in asked:
        allowed = {name for name in passages if not elsewhere or int(name) in foreign[item.source]}
        similar = vectors @ embed([item.question])[0]
        SIMILARITIES.update(
            {(item.question, text.file): float(v) for text, v in zip(texts, similar, strict=True)}
        )
        words = store.search_words(item.question, limit=len(texts), also=allowed)
        lexical = {name: score for name, score in words.items() if name in allowed}
        dense = {name: float(similar[int(name)]) for name in allowed}
        results.append(
            fuse(item.question, {name: passages[name] for name in allowed}, lexical, dense, limit=4)
        )
    return results


def fit_choosing(groups: list[tuple[Array, Array]], strength: float) -> Array:
    """Weights that make the answering sentence (label 1) the likeliest of its group."""

    def loss(weights: Array) -> tuple[float, Array]:
        value, slope = strength * float(weights @ weights), 2 * strength * weights
        for rows, labels in groups:
            scores = rows @ weights
            chances = np.exp(scores - scores.max())
            chances /= chances.sum()
            right = chances * labels
            value -= float(np.log(right.sum() + 1e-12))
            slope -= rows.T @ (right / (right.sum() + 1e-12) - chances)
        return value, slope

    start = np.zeros(groups[0][0].shape[1])
    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B").x)


def fit_answering(
    rows: Array, owner: NDArray[np.int64], whole: Array, labels: Array, importance: Array, strength: float
) -> tuple[Array, Array]:
    """Weights of the words and the sentence: chance = logistic(sentence) * product over words of logistic(word)."""
    width = rows.shape[1]
    tempered = np.array(
        [answerability.tempering(count) for count in np.bincount(owner, minlength=len(labels))]
    )

    def loss(weights: Array) -> tuple[float, Array]:
        words, sentence = rows @ weights[:width], whole @ weights[width:]
        log = -np.logaddexp(0, -sentence)
        log -= tempered * np.bincount(owner, np.logaddexp(0, -words), minlength=len(labels))
        chance = np.exp(np.minimum(log, -1e-9))
        value = -(importance * (labels * np.log(chance) + (1 - labels) * np.log1p(-chance))).sum()
        pull = importance * (labels - (1 - labels) * chance / (1 - chance))
        free = np.concatenate([[0.0], weights[1:width], [0.0], weights[width + 1 :]])
        slope = -np.concatenate(
            [
                rows.T @ ((tempered * pull)[owner] / (1 + np.exp(words))),
                whole.T @ (pull / (1 + np.exp(sentence))),
            ]
        )
        return float(value + strength * (free @ free)), slope + 2 * strength * free

    start = np.zeros(width + whole.shape[1])
    start[0] = 2.0
    best = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 500}).x
    return best[:width], best[width:]


@dataclass(frozen=True)
class Scale:
    """Features brought to mean 0 and deviation 1, and weights brought back."""

    names: list[str]
    mean: Array
    deviation: Array

    @classmethod
    def of(cls, features: Sequence[dict[str, float]]) -> "Scale":
        table = np.array([list(item.values()) for item in features], dtype=float)
        return cls(list(features[0]), table.mean(0), table.std(0) + 1e-6)

    def rows(self, features: Sequence[dict[str, float]], *, constant: bool) -> Array:
        table = np.array([[item[name] for name in self.names] for item in features], dtype=float)
        scaled = (table - self.mean) / self.deviation
        return np.hstack([np.ones((len(table), 1)), scaled]) if constant else scaled

    def linear(self, weights: Array, *, constant: bool) -> Linear:
        first, rest = (float(weights[0]), weights[1:]) if constant else (0.0, weights)
        slopes = rest / self.deviation
        return Linear(
            first - float(slopes @ self.mean), dict(zip(self.names, map(float, slopes), strict=True))
        )


def chooser(
    texts: Sequence[Passage], asked: Sequence[Asked], results: list[list[Passage]], embed: Embed | None
) -> Linear:
    """The model that picks the sentence, by what `embed` tells of meaning."""
    samples = []
    for item, passages in zip(asked, results, strict=True):
        if item.answer is None:
            continue
        comparison = QuestionAlignment.of(QuestionPart(item.question, 0, len(item.question)), passages)
        features = [sentence_ranking.features(comparison, sentence) for sentence in comparison.sentences]
        if embed:
            choices = sentence_ranking.compared(comparison, comparison.sentences, embed)
            features = [sentence_ranking.known_features(comparison, choice) for choice in choices]
        labels = [
            item.answer in s.text and passages[s.passage].file == texts[item.text].file
            for s in comparison.sentences
        ]
        if any(labels):
            samples.append((features, np.array(labels, dtype=float)))
    scale = Scale.of([feature for features, _ in samples for feature in features])
    groups = [(scale.rows(features, constant=False), labels) for features, labels in samples]
    return scale.linear(fit_choosing(groups, 5.0), constant=False)


@dataclass(frozen=True)
class Sample:
    """One question beside the sentence that seems to answer it."""

    words: list[dict[str, float]]
    sentence: dict[str, float]
    answered: bool
    importance: float
    text: int
    source: str
    setting: str


def sample(
    item: Asked, passages: list[Passage], embed: Embed | None, setting: str, importance: float
) -> Sample | None:
    """The features of a question beside its best sentence among the passages; None for one without words."""
    comparison = QuestionAlignment.of(QuestionPart(item.question, 0, len(item.question)), passages)
    choices = choose(comparison, embed)[:1]
    if not choices or not comparison.words:
        return None
    (lost,) = answerability.losses(comparison, choices, embed)
    each = answerability.rows(comparison, choices[0], lost)
    answered = item.answer is not None and setting != "off topic"
    whole = answerability.sentence_features(comparison, choices[0])
    return Sample(each, whole, answered, importance, item.text, item.source, setting)


def fit_samples(samples: Sequence[Sample], strength: float = 10.0) -> tuple[Linear, Linear]:
    """The models "answering" and "support of a word"."""
    words, sentences = (
        Scale.of([w for s in samples for w in s.words]),
        Scale.of([s.sentence for s in samples]),
    )
    weights = fit_answering(
        words.rows([w for s in samples for w in s.words], constant=True),
        np.repeat(np.arange(len(samples)), [len(s.words) for s in samples]),
        sentences.rows([s.sentence for s in samples], constant=True),
        np.array([s.answered for s in samples], dtype=float),
        np.array([s.importance for s in samples]),
        strength,
    )
    return sentences.linear(weights[1], constant=True), words.linear(weights[0], constant=True)


def chance(models: tuple[Linear, Linear], item: Sample) -> float:
    """As `answerability.chance`, on features made before."""
    whole, each = models
    product = 1 / (1 + np.exp(-whole(item.sentence)))
    factors = np.prod([1 / (1 + np.exp(-each(word))) for word in item.words])
    return float(product * factors ** answerability.tempering(len(item.words)))


def area(labels: Array, scores: Array) -> float:
    """Area under the ROC curve: how often a positive stands above a negative."""
    order = np.argsort(np.argsort(scores)) + 1.0
    positive = labels.sum()
    return float(
        (order[labels == 1].sum() - positive * (positive + 1) / 2) / (positive * (len(labels) - positive))
    )


def cross_validated(samples: Sequence[Sample], folds: int = 8) -> Array:
    """Chances from models that never saw the sample's text."""
    chances = np.zeros(len(samples))
    for fold in range(folds):
        models = fit_samples([s for s in samples if s.text % folds != fold])
        for at, item in enumerate(samples):
            if item.text % folds == fold:
                chances[at] = chance(models, item)
    return chances


def report(samples: Sequence[Sample], chances: Array, say: Callable[[str], None]) -> None:
    """AUC by setting and source, and the threshold that accepts 95% of what a search over business texts can answer."""
    for setting in ("own text", "search"):
        for source in ("encyclopedia", "business"):
            picked = np.array([s.setting == setting and s.source == source for s in samples])
            labels = np.array([s.answered for s in samples], dtype=float)[picked]
            say(
                f"  {setting}, {source}: AUC {area(labels, chances[picked]):.3f} ({int(picked.sum())} questions)"
            )
    own = [
        (s, c)
        for s, c in zip(samples, chances, strict=True)
        if s.setting == "search" and s.source == "business"
    ]
    threshold = float(np.quantile([c for s, c in own if s.answered], 0.05))
    absent = np.mean([c < threshold for s, c in own if not s.answered])
    off = np.mean([c < threshold for s, c in zip(samples, chances, strict=True) if s.setting == "off topic"])
    say(
        f"  accepting 95% at {threshold:.3f}: refuses {absent:.2f} of absent, {off:.2f} of off-topic questions"
    )
    labels = np.array([s.answered for s in samples], dtype=float)
    say(f"  expected calibration error {calibration_error(labels, chances):.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.parse_args()
    texts, asked = read()
    both, english = (CachedEmbedding(embedder(name), kept=1_000_000) for name in ("default", "minilm"))
    encoder = CachedEmbedding(UniversalEncoder(), kept=1_000_000)
    models: dict[str, Linear] = json_models()
    results, elsewhere = settings = [found(texts, asked, both, elsewhere=away) for away in (False, True)]
    for suffix in (" by words", ""):
        models["support" + suffix] = supporter(asked, settings, texts, suffix)
    models["answering across languages"] = across(texts, asked, settings, encoder)
    save(models)
    for known, suffix in ((None, " by words"), (encoder, ""), (english, " by tokens")):
        name = "choosing" + suffix
        models[name] = chooser(texts, asked, results, known)
        save(models)
        samples = []
        for item, passages, others in zip(asked, results, elsewhere, strict=True):
            samples += [
                sample(item, [texts[item.text]], known, "own text", 1.0),
                sample(item, passages, known, "search", 1.0),
                sample(item, others, known, "off topic", 0.3),
            ]
        kept = [item for item in samples if item is not None]
        print(f"answering{suffix or ' by sentence vectors'}, cross-validated by text:")
        report(kept, cross_validated(kept), print)
        models["answering" + suffix], models["support of a word" + suffix] = fit_samples(kept)
        save(models)


def across(
    texts: Sequence[Passage], asked: Sequence[Asked], settings: Sequence[list[list[Passage]]], embed: Embed
) -> Linear:
    """The chance that the most similar sentence answers, by similarity alone: what is left between two languages.

    Fitted in English as if no word could be compared; between languages similarities are .03 lower, which is given
    back in the constant.
    """
    features: list[dict[str, float]] = []
    labels: list[float] = []
    for results in settings:
        for item, passages in zip(asked, results, strict=True):
            alignment = QuestionAlignment.of(QuestionPart(item.question, 0, len(item.question)), passages)
            choices = PartRanking(replace(alignment, across=True), embed).best
            if not choices or not alignment.words:
                continue
            best = choices[0].sentence
            features.append(answerability.across_features(alignment, choices))
            same = passages[best.passage].file == texts[item.text].file
            labels.append(float(same and item.answer is not None and item.answer in best.text))
    scale = Scale.of(features)
    rows, right = scale.rows(features, constant=True), np.array(labels)
    model = scale.linear(logistic_weights(rows, right), constant=True)
    chances = np.array([logistic(model(one)) for one in features])
    print(
        f"answering across languages: AUC {area(right, chances):.3f}, "
        f"calibration error {calibration_error(right, chances):.3f}"
    )
    return replace(model, constant=model.constant + 0.03 * model.weights["similarity"])


def logistic_weights(rows: Array, right: Array) -> Array:
    """The weights of a logistic regression, the first of them free."""

    def loss(weights: Array) -> tuple[float, Array]:
        scores = rows @ weights
        chances = 1 / (1 + np.exp(-scores))
        value = np.logaddexp(0, scores).sum() - right @ scores + 5 * weights[1:] @ weights[1:]
        return float(value), rows.T @ (chances - right) + 10 * np.concatenate([[0.0], weights[1:]])

    return np.asarray(minimize(loss, np.zeros(rows.shape[1]), jac=True, method="L-BFGS-B").x)


def supporter(
    asked: Sequence[Asked], settings: Sequence[list[list[Passage]]], texts: Sequence[Passage], suffix: str
) -> Linear:
    """The chance that a passage found is from the text that the question was asked about."""
    features: list[dict[str, float]] = []
    labels: list[float] = []
    for results in settings:
        for item, passages in zip(asked, results, strict=True):
            words = query_words(item.question)
            for passage in passages:
                similarity = None if suffix else SIMILARITIES[item.question, passage.file]
                behind = passages[0].score - passage.score
                features.append(support_features(words, passage, similarity, behind))
                labels.append(float(passage.file == texts[item.text].file))
    scale = Scale.of(features)
    rows, right = scale.rows(features, constant=True), np.array(labels)

    weights = logistic_weights(rows, right)
    chances = 1 / (1 + np.exp(-rows @ weights))
    print(
        f"support{suffix}: AUC {area(right, chances):.3f}, calibration error {calibration_error(right, chances):.3f}"
    )
    return scale.linear(weights, constant=True)


def calibration_error(labels: Array, chances: Array) -> float:
    """Expected calibration error over ten bins: how far chances are from frequencies."""
    bins = np.clip((chances * 10).astype(int), 0, 9)
    gaps = [abs(labels[bins == b].mean() - chances[bins == b].mean()) * (bins == b).mean() for b in set(bins)]
    return float(sum(gaps))


def json_models() -> dict[str, Linear]:
    if not FILE.exists():
        return {}
    stored = json.loads(FILE.read_text(encoding="utf-8"))
    return {name: Linear(model["constant"], model["weights"]) for name, model in stored.items()}


def save(models: dict[str, Linear]) -> None:
    rounded = {
        name: {
            "constant": round(m.constant, 4),
            "weights": {key: round(w, 4) for key, w in m.weights.items()},
        }
        for name, m in sorted(models.items())
    }
    FILE.write_text(json.dumps(rounded, indent=1) + "\n", encoding="utf-8")
    calibrated_model.cache_clear()


if __name__ == "__main__":
    main()
