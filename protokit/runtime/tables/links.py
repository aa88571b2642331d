"""Which words of a question mean which columns and values of one table."""

from collections.abc import Sequence
from dataclasses import dataclass

from protokit.runtime.tables.question_tokens import QuestionToken, alike, misspelt
from protokit.runtime.tables.table_words import ColumnWords, TableWords, ValueWords
from protokit.runtime.tables.typed_table import TypedColumn
from protokit.runtime.tables.vocabulary import concepts, words

_LONGEST = 12
"""Tokens of a value that a question says."""


@dataclass(frozen=True, slots=True)
class ValueLink:
    """Tokens that are a value of a column, of several columns where it stands in more than one."""

    values: tuple[ValueWords, ...]
    start: int
    end: int
    exact: bool = True
    """All of the value is said as it is written; else part of it, or with a slip."""


@dataclass(frozen=True, slots=True)
class ColumnLink:
    """Tokens that name a column, wholly or in part, or what it is about."""

    column: TypedColumn
    tokens: frozenset[int]
    score: float
    rivals: tuple[TypedColumn, ...] = ()
    """Columns that the same tokens fit equally well."""

    @property
    def start(self) -> int:
        """The first of its tokens."""
        return min(self.tokens)

    @property
    def end(self) -> int:
        """Behind the last of its tokens."""
        return max(self.tokens) + 1


def whole_values(
    tokens: Sequence[QuestionToken], table: TableWords, plain: Sequence[bool]
) -> list[ValueLink]:
    """Values that the question says in full, longest first and without overlap. `plain` marks function words."""
    found: list[ValueLink] = []
    taken = [False] * len(tokens)
    for length in range(min(_LONGEST, len(tokens)), 0, -1):
        for start in range(len(tokens) - length + 1):
            end = start + length
            if any(taken[start:end]):
                continue
            matches = _same(tokens[start:end], table)
            if all(
                plain[start:end]
            ):  # "Must" and "IT" are names where they are written as the cells have them
                matches = [v for v in matches if start and _as_written(tokens[start:end], v)]
            if matches:
                found.append(ValueLink(tuple(matches), start, end))
                taken[start:end] = [True] * length
    return found


def _as_written(span: Sequence[QuestionToken], value: ValueWords) -> bool:
    return all(
        a.written == b.written and a.written[:1].isupper() for a, b in zip(span, value.tokens, strict=True)
    )


def _same(span: Sequence[QuestionToken], table: TableWords) -> list[ValueWords]:
    candidates = {number for stem in span[0].stems for number in table.by_stem.get(stem, ())}
    values = [table.values[number] for number in sorted(candidates)]
    if all(token.is_number for token in span):  # 50 is a number, unless it is what a row is called
        values = [value for value in values if value.column.index == table.table.key.index]
    same = [v for v in values if len(v.tokens) == len(span) and all(map(_word, span, v.tokens))]
    literal = [v for v in same if all(a.text == b.text for a, b in zip(span, v.tokens, strict=True))]
    return _once(literal or same)


def _once(values: Sequence[ValueWords]) -> list[ValueWords]:
    return list({(value.column.index, value.text): value for value in values}.values())


def _word(said: QuestionToken, written: QuestionToken) -> bool:
    return said.text == written.text or bool(said.stems & written.stems and not said.is_number)


def partial_values(
    tokens: Sequence[QuestionToken], table: TableWords, free: Sequence[bool], least: int = 1
) -> list[ValueLink]:
    """Values of which the free tokens say a part that no other value of the column has.

    "Norvik" is enough for "Norvik Biobank".
    """
    found: list[ValueLink] = []
    taken = [not each for each in free]
    small = not any(token.written[:1].isupper() for token in tokens[1:])
    for length in range(min(6, len(tokens)), least - 1, -1):
        for start in range(len(tokens) - length + 1):
            end = start + length
            if any(taken[start:end]) or not (matches := _only_ones(tokens[start:end], table, small)):
                continue
            found.append(ValueLink(tuple(matches), start, end, exact=False))
            taken[start:end] = [True] * length
    return found


