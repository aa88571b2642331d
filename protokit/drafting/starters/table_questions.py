"""Turns what stands in tables and behind labels into questions: "Cashier: Emily Rodriguez", "Team: Blues; Cups: 1"."""

import re
from collections.abc import Iterator

from protokit.drafting.starters.english_questions import GeneratedQuestion

_LABEL = re.compile(r"(?P<label>[A-Z][A-Za-z’' -]{2,38}?)\**\s?:\**\s+(?P<value>\S.{0,78})")
_SUM = re.compile(
    r"(?P<label>[A-Z][A-Za-z ]{2,30}?)(?: \([\d.,]+ ?%\))?:? +(?P<value>[$€£] ?\d[\d.,]*|\d[\d.,]*"
    r" ?(?:EUR|USD|GBP|CHF|€))"
)
_FULL_NAME = re.compile(
    r"(?:Dr\.? |Prof\.? |M[rs]s?\.? )?[A-Z][\w’-]+(?: [A-Z]\.)?(?: (?:de|van|von|da|del))?(?: [A-Z][\w’-]+){1,2}"
)
_PERSON = re.compile(
    r"\b(?:[a-z]+(?:ier|or|ager|ner|der|son|ist|eer|cer)|lead|head|chair|contact|ceo|cto|cfo"
    r"|president|architect|lawyer)$"
)
_AMOUNTS = re.compile(
    r"(?:total|subtotal|balance|balance due|amount due|amount|budget|revenue|profit|turnover)$"
)
_SAID_OF_A_SUM = re.compile(
    r"\b(?:tax|fee|fees|price|deposit|rent|salary|discount|cost|premium|shipping|delivery|tip|charge)$"
)
_SINGULAR = re.compile(
    r"\b(?:deadline|duration|location|venue|capacity|warranty|limit|rate|budget|notice period|period|client|customer"
    r"|supplier|vendor|employer|landlord|tenant|project|product|payment method|start date|end date"
    r"|due date|delivery date"
    r"|category|department|country|city|status|departure|arrival|destination|address|opening time"
    r"|closing time|size|weight|colou?r|quantity|price|headquarters)$"
)
_PLURAL = re.compile(
    r"\b(?:opening hours|office hours|hours|requirements|ingredients|payment terms|participants|attendees)$"
)
_NUMBER = re.compile(r"-?\d[\d.,]*(?: ?(?:million|billion|k))?")
_DATE = re.compile(
    r"\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d{1,2}\.? [A-Z][a-z]+(?: \d{4})?|[A-Z][a-z]+ \d{1,2}(?:, \d{4})?"
)
_MONEY = re.compile(r"[$€£] ?\d[\d.,]*|\d[\d.,]* ?(?:EUR|USD|GBP|CHF|€)\b.*")
_COLUMN = re.compile(r"[A-Z][A-Za-z’' -]{2,30}")
_CODE = re.compile(r"\d{6,}|[A-Z0-9]{2,}-[A-Z0-9]{2,}|https?:|@|#")
_NO_COLUMN = re.compile(
    r"(?:notes?|page|comments?|id|nr|no|number|link|url|description|title|topic|type|source|remarks?)$"
)


def from_label(line: str) -> Iterator[GeneratedQuestion]:
    """Yield the question that a line "Label: value", or a sum behind its name, answers by itself."""
    plain = re.sub(r"^[-*•]\s+|\*\*", "", line.strip())
    if match := _SUM.fullmatch(plain):
        yield from _sums(match["label"].strip().lower(), match["value"])
    match = _LABEL.fullmatch(plain)
    if not match or _CODE.search(match["value"]) or "; " in plain:
        return
    label, value = _small(match["label"]), match["value"].strip()
    counted = re.fullmatch(r"(?P<what>[\w ]+s) (?P<done>[a-z]+ed|sold|won|paid|built|held)", label)
    if _FULL_NAME.fullmatch(value) and _PERSON.search(label):
        yield GeneratedQuestion(f"Who is the {label}?", value, 3.5)
    elif counted and _NUMBER.fullmatch(value):
        yield GeneratedQuestion(f"How many {counted['what']} were {counted['done']}?", value, 3.4)
    elif _NUMBER.fullmatch(value) and re.search(r"[^su]s$", label) and not _PLURAL.search(label):
        yield GeneratedQuestion(f"How many {label} are there?", value, 3.0)
    elif _SINGULAR.search(label) and len(label.split()) <= 3:
        yield GeneratedQuestion(f"What is the {label}?", value, 3.0)
    elif _PLURAL.search(label) and len(label.split()) <= 3:
        yield GeneratedQuestion(f"What are the {label}?", value, 3.0)


