"""Brings a text into the form that its rules ask for, without saying anything new: cuts, case, marks, parts, wrapping.

What needs other words (a language, a longer text) it leaves alone; the check marks that.
"""

import json
import re
from collections.abc import Callable, Sequence

from protokit.runtime.prototype_fields import WritingRule
from protokit.runtime.writing import text_measures as measure
from protokit.runtime.writing.rule_checks import check_rules, unfenced

Fit = Callable[[str, WritingRule], str]
_CLAUSE = re.compile(
    r"(?<=[,;:])\s+|\s+(?=(?:and|but|or|which|so|because|that|und|aber|oder"
    r"|y|pero|et|mais)\s)|\s+[–—]\s+"
)


def fit_rules(text: str, rules: Sequence[WritingRule], source: str = "") -> str:
    """`text` with the form of `rules` laid on it, where it broke them; in the order in which one undoes no other."""
    order = sorted((rule for rule in rules if rule.kind in _ORDER), key=lambda rule: _ORDER.index(rule.kind))
    if any(rule.kind == "format" and rule.values[0] in ("json", "xml") for rule in rules):
        text = unfenced(text)
    for rule in order:
        if not check_rules([rule], text, source)[0].kept:
            text = _FITS[rule.kind](text, rule)
    return text


def _never_say(text: str, rule: WritingRule) -> str:
    """Sentences that say it go, where others stay; else the words alone."""
    sentences = measure.sentences_of(text)
    for value in rule.values:
        with_it = [each for each in sentences if measure.times_said(value, each)]
        if 0 < len(with_it) <= len(sentences) // 2:
            for each in with_it:
                text = text.replace(each, "")
        before = r"(?<!\w)" if value[:1].isalnum() else ""
        after = r"(?!\w)" if value[-1:].isalnum() else ""
        text = re.sub(f"{before}{re.escape(value)}{after}", "", text, flags=re.IGNORECASE)
    return _tidy(text)


def _tidy(text: str) -> str:
    text = re.sub(r"^[ \t]*[-*•][ \t]*$\n?", "", text, flags=re.MULTILINE)
    text = re.sub(r"(?<=\S)[ \t]{2,}", " ", text)
    return re.sub(r"[ \t]+(?=[,.;:!?](?:\s|$))", "", text).strip()


def _mark(text: str, rule: WritingRule) -> str:
    value = rule.values[0]
    if value == "#" and rule.least:
        return _hashtags(text, rule.least)
    if rule.most != 0:
        return text
    if value == ",":
        text = re.sub(r"(?<=\d),(?=\d)", "", text)
        return re.sub(r"[,，、،][ \t]?", " ", text).replace("  ", " ").strip()
    replacement = {"!": ".", "?": ".", ";": ".", "—": "-", "(": "", "emoji": "", "#": ""}.get(value)
    if value == "(":
        return re.sub(r"[()\[\]]", "", text)
    if value == "—":
        return re.sub(r"\s?[—–]\s?", " - ", text)
    if value == "emoji":
        return _tidy(re.sub("[\U0001f300-\U0001faff\u2600-\u27bf\U0001f1e6-\U0001f1ff\ufe0f]", "", text))
    return text if replacement is None else text.replace(value, replacement)


def _hashtags(text: str, least: int) -> str:
    """Long words of the text as hashtags below it."""
    ranked = sorted(
        dict.fromkeys(word.lower() for word in re.findall(r"[^\W\d_]{4,}", text)), key=len, reverse=True
    )
    lacking = least - text.count("#")
    return f"{text}\n\n{' '.join(f'#{word}' for word in ranked[:lacking])}" if ranked else text


def _most_words(text: str, rule: WritingRule) -> str:
    """The first sentences that fit; of a single one as many words as may be."""
    if rule.most is None or len(measure.words_of(text)) <= rule.most:
        return text
    kept = text
    for piece in reversed(_pieces(text)):
        if len(measure.words_of(kept)) <= rule.most:
            return kept.rstrip()
        at = kept.rfind(piece)
        if at > 0:
            kept = kept[:at].rstrip()
    if len(measure.words_of(kept)) > rule.most:
        ends = [match.end() for match in re.finditer(r"\S+", kept)]
        while ends and len(measure.words_of(kept[: ends[-1]])) > rule.most - (rule.most > 3):
            ends.pop()
        kept = f"{kept[: ends[-1]].rstrip(' ,;:-')}…" if ends else kept
    return kept.rstrip()


def _pieces(text: str) -> list[str]:
    """Sentences and lines, in order."""
    return [
        sentence
        for line in text.splitlines()
        if line.strip()
        for sentence in (measure.sentences_of(line) or [line.strip()])
    ]


