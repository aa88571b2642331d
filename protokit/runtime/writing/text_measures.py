"""What can be counted of a text: words, sentences, paragraphs, bullets, sections, marked words, reading level."""

import re

from vectorstore.text.sentences import split

_WORD = re.compile(r"[^\W_]+(?:['’.\-/][^\W_]+)*")
_SPACELESS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]")
BULLET = re.compile(r"^[ \t]*(?:[-•–]|\*(?!\*))[ \t]+\S.*$|^[ \t]*(?:\[[ xX]\]|☐|☑)[ \t]+\S.*$", re.MULTILINE)
_HEADING = re.compile(r"^#{1,6}[ \t]+\S.*$|^\*\*[^*\n]+\*\*:?[ \t]*$", re.MULTILINE)
_NUMBERED = re.compile(r"^[ \t]*\d{1,3}[.)][ \t]+\S.*$", re.MULTILINE)
_RIX = (
    (0.2, 1),
    (0.5, 2),
    (0.8, 3),
    (1.3, 4),
    (1.8, 5),
    (2.4, 6),
    (3.0, 7),
    (3.7, 8),
    (4.5, 9),
    (5.3, 10),
    (6.2, 11),
    (7.2, 12),
)
"""Anderson's Rix (1983): long words a sentence, and the school year that reads them; it holds for many languages."""


def words_of(text: str) -> list[str]:
    """The words of `text`; of scripts without spaces each sign is one."""
    if _SPACELESS.search(text):
        text = _SPACELESS.sub(lambda match: f" {match[0]} ", text)
    return _WORD.findall(text)


def sentences_of(text: str) -> list[str]:
    """The sentences of `text`, without lines that are headings or rows of signs."""
    plain = re.sub(r"^#{1,6}[ \t].*$|^[*\-=_~#]{3,}[ \t]*$", "", text, flags=re.MULTILINE)
    plain = BULLET.sub(
        lambda match: re.sub(r"^[ \t]*[-•–*☐☑][ \t]+(?:\[[ xX]\][ \t]*)?", "", match[0]), plain
    )
    return [
        plain[span.start : span.end] for span in split(plain) if _WORD.search(plain[span.start : span.end])
    ]


def paragraphs_of(text: str) -> list[str]:
    """What empty lines part."""
    return [part.strip() for part in re.split(r"\n[ \t]*\n", text) if part.strip()]


def parts_of(text: str, mark: str) -> list[str]:
    """What rows of the sign of `mark` part, without empty ones at the ends."""
    pattern = rf"(?<!{re.escape(mark[0])}){re.escape(mark)}(?!{re.escape(mark[0])})"
    return [part.strip() for part in re.split(pattern, text) if part.strip()]


def bullets_of(text: str) -> list[str]:
    """The lines that are bullets."""
    return [
        match[0] for match in BULLET.finditer(text) if not re.fullmatch(r"[ \t]*[-*]{3,}[ \t]*", match[0])
    ]


def numbered_of(text: str) -> list[str]:
    """The lines that begin with a number."""
    return _NUMBERED.findall(text)


def questions_of(text: str) -> list[str]:
    """The numbered questions, or the sentences that ask where none is numbered."""
    numbered = [line for line in numbered_of(text) if "___" in line or "?" in line]
    return numbered or [each for each in sentences_of(text) if each.rstrip('*_"”').endswith("?")]


def sections_of(text: str, marker: str = "") -> list[str]:
    """The headings, or the places where `marker` stands with a number behind it."""
    if marker:
        return re.findall(rf"(?<!\w){re.escape(marker)}\s?(?:\d+|[IVX]+)(?!\w)", text)
    return _HEADING.findall(text)


def placeholders_of(text: str) -> list[str]:
    """What stands in square brackets to be filled in."""
    return re.findall(r"\[(?![ xX]?\]|\d+\])[^\[\]\n]+\](?!\()", text)


def highlights_of(text: str) -> list[str]:
    """What is set in asterisks."""
    return re.findall(r"\*\*[^\n*]*\S[^\n*]*\*\*|(?<!\*)\*[^\s*](?:[^\n*]*[^\s*])?\*(?!\*)", text)


def capital_words_of(text: str) -> list[str]:
    """The words of at least two letters in capitals alone."""
    return [word for word in words_of(text) if word.isupper() and sum(map(str.isalpha, word)) > 1]


def reading_year(text: str) -> int:
    """The school year that reads `text`, 1 to 13; 1 where there is nothing to read."""
    sentences = sentences_of(text)
    long_words = sum(sum(map(str.isalpha, word)) > 6 for word in words_of(text))
    rix = long_words / max(1, len(sentences))
    return next((year for most, year in _RIX if rix < most), 13)


def times_said(value: str, text: str) -> int:
    """How often `text` says `value`, as a word of its own and whatever the case; white space counts once."""
    plain, wanted = " ".join(text.split()), " ".join(value.split())
    before = r"(?<!\w)" if wanted[:1].isalnum() else ""
    after = r"(?!\w)" if wanted[-1:].isalnum() and not _SPACELESS.search(wanted) else ""
    before = "" if _SPACELESS.search(wanted) else before
    return len(re.findall(f"{before}{re.escape(wanted)}{after}", plain, re.IGNORECASE))
