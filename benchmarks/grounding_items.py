"""Labelled claims for fitting the grounding check: public ones, some written by hand, some made of true sentences."""

import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from protokit.runtime.grounding import weighed_claims
from protokit.runtime.grounding.facts import facts
from protokit.runtime.grounding.word_overlap import SourceWords
from vectorstore.passage import Passage
from vectorstore.text.sentences import split

_FILES = (
    "grounding/grounding", "grounding2/rag_answers", "grounding2/rag_answers_nc", "grounding2/summaries_spans",
    "grounding2/sentence_level",
)  # fmt: skip

CLAIMS = Path(__file__).parent / "grounding_claims"
_ADDED = (
    "last summer", "on Saturday", "in four years", "for the second time", "this season", "earlier this month", "by 25%",
    "after a long illness", "in New York", "according to a new report", "for the first time since 2003",
    "in front of 40,000 people", "following complaints from residents", "at a cost of £1", "with help from volunteers",
    "in March 2012", "because of bad weather", "in 16 games", "and was praised by the president",
    "and has since moved to Canada", "despite warnings from experts", "in the south of France",
    "on the same day", "as part of a new campaign", "and will continue until next year", "a spokesman has said",
    "in what experts call a record", "after talks with China", "and many people were surprised", "in the final minute",
)  # fmt: skip
_CHAT = (
    "I have never tried that, but it sounds like a lot of fun!", "My sister lives there and she loves it.",
    "That is so cool, I did not know that.", "I think everyone should try it at least once.",
    "Do you have a favorite one? Mine is the blue one.", "It is very popular all over the world.",
    "Yes, I agree with you, it can be quite expensive.", "People have done this for thousands of years.",
    "I'm not a big fan, but my kids love it.", "They say it is good for your health.",
    "It must have been hard for them back then.", "I used to do that when I was a child.",
    "It depends on what you like best, there are many kinds.", "Well, most people do not know much about it.",
    "I would love to go there some day, it looks beautiful in the pictures.", "It is one of the best in the country.",
)  # fmt: skip
_OPENINGS = ("yes, ", "well, ", "Yes , ", "i see. ", "actually, ", "In short: ", "")
_SWAPS = (
    ("more", "fewer"), ("before", "after"), ("first", "last"), ("increase", "decrease"), ("opened", "closed"),
    ("rise", "fall"), ("sold", "bought"), ("won", "lost"), ("up to", "at least"), ("largest", "smallest"),
    ("days", "weeks"), ("weeks", "months"), ("hours", "days"), ("minutes", "hours"), ("million", "billion"),
    ("£", "$"), ("€", "£"), ("$", "€"), ("every", "no"), ("only", "not only"), ("all", "some"), ("east", "west"),
    ("above", "below"), ("oldest", "youngest"), ("husband", "brother"), ("closed", "open"), ("years", "months"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Item:
    """A claim about `sources`, and whether they carry it. Items of one `group` share a passage."""

    sources: tuple[str, ...]
    claim: str
    supported: bool
    kind: str
    group: int


@dataclass(frozen=True, slots=True)
class LabelledSentence:
    """What is weighed of a sentence; `supported` is None where nobody says which sentence is wrong."""

    features: dict[str, float]
    supported: bool | None


@dataclass(frozen=True, slots=True)
class Example:
    """An answer with its label, its sentences that claim something, and its overlap with its source."""

    id: str
    part: str
    group: str
    supported: bool
    fit: bool
    own: bool
    sentences: tuple[LabelledSentence, ...]
    overlap: dict[str, float]


def examples(data: Path) -> list[Example]:
    """Those of the public files under `data` and of our own; what claims nothing is left out."""
    claims = written()
    own = [
        _example(
            f"own {number}", "own", str(item.group), item.sources, item.claim, item.supported, (), own=True
        )
        for number, item in enumerate(crowded(claims + corrupted(claims)))
    ]
    return [each for each in (*_public(data), *own) if each.sentences]


def _public(data: Path) -> Iterator[Example]:
    for name in _FILES:
        file = data / f"{name}.jsonl"
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            part = name.partition("/")[2]
            part = row["origin"].partition("/")[0] if part == "grounding" else part
            spans = [span for span in row.get("unsupported_spans") or () if span.strip()]
            yield _example(
                row["id"], part, row["source"], (row["source"],), row["claim"], row["label"] == "supported", spans,
                fit=row.get("fit", True),
            )  # fmt: skip


def _example(
    name: str, part: str, group: str, sources: Sequence[str], claim: str, supported: bool, spans: Sequence[str],
    *, own: bool = False, fit: bool = True,
) -> Example:  # fmt: skip
    passages = [Passage(text=text, file="source.txt", start=0, end=len(text)) for text in sources]
    weighed = list(weighed_claims(claim, passages))
    marked = [supported or not _touched(sentence, spans) for sentence, _, _ in weighed]
    known = supported or len(weighed) == 1 or (bool(spans) and not all(marked))
    labels = [supported if len(weighed) == 1 else label if known else None for label in marked]
    sentences = tuple(LabelledSentence(found, y) for (_, _, found), y in zip(weighed, labels, strict=True))
    overlap = SourceWords(sources).features(" ".join(text for _, text, _ in weighed))
    return Example(name, part, group, supported, fit, own, sentences, overlap)


def _touched(sentence: str, spans: Sequence[str]) -> bool:
    """Whether something that people marked as unsupported lies in the sentence, wholly or by one of its ends."""
    return any(
        span in sentence
        or (len(span) > 10 and sentence.strip() in span)
        or (len(span) > 25 and (span[:25].strip() in sentence or span[-25:].strip() in sentence))
        for span in spans
    )


def written() -> list[Item]:
    """The claims in `grounding_claims/`: each passage (P:) is followed by true (+) and untrue (-) ones."""
    items: list[Item] = []
    passage = ""
    group = 0
    for file in sorted(CLAIMS.glob("*.txt")):
        for line in file.read_text(encoding="utf-8").splitlines():
            mark, text = line[:2].strip(), line[2:].strip()
            if mark == "P:":
                passage, group = text, group + 1
            elif mark in ("+", "-"):
                items.append(Item((passage,), text, mark == "+", f"{file.stem} written", group))
    return items


def corrupted(items: list[Item], seed: int = 0) -> list[Item]:
    """True sentences of the same passages in other dress, and what becomes of them with one thing wrong."""
    rng = random.Random(seed)
    passages = {item.group: item.sources[0] for item in items}
    made: list[Item] = []
    for group, passage in passages.items():
        sentences = [passage[span.start : span.end] for span in split(passage)]
        true = [item.claim for item in items if item.group == group and item.supported]
        other = [p for g, p in passages.items() if g != group]
        for text in [*sentences, *true]:
            made.append(Item((passage,), _dress(text, rng), True, "dressed", group))
            wrong = [(kind, make(text, passage, other, rng)) for kind, make in _CORRUPTIONS.items()]
            wrong = [(kind, changed) for kind, changed in wrong if changed and changed != text]
            for kind, changed in rng.sample(wrong, min(2, len(wrong))):
                changed = _dress(changed, rng) if rng.random() < 0.3 else changed
                made.append(Item((passage,), changed, False, kind, group))
        for text in rng.sample(_CHAT, 2):
            made.append(Item((passage,), text, False, "chat", group))
        made += [Item((passage,), text, True, "verbatim", group) for text in sentences]
    return made


def crowded(items: list[Item], seed: int = 1) -> list[Item]:
    """The same items, a third of them among other passages and a third within a longer text."""
    rng = random.Random(seed)
    passages = sorted({item.sources[0] for item in items})
    crowded_items: list[Item] = []
    for item in items:
        others = [p for p in rng.sample(passages, 4) if p != item.sources[0]]
        sources = list(item.sources)
        way = rng.random()
        if way < 0.33:
            sources = [*sources, *others]
            rng.shuffle(sources)
        elif way < 0.66:
            parts = [*sources, *others]
            rng.shuffle(parts)
            sources = [" ".join(parts)]
        crowded_items.append(Item(tuple(sources), item.claim, item.supported, item.kind, item.group))
    return crowded_items


def _dress(text: str, rng: random.Random) -> str:
    """The same claim as other systems write it: in lower case, tokenised, with an opening word, cut short."""
    if rng.random() < 0.3:
        text = re.sub(r"(?<=\w)n't\b", " n't", re.sub(r"(?<=\w)([,.;])(?=\s|$)", r" \1", text)).replace(
            "-", " - "
        )
    if rng.random() < 0.3:
        text = text.lower()
    if rng.random() < 0.4:
        text = rng.choice(_OPENINGS) + text
    return text.rstrip(". ") if rng.random() < 0.3 else text


def _number(text: str, passage: str, other: list[str], rng: random.Random) -> str:
    found = [fact for fact in facts(text) if re.search(r"\d", fact.text)]
    if not found:
        return ""
    fact = rng.choice(found)
    digits = re.search(r"\d+", fact.text)
    assert digits is not None
    old = int(digits[0])
    new = rng.choice([old + 1, old + 3, old * 2, max(1, old - 2), old + 10])
    return text[: fact.start] + fact.text.replace(digits[0], str(new), 1) + text[fact.end :]


def _names(text: str) -> list[str]:
    return re.findall(r"(?<=[a-z,] )[A-Z][a-z]+(?: [A-Z][a-z]+)*", text)


def _name(text: str, passage: str, other: list[str], rng: random.Random) -> str:
    mine = _names(text)
    near = [name for name in _names(passage) if name not in text]
    far = _names(rng.choice(other))
    theirs = near if near and rng.random() < 0.5 else far
    return text.replace(rng.choice(mine), rng.choice(theirs), 1) if mine and theirs else ""


def _negation(text: str, passage: str, other: list[str], rng: random.Random) -> str:
    if re.search(r"\b(?:not|never) ", text):
        return re.sub(r"\b(?:not|never) ", "", text, count=1)
    return re.sub(r"\b(is|are|was|were|will|can|must|has|have|may) ", r"\1 not ", text, count=1)


def _swap(text: str, passage: str, other: list[str], rng: random.Random) -> str:
    ways = [way for pair in _SWAPS for way in (pair, pair[::-1])]
    fitting = [(a, b) for a, b in ways if re.search(rf"(?<!\w){re.escape(a)}(?!\w)|{re.escape(a)}\d", text)]
    if not fitting:
        return ""
    old, new = rng.choice(fitting)
    return text.replace(old, new, 1)


def _relation(text: str, passage: str, other: list[str], rng: random.Random) -> str:
    """Two names or two numbers of the sentence change places."""
    for found in (_names(text), [f.text for f in facts(text) if f.kind == "number"]):
        if len(set(found)) > 1:
            first, second = rng.sample(sorted(set(found)), 2)
            return text.replace(first, "\0").replace(second, first).replace("\0", second)
    return ""


def _added(text: str, passage: str, other: list[str], rng: random.Random) -> str:
    return f"{text.rstrip('. ')} {rng.choice(_ADDED)}."


def _grafted(text: str, passage: str, other: list[str], rng: random.Random) -> str:
    """The beginning of this sentence with the end of one from elsewhere."""
    tail = rng.choice([t for p in other for t in re.split(r"(?<=[.!?]) ", p)]).split()
    words = text.split()
    return " ".join(words[: len(words) * 2 // 3] + tail[len(tail) // 2 :])


def _mixed(text: str, passage: str, other: list[str], rng: random.Random) -> str:
    """The beginning of this sentence with the end of another of the same passage."""
    tail = rng.choice(re.split(r"(?<=[.!?]) ", passage)).split()
    words = text.split()
    mixed = " ".join(words[: len(words) // 2] + tail[len(tail) // 2 :])
    return "" if mixed in passage else mixed


def _chatty(text: str, passage: str, other: list[str], rng: random.Random) -> str:
    return f"{rng.choice(_CHAT)} {text}" if rng.random() < 0.5 else f"{text} {rng.choice(_CHAT)}"


def _unrelated(text: str, passage: str, other: list[str], rng: random.Random) -> str:
    return rng.choice(re.split(r"(?<=[.!?]) ", rng.choice(other)))


_CORRUPTIONS = {
    "number": _number, "name": _name, "negation": _negation, "opposite": _swap, "relation": _relation,
    "added": _added, "grafted": _grafted, "mixed": _mixed, "chatty": _chatty, "unrelated": _unrelated,
}  # fmt: skip
