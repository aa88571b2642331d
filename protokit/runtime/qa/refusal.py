"""A refusal that helps: what was looked for, the nearest place there is, and a question that can be answered."""

import re
from collections.abc import Sequence

from protokit.runtime.phrases import phrase
from vectorstore.passage import Passage
from vectorstore.text.terms import SPACELESS, query_words, tokenize

_NEAR = 0.3
"""The support from which a passage is worth naming."""


def refusal(question: str, passages: Sequence[Passage], offers: Sequence[str], language: str) -> str:
    """What to say where the passages do not answer `question`; `offers` are questions that they do answer."""
    parts = [str(phrase("not_found", language))]
    if words := _looked_for(question):
        parts.append(str(phrase("looked_for", language)).format(words=words))
    places = list(dict.fromkeys(passage.where for passage in passages if passage.support >= _NEAR))[:2]
    if places:
        parts.append(str(phrase("closest", language)).format(places="; ".join(places)))
    asking = [line for passage in passages if passage.support >= _NEAR for line in _questions(passage)]
    if offer := _nearest(question, [*offers, *asking]):
        parts.append(str(phrase("offer", language)).format(question=offer))
    return " ".join(parts)


def _looked_for(question: str) -> str:
    """The words that were looked for, those that stand together as one."""
    words = query_words(question)
    if re.search(f"[{SPACELESS}]", question) or not words:
        return ""
    runs: list[tuple[int, int]] = []
    for word in words:
        if runs and not question[runs[-1][1] : word.start].strip(" -'’.&/"):
            runs[-1] = (runs[-1][0], word.end)
        else:
            runs.append((word.start, word.end))
    return ", ".join(dict.fromkeys(question[start:end] for start, end in runs))


def _questions(passage: Passage) -> list[str]:
    """The headings above a passage that ask something: what stands below answers them."""
    heading = passage.heading.rpartition(" > ")[2]
    return [heading] if heading.endswith(("?", "？", "؟")) else []


def _nearest(question: str, offers: Sequence[str]) -> str:
    """The offer that shares most words with the question, but is not the question itself."""
    asked = frozenset(tokenize(question))
    others = [offer for offer in offers if frozenset(tokenize(offer)) != asked]
    return max(others, key=lambda offer: len(asked & frozenset(tokenize(offer))), default="")
