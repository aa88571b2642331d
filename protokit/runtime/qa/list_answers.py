"""A question for several things ("which risks are named?") is answered with the items of the list that has them."""

import re
from collections.abc import Sequence
from itertools import takewhile

from protokit.runtime.qa.extract import Evidence
from protokit.runtime.qa.matching import Sentence, related
from protokit.runtime.qa.row_wording import cells
from protokit.runtime.qa.sentence_ranking import PartRanking
from protokit.runtime.qa.wording import quotation
from vectorstore.text.terms import QueryWord, tokenize

_WANTS_SEVERAL = re.compile(
    r"\b(?:which|what)\s+(?:are\s+(?:the\s+|our\s+|your\s+)?)?(?:(?!(?:do|did|is|was|has|can|will|if)\b)\w+\s+){0,2}?"
    r"(?!(?:does|is|was|has|this|less|address|business|process|access|status|bonus|gas|its)\b)\w{2,}s\b"
    r"|\b(?:list|name)\s+(?:all|the|every)\b"
    r"|\bwelche\s+\w+(?:en|er|e|s)\b|\bquels\b|\bquelles\b|\bqué\s+\w+s\b|\bcuáles\b|\bquali\b|\bquais\b|\bjakie\s+(?:są\s+)?\w+|\bkt[oó]re\s+\w+[yie]\b|哪些|どんな",
    re.IGNORECASE,
)
_TELLS = frozenset(
    "name names named list tell show give mention mentions mentioned say says include there".split()
)
_MARK = re.compile(r"\s*(?:[-*+•‣▪◦–·]|[\u2610-\u2612]|\(?\w{1,2}[.)])\s")


def list_items(part: PartRanking, ranked: Sequence[Evidence]) -> list[tuple[Evidence, str]]:
    """The items of the list that was asked for, each with its words; none where no list was asked for.

    `ranked` are the sentences that may answer, best first.
    """
    if not _WANTS_SEVERAL.search(part.alignment.text):
        return []
    items = _rows(part) or _under_heading(part) or (_bullets(part, ranked[0]) if ranked else [])
    if len(items) < 2:
        return []
    return [
        (Evidence(each.passage, each.start, each.end, each.text, None, 1.0), text) for each, text in items
    ]


def _rows(part: PartRanking) -> list[tuple[Sentence, str]]:
    """The first cells of the rows of a table whose first column is what was asked for.

    Only where the rest of the question names the table: "which accounts are red" asks for some of the rows.
    """
    alignment = part.alignment
    for sentence in alignment.sentences:
        if not (row := cells(sentence.text)):
            continue
        label = frozenset(tokenize(row[0].label, alignment.language))
        others = [word for word in alignment.words if not (set(word.forms) & label or related(word, label))]
        if len(others) == len(alignment.words) or not all(
            _is_told(word, sentence, alignment.text) for word in others
        ):
            continue
        same = [each for each in alignment.sentences if each.passage == sentence.passage]
        return [
            (each, found[0].value)
            for each in same
            if (found := cells(each.text)) and found[0].label == row[0].label
        ]
    return []


def _is_told(word: QueryWord, sentence: Sentence, text: str) -> bool:
    """Whether what stands over the row has the word, or it only asks for telling."""
    return bool(set(word.forms) & sentence.over) or text[word.start : word.end].lower() in _TELLS


def _under_heading(part: PartRanking) -> list[tuple[Sentence, str]]:
    """The items below the line that says in the question's words what they are: "Action items"."""
    words = zip(part.alignment.words, part.alignment.required, strict=True)
    asked = {form for word, required in words if required for form in word.forms}
    sentences = part.alignment.sentences
    for at, sentence in enumerate(sentences):
        if not sentence.terms or not sentence.terms <= asked or _MARK.match(sentence.text):
            continue
        same = [each for each in sentences[at + 1 :] if each.passage == sentence.passage]
        if len(items := [*takewhile(_is_item, same)]) > 1:
            return [(each, quotation(each.text).rstrip(";,")) for each in items]
    return []


def _bullets(part: PartRanking, best: Evidence) -> list[tuple[Sentence, str]]:
    """The items around the best one, where what stands over them has a word of the question."""
    sentences = [each for each in part.alignment.sentences if each.passage == best.passage]
    at = next((number for number, each in enumerate(sentences) if each.start == best.start), None)
    if at is None or not _MARK.match(sentences[at].text):
        return []
    before = [*takewhile(_is_item, reversed(sentences[:at]))]
    items = [*reversed(before), *takewhile(_is_item, sentences[at:])]
    over = items[0].over | frozenset(tokenize(items[0].before, part.alignment.language))
    if not any(set(word.forms) & over for word in part.alignment.words):
        return []
    return [(each, quotation(each.text).rstrip(";,")) for each in items]


def _is_item(sentence: Sentence) -> bool:
    return bool(_MARK.match(sentence.text))
