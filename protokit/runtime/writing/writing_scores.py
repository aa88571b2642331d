"""How a text compares with what questions.yaml expects: no rule broken, no fact of its own, what must stand in it."""

from collections.abc import Mapping, Sequence

from protokit.runtime.assistant_types import Answer, Measures
from protokit.runtime.measure_share import measure_share


def writing_faults(answer: Answer, expected: Mapping[str, object]) -> str | None:
    """What is wrong with the text, for a person; "" where nothing is, None where there is nothing to hold it against.

    Each broken rule and each fact that the input does not hold counts, unless `expected` names the rules that may be
    broken (`may_break`, words of the rule). `says` lists words that must stand in the text, `never_says` those that
    must not; `empty` is true where nothing can be written.
    """
    if expected.get("empty"):
        return "" if not answer.found else "something was written"
    if not answer.found or answer.table is None:
        return "nothing was written"
    allowed = [word.casefold() for word in _words(expected.get("may_break"))]
    faults = [
        f"{rule}: {found or 'broken'}"
        for rule, kept, found in _rows(answer)
        if not kept and not any(word in rule.casefold() for word in allowed)
    ]
    text = " ".join(answer.text.split()).casefold()
    faults += [
        f"“{word}” is not said" for word in _words(expected.get("says")) if word.casefold() not in text
    ]
    faults += [f"“{word}” is said" for word in _words(expected.get("never_says")) if word.casefold() in text]
    return "; ".join(faults)


def writing_measures(answers: Sequence[Answer]) -> Measures | None:
    """The share of rules that are kept, and of texts without a fact of their own; None where there are no checks."""
    rows = [_rows(answer) for answer in answers if answer.table and answer.found]
    if not rows:
        return None
    rules = [kept for each in rows for _, kept, _ in each[:-1]]
    clean = [each[-1][1] for each in rows if each]
    return Measures(
        (
            measure_share("rules kept", sum(rules), len(rules)),
            measure_share("texts with every fact from the input", sum(clean), len(clean)),
        )
    )


def _rows(answer: Answer) -> list[tuple[str, bool, str]]:
    rows = answer.table.rows if answer.table else ()
    return [(str(row[0]), bool(row[1]), str(row[2] or "")) for row in rows]


def _words(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list | tuple) else []
