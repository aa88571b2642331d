"""Which sentences lean on the one before: they open with a pronoun, a connective or an answer."""

import re
from collections.abc import Callable
from functools import cache

_OPENERS = {
    "en": r"""
        (?:he|she|they|him|them|his|hers?|their|theirs|its|both|neither|either|others|another|some\sof\sthem|such|
        the\s(?:former|latter|same|(?:other|first|second|third|last)\s(?:ones?|two))|so(?!\s(?:that|far)\b)|then|thus|hence|therefore|however|moreover|furthermore|nevertheless|nonetheless|
        consequently|accordingly|instead|otherwise|besides|also|likewise|similarly|conversely|still|yet|but|and|or|nor|
        as\sa\s(?:result|consequence)|in\s(?:addition|contrast|turn|fact|particular|other\swords)|
        on\sthe\s(?:other|one)\shand|for\s(?:example|instance)|that\ssaid|even\sso|after\sall|at\sthe\ssame\stime|
        meanwhile|afterwards|indeed|same\shere|me\stoo)\b
        |it(?!['’]?s?\s(?:is\s|was\s|will\sbe\s|would\sbe\s)?(?:\w+ly\s)?(?:important|clear|likely|unlikely|possible|
        necessary|essential|expected|recommended|estimated|known|true|time|raining)\b)\b
        |(?:this|these|that|those)(?!\s(?:year|month|week|quarter|morning|afternoon|evening|document|report|paper|policy|
        handbook|guide|manual|memo|memorandum|study|section|chapter|article|agreement|contract|plan|proposal|meeting)\b)\b
        |(?:in|for|at|by|after|before|because\sof|with|despite|during|from|on|under|to)\s(?:this|that|these|those|it|them|
        him|her|which)\b
        |(?:when|while|if|although|though|since|because|as|once|after|before|until)\s(?:he|she|they|it|this|that|these)\b
        """,
    "de": r"""
        (?:er|sie|es(?!\s(?:gibt|gab|wurden?|wird|sind|ist\s(?:wichtig|klar|möglich|nötig|geplant)))|ihm|ihn|ihnen|ihre?[mnrs]?|seine?[mnrs]?|
        dies(?:e[mnrs]?)?(?!\s(?:jahr|woche|monat|richtlinie|bericht|dokument))|jene[mnrs]?|dessen|deren|solche?[mnrs]?|
        (?:das|die|der)\s(?:ist|war|sind|waren|hat|haben|wird|werden|kann|soll|muss|bedeutet|gilt|heißt)|beide|
        jedoch|daher|deshalb|deswegen|darum|außerdem|allerdings|dennoch|trotzdem|zudem|ferner|aber|und|oder|denn|sondern|
        dann|danach|dazu|damit|dabei|dadurch|dagegen|darüber|hierzu|hierbei|hingegen|stattdessen|sonst|auch|so|also|somit|
        folglich|zum\sbeispiel|andererseits)\b
        """,
    "fr": r"""
        (?:il(?!\s(?:faut|fallait|y\s|n['’]y\s|est\s(?:important|prévu|possible|nécessaire)))|elles?|ils|lui|leurs?|celui|celle|ceux|celles|
        ce(?:la|ci)?|ça|ces|cet|cette|son|sa|ses|cependant|toutefois|néanmoins|pourtant|donc|ainsi|alors|puis|ensuite|
        de\splus|en\soutre|mais|et|ou|or|car|aussi|par\s(?:conséquent|ailleurs|exemple|contre)|en\s(?:effet|revanche)|
        d['’]autre\spart)\b|c['’]
        """,
    "es": r"""
        (?:él|ella|ellos|ellas|est[oae]s?(?!\s(?:año|mes|semana|documento|informe|política))|es[oae]s?|aquel\w*|
        sus?|ambos|sin\sembargo|no\sobstante|por\s(?:lo\stanto|eso|ello|consiguiente|ejemplo|otra\sparte|otro\slado)|
        además|también|asimismo|entonces|luego|después|así|pero|y|o|aunque\s(?:él|ella|esto)|en\s(?:cambio|consecuencia))\b
        """,
    "it": r"""
        (?:lui|lei|essi|esse|quest[oaie]|quell[oaie]|ciò|suo[i]?|sua|sue|loro|tuttavia|però|quindi|pertanto|perciò|inoltre|
        anche|ma|e|poi|così|dunque|infatti|per\sesempio|invece)\b
        """,
    "pt": r"""
        (?:eles?|elas?|ist[oae]|iss[oae]|est[ea]s?|ess[ea]s?|aquel\w*|seus?|suas?|no\sentanto|porém|contudo|portanto|assim|
        além\sdisso|também|mas|e|ou|então|depois|por\s(?:isso|exemplo|outro\slado))\b
        """,
    "nl": r"""
        (?:hij|zij|ze|het\s(?:is|was|heeft|wordt)|hem|hen|zijn|hun|dit|dat|deze|die|echter|daarom|dus|toch|bovendien|ook|
        maar|en|of|want|dan|daarna|daardoor|hierdoor|bijvoorbeeld)\b
        """,
    "zh": r"""
        (?:[他她它]们?|这(?!份|项政策|次会议)|那(?!么多)|此(?!致)|该|其(?!中一)|因此|所以|于是|但|然而|不过|而且|并且|而|另外|此外|
        同时|例如|比如|相反|否则|然后|接着)
        """,
    "ja": r"(?:彼女?ら?|これ|それ|この|その|しかし|だから|そのため|また|さらに|ただし|そして|でも|例えば)",
    "ar": r"""
        (?:هو|هي|هم|هما|هن|هذا|هذه|هؤلاء|ذلك|تلك|ولكن|لكن|لذلك|ولذلك|لذا|كما|أيضا|أيضاً|ومع\sذلك|بالإضافة|ثم)\b
        """,
    "ru": r"""
        (?:он[аои]?|е[гё]о|е[её]|их|эт[оаи]т?|тот|та|те|однако|поэтому|также|кроме\sтого|но|и|а|или|затем|потом|например)\b
        """,
}
_ANSWERS = r"""
    (?:yes|yeah|yep|no|nope|ok(?:ay)?|sure|right|exactly|really|of\scourse|i\s(?:agree|see|think\sso)|well|ja|nein|doch|genau|
    gut|stimmt|oui|non|d['’]accord|bien\ssûr|sí|claro|vale|bueno|exacto|de\sacuerdo|sì|certo|va\sbene|sim|não|nee|oké|
    да|нет|хорошо|是的|好的|对|不|はい|いいえ|نعم|لا)(?=\s*[,.!?;，。！？،]|\s*$)
"""
_POLITE = re.compile(r"[a-zäöüß,] (?:Sie|Ihnen|Ihre?[mnrs]?)\b")
_SIE = re.compile(r"(?:sie|ihnen|ihre?[mnrs]?)\b", re.IGNORECASE)


@cache
def _openers(language: str) -> re.Pattern[str]:
    pattern = rf"[\"'“„«(*_¿¡\s]*(?:(?:{_ANSWERS.strip()})|(?:{_OPENERS[language].strip()}))"
    return re.compile(pattern, re.IGNORECASE | re.VERBOSE)


def leaning(text: str, language: str) -> Callable[[str], bool]:
    """A test for the sentences of `text`: does one open with words that point back, so that it is no use alone?

    In a German text that addresses its reader as "Sie", that word does not point back. In languages without a
    list of openers no sentence leans.
    """
    if language not in _OPENERS:
        return lambda sentence: False
    openers = _openers(language)
    if language == "de" and _POLITE.search(text):
        return lambda sentence: bool(openers.match(sentence)) and not _SIE.match(sentence)
    return lambda sentence: bool(openers.match(sentence))
