"""Cuts a document into clauses: what is compared, without the marks, the numbers and the line ends around its words."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from vectorstore.loaders.document import Document, Section
from vectorstore.text.sentences import Span, blocks

_FRONT_MATTER = re.compile(r"\A---\n(?s:.*?)\n---\n|\A(?:[a-z_]+: \S.*\n)+(?:\n|(?=#))")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_LINK = re.compile(r"!?\[([^\]]*)\](?:\([^)\s]*\)|\[[^\]]*\])")
_TAG = re.compile(r"</?[a-zA-Z][^<>\n]{0,200}>")
_MARKS = re.compile(r"\*{1,3}|(?<!\w)_{1,3}(?=\S)|(?<=\S)_{1,3}(?!\w)|`+|\\(?=[\W_])")
_LINE_MARK = re.compile(r"^\s*(?:(?:#{1,6}|>|[-*+•‣▪◦●○■□–·])\s+)+")
_HEADING = re.compile(r"#{1,6}\s")
_WORD_OF_NUMBER = (
    "article|artikel|art|artículo|artigo|articolo|section|sec|abschnitt|sección|seção|clause|klausel|cláusula"
    "|clausula|ziffer|nr|no|chapter|kapitel|chapitre|capítulo|schedule|anlage|annex|appendix|paragraph|absatz"
)
_NUMBER = re.compile(
    rf"^(?:(?:(?:{_WORD_OF_NUMBER})\.?\s+|§+\s*)(?:\d+(?:\.\d+)*[a-z]?|[ivxlc]+|[a-z])\b[.):]?(?:\s*[-–—]\s+|\s+|$)"
    r"|\(?\d{1,3}(?:\.\d{1,3})*[.)]\s+|\d{1,3}(?:\.\d{1,3})+\s+|\((?:[a-z]|[ivx]{1,5})\)\s+|(?:[a-z]|[ivx]{1,5})[.)]\s+"
    r"|第[\d一二三四五六七八九十百]+[条條章款]\s*|[一二三四五六七八九十]+、\s*)",
    re.IGNORECASE,
)
_BARE_NUMBER = re.compile(r"^\d{1,3}\s+(?=[^\W\d_])")
_PAGE = re.compile(
    r"^(?:(?:page|seite|página|pagina)\s*)?\W*\d{1,4}\W*(?:(?:of|von|de|di|/)\s*\d{1,4}\W*)?$", re.IGNORECASE
)
_FOLD = str.maketrans("“”„«»‘’‚‹›‐‑‒–—−\u00a0\u202f\u2009", "\"\"\"\"\"'''''------   ")
_TOKEN = re.compile(
    r"\d+(?:[.,:]\d+)*|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\u0e00-\u0e7f]|[^\W\d_]+(?:['-][^\W\d_]+)*|[^\w\s]"
)
_LONGEST_LINK = 300
_LONGEST_HEADING = 8
_RUNNING = 3
"""How often a line stands in a document before it is taken for the head or foot of its pages."""


@dataclass(frozen=True, slots=True)
class ClauseToken:
    """A word, number or sign of a clause: `text[start:end]` of the document, with quotes and dashes of one form."""

    value: str
    start: int
    end: int


@dataclass(frozen=True)
class Clause:
    """A paragraph, heading, list item or row: `document.text[start:end]`."""

    start: int
    end: int
    text: str
    """Its words as a person reads them, on one line."""
    number: str
    """Its own number, such as "4.2" or "(b)", empty where it has none."""
    tokens: tuple[ClauseToken, ...]
    """Without its number and marks of layout."""
    heading: str = ""
    """The heading above it, without its number."""
    page: int | None = None
    place: str = ""
    """The page, slide or sheet for a person."""
    is_heading: bool = False

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The values of its tokens."""
        return tuple(token.value for token in self.tokens)

    @property
    def content(self) -> str:
        """Its text without its number."""
        return self.text[len(_number(self.text)) :] if self.number else self.text

    @cached_property
    def key(self) -> str:
        """What two clauses share that say the same in the same words."""
        return " ".join(self.words)


def plain_words(text: str) -> str:
    """`text` on one line without marks of layout and without the number before it."""
    line = " ".join(_plain(text).split())
    return line[len(_number(line)) :].strip() or line


def clauses_of(document: Document) -> list[Clause]:
    """The clauses of `document` in order. Heads and feet of pages and bare page numbers are none."""
    sections, at, clauses, heading = document.sections or (Section(0, len(document.text)),), 0, [], ""
    headings = {plain_words(each.heading.rpartition(" > ")[2]) for each in sections if each.heading}
    text = _shown(document.text)
    bare = _counts_bare(text)
    for block in _whole_links(text, blocks(text)):
        while at + 1 < len(sections) and sections[at + 1].start <= block.start:
            at += 1
        clause = _clause(text, block, sections[at], headings, bare=bare)
        if clause is None or _PAGE.match(clause.text):
            continue
        heading = plain_words(sections[at].heading.rpartition(" > ")[2]) or heading
        clauses.append(clause if clause.is_heading else replace(clause, heading=heading))
        heading = plain_words(clause.text) if clause.is_heading else heading
    running = _running_lines(clauses) if document.kind == "pdf" else set()
    return [clause for clause in clauses if _masked(clause) not in running]


