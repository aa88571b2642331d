"""Finds wishes in a prompt ("under 50 words", "in Spanish", "never give legal advice") and keeps them as data."""

import re
from collections.abc import Callable, Iterator, Mapping

from protokit.drafting.audience import find_people
from protokit.runtime.prototype_fields import Constraint
from protokit.spec.lexicon import lexicon

_NUMBERS = {
    word: number
    for number, forms in {
        1: "one a un una uno une ein eine einem einen um uma 一",
        2: "two dos deux zwei due dois duas 两 二",
        3: "three tres trois drei tre três 三",
        4: "four cuatro quatre vier quattro quatro 四",
        5: "five cinco cinq fünf cinque 五",
        6: "six seis sechs sei 六",
        7: "seven siete sept sieben sette sete",
        8: "eight ocho huit acht otto oito",
        10: "ten diez dix zehn dieci dez 十",
        20: "twenty veinte vingt zwanzig venti vinte",
        30: "thirty treinta trente dreißig trenta trinta",
        40: "forty cuarenta quarante vierzig",
        50: "fifty cincuenta cinquante fünfzig cinquanta cinquenta 五十",
        80: "eighty",
        100: "hundred cien cent hundert cento cem 一百",
        150: "150",
        200: "200",
    }.items()
    for word in forms.split()
}
_NUMBER = r"(?P<number>\d{1,4}|" + "|".join(sorted(_NUMBERS, key=len, reverse=True)) + ")"
_AT_MOST = (
    r"under|below|at most|max\.?|maximum(?: of)?|maximal|no more than|not more than|up to|within"
    r"|less than|fewer than|in"
    r"|menos de|máximo(?: de)?|como máximo|hasta|moins de|au plus|au maximum|jusqu'à|en"
    r"|unter|höchstens|weniger als|bis zu|meno di|massimo|fino a|no máximo|até|不超过|少于|最多|不多于"
)
_WORDS = r"words?|palabras|mots|worte?|wörtern?|parole|palavras"
_SENTENCES = r"sentences?|frases?|oraciones|phrases?|sätzen?|satz|frasi|句话|句|文以内"
_STOP = (
    r"(?=$|[.;:!?,)。！？；，、]| but | and | or | because | so that | pero | mais | aber | y | et | und )"
)


def find_constraints(prompt: str) -> tuple[Constraint, ...]:
    """Return the wishes in the cleaned `prompt` that can be stated to the assistant, each kind at most a few times."""
    found: dict[tuple[str, str | int], Constraint] = {}
    lower = prompt.lower()
    for look, hints in _LOOKS.items():
        if not hints or any(hint in lower for hint in hints.split("|")):
            for wish in look(prompt):
                found.setdefault((wish.kind, wish.value), wish)
    return tuple(found.values())[:20]


def _search(pattern: str, prompt: str) -> Iterator[re.Match[str]]:
    return re.finditer(pattern, prompt, re.IGNORECASE)


def _number(written: str) -> int:
    return int(written) if written.isdigit() else _NUMBERS[written.lower()]


def _max_words(prompt: str) -> Iterator[Constraint]:
    patterns = (
        rf"\b(?:{_AT_MOST})\s+{_NUMBER}\s+(?:{_WORDS})\b",
        rf"\b{_NUMBER}\s+(?:{_WORDS})\s+(?:max\b|maximum|or less|or fewer|at most|o menos|ou moins|oder weniger|limit)",
        rf"\b{_NUMBER}-word\b",
        r"(?:不超过|少于|最多|不多于)?\s*(?P<number>\d{1,4})\s*(?:个)?(?:字|文字)(?:以内|以下|之内)",
        r"(?:不超过|少于|最多|不多于)\s*(?P<number>\d{1,4})\s*(?:个)?(?:字|词)",
    )
    for pattern in patterns:
        for match in _search(pattern, prompt):
            if (number := _number(match["number"])) >= 5:
                yield Constraint(kind="max_words", value=number, words=match[0].strip())


