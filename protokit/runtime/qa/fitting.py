"""Whether a sentence can hold what is asked for: a date for "when", a figure for "how much"; which names it."""

import re
from collections.abc import Sequence

from protokit.runtime.qa.answer_types import find
from protokit.runtime.qa.extract import Evidence
from protokit.runtime.qa.matching import QuestionAlignment, Sentence
from protokit.runtime.qa.question_type import NUMERIC, Kind
from protokit.runtime.qa.row_wording import names_label
from protokit.runtime.qa.wording import quotation

_TEMPORAL = frozenset({Kind.DATE, Kind.TIME, Kind.DURATION})
_IN_WORDS = re.compile(
    r"\b(?:free|no|none|nothing|never|not|without|unlimited|any|all|every|each|both|once|twice|half|double|same|full"
    r"|several|few|many|most|hundreds?|thousands?|first|second|third|hourly|daily|weekly|monthly|quarterly|yearly"
    r"|annually|minimum|maximum)\b",
    re.IGNORECASE,
)
"""What tells an amount without a figure: "it is free", "every order"."""
_FREE = re.compile(
    r"\b(?:free|nothing|no|without|included|half|double|same|unlimited|hundreds?|thousands?|millions?)\b",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r"\b(?:when|whenever|once|until|till|before|after|during|while|as soon as|as long as|within|immediately|always"
    r"|never|any ?time|today|tomorrow|yesterday|now|already|later|soon|ago|last|next|since|from|daily|weekly|monthly"
    r"|quarterly|yearly|annually|every|twice|hourly|end of|start of|beginning of)\b",
    re.IGNORECASE,
)
_WITH_PATTERNS = frozenset({"en", "de", "fr", "es", "it", "pt", "nl", "pl"})
_FOREIGN_WHEN = re.compile(
    r"\d|\b(?:wenn|sobald|solange|bis|vor|nach|während|sofort|immer|nie|jederzeit|heute|täglich|wöchentlich|jährlich|ab"
    r"|quand|dès|lorsque|jusqu\w*|avant|après|pendant|immédiatement|toujours|jamais|chaque|tou[st]\w*"
    r"|cuando|hasta|antes|después|durante|inmediat\w*|siempre|nunca|cada|tod[oa]s|quando|até|depois|sempre|enquanto"
    r"|prima|dopo|subito|ogni|wanneer|tot|voor|altijd|nooit|elke|zodra|gdy|jeśli|dopóki|przed|po|od|do|zawsze|nigdy"
    r"|natychmiast|każd\w+|codziennie|niezwłocznie|once|when|until|before|after|never|always|every|each|any)\b",
    re.IGNORECASE,
)
_LABEL = re.compile(r"\W*(?P<label>[^:\n|;]{2,30}): \S")
_NAMED_ENOUGH = 0.45
"""Share of the question's words, by weight, that stand in or around a line whose label is asked for."""


def may_answer(text: str, comparison: QuestionAlignment) -> bool:
    """Whether `text` holds anything of the kind that is asked for; of kinds that show no mark, all texts do."""
    kinds = comparison.question.kinds
    if not NUMERIC & set(kinds[:1]):
        return True
    text = quotation(text)  # the number of a list's item is none of what it tells
    if kinds[0] == Kind.MONEY and "en" in comparison.languages and not _tells_a_sum(text):
        return False
    if any(find(kind, text) for kind in (*kinds, *_stand_ins(kinds))):
        return True
    if not comparison.languages <= {"en"}:
        return (
            kinds[0] not in _TEMPORAL
            or not comparison.languages <= _WITH_PATTERNS
            or bool(_FOREIGN_WHEN.search(text))
        )
    return bool((_WHEN if kinds[0] in _TEMPORAL else _IN_WORDS).search(text))


def _tells_a_sum(text: str) -> bool:
    """Whether there is a figure, or a word that stands for one: "at least one receptionist" is no salary."""
    kinds = (Kind.MONEY, Kind.PERCENT, Kind.DURATION)  # "three months' rent"
    return any(map(str.isdigit, text)) or any(find(kind, text) for kind in kinds) or bool(_FREE.search(text))


def _stand_ins(kinds: Sequence[Kind]) -> frozenset[Kind]:
    """What a sentence may have in place of what is asked for: "from 24 August to 4 September" tells how many days."""
    return _TEMPORAL if kinds[0] in _TEMPORAL else NUMERIC


def labelled_first(ranked: list[Evidence], comparison: QuestionAlignment) -> list[Evidence]:
    """A near "Author: Rhoswen Tate" goes before all others where it is asked who wrote it."""
    if comparison.question.kind not in (Kind.PERSON, Kind.CONTACT, Kind.DATE):
        return ranked
    sentences = {(each.passage, each.start): each for each in comparison.sentences}
    named = [each for each in ranked if _is_labelled(sentences[each.passage, each.start], each, comparison)]
    return [*named[:1], *(each for each in ranked if each not in named[:1])]


def _is_labelled(sentence: Sentence, evidence: Evidence, comparison: QuestionAlignment) -> bool:
    found = _LABEL.match(sentence.text)
    if not found or evidence.answer is None or not names_label(found["label"], comparison):
        return False
    return comparison.coverage(sentence.terms, sentence.near, sentence.over) >= _NAMED_ENOUGH
