"""Numbers of a workbook as Excel shows them by their number formats.

`xlfmt` renders formats; what it leaves to the system or cannot know is settled before: locales, dates of which
readers cannot tell the day from the month, and the plain formats that most cells have, which are quicker here.
"""

import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from vectorstore.tables.date_names import in_language, language_of_locale

Render = Callable[[float], str]

BUILT_IN = {
    0: "General",
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    5: '"$"#,##0_);("$"#,##0)',
    6: '"$"#,##0_);[Red]("$"#,##0)',
    7: '"$"#,##0.00_);("$"#,##0.00)',
    8: '"$"#,##0.00_);[Red]("$"#,##0.00)',
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    14: "yyyy-mm-dd",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "yyyy-mm-dd h:mm",
    37: "#,##0_);(#,##0)",
    38: "#,##0_);[Red](#,##0)",
    39: "#,##0.00_);(#,##0.00)",
    40: "#,##0.00_);[Red](#,##0.00)",
    41: '_(* #,##0_);_(* (#,##0);_(* "-"_);_(@_)',
    42: '_("$"* #,##0_);_("$"* (#,##0);_("$"* "-"_);_(@_)',
    43: '_(* #,##0.00_);_(* (#,##0.00);_(* "-"??_);_(@_)',
    44: '_("$"* #,##0.00_);_("$"* (#,##0.00);_("$"* "-"??_);_(@_)',
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss.0",
    48: "##0.0E+0",
    49: "@",
    **dict.fromkeys([*range(27, 32), 36, *range(50, 59)], "yyyy-mm-dd"),
    **dict.fromkeys(range(32, 36), "h:mm:ss"),
}
"""The formats that a workbook only numbers; dates in the order of the reader's system (14, 22) are read as ISO."""

_PLAIN = re.compile(r"(#,##0|0)(?:\.(0+))?(%?)")
_LITERALS = r'(?:"[^"]*"|\\.|\[\$[^\]-]*(?:-[0-9A-Fa-f]*)?\]|_.|[ $€£¥₹])*'
_AROUND = re.compile(rf"(?P<before>{_LITERALS})(?P<number>(?:#,##0|0)(?:\.0+)?%?)(?P<after>{_LITERALS})")
_BRACKET = re.compile(r"\[\$([^\]-]*)(?:-([^\]]*))?\]")
_BARE_WORD = re.compile(
    r"(?<![A-Za-z\"\[$\\])(?!AM|PM|BB)[A-Z]{3}(?=[ \xa0]?[#0])|(?<=[0#][ \xa0])[A-Z]{3}(?![A-Za-z\"\]])"
)
"""The code of a currency that programs put beside the digits without quotes."""
_TOKEN = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]|AM/PM|A/P|General|[yYmMdDhHsSeEbBgG]+|.', re.S | re.I)
_NUMERIC_DATE = re.compile(r"(?:d{1,2}[/-]m{1,2}|m{1,2}[/-]d{1,2})[/-]y{2,4}", re.I)
_MINUS_APART = re.compile(r"^-\s+(?=\D?\d)")


def renderer(code: str, *, is_1904: bool = False) -> Render:
    """A function that shows a number by the format `code`, as a US Excel does; dates count from 1904 where said."""
    if not code or code.strip().lower() in ("general", "@"):
        return general
    if match := _AROUND.fullmatch(code):
        before, after = _literal(match["before"]), _literal(match["after"])
        return _around(before, after, match["number"], code.endswith("%"))
    code = _BARE_WORD.sub(r'"\g<0>"', code) if _BARE_WORD.search(code) else code
    if match := _AROUND.fullmatch(code):
        return _around(
            _literal(match["before"]), _literal(match["after"]), match["number"], code.endswith("%")
        )
    prepared, language = _prepared(code), _language(code)

    @lru_cache(maxsize=20_000)
    def render(value: float) -> str:
        return _by_library(value, prepared, language, is_1904)

    return render


