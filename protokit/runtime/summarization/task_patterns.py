"""How a sentence says that somebody is to do something, by language: promises, orders, requests."""

import re
from functools import cache

_PERSON = r"(?:\#\w+\#|@?[A-ZÀ-Þ][\w'’\-]+(?:\s(?:de\s|van\s|von\s)?[A-ZÀ-Þ][\w'’\-]+){0,2})"
_NOT_PERSON = (
    r"(?!(?:The|An?|Our|My|All|Some|Any|Every|Each|In|On|At|To|For|By|It|This|That|These|Those|There|What|Which|Who|Where|Why|How|If|When|While|Nobody|Nothing|And|But|So|Then|Yes|No|"
    r"OK|Okay|Please|Das|Es|Dies|Wenn|Wer|Was|Bitte|Esto|Eso|Si|Qué|Cela|Ceci|Il\sfaut|Quand)\b)"
)
# What people promise and ask of one another at work; "sink", "cost" or "rise" are no tasks.
_EN_VERBS = """
    add address adjust agree analyse analyze announce answer apply approve archive arrange ask assemble assess
    assign attach attend audit back_up book brief bring build buy calculate call cancel change chase check
    circulate clarify clean clear close collect compare compile complete configure confirm connect consult
    contact convert coordinate copy correct create cut deal_with decide define delete deliver deploy design
    disable discuss distribute document double-check draft drop e-mail edit email enable ensure escalate
    estimate evaluate examine explore export extend file fill finalise finalize find finish fix follow_up
    forward gather hand_in hand_over handle hire identify implement import improve inform inspect install
    interview investigate invite invoice join launch lead list look_into make measure meet merge migrate monitor
    move negotiate notify obtain open order organise organize pay phone pick_up plan post prepare present print
    produce propose prove provide publish purchase push put raise reach_out read record recruit reduce refund
    register release remind remove rename renew repair replace reply report request research reserve resolve
    respond restart restore return review revise rewrite ring run scan schedule search select send set_up share
    ship shorten sign sort_out speak start study submit summarise summarize supply take_care take_over talk tell
    test tidy track train transfer translate turn update upload verify visit work wrap_up write
""".split()
_EN_VERB = rf"(?:{'|'.join(_EN_VERBS).replace('_', '[ ]')}|let\s\w+\sknow|do\s(?:that|it|this|so))\b"
_EN_WHO = rf"""(?:{_NOT_PERSON}{_PERSON}(?:(?:,\s{_PERSON})*,?\s(?:and|&)\s{_PERSON})?|[Tt]he\s(?:\w+\s){{0,2}}?(?:team|
    department|group|committee|office|board|manager|director|supplier|lead|secretary|chair)|I|[Ww]e|[Yy]ou|[Ee]veryone|[Ee]ach\steam)"""
_ADVERB = r"(?:(?:also|then|now|just|please|kindly|first|\w+ly)\s)?"

