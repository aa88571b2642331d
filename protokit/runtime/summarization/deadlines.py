"""Finds by when something is to be done: "by Friday", "before 3 May", "bis zum 3. Mai", "周五前"."""

import re
from functools import cache

_TIME = r"\d{1,2}(?:[:.]\d\d)?\s?(?:[ap]\.?m\.?|o'clock|uhr|h)\b|\d{1,2}:\d\d"
_NUMERIC = r"\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}(?:[./]\d{2,4})?\b"

_EN_DAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|tue|wed|thu|fri)\b"
_EN_MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december|"
    r"(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?)"
)
_EN_DATE = rf"""(?:
    (?:the\s)?\d{{1,2}}(?:st|nd|rd|th)?\s(?:of\s)?{_EN_MONTH}(?:,?\s\d{{4}})?
    |{_EN_MONTH}\s\d{{1,2}}(?:st|nd|rd|th)?\b(?:,?\s\d{{4}})?|{_EN_MONTH}(?:\s\d{{4}})?
    |(?:(?:this|next|coming|the\sfollowing)\s)?(?:{_EN_DAY})(?:\s(?:morning|noon|afternoon|evening|night|next\sweek))?
    |(?:this|next|coming|the\sfollowing)\s(?:week(?:end)?|month|quarter|year|sprint|meeting|{_EN_MONTH})
    |(?:the\s)?(?:end|beginning|middle|start|close)\sof\s(?:the\s|this\s|next\s)?
        (?:day|week|month|quarter|year|business|sprint|{_EN_MONTH}|q[1-4])
    |(?:the\s)?next\smeeting|tomorrow(?:\s(?:morning|noon|afternoon|evening|night))?|today|tonight|noon|midnight
    |q[1-4]\b(?:\s\d{{4}})?|(?:eod|eow|eom|cob)\b|the\s\d{{1,2}}(?:st|nd|rd|th)\b|{_NUMERIC}|{_TIME}
)"""
_EN = rf"""
    \b(?:by|before|until|till|no(?:t)?\slater\sthan|due(?:\sdate)?(?:\s(?:on|by))?:?|deadline:?|at\sthe\slatest\s(?:by|on)|
    on|at|for|in\stime\sfor)\s{_EN_DATE}(?:,?\s(?:on|at|by|of)?\s?{_EN_DATE})?
    |\b(?:with)?in\s(?:the\snext\s)?(?:\d{{1,3}}|a|an|one|two|three|four|five|six|ten)\s
        (?:(?:business|working)\s)?(?:minute|hour|day|week|month)s?
    |\b(?:tomorrow(?:\s(?:morning|afternoon|evening))?|today|tonight|as\ssoon\sas\spossible|asap|immediately|right\saway
    |(?:this|next)\s(?:week|month|quarter|{_EN_DAY})|eod|eow|cob|(?:first\sthing\s)?(?:on\s)?(?:{_EN_DAY}))\b
"""
_DE_DATE = r"""(?:
    \d{1,2}\.\s?(?:januar|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember|\d{1,2}\.)(?:\s?\d{2,4})?
    |(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag)(?:abend|morgen|mittag|nachmittag)?(?:,?\s(?:den\s)?\d{1,2}\.\s?\w+\.?)?
    |(?:ende|mitte|anfang)\s(?:der\swoche|des\s(?:monats|jahres|quartals)|nächster\swoche|\w+)
    |(?:nächste[rnms]?|diese[rnms]?|kommende[rnms]?)\s\w+|morgen(?:\s(?:früh|abend))?|heute|übermorgen|wochenende|monatsende|jahresende|kw\s?\d+
    |januar|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember
)"""
_DE = rf"""
    \b(?:bis|vor|spätestens|am|innerhalb|zum)(?:\s(?:spätestens|zum|am|dem|den|zu))*\s{_DE_DATE}
    |\b(?:morgen(?:\sfrüh)?|heute|übermorgen|nächste\swoche|so\s(?:bald|schnell)\swie\smöglich|umgehend|sofort)\b
    |\b(?:in|innerhalb\svon)\s(?:\d{{1,2}}|einem|einer|zwei|drei|vier)\s(?:stunden?|tag(?:en?)?|wochen?|monat(?:en?)?)\b
"""
_ES_MONTH = r"(?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre)"
_ES_DATE = rf"""(?:
    \d{{1,2}}\sde\s{_ES_MONTH}(?:\sde(?:l)?\s\d{{4}})?|{_NUMERIC}
    |(?:próximo\s)?(?:lunes|martes|miércoles|jueves|viernes|sábado|domingo)(?:,?\s(?:próximo|\d{{1,2}}\sde\s{_ES_MONTH}))?
    |(?:fin(?:al(?:es)?)?\sde\s(?:mes|año|semana|la\ssemana|{_ES_MONTH}))|(?:la\s)?(?:próxima\ssemana|semana\sque\sviene)
    |(?:próximo\smes|mes\sque\sviene)|mañana|hoy|{_ES_MONTH}
)"""
_ES = rf"""
    \b(?:antes\sdel?|para|hasta|a\smás\stardar|en|el)(?:\s(?:el|la|del?|finales))*\s{_ES_DATE}
    |\b(?:mañana|hoy|la\spróxima\ssemana|cuanto\santes|lo\santes\sposible|este\s(?:lunes|martes|miércoles|jueves|viernes))\b
"""
_FR_MONTH = r"(?:janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre)"
_FR_DATE = rf"""(?:
    (?:1er|\d{{1,2}})\s{_FR_MONTH}(?:\s\d{{4}})?|{_NUMERIC}
    |(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)(?:\s(?:prochain|matin|soir|(?:1er|\d{{1,2}})\s{_FR_MONTH}))?
    |(?:la\s)?fin\s(?:de\s(?:la\ssemaine|l['’]année|semaine|mois)|du\smois|{_FR_MONTH})|(?:la\s)?semaine\sprochaine
    |(?:le\s)?mois\sprochain|demain(?:\s(?:matin|soir))?|aujourd['’]hui|{_FR_MONTH}
)"""
_FR = rf"""
    (?:\b(?:avant|pour|au\splus\stard|dès|le)|\bd['’]ici|\bjusqu['’](?:au|à))(?:\s(?:le|la|au|à))*\s{_FR_DATE}
    |\b(?:demain(?:\s(?:matin|soir))?|aujourd['’]hui|la\ssemaine\sprochaine|dès\sque\spossible|au\splus\svite|ce\ssoir)\b
"""
_ZH = r"""
    (?:在|于|截至|截止|最晚|最迟)?(?:(?:本|这|下|下个)?(?:周|星期|礼拜)[一二三四五六日天末]|(?:\d{4}年)?\d{1,2}月\d{1,2}[日号]|\d{1,2}月底
    |明天|今天|后天|本周|下周|(?:本|这个?|下个?)月(?:底|初|中)?|月底|年底|周末)(?:上午|下午|晚上|早上)?(?:\d{1,2}点)?(?:之前|以前|前|内|底前)?
    |尽快|马上|立即
"""
_AR = r"""
    (?:قبل|بحلول|حتى|في\sموعد\sأقصاه|يوم)\s(?:نهاية\s)?(?:يوم\s)?(?:الأحد|الاثنين|الإثنين|الثلاثاء|الأربعاء|الخميس|الجمعة|السبت
    |الأسبوع(?:\sالقادم|\sالمقبل)?|الشهر(?:\sالقادم)?|الغد|\d{1,2}(?:/\d{1,2}|\s[^\s.،]+)?)
    |غدا|غدًا|اليوم|الأسبوع\s(?:القادم|المقبل)
"""
_SOURCES = {"en": _EN, "de": _DE, "es": _ES, "fr": _FR, "zh": _ZH, "ar": _AR}


@cache
def _pattern(language: str) -> re.Pattern[str]:
    return re.compile(_SOURCES.get(language, _NUMERIC), re.IGNORECASE | re.VERBOSE)


def find_deadline(sentence: str, language: str) -> tuple[int, int] | None:
    """Offsets into `sentence` of the words that say by when, the last such words if there are several.

    In other languages than English, German, Spanish, French, Chinese and Arabic only dates in digits are found.
    """
    found = [match.span() for match in _pattern(language).finditer(sentence)]
    return found[-1] if found else None
