"""Finds in a prompt what a prototype is about, and says it as a title: "our HR handbook" -> "HR Handbook"."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from protokit.catalog import Domain
from protokit.features import fold, words
from protokit.wording import Wording


@dataclass(frozen=True, slots=True)
class Topic:
    """What a prototype is about, as a title ("HR Handbook") and in running text ("our HR handbook")."""

    title: str
    subject: str


_ABOUT = r"about|regarding|concerning|on the topic of|sobre|acerca de|concernant|au sujet de|à propos de|zum thema|über|rund um|su(?:lla|l|i)?"
_OBJECT = (
    r"questions of|summari[sz](?:e|es|er|ing|ation of)|summary of|summaries of|digests? of|recaps? of|condens(?:e|es|ing)|boil down"
    r"|search(?:es|ing)?(?: through| across| over| in)?|chat with|talk to|query|ask|over|across|inside|through|find"
    r"|resum(?:e|ir|a)|buscar en|résume[rz]?|chercher dans|synthèse de|durchsuch(?:e|en)|zusammenfassungen von|resumo de|riassunto di"
)
_OF = r"for|of|from|in|with|de|pour|für|para|per|aus|zu|dans|en"
_CUES = (_ABOUT, _OBJECT, _OF)
_PHRASE = r"(?:{cue})\s+((?:[\w&'’-]+\s?){{1,8}})"
_DETERMINERS = frozenset(
    """our my your their the a an all any some these those this that its his her company's every each various multiple many ten years long
    nuestro nuestra nuestros nuestras mi mis el la los las un una notre nos mon mes le les du des une l d
    unser unsere unseren unserem unserer mein meine meinen die das der den dem ein eine einen einem
    nosso nossa nossos nossas o os as um uma meu il lo gli i di della delle dei del nostri""".split()
)
_STOPS = frozenset(
    """and or but that which who whom so to for from with in on at by using based into as when where while without via through than then if
    is are was were be been can could should will would may must do does did has have had it they them we you i he she lets let helps help
    answers answer gives give asks ask uses use quickly automatically easily only just not never also too before after during
    y e o que con para por en de et ou qui pour avec dans sur und oder mit für von im in aus zu auf um com em ed con per che da mit""".split()
)
_GENERIC = frozenset(
    """document documents docs file files pdf pdfs question questions text texts data content contents anything everything things thing topic topics
    people person users user customers customer clients client employees employee students student answer answers information info
    language languages words natural plain english memory context chat conversation conversations them it us me app application tool
    bot chatbot assistant minutes seconds time times way day days week month year years page pages line lines word one two three five
    documentos archivos preguntas clientes textos documentos fichiers questions clientes dokumente fragen kunden""".split()
)
_KEEPS_S = frozenset(
    "notes news sales benefits minutes operations analytics economics mathematics physics series business process access".split()
)
_SMALL = frozenset("of and the in for to a an on de la del et du des und von".split())


def find_topic(
    prompt: str, domain: Domain | None, wording: Wording, documents: Mapping[str, str] | None
) -> Topic:
    """Return what `prompt` is about: its own words, else the domain's, else the documents' first title."""
    said = next(_noun_phrases(prompt), "")
    if said and domain:
        for noun in domain.title_nouns:
            if _same_thing(noun, said):
                return Topic(noun, said)
    if said:
        return Topic(_title_case(_bare(said)), said)
    if domain:
        return Topic(domain.title_nouns[0], domain.title.lower())
    first = next(iter(documents.values()), "") if documents else ""
    heading = re.search(r"^#*\s*(\S.{2,40})$", first, re.MULTILINE)
    if heading:
        return Topic(heading[1].strip(), heading[1].strip())
    return Topic("", str(wording["nothing"]))


def _noun_phrases(prompt: str) -> Iterator[str]:
    for cue in _CUES:
        for match in re.finditer(r"(?<!\w)" + _PHRASE.format(cue=cue), prompt, re.IGNORECASE):
            phrase = _head(match[1].split())
            if phrase:
                yield phrase


def _head(said: list[str]) -> str:
    kept: list[str] = []
    told = False
    for word in said:
        plain = fold(word)
        if plain in _DETERMINERS and not told:
            kept.append(word)
        elif plain in _STOPS or (told and plain in _DETERMINERS):
            break
        else:
            kept.append(word)
            told = True
    content = [word for word in kept if fold(word) not in _DETERMINERS]
    if not content or len(content) > 4 or all(fold(word) in _GENERIC for word in content):
        return ""
    return " ".join(kept)


def _bare(phrase: str) -> str:
    return " ".join(word for word in phrase.split() if fold(word) not in _DETERMINERS)


def _same_thing(noun: str, said: str) -> bool:
    """Whether a domain's title noun says the phrase more fully: "HR Handbook" for "our handbook"."""
    return set(words(_bare(said))) <= set(words(noun))


def _title_case(phrase: str) -> str:
    parts = phrase.split()
    shown = [word if word[1:].lower() != word[1:] or (at and word.lower() in _SMALL) else word[:1].upper() + word[1:]
             for at, word in enumerate(parts)]  # fmt: skip
    return " ".join(shown)


def singular(phrase: str) -> str:
    """ "Research Papers" -> "Research Paper", as English says before another noun; unclear words stay."""
    head, _, last = phrase.rpartition(" ")
    low = last.lower()
    if low in _KEEPS_S or not low.endswith("s") or low.endswith(("ss", "us", "is")) or len(low) < 4:
        return phrase
    stem = (
        f"{last[:-3]}y"
        if low.endswith("ies")
        else last[:-2]
        if low.endswith(("xes", "ches", "shes", "sses"))
        else last[:-1]
    )
    return f"{head} {stem}".strip()
