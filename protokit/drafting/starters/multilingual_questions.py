"""Turns sentences in Spanish, French, German, Italian, Portuguese and Chinese into questions, by a few safe forms.

Each form keeps the subject with its own article and asks with a verb that agrees with it, so that no gender or case
has to be known. The broad questions below them serve every language.
"""

import re
from collections.abc import Iterator

from protokit.drafting.starters.english_questions import GeneratedQuestion

ABOUT = {
    "en": "What should I know about {}?",
    "es": "¿Qué debo saber sobre {}?",
    "fr": "Que faut-il savoir sur {} ?",
    "de": "Was muss ich über {} wissen?",
    "it": "Che cosa devo sapere su {}?",
    "pt": "O que preciso saber sobre {}?",
    "nl": "Wat moet ik weten over {}?",
    "zh": "关于{},需要了解什么?",
    "ja": "{}について教えてください。",
}
"""A question about a heading that is right whatever the heading's number and gender."""
SAID_OF = {
    "en": "What should I know about {}?",
    "es": "¿Qué dicen los documentos sobre {}?",
    "fr": "Que disent les documents sur {} ?",
    "de": "Was steht hier über {}?",
    "it": "Che cosa dicono i documenti su {}?",
    "pt": "O que dizem os documentos sobre {}?",
    "nl": "Wat staat er in de documenten over {}?",
    "zh": "文件中关于{}是怎么说的?",
    "ja": "文書では{}について何と書かれていますか?",
    "ru": "Что сказано в документах о «{}»?",
    "ko": "문서에서 {}에 대해 무엇을 알 수 있나요?",
    "ar": "ماذا تقول المستندات عن {}؟",
}
"""A question about a name or a frequent term: the last resort."""