def _sums(label: str, value: str) -> Iterator[GeneratedQuestion]:
    if _AMOUNTS.search(label):
        yield GeneratedQuestion(f"What is the {label}?", value, 3.6 if label.endswith("total") else 3.4)
    elif _SAID_OF_A_SUM.search(label):
        yield GeneratedQuestion(f"How much is the {label}?", value, 3.3)


def from_row(row: str, text: str) -> Iterator[GeneratedQuestion]:
    """Yield the questions about a row of a table in `text`, as reading writes it: "Team: Blues; Cups: 1"."""
    pairs = [pair.partition(": ") for pair in row.strip().split("; ")]
    cells = [(column.strip(), value.strip()) for column, colon, value in pairs if colon and value.strip()]
    named = next((cell for cell in cells if _names_the_row(*cell)), None)
    if (
        len(cells) < 2
        or named is None
        or not all(re.fullmatch(r"[^.;]{2,40}", column) for column, _ in cells)
    ):
        return
    for column, value in cells:
        if column != named[0] and _COLUMN.fullmatch(column) and not _NO_COLUMN.search(column.lower()):
            yield from _cell(column, value, _mentioned(named[1]))


def _names_the_row(column: str, value: str) -> bool:
    return (
        re.fullmatch(r"[A-Za-zÀ-ÿ][\w’'& ()/,-]{2,45}", value) is not None
        and not _DATE.fullmatch(value)
        and not _CODE.search(value)
        and value.lower()
        not in ("none", "yes", "no", "all", "total", "n/a", "other", "unknown", "open", "done")
        and column[:1].isupper()
    )


def _mentioned(name: str) -> str:
    """A row's name as it can stand in a question: what is no proper name stands in quotation marks."""
    first, *others = name.split()
    if all(word[:1].isupper() or word in ("of", "the", "and") for word in others) and (
        others or first.isupper()
    ):
        return name
    return f"“{name}”" if others else name


def _cell(column: str, value: str, name: str) -> Iterator[GeneratedQuestion]:
    said = column if re.fullmatch(r"(?:[A-Z]\w+ )+[A-Z]\w+", column) else _small(column)
    if _CODE.search(value) or len(value) > 60 or len(said.split()) > 3 or _HANGING.search(said):
        return
    plural = re.search(r"[^su]s$", column) is not None
    if _NUMBER.fullmatch(value) and plural:
        yield GeneratedQuestion(f"How many {said} are listed for {name}?", value, 2.9)
    elif _DATE.fullmatch(value):
        if said.lower() in ("date", "day", "when"):
            yield GeneratedQuestion(f"When is {name}?", value, 3.0)
        elif re.search(r"\b(?:date|deadline|day)$", said.lower()):
            yield GeneratedQuestion(f"What is the {_small(column)} for {name}?", value, 2.9)
    elif _FULL_NAME.fullmatch(value) and _PERSON.search(said.lower()):
        yield GeneratedQuestion(f"Who is the {_small(column)} for {name}?", value, 2.9)
    elif plural == (_PLURAL.search(said.lower()) is not None) and (_MONEY.fullmatch(value) or _knows(said)):
        worth = 2.5 if any(map(str.isdigit, value)) else 2.0
        link = "for" if _GIVEN_FOR.search(said.lower()) else "of"
        yield GeneratedQuestion(f"What {'are' if plural else 'is'} the {said} {link} {name}?", value, worth)


_GIVEN_FOR = re.compile(
    r"\b(?:fee|fees|rate|deadline|limit|discount|deposit|supplier|budget|period|charge|tax|hours|salary|rent)$"
)
"""Columns whose value is given *for* a row; others are one *of* a row's properties."""


def _knows(column: str) -> bool:
    """Whether a column holds what a reader would ask for by its name."""
    return any(
        form.search(column.lower()) for form in (_SINGULAR, _PLURAL, _AMOUNTS, _SAID_OF_A_SUM, _PERSON)
    )


_HANGING = re.compile(r"\b(?:for|of|to|in|by|at|on|due|own|a|an|who|what|when|where|how|is|per)\b")
"""What makes a column's name no plain noun."""


def _small(label: str) -> str:
    """The label inside a sentence: abbreviations of up to three letters keep their capitals."""
    words = label.strip().split()
    return " ".join(word if word.isupper() and len(word) <= 3 else word.lower() for word in words)
