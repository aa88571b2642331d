"""How well passages are found, sentences extracted, and unanswerable questions refused.

    python benchmarks/retrieval.py DATA_DIR [--json] [--embedding default]

DATA_DIR is searched for folders with `corpus.jsonl` (id, title, text) and `queries.jsonl` (query, relevant_ids and,
where known, answers), and for files `unanswerable.jsonl` (question, context, is_impossible); any may be missing.
"""

import argparse
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from protokit.runtime.qa.answerability import ANSWERABLE, answerable
from protokit.runtime.qa.extract import extract
from vectorstore import Passage
from vectorstore.embeddings.embedder import Embedder
from vectorstore.embeddings.embedder_factory import embedder
from vectorstore.embeddings.embedding_cache import CachedEmbedding
from vectorstore.index.docstore import Docstore, DocumentEntry, StoredChunk
from vectorstore.search.fusion import fuse

CANDIDATES = 50
SHOWN = 10


@dataclass(frozen=True)
class Finding:
    """One way of finding over one set of questions."""

    folder: str
    way: str
    questions: int
    hit_at_1: float
    hit_at_5: float
    mrr_at_10: float
    milliseconds: float


@dataclass(frozen=True)
class Extraction:
    """How often a gold answer stands in the best sentence, in the best two, and in any passage found."""

    folder: str
    questions: int
    top_1: float
    top_2: float
    ceiling: float
    milliseconds: float


@dataclass(frozen=True)
class Refusal:
    """How well answerable questions are told from impossible ones, each beside its own paragraph."""

    file: str
    questions: int
    auc: float
    balanced_accuracy: float
    milliseconds: float


def main() -> None:
    """Measure everything there is and print it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, metavar="DATA_DIR")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--embedding", default="default", help="as for KnowledgeBase.open")
    options = parser.parse_args()
    model = embedder(options.embedding)
    results: list[Finding | Extraction | Refusal] = []
    for folder in folders(options.data):
        results += measure_finding(folder, model)
    results += [measure_refusal(file, model) for file in sorted(options.data.rglob("unanswerable.jsonl"))]
    if options.json:
        print(json.dumps([asdict(result) for result in results], indent=1))
    for result in [] if options.json else results:
        print("  ".join(shown(name, value) for name, value in asdict(result).items()))


def shown(name: str, value: object) -> str:
    """One figure of a line of the table."""
    if isinstance(value, float):
        return (
            f"{name.replace('_', ' ')} {value:.1f}"
            if name == "milliseconds"
            else f"{name.replace('_', ' ')} {value:.3f}"
        )
    return f"{value:<12}" if isinstance(value, str) else f"{value} {name}"


def folders(data: Path) -> list[Path]:
    """Where a corpus lies beside its questions."""
    return sorted(
        file.parent for file in data.rglob("corpus.jsonl") if (file.parent / "queries.jsonl").exists()
    )


def rows(file: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSON Lines file."""
    with file.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())


def measure_finding(folder: Path, model: Embedder) -> Iterator[Finding | Extraction]:
    """Words alone, meaning alone, both; then the sentences extracted from what both found."""
    passages = {
        str(row["id"]): Passage(
            row["text"], f"{number}/{row.get('title') or folder.name}", 0, len(row["text"])
        )
        for number, row in enumerate(rows(folder / "corpus.jsonl"))
    }
    queries = list(rows(folder / "queries.jsonl"))
    store = word_index(passages)
    vectors = model.embed([passage.text for passage in passages.values()])
    found: dict[str, list[list[str]]] = {"words": [], "meaning": [], "both": []}
    spent = dict.fromkeys(found, 0.0)
    best: list[list[Passage]] = []
    for query in queries:
        started = time.perf_counter()
        words = store.search_words(query["query"], limit=CANDIDATES)
        spent["words"] += time.perf_counter() - started
        found["words"].append(list(words))
        similar = similarities(query["query"], list(passages), vectors, model)
        nearest = dict(sorted(similar.items(), key=lambda pair: -pair[1])[:CANDIDATES])
        found["meaning"].append(list(nearest))
        started = time.perf_counter()
        words = store.search_words(query["query"], limit=CANDIDATES, also=nearest)
        both = {name: similar[name] for name in words if name in similar}
        candidates = {name: passages[name] for name in words}
        fused = fuse(
            query["query"],
            candidates,
            words,
            both,
            limit=SHOWN,
            multilingual=model.multilingual,
            total=len(passages),
        )
        spent["both"] += time.perf_counter() - started
        names = {passages[name].text: name for name in candidates}
        found["both"].append([names[passage.text] for passage in fused if passage.text in names])
        best.append(fused)
    for way, ranked in found.items():
        yield finding(folder.name, way, queries, ranked, spent[way])
    if any(query.get("answers") for query in queries):
        yield measure_extraction(folder.name, queries, best, model)


