"""Turns headings and frequent names into broad questions, for documents whose sentences give no sharper ones."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from protokit.drafting.starters.noun_phrases import lowered
from protokit.drafting.starters.question_forms import pattern, table, word_list

_HEADING = re.compile(r"^(?:#{1,6}\s+)?(?:\d+(?:\.\d+)*\.?\s+)?(\S.{2,70}?)\s*#*$")
_MOST_TERMS = 8
_MOST_READ = 40_000
_SHORT = 1_500
"""Characters of a text in which a name need not come up again to be asked about."""


def asked_headings(text: str) -> Iterator[tuple[str, int]]:
    """Yield the headings of `text` that are questions already, and where they stand."""
    for title, at in headings(text):
        if (
            title.endswith(("?", "？"))
            and (len(title.split()) > 3 or not title.isascii())
            and not pattern("unclear").search(re.sub(r"\bI\b", "", title))
        ):
            yield title, at


def from_headings(text: str, language: str) -> Iterator[tuple[str, int]]:
    """Yield a broad question for each heading of `text`, the title last, and where the heading stands."""
    found = [
        (title, at)
        for title, at in dict(headings(text)).items()
        if not pattern("heading_unfit").search(title)
    ]
    for title, at in sorted(
        [*found[1:], *found[:1]], key=lambda each: " " not in each[0] and each[0].isascii()
    ):
        said = title if language in ("de", "zh", "ja") else _inside(title, text)
        if language != "en":
            yield {**table("said_of"), **table("about")}.get(language, table("about")["en"]).format(said), at
        elif question := _asked_about(said):
            yield question, at


def from_names(text: str, language: str) -> Iterator[tuple[str, int]]:
    """Yield a question about each of the names that `text` speaks of most, and where it first does."""
    form = table("said_of").get(language, table("said_of")["en"])
    for name, count in islice(_names(text, language), _MOST_TERMS):
        article = language == "en" and len(re.findall(rf"\bthe {re.escape(name)}\b", text)) * 2 > count
        yield form.format(f"the {name}" if article else name), text.find(name)


def from_terms(text: str, language: str) -> Iterator[tuple[str, int]]:
    """Yield a question about each of the words that `text` uses most, and where it first does."""
    form = table("said_of").get(language, table("said_of")["en"])
    for term in _terms(text, language):
        yield form.format(term), max(text.find(term), 0)


def headings(text: str) -> Iterator[tuple[str, int]]:
    """Yield each heading of `text`, marked with # or standing alone over a paragraph, and where its line begins."""
    lines = [line.strip() for line in text.splitlines()]
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for at, line in enumerate(lines):
        match = _HEADING.match(line)
        if not match or "|" in line or not (line.startswith("#") or _stands_alone(lines, at)):
            continue
        title = re.sub(r"^[A-Z]\. ", "", match[1].strip(" *_:"))
        if (
            title[:1].isalpha()
            and (title[:1].isupper() or not title[:1].isascii())
            and len(title.split()) <= 9
        ):
            yield title, starts[at]


def _stands_alone(lines: list[str], at: int) -> bool:
    """Whether an unmarked line looks like a heading: short, no full stop, a real paragraph after it."""
    line = lines[at]
    after = next((other for other in lines[at + 1 : at + 3] if other), "")
    if line.endswith(("?", "？")):
        return len(after) > 25 and not (at and lines[at - 1])
    wide = not line.isascii() and re.search(r"[\u3040-\u9fff]", line) is not None
    return (
        len(line.split()) <= 7
        and (not wide or len(line) <= 16)
        and line[-1].isalnum()
        and (wide or line[0].isupper())
        and len(after) > (25 if wide else 60)
        and ":" not in line
    )


def _asked_about(said: str) -> str:
    """The question an English heading answers: "parental leave" -> "How does parental leave work?"."""
    first, _, rest = said.partition(" ")
    if pattern("unclear").search(said) or re.search(
        r"\b(?:you|who|whose|when|where)\b|[A-Z]{4,} [A-Z]{2,}", said
    ):
        return ""
    if first.lower() in ("how", "what", "why", "which"):
        return f"Can you explain {said}?" if " " in rest else ""
    if first.lower() in word_list("heading_verbs") and pattern("heading_object").match(rest):
        return f"How do I {said}?"
    if re.fullmatch(
        r"(?:[\w-]+ )?(?:leave|work|pay|billing|delivery|shipping|training|onboarding|support)", said
    ):
        return f"How does {said} work?"
    if re.fullmatch(
        r"(?:[\w-]+ )?(?:refunds|returns|payments|expenses|discounts|benefits|appraisals|bookings|claims)",
        said,
    ):
        return f"How do {said} work?"
    return table("about")["en"].format(f"the {said}" if pattern("heading_takes_the").search(said) else said)


def _inside(title: str, text: str) -> str:
    """A heading as it stands inside a sentence; words in capitals get those that `text` gives them."""
    if not title.isupper():
        return lowered(title, text)
    written = [
        word.capitalize() if f" {word.capitalize()} " in text else word.lower() for word in title.split()
    ]
    return " ".join(word if f" {word.lower()} " not in text else word.lower() for word in written)


def _names(text: str, language: str) -> Iterator[tuple[str, int]]:
    """Names that come up again and how often, longer ones first; none in German, where every noun is capital."""
    if language in ("de", "zh", "ja"):
        return
    capital = r"[A-ZÀ-Þ][\w-]*[a-zA-Zà-ÿ]"
    counts = Counter(re.findall(rf"(?<=[a-zà-ÿ,] ){capital}(?: (?:of |de )?{capital})*", text))
    names = [
        name
        for name, count in counts.most_common(30)
        if (count > 1 or len(text) < _SHORT)
        and len(name) > 3
        and not set(name.lower().split()) & word_list("no_names")
        and not pattern("boilerplate").search(name)
        and not all(re.search(rf"\b{re.escape(word.lower())}\b", text) for word in name.split())
        and len(re.findall(rf"\b{re.escape(name)} {pattern('describes').pattern}", text)) * 3
        <= text.count(name)
    ]
    for name in sorted(names, key=lambda name: -min(counts[name], 4) - 2 * (" " in name)):
        yield name, counts[name]


def _terms(text: str, language: str) -> Iterator[str]:
    """The words that `text` uses again and again, as it mostly writes them."""
    from vectorstore.text.terms import content_words

    wide = language in ("zh", "ja")
    counts: Counter[str] = Counter()
    written: dict[str, Counter[str]] = {}
    if wide:
        found = [(run[0], *run.span()) for run in re.finditer(r"[\u4e00-\u9fff]{2,6}|[ァ-ヴー]{3,}", text)]
    else:
        found = content_words(text[:_MOST_READ], language)
    for form, start, end in found:
        if wide or (end - start > 4 and text[start:end].isalpha()):
            counts[form] += 1
            written.setdefault(form, Counter())[text[start:end]] += 1
    for form, count in counts.most_common(_MOST_TERMS * 2):
        word = written[form].most_common(1)[0][0]
        said = lowered(word.capitalize() if word.isupper() else word, text)
        is_noun = wide or not pattern("heading_no_noun").search(word)
        if is_noun and (count > 1 or len(text) < _SHORT) and word.lower() not in word_list("no_names"):
            yield word if wide or language == "de" else said
