"""Words of a text in lower case without accents, for what compares texts without a grammar."""

import re
import unicodedata

_WORD = re.compile(r"[a-z0-9]+|[^\W\d_a-z]+")


_SPACELESS = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")


def words(text: str) -> list[str]:
    """Return the words of `text` in lower case without accents; scripts without spaces give pairs of characters."""
    result: list[str] = []
    for run in _WORD.findall(fold(text)):
        if _SPACELESS.match(run):
            result += [run[at : at + 2] for at in range(max(1, len(run) - 1))]
        else:
            result.append(run)
    return result


def fold(text: str) -> str:
    """Return `text` in lower case without accents."""
    lower = text.lower().replace("ß", "ss")
    if lower.isascii():
        return lower
    plain = (
        character
        for character in unicodedata.normalize("NFKD", lower)
        if not unicodedata.combining(character)
    )
    return unicodedata.normalize("NFC", "".join(plain))
