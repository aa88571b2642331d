"""Makes starter questions from documents, because they are the first thing a person reads and must be answerable."""

import re
from collections.abc import Callable, Iterator, Mapping

Answers = Callable[[str], bool]

_HEADING = re.compile(r"^(#{1,4})\s+(.{3,60}?)\s*#*$", re.MULTILINE)


def starter_questions(
    documents: Mapping[str, str], answers: Answers, n: int = 4, *, language: str = "en"
) -> tuple[str, ...]:
    """Return up to `n` questions that `documents` (file name -> text) answer, differing from one another.

    `answers(question)` says whether the finished prototype answers it well; it is asked only as often as needed.
    """
    chosen: list[str] = []
    for question in candidates(documents, language=language):
        if len(chosen) == n:
            break
        if question not in chosen and answers(question):
            chosen.append(question)
    return tuple(chosen)


def candidates(documents: Mapping[str, str], *, language: str = "en") -> Iterator[str]:
    """Yield questions that `documents` may answer, the most inviting first, taking turns among the files."""
    forms = {"en": "What does it say about {}?", "de": "Was steht dort zum Thema {}?", "fr": "Que disent les documents sur {} ?",
             "es": "¿Qué dicen los documentos sobre {}?"}  # fmt: skip
    for text in documents.values():
        for match in _HEADING.finditer(text):
            yield forms.get(language, forms["en"]).format(match[2].strip())
