"""Masks who is spoken of in visitors' words: names by lists and by what stands before them, addresses, numbers.

No list has every name, so this goes with consent and never in its place; a word too many is masked rather than one too
few.
"""

import re
from functools import cache
from importlib import import_module
from importlib.util import find_spec

from protokit.errors import MissingExtra
from protokit.prototype.prototype_folder import install_command
from protokit.runtime.prompting.pii import PiiMasker

MASK = "[name]"
_LOCALES = (
    "en_US en_GB en_IN de_DE de_AT de_CH fr_FR es_ES it_IT nl_NL pt_PT pt_BR pl_PL sv_SE no_NO da_DK fi_FI"
    " tr_TR cs_CZ hu_HU ro_RO hr_HR"
).split()
_WORDS = frozenset(
    "amber angel april art august autumn beat bill bishop can canal carry cas chance chase che christian clay"
    " daisy dawn dean dev do don drew duke earl edit einer else eve faith fien floor forum frank german grace"
    " grant guy harm hazel heath holly honey hope hunter iris ivy jack jade jasmine job joy june junior lane"
    " line lily lore lot love luan luz major mark may mentor meta miles misty moses nada nas nova olive page"
    " pastor pat peer penny pepper per piper pina prince princess ray reed rich robin roman rose ruby sage"
    " said salud sandy sem server sky stone storm summer sunny tea thi till tone toy trinity van vega victor"
    " violet will wolf man land mai mon don reise rest sie wie den dem das hay hoy son sol mar paz luna pilar"
    " dolores consuelo".split()
)
"""Names that are words as well: alone they are masked only after what says that a name comes."""
_SHORT = (
    "abby alex andy ben beth bob chris dan dave ed jen jim joe jon josh kate ken liz matt meg mike nick rob"
    " ron sue ted"
).split()
"""Short forms that the lists lack; "will" is one of _WORDS as well."""
_TITLES = frozenset(
    "mr mrs ms miss mx dr prof professor herr herrn frau monsieur madame mme mlle señor señora sr sra signor"
    " signora sig dott don doña sir lady madam meneer mevrouw dhr mevr pan pani senhor senhora fru bay hanım"
    " doctor doktor".split()
)
_PARTICLES = frozenset("von van de da di del der den la le du bin al el dos das zu ter ten".split())
_NO_NAMES = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july"
    " august september october november december montag dienstag mittwoch donnerstag freitag samstag sonntag i"
    " ich hr it".split()
)
_CUE = re.compile(
    r"(?i)(?:\b(?:my name(?: is|'s)|name:|i am called|call me|this is|mein name ist|ich hei(?:ß|ss)e|je m['’]appelle"
    r"|mon nom est|me llamo|mi nombre es|mi chiamo|il mio nome è|meu nome é|(?:eu )?me chamo|mijn naam is|ik heet"
    r"|nazywam się|mam na imię|jag heter|jeg hedder|jeg heter|benim adım|regards|cheers|gr(?:ü|ue)(?:ß|ss)en?"
    r"|cordialement|saludos|groeten)[\s,:]*)\Z"
)
_SAID_SURELY = re.compile(
    r"(?i)(?:name|called|call me|hei(?:ß|ss)e|appelle|nom|llamo|nombre|chiamo|nome|naam|heet|imię)"
)
_I_AM = re.compile(r"(?i)\b(?:i am|i['’]m|ich bin|je suis|soy|sono|sou|ik ben)\s+\Z")
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_EAST = re.compile(
    r"(?<=我叫)[\u4e00-\u9fff]{2,4}?(?=[\s,，。.!！?？、的]|$)|[\u4e00-\u9fff]{1,3}(?=先生|女士|小姐|经理|老师|さん|様)"
    r"|(?<=名前は)[^\s、。です]{2,6}|[\uac00-\ud7a3]{2,4}(?=\s?씨)"
)


