"""Facts of a form as sentences: every field said once, none added."""

import re

from protokit.runtime.writing.shape_text import ShapeInput, sentence_case

_TYPE = re.compile(r"\b(?:type|kind|category|art|typ|tipo|genre)$", re.IGNORECASE)
_NAME = re.compile(r"^(?:name|title|product|titel|nombre|nom|producto|produit|produkt)$", re.IGNORECASE)
_YES, _NO = frozenset("yes true ja sí si oui y".split()), frozenset("no false nein non n".split())
_NEAR = re.compile(
    r"^(?:near|close to|next to|opposite|since|by|for|with|from|until|at|in|on)$", re.IGNORECASE
)
_LINE = re.compile(r"^\s*(?:[-*•]\s+)?(?P<label>[^\W\d][^:=\n]{0,40}?)\s*[:=]\s*(?P<value>\S.*?)\s*$")


def fact_sentences(source: ShapeInput) -> str:
    """One or two sentences that say every field of the form and of the lines "label: value"."""
    facts = _facts(source)
    text = source.words
    name = next((value for label, value in facts if _NAME.match(label)), "")
    kind = next((value for label, value in facts if _TYPE.search(label)), "")
    rest = [
        (label, value)
        for label, value in facts
        if not _NAME.match(label) and not (kind and _TYPE.search(label))
    ]
    subject = name or text["it"]
    flags = [(label, value.casefold() in _YES) for label, value in rest if value.casefold() in _YES | _NO]
    places = [f"{label.lower()} {value}" for label, value in rest if _NEAR.match(label)]
    others = [
        (label, value)
        for label, value in rest
        if not _NEAR.match(label) and value.casefold() not in _YES | _NO
    ]
    if source.language != "en":
        return _listed(source, name, kind, others, flags, places)
    first = f"{subject} is {_article(kind)} {kind}" if kind else ""
    if places:
        first = f"{first or f'{subject} is'} {' and '.join(places)}"
    told = [text["its"].format(label=label.lower(), value=value) for label, value in others]
    flagged = [
        ("" if yes else "not ") + label.lower().replace(" friendly", "-friendly") for label, yes in flags
    ]
    sentences = []
    if first:
        sentences.append(f"{first}{' and is ' + _joined(flagged) if flagged else ''}.")
        if told:
            sentences.append(f"{sentence_case(_joined(told))}.")
    elif told:
        sentences.append(
            f"{f'{name}: ' if name else ''}{_joined(told) if name else sentence_case(_joined(told))}."
        )
        if flagged:
            sentences.append(f"It is {_joined(flagged)}.")
    elif flagged:
        sentences.append(f"{subject} is {_joined(flagged)}.")
    return " ".join(sentences)


def _facts(source: ShapeInput) -> list[tuple[str, str]]:
    lines = [
        (match["label"], match["value"]) for line in source.text.splitlines() if (match := _LINE.match(line))
    ]
    free = " ".join(line for line in source.text.splitlines() if line.strip() and not _LINE.match(line))
    own = [
        (label, value)
        for label, value in source.fields
        if value.strip() and value.strip() != source.text.strip()
    ]
    facts = [(_label(label), " ".join(value.split())) for label, value in (*own, *lines)]
    return [*dict.fromkeys(facts), *([("Details", free)] if free.strip() else [])]


def _label(label: str) -> str:
    """ "priceRange" as two words."""
    return " ".join(re.sub(r"(?<=[a-zà-ÿ])(?=[A-Z])|_", " ", label).split()).strip()


def _article(noun: str) -> str:
    return (
        "an"
        if noun[:1].lower() in "aeiou" and not re.match(r"(?:uni|use|eu|one)", noun, re.IGNORECASE)
        else "a"
    )


def _joined(parts: list[str]) -> str:
    return " and ".join(parts) if len(parts) < 3 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _listed(
    source: ShapeInput,
    name: str,
    kind: str,
    others: list[tuple[str, str]],
    flags: list[tuple[str, bool]],
    places: list[str],
) -> str:
    """The same in a language whose grammar is not known here: each fact behind its label."""
    text = source.words
    head = text["is"].format(name=name, type=kind, article="") if name and kind else name or kind
    told = [text["its"].format(label=label, value=value) for label, value in others]
    told += [text["are" if yes else "not"].format(label=label) for label, yes in flags]
    told += places
    return ". ".join(part for part in (head, "; ".join(told)) if part) + "."
