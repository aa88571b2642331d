"""Guesses the language of a text, because abbreviations, stop words and dates are read by language.

A guess by script and, for Latin letters, by the commonest function words: no model, no import, about 10 ms
for any length. A library (lingua, py3langid) guesses far more languages but loads 20-100 MB or numpy first.
"""

import re
from collections import Counter

_SAMPLE = 40_000
_WORD = re.compile(r"[^\W\d_]+")

FUNCTION_WORDS: dict[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": """the of and to in is that for it with as was on are be this by at from have has had not but
            or you your we our they their he she his her its an will would can could should
            if which who what there been were do does did so than then them these those i my
            me into about""",
        "de": """der die das und in zu den von mit ist im des dem nicht ein eine einer einen einem eines als
            auch auf für an es sich wir sie er ich ihr ihre unser bei wird werden wurde sind
            war aus nach wie oder aber hat haben kann dass zum zur über vor bis noch nur
            durch am um so man wenn bitte""",
        "fr": """le la les de des du et en un une est que qui dans pour pas sur au aux avec ce cette ces il
            elle ils nous vous je on ne se sa son ses leur leurs mais ou par plus été sont
            ont a à être avoir fait comme tout si y dont afin votre notre l d qu c s n""",
        "es": """el la los las de del y en un una es que por para con no se su sus al lo como más pero o este
            esta estos estas ha han fue son ser está están hay nos le les yo usted ustedes
            ya si sobre entre cuando muy sin también desde hasta donde qué""",
        "it": """il lo la i gli le di del della dei delle e in un una è che per con non si su al alla da dal
            come più ma o questo questa sono ha hanno ho ci mi anche nel nella essere stato
            se loro cui""",
        "pt": """o a os as de do da dos das e em um uma é que por para com não se no na nos nas ao mais mas
            ou este esta são foi ser está como seu sua você nós também já pelo pela isso ele
            ela""",
        "nl": """de het een en van in is dat op te zijn voor met niet aan er om ook als bij door naar maar of
            deze dit wordt worden was heeft hebben wij we zij ze hij ik je uw onze dan nog
            wel kan""",
    }.items()
}
"""The words that tell a language and carry no topic; lower case, by ISO 639-1 code."""

_SCRIPTS = (
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("zh", re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")),
    ("ko", re.compile(r"[\uac00-\ud7a3]")),
    ("ar", re.compile(r"[\u0600-\u06ff\u0750-\u077f]")),
    ("he", re.compile(r"[\u0590-\u05ff]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
    ("ru", re.compile(r"[\u0400-\u04ff]")),
    ("el", re.compile(r"[\u0370-\u03ff]")),
)
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")


def guess(text: str) -> str:
    """The ISO 639-1 code of the language most of `text` is written in.

    Scripts that several languages share give the largest: any Cyrillic text is "ru", any Arabic one "ar".
    Text without letters, and Latin text without a known function word, is "en". Only the first 40,000
    characters are read.
    """
    sample = text[:_SAMPLE]
    latin = len(_LATIN.findall(sample))
    counts = {language: len(letters.findall(sample)) for language, letters in _SCRIPTS}
    # A Japanese text holds more Han characters than kana, a Chinese one hardly any kana.
    if counts["ja"] * 10 > counts["zh"]:
        counts["ja"] += counts.pop("zh")
    script = max(counts, key=lambda language: counts[language])
    # A Han character stands for about three Latin letters.
    weight = 3 if script in ("zh", "ja", "ko") else 1
    if counts[script] * weight > latin:
        return script
    return _guess_latin(sample)


def _guess_latin(sample: str) -> str:
    words = Counter(_WORD.findall(sample.lower()))
    score = {
        language: sum(words[word] for word in function_words)
        for language, function_words in FUNCTION_WORDS.items()
    }
    return max(score, key=lambda language: score[language])
