"""How good extractive summaries are: ROUGE beside the lead and LexRank at equal words, and how many sections are heard.

    python -m benchmarks.summaries DATA_DIR [--json]

ROUGE is the F-measure of rouge-score with stemming, of the reference that fits best. Sets: DATA_DIR/summaries/*.jsonl
(`text` and `references` in each line), the news of DATA_DIR/grounding*/*.jsonl with their summaries judged right, and
benchmarks/data/kinds.yaml. The baselines are the first sentences (of talks: turns) and LexRank as sumy has it, with our
sentences in place of its NLTK tokenizer, which would download a model; both are cut to the words of our summary. The
sections are those of benchmarks/data/sections.yaml, written for this purpose. Needs `pip install rouge-score sumy`.
"""

import argparse
import json
import re
import sys
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from rouge_score.rouge_scorer import RougeScorer
from sumy.models.dom import ObjectDocumentModel, Paragraph, Sentence
from sumy.nlp.stemmers import Stemmer
from sumy.summarizers.lex_rank import LexRankSummarizer
from sumy.utils import get_stop_words

from protokit.runtime.summarization import Length, extractive_summary
from vectorstore.text.sentences import split

_DATA = Path(__file__).parent / "data"
_NEWS = ("CLIFF/", "BUMP/", "SummEdits/news")
_MEASURES = ("rouge1", "rouge2", "rougeL")
_LANGUAGES = {"en": "english", "de": "german", "es": "spanish", "zh": "chinese"}
_TURN = re.compile(r"[#@\w][^:\n]{0,30}:\s")


@dataclass(frozen=True, slots=True)
class ReferenceText:
    """A text with summaries that people wrote of it."""

    text: str
    references: tuple[str, ...]


class _Words:
    """What sumy asks of a tokenizer, without NLTK."""

    def to_words(self, text: str) -> tuple[str, ...]:
        return tuple(re.findall(r"[\u3400-\u9fff]|[^\W\d_]+", text))

    def to_sentences(self, text: str) -> tuple[str, ...]:
        return tuple(sentences(text))


def sentences(text: str) -> list[str]:
    """The sentences of `text`, or the turns of a talk."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > 2 and sum(bool(_TURN.match(line)) for line in lines) > len(lines) / 2:
        return lines
    return [" ".join(text[span.start : span.end].split()) for span in split(text)]


def lexrank(units: Sequence[str], language: str = "en") -> list[str]:
    """`units` in the order in which LexRank would take them."""
    name = _LANGUAGES[language]
    summarizer = LexRankSummarizer(Stemmer(name))
    summarizer.stop_words = get_stop_words(name)
    document = ObjectDocumentModel([Paragraph([Sentence(unit, _Words()) for unit in units])])
    ranks: list[str] = []
    for count in range(1, len(units) + 1):
        chosen = [str(sentence) for sentence in summarizer(document, count)]
        ranks += [unit for unit in chosen if unit not in ranks]
    return ranks


def first_words(units: Sequence[str], ranks: Sequence[str], words: int) -> str:
    """The first of `ranks` that have `words` words, in the order of `units`; the last is cut."""
    chosen: list[str] = []
    for unit in ranks:
        if len(" ".join(chosen).split()) >= words:
            break
        chosen.append(unit)
    ordered = sorted(chosen, key=units.index)
    return " ".join(" ".join(ordered).split()[:words])


def read_sets(data: Path) -> dict[str, list[ReferenceText]]:
    """The sets by name."""
    sets = {
        path.name: [
            ReferenceText(str(row["text"]), tuple(map(str, row["references"]))) for row in _rows(path)
        ]
        for path in sorted((data / "summaries").glob("*.jsonl"))
    }
    news: dict[str, list[str]] = {}
    for path in sorted(data.glob("grounding*/*.jsonl")):
        for row in _rows(path):
            if str(row.get("origin")).startswith(_NEWS) and row["label"] == "supported":
                news.setdefault(str(row["source"]), []).append(str(row["claim"]))
    sets["news of the grounding sets"] = [ReferenceText(text, tuple(claims)) for text, claims in news.items()]
    own = yaml.safe_load((_DATA / "kinds.yaml").read_text(encoding="utf-8"))
    for kind, rows in own.items():
        sets[f"our own {kind}"] = [ReferenceText(row["text"], tuple(row["references"])) for row in rows]
    return {name: texts for name, texts in sets.items() if texts}


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip():
            yield json.loads(line)


def measure(texts: Sequence[ReferenceText], length: Length) -> dict[str, dict[str, float]]:
    """Mean F-measures in percent and words of each method."""
    scorer = RougeScorer(list(_MEASURES), use_stemmer=True)
    totals: dict[str, dict[str, float]] = {}
    for each in texts:
        for method, summary in _summaries(each.text, length).items():
            total = totals.setdefault(method, dict.fromkeys((*_MEASURES, "words"), 0.0))
            scores = [scorer.score(reference, summary) for reference in each.references]
            best = max(scores, key=lambda score: score["rouge1"].fmeasure)
            for name in _MEASURES:
                total[name] += 100 * best[name].fmeasure / len(texts)
            total["words"] += len(summary.split()) / len(texts)
    return {
        method: {name: round(value, 1) for name, value in total.items()} for method, total in totals.items()
    }


def _summaries(text: str, length: Length) -> dict[str, str]:
    ours = "\n".join(point.text for point in extractive_summary(text, length=length).points)
    units, words = sentences(text), len(ours.split())
    return {
        "ours": ours,
        "lead": first_words(units, units, words),
        "LexRank": first_words(units, lexrank(units), words),
    }


def coverage() -> dict[str, dict[str, float]]:
    """For each text and on average, the percentage of its sections heard by each method with equally many sentences."""
    shares: dict[str, dict[str, float]] = {}
    for item in yaml.safe_load((_DATA / "sections.yaml").read_text(encoding="utf-8")):
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
            "LexRank": _share(_heard(sections, lexrank(sentences(text), item["language"])[:count])),
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
    warnings.filterwarnings("ignore", category=RuntimeWarning, module="sumy")
    lengths: tuple[Length, ...] = ("short", "medium")
    result = {
        f"{name}, {length} ({len(texts)} texts)": measure(texts, length)
        for name, texts in read_sets(options.data).items()
        for length in lengths
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
