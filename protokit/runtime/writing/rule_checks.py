"""Holds a text against its rules: each is kept or broken, and what was counted is told."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

from protokit.runtime.prototype_fields import WritingRule
from protokit.runtime.writing import text_measures as measure
from protokit.runtime.writing.text_language import is_in

STORY = re.compile(
    r"\bas an? (?P<who>[^,\n]{2,80}?),? i (?:want|would like|need|can)(?P<what>[^\n]{4,}?),? so (?:that )?[^\n]{4,}",
    re.IGNORECASE,
)
_EMOJI = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf\U0001f1e6-\U0001f1ff]")
_LINK = re.compile(r"https?://|\bwww\.|\b[\w-]+\.(?:com|org|net|io)\b", re.IGNORECASE)
_MARKS = {
    "emoji": _EMOJI,
    "link": _LINK,
    "digit": re.compile(r"\d"),
    "(": re.compile(r"[()\[\]]"),
    "—": re.compile(r"[—–]"),
}
_FENCE = re.compile(r"^```\w*\s*|\s*```$")
_COMMAS = {",": ",，、،"}


@dataclass(frozen=True, slots=True)
class RuleCheck:
    """What a rule came to for one text."""

    rule: WritingRule
    kept: bool
    detail: str = ""
    """What was counted, or what is in the way: "131 (≤ 100)", "“free”"."""
    marks: tuple[tuple[int, int], ...] = ()
    """Where the text breaks it, offsets into the text; empty where no place does."""


def check_rules(rules: Sequence[WritingRule], text: str, source: str = "") -> tuple[RuleCheck, ...]:
    """A check for each of `rules`, in their order. `source` is the input that the text was written from."""
    return tuple(_check(rule, text, source) for rule in rules)


def _check(rule: WritingRule, text: str, source: str) -> RuleCheck:
    if rule.kind in _COUNTS:
        return _counted(rule, len(_COUNTS[rule.kind](rule, text)))
    return _CHECKS[rule.kind](rule, text, source)


def _counted(rule: WritingRule, count: int, unit: str = "") -> RuleCheck:
    kept = (rule.least is None or count >= rule.least) and (rule.most is None or count <= rule.most)
    return RuleCheck(rule, kept, f"{count}{unit} ({limits(rule)}{unit})")


def limits(rule: WritingRule) -> str:
    """The limits of a rule as signs: "≤ 100", "3", "≥ 2"."""
    if rule.least == rule.most:
        return str(rule.least)
    if rule.least is None:
        return f"≤ {rule.most}"
    return f"≥ {rule.least}" if rule.most is None else f"{rule.least}–{rule.most}"


def _paragraphs(rule: WritingRule, text: str) -> list[str]:
    return measure.paragraphs_of(text)


_COUNTS: dict[str, Callable[[WritingRule, str], Sequence[str]]] = {
    "words": lambda rule, text: measure.words_of(text),
    "sentences": lambda rule, text: measure.sentences_of(text),
    "paragraphs": _paragraphs,
    "characters": lambda rule, text: text.strip(),
    "bullets": lambda rule, text: measure.bullets_of(text),
    "questions": lambda rule, text: measure.questions_of(text),
    "sections": lambda rule, text: measure.sections_of(text, rule.values[0] if rule.values else ""),
    "parts": lambda rule, text: measure.parts_of(text, rule.values[0]),
    "placeholders": lambda rule, text: measure.placeholders_of(text),
    "highlights": lambda rule, text: measure.highlights_of(text),
    "capital_words": lambda rule, text: measure.capital_words_of(text),
}


def _share(rule: WritingRule, text: str, source: str) -> RuleCheck:
    whole = len(measure.words_of(source))
    percent = round(100 * len(measure.words_of(text)) / whole) if whole else 0
    return _counted(rule, percent, "%")


def _must_say(rule: WritingRule, text: str, source: str) -> RuleCheck:
    counts = {value: measure.times_said(value, text) for value in rule.values}
    least, most = (1 if rule.least is None else rule.least), rule.most
    wrong = [value for value, count in counts.items() if count < least or (most is not None and count > most)]
    told = [
        f"“{value}” {counts[value]} ({limits(rule)})" if least > 1 or most is not None else f"“{value}”"
        for value in wrong
    ]
    return RuleCheck(rule, not wrong, ", ".join(told))


def _never_say(rule: WritingRule, text: str, source: str) -> RuleCheck:
    said = [value for value in rule.values if measure.times_said(value, text)]
    marks = [match.span() for value in said for match in re.finditer(re.escape(value), text, re.IGNORECASE)]
    return RuleCheck(rule, not said, ", ".join(f"“{value}”" for value in said), tuple(sorted(marks)))


def _letter(rule: WritingRule, text: str, source: str) -> RuleCheck:
    return _counted(rule, text.lower().count(rule.values[0].lower()))


def _mark(rule: WritingRule, text: str, source: str) -> RuleCheck:
    value = rule.values[0]
    pattern = _MARKS.get(value) or re.compile(f"[{re.escape(_COMMAS.get(value, value))}]")
    if value == "#":
        pattern = re.compile(r"#(?=\w)")
    spots = [match.span() for match in pattern.finditer(text)]
    check = _counted(rule, len(spots))
    return check if check.kept or rule.most != 0 else RuleCheck(rule, False, check.detail, tuple(spots))


def _edge(text: str) -> str:
    return " ".join(text.strip().strip('"“”').split()).casefold()


def _starts(rule: WritingRule, text: str, source: str) -> RuleCheck:
    kept = _edge(text).startswith(_edge(rule.values[0]))
    return RuleCheck(rule, kept, "" if kept else f"“{text.strip()[:40]}…”")


def _ends(rule: WritingRule, text: str, source: str) -> RuleCheck:
    kept = _edge(text).endswith(_edge(rule.values[0]))
    return RuleCheck(rule, kept, "" if kept else f"“…{text.strip()[-40:]}”")


def _paragraph_starts(rule: WritingRule, text: str, source: str) -> RuleCheck:
    paragraphs = measure.paragraphs_of(text)
    at = rule.least - 1 if rule.least else len(paragraphs) - 1
    kept = (
        0 <= at < len(paragraphs)
        and measure.times_said(rule.values[0], paragraphs[at][: len(rule.values[0]) + 3]) > 0
    )
    return RuleCheck(rule, kept, "" if kept else f"{len(paragraphs)} ¶")


def _postscript(rule: WritingRule, text: str, source: str) -> RuleCheck:
    wanted = r"\s?".join(re.escape(sign) for sign in rule.values[0].rstrip("."))
    kept = re.search(rf"(?:^|\n)[ \t*_\"]*{wanted}", text, re.IGNORECASE) is not None
    return RuleCheck(rule, kept, "" if kept else f"– {rule.values[0]}")


def _title(rule: WritingRule, text: str, source: str) -> RuleCheck:
    return RuleCheck(rule, re.search(r"<<[^\n<>]*\S[^\n<>]*>>", text) is not None, "<< >>")


def _wrapped(rule: WritingRule, text: str, source: str) -> RuleCheck:
    plain = text.strip()
    return RuleCheck(rule, len(plain) > 1 and plain[0] in '"“„«' and plain[-1] in '"”“»')


def _upper(rule: WritingRule, text: str, source: str) -> RuleCheck:
    small = [match.span() for match in re.finditer(r"\w*[a-zß-ÿ]\w*", text)]
    return RuleCheck(rule, text.isupper(), str(len(small) or ""), tuple(small[:200]))


def _lower(rule: WritingRule, text: str, source: str) -> RuleCheck:
    large = [match.span() for match in re.finditer(r"\w+", text) if match[0] != match[0].lower()]
    return RuleCheck(rule, text.islower(), str(len(large) or ""), tuple(large[:200]))


def unfenced(text: str) -> str:
    """What stands in a fence of code, or the text where there is none."""
    plain = text.strip()
    return _FENCE.sub("", plain) if plain.startswith("```") else plain


def _format(rule: WritingRule, text: str, source: str) -> RuleCheck:
    name, plain = rule.values[0], unfenced(text)
    if name == "json":
        try:
            json.loads(plain)
        except ValueError as problem:
            return RuleCheck(rule, False, str(problem)[:80])
        return RuleCheck(rule, True)
    if name == "xml":
        return RuleCheck(rule, _is_xml(plain))
    lines = [line for line in plain.splitlines() if line.strip()]
    kept = {
        "table": sum(line.count("|") > 1 for line in lines) > 1,
        "csv": len(lines) > 0 and all("," in line or ";" in line for line in lines),
        "yaml": len(lines) > 0 and all(re.match(r"\s*(?:-\s|[\w \"'-]+:|#)", line) for line in lines),
        "bullets": len(measure.bullets_of(plain)) + len(measure.numbered_of(plain)) > 1,
        "numbered": len(measure.numbered_of(plain)) > 1,
        "headings": len(measure.sections_of(plain)) > 0,
    }.get(name, True)
    return RuleCheck(rule, kept, name)


def _is_xml(text: str) -> bool:
    if (
        "<!DOCTYPE" in text or "<!ENTITY" in text
    ):  # nothing that a text of ours needs, and what bombs are made of
        return False
    try:
        ElementTree.fromstring(text)
    except ElementTree.ParseError:
        return False
    return True


def _one_of(rule: WritingRule, text: str, source: str) -> RuleCheck:
    said = [
        value
        for value in rule.values
        if " ".join(value.split()).casefold() in " ".join(text.split()).casefold()
    ]
    return RuleCheck(rule, len(said) == 1, ", ".join(f"“{value}”" for value in said) or "–")


def _repeat(rule: WritingRule, text: str, source: str) -> RuleCheck:
    return RuleCheck(rule, _edge(text).startswith(_edge(rule.values[0])))


def _language(rule: WritingRule, text: str, source: str) -> RuleCheck:
    return RuleCheck(rule, is_in(text, rule.values[0]), rule.values[0])


def _reading(rule: WritingRule, text: str, source: str) -> RuleCheck:
    return _counted(rule, measure.reading_year(text))


def _story(rule: WritingRule, text: str, source: str) -> RuleCheck:
    return RuleCheck(rule, STORY.search(text) is not None)


def _figures(rule: WritingRule, text: str, source: str) -> RuleCheck:
    from protokit.runtime.writing.input_facts import missing_figures

    missing = missing_figures(text, source)
    return RuleCheck(rule, not missing, ", ".join(f"“{value}”" for value in missing[:8]))


_CHECKS: dict[str, Callable[[WritingRule, str, str], RuleCheck]] = {
    "share": _share,
    "must_say": _must_say,
    "never_say": _never_say,
    "letter": _letter,
    "mark": _mark,
    "starts_with": _starts,
    "ends_with": _ends,
    "paragraph_starts": _paragraph_starts,
    "postscript": _postscript,
    "title": _title,
    "wrapped": _wrapped,
    "upper_case": _upper,
    "lower_case": _lower,
    "format": _format,
    "one_of": _one_of,
    "repeat_request": _repeat,
    "language": _language,
    "reading_level": _reading,
    "user_story": _story,
    "keep_figures": _figures,
}