def _shown(text: str) -> str:
    """`text` with what no reader sees as blanks, and links that are wrapped on one line; all offsets stay."""

    def blank(match: re.Match[str]) -> str:
        return re.sub(r"\S", " ", match[0])

    text = re.sub("[\ud800-\udfff]", "\ufffd", text)  # no model reads half of a character
    for pattern in (_FRONT_MATTER, _COMMENT):
        text = pattern.sub(blank, text)
    return text


def _looks_like_heading(raw: str) -> bool:
    """Whether a line stands over what follows in a text that marks no headings: short, and no sentence."""
    line = raw.strip()
    words = line[len(_number(line)) :].split()
    if "\n" in line or not words or len(words) > _LONGEST_HEADING or _LINE_MARK.match(line):
        return False
    return words[0][0].isupper() and line[-1].isalpha() and (line != "".join(words) or len(words[0]) > 3)


def _whole_links(text: str, pieces: Iterable[Span]) -> Iterator[Span]:
    """The pieces, with those put together between which a link is wrapped."""
    open_piece: Span | None = None
    for piece in pieces:
        piece = Span(open_piece.start if open_piece else piece.start, piece.end)
        tail = text[max(piece.start, piece.end - _LONGEST_LINK) : piece.end]
        inside = tail.rfind("[") > max(tail.rfind("]"), tail.rfind("\n\n"))
        open_piece = (
            piece if inside and re.match(r"\n?[^\[\n]*\]\(", text[piece.end :][:_LONGEST_LINK]) else None
        )
        if open_piece is None:
            yield piece
    if open_piece:
        yield open_piece


def _counts_bare(text: str) -> bool:
    """Whether headings are counted by numbers without a dot, "1 Scope", "2 Terms"."""
    return all(
        re.search(rf"^(?:#{{1,6}}\s+)?{number}\s+[^\W\d_]", text, re.MULTILINE) for number in (1, 2, 3)
    )


def _clause(text: str, block: Span, section: Section, headings: set[str], *, bare: bool) -> Clause | None:
    raw = text[block.start : block.end]
    plain = _plain(raw)
    mark = re.match(r"\s*", plain)
    begin = mark.end() if mark else 0
    line = re.sub(r"\s", " ", plain[begin:])
    heading = bool(_HEADING.match(raw)) or plain_words(raw) in headings or _looks_like_heading(raw)
    number = _number(line, bare=heading and bare)
    tokens = tuple(_tokens(plain, begin + len(number), block.start))
    shown = " ".join(plain.split())
    if not tokens:
        number, tokens = "", tuple(_tokens(plain, 0, block.start))
    if not any(token.value[0].isalnum() for token in tokens):
        return None
    return Clause(
        block.start, block.end, shown, number.strip(), tokens, "", section.page, section.place, heading
    )


def _plain(raw: str) -> str:
    """`raw` with every mark of layout as blanks, so that all offsets stay."""

    def blank(match: re.Match[str]) -> str:
        return " " * len(match[0])

    def words_of_link(match: re.Match[str]) -> str:
        start = match.start(1) - match.start()
        return " " * start + match[1] + " " * (len(match[0]) - start - len(match[1]))

    plain = _LINE_MARK.sub(blank, raw)
    plain = _LINE_MARK.sub(blank, _number_and_mark(plain)) if _NUMBER.match(plain.lstrip()) else plain
    for pattern, replacement in ((_LINK, words_of_link), (_TAG, blank), (_MARKS, blank)):
        plain = pattern.sub(replacement, plain)
    return plain.translate(_FOLD)


def _number_and_mark(plain: str) -> str:
    """ "1.  ### Title" is a numbered heading: the mark after the number goes, too."""
    return re.sub(
        r"^(\s*\(?[\w.]{1,9}[.)]\s+)(#{1,6}\s|[-*+]\s)", lambda m: m[1] + " " * len(m[2]), plain, count=1
    )


def _number(line: str, *, bare: bool = False) -> str:
    """The number that `line` begins with, with the blanks after it."""
    match = _NUMBER.match(line) or (_BARE_NUMBER.match(line) if bare else None)
    return match[0] if match else ""


def _tokens(plain: str, begin: int, offset: int) -> list[ClauseToken]:
    return [
        ClauseToken(unicodedata.normalize("NFKC", match[0]), offset + match.start(), offset + match.end())
        for match in _TOKEN.finditer(plain, begin)
    ]


def _masked(clause: Clause) -> str:
    return re.sub(r"\d+", "#", clause.key)


def _running_lines(clauses: Sequence[Clause]) -> set[str]:
    """What stands on at least three pages and on most of them, but for its numbers."""
    pages: dict[str, set[int]] = {}
    for clause in clauses:
        if clause.page and len(clause.words) <= 20:
            pages.setdefault(_masked(clause), set()).add(clause.page)
    most = max((len(each) for each in pages.values()), default=0)
    counts = Counter({key: len(each) for key, each in pages.items()})
    return {key for key, count in counts.items() if count >= _RUNNING and count * 2 >= most}