# Each pattern may name `who`; `what` begins with the verb and goes on to the end of the sentence.
_SOURCES: dict[str, tuple[str, ...]] = {
    "en": (
        rf"""\b(?P<who>{_EN_WHO})(?:['’]ll|\s(?:will|(?P<norm>shall|must|(?<!\b[Ww]e\s)(?<!\bI\s)should|needs?\sto|
            ha(?:s|ve)\s(?:got\s)?to)|(?:am|is|are)\s(?:going\s)?to|(?:ha[sv]e?\s)?
            (?:agreed|promised|offered|volunteered|committed|was\sasked|were\sasked|is\sasked)\sto))\s
            {_ADVERB}(?P<what>{_EN_VERB}.*)""",
        rf"^(?P<who>{_EN_WHO})\sto\s{_ADVERB}(?P<what>{_EN_VERB}.{{0,80}})$",
        rf"""(?:^|\b(?:I|[Ww]e|[Pp]lease)\s(?:also\s)?)(?:[Aa]sk|asked|[Rr]emind|want|need|[Gg]et)\s(?P<who>{_PERSON}|you)\sto\s
            {_ADVERB}(?P<what>{_EN_VERB}.*)""",
        rf"""\b(?P<who>{_NOT_PERSON}{_PERSON}|I|[Ww]e)\s(?:is|are|am|will\sbe|remains?)\s(?:responsible\sfor|in\scharge\sof)\s(?P<what>(?!it\b|them\b|this\b|that\b).+)""",
        rf"""(?:^|[,;:]\s|\b(?:and|so|then)\s)(?:(?P<who>{_NOT_PERSON}{_PERSON})[,:]?\s)?(?:[Pp]lease|[Kk]indly)\s{_ADVERB}
            (?P<what>(?:do\snot\sforget\sto\s|remember\sto\s|make\ssure\s(?:that\s)?)?{_EN_VERB}.*)""",
        rf"""(?:(?P<who>{_NOT_PERSON}{_PERSON}),?\s)?\b(?:[Cc]an|[Cc]ould|[Ww]ould|[Ww]ill)\s(?P<you>you|(?<=^Can\s){_PERSON}|(?<=^Could\s){_PERSON})\s{_ADVERB}
            (?P<what>(?!tell\sme|ask\syou|make\sit\sout|speak\s(?:up|English)){_EN_VERB}.*)\?""",
        r"""\b(?:[Mm]ake\ssure|[Bb]e\ssure|(?:[Dd]o\snot|[Dd]on['’]t)\sforget|[Rr]emember)\sto\s(?P<what>.+)""",
        rf"""\b(?:[Ll]et['’]s|[Ll]et\sus|[Ll]et\s(?P<who>me))\s{_ADVERB}(?P<what>(?!start|ask|talk|discuss|find\sout|read){_EN_VERB}.*)""",
    ),
    "de": (
        rf"""\b(?P<who>{_NOT_PERSON}{_PERSON}|[Ii]ch|[Ww]ir|[Dd]u)\s(?:wird|werde|werden|wirst|soll|sollen|sollte|muss|müssen|will)\s
            (?P<what>.*\b\w+(?:en|ern|eln)\b.*)""",
        rf"""\b(?P<who>{_NOT_PERSON}{_PERSON}|[Ii]ch|[Ww]ir)\s(?P<what>(?:übern(?:immt|ehme[n]?)|kümmer[ten]+\s(?:sich|mich|uns)|
            (?:schick|send|erstell|prüf|klär|lief[e]?r|organisier|aktualisier|informier|test|plan|schreib|kontaktier|vereinbar|
            bereit|ruf|stell|besorg|frag|verschick|überarbeit|korrigier|meld|bestell|buch)(?:e|et|t|en)?)\b.*)""",
        rf"(?:^|[,;:]\s)(?:(?P<who>{_NOT_PERSON}{_PERSON})[,:]?\s)?[Bb]itte\s(?P<what>.+)",
        r"\b(?:[Kk]annst|[Kk]önntest|[Kk]önnen|[Kk]önnten|[Ww]ürdest|[Ww]ürden)\s(?P<you>du|Sie|ihr)\s(?P<what>.+)\?",
    ),
    "es": (
        rf"""\b(?P<who>{_NOT_PERSON}{_PERSON}|[Yy]o|[Nn]osotros)\s(?:va(?:n)?\sa|voy\sa|vamos\sa|deben?|deberán?|tienen?\sque|
            se\sencarga(?:n|rán?)?\sde|se\scomprometen?\sa|ha(?:n)?\sde)\s(?P<what>\w+.*)""",
        rf"""(?:^|\b)(?P<who>{_NOT_PERSON}{_PERSON})?\s?\b(?P<what>(?:enviar|preparar|revisar|llamar|contactar|actualizar|organizar|
            terminar|completar|redactar|coordinar|corregir|entregar|presentar|confirmar|comprobar|escribir|reservar|publicar|
            verificar|compartir|hablar|informar|traducir|probar|comprar|mandar|elaborar|har|pondr)(?:á|án|é|emos)(?!\w).*)""",
        rf"(?:(?P<who>{_NOT_PERSON}{_PERSON}),\s)?[Pp]or\sfavor,?\s(?P<what>\w+.*)",
        r"¿(?:[Mm]e\s|[Nn]os\s)?(?:[Pp]uedes?|[Pp]odrías?|[Pp]ueden|[Pp]odrían)\s(?P<what>\w+.*)\?",
    ),
    "fr": (
        rf"""\b(?P<who>{_NOT_PERSON}{_PERSON}|[Jj]e|[Nn]ous)\s(?:va(?:is)?|allons|doit|dois|devons|devra|se\scharge(?:ra)?\sd[e'’]|
            s['’]occupe(?:ra)?\sd[eu'’]|est\schargée?\sd[e'’])\s?(?P<what>\w+.*)""",
        rf"""\b(?P<who>{_NOT_PERSON}{_PERSON}|[Jj]['’]|[Jj]e|[Nn]ous)\s?(?P<what>(?:enverr|préparer|vérifier|appeller|contacter|
            organiser|terminer|rédiger|corriger|présenter|confirmer|écrir|réserver|publier|partager|informer|traduir|tester|
            finaliser|relir|mettr|fer|rendr|transmettr|planifier|livrer)(?:a|ai|ons|ont)\b.*)""",
        rf"""(?:(?P<who>{_NOT_PERSON}{_PERSON}),\s)?(?:[Mm]erci\sd[e'’]\s?|[Vv]euillez\s|[Pp]rière\sde\s|[Nn]['’]oubliez\spas\sde\s|
            [Ss]['’]il\s(?:te|vous)\splaît,?\s)(?P<what>\w+.*)""",
        r"(?:[Pp]eux-tu|[Pp]ouvez-vous|[Pp]ourrais-tu|[Pp]ourriez-vous)\s(?P<what>\w+.*)\?",
    ),
    "it": (
        rf"(?:(?P<who>{_NOT_PERSON}{_PERSON}),\s)?[Pp]er\sfavore,?\s(?P<what>\w+.*)",
        r"\b(?:[Pp]uoi|[Pp]otresti|[Pp]uò|[Pp]otrebbe)\s(?P<what>\w+.*)\?",
        rf"\b(?P<who>{_NOT_PERSON}{_PERSON})\s(?:deve|dovrà|si\soccuperà\sdi|si\soccupa\sdi)\s(?P<what>\w+.*)",
    ),
    "pt": (
        rf"(?:(?P<who>{_NOT_PERSON}{_PERSON}),\s)?[Pp]or\sfavor,?\s(?P<what>\w+.*)",
        r"\b(?:[Vv]ocê\spode|[Pp]ode|[Pp]oderia)\s(?P<what>\w+.*)\?",
        rf"\b(?P<who>{_NOT_PERSON}{_PERSON})\s(?:vai|deve|deverá|precisa)\s(?P<what>\w+.*)",
    ),
    "zh": (
        r"""(?:^|[，,；：])(?P<who>[\u4e00-\u9fff]{2,4}?|[A-Z]\w+|我们?|你们?)\s?(?:负责|将会?|会|需要|需|要|应该|必须)(?P<what>[^，。]*
            (?:发|提交|准备|完成|审查|审核|检查|更新|联系|安排|整理|确认|起草|修改|跟进|通知|撰写|提供|组织|测试|修复|写|做|预订|翻译).*)""",
        r"请(?P<you>[你您]们?)?(?P<who>[\u4e00-\u9fff]{2,3}(?=在|于|把|将|尽快|负责)|[A-Z]\w+)?(?P<what>(?!问|客|假|坐|进|稍).+)",
        r"(?:能否|可否|你能|你可以|能不能|您能|可以)(?P<what>.+?)(?:吗|呢)?[？?]",
    ),
    "ar": (
        r"(?:يرجى|الرجاء|من\sفضلك،?|نرجو)\s(?P<what>.+)",
        r"(?:سيقوم|ستقوم|سوف\s[يت]قوم)\s(?P<who>\w+)\s(?P<what>ب.+)",
        r"على\s(?P<who>\w+)\sأن\s(?P<what>.+)",
        r"(?P<what>\bس(?:ي|ت|أ|ن)(?:رسل|عد|راجع|كتب|تصل|جهز|حضر|تابع|قدم|نهي|كمل|حدث)\w*\s(?P<who>\w+)?.*)",
        r"هل\s(?:يمكنك|يمكنكم|تستطيع)\s(?P<what>.+)؟",
    ),
}
_CONDITION = re.compile(
    r"\b(?:never|not|nobody|how|why|what|where|which|who)\b[^,;:.!?]{0,40}$|\b(?:if|unless|when|whether|once|wenn|falls|ob|si|cuando|quand|lorsque|如果|إذا)[\s,]+(?:\w+\s)?$",
    re.IGNORECASE,
)
_DUTY = re.compile(
    rf"""\b(?:must|needs?\sto|ha(?:s|ve)\sto|(?:is|are)\sto|should)\s(?P<what>be\s\w+(?:ed|en|nt|ne|de|ld)\b.*)
    |\b(?P<who>I|[Ww]e)(?:['’]ll|\swill|\s(?:am|are)\sgoing\sto)\s
        (?P<promised>(?!be\b|have\b|see\b|miss\b|need\b|know\b|think\b|never\b|not\b)\w+.*)
    |\b(?:[Pp]lease|(?:[Cc]an|[Cc]ould)\syou(?:\splease)?)\s(?P<asked>\w+.*)
    |^(?:[Aa]nd\s)?(?P<named>{_NOT_PERSON}{_PERSON}|I|[Ww]e)\s(?P<does>
        (?:{"|".join(_EN_VERBS).replace("_", "[ ]")})(?:e?s)?\s(?!(?:can|may|is|are|was|were|will|must|have)\b)
        .*\b(?:by|before|until|no\slater\sthan)\s.*)""",
    re.VERBOSE | re.DOTALL,
)


@cache
def _patterns(language: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.VERBOSE | re.DOTALL) for pattern in _SOURCES.get(language, ()))


def find_task(sentence: str, language: str) -> re.Match[str] | None:
    """The words of `sentence` that promise, order or request something, with groups `who` and `what`, or None.

    `you` is a group too where the one who is asked is addressed. Nothing is found in languages without patterns.
    """
    for pattern in _patterns(language):
        for match in pattern.finditer(sentence):
            if not _CONDITION.search(sentence, 0, match.start()):
                return match
    return None


def find_duty(sentence: str) -> tuple[str, str] | None:
    """Who and what, of English sentences that are a task only where a deadline stands with them.

    "The audit must be completed", where nobody is named, and "I will" or "could you" with any verb,
    and "Jonas finishes the gates by 9 April".
    """
    match = _DUTY.search(sentence)
    if match is None:
        return None
    what = match["what"] or match["promised"] or match["asked"] or match["does"]
    return match["who"] or match["named"] or "", what