def _language(prompt: str) -> Iterator[Constraint]:
    before = r"(?:\bin|\bauf|\ben|\bem|用|以)\s*(?:plain |simple |easy |einfachem |clear )?"
    after = r"(?:[- ]speaking|[- ]only|で|语回答|回答)"
    found = []
    for code, names in lexicon()["languages"].items():
        any_name = "|".join(re.escape(name) for name in names if name in prompt.lower())
        if not any_name:
            continue
        for match in _search(rf"{before}(?:{any_name})(?![A-Za-z-])|\b(?:{any_name}){after}", prompt):
            found.append(Constraint(kind="language", value=code, words=match[0].strip()))
    if len({wish.value for wish in found}) == 1:
        yield found[0]


def _only_documents(prompt: str) -> Iterator[Constraint]:
    things = (
        r"(?:documents?|docs|files?|handbooks?|manuals?|polic(?:y|ies)|pdfs?|sources?|knowledge base|content|materials?"
        r"|articles?|contracts?|texts?|data|wiki|pages?|transcripts?|reports?|guidelines?)"
    )
    own = r"(?:our|the|my|these|those|this|its|your|their|provided|uploaded|given|own|internal|company|official|\w+'s)"
    patterns = (
        rf"\b(?:only|strictly|solely|exclusively|purely"
        rf"|nothing but)\b[^.;,]{{0,30}}?\b(?:{own}\s+)+(?:[\w-]+\s+){{0,3}}?{things}\b",
        rf"\b(?:only|strictly|solely|exclusively) (?:from|using|based on|grounded in) (?:[\w-]+\s+){{0,3}}?{things}\b",
        rf"\b(?:from|using|based on|on|in) (?:{own}\s+)+(?:[\w-]+\s+){{0,3}}?{things} (?:only|alone"
        rf"|and nothing else)\b",
        r"\b(?:no|without|never|don't|do not|not)\s+(?:any\s+)?(?:hallucinat\w+|mak(?:e"
        r"|ing) (?:things|stuff|anything) up"
        r"|outside knowledge|outside information|external (?:knowledge|sources)|invent\w*(?: anything)?)",
        r"\b(?:solo|sólo|solamente|únicamente|unicamente|apenas|somente|soltanto|esclusivamente)\b[^.;,]{0,30}?"
        r"\b(?:documentos?|archivos?|manual(?:es)?|documenti|fuentes|contratos|arquivos)\b",
        r"\b(?:uniquement|seulement|exclusivement)\b[^.;,]{0,40}?\b(?:documents?|fichiers|manuels?"
        r"|sources|contrats|textes)\b",
        r"\b(?:nur|ausschließlich|ausschliesslich)\b[^.;,]{0,40}?\b(?:Dokument\w*|Unterlagen"
        r"|Handbuch\w*|Handbücher\w*|Quellen|Dateien|Verträge\w*|Texte\w*)",
        r"(?:只|仅|仅仅)(?:能|可以|允许)?(?:根据|基于|依据|使用|从|用)[^。,，;；]{0,16}",
        r"(?:文書|資料|ドキュメント|マニュアル)だけ[^。、]{0,10}",
    )
    match = next((match for pattern in patterns for match in _search(pattern, prompt)), None)
    if match:
        yield Constraint(kind="only_documents", words=match[0].strip())


_FOR = r"\bfor|\baimed at|\btargeted at|\btailored to|\bpara|\bpour|\bfür|\bper"


def _audience(prompt: str) -> Iterator[Constraint]:
    if people := find_people(prompt, _FOR):
        yield Constraint(kind="audience", value=people, words=_said_with(prompt, people))
    for people in [*lexicon()["people"]["zh"], *lexicon()["people"]["ja"]]:
        if match := re.search(rf"(?:给|为|面向|帮助|针对){people}|{people}(?:向け|のための|用の)", prompt):
            yield Constraint(kind="audience", value=people, words=match[0])
            return


