"""Turns what stands in tables and behind labels into questions: "Cashier: Emily Rodriguez", "Team: Blues; Cups: 1"."""

import re
from collections.abc import Iterator

from protokit.drafting.starters.question_forms import GeneratedQuestion, pattern


def _is(name: str) -> re.Pattern[str]:
    return pattern(f"table_{name}")


def from_label(line: str) -> Iterator[GeneratedQuestion]:
    """Yield the question that a line "Label: value", or a sum behind its name, answers by itself."""
    plain = re.sub(r"^[-*•]\s+|\*\*", "", line.strip())
    if match := _is("sum").fullmatch(plain):
        yield from _sums(match["label"].strip().lower(), match["value"])
    match = _is("label").fullmatch(plain)
    if not match or _is("code").search(match["value"]) or "; " in plain:
        return
    label, value = _small(match["label"]), match["value"].strip()
    counted = re.fullmatch(r"(?P<what>[\w ]+s) (?P<done>[a-z]+ed|sold|won|paid|built|held)", label)
    if _is("full_name").fullmatch(value) and _is("person").search(label):
        yield GeneratedQuestion(f"Who is the {label}?", value, 3.5)
    elif counted and _is("number").fullmatch(value):
        yield GeneratedQuestion(f"How many {counted['what']} were {counted['done']}?", value, 3.4)
    elif _is("number").fullmatch(value) and re.search(r"[^su]s$", label) and not _is("plural").search(label):
        yield GeneratedQuestion(f"How many {label} are there?", value, 3.0)
    elif _is("singular").search(label) and len(label.split()) <= 3:
        yield GeneratedQuestion(f"What is the {label}?", value, 3.0)
    elif _is("plural").search(label) and len(label.split()) <= 3:
        yield GeneratedQuestion(f"What are the {label}?", value, 3.0)


def _sums(label: str, value: str) -> Iterator[GeneratedQuestion]:
    if _is("amounts").search(label):
        yield GeneratedQuestion(f"What is the {label}?", value, 3.6 if label.endswith("total") else 3.4)
    elif _is("said_of_a_sum").search(label):
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
        if (
            column != named[0]
            and _is("column").fullmatch(column)
            and not _is("no_column").search(column.lower())
        ):
            yield from _cell(column, value, _mentioned(named[1]))


def _names_the_row(column: str, value: str) -> bool:
    return (
        re.fullmatch(r"[A-Za-zÀ-ÿ][\w’'& ()/,-]{2,45}", value) is not None
        and not _is("date").fullmatch(value)
        and not _is("code").search(value)
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
    if _is("code").search(value) or len(value) > 60 or len(said.split()) > 3 or _is("hanging").search(said):
        return
    plural = re.search(r"[^su]s$", column) is not None
    if _is("number").fullmatch(value) and plural:
        yield GeneratedQuestion(f"How many {said} are listed for {name}?", value, 2.9)
    elif _is("date").fullmatch(value):
        if said.lower() in ("date", "day", "when"):
            yield GeneratedQuestion(f"When is {name}?", value, 3.0)
        elif re.search(r"\b(?:date|deadline|day)$", said.lower()):
            yield GeneratedQuestion(f"What is the {_small(column)} for {name}?", value, 2.9)
    elif _is("full_name").fullmatch(value) and _is("person").search(said.lower()):
        yield GeneratedQuestion(f"Who is the {_small(column)} for {name}?", value, 2.9)
    elif plural == (_is("plural").search(said.lower()) is not None) and (
        _is("money").fullmatch(value) or _knows(said)
    ):
        worth = 2.5 if any(map(str.isdigit, value)) else 2.0
        link = "for" if _is("given_for").search(said.lower()) else "of"
        yield GeneratedQuestion(f"What {'are' if plural else 'is'} the {said} {link} {name}?", value, worth)


def _knows(column: str) -> bool:
    """Whether a column holds what a reader would ask for by its name."""
    return any(
        _is(form).search(column.lower())
        for form in ("singular", "plural", "amounts", "said_of_a_sum", "person")
    )


def _small(label: str) -> str:
    """The label inside a sentence: abbreviations of up to three letters keep their capitals."""
    words = label.strip().split()
    return " ".join(word if word.isupper() and len(word) <= 3 else word.lower() for word in words)
