"""Finds in a prompt what a prototype is about, and says it as a title: "our HR handbook" -> "HR Handbook"."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import takewhile
from pathlib import PurePath

from protokit.catalog.lookup import Domain
from protokit.catalog.page_phrases import PagePhrases
from protokit.drafting.prompt_patterns import piece
from protokit.spec.lexicon import lexicon
from vectorstore.text.plain_words import fold, words


@dataclass(frozen=True, slots=True)
class Topic:
    """What a prototype is about, as a title ("HR Handbook") and in running text ("our HR handbook")."""

    title: str
    subject: str


_NUMBER = re.compile(r"(?<![\w.,-])\d[\d.,]*[+%]?(?![\w-])")
_PHRASE = r"(?:{cue})\s+((?:[\w&'’-]+\s?){{1,8}})"


def find_topic(
    prompt: str,
    domain: Domain | None,
    wording: PagePhrases,
    documents: Mapping[str, str] | None,
    language: str,
    people: str = "",
) -> Topic:
    """Return what `prompt` is about: in its own words, else in the domain's, else by the documents' first heading.

    `people` are those whom it is for; neither they nor a number are a topic.
    """
    bare = " ".join(_NUMBER.sub(" ", prompt).split())
    said = (
        _unspaced(bare, people)
        if language in ("zh", "ja")
        else next(_noun_phrases(bare, people, language), "")
    )
    if said:
        first = prompt.startswith(said) and said[1:].islower()  # which has a capital for that alone
        said = said[:1].lower() + said[1:] if first and language == "en" else said
        topic = _said_topic(said, domain if language == "en" else None, language)
        return _with_matters(topic, said, prompt) if language == "en" else topic
    if domain and language == "en":
        return Topic(domain.title_nouns[0], f"{domain.title[:1].lower()}{domain.title[1:]}")
    if domain and domain.name in wording.get("domains", {}):
        return Topic(*map(str, wording["domains"][domain.name]))
    if name := _document_topic(documents or {}):
        return Topic(name, name)
    return Topic("", str(wording["nothing"]))


def _document_topic(documents: Mapping[str, str]) -> str:
    """What the person's documents say they are about: the first heading among them, else the name of a file."""
    for name, text in documents.items():
        heading = re.match(r"\s*#* *(\S.{2,40})\n", text)
        if heading and not _GRID.search(PurePath(name).suffix):
            return heading[1].strip()
    stem = PurePath(next(iter(documents), "")).stem
    named = re.sub(r"[\W_]+", " ", stem).strip()
    return _title_case(named) if 2 < len(named) <= 40 else ""


_GRID = re.compile(r"csv|tsv|xls|ods|parquet|json|eml|mbox", re.IGNORECASE)
"""Types of files that begin with other things than a heading."""


def _said_topic(said: str, domain: Domain | None, language: str) -> Topic:
    subject = _subject(said) if language == "en" else said
    role = re.fullmatch(rf"(.+) (?:{piece('ROLES')})", subject, re.IGNORECASE)
    fuller = next((noun for noun in domain.title_nouns if _same_thing(noun, said)), "") if domain else ""
    bare = _bare(said)
    titled = _title_case(_POSSESSIVE.sub("", bare)) if language == "en" else bare[:1].upper() + bare[1:]
    about = role[1] if role else subject
    known = domain and about[1:].islower() and about.lower() in domain.words
    return Topic(fuller or titled, about.lower() if known else about)


def _with_matters(topic: Topic, said: str, prompt: str) -> Topic:
    """ "contract lookup" is about contract matters: one thing cannot stand alone in a sentence."""
    named = re.search(rf"{re.escape(said)} (?:{piece('MACHINES')})\b", prompt, re.IGNORECASE)
    if named and said[1:].islower() and not said.endswith("s"):
        return Topic(topic.title, f"{topic.subject} matters")
    return topic


def people_topic(people: str, subject: str) -> Topic:
    """The topic of a prompt that tells only whom it helps: "gym members" -> "Gym Members"."""
    return Topic(_title_case(_bare(people)), subject)


def _subject(said: str) -> str:
    """ "our HR handbook" -> "the HR handbook", "my transcripts" -> "transcripts": the page speaks to others."""
    first, _, rest = said.removeprefix("all ").partition(" ")
    if first.lower() not in _OWNERS or not rest:
        return said
    return rest if rest.endswith("s") and not _POSSESSIVE.search(rest) else f"the {rest}"


_POSSESSIVE = re.compile(r"['\u2019]s?(?= )")
_OWNERS = frozenset({"my", "our", "your", "their", "its"})


def _noun_phrases(prompt: str, people: str, language: str) -> Iterator[str]:
    about = re.sub(rf"\b{re.escape(people)}\b", " ; ", prompt, flags=re.IGNORECASE) if people else prompt
    for cue in ("ABOUT", "TAKEN", "SORTED", "OBJECT"):
        yield from _phrases_after(piece(cue), about)
    yield from _before_role(prompt, people)
    if language != "en":  # whose verbs are not known, so that a line would be about "Buscar"
        yield from _phrases_after(piece("OF"), about)
        yield from _runs(about.partition(":")[2])
        return
    before, _, rest = about.partition(" ; ") if people else ("", "", about)
    yield from _runs(before)
    yield from _phrases_after(piece("OF"), about)
    yield from _runs(rest)