def _only_ones(span: Sequence[QuestionToken], table: TableWords, small: bool) -> list[ValueWords]:
    """For each column the one value that holds the span, where it is a good part of it.

    A single small word is no part of a name in capitals: "research" is not "Fjellro Research". With `small` the
    question has no capitals at all; then the word must be the first of the name.
    """
    sets = [{number for stem in token.stems for number in table.by_stem.get(stem, ())} for token in span]
    numbers = set.intersection(*sets)
    if all(token.is_number or len(token.text) < 2 for token in span):
        return []
    by_column: dict[int, list[ValueWords]] = {}
    for number in sorted(numbers):
        value = table.values[number]
        if _holds(value.tokens, span) and (len(span) > 1 or _may_stand_for(span[0], value, small)):
            by_column.setdefault(value.column.index, []).append(value)
    return [v[0] for v in map(_once, by_column.values()) if len(v) == 1 and _is_most_of(span, v[0])]


def _is_most_of(span: Sequence[QuestionToken], value: ValueWords) -> bool:
    """Half of a value is enough, and the last name of a person."""
    size = len(value.tokens)
    return size <= 8 and (len(span) >= 0.5 * size or (len(span) == 1 and size <= 3))


def _may_stand_for(token: QuestionToken, value: ValueWords, small: bool) -> bool:
    written = next(t for t in value.tokens if _word(token, t))
    if len(token.text) < 3 or not written.written[:1].isupper():
        return len(token.text) >= 3 and token.text == written.text
    if small:
        return written is value.tokens[0] and token.text == written.text
    return token.written[:1].isupper() and token.text == written.text


def _holds(tokens: Sequence[QuestionToken], span: Sequence[QuestionToken]) -> bool:
    size = len(span)
    return any(all(map(_word, span, tokens[i : i + size])) for i in range(len(tokens) - size + 1))


def misspelt_values(
    tokens: Sequence[QuestionToken], table: TableWords, free: Sequence[bool], least: int = 1
) -> list[ValueLink]:
    """Values that the free tokens say with a slip, where only one comes near."""
    from rapidfuzz.fuzz import ratio

    found: list[ValueLink] = []
    for length in range(min(5, len(tokens)), least - 1, -1):
        for start in range(len(tokens) - length + 1):
            span = tokens[start : start + length]
            said = " ".join(token.text for token in span)
            if (
                not all(free[start : start + length])
                or len(said) < 5
                or any(start < f.end and f.start < start + length for f in found)
            ):
                continue
            digits = [token.text for token in span if token.is_number]
            near = [
                value
                for value in table.values
                if len(value.tokens) == length
                and digits == [token.text for token in value.tokens if token.is_number]
                and (length == 1 or ratio(said, " ".join(t.text for t in value.tokens), score_cutoff=82))
                and all(_near(a, b, length > 1) for a, b in zip(span, value.tokens, strict=True))
            ]
            near = _once(near)
            if near and len({value.column.index for value in near}) == len(near):
                found.append(ValueLink(tuple(near), start, start + length, exact=False))
    return found


def _near(said: QuestionToken, written: QuestionToken, several: bool) -> bool:
    from rapidfuzz.fuzz import ratio

    return (
        _word(said, written)
        or misspelt(said.text, written.text)
        or (several and len(said.text) >= 4 and ratio(said.text, written.text) >= 66)
    )