_N = r"\d[\d.,]*"
_FORMS: dict[str, tuple[tuple[str, str, float], ...]] = {
    "es": (
        (
            r"(?P<s>(?:El|La) [\w -]{3,45}?) (?:es de|dura) (?:\w+ )?(?P<answer>(?:\d+|\w+) (?:minutos|horas"
            r"|días|semanas|mes(?:es)?|años?))\b",
            "¿Cuánto dura {s}?",
            3.4,
        ),
        (
            rf"(?P<s>(?:El|La|Un|Una) [\w -]{{3,45}}?) cuesta (?P<answer>{_N} ?(?:€|EUR|euros|dólares|pesos))",
            "¿Cuánto cuesta {s}?",
            3.4,
        ),
        (
            rf"(?P<s>(?:El|La) [\w -]{{3,45}}?) (?:es de|asciende a) (?P<answer>{_N} ?(?:€|EUR|euros|dólares"
            rf"|pesos|%))",
            "¿A cuánto asciende {s}?",
            3.3,
        ),
        (
            rf"(?P<s>Los [\w -]{{3,40}}?|Las [\w -]{{3,40}}?) (?:tienen derecho a|reciben|disponen de)"
            rf" (?P<answer>{_N} días)[\w ]*? de (?P<o>[\w -]{{4,30}}?)(?= (?:al|por|cada)\b|[.,;])",
            "¿Cuántos días de {o} reciben {s}?",
            3.7,
        ),
        (
            r"(?P<s>(?:El|La|Los|Las) [\w -]{3,40}?) (?P<m>debe|deben|puede|pueden) (?P<p>\w+[aei]r(?:se)?(?:"
            r" [\w-]+){0,5}?) (?:en un plazo de|antes de(?:l)?|dentro de) (?P<answer>[\w ]{3,25}?)(?=[.,;])",
            "¿En qué plazo {m} {p} {s}?",
            3.0,
        ),
        (r"(?P<s>(?:El|La) [\w -]{3,40}?) es una? (?=[^.]{20,})", "¿Qué es {s}?", 2.5),
    ),
    "fr": (
        (
            r"(?P<s>(?:Le |La |L['’])[\w'’ -]{3,45}?) (?:est de|dure) (?P<answer>(?:\d+|\w+) (?:minutes"
            r"|heures|jours|semaines|mois|ans?))\b",
            "Combien de temps dure {s} ?",
            3.4,
        ),
        (
            rf"(?P<s>(?:Le |La |L['’]|Une? )[\w'’ -]{{3,45}}?) coûte (?P<answer>{_N} ?(?:€|EUR|euros|dollars))",
            "Combien coûte {s} ?",
            3.4,
        ),
        (
            rf"(?P<s>(?:Le |La |L['’])[\w'’ -]{{3,45}}?) (?:est de|s['’]élève à) (?P<answer>{_N} ?(?:€|EUR|euros|%))",
            "À combien s'élève {s} ?",
            3.3,
        ),
        (
            rf"(?P<s>Les [\w'’ -]{{3,40}}?) (?:ont droit à|bénéficient de|reçoivent) (?P<answer>{_N} jours)"
            rf" (?P<o>(?:ouvrés |ouvrables )?de [\w -]{{4,30}}?)(?= (?:par|chaque)\b|[.,;])",
            "Combien de jours {o} reçoivent {s} ?",
            3.7,
        ),
        (r"(?P<s>(?:Le |La |L['’])[\w'’ -]{3,40}?) est une? (?=[^.]{20,})", "Qu'est-ce que {s} ?", 2.5),
    ),
    "de": (
        (
            r"(?P<s>(?:Der|Die|Das) [\w-]+(?: (?:der|des|für|im|in|am) [\w ]{3,30}?)?) (?:dauert|beträgt)"
            r" (?:\w+ )?(?P<answer>(?:\d+|\w+) (?:Minuten?|Stunden?|Tage?|Wochen?|Monate?|Jahre?))\b",
            "Wie lange {v} {s}?",
            3.4,
        ),
        (
            rf"(?P<s>(?:Der|Die|Das|Eine?) [\w-]+(?: (?:für|in|am|mit) [\w ]{{3,30}}?)?) kostet"
            rf" (?P<answer>{_N} ?(?:€|EUR|Euro|Franken))",
            "Wie viel kostet {s}?",
            3.4,
        ),
        (
            rf"(?P<s>(?:Der|Die|Das) [\w-]+(?: (?:der|des|für|im|in|am) [\w ]{{3,30}}?)?) beträgt"
            rf" (?P<answer>{_N} ?(?:€|EUR|Euro|%|Prozent))",
            "Wie hoch ist {s}?",
            3.3,
        ),
        (
            rf"(?P<s>(?:Alle |Die )?[A-ZÄÖÜ][\w-]+(?:innen|er|e|en|te|de)) (?:haben Anspruch auf|erhalten"
            rf"|bekommen) (?P<answer>{_N} (?P<o>[\w-]*[Tt]age(?: [A-ZÄÖÜ]\w+)?))(?= (?:pro|im|je)\b|[.,;])",
            "Wie viele {o} bekommen {s}?",
            3.7,
        ),
        (
            r"(?P<s>(?:Der|Die|Das) [A-ZÄÖÜ][\w-]+) ist (?:eine?|die|der|das) (?=[^.]{25,})",
            "Was ist {s}?",
            2.5,
        ),
    ),
    "it": (
        (
            r"(?P<s>(?:Il |La |L['’])[\w'’ -]{3,45}?) (?:è di|dura) (?P<answer>(?:\d+|\w+) (?:minuti|ore"
            r"|giorni|settimane|mes[ei]|ann[io]))\b",
            "Quanto dura {s}?",
            3.4,
        ),
        (
            rf"(?P<s>(?:Il |La |L['’]|Una? )[\w'’ -]{{3,45}}?) costa (?P<answer>{_N} ?(?:€|EUR|euro))",
            "Quanto costa {s}?",
            3.4,
        ),
        (r"(?P<s>(?:Il |La |L['’])[\w'’ -]{3,40}?) è una? (?=[^.]{20,})", "Che cos'è {s}?", 2.5),
    ),
    "pt": (
        (
            r"(?P<s>(?:O|A) [\w -]{3,45}?) (?:é de|dura) (?P<answer>(?:\d+|\w+) (?:minutos|horas|dias|semanas"
            r"|m[eê]s(?:es)?|anos?))\b",
            "Quanto tempo dura {s}?",
            3.4,
        ),
        (
            rf"(?P<s>(?:O|A|Uma?) [\w -]{{3,45}}?) custa (?P<answer>(?:R\$ ?)?{_N} ?(?:€|EUR|euros|reais)?)",
            "Quanto custa {s}?",
            3.4,
        ),
        (r"(?P<s>(?:O|A) [\w -]{3,40}?) é uma? (?=[^.]{20,})", "O que é {s}?", 2.5),
    ),
    "zh": (
        (
            r"(?P<s>[\u4e00-\u9fff]{2,12}?)(?:为|是|需要?|不超过)"
            r"(?P<answer>[\d一二三四五六七八九十两]+ ?个?(?:工作日|天|日|小时|分钟|周|月"
            r"|年))(?!\d)",
            "{s}是多长时间?",
            3.4,
        ),
        (
            r"(?P<s>[\u4e00-\u9fff]{2,12}?)(?:为|是)(?:每[月年天人次])?(?P<answer>\d[\d.,]* ?(?:元|万元|美元|欧元|%))",
            "{s}是多少?",
            3.3,
        ),
        (
            r"(?P<s>[\u4e00-\u9fff]{2,10}?每年)(?:可以?)?(?:享有|享受|有)(?P<answer> ?\d+ ?(?:个工作日"
            r"|天))的?(?P<o>[\u4e00-\u9fff]{2,8}?)(?=[,。,;;])",
            "{s}有多少天{o}?",
            3.7,
        ),
        (r"(?P<s>[\u4e00-\u9fff]{2,10}?)是(?:一[种个项家座]|指)(?=.{6,})", "什么是{s}?", 2.5),
    ),
}
_UNCLEAR = re.compile(
    r"\b(?:est[aeo]s?|es[ae]|cette?|ces|que|qui|celle|celui|diese[rsmn]?|dies|questo|questa|isso|isto|aquel\w*)\b"
    r"|[这那该其本此它]|^(?:[Ll]'|L’)?(?:il|elle|lo|lui)$",
    re.IGNORECASE,
)
SPEAKS = frozenset(_FORMS)


def from_foreign_sentence(sentence: str, language: str) -> Iterator[GeneratedQuestion]:
    """Yield the questions that a sentence in `language` answers by its form."""
    plain = re.sub(r"^(?:[-*•]|\d+[.)])\s+|\*\*", "", " ".join(sentence.split()))
    for pattern, question, worth in _FORMS.get(language, ()):
        match = re.match(pattern, plain) if worth else None
        if match and not _UNCLEAR.search(match["s"]):
            said = {name: part.strip() for name, part in match.groupdict().items() if part}
            if language != "zh":
                said["s"] = said["s"][0].lower() + said["s"][1:]
            if language == "de" and said["s"].split()[0] not in ("der", "die", "das", "ein", "eine", "alle"):
                said["s"] = match["s"]
            verb = "dauert" if "dauert" in match[0] else "ist"
            yield GeneratedQuestion(question.format(**{**said, "v": verb}), said.get("answer", ""), worth)
            return
