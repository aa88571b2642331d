"""How long keeping takes, and finding afterwards: beside LangChain's default, on a 300-page PDF, at 100,000 passages.

    python benchmarks/ingest.py DATA_DIR [--only compare pdf scale] [--passages 10000 100000] [--json]

DATA_DIR holds corpus.jsonl (id, text) and queries.jsonl (query, relevant_ids). `compare` needs langchain-chroma and
langchain-text-splitters, which nothing else here uses.
"""

import argparse
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vectorstore.embeddings.embedder import Embedder
from vectorstore.embeddings.embedder_factory import embedder
from vectorstore.index.store_location import StorePaths
from vectorstore.knowledge import KnowledgeBase

Row = dict[str, Any]
QUESTIONS = 200


class Timed:
    """An embedder that adds up the time it takes."""

    def __init__(self, model: Embedder) -> None:
        self._model = model
        self.id, self.dimension, self.multilingual = model.id, model.dimension, model.multilingual
        self.seconds = 0.0

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._timed(lambda: self._model.embed(texts))

    def embed_question(self, text: str) -> NDArray[np.float32]:
        return self._timed(lambda: self._model.embed_question(text))

    def _timed(self, work: Callable[[], NDArray[np.float32]]) -> NDArray[np.float32]:
        began = time.perf_counter()
        vectors = work()
        self.seconds += time.perf_counter() - began
        return vectors


