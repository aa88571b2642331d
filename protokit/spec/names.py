"""Cleans what a person typed, the prompt and the name, because it goes into files and onto a page."""

import re
import unicodedata
import uuid

from protokit.errors import NameProblem, PromptProblem, ProtokitError

MOST_CHARACTERS = 2000
MOST_TITLE = 80
MOST_AUDIENCE = 200
MOST_HYPOTHESIS = 400
MOST_SLUG = 60

_EXAMPLE = (
    'Say in a sentence what it should do: protokit new "Answer new hires\' questions about our handbook"'
)
_LINE_BREAKS = "\t\n\r\v\f\x85"
# These reorder what is shown, so that a text reads differently from what it holds. The marks
# U+200E and U+200F only help right-to-left text along and stay.
_REORDERING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_WINDOWS_RESERVED = re.compile(r"con|prn|aux|nul|(com|lpt)[0-9]")
_PATH_LIKE = re.compile(r"^([/\\~]|[A-Za-z]:[/\\])|(^|[/\\])\.\.?([/\\]|$)")


def clean_prompt(typed: str, *, documents: bool = False) -> str:
    """Return the typed prompt on one line, otherwise as it was typed; with `documents` it may be empty.

    Line breaks and runs of white space become one space, so that a pitch pasted from a mail works, and a letter
    typed with its accent apart becomes one character, as Unicode's form NFC has it. Raises
    PromptProblem when it is empty, has no letter or digit, is over 2,000 characters, or holds characters
    that cannot be shown as they are.
    """
    text = _one_line(typed, PromptProblem, "the prompt")
    if not text and not documents:
        raise PromptProblem("the prompt is empty", fix=_EXAMPLE)
    if len(text) > MOST_CHARACTERS:
        what = f"the prompt has {len(text):,} characters, more than {MOST_CHARACTERS:,}"
        raise PromptProblem(
            what, fix="Keep what it should do, and pass the rest as a document with --docs FILE."
        )
    if not documents and not any(character.isalnum() for character in text):
        raise PromptProblem(f'the prompt "{text[:40]}" has no words', fix=_EXAMPLE)
    return text


def clean_name(typed: str) -> str:
    """Return a person's title for a prototype on one line. Raises NameProblem when no folder can be named so."""
    text = _one_line(typed, NameProblem, "the name")
    if not text:
        raise NameProblem("the name is empty", fix='Give it a title: --name "HR Handbook Helper"')
    if len(text) > MOST_TITLE:
        what = f"the name has {len(text)} characters, more than {MOST_TITLE}"
        raise NameProblem(what, fix="Shorten it; the pitch has room for the rest.")
    if _PATH_LIKE.search(text):
        raise NameProblem(
            f'the name "{text}" is a path', fix="Give a title here and the folder with --out DIR."
        )
    slug_of(text)
    return text


def clean_audience(typed: str) -> str:
    """Return who a prototype is for, on one line. Raises PromptProblem."""
    text = _one_line(typed, PromptProblem, "the audience")
    if not text or len(text) > MOST_AUDIENCE:
        raise PromptProblem(
            f"the audience has {len(text)} characters, not 1 to {MOST_AUDIENCE}",
            fix='Say who will use it: --audience "new hires"',
        )
    return text


def clean_hypothesis(typed: str) -> str:
    """Return what a prototype is to show, on one line, empty for nothing. Raises PromptProblem."""
    text = _one_line(typed, PromptProblem, "the hypothesis")
    if len(text) > MOST_HYPOTHESIS:
        raise PromptProblem(
            f"the hypothesis has {len(text)} characters; {MOST_HYPOTHESIS} fit",
            fix="Say it in a sentence: we believe WHO will WHAT; we will know when NUMBER by DATE.",
        )
    return text


def new_id() -> str:
    """An id that no other prototype has."""
    return uuid.uuid4().hex


def slug_of(title: str) -> str:
    """Return the folder name for `title`: a-z, 0-9 and single hyphens, at most 60, safe on every system.

    Other scripts are transliterated. Raises NameProblem when nothing is left, as of a title of emoji only.
    """
    slug = _ascii_slug(title)
    if not slug:
        fix = 'Use at least one letter or digit: --name "HR Handbook Helper"'
        raise NameProblem(f'the name "{title[:40]}" has no letter or digit', fix=fix)
    if _WINDOWS_RESERVED.fullmatch(slug):
        return f"{slug}-app"
    return slug


def _ascii_slug(title: str) -> str:
    plain = re.sub(r"(?<=\w)['\u2019](?=\w)", "", title)
    if not plain.isascii():
        from slugify import slugify  # 20 ms, and cookiecutter's own dependency

        plain = slugify(plain)
    words = re.findall(r"[a-z0-9]+", plain.lower())
    slug = "-".join(words)
    if len(slug) <= MOST_SLUG:
        return slug
    return slug[: MOST_SLUG + 1].rpartition("-")[0] or slug[:MOST_SLUG]


def _one_line(typed: str, problem: type[ProtokitError], what: str) -> str:
    for character in typed:
        if _unshowable(character):
            raise problem(
                f"{what} holds the character U+{ord(character):04X}, which cannot be shown", fix="Retype it."
            )
    if _REORDERING.search(typed):
        fix = "Retype it; Hebrew and Arabic need none of them."
        raise problem(f"{what} holds invisible marks that reorder text", fix=fix)
    return " ".join(unicodedata.normalize("NFC", typed).replace("\ufeff", "").split())


def _unshowable(character: str) -> bool:
    category = unicodedata.category(character)
    if category == "Cc":
        return character not in _LINE_BREAKS
    return category == "Cs" or ord(character) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(character) <= 0xFDEF