def _said_with(prompt: str, people: str) -> str:
    match = re.search(rf"(?:{_FOR})\s+(?:[\w'’]+\s+)?{re.escape(people)}", prompt, re.IGNORECASE)
    return match[0] if match else people


def _never(prompt: str) -> Iterator[Constraint]:
    advice = r"(?:legal|medical|financial|tax|investment|health|clinical|psychological|dosage|personal)"
    patterns = (
        r"(?:(?:^|[.,;:!?]|\band|\bbut|\bmust|\bshould|\bit|\bplease|\bbot|\bassistant|\bwill"
        r"|\bcan)\s*)never (?P<thing>(?!miss|lose|forget|worry|wonder|again|sleep|end|stop|been"
        r"|be )[^.;!?,]+?)" + _STOP,
        r"\b(?:must not|mustn't|should not|shouldn't|may not|is not allowed to|not allowed to"
        r"|will not|won't) (?:ever )?(?P<thing>(?!have to|need to|be )[^.;!?,]+?)" + _STOP,
        r"(?:(?:^|[.,;:!?]|\band|\bbut|\bplease)\s*)(?:do not|don't) (?:ever )?(?P<thing>(?!have"
        r"|need|know|want|miss|hallucinate|invent|make things)[^.;!?,]+?)" + _STOP,
        r"\bwithout (?:ever )?(?P<thing>(?:giving|offering|revealing|sharing|mentioning|disclosing"
        r"|promising|quoting|recommending|naming) [^.;!?,]+?)" + _STOP,
        rf"\bno (?P<advice>{advice}(?: or {advice})? advice)\b",
        r"\b(?:nunca|jamás|no debe|no puede)\s+(?P<thing>[^.;!?,]+?)" + _STOP,
        r"\b(?:ne doit (?:pas|jamais)|ne jamais|jamais)\s+(?P<thing>[^.;!?,]+?)" + _STOP,
        r"\b(?:niemals|nie|darf keine?n?|ohne)\s+(?P<thing>(?:Rechtsberatung|Ratschläge|Diagnosen?"
        r"|medizinisch\w*|rechtlich\w*|Preise|Namen|personenbezogen\w*)[^.;!?,]*?)" + _STOP,
        r"\b(?P<thing>keine (?:Rechtsberatung|Diagnosen?|medizinische[nr]? \w+|rechtliche[nr]? \w+"
        r"|Steuerberatung|Anlageberatung))",
        r"(?:不要|不能|不得|绝不|禁止|切勿)(?P<thing>[^。,，;；、]{2,20})",
    )
    for pattern in patterns:
        for match in _search(pattern, prompt):
            groups = match.groupdict()
            value = f"give {groups['advice']}" if groups.get("advice") else _bare(groups["thing"])
            if 0 < len(value) <= 120 and not any(_only_documents(match[0])):
                yield Constraint(kind="never", value=value, words=match[0].strip(" ,.;:!?"))


def _bare(thing: str) -> str:
    """ "giving legal advice" -> "give legal advice"."""
    verbs = {"giving": "give", "offering": "offer", "revealing": "reveal", "sharing": "share", "naming": "name",
             "mentioning": "mention", "disclosing": "disclose", "promising": "promise", "quoting": "quote",
             "recommending": "recommend", "gives": "give", "gives out": "give out", "promises": "promise",
             "reveals": "reveal", "mentions": "mention", "shares": "share", "quotes": "quote"}  # fmt: skip
    first, _, rest = thing.strip().partition(" ")
    return f"{verbs.get(first.lower(), first)} {rest}".strip()


def _currency(prompt: str) -> Iterator[Constraint]:
    before = (
        r"(?:\b(?:in|en|em|as|to|into|prices?|amounts?|costs?|figures?|money|preise|precios"
        r"|prix)\s+(?:in\s+|en\s+)?|以|用)"
    )
    for code, names in lexicon()["currencies"].items():
        any_name = "|".join(re.escape(name) for name in names if name in prompt.lower())
        if any_name and (
            match := re.search(rf"{before}(?:{any_name})(?![A-Za-z0-9])", prompt, re.IGNORECASE)
        ):
            yield Constraint(kind="currency", value=code, words=match[0].strip())
            return


