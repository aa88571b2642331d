"""Keeps text from models and documents harmless: it loads nothing on the page and orders no model about."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from vectorstore.passages import Passage

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

# Characters that a reader cannot see and a model can: zero widths, direction overrides, the tag block.
_INVISIBLE = re.compile(
    "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\U000e0000-\U000e007f]"
)
# Whatever can begin HTML in Markdown: a tag, an end tag, a comment, a declaration, an autolink.
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_TARGET = r"<?([^\s<>()]*(?:\([^\s<>()]*\)[^\s<>()]*)*)>?(?:\s+(?:\"[^\"]*\"|'[^']*'|\([^()]*\)))?\s*"
_IMAGE = re.compile(rf"!\[([^\[\]]*)\](?:\({_TARGET}\)|\[[^\[\]]*\])")
_LINK = re.compile(rf"(?<!!)\[([^\[\]]+)\]\({_TARGET}\)")
_AUTOLINK = re.compile(r"<((?:https?|ftp|mailto):[^\s<>]*)>", re.IGNORECASE)
# An address that renderers turn into a link by themselves, or code, in which they do not.
_BARE = re.compile(
    r"(?P<code>(?P<tick>`+)(?!`).+?(?<!`)(?P=tick)(?!`))"
    r"|(?<![`\w])(?:(?:https?|ftp)://|www\.)[^\s<>`|\"]*[^\s<>`|\".,;:!?'*_~)\]]",
    re.IGNORECASE,
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
class Suspicion:
    """A stretch of text, by character offsets, that tries to give the model orders, and what it tries."""

    start: int
    end: int
    why: str


def suspicious(text: str) -> list[Suspicion]:
    """Where `text` (a document or a question) sounds like an injected instruction; in order, not overlapping.

    These are hints for the owner and the trace. The defence itself is `wrap`, which holds whatever the words.
    """
    found = [
        Suspicion(match.start(), match.end(), why)
        for pattern, why in _SUSPICIOUS
        for match in pattern.finditer(text)
    ]
    found += [
        Suspicion(m.start(), m.end(), "hides text") for m in re.finditer("[\U000e0020-\U000e007f]+", text)
    ]
    kept: list[Suspicion] = []
    for each in sorted(found, key=lambda suspicion: (suspicion.start, -suspicion.end)):
        if not kept or each.start >= kept[-1].end:
            kept.append(each)
    return kept


def wrap(passages: Sequence[Passage], *, key: str = "") -> str:
    """The passages, numbered from 1, between marks that no document can close, under a note: they are data.

    `key` is part of every mark. By default it is random, so that whoever wrote a document cannot know it.
    """
    key = key or secrets.token_hex(4)
    blocks = [
        f"<passage {key} {number}>\n{_plain(passage.where)}\n{_plain(passage.text)}\n</passage {key}>"
        for number, passage in enumerate(passages, start=1)
    ]
    return "\n\n".join([_note().format(key=key), *blocks])


def safe_markdown(text: str) -> str:
    """Markdown that loads nothing: images become alt text, links text and address, HTML is shown as typed.

    Addresses are shown as code, to be read and copied: none of them can be clicked by mistake.

    Emphasis, lists, tables and code stay. Works on whatever CommonMark renderer shows it, because what could
    begin a tag, a link or an image is escaped rather than trusted to be recognised.
    """
    lines = text.split("\n")
    fenced = _fenced_lines(text)
    safe: list[str] = []
    start = 0
    for first, last in [*fenced, (len(lines), len(lines))]:
        if start < first:
            safe.append(_defuse("\n".join(lines[start:first])))
        if first < last:
            safe.append("\n".join(lines[first:last]))
        start = last
    return "\n".join(safe)


def safe_html(text: str) -> str:
    """Markdown `text` as HTML with no image, link, script or raw HTML in it; for st.html and gr.HTML."""
    return str(_renderer().render(text))


def _defuse(text: str) -> str:
    text = _IMAGE.sub(r"\1", text)
    text = _LINK.sub(_spell_out, text)
    text = _AUTOLINK.sub(r"\1", text)
    text = _BARE.sub(lambda found: found[0] if found["code"] else f"`{found[0]}`", text)
    text = _TAG.sub("&lt;", text)
    # What the friendly rewrites did not see: an image or link nested, split over lines, or by reference.
    return re.sub(r"\](?=[(\[:])|!(?=\[)", lambda mark: "\\" + mark[0], text)


def _spell_out(link: re.Match[str]) -> str:
    words, address = link[1], link[2]
    return words if not address or words == address else f"{words} ({address})"


def _plain(text: str) -> str:
    return _INVISIBLE.sub("", text)


def _fenced_lines(text: str) -> list[tuple[int, int]]:
    """Line ranges of fenced code that stands at top level, where Markdown reads nothing as a tag or a link.

    A fence inside a list or a quotation is left out: where it ends depends on the indent of later lines.
    """
    tokens = _parser().parse(text)
    return [(t.map[0], t.map[1]) for t in tokens if t.type == "fence" and t.level == 0 and t.map and t.block]


@lru_cache(maxsize=1)
def _note() -> str:
    return (Path(__file__).parent / "texts" / "passages.md").read_text(encoding="utf-8").strip()


@lru_cache(maxsize=1)
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable("table")


@lru_cache(maxsize=1)
def _renderer() -> "MarkdownIt":
    parser = _parser()
    parser.add_render_rule("image", lambda _self, tokens, at, _options, _env: escape(tokens[at].content))
    parser.add_render_rule("link_open", lambda _self, _tokens, _at, _options, _env: "")
    parser.add_render_rule("link_close", _address)
    return parser


def _address(_self: object, tokens: "Sequence[Token]", at: int, _options: object, _env: object) -> str:
    """What stands after a link's words: its address in brackets, unless the words are the address."""
    opening = next(token for token in reversed(tokens[:at]) if token.type == "link_open")
    href = str(opening.attrs.get("href", ""))
    words = "".join(token.content for token in tokens[tokens.index(opening) + 1 : at])
    return "" if not href or words == href else f" ({escape(href)})"
