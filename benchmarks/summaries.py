"""How good extractive summaries are: ROUGE against references, and how many sections of a text are heard.

    python -m benchmarks.summaries DATA_DIR [--json]

DATA_DIR/summaries/*.jsonl holds a `text` and its `references` in each line; ROUGE is the F-measure of
rouge-score with stemming, of the reference that fits best. The sections are those of
benchmarks/data/sections.yaml, written for this purpose. The baselines are the first sentences (or turns) and
LexRank as sumy has it, with our sentences in place of its NLTK tokenizer, which would download a model.
Needs `pip install rouge-score sumy`.
"""

import argparse
import json
import re
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import yaml
from rouge_score.rouge_scorer import RougeScorer
from sumy.models.dom import ObjectDocumentModel, Paragraph, Sentence
from sumy.nlp.stemmers import Stemmer
from sumy.summarizers.lex_rank import LexRankSummarizer
from sumy.utils import get_stop_words

from protokit.runtime.summarization import extractive_summary
from vectorstore.text.sentences import split

Summarizer = Callable[[str], list[str]]
_SECTIONS = Path(__file__).parent / "data" / "sections.yaml"
_MEASURES = ("rouge1", "rouge2", "rougeL")
_LANGUAGES = {"en": "english", "de": "german", "es": "spanish", "zh": "chinese"}


class _Words:
    """What sumy asks of a tokenizer, without NLTK."""

    def to_words(self, text: str) -> tuple[str, ...]:
        return tuple(re.findall(r"[\u3400-\u9fff]|[^\W\d_]+", text))

    def to_sentences(self, text: str) -> tuple[str, ...]:
        return tuple(sentences(text))


def sentences(text: str) -> list[str]:
    return [" ".join(text[span.start : span.end].split()) for span in split(text)]


def turns(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def lexrank(units: Sequence[str], count: int, language: str = "en") -> list[str]:
    """The `count` units that LexRank puts first, in their order."""
    name = _LANGUAGES[language]
    summarizer = LexRankSummarizer(Stemmer(name))
    summarizer.stop_words = get_stop_words(name)
    document = ObjectDocumentModel([Paragraph([Sentence(unit, _Words()) for unit in units])])
    return [str(sentence) for sentence in summarizer(document, count)]


def ours(text: str, length: str = "medium") -> list[str]:
    return [point.text for point in extractive_summary(text, length=length).points]  # type: ignore[arg-type]


def rouge(summarize: Summarizer, rows: Sequence[dict[str, object]]) -> dict[str, float]:
    """Mean F-measures in percent, mean words and seconds in all."""
    scorer = RougeScorer(list(_MEASURES), use_stemmer=True)
    totals = dict.fromkeys((*_MEASURES, "words"), 0.0)
    begun = time.perf_counter()
    summaries = ["\n".join(summarize(str(row["text"]))) for row in rows]
    seconds = time.perf_counter() - begun
    for row, summary in zip(rows, summaries, strict=True):
        references = row["references"]
        assert isinstance(references, list)
        best = max(
            (scorer.score(reference, summary) for reference in references), key=lambda s: s["rouge1"].fmeasure
        )
        for measure in _MEASURES:
            totals[measure] += 100 * best[measure].fmeasure
        totals["words"] += len(summary.split())
    return {name: round(total / len(rows), 1) for name, total in totals.items()} | {
        "seconds": round(seconds, 2)
    }


def coverage() -> dict[str, dict[str, float]]:
    """For each text and on average, the percentage of its sections heard by each method with equally many sentences."""
    shares: dict[str, dict[str, float]] = {}
    for item in yaml.safe_load(_SECTIONS.read_text(encoding="utf-8")):
        sections = [section.rstrip("\n") for section in item["sections"]]
        text = "\n\n".join(sections)
        points = extractive_summary(text).points
        count = sum(len(split(text[span.start : span.end])) for point in points for span in point.spans)
        bounds = [(text.index(section), text.index(section) + len(section)) for section in sections]
        heard = [any(start <= point.start < end for point in points) for start, end in bounds]
        shares[item["id"]] = {
            "sentences": count,
            "ours": _share(heard),
            "lead": _share(_heard(sections, sentences(text)[:count])),
            "LexRank": _share(_heard(sections, lexrank(sentences(text), count, item["language"]))),
        }
    names = next(iter(shares.values()))
    shares["mean"] = {
        name: round(sum(row[name] for row in shares.values()) / len(shares), 1) for name in names
    }
    return shares


def _heard(sections: Sequence[str], chosen: Sequence[str]) -> list[bool]:
    return [any(unit in sentences(section) for unit in chosen) for section in sections]


def _share(heard: Sequence[bool]) -> float:
    return round(100 * sum(heard) / len(heard), 1)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, metavar="DATA_DIR")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    methods: dict[str, Summarizer] = {
        "lead-3 sentences": lambda text: sentences(text)[:3],
        "lead-3 turns": lambda text: turns(text)[:3],
        "LexRank, 3 sentences": lambda text: lexrank(sentences(text), 3),
        "LexRank, 3 turns": lambda text: lexrank(turns(text), 3),
        "ours, short": lambda text: ours(text, "short"),
        "ours, medium": lambda text: ours(text, "medium"),
        "ours, long": lambda text: ours(text, "long"),
    }
    result: dict[str, dict[str, dict[str, float]]] = {}
    for path in sorted((options.data / "summaries").glob("*.jsonl")):
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        result[f"{path.name} (ROUGE, {len(rows)} texts)"] = {
            name: rouge(use, rows) for name, use in methods.items()
        }
    result["sections heard, percent"] = coverage()
    sys.stdout.write(json.dumps(result, indent=2) + "\n" if options.json else _table(result))


def _table(result: dict[str, dict[str, dict[str, float]]]) -> str:
    lines = []
    for title, rows in result.items():
        names = list(next(iter(rows.values())))
        lines += [title, " " * 22 + "".join(f"{name:>11}" for name in names)]
        lines += [
            f"{label:<22}" + "".join(f"{row[name]:>11}" for name in names) for label, row in rows.items()
        ]
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
