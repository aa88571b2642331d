"""How well the grounding check tells supported from unsupported claims: python benchmarks/grounding.py DATA_DIR

DATA_DIR holds grounding.jsonl, one claim a line: `source`, `claim`, `label` ("supported" or "unsupported") and
`origin` ("CLIFF/xsum", "BEGIN/wow"...). Nothing is fitted here; the thresholds are the shipped ones.
"""

import argparse
import json
import re
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from protokit.runtime.grounding import check
from protokit.runtime.grounding.logistic import fitted
from vectorstore.passage import Passage


@dataclass(frozen=True, slots=True)
class Result:
    """What the check and word overlap say about one claim."""

    part: str
    supported: bool
    score: float
    verdict: str
    overlap: float


def auc(results: list[Result], score: str) -> float:
    """The chance that a supported claim scores higher than an unsupported one; ties count half."""
    high = [getattr(each, score) for each in results if each.supported]
    low = [getattr(each, score) for each in results if not each.supported]
    wins = sum((a > b) + (a == b) / 2 for a in high for b in low)
    return wins / (len(high) * len(low)) if high and low else float("nan")


def word_overlap(claim: str, source: str) -> float:
    """The baseline: the share of the claim's words that stand in the source."""
    said = set(re.findall(r"\w+", source.lower()))
    words = re.findall(r"\w+", claim.lower())
    return sum(word in said for word in words) / max(1, len(words))


def run(rows: list[dict[str, str]]) -> tuple[list[Result], float]:
    """Check every row; also the median milliseconds of a check."""
    results, times = [], []
    for row in rows:
        passage = Passage(text=row["source"], file="source.txt", start=0, end=len(row["source"]))
        began = time.perf_counter()
        found = check(row["claim"], [passage])
        times.append(time.perf_counter() - began)
        overlap = word_overlap(row["claim"], row["source"])
        part = row["origin"].partition("/")[0]
        results.append(Result(part, row["label"] == "supported", found.score, found.verdict, overlap))
    return results, 1000 * sorted(times)[len(times) // 2]


def summed_up(results: list[Result]) -> dict[str, object]:
    """AUC of the check and of word overlap, balanced accuracy and confusion at the shipped threshold."""
    threshold = fitted().unsupported_below
    passed = Counter((each.supported, each.score >= threshold) for each in results)
    true, untrue = passed[True, True] + passed[True, False], passed[False, True] + passed[False, False]
    return {
        "claims": len(results),
        "auc": round(auc(results, "score"), 3),
        "auc_word_overlap": round(auc(results, "overlap"), 3),
        "balanced_accuracy": round(
            (passed[True, True] / max(1, true) + passed[False, False] / max(1, untrue)) / 2, 3
        ),
        "supported_passed": passed[True, True],
        "supported_flagged": passed[True, False],
        "unsupported_passed": passed[False, True],
        "unsupported_flagged": passed[False, False],
        "verdicts": dict(Counter(f"{'true' if r.supported else 'untrue'}: {r.verdict}" for r in results)),
    }


def speed(rows: list[dict[str, str]], repeats: int = 5) -> dict[str, float]:
    """Milliseconds for an answer of five sentences over five passages, and for embedding a question on this machine."""
    from vectorstore.embeddings.minilm import MiniLM

    texts = [row["source"][:1200] for row in rows[:5]]
    passages = [Passage(text=text, file="source.txt", start=0, end=len(text)) for text in texts]
    answer = " ".join(text[:120].rpartition(" ")[0].replace(".", ",") + "." for text in texts)
    model = MiniLM()
    timed = {
        "check_ms": lambda: check(answer, passages),
        "embed_ms": lambda: model.embed_question(rows[0]["claim"]),
    }
    found = {}
    for name, call in timed.items():
        call()
        began = time.perf_counter()
        for _ in range(repeats):
            call()
        found[name] = 1000 * (time.perf_counter() - began) / repeats
    return found | {"ratio": found["check_ms"] / found["embed_ms"]}


def main() -> None:
    """Print a table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, help="folder with grounding.jsonl")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    lines = (arguments.data / "grounding.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines if line.strip()]
    results, milliseconds = run(rows)
    times = speed(rows)
    parts = sorted({each.part for each in results})
    table = {"all": summed_up(results)} | {p: summed_up([r for r in results if r.part == p]) for p in parts}
    if arguments.json:
        print(
            json.dumps(
                {
                    "threshold": fitted().unsupported_below,
                    "median_ms": milliseconds,
                    "speed": times,
                    "parts": table,
                },
                indent=1,
            )
        )
        return
    print(f"threshold {fitted().unsupported_below}; median {milliseconds:.1f} ms a claim")
    print(
        f"five sentences over five passages {times['check_ms']:.0f} ms = {times['ratio']:.1f} times"
        f" embedding one question ({times['embed_ms']:.0f} ms)"
    )
    print("part     claims   AUC  overlap  balanced  true: passed flagged   untrue: passed flagged")
    for part, found in table.items():
        print(
            f"{part:8} {found['claims']:6} {found['auc']:5.3f}  {found['auc_word_overlap']:7.3f}"
            f"  {found['balanced_accuracy']:8.3f}  {found['supported_passed']:12} {found['supported_flagged']:7}"
            f"   {found['unsupported_passed']:14} {found['unsupported_flagged']:7}"
        )


if __name__ == "__main__":
    main()