def general(value: float) -> str:
    """`value` without a format: as Excel shows it in a wide column, never with an exponent where it is whole."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return f"{round(value, 10) if abs(value) > 1e-6 else value:.15g}".upper()


def _around(before: str, after: str, number: str, share: bool) -> Render:
    match = _PLAIN.fullmatch(number)
    assert match
    comma = "," if match[1] == "#,##0" else ""
    places = len(match[2] or "")
    power = 2 if match[3] else 0
    whole = Decimal(1).scaleb(-places)
    after = match[3] + after

    def render(value: float) -> str:
        exact = Decimal(f"{value:.15g}").scaleb(power).quantize(whole, ROUND_HALF_UP)
        sign = "-" if exact < 0 else ""
        return f"{sign}{before}{abs(exact):{comma}f}{after}".strip()

    return render


def _literal(text: str) -> str:
    pieces = []
    for token in _TOKEN.findall(text):
        if token[0] == '"':
            pieces.append(token[1:-1])
        elif token[0] == "[":
            pieces.append(_symbol(token))
        elif token[0] == "\\":
            pieces.append(token[1:])
        else:
            pieces.append(" " if token[0] == "_" else token)
    return "".join(pieces)


def _symbol(bracket: str) -> str:
    match = _BRACKET.fullmatch(bracket)
    return match[1] if match else ""


def text_renderer(code: str) -> Callable[[str], str]:
    """A function that shows a text by the format `code`: most leave it as it is, ";;;" hides it."""
    sections = _sections(code)
    if code.strip() == "@" or not (len(sections) > 3 or "@" in code):
        return str
    prepared = _prepared(code)

    def render(text: str) -> str:
        from xlfmt import format_value

        return str(format_value(text, prepared)).strip()

    return render


def _by_library(value: float, code: str, language: str, is_1904: bool) -> str:
    from xlfmt import format_value

    shown = str(format_value(value, code, date1904=is_1904))
    if shown and not shown.strip("#"):  # Excel cannot show a time before its calendar begins
        shown = f"-{format_value(-value, code, date1904=is_1904)}" if value < 0 else general(value)
    if not shown and value and ";" not in code:  # a format that nobody can read hides no number
        shown = general(value)
    shown = _MINUS_APART.sub("-", " ".join(shown.split()))
    return in_language(shown, language) if language else shown


def _prepared(code: str) -> str:
    return ";".join(map(_prepared_section, _sections(code)))


def _sections(code: str) -> list[str]:
    sections = [""]
    for token in _TOKEN.findall(code):
        if token == ";":
            sections.append("")
        else:
            sections[-1] += token
    return sections


def _prepared_section(section: str) -> str:
    """`section` with the signs of currencies as literals, and a date with its dots and readable in one way only."""
    tokens = _TOKEN.findall(section)
    prepared = [f'"{_symbol(token)}"' if token.startswith("[$") else token for token in tokens]
    if not _is_date(tokens):
        return "".join(prepared)
    for at, token in enumerate(tokens):
        if token == "." and tokens[at + 1 : at + 2] != ["0"]:
            prepared[at] = "\\."
        elif token.lower() in ("e", "ee"):
            prepared[at] = "yyyy"
    return _NUMERIC_DATE.sub("yyyy-mm-dd", "".join(prepared).replace("\\/", "/").replace("\\-", "-"))


def _is_date(tokens: list[str]) -> bool:
    bare = "".join(token for token in tokens if token[0] not in '"\\_*[' and token.lower() != "general")
    return re.search("[ydhsm]", bare, re.I) is not None


def _language(code: str) -> str:
    """The language of a date's words: that of the locale in `[$-407]`; empty for English and for no date."""
    for token in _TOKEN.findall(code):
        if match := _BRACKET.fullmatch(token):
            return language_of_locale(match[2] or "")
    return ""
