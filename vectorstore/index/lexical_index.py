"""The index of words, inside the docstore's database: SQLite's FTS5 over our own terms, scored as Lucene scores.

Each function is a step of a transaction that the caller begins and ends.
"""

import math
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable
from heapq import nsmallest

from vectorstore.index.spelling import spelt_like
from vectorstore.passage import Passage, lexical_text
from vectorstore.text.languages import guess
from vectorstore.text.terms import WORDS_VERSION, QueryWord, query_words, tokenize

# Terms are joined by blanks, and nothing but a blank may part them again.
_SCHEMA = (
    "DROP TABLE IF EXISTS vocabulary",
    "DROP TABLE IF EXISTS words",
    """CREATE VIRTUAL TABLE words USING fts5(
        terms, tokenize = "unicode61 remove_diacritics 0 categories 'L* N* C* M* P* S*'")""",
    "CREATE VIRTUAL TABLE vocabulary USING fts5vocab(words, row)",
    "CREATE INDEX IF NOT EXISTS passages_language ON passages (language)",
)
_MISSPELT = 0.7
"""Weight of the guesses for a misspelt word, together."""
_FTS5_LEAST = 1e-6
_VERSION = "words version"


def is_current(database: sqlite3.Connection) -> bool:
    """Whether there is an index, and its terms were cut by this version of `tokenize`."""
    query = "SELECT 1 FROM facts WHERE name = ? AND value = ?"
    return database.execute(query, (_VERSION, WORDS_VERSION)).fetchone() is not None


def renew(database: sqlite3.Connection) -> None:
    """Begin an empty index: every passage waits to be taken in, which a passage without a language does."""
    if "language" not in [column[1] for column in database.execute("PRAGMA table_info(passages)")]:
        database.execute("ALTER TABLE passages ADD COLUMN language TEXT")
    for statement in _SCHEMA:
        database.execute(statement)
    database.execute("UPDATE passages SET language = NULL")
    database.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (_VERSION, WORDS_VERSION))


def check(database: sqlite3.Connection) -> None:
    """Raise sqlite3.DatabaseError where the index is damaged, which a look at the pages of the file does not tell."""
    if database.execute("SELECT 1 FROM sqlite_master WHERE name = 'words'").fetchone():
        database.execute("INSERT INTO words (words) VALUES ('integrity-check')")


def waiting(database: sqlite3.Connection) -> int:
    """How many passages are not in the index."""
    (count,) = database.execute("SELECT COUNT(*) FROM passages WHERE language IS NULL").fetchone()
    return int(count)


def add_waiting(database: sqlite3.Connection, most: int = -1) -> None:
    """Take in passages that are not in the index, at most so many: about 0.2 s for 1,000 of 120 words."""
    rows = database.execute(
        "SELECT row, text, file, heading FROM passages WHERE language IS NULL LIMIT ?", (most,)
    ).fetchall()
    for row, text, file, heading in rows:
        searched = lexical_text(Passage(text, file, 0, len(text), heading=heading))
        code = guess(searched)
        terms = " ".join(tokenize(searched, code))
        database.execute("INSERT OR REPLACE INTO words (rowid, terms) VALUES (?, ?)", (row, terms))
        database.execute("UPDATE passages SET language = ? WHERE row = ?", (code, row))


def remove(database: sqlite3.Connection, rows: Iterable[int]) -> None:
    """Take passages out of the index."""
    database.executemany("DELETE FROM words WHERE rowid = ?", [(row,) for row in rows])


def search(
    database: sqlite3.Connection,
    question: str,
    *,
    limit: int = 50,
    also: Collection[str] = (),
    among: Collection[int] | None = None,
) -> dict[str, float]:
    """BM25 scores by id, best first: the `limit` best above 0, and those of the ids in `also` (found by meaning).

    With `among` no other rows of `passages` are looked at.
    """
    scores: defaultdict[int, float] = defaultdict(float)
    (total,) = database.execute("SELECT COUNT(*) FROM passages").fetchone()
    for word in query_words(question, _languages(database, total)):
        for row, score in _scores(database, word, total):
            scores[row] += score
    rows = scores if among is None else scores.keys() & among
    best = nsmallest(limit, rows, key=lambda row: (-scores[row], row))
    by_row = "SELECT row, id FROM passages WHERE row = ?"
    by_id = "SELECT row, id FROM passages WHERE id = ?"
    known = [
        database.execute(query, (key,)).fetchone()
        for query, keys in ((by_row, best), (by_id, also))
        for key in keys
    ]
    ids: dict[int, str] = dict(filter(None, known))
    return {ids[row]: scores[row] for row in sorted(ids, key=lambda row: (-scores[row], row))}


def unknown_words(database: sqlite3.Connection, question: str) -> set[str]:
    """The words of a question, in small letters, that no passage has in any form."""
    (total,) = database.execute("SELECT COUNT(*) FROM passages").fetchone()
    return {
        question[word.start : word.end].lower()
        for word in query_words(question, _languages(database, total))
        if not any(_match(database, form) for form in word.forms)
    }


def _languages(database: sqlite3.Connection, total: int) -> list[str]:
    """The languages of at least one passage in a hundred, the commonest first."""
    query = (
        "SELECT language FROM passages WHERE language NOT NULL GROUP BY language HAVING COUNT(*) * 100 >= ?"
    )
    return [code for (code,) in database.execute(f"{query} ORDER BY COUNT(*) DESC", (total,))]


def _scores(database: sqlite3.Connection, word: QueryWord, total: int) -> Iterable[tuple[int, float]]:
    """Rows with the score of a word; for a word that no passage has, of those spelt like it."""
    matches, weight = [_match(database, form) for form in word.forms], 1.0
    if not any(matches):
        guesses = spelt_like(word.forms[0], _vocabulary(database, word.forms[0]))
        matches, weight = [_match(database, guess) for guess in guesses], _MISSPELT / (len(guesses) or 1)
    for match in matches:
        factor = weight * lucene_factor(total, len(match))
        yield from ((row, factor * score) for row, score in match)


def _match(database: sqlite3.Connection, term: str) -> list[tuple[int, float]]:
    query = "SELECT rowid, -bm25(words) FROM words WHERE words MATCH ?"
    return database.execute(query, ('"' + term.replace('"', '""') + '"',)).fetchall()


def lucene_factor(total: int, spread: int) -> float:
    """What makes Lucene's score of FTS5's, which gives a term that half of the passages hold next to no weight."""
    odds = (total - spread + 0.5) / (spread + 0.5)
    return math.log1p(odds) / (math.log(odds) if odds > 1 else _FTS5_LEAST)


def _vocabulary(database: sqlite3.Connection, word: str) -> list[str]:
    """The terms with the first letter of `word`."""
    query = "SELECT term FROM vocabulary WHERE term >= ? AND term < ?"
    return [term for (term,) in database.execute(query, (word[0], chr(ord(word[0]) + 1)))]