class Scattered:
    """Questions by the real model; passages get random directions, as embedding 100,000 would take an hour."""

    id, dimension, multilingual = "scattered", 384, False

    def __init__(self) -> None:
        self._model = embedder("minilm")
        self._random = np.random.default_rng(0)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = self._random.standard_normal((len(texts), self.dimension)).astype(np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def embed_question(self, text: str) -> NDArray[np.float32]:
        return self._model.embed_question(text)


def compare(data: Path, scratch: Path) -> list[Row]:
    """The same documents and questions here and in LangChain's default, with the same embedding."""
    documents = scratch / "documents"
    documents.mkdir()
    texts = {row["id"]: row["text"] for row in read(data / "corpus.jsonl")}
    for number, text in enumerate(texts.values()):
        (documents / f"{number:05}.txt").write_text(text)
    questions = list(read(data / "queries.jsonl"))
    relevant = [{f"{list(texts).index(id):05}.txt" for id in row["relevant_ids"]} for row in questions]
    return [
        measure(ours(documents, scratch), "protokit", questions, relevant),
        measure(langchain(documents, scratch), "LangChain default", questions, relevant),
    ]


Searcher = Callable[[str], list[str]]


def ours(documents: Path, scratch: Path) -> tuple[Searcher, float, float]:
    """A search that gives files best first, and the seconds of ingest: all of them, and the model's own."""
    model = Timed(embedder("minilm"))
    knowledge = KnowledgeBase(StorePaths.of(scratch / "ours", "knowledge"), model)
    (scratch / "nothing").mkdir()
    knowledge.sync(scratch / "nothing")  # loads Chroma, which the other one does before its clock runs too
    model.embed(["load the model"])
    model.seconds = 0.0
    began = time.perf_counter()
    knowledge.sync(documents)
    seconds = time.perf_counter() - began
    return lambda question: [p.file for p in knowledge.search(question, limit=10)], seconds, model.seconds


def langchain(documents: Path, scratch: Path) -> tuple[Searcher, float, float]:
    """The same with RecursiveCharacterTextSplitter as its documentation uses it, and Chroma's similarity search."""
    from langchain_chroma import Chroma
    from langchain_core.documents import Document
    from langchain_core.embeddings import Embeddings
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    model = Timed(embedder("minilm"))

    class Same(Embeddings):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return model.embed(texts).tolist()  # type: ignore[no-any-return]

        def embed_query(self, text: str) -> list[float]:
            return model.embed_question(text).tolist()  # type: ignore[no-any-return]

    model.embed(["load the model"])
    model.seconds = 0.0
    store = Chroma("default", Same(), persist_directory=str(scratch / "langchain"))
    began = time.perf_counter()
    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
    loaded = [
        Document(path.read_text(), metadata={"file": path.name}) for path in sorted(documents.iterdir())
    ]
    store.add_documents(splitter.split_documents(loaded))
    seconds = time.perf_counter() - began
    return (
        lambda question: [d.metadata["file"] for d in store.similarity_search(question, k=10)],
        seconds,
        model.seconds,
    )


def measure(
    system: tuple[Searcher, float, float], name: str, questions: list[Row], relevant: list[set[str]]
) -> Row:
    """Quality and times of one system."""
    search, seconds, embedding = system
    ranks, times = [], []
    for row, wanted in zip(questions, relevant, strict=True):
        began = time.perf_counter()
        found = list(dict.fromkeys(search(row["query"])))
        times.append(time.perf_counter() - began)
        ranks.append(next((rank for rank, file in enumerate(found, 1) if file in wanted), 0))
    return {
        "system": name,
        "hit@1": share(ranks, 1),
        "hit@5": share(ranks, 5),
        "MRR@10": round(statistics.mean(1 / rank if rank else 0.0 for rank in ranks), 3),
        "ingest s": round(seconds, 1),
        "model's share": round(embedding / seconds, 3),
        **percentiles(times),
    }


def pdf(_: Path, scratch: Path) -> list[Row]:
    """From dropping a 300-page PDF in to the first answer, in a process that has loaded nothing."""
    documents = scratch / "documents"
    documents.mkdir()
    write_pdf(documents / "long.pdf", 300)
    script = textwrap.dedent("""
        import json, sys, time
        began = time.perf_counter()
        from vectorstore import KnowledgeBase
        knowledge = KnowledgeBase.open(sys.argv[1])
        knowledge.sync_in_background(sys.argv[2])
        while not (found := knowledge.search("Which colour belongs to page 217?")):
            knowledge.wait(0.01)
        first = time.perf_counter() - began
        phase = knowledge.status.phase
        while not knowledge.search("Which colour belongs to page 299?"):
            knowledge.wait(0.01)
        rows = {"first answer s": round(first, 2), "phase": phase, "found on": found[0].page}
        knowledge.wait()
        rows |= {"passages": knowledge.status.passages, "all embedded s": round(time.perf_counter() - began, 1)}
        knowledge.close()
        print(json.dumps(rows))
    """)
    return [in_a_process([sys.executable, "-c", script, str(scratch / "index"), str(documents)])]


def scale(passages: int, scratch: Path) -> Row:
    """Sync synthetic text with random vectors, then search it in a process of its own."""
    documents = scratch / "documents"
    documents.mkdir()
    write_texts(documents, passages)
    steps: dict[str, float] = {}
    with KnowledgeBase(StorePaths.of(scratch / "index", "knowledge"), Scattered()) as knowledge:
        began = time.perf_counter()
        knowledge.sync(
            documents, lambda step: steps.setdefault(step.step, time.perf_counter() - began) and None
        )
        total = time.perf_counter() - began
    again = in_a_process([sys.executable, __file__, str(documents), "--search", str(scratch / "index")])
    size = sum(path.stat().st_size for path in (scratch / "index").rglob("*") if path.is_file())
    reading = steps["embedding"] - steps["reading"]
    return {"read s": round(reading, 1), "sync s": round(total, 1), "disk MB": size // 2**20, **again}


def search_scaled(documents: Path, index: Path) -> Row:
    """What a fresh process needs to answer, and how quickly it answers then."""
    questions = [sample(path) for path in sorted(documents.iterdir())[:QUESTIONS]]
    began = time.perf_counter()
    with KnowledgeBase(StorePaths.of(index, "knowledge"), Scattered()) as knowledge:
        passages = knowledge.status.passages
        words = KnowledgeBase.open(index, embedding="none")
        words.search(questions[0])
        first = time.perf_counter() - began
        words.close()
        began = time.perf_counter()
        knowledge.search(questions[0])
        loading = time.perf_counter() - began
        times = []
        for question in questions * (QUESTIONS // len(questions)):
            began = time.perf_counter()
            knowledge.search(question)
            times.append(time.perf_counter() - began)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    loads = {"first by words s": round(first, 2), "loading s": round(loading, 2)}
    return {"passages": passages, **loads, **percentiles(times), "memory MB": memory}


def write_texts(folder: Path, passages: int) -> None:
    """Files of 100 paragraphs of 120 words each, their frequencies as in a language (Zipf)."""
    draw = random.Random(0)
    vocabulary = ["".join(draw.choices("abdeghiklmnoprstuvw", k=draw.randint(3, 10))) for _ in range(30_000)]
    weights = [1 / rank for rank in range(1, len(vocabulary) + 1)]
    for number in range(max(1, passages // 100)):
        words = draw.choices(vocabulary, weights, k=100 * 120)
        sentences = [" ".join(words[at : at + 12]).capitalize() + "." for at in range(0, len(words), 12)]
        paragraphs = [" ".join(sentences[at : at + 10]) for at in range(0, len(sentences), 10)]
        (folder / f"{number:05}.txt").write_text("\n\n".join(paragraphs))


def sample(path: Path) -> str:
    """Eight words that stand together in a file."""
    words = path.read_text().split()
    at = random.Random(path.name).randrange(len(words) - 8)
    return " ".join(words[at : at + 8])


def write_pdf(path: Path, pages: int) -> None:
    """A plain PDF with 45 lines of text on each page."""
    draw = random.Random(0)
    nouns = "report budget harbour garden engine ladder window station paper valley market bridge".split()
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    kids = []
    for page in range(1, pages + 1):
        lines = [f"The colour that belongs to page {page} is number {page * 7}."]
        lines += [
            "Every " + " and ".join(draw.choices(nouns, k=6)) + f" has a reason of its own {n}."
            for n in range(44)
        ]
        text = "\n".join(f"({line}) Tj T*" for line in lines)
        stream = f"BT /F1 10 Tf 14 TL 60 780 Td\n{text}\nET"
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
        resources = "/Resources << /Font << /F1 3 0 R >> >>"
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] {resources} /Contents {len(objects)} 0 R >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Count {pages} /Kids [{' '.join(kids)}] >>"
    content, places = "%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(content))
        content += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    trailer = f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(content)}\n%%EOF\n"
    path.write_text(content + end + trailer)


def read(path: Path) -> Iterator[Row]:
    """The rows of a JSON lines file."""
    with path.open() as lines:
        yield from map(json.loads, lines)


def in_a_process(command: list[str]) -> Row:
    """The row that a command prints as JSON."""
    return dict(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))


def share(ranks: list[int], most: int) -> float:
    """The share of ranks from 1 to `most`."""
    return round(statistics.mean(0 < rank <= most for rank in ranks), 3)


def percentiles(seconds: list[float]) -> Row:
    """The median and the 95th percentile in milliseconds."""
    middle, high = np.percentile(np.array(seconds) * 1000, [50, 95])
    return {"search p50 ms": round(float(middle), 1), "search p95 ms": round(float(high), 1)}


def show(rows: list[Row]) -> None:
    """A table whose columns are the keys of the rows."""
    lines = [list(rows[0]), *[[str(value) for value in row.values()] for row in rows]]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    print()


def main() -> None:
    """Run the chosen parts and print what they measured."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--only", nargs="*", default=["compare", "pdf", "scale"])
    parser.add_argument("--passages", nargs="*", type=int, default=[10_000, 100_000])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--search", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.search:
        print(json.dumps(search_scaled(chosen.data, chosen.search)))
        return
    parts: dict[str, Callable[[Path], list[Row]]] = {
        "compare": lambda scratch: compare(chosen.data, scratch),
        "pdf": lambda scratch: pdf(chosen.data, scratch),
        **{f"scale {n}": lambda scratch, n=n: [scale(n, scratch)] for n in chosen.passages},
    }
    results = {}
    for name, part in parts.items():
        if name.split()[0] in chosen.only:
            with tempfile.TemporaryDirectory() as scratch:
                results[name] = part(Path(scratch))
            if not chosen.json:
                show(results[name])
    if chosen.json:
        print(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()
