"""How a quoted sentence is written in an answer: without the marks of its list, page or file."""

import re

from protokit.runtime.qa.matching import QuestionAlignment
from protokit.runtime.qa.row_wording import row_in_words

_LIST_MARK = re.compile(
    r"^(?:[-*+•‣▪◦●○■□–·]|[\u2610-\u2612]|\[[ xX]\]|\(?\d{1,3}[.)])\s+(?:\[[ xX]\]\s+)?|^#{1,6}\s+|^>\s?"
)
_PAGE = re.compile(
    r"\s*[·|–-]?\s*\b(?:page|seite|página|pagina|strona|стр\.?|sayfa)\s+\d+(?:\s*(?:of|von|de|sur|di|z|из|/)\s*\d+)?\.?\s*$"
    r"|\s*第\s*\d+\s*页.*$",
    re.IGNORECASE,
)
_EMPHASIS = re.compile(r"(\*{2,3}|__)(?=\S)(.+?)(?<=\S)\1")


def quotation(text: str, comparison: QuestionAlignment | None = None) -> str:
    """`text` on one line as an answer shows it; a row of a table as one would say it."""
    line = " ".join(text.split())
    while (plain := _LIST_MARK.sub("", line)) != line:
        line = plain
    if comparison and (said := row_in_words(line, comparison)):
        return said
    return _EMPHASIS.sub(r"\2", _PAGE.sub("", line) or line)