def mask_people(text: str) -> str:
    """`text` with names of people, e-mail addresses, phone, card and account numbers masked. Raises MissingExtra."""
    masked = PiiMasker().mask(text)
    words = [match for match in _WORD.finditer(masked) if not _in_placeholder(masked, match)]
    names = _names(masked, words)
    again = {words[place][0].casefold() for place in names if len(words[place][0]) > 2} - _WORDS
    names |= {place for place, word in enumerate(words) if _plain(word[0]) in again and word[0][:1].isupper()}
    return _EAST.sub(MASK, _replace(masked, words, names))


def _replace(text: str, words: list[re.Match[str]], names: set[int]) -> str:
    parts, at, last = list[str](), 0, -2
    for place in sorted(names):
        start, end = words[place].span()
        together = last == place - 1 and re.fullmatch(r"[ .]{1,2}|", text[at:start])
        if not together:
            parts += [text[at:start], MASK]
        at, last = end, place
        if text[end - 2 : end] in ("'s", "’s"):
            parts.append(text[end - 2 : end])
    return "".join([*parts, text[at:]])


def _names(text: str, words: list[re.Match[str]]) -> set[int]:
    """The places of the words that are somebody's name."""
    first, last = _known()
    names = set[int]()
    for place, word in enumerate(words):
        plain, before = _plain(word[0]), text[max(0, word.start() - 40) : word.start()]
        capital = word[0][:1].isupper()
        titled = place > 0 and _plain(words[place - 1][0]) in _TITLES and re.search(r"\w\.? \Z", before)
        told = _CUE.search(before)
        sure = capital or (told and _SAID_SURELY.search(told[0]))
        called = (titled or told) and sure and plain not in _NO_NAMES
        is_first = plain in first and (capital or bool(_I_AM.search(before)))
        follows = place + 1 < len(words) and _adjoins(text, word, words[place + 1])
        surname = follows and words[place + 1][0][:1].isupper() and _plain(words[place + 1][0]) in last
        if called or (is_first and (plain not in _WORDS or surname)):
            names |= _whole_name(text, words, place)
    return names


def _whole_name(text: str, words: list[re.Match[str]], place: int) -> set[int]:
    """The word at `place` and the capitalised ones that go on from it, particles between them included."""
    names, at = {place}, place
    while at + 1 < len(words) and _adjoins(text, words[at], words[at + 1]) and at - place < 5:
        plain, capital = _plain(words[at + 1][0]), words[at + 1][0][:1].isupper()
        if not (capital and plain not in _NO_NAMES) and plain not in _PARTICLES:
            break
        at += 1
        if capital:
            names |= set(range(place, at + 1))
    return names


def _adjoins(text: str, word: re.Match[str], following: re.Match[str]) -> bool:
    between = text[word.end() : following.start()]
    return between == " " or (between == ". " and len(word[0]) == 1)


def _in_placeholder(text: str, word: re.Match[str]) -> bool:
    return bool(re.match(r" \d+\]", text[word.end() :])) and text[word.start() - 1 : word.start()] == "["


def _plain(word: str) -> str:
    return re.sub(r"['’]s?\Z", "", word.casefold())


@cache
def _known() -> tuple[frozenset[str], frozenset[str]]:
    """First names and surnames of many countries, in small letters."""
    if find_spec("faker") is None:
        raise MissingExtra(
            "names are masked by lists of a package that is not installed",
            fix=f"Run: {install_command('hub')}",
        )
    first, last = {*_SHORT, "will"}, set[str]()
    for locale in _LOCALES:
        provider = import_module(f"faker.providers.person.{locale}").Provider
        for attribute in dir(provider):
            if attribute.startswith("first_names"):
                first |= {name.casefold() for name in getattr(provider, attribute) if len(name) > 2}
            elif attribute.startswith("last_names"):
                last |= {name.casefold() for name in getattr(provider, attribute) if len(name) > 2}
    return frozenset(first - _NO_NAMES), frozenset(last)
