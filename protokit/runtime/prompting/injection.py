"""Keeps text from models and documents harmless: it loads nothing on the page and orders no model about."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from vectorstore.passage import Passage

# Characters that a reader cannot see and a model can: zero widths, direction overrides, the tag block.
_INVISIBLE = re.compile(
    "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\U000e0000-\U000e007f]"
)
_ORDERS = r"instructions?|prompts?|rules?|guidelines?|directions?|everything|persona"
_SUSPICIOUS = tuple(
    (re.compile(pattern, re.IGNORECASE | re.MULTILINE), why)
    for pattern, why in (
        (
            r"\b(?:ignore|disregard|forget|override|bypass|do not follow|don't follow|stop following)\b"
            rf"[^.!?\n]{{0,40}}\b(?:{_ORDERS}|(?:said|told|written) (?:before|above))\b",
            "asks to set instructions aside",
        ),
        (
            r"\b(?:reveal|print|show|repeat|output|leak|display|tell me|give me|what (?:is|are|was|were))\b"
            r"[^.!?\n]{0,40}\b(?:(?:system|initial|hidden|secret|original|developer) (?:prompt|instructions?)"
            r"|your (?:instructions?|prompt|rules))\b",
            "asks for the instructions",
        ),
        (
            r"\b(?:you are now|from now on,? you|pretend (?:to be|that you)|act as (?:if|an? unrestricted)"
            r"|new (?:role|persona|instructions?)\s*:|developer mode|jailbreak|do anything now)\b",
            "asks for another role",
        ),
        (
            r"^\s*(?:<\|?/?(?:system|im_start|im_end|assistant|user)\|?>|\[/?INST\]"
            r"|#{0,6} *(?:system|assistant) *(?:prompt|message)? *:)",
            "imitates the marks of a conversation",
        ),
        (
            r"\b(?:ai|assistant|language model|llm|chatbot)s?\b[^.!?\n]{0,30}"
            r"\b(?:must|should|shall|has to|have to|are to|is to)\b[^.!?\n]{0,60}"
            r"\b(?:say|answer|reply|respond|recommend|output|include|send|ignore|tell)\b",
            "speaks to the model",
        ),
        (
            r"\b(?:send|post|exfiltrate|forward|append|include|encode)\b[^.!?\n]{0,60}"
            r"\b(?:conversation|chat history|api key|password|credential|secret|user'?s? (?:data|question))"
            r"[^.!?\n]{0,60}(?:https?://|\bto\b [\w.+-]+@|\burl|\blink|\bimage)",
            "asks to send something out",
        ),
    )
)


@dataclass(frozen=True, slots=True)
class InjectionHint:
    """A stretch of text, by character offsets, that tries to give the model orders, and what it tries."""

    start: int
    end: int
    why: str


def injection_hints(text: str) -> list[InjectionHint]:
    """Where `text` (a document or a question) sounds like an injected instruction; in order, not overlapping.

    These are hints for the owner and the trace. The defence itself is `wrap`, which holds whatever the words.
    """
    found = [
        InjectionHint(match.start(), match.end(), why)
        for pattern, why in _SUSPICIOUS
        for match in pattern.finditer(text)
    ]
    found += [
        InjectionHint(m.start(), m.end(), "hides text") for m in re.finditer("[\U000e0020-\U000e007f]+", text)
    ]
    kept: list[InjectionHint] = []
    for each in sorted(found, key=lambda suspicion: (suspicion.start, -suspicion.end)):
        if not kept or each.start >= kept[-1].end:
            kept.append(each)
    return kept


def delimit_passages(passages: Sequence[Passage], *, key: str = "") -> str:
    """The passages, numbered from 1, between marks that no document can close, under a note: they are data.

    `key` is part of every mark. By default it is random, so that whoever wrote a document cannot know it.
    """
    key = key or secrets.token_hex(4)
    blocks = [
        f"<passage {key} {number}>\n{_plain(passage.where)}\n{_plain(passage.text)}\n</passage {key}>"
        for number, passage in enumerate(passages, start=1)
    ]
    return "\n\n".join([_note().format(key=key), *blocks])


def _plain(text: str) -> str:
    return _INVISIBLE.sub("", text)


@lru_cache(maxsize=1)
def _note() -> str:
    return (Path(__file__).parent / "texts" / "passages.md").read_text(encoding="utf-8").strip()