def _sentences(text: str, rule: WritingRule) -> str:
    sentences = measure.sentences_of(text)
    if rule.most is not None and len(sentences) > rule.most:
        kept = text
        for sentence in reversed(sentences[rule.most :]):
            at = kept.rfind(sentence)
            kept = kept[:at] + kept[at + len(sentence) :] if at >= 0 else kept
        return _tidy(re.sub(r"^[ \t]*[-*•][ \t]*$", "", kept, flags=re.MULTILINE))
    while rule.least is not None and len(sentences) < rule.least:
        halves = [(len(each), index, _halves(each)) for index, each in enumerate(sentences)]
        _, index, parts = max(halves)
        if len(parts) < 2:
            break
        sentences[index : index + 1] = parts
    return " ".join(sentences)


def _halves(sentence: str) -> list[str]:
    """A sentence as two, cut at a clause or, where it has none, between its words; one where it is too short."""
    cuts = [match for match in _CLAUSE.finditer(sentence) if sentence[: match.start()].count(" ") > 0]
    middle = len(sentence) / 2
    if cuts:
        best = min(cuts, key=lambda match: abs(match.start() - middle))
        first, second = sentence[: best.start()], sentence[best.end() :]
    else:
        words = sentence.split()
        if len(words) < 4:
            return [sentence]
        first, second = " ".join(words[: len(words) // 2]), " ".join(words[len(words) // 2 :])
    if not measure.words_of(first) or not measure.words_of(second):
        return [sentence]
    return [first.rstrip(" ,;:") + ".", second[:1].upper() + second[1:]]


def _groups(text: str, count: int) -> list[str]:
    """The text in `count` groups of sentences that follow each other; sentences are cut where they are too few."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    units = (
        [re.sub(r"^(?:[-*•]|\d+[.)])[ \t]+", "", line) for line in lines]
        if len(lines) >= count
        else _pieces(text)
    )
    while len(units) < count:
        size, index, parts = max((len(each), index, _halves(each)) for index, each in enumerate(units))
        if len(parts) < 2:
            words = " ".join(units).split()
            if len(words) < count:
                return units
            size = len(words) // count
            return [
                " ".join(words[at * size : (at + 1) * size if at < count - 1 else None])
                for at in range(count)
            ]
        units[index : index + 1] = parts
    sizes = [len(units) // count + (at < len(units) % count) for at in range(count)]
    groups, at = [], 0
    for size in sizes:
        groups.append(" ".join(units[at : at + size]))
        at += size
    return groups


def _wanted(rule: WritingRule) -> int:
    return rule.least or rule.most or 1


def _paragraphs(text: str, rule: WritingRule) -> str:
    return "\n\n".join(_groups(text, _wanted(rule)))


def _parts(text: str, rule: WritingRule) -> str:
    plain = text.replace(rule.values[0], " ")
    return f"\n\n{rule.values[0]}\n\n".join(_groups(plain, _wanted(rule)))


def _bullets(text: str, rule: WritingRule) -> str:
    bullets = measure.bullets_of(text)
    if len(bullets) > _wanted(rule) and rule.most is not None:
        for bullet in bullets[rule.most :]:
            text = text.replace(bullet, "")
        return re.sub(r"\n{3,}", "\n\n", text).strip()
    return "\n".join(f"* {group}" for group in _groups(text, _wanted(rule)))


def _sections(text: str, rule: WritingRule) -> str:
    groups = _groups(text, _wanted(rule))
    marker = rule.values[0] if rule.values else ""
    heads = [f"{marker} {number}" if marker else f"## {number}" for number in range(1, len(groups) + 1)]
    return "\n\n".join(f"{head}\n{group}" for head, group in zip(heads, groups, strict=True))


def _must_say(text: str, rule: WritingRule) -> str:
    """What is not said stands in a line of its own below, as often as it must."""
    least = 1 if rule.least is None else rule.least
    lacking = [value for value in rule.values for _ in range(least - measure.times_said(value, text))]
    return f"{text}\n\n{' · '.join(lacking)}" if lacking else text


def _letter(text: str, rule: WritingRule) -> str:
    """Words with the letter go, or those that have it most are named again below."""
    letter = rule.values[0].lower()
    if rule.most == 0:
        return _tidy(re.sub(rf"\S*{re.escape(letter)}\S*", "", text, flags=re.IGNORECASE))
    if rule.least is None:
        return text
    if letter == "#":
        return _hashtags(text, rule.least)
    having = sorted({word for word in re.findall(r"[^\W\d_]+", text) if letter in word.lower()}, key=len)
    lacking = rule.least - text.lower().count(letter)
    return f"{text}\n\n{' · '.join([having[0]] * lacking)}" if having and lacking > 0 else text


def _placeholders(text: str, rule: WritingRule) -> str:
    names = (
        "name",
        "date",
        "place",
        "address",
        "e-mail",
        "phone",
        "time",
        "company",
        "title",
        "amount",
        "reference",
        "contact",
    )
    lacking = _wanted(rule) - len(measure.placeholders_of(text))
    extra = [
        name if at < len(names) else f"{name} {at // len(names) + 1}"
        for at, name in zip(range(lacking), names * 20, strict=False)
    ]
    return f"{text}\n\n{' '.join(f'[{name}]' for name in extra)}"


def _highlights(text: str, rule: WritingRule) -> str:
    """The first words of as many pieces as must be, in asterisks."""
    lacking = _wanted(rule) - len(measure.highlights_of(text))
    spots = [match.span() for match in re.finditer(r"[^\W\d_]{3,}(?: [^\W\d_]{3,})?", text)]
    chosen = spots[:: max(1, len(spots) // max(1, lacking))][:lacking]
    for start, end in reversed(chosen):
        text = f"{text[:start]}*{text[start:end]}*{text[end:]}"
    return text


def _capital_words(text: str, rule: WritingRule) -> str:
    have = measure.capital_words_of(text)
    if rule.most is not None and len(have) > rule.most:
        for word in dict.fromkeys(have[rule.most :]):
            text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", word.lower(), text)
        return text
    lacking = (rule.least or 0) - len(have)
    spots = [
        match.span() for match in re.finditer(r"(?<!\w)[^\W\d_]{2,}(?!\w)", text) if not match[0].isupper()
    ]
    for start, end in reversed(spots[: max(0, lacking)]):
        text = text[:start] + text[start:end].upper() + text[end:]
    return text


def _title(text: str, rule: WritingRule) -> str:
    words = re.findall(r"[^\W_][\w’'-]*", text)[:6]
    return f"<<{' '.join(words)}>>\n\n{text}" if words else text


def _paragraph_starts(text: str, rule: WritingRule) -> str:
    paragraphs = measure.paragraphs_of(text)
    at = rule.least - 1 if rule.least else len(paragraphs) - 1
    if 0 <= at < len(paragraphs):
        paragraphs[at] = f"{rule.values[0]}: {paragraphs[at]}"
    return "\n\n".join(paragraphs)


def _postscript(text: str, rule: WritingRule) -> str:
    """The last sentence becomes the postscript, where there are several."""
    sentences = measure.sentences_of(text)
    if len(sentences) < 2:
        return f"{text}\n\n{rule.values[0]} {sentences[0] if sentences else ''}".rstrip()
    at = text.rfind(sentences[-1])
    return f"{text[:at].rstrip()}\n\n{rule.values[0]} {text[at:]}"


def _format(text: str, rule: WritingRule) -> str:
    name = rule.values[0]
    if name == "json":
        return json.dumps({"text": text.strip()}, ensure_ascii=False, indent=2)
    if name == "xml":
        from xml.sax.saxutils import escape

        return f"<text>{escape(text.strip())}</text>"
    pieces = _pieces(text)
    if name == "bullets" and len(pieces) > 1:
        return "\n".join(f"- {piece.lstrip('-*• ')}" for piece in pieces)
    if name == "numbered" and len(pieces) > 1:
        return "\n".join(f"{number}. {piece.lstrip('-*• ')}" for number, piece in enumerate(pieces, 1))
    return text


def _starts(text: str, rule: WritingRule) -> str:
    value = rule.values[0]
    return f"{value} {text}" if value[-1:] in ".!?,:" else f"{value}: {text}"


def _ends(text: str, rule: WritingRule) -> str:
    return f"{text.rstrip()}\n\n{rule.values[0]}"


_FITS: dict[str, Fit] = {
    "never_say": _never_say,
    "sentences": _sentences,
    "words": _most_words,
    "sections": _sections,
    "parts": _parts,
    "paragraphs": _paragraphs,
    "bullets": _bullets,
    "format": _format,
    "must_say": _must_say,
    "placeholders": _placeholders,
    "highlights": _highlights,
    "capital_words": _capital_words,
    "letter": _letter,
    "mark": _mark,
    "title": _title,
    "paragraph_starts": _paragraph_starts,
    "postscript": _postscript,
    "starts_with": _starts,
    "ends_with": _ends,
    "upper_case": lambda text, rule: text.upper(),
    "lower_case": lambda text, rule: text.lower(),
    "wrapped": lambda text, rule: f'"{text.strip()}"',
    "repeat_request": lambda text, rule: f"{rule.values[0]}\n\n{text}",
}
_ORDER = tuple(_FITS)
