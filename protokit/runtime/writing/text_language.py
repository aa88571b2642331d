"""Whether a text is in a language: by script, by the commonest words, and by what parts languages of one script."""

import re
from functools import cache

from protokit.runtime.writing.rule_text import FILE
from vectorstore.text.languages import FUNCTION_WORDS, WHOLE, guess

_MOST_FOREIGN = 0.25


@cache
def _script(code: str) -> re.Pattern[str] | None:
    script = (FILE.get("scripts").get(code) or {}).get("script")
    return re.compile(f"[{script}]") if script else None


def _common(code: str, text: str) -> int:
    known = set((FILE.get("scripts").get(code) or {}).get("words", "").split())
    return sum(word in known for word in re.findall(r"[^\s\d.,;:!?()\"]+", text.lower()))


def is_in(text: str, code: str) -> bool:
    """Whether most of `text` is in the language `code` (ISO 639-1)."""
    letters = sum(map(str.isalpha, text))
    if not letters:
        return False
    if pattern := _script(code):
        marks = sum(pattern.match(sign) is not None for sign in text if sign.isalpha())
        if marks < (1 - _MOST_FOREIGN) * letters:
            return False
        rivals = [
            other
            for other, about in FILE.get("scripts").items()
            if about.get("script") == FILE.get("scripts")[code].get("script")
        ]
        return _common(code, text) >= max(_common(other, text) for other in rivals)
    guessed = guess(text, WHOLE)
    if code in FUNCTION_WORDS:
        return guessed == code
    return _common(code, text) > sum(word in FUNCTION_WORDS["en"] for word in text.lower().split())
