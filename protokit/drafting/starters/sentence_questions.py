"""Turns sentences into the questions they answer by their form, in English and, by a few safe forms, elsewhere.

Outside of English a form keeps the subject with its own article and asks with a verb that agrees with it, so that no
gender or case has to be known.
"""

import re
from collections.abc import Iterator, Mapping

from protokit.drafting.starters.noun_phrases import begun, is_plural, is_subject
from protokit.drafting.starters.question_forms import GeneratedQuestion, forms, pattern, table

_IRREGULAR = {"took": "take", "began": "begin", "won": "win", "had": "have", "has": "have"}
_ARTICLES = ("der", "die", "das", "ein", "eine", "alle")


def from_sentence(sentence: str, text: str, language: str = "en") -> Iterator[GeneratedQuestion]:
    """Yield the questions that `sentence`, a whole one of `text`, answers by its form; the best is not always first."""
    plain = re.sub(r"\*+|`|\b_|_\b", "", " ".join(sentence.split()))
    plain = re.sub(r"^(?:[-*•]|\d+[.)]|\d+(?:\.\d+)+\.?|\([a-z]\))\s+", "", plain)
    english = language == "en"
    if english and (not 12 <= len(plain) <= 320 or plain[0] in "#|" or pattern("boilerplate").search(plain)):
        return
    for form in forms(language):
        if match := form.where.match(plain):
            parts = {name: part.strip(" ,") for name, part in match.groupdict().items() if part is not None}
            question = (
                _english(form.ask, parts, text) if english else _foreign(form.ask, parts, match, language)
            )
            if question:
                yield GeneratedQuestion(question, parts.get("answer", ""), form.worth)
            if not english and question:
                return


def _foreign(ask: str, parts: Mapping[str, str], match: re.Match[str], language: str) -> str:
    subject = parts["s"]
    if pattern("points_elsewhere").search(match["s"]):
        return ""
    lower = subject[0].lower() + subject[1:]
    if language != "zh" and (language != "de" or lower.split()[0] in _ARTICLES):
        subject = lower
    return ask.format(**{**parts, "s": subject, "v": "dauert" if "dauert" in match[0] else "ist"})


def _english(ask: str, parts: Mapping[str, str], text: str) -> str:
    """The question as a reader asks it ("your" becomes "my", "you" becomes "I"), empty where it would be unclear."""
    subject, verb = parts.get("subject", ""), parts.get("verb", "")
    kind = next((slot for slot in ("name", "thing") if f"{{{slot}}}" in ask), "")
    if subject and not is_subject(subject, kind):
        return ""
    if any(_is_unfit(name, part) for name, part in parts.items()) or (verb and not _agree(subject, verb)):
        return ""
    likely = "past" in parts or "made" in parts or parts.get("aux") == "was"
    words = {name: _turned(part) for name, part in parts.items()}
    words |= dict.fromkeys(("subject", "name", "thing"), _turned(begun(subject, text, likely_name=likely)))
    if "past" in parts:
        words["past"] = table("past")[parts["past"]]
    if verb:
        words |= _with_do(verb, subject, words["subject"])
    question = re.sub(r"\b(?:is|are) I\b", "am I", ask.format(**words))
    question = re.sub(r"\bwere I\b", "was I", re.sub(r"\bI are\b", "I am", question))
    return question if len(question.split()) <= 18 and not re.search(r"\byou\b", question) else ""


def _is_unfit(name: str, part: str) -> bool:
    if name == "answer":
        return bool(pattern("unclear").fullmatch(part))
    if name not in ("pred", "what", "clause", "task", "unit"):
        return False
    if name == "pred" and pattern("half_a_statement").search(part):
        return True
    unclear = pattern("unclear").search(part) or pattern("cut_too_early").search(part)
    return bool(unclear or re.search(r"\b(?:ours|yours|only)\b", part))


def _is_past(verb: str) -> bool:
    return verb in ("took", "began", "won", "had") or verb.endswith("ed")


def _agree(subject: str, verb: str) -> bool:
    """Whether a verb of the present agrees with its subject; one that does not is a noun: "the accident cover"."""
    first = verb.split()[0]
    if _is_past(first) or first in ("is", "are", "was", "were", "cost"):
        return True
    return is_plural(subject) != first.endswith("s")


def _with_do(verb: str, subject: str, inside: str) -> dict[str, str]:
    """The verb as it stands behind "do", and which form of "do" asks for it."""
    first, _, rest = verb.partition(" ")
    if first in ("is", "are", "was", "were"):
        return {"place": f"{first} {inside} {rest}"}
    past = _is_past(first) or (first == "cost" and not is_plural(subject))
    do = "did" if past else "does" if first.endswith("s") else "do"
    plain = _IRREGULAR.get(first) or first.removesuffix("ed" if _is_past(first) else "s")
    plain = f"{plain} {rest}".strip()
    return {"do": do, "verb": plain, "place": f"{do} {inside} {plain}"}


def _turned(part: str) -> str:
    part = re.sub(r"^[Yy]ou\b", "I", part)
    part = re.sub(r"\b[Yy]our\b", "my", part)
    return re.sub(r"\b[Oo]ur\b", "your", part)