def _tone(prompt: str) -> Iterator[Constraint]:
    for tone, names in lexicon()["tones"].items():
        for name in names:
            at = prompt.lower().find(name)
            alone = at >= 0 and not (name.isascii() and _inside_word(prompt, at, at + len(name)))
            if alone and "-" not in (prompt[at - 1 : at], prompt[at + len(name) : at + len(name) + 1]):
                yield Constraint(kind="tone", value=tone, words=prompt[at : at + len(name)])
                break


def _inside_word(text: str, start: int, end: int) -> bool:
    return text[start - 1 : start].isalnum() or text[end : end + 1].isalnum()


def _format(prompt: str) -> Iterator[Constraint]:
    patterns = {
        "bullets": r"\b(?:as|in|with|into|to|of|en|em|als|sous forme de|in form von)\s+(?:\w+\s+)?"
        r"(?:bullet(?:ed)?(?: points?| list)?s?|viñetas|puntos clave|puces|stichpunkten?|aufzählungspunkte|punti elenco"
        r"|tópicos)\b|要点列表|箇条書き",
        "numbered steps": r"\bstep[- ]by[- ]step\b|\b(?:as|in) (?:a )?numbered (?:list|steps)\b|\bpaso a paso\b"
        r"|\bétape par étape\b|\bpas à pas\b|\bschritt für schritt\b|\bpasso a passo\b|分步骤|一步一步",
        "table": r"\b(?:as|in) (?:a )?tables?\b|\ben (?:una )?tablas?\b|\bals tabelle\b"
        r"|\bsous forme de tableau\b|表格形式",
        "action items": r"\b(?:action items|next steps|to-dos)\b|\baufgabenliste\b|行动项|待办",
        "one paragraph": r"\b(?:as|in|to|into) (?:a|one|a single|1) (?:short )?paragraph\b"
        r"|\ben un párrafo\b|\ben un paragraphe\b|\bin einem absatz\b",
    }
    for value, pattern in patterns.items():
        if match := re.search(pattern, prompt, re.IGNORECASE):
            yield Constraint(kind="format", value=value, words=match[0])
    for match in _search(rf"\b(?:{_AT_MOST})\s*{_NUMBER}\s*(?:short\s+)?(?:{_SENTENCES})(?!\w)", prompt):
        number = _number(match["number"])
        yield Constraint(kind="format", value=f"at most {number} sentences", words=match[0].strip())


_LOOKS: Mapping[Callable[[str], Iterator[Constraint]], str] = {
    _max_words: "word|palabra|mot|wort|wört|parol|palavr|字|词",
    _language: "",
    _only_documents: (
        "only|strictly|solely|exclus|purely|nothing|hallucinat|things|stuff|anything up|outside|external|invent|alone"
        "|solo|sólo|solamente|únicamente|unicamente|apenas|somente|soltanto|esclus|uniquement"
        "|seulement|nur|ausschlie|只|仅|だけ"
    ),
    _audience: "",
    _never: "never|not|n't|without|no |nunca|jamás|jamais|nie|keine|ohne|darf|不要|不能|不得|绝不|禁止|切勿",
    _currency: "",
    _tone: "",
    _format: (
        "bullet|step|numbered|table|tabell|action|next|to-do|paragraph|párrafo|paragraphe|absatz"
        "|sentence|frase|oracion|phrase"
        "|satz|sätz|frasi|viñeta|puntos|puces|stichpunkt|aufzählung|elenco|tópicos|paso|étape|schritt|passo|pas à pas"
        "|要点|箇条|分步|一步|表格|行动|待办|句|文以内|aufgaben"
    ),
}
"""What to look for, and words of which one must be there: compiling a pattern costs more than searching with it."""