def column_links(
    tokens: Sequence[QuestionToken], table: TableWords, free: Sequence[bool]
) -> list[ColumnLink]:
    """The columns that free tokens name. A token goes to the column of whose name most is said."""
    claims = [claim for words_ in table.columns if (claim := _claim(tokens, words_, free))]
    claims = [c for c in claims if c.score >= 0.6 or not all(is_light(tokens[i]) for i in c.tokens)]
    claims.sort(key=lambda claim: -claim.score)
    found: list[ColumnLink] = []
    used: set[int] = set()
    for claim in claims:
        left = claim.tokens - used
        if not left or (claim.tokens & used and len(left) < len(claim.tokens)):
            continue
        rivals = tuple(
            c.column
            for c in claims
            if c is not claim and c.tokens == claim.tokens and abs(c.score - claim.score) < 0.04
        )
        found.append(ColumnLink(claim.column, claim.tokens, claim.score, rivals))
        used |= claim.tokens
    return found


def _claim(tokens: Sequence[QuestionToken], column: ColumnWords, free: Sequence[bool]) -> ColumnLink | None:
    matches: dict[int, int] = {}
    slips = 0.0
    for position, token in enumerate(tokens):
        likeness = (
            [(_likeness(token, name), -number) for number, name in enumerate(column.tokens)]
            if free[position]
            else []
        )
        best, number = max(likeness, default=(0.0, 0))
        if best:
            matches[position] = -number
            slips += 1 - best
    matches = matches or _joined(tokens, column, free)
    if not matches:
        return None
    share = -slips / len(matches) + len(set(matches.values())) / len(column.tokens)
    beside = {
        p for p, token in enumerate(tokens) if any(token.text == b.text for b in column.beside) and free[p]
    }
    near = {p for p in beside if any(abs(p - m) <= 2 for m in matches)}
    tidy = 0.02 * len(near) + (0.4 if _in_one_piece(tokens, matches, column) else 0)
    return ColumnLink(
        column.column, frozenset(matches) | frozenset(near), share + tidy + 0.03 * (len(matches) - 1)
    )


def _in_one_piece(tokens: Sequence[QuestionToken], matches: dict[int, int], column: ColumnWords) -> bool:
    """Whether two words of the name and more stand together as in the name: "price per user" of "price per user per
    month" is no user."""
    order = [matches[position] for position in sorted(matches)]
    if len(set(order)) < 2 or order != sorted(order):
        return False
    between = (tokens[i].text for i in range(min(matches), max(matches) + 1) if i not in matches)
    beside = {token.text for token in column.beside}
    return all(text in beside for text in between)


def _likeness(token: QuestionToken, name: QuestionToken) -> float:
    """How surely a token is a word of a name: 1 as it is written, less with another ending or a slip."""
    if token.text == name.text:
        return 1.0
    return 0.95 if alike(token, name) else 0.6 if misspelt(token.text, name.text) else 0.0


def _joined(tokens: Sequence[QuestionToken], column: ColumnWords, free: Sequence[bool]) -> dict[int, int]:
    """Two tokens that a name writes as one word: "win percentage" for "winpercent"."""
    for number, name in enumerate(column.tokens):
        if len(name.text) < 6:
            continue
        for position in range(len(tokens) - 1):
            joined = tokens[position].text + tokens[position + 1].text
            if (
                all(free[position : position + 2])
                and len(tokens[position].text) >= 2
                and (
                    joined == name.text
                    or (joined.startswith(name.text) and len(joined) - len(name.text) <= 3)
                )
            ):
                return {position: number, position + 1: number}
    return {}


def concept_columns(name: str, table: TableWords) -> list[tuple[float, ColumnWords]]:
    """The columns that are about a concept, the surest first."""
    scored = [(column.concepts[name], column) for column in table.columns if name in column.concepts]
    return sorted(scored, key=lambda pair: -pair[0])


def concepts_said(token: QuestionToken) -> list[str]:
    """What a word of the question is about."""
    return [
        each.name
        for each in concepts().values()
        if any(form in each.words for form in (token.text, *token.stems))
    ]


def is_light(token: QuestionToken) -> bool:
    """Whether a word says nothing that an answer must hold to."""
    return (
        token.text in words("light") or token.text in words("file_words") or token.text in words("row_words")
    )
