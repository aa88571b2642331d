"""Turns headings and frequent names into broad questions, for documents whose sentences give no sharper ones."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice, pairwise

from protokit.drafting.starters.multilingual_questions import ABOUT, SAID_OF
from protokit.drafting.starters.noun_phrases import BOILERPLATE, UNCLEAR, lowered

_HEADING = re.compile(r"^(?:#{1,6}\s+)?(?:\d+(?:\.\d+)*\.?\s+)?(\S.{2,70}?)\s*#*$")
_UNFIT = re.compile(
    r"[.:;!?|<>/？]|\d{3}|^(?:introduction|overview|contents|summary|subject|aim|purpose|scope|background|notes?"
    r"|general|contact|parties|figures.*|dates|definitions|appendix.*|in short|page .*|questions|faq|respect"
    r"|chapter.*|title slide|slide.*|table.*|untitled.*|conclusion|references|agenda|einleitung|introducción"
    r"|(?:from|before|after|during|since|with|in|at|on|by) .*|.* (?:one|two|three))$",
    re.IGNORECASE,
)
_QUESTION_WORDS = frozenset("how what why which".split())
_TAKES_THE = re.compile(
    r"^(?!the |an? |your |our )[a-z][^,]*(?: of |\b(?:agreement|policy|plan|process|procedure|handbook|guide|register"
    r"|report|lease|contract|system|programme|program|period|rule|summary|portal|form|office|team)$)"
)
"""Headings that want an article inside a sentence: "data processing agreement", "role of the trustee"."""
_VERBS = frozenset(
    "get create set install use add remove change reset connect cancel book order pay report request apply open close "
    "start update return contact find choose check sign register renew join leave submit upload download".split()
)
_OBJECT = re.compile(r"(?:an?|the|your|my|up|in|out|to|for|with|on)\b|[\w-]+s$")
"""What shows that the word before it is a verb: "leave the company", not "leave policy"."""
_MOST_TERMS = 8
_MOST_READ = 40_000
_SHORT = 1_500
"""Characters of a text in which a name need not come up again to be asked about."""
_NOT_NAMES = frozenset(
    "the a an this that these those it its he she they we you i in on at by for from with as if when while where what "
    "who how why and but or so not no yes all any some each every most many both please note total page chapter "
    "section table figure however also there here then thus after before during since under over however although "
    "despite because unlike first second third finally january february march april may june july august september "
    "october november december monday tuesday wednesday thursday friday saturday sunday topic item".split()
)


def asked_headings(text: str) -> Iterator[tuple[str, int]]:
    """Yield the headings of `text` that are questions already, and where they stand."""
    for title, at in headings(text):
        if (
            title.endswith(("?", "？"))
            and (len(title.split()) > 3 or not title.isascii())
            and not UNCLEAR.search(re.sub(r"\bI\b", "", title))
        ):
            yield title, at


def from_headings(text: str, language: str) -> Iterator[tuple[str, int]]:
    """Yield a broad question for each heading of `text`, the title last, and where the heading stands."""
    found = [(title, at) for title, at in dict(headings(text)).items() if not _UNFIT.search(title)]
    for title, at in sorted(
        [*found[1:], *found[:1]], key=lambda each: " " not in each[0] and each[0].isascii()
    ):
        said = title if language in ("de", "zh", "ja") else _inside(title, text)
        if language != "en":
            yield ABOUT.get(language, SAID_OF.get(language, ABOUT["en"])).format(said), at
        elif question := _asked_about(said):
            yield question, at


def from_names(text: str, language: str) -> Iterator[tuple[str, int]]:
    """Yield a question about each of the names that `text` speaks of most, and where it first does."""
    form = SAID_OF.get(language, SAID_OF["en"])
    for name, found in islice(_names(text, language), _MOST_TERMS):
        said = (
            f"the {name}"
            if language == "en" and len(re.findall(rf"\bthe {re.escape(name)}\b", text)) * 2 > found
            else name
        )
        yield form.format(said), text.find(name)


def from_terms(text: str, language: str) -> Iterator[tuple[str, int]]:
    """Yield a question about each of the terms that `text` uses most, and where it first does."""
    form = SAID_OF.get(language, SAID_OF["en"])
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
    if UNCLEAR.search(said) or re.search(r"\b(?:you|who|whose|when|where)\b|[A-Z]{4,} [A-Z]{2,}", said):
        return ""
    if first.lower() in _QUESTION_WORDS:
        return f"Can you explain {said}?" if " " in rest else ""
    if first.lower() in _VERBS and _OBJECT.match(rest):
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
    return ABOUT["en"].format(f"the {said}" if _TAKES_THE.search(said) else said)


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
    found = Counter(re.findall(rf"(?<=[a-zà-ÿ,] ){capital}(?: (?:of |de )?{capital})*", text))
    named = [
        name
        for name, count in found.most_common(30)
        if (count > 1 or len(text) < _SHORT)
        and len(name) > 3
        and not set(name.lower().split()) & _NOT_NAMES
        and not BOILERPLATE.search(name)
        and _stands_for_something(name, text)
        and not all(re.search(rf"\b{re.escape(word.lower())}\b", text) for word in name.split())
    ]
    for name in sorted(named, key=lambda name: -min(found[name], 4) - 2 * (" " in name)):
        yield name, found[name]


def _stands_for_something(name: str, text: str) -> bool:
    """Whether `name` mostly ends its phrase: "Islamic" and "Apollo" before a noun only describe it."""
    before_noun = len(re.findall(rf"\b{re.escape(name)} (?!{_LINKS}\b)[a-z]{{4,}}", text))
    return before_noun * 3 <= text.count(name)


_LINKS = (
    r"(?:with|from|that|were|have|into|which|when|after|before|under|during|would|could|their|this|also|will|must|should"
    r"|became|made|took|said|used|being|been|while|where|until|against|through|between|over|than|then|both)"
)


def _terms(text: str, language: str) -> Iterator[str]:
    """What `text` speaks of again and again: pairs of words in English, long words elsewhere."""
    if language in ("zh", "ja"):
        runs = Counter(re.findall(r"[\u4e00-\u9fff]{2,6}|[ァ-ヴー]{3,}", text))
        yield from (run for run, count in runs.most_common(_MOST_TERMS) if count > 1 or len(text) < _SHORT)
    else:
        if language == "en":
            yield from _pairs(text)
        yield from _single_words(text, language)


def _pairs(text: str) -> Iterator[str]:
    from vectorstore.text.terms import content_words

    spans = [(start, end) for _, start, end in content_words(text[:_MOST_READ], "en")]
    pairs = Counter(
        text[start:end]
        for (start, one_end), (other_start, end) in pairwise(spans)
        if text[one_end:other_start] == " "
        and re.fullmatch(r"[a-z]{4,}(?<!ly) [a-z]{4,}(?<!ed|ly)", text[start:end])
    )
    yield from (
        pair for pair, count in pairs.most_common(_MOST_TERMS) if count > 1 and not UNCLEAR.search(pair)
    )


def _single_words(text: str, language: str) -> Iterator[str]:
    from vectorstore.text.terms import content_words

    counts: Counter[str] = Counter()
    written: dict[str, Counter[str]] = {}
    for form, start, end in content_words(text[:_MOST_READ], language):
        word = text[start:end]
        if len(word) > 4 and word.isalpha():
            counts[form] += 1
            written.setdefault(form, Counter())[word] += 1
    for form, count in counts.most_common(_MOST_TERMS * 2):
        word = written[form].most_common(1)[0][0]
        if (count > 1 or len(text) < _SHORT) and word.lower() not in _NOT_NAMES and not _NO_NOUN.search(word):
            yield word if language == "de" else lowered(word.capitalize() if word.isupper() else word, text)


_NO_NOUN = re.compile(r"(?:ed|ing|ly|ists?|ic|al|ive|ous|[a-z]{4}ise|one|[bt]s|kes|ert|pt|en|reen)$")
"""Endings of English words that are seldom nouns."""
