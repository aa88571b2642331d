"""Tells whether a piece of an English sentence can stand by itself in a question, as a subject or an object."""

import re

UNCLEAR = re.compile(
    r"\b(?:it|its|this|that|these|those|there|he|she|his|her|him|their|them|they|we|us|i|me|which|who|whom|whose|same"
    r"|other|others|such|following|(?:above|below)(?! ?[\d€$£])|former|latter|here|now|today|so|however|also|therefore"
    r"|latest|then|one|themselves|itself|himself|herself|ourselves|yourself)\b",
    re.IGNORECASE,
)
"""Words that point at something outside the phrase, so that a question with one could not be understood."""
CUT_TOO_EARLY = re.compile(
    r"\b(?:of|with|to|at|by|in|on|for|the|an?|and|or|be|up|worth|last|next|first|from|under|named?|as|not|than|about"
    r"|into|between|no|any|very|more|most|my|your|our|is|are|was|were)$",
    re.IGNORECASE,
)
BOILERPLATE = re.compile(
    r"all rights reserved|copyright|©|\bcookies?\b|last (?:updated|revised|modified)|this (?:document"
    r"|page|slide|site)"
    r"|https?:|www\.|@|unsubscribe|click here|disclaimer|terms of use|privacy policy|table of contents|page \d"
    r"|thank you|lorem ipsum|without (?:any )?warranty|see also|\bet seq\b",
    re.IGNORECASE,
)
"""What no stakeholder would ask about."""
_FINITE = frozenset(
    "is are was were has have had do does did will would can could may might must shall should be been being not if "
    "when while because although though since as than but or so only both how what why where before until unless "
    "said made took became led gave held began went came saw found says say said states stated argues argued think "
    "believe believed know known called means refers includes include allows allow makes make gives give takes take "
    "never always often usually generally typically currently however per".split()
)
_NO_START = frozenset(
    "in on at by for from with without during after before under over through despite however"
    " moreover therefore thus "
    "also then most many some several few one another other according since as to if when where"
    " while although because "
    "no not only even both either neither note please sometimes often usually generally finally first second third "
    "next later until unlike like within between among around about above below many more less much there here what "
    "which who how why whoever whatever two three four five six seven eight nine ten how and but or"
    " nor so yet nothing nobody everything something anyone someone each every".split()
)
_VAGUE = frozenset(
    "period process term terms document documents system section case cases number amount result"
    " results reason first second "
    "charge cause causes requirement requirements answer question thing things part parts way idea"
    " example point problem fact list item items program project plan "
    "company group others goal table figure difference form name word words value effect issue matter method model "
    "handbook policy agreement contract report guide page data information team work change date fee fees price "
    "time day days year years people person man king state states country city author book rest latter".split()
)
_PERSON = re.compile(
    r"(?:ee|ees|ant|ants|ist|ists|ian|ians|man|men|people|person|staff|you|committee|board|team"
    r"|nurses?|managers?|users?"
    r"|drivers?|members?|teachers?|students?|owners?|buyers?|sellers?|suppliers?|customers?"
    r"|employers?|visitors?|travell?ers?"
    r"|directors?|officers?|landlord|contractors?|providers?|patients?|parents?|doctors?|residents?|guests?|agents?"
    r"|speakers?|authors?|leaders?|lenders?|borrowers?|holders?|administrators?|editors?)$",
    re.IGNORECASE,
)
_COLOURLESS = frozenset(
    "the a an your our all any usual main whole total only new first important normal own".split()
)
_DETERMINER = re.compile(r"(?:The|An?|Your|Our|All|Any|You)\b")


def is_subject(phrase: str, kind: str = "") -> bool:
    """Whether `phrase` is a noun phrase that says by itself what it means.

    `kind` asks for more: "name" for a person's name, "thing" for no person's name, "person" for one who acts.
    """
    words = phrase.split()
    if phrase == "You":
        return kind in ("", "person")
    bare = [re.sub(r"[’']s?$", "", word).lower() for word in words]
    if bare[0] in _NO_START or _FINITE & set(bare) or UNCLEAR.search(phrase) or CUT_TOO_EARLY.search(phrase):
        return False
    if re.search(
        r"\b[a-z]+ed (?:the|an?|that|to|for|in|on|with|by)\b|[a-z]ly$| in the [a-z]+$|^[Tt]he (?:\d|two|three|four)",
        phrase,
    ):
        return False
    core = [word for word in bare if word not in _COLOURLESS]
    if not core or (len(core) == 1 and core[0] in _VAGUE):
        return False
    named = len(words) > 1 and all(
        word[:1].isupper() or (len(word) <= 3 and word[:1] != "a") for word in words
    )
    if kind == "name":
        return words[0] not in ("The", "A", "An") and named and len(words) <= 5
    if kind == "thing":
        return not (named and not _DETERMINER.match(phrase)) and not bare[0].endswith("ing")
    if kind == "person":
        return bool(_PERSON.search(words[-1]))
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
