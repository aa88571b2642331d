"""Reads the rules for a text out of a line or a note: length, words, form, case, marks, language, opening and close."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import chain

from protokit.runtime.prototype_fields import RuleKind, WritingRule
from protokit.runtime.writing.amounts import Amount, amounts, matcher, roughly, unit
from protokit.runtime.writing.rule_text import FILE, QUOTED, RuleText, rule_text
from protokit.runtime.writing.word_rules import letter_rules, word_rules

_COUNTED: tuple[RuleKind, ...] = (
    "sentences",
    "paragraphs",
    "characters",
    "bullets",
    "placeholders",
    "capital_words",
    "questions",
)
_QUESTION = re.compile(r"^(?:how|what|which|why|who|when) (?:many|much)\b", re.IGNORECASE)
_LONGEST = 400
_DENIED_JUST_BEFORE = r"\b(?:not|never|don.t|nicht|no|ne)\s+(?:\w+\s+)?$"
_OF_A_PART = (
    r"\b(?:hash ?tags?|words?|lines?|bullets?|items?"
    r"|sentences?|steps?|titles?|names?|each|every one),?\s*(?:\w+ )?$"
)
"""What begins or ends so, where it is not the whole text."""


def parse_rules(line: str) -> tuple[WritingRule, ...]:
    """The rules that `line` states, each once, with its words. What states none gives none; never raises."""
    text = rule_text(line[:20_000])
    rules: dict[tuple[object, ...], WritingRule] = {}
    for sentence in text.sentences:
        for reader in _READERS:
            for rule in reader(text, sentence):
                key = (rule.kind, rule.values, rule.least, rule.most)
                rules.setdefault(key, rule)
    for rule in chain(_parts(text), _repeat(rule_text(line[:20_000], digits=False)), _one_of(text)):
        rules.setdefault((rule.kind, rule.values, rule.least, rule.most), rule)
    return _consistent(list(rules.values()))[:60]


def _rule(
    text: RuleText, kind: RuleKind, words: str, amount: Amount | None = None, values: Sequence[str] = ()
) -> WritingRule:
    return WritingRule(
        kind=kind,
        least=amount.least if amount else None,
        most=amount.most if amount else None,
        values=tuple(values),
        words=text.plain(words).strip(" .,;")[:_LONGEST],
    )


def _lengths(text: RuleText, sentence: str) -> Iterator[WritingRule]:
    if _QUESTION.match(sentence):
        return
    taken = [match.span() for match in re.finditer(unit("capital_words"), sentence, re.IGNORECASE)]
    for amount in amounts(sentence, unit("words")):
        at = sentence.find(amount.words)
        if not any(start <= at + len(amount.words) - 1 < end for start, end in taken):
            yield _rule(text, "words", amount.words, roughly(amount))
    for kind in _COUNTED:
        for amount in amounts(sentence, unit(kind)):
            at = sentence.find(amount.words) + len(amount.words) - 1
            if kind == "capital_words" or not any(start <= at < end for start, end in taken):
                yield _rule(text, kind, amount.words, amount)


def _highlights(text: RuleText, sentence: str) -> Iterator[WritingRule]:
    if not (match := matcher("highlights").search(sentence)):
        return
    found = next(amounts(sentence, r"(?:text )?(?:sections?|parts?|passages?|phrases?|words?)"), None)
    names = bool(re.search(r"section names?|headings?", sentence, re.IGNORECASE))
    previous = (
        next((a for s in text.sentences for a in amounts(s, unit("sections"))), None) if names else None
    )
    amount = found or previous or Amount(1, None, match[0])
    least = amount.least or 1
    yield _rule(text, "highlights", sentence, Amount(least, None, amount.words))


def _sections(text: RuleText, sentence: str) -> Iterator[WritingRule]:
    if matcher("highlights").search(sentence):
        return
    for amount in amounts(sentence, unit("sections")):
        marker = _section_marker(text)
        yield _rule(text, "sections", amount.words, amount, [marker] if marker else [])


def _section_marker(text: RuleText) -> str:
    """The word that each section begins with, where the line shows it: "Section X", "PART 1"."""
    shown = text.plain(text.text)
    match = re.search(r"\b(?P<word>[A-Z][A-Za-z]+) (?:X|1|I|#)(?![\w-])", shown)
    return (
        match["word"]
        if match and match["word"] not in ("The", "Step", "A", "In", "Bullet", "Paragraph")
        else ""
    )


def _marks(text: RuleText, sentence: str) -> Iterator[WritingRule]:
    for mark in FILE.get("marks"):
        names = matcher("marks", mark)
        for match in names.finditer(sentence):
            before = sentence[max(0, match.start() - 40) : match.start()]
            if _denied(before):
                yield _rule(text, "mark", sentence, Amount(None, 0, ""), [mark])
                break
        else:
            if mark in ("emoji", "#", "link", "?"):
                for amount in amounts(sentence, names.pattern):
                    yield _rule(text, "mark", amount.words, amount, [mark])


def _denied(before: str) -> bool:
    last = [*matcher("never").finditer(before)]
    if not last:
        return False
    between = before[last[-1].end() :]
    return not re.search(r"[.;:]|\b(?:but|and then|instead|must|should)\b", between)


def _case(text: RuleText, sentence: str) -> Iterator[WritingRule]:
    rest = re.sub(unit("capital_words"), " ", sentence, flags=re.IGNORECASE)
    counted = list(amounts(sentence, unit("capital_words")))
    few = re.search(
        r"\b(?:some|a few|certain) words in (?:all )?(?:capital|caps)|words (?:with|in) all capital|all[ -]caps words",
        sentence,
        re.IGNORECASE,
    )
    if match := matcher("lower").search(rest):
        yield _rule(text, "lower_case", match[0])
        return
    if few and not counted:
        limit = re.search(
            r"(?P<how>at most|less than|fewer than|at least|more than) (\d+)(?: times)?", sentence
        )
        if re.search(r"\b(?:some|a few)\b", sentence, re.IGNORECASE):
            yield _rule(text, "capital_words", few[0], Amount(1, None, ""))
        if limit:
            yield from (
                _rule(text, "capital_words", limit[0], amount)
                for amount in amounts(f"{limit['how']} {limit[2]} times", "times")
            )
        return
    if match := matcher("upper").search(rest):
        if counted or _denied(rest[max(0, match.start() - 30) : match.start()]):
            return
        named = re.search(r"\bwords?\b(?! in your)(?!s)", rest[max(0, match.start() - 25) : match.start()])
        if named and not re.search(r"\b(?:all|your|every) words\b", rest, re.IGNORECASE):
            late = next(amounts(rest, "times"), None)
            if late or re.search(r"\b(?:some|a few)\b", rest, re.IGNORECASE):
                yield _rule(text, "capital_words", sentence, late or Amount(1, None, ""))
            return
        yield _rule(text, "upper_case", match[0])


def _form(text: RuleText, sentence: str) -> Iterator[WritingRule]:
    plain = text.plain(sentence)
    for name in FILE.get("formats"):
        match = matcher("formats", name).search(sentence)
        if match and not _denied(sentence[max(0, match.start() - 25) : match.start()]):
            yield _rule(text, "format", match[0], None, [name])
    if matcher("title").search(plain):
        yield _rule(text, "title", sentence)
    if marks := [match[0] for match in matcher("postscript").finditer(plain)]:
        marker = re.sub(r"\s", "", next((mark for mark in marks if "." in mark), "P.S."))
        yield _rule(text, "postscript", plain, None, [marker])
    if re.search(FILE.get("wrapped"), sentence, re.IGNORECASE):
        yield _rule(text, "wrapped", sentence, None, ['"'])
    if matcher("user_story").search(plain) and re.search(r"\bas an? |\bals ", plain, re.IGNORECASE):
        yield _rule(text, "user_story", plain)
    if match := matcher("keep_figures").search(sentence):
        yield _rule(text, "keep_figures", match[0])
    for match in matcher("share").finditer(sentence):
        percent = int(match["percent"] or {"third": 33, "quarter": 25}.get(match["part"] or "", 50))
        yield _rule(text, "share", match[0], Amount(None, percent, ""))


def _edges(text: RuleText, sentence: str) -> Iterator[WritingRule]:
    plain = text.plain(sentence)
    for match in re.finditer(FILE.get("paragraph_starts"), plain, re.IGNORECASE):
        number = int(match["which"] or match["number"] or 0)
        yield _rule(
            text, "paragraph_starts", match[0], Amount(number or None, None, ""), [match["word"].strip(" .,")]
        )
    kinds: tuple[tuple[RuleKind, str], ...] = (("ends_with", "ends"), ("starts_with", "starts"))
    for kind, name in kinds:
        for match in re.finditer(FILE.get(name), sentence, re.IGNORECASE):
            if re.search(
                r"paragraph|section|title|postscript|stanza|line of", sentence[: match.end()], re.IGNORECASE
            ):
                continue
            before = sentence[max(0, match.start() - 24) : match.start()]
            if re.search(_DENIED_JUST_BEFORE, before, re.IGNORECASE) or re.search(
                _OF_A_PART, before, re.IGNORECASE
            ):
                continue
            if value := _edge_value(text, sentence, match.end()):
                yield _rule(text, kind, sentence[match.start() :], None, [value])


def _edge_value(text: RuleText, sentence: str, at: int) -> str:
    """What a text begins or ends with: the quotation that follows, or the rest of the sentence where it is a phrase."""
    rest = sentence[at:].lstrip(" :,")
    if quoted := re.match(r"(?:the \w+ |exactly |a )?⟦(\d+)⟧", rest):
        return text.quotations[int(quoted[1])]
    if re.match(r"[A-Z¿¡]", rest) and "⟦" not in rest:
        return rest.strip()
    return ""


def _language(text: RuleText, sentence: str) -> Iterator[WritingRule]:
    for code, names in FILE.get("languages").items():
        pattern = (
            rf"(?:{FILE.get('language_lead')})(?:{names})\b"
            r"(?! (?:speak|customer|market|compan|client|user|people))"
        )
        match = re.search(pattern, sentence, re.IGNORECASE) or re.search(
            rf"\b(?:translat\w+|übersetz\w+|traduci\w*|tradui\w*)\b[^.]{{0,60}}"
            rf"\b(?:to|into|ins?|auf|al|en) (?:{names})\b",
            sentence,
            re.IGNORECASE,
        )
        if match and not re.search(rf"\bfrom (?:{names})$", match[0], re.IGNORECASE):
            yield _rule(text, "language", match[0], None, [code])


def _reading_level(text: RuleText, sentence: str) -> Iterator[WritingRule]:
    for grade in (3, 8):
        if match := re.search(FILE.get("reading_level").get(grade), sentence, re.IGNORECASE):
            yield _rule(text, "reading_level", match[0], Amount(None, grade + 2, ""))
            return
    if match := re.search(FILE.get("reading_level").get("year"), sentence, re.IGNORECASE):
        if not re.search(
            r"reading|readab|level|underst|explain|easy|simple|suitable", sentence, re.IGNORECASE
        ):
            return
        year = int(match["year"] or match["grade"] or match["school"] or 0) or max(1, int(match["age"]) - 5)
        yield _rule(text, "reading_level", match[0], Amount(None, min(year, 16), ""))


def _parts(text: RuleText) -> Iterator[WritingRule]:
    """Parts that a row of signs divides, counted where the line says how many."""
    match = re.search(FILE.get("separator"), text.text, re.IGNORECASE) or re.search(
        r"\n\s*(?P<mark>\*{3,})\s*\n", text.text
    )
    if match is None:
        return
    found = [
        amount
        for name in ("paragraphs", "parts", "sections")
        for sentence in text.sentences
        for amount in amounts(sentence, unit(name))
    ]
    counted = re.search(r"\b(\d+) (?:q\b|questions?|responses|answers)", text.text, re.IGNORECASE)
    whole = matcher("two").search(text.text)
    amount = found[0] if found else None
    if amount is None and whole:
        amount = Amount(2, 2, whole[0])
    if amount is None and counted:
        amount = Amount(int(counted[1]), int(counted[1]), counted[0])
    shown = sum(line.strip() == match["mark"] for line in text.text.splitlines())
    if amount is None and shown:
        amount = Amount(shown + 1, shown + 1, match[0])
    sentence = next((each for each in text.sentences if match["mark"] in each), match[0])
    yield _rule(text, "parts", sentence, amount or Amount(2, None, ""), [match["mark"]])


def _repeat(text: RuleText) -> Iterator[WritingRule]:
    """The request itself first, word for word: what stands before the sentence that says so, else behind it."""
    match = matcher("repeat").search(text.text)
    if match is None:
        return
    sentence = next(each for each in text.sentences if match[0] in each)
    at = text.text.find(sentence)
    before, behind = text.text[:at].strip(), text.text[at + len(sentence) :].strip()
    request = before if before and "below" not in sentence else behind.split("\n\n")[-1]
    if request:
        yield _rule(text, "repeat_request", sentence, None, [_unmasked(text, request)[:2_000]])


def _unmasked(text: RuleText, masked: str) -> str:
    return QUOTED.sub(lambda match: f'"{text.quotations[int(match[1])]}"', masked)


def _one_of(text: RuleText) -> Iterator[WritingRule]:
    for sentence in (text.text,):
        if match := re.search(FILE.get("one_of"), sentence, re.IGNORECASE):
            values = text.quoted(sentence[match.end() :])
            if len(values) > 1:
                yield _rule(text, "one_of", text.plain(sentence[match.start() :])[:200], None, values)


def _consistent(rules: list[WritingRule]) -> tuple[WritingRule, ...]:
    """Without what another rule says more exactly: paragraphs that are parts, bullets that are counted."""
    kinds = {rule.kind for rule in rules}
    drop: set[int] = set()
    for index, rule in enumerate(rules):
        if rule.kind == "paragraphs" and "parts" in kinds:
            drop.add(index)
        if rule.kind == "format" and rule.values == ("bullets",) and "bullets" in kinds:
            drop.add(index)
        if rule.kind == "must_say" and any(
            each.kind in ("one_of", "paragraph_starts", "ends_with", "starts_with")
            and set(rule.values) <= set(each.values)
            for each in rules
        ):
            drop.add(index)
        if rule.kind == "language" and sum(each.kind == "language" for each in rules) > 1:
            first = next(each for each in rules if each.kind == "language")
            if rule is not first and rule.values == first.values:
                drop.add(index)
    return tuple(rule for index, rule in enumerate(rules) if index not in drop)


_READERS: tuple[Callable[[RuleText, str], Iterator[WritingRule]], ...] = (
    _lengths,
    _highlights,
    _sections,
    word_rules,
    letter_rules,
    _marks,
    _case,
    _form,
    _edges,
    _language,
    _reading_level,
)
