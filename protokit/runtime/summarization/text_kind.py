"""What kind of text it is, by features that anyone can check; summaries choose their method by it."""

from typing import Literal

from protokit.runtime.summarization.document_structure import DocumentStructure, Statement
from protokit.runtime.summarization.summary_patterns import pattern

TextKind = Literal["article", "abstract", "dialogue", "report"]

_LONG_TALK = 600
_ABSTRACT = 400
_PARAGRAPHS = 5
_PARAGRAPH_WORDS = 35
_REPORTED = 0.05


def text_kind(structure: DocumentStructure) -> TextKind:
    """The kind of a text.

    A "report" treats one matter after the other, and each part is to be heard: it has headings, is a thread of
    e-mails, a talk of more than 600 words (a shorter one is a "dialogue"), or an essay of long paragraphs that
    quotes nobody. An "abstract" has up to 400 words and says what the work does ("we propose"). All else is an
    "article", such as news, whose first sentences tell the most.
    """
    parts = {(section.heading, section.statements[0].first.message) for section in structure.sections}
    if len(parts) > 1:
        return "report"
    words = sum(section.words for section in structure.sections)
    if structure.is_dialogue:
        return "dialogue" if words <= _LONG_TALK else "report"
    statements = [statement for section in structure.sections for statement in section.statements]
    if words <= _ABSTRACT and any(pattern("contributes").search(each.first.text) for each in statements):
        return "abstract"
    return "report" if _is_essay(statements, words) else "article"


def _is_essay(statements: list[Statement], words: int) -> bool:
    paragraphs = sum(statement.first.opens_paragraph for statement in statements)
    if paragraphs < _PARAGRAPHS or words < _PARAGRAPH_WORDS * paragraphs:
        return False
    reported = sum(bool(pattern("reported").search(statement.first.text)) for statement in statements)
    return reported <= _REPORTED * len(statements)
