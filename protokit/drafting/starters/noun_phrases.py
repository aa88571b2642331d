"""Tells whether a piece of an English sentence can stand by itself in a question, as a subject or an object."""

import re

from protokit.drafting.starters.question_forms import pattern, word_list

_DETERMINER = re.compile(r"(?:The|An?|Your|Our|All|Any|You)\b")


def is_subject(phrase: str, kind: str = "") -> bool:
    """Whether `phrase` is a noun phrase that says by itself what it means.

    `kind` asks for more: "name" for a person's name, "thing" for no person's name.
    """
    words = phrase.split()
    if phrase == "You":
        return not kind
    bare = [re.sub(r"[’']s?$", "", word).lower() for word in words]
    if bare[0] in word_list("no_start") or word_list("finite") & set(bare):
        return False
    if pattern("unclear").search(phrase) or pattern("cut_too_early").search(phrase):
        return False
    if re.search(
        r"\b[a-z]+ed (?:the|an?|that|to|for|in|on|with|by)\b|[a-z]ly$| in the [a-z]+$|^[Tt]he (?:\d|two|three|four)",
        phrase,
    ):
        return False
    core = [word for word in bare if word not in word_list("colourless")]
    if not core or (len(core) == 1 and core[0] in word_list("vague")):
        return False
    named = len(words) > 1 and all(
        word[:1].isupper() or (len(word) <= 3 and word[:1] != "a") for word in words
    )
    if kind == "name":
        return words[0] not in ("The", "A", "An") and named and len(words) <= 5
    if kind == "thing":
        return not (named and not _DETERMINER.match(phrase)) and not bare[0].endswith("ing")
    return True


def is_plural(phrase: str) -> bool:
    """Whether the noun that `phrase` is about stands in the plural."""
    head = re.split(r" (?:of|in|for|on|at|by|with|from|to|per|without|within|under|between|about)\b", phrase)[
        0
    ]
    return head in ("You", "People", "Staff") or bool(
        re.search(r"(?:[^su]s|people|men|children|staff)$", head)
    )


def begun(phrase: str, text: str, *, likely_name: bool = False) -> str:
    """`phrase`, from the beginning of a sentence, as it stands inside one.

    A single word that `text` has nowhere else keeps its capital when it is a `likely_name`.
    """
    first, _, rest = phrase.partition(" ")
    if likely_name and not rest and not is_plural(first) and first.lower() not in text:
        return phrase
    if _DETERMINER.fullmatch(first) or not (rest[:1].isupper() or _is_name(first, text)):
        return phrase[:1].lower() + phrase[1:] if first != "You" else phrase
    return phrase


def lowered(phrase: str, text: str) -> str:
    """`phrase` as it stands in running text: a word keeps its capital where `text` has it inside a sentence."""
    return " ".join(word if _is_name(word, text) else word[:1].lower() + word[1:] for word in phrase.split())


def _is_name(word: str, text: str) -> bool:
    word = re.sub(r"['’]s?$", "", word)
    if word[1:] != word[1:].lower():
        return True
    return not re.search(rf"\b{re.escape(word.lower())}\b", text) and bool(
        re.search(rf"[a-z,] {re.escape(word)}\b(?! [A-Z])", text)
    )