def _runs(prompt: str) -> Iterator[str]:
    """What stands between the words that only shape a line: "Explain our mortgage products to ..."."""
    outer = _listed("stops") | _listed("determiners") | _listed("praise") | _listed("verbs")
    machine = re.compile(rf"(?:{piece('MACHINES')}|{piece('ROLES')})s?", re.IGNORECASE)
    for clause in re.split(r"[^\w&'’ -]+|\b(?:that|which|who)\b[^,;:.]*", prompt):
        run: list[str] = []
        for word in [*clause.split(), ""]:
            if word and fold(word) not in outer and not machine.fullmatch(word):
                run.append(word)
            elif phrase := _head(run[:4]):
                yield phrase
                run = []
            else:
                run = []


def _unspaced(prompt: str, people: str) -> str:
    """The topic of a line in a script without spaces: the longest part between what only shapes the line."""
    about = prompt.replace(people, "，") if people else prompt
    parts = [part.strip() for part in re.split(piece("UNSPACED"), about) if part]
    return max((part for part in parts if 2 <= len(part) <= 20), key=len, default="")


def _phrases_after(cue: str, prompt: str) -> Iterator[str]:
    for match in re.finditer(r"(?<!\w)" + _PHRASE.format(cue=cue), prompt, re.IGNORECASE):
        said = match[1].split()
        while len(said) > 2 and said[1] == "of" and fold(said[0]) in _listed("generic"):
            said = said[2:]  # "years of our archive"
        if phrase := _head(said):
            yield phrase


def _before_role(prompt: str, people: str) -> Iterator[str]:
    """ "a personal fitness coach" -> "fitness coach", "an HR chatbot" -> "HR"."""
    for match in re.finditer(
        rf"((?:[\w&'’-]+ ){{1,3}})({piece('ROLES')}|{piece('MACHINES')})\b", prompt, re.IGNORECASE
    ):
        told = [
            word
            for word in match[1].split()
            if fold(word) not in _listed("praise") and not _OF_A_KIND.search(word)
        ]
        kept = _head(list(reversed(_until_stop(reversed(told)))))
        if kept and kept.lower() != people.lower():
            yield f"{kept} {match[2]}" if re.fullmatch(piece("ROLES"), match[2], re.IGNORECASE) else kept


_OF_A_KIND = re.compile(r"-(?:facing|based|powered|driven|speaking|friendly)$", re.IGNORECASE)


def _until_stop(said: Iterator[str]) -> list[str]:
    return list(takewhile(lambda word: fold(word) not in _listed("stops") | _listed("determiners"), said))


def _head(said: list[str]) -> str:
    kept: list[str] = []
    told = False
    for word in said:
        plain = fold(word)
        if plain in _listed("determiners") and not told:
            kept.append(word)
        elif plain in _listed("stops") or (told and plain in _listed("determiners")):
            break
        else:
            kept.append(word)
            told = True
    content = [word for word in kept if fold(word) not in _listed("determiners")]
    if content and _are_people(" ".join(content)):
        return ""
    if not content or len(content) > 4 or all(fold(word) in _listed("generic") for word in content):
        return ""
    return " ".join(kept)


@cache
def _listed(name: str) -> frozenset[str]:
    """One of the lists of words that shape a noun phrase; "generic" ones say nothing of a topic by themselves."""
    return frozenset(form for word in lexicon()["phrases"][name] for form in (word, fold(word)))


@cache
def _people() -> tuple[str, ...]:
    return tuple(fold(people) for group in lexicon()["people"].values() for people in group)


def _are_people(phrase: str) -> bool:
    """Whether a phrase names people and nothing else: "boutique hotel guests"."""
    return f" {fold(phrase)}".endswith(tuple(f" {who}" for who in _people()))


def _bare(phrase: str) -> str:
    return " ".join(word for word in phrase.split() if fold(word) not in _listed("determiners"))


def _same_thing(noun: str, said: str) -> bool:
    """Whether a domain's title noun says the phrase more fully: "HR Handbook" for "our handbook"."""
    return set(words(_bare(said))) <= set(words(noun))


def _title_case(phrase: str) -> str:
    return " ".join(
        _capital(word) if at == 0 or word not in _listed("small") else word
        for at, word in enumerate(phrase.split())
    )


def _capital(word: str) -> str:
    return word if word[1:] != word[1:].lower() else word[:1].upper() + word[1:]


def singular(phrase: str) -> str:
    """ "Research Papers" -> "Research Paper", as English says before another noun; unclear words stay."""
    head, _, last = phrase.rpartition(" ")
    low = last.lower()
    if last[:-1].isupper() and last.endswith("s"):
        return phrase[:-1]  # "CVs"
    if (
        low in _listed("plural_only")
        or not low.endswith("s")
        or low.endswith(("ss", "us", "is"))
        or len(low) < 4
    ):
        return phrase
    stem = (
        f"{last[:-3]}y"
        if low.endswith("ies")
        else last[:-2]
        if low.endswith(("xes", "ches", "shes", "sses"))
        else last[:-1]
    )
    return f"{head} {stem}".strip()
