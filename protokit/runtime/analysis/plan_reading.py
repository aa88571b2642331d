"""How a question is read for a plan: what its words may mean in one table or joined ones, and whether all are used."""

from dataclasses import replace

from protokit.runtime.analysis.breakdown import PATTERNS
from protokit.runtime.analysis.joined_tables import JoinedTable, row_name
from protokit.runtime.analysis.table_plan import TablePlan
from protokit.runtime.tables.links import ColumnLink, column_links, is_light
from protokit.runtime.tables.question_reading import QuestionReading
from protokit.runtime.tables.question_tokens import QuestionToken, cut
from protokit.runtime.tables.table_words import words_of
from protokit.runtime.tables.vocabulary import words


def settle(reading: QuestionReading, view: JoinedTable) -> None:
    """Values of several columns are those of the base; "share" may be of a column's name; an id stands for rows."""
    values = []
    for link in reading.values:
        own = tuple(value for value in link.values if view.own(value.column))
        values.append(replace(link, values=own) if len(own) == 1 else link)
    reading.values = values
    shares = [s for s in reading.signals if s.kind == "function" and s.name == "share"]
    if shares:
        taken = {i for v in reading.values for i in range(v.start, v.end)}
        taken |= {i for s in reading.signals if s not in shares for i in range(s.start, s.end)}
        free = [i not in taken and not reading.plain[i] for i in range(len(reading.tokens))]
        links = column_links(reading.tokens, reading.table, free)
        said = {i for s in shares for i in range(s.start, s.end)}
        if any(link.tokens & said for link in links):
            reading.columns = sorted(links, key=lambda link: link.start)
            reading.signals = [s for s in reading.signals if s not in shares]
    reading.columns += _abbreviated(reading)
    reading.tokens = tuple(_compound(token, reading.table.subject) for token in reading.tokens)
    rows = row_stems(view)
    reading.columns = [
        link
        for link in reading.columns
        if not (link.column.is_id and all(reading.tokens[i].stems & rows for i in link.tokens))
    ]


def _compound(token: QuestionToken, subject: frozenset[str]) -> QuestionToken:
    """A word that has what the table is called in it, or is part of that: "earthquakes" of quakes, "cars" of mtcars."""
    whole = {s for s in subject if len(s) >= 4 and s.isalpha() and len(token.text) >= 4 and s != token.text}
    parts = {s for s in whole if token.text.endswith(s) or s.endswith(token.text) or _begins_with(s, token)}
    return replace(token, stems=token.stems | parts) if parts else token


def _begins_with(name: str, token: QuestionToken) -> bool:
    return any(len(stem) >= 5 and stem.isalpha() and name.startswith(stem) for stem in token.stems)


def _abbreviated(reading: QuestionReading) -> list[ColumnLink]:
    """Words whose beginning is the whole name of one column of numbers: "magnitude" of "mag"."""
    taken = {i for link in reading.columns for i in link.tokens}
    taken |= {i for v in reading.values for i in range(v.start, v.end)}
    taken |= {i for s in reading.signals for i in range(s.start, s.end)}
    found = []
    for i, token in enumerate(reading.tokens):
        columns = [
            words_.column
            for words_ in reading.table.columns
            if len(words_.tokens) == 1
            and 3 <= len(words_.tokens[0].text) < len(token.text)
            and token.text.startswith(words_.tokens[0].text)
        ]
        if i not in taken and not reading.plain[i] and len(columns) == 1 and columns[0].type == "number":
            found.append(ColumnLink(columns[0], frozenset({i}), 0.9))
    return found


def row_stems(view: JoinedTable) -> frozenset[str]:
    """The words for a row: of the sheet or the file, and of the column that names rows."""
    known = words_of(view.base)
    key = view.base.key
    elsewhere = frozenset(s for table in view.others for t in cut(row_name(table)) for s in t.stems)
    named = [w for w in known.columns if w.column is key and view.base_key_is_unique]
    ids = [w for w in known.columns if w.column.is_id and view.tells_apart(w.column)]
    if len(ids) == 1 and not view.names_rows_elsewhere(ids[0].column):
        named += ids
    return (known.subject - elsewhere) | {s for w in named for t in w.tokens for s in t.stems}


def explains(reading: QuestionReading, plan: TablePlan, view: JoinedTable) -> bool:
    """Whether each word is used, says what the rows are, or only ties words together."""
    used = set(reading.used)
    stems = row_stems(view) | joined_stems(plan, view)
    ties = PATTERNS.get("ties")
    for i, token in enumerate(reading.tokens):
        if i in used or reading.plain[i] or is_light(token) or token.text in ties + PATTERNS.get("different"):
            continue
        if token.stems & stems or token.text in words("row_words") or token.text in PATTERNS.get("people"):
            continue
        if token.text in PATTERNS.get("name_words") or _is_measure_word(i, reading):
            continue
        return False
    return _links_used(reading, plan)


def joined_stems(plan: TablePlan, view: JoinedTable) -> frozenset[str]:
    """The words for a row of each table that the plan reads."""
    tables = {id(view.origins[column.index].table) for column in plan.used()}
    named = [step.other for step in view.steps if id(step.other) in tables]
    return frozenset(s for table in named for t in cut(row_name(table), table.language) for s in t.stems)


def _is_measure_word(at: int, reading: QuestionReading) -> bool:
    """ "score" right behind the name of a column of numbers."""
    before = {link.end for link in reading.columns if link.column.type == "number"}
    return reading.tokens[at].text in PATTERNS.get("measure_words") and at in before


def _links_used(reading: QuestionReading, plan: TablePlan) -> bool:
    """Whether every column and value that is named takes part, and every instruction."""
    columns = {column.index for column in plan.used()}
    named = all(link.column.index in columns or link.tokens <= reading.used for link in reading.columns)
    signals = all(
        set(range(s.start, s.end)) <= reading.used
        for s in reading.signals
        if s.kind in ("superlative", "comparative", "relation")
    )
    negations = [s for s in reading.signals if s.kind == "negation"]
    return named and signals and all(set(range(s.start, s.end)) <= reading.used for s in negations)