def word_index(passages: Mapping[str, Passage]) -> Docstore:
    """A store in memory that finds these passages by their words."""
    store = Docstore(Path(":memory:"))
    chunks = [StoredChunk(id, at, "", passage) for at, (id, passage) in enumerate(passages.items())]
    store.put(DocumentEntry("all", "", "", "read"), "", chunks)
    return store


def similarities(question: str, ids: Sequence[str], vectors: Any, model: Embedder) -> dict[str, float]:
    """The cosine similarity of every passage to the question; empty without a model."""
    if not model.dimension:
        return {}
    likeness = model.similarity(model.question_views(question), vectors)
    return dict(zip(ids, map(float, likeness), strict=True))


def finding(
    folder: str, way: str, queries: Sequence[Mapping[str, Any]], ranked: list[list[str]], seconds: float
) -> Finding:
    """Hit rates and mean reciprocal rank of one way."""
    places = []
    for query, names in zip(queries, ranked, strict=True):
        relevant = set(map(str, query["relevant_ids"]))
        places.append(next((at for at, name in enumerate(names, 1) if name in relevant), 0))
    count = len(places) or 1
    return Finding(
        folder,
        way,
        len(places),
        sum(place == 1 for place in places) / count,
        sum(1 <= place <= 5 for place in places) / count,
        sum(1 / place for place in places if 1 <= place <= 10) / count,
        1000 * seconds / count,
    )


def measure_extraction(
    folder: str, queries: Sequence[Mapping[str, Any]], found: list[list[Passage]], model: Embedder
) -> Extraction:
    """Gold answers contained in what `extract` takes from the five best passages."""
    top_1 = top_2 = ceiling = asked = 0
    started = time.perf_counter()
    for query, passages in zip(queries, found, strict=True):
        answers = [str(answer).lower() for answer in query.get("answers") or []]
        if not answers:
            continue
        asked += 1
        evidence = extract(
            query["query"], passages[:5], embed=embed_of(model), multilingual=model.multilingual
        )
        held = [any(answer in piece.text.lower() for answer in answers) for piece in evidence]
        top_1 += any(held[:1])
        top_2 += any(held)
        ceiling += any(answer in passage.text.lower() for passage in passages[:5] for answer in answers)
    spent = 1000 * (time.perf_counter() - started) / asked
    return Extraction(folder, asked, top_1 / asked, top_2 / asked, ceiling / asked, spent)


def measure_refusal(file: Path, model: Embedder) -> Refusal:
    """AUC, and balanced accuracy at the threshold that the product uses."""
    chances: list[tuple[float, bool]] = []
    started = time.perf_counter()
    for row in rows(file):
        passage = Passage(row["context"], row.get("title") or "", 0, len(row["context"]))
        chance = answerable(
            row["question"], [passage], embed=embed_of(model), multilingual=model.multilingual
        )
        chances.append((chance, not row["is_impossible"]))
    spent = 1000 * (time.perf_counter() - started) / (len(chances) or 1)
    yes, no = ([chance for chance, possible in chances if possible == wanted] for wanted in (True, False))
    pairs = sum((one > other) + 0.5 * (one == other) for one in yes for other in no)
    accepted = sum(chance >= ANSWERABLE for chance in yes) / (len(yes) or 1)
    refused = sum(chance < ANSWERABLE for chance in no) / (len(no) or 1)
    return Refusal(
        file.parent.name, len(chances), pairs / (len(yes) * len(no) or 1), (accepted + refused) / 2, spent
    )


def embed_of(model: Embedder) -> CachedEmbedding | None:
    """The function that makes vectors, or None where there is no model."""
    return CachedEmbedding(model) if model.dimension > 1 else None


if __name__ == "__main__":
    main()
