"""Holds answers against the wishes of a prompt ("under 50 words", "in Spanish"), as questions.yaml keeps them."""

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from msgspec import Meta

from protokit.files.layout import QUESTIONS_FILE
from protokit.runtime.prototype_fields import Constraint
from protokit.runtime.yaml_checks import Strict
from protokit.spec.lexicon import language_name, lexicon
from protokit.spec.prototype_spec import Spec
from protokit.spec.yaml_io import convert, dump_yaml, load_yaml

if TYPE_CHECKING:
    from protokit.runtime.assistant_types import Answer

EVERY_ANSWER = "every_answer"
"""The row of questions.yaml that says what all answers have to keep."""
MET_OFFLINE = frozenset({"max_words", "only_documents"})
"""What the offline engine can keep. It quotes: language, currency and format are those of the documents."""
_LONG_SENTENCE = 25
"""Words a sentence has at most, on average, where the language shall be plain."""
_BRIEF = 80
"""Words of an answer that counts as concise."""
_TELLS_LANGUAGE = 80
"""Characters from which on the language of an answer can be told."""
_CITED = re.compile(r"\[\d+\]")
_LISTED = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s", re.MULTILINE)
_NUMBERED = re.compile(r"^\s*\d+[.)]\s", re.MULTILINE)
_TABLE = re.compile(r"^\s*\|.*\|\s*$", re.MULTILINE)
_SENTENCES = re.compile(r"at most (\d+) sentences")

Count = Annotated[int, Meta(ge=1)]


class AnswerAssertions(Strict, frozen=True, kw_only=True):
    """What every answer has to keep; a wish that is absent is none. Only what a program can tell stands here."""

    max_words: Count | None = None
    language: str = ""
    """ISO 639 code."""
    currency: str = ""
    """ISO 4217 code."""
    format: tuple[str, ...] = ()
    tone: Literal["", "concise", "plain and simple"] = ""
    only_documents: bool = False

    def broken(self, answer: "Answer") -> dict[str, str]:
        """Wish -> why `answer` does not keep it; empty where it keeps all. A refusal is only held to the length."""
        text = _CITED.sub("", answer.text).strip()
        faults = {"max_words": self._too_long(text)}
        if answer.found:
            faults |= {
                "language": self._other_language(text),
                "currency": self._other_currency(text),
                "format": self._other_format(text),
                "tone": self._other_tone(text),
                "only_documents": self._beyond_documents(answer),
            }
        return {wish: why for wish, why in faults.items() if why}

    def _too_long(self, text: str) -> str:
        words = count_words(text)
        most = self.max_words
        return f"{words} words, more than {most}" if most is not None and words > most else ""

    def _other_language(self, text: str) -> str:
        from vectorstore.text.languages import WHOLE, guess

        if not self.language or (len(text) < _TELLS_LANGUAGE and text.isascii()):
            return ""
        language = guess(text, WHOLE)
        if language in ("", self.language):
            return ""
        return f"in {language_name(language)}, not in {language_name(self.language)}"

    def _other_currency(self, text: str) -> str:
        named = {code for code in lexicon()["currencies"] if _names_amount(code, text)}
        others = sorted(named - {self.currency})
        return f"an amount in {others[0]}, not in {self.currency}" if self.currency and others else ""

    def _other_format(self, text: str) -> str:
        return next((why for form in self.format if (why := _misshapen(form, text))), "")

    def _other_tone(self, text: str) -> str:
        if self.tone == "concise" and count_words(text) > _BRIEF:
            return f"{count_words(text)} words are not concise"
        if self.tone == "plain and simple":
            average = count_words(text) / max(_count_sentences(text), 1)
            return f"sentences of {average:.0f} words are not plain" if average > _LONG_SENTENCE else ""
        return ""

    def _beyond_documents(self, answer: "Answer") -> str:
        if not self.only_documents:
            return ""
        if not answer.citations:
            return "no source is named"
        return f"not in the documents: {answer.unsupported[0].why}" if answer.unsupported else ""


def assertion_rows(spec: Spec) -> list[dict[str, Any]]:
    """Return the rows of questions.yaml that check the constraints of `spec`.

    One row holds what every answer keeps; each thing it must never do becomes an order that has to be declined.
    """
    row: dict[str, Any] = {}
    declined = []
    for constraint in spec.constraints:
        if constraint.kind == "never":
            declined.append({"question": _order(constraint), "unanswerable": True})
        elif constraint.kind == "format":
            row.setdefault("format", []).append(constraint.value)
        elif constraint.kind == "only_documents":
            row["only_documents"] = True
        elif _is_checkable(constraint):
            row.setdefault(constraint.kind, constraint.value)
    return ([{EVERY_ANSWER: row}] if row else []) + declined


def with_assertions(questions: str, spec: Spec) -> str:
    """Return the text of questions.yaml with the rows that check the constraints of `spec` at its end."""
    added = assertion_rows(spec)
    if not added:
        return questions
    empty = not load_yaml(questions, where=QUESTIONS_FILE)
    text = "".join(line for line in questions.splitlines(keepends=True) if not empty or line.startswith("#"))
    return f"{text.rstrip()}\n{dump_yaml(added)}"


def read_assertions(rows: Iterable[Any]) -> AnswerAssertions:
    """Return what the rows of questions.yaml demand of every answer. Raises SpecProblem naming row and field."""
    for number, row in enumerate(rows, 1):
        if isinstance(row, Mapping) and EVERY_ANSWER in row:
            fields = row[EVERY_ANSWER]
            where = f"questions.yaml, row {number}"
            return convert(
                AnswerAssertions, dict(fields) if isinstance(fields, Mapping) else {"": fields}, where=where
            )
    return AnswerAssertions()


def count_words(text: str) -> int:
    """Words of `text`; a character of a script without spaces counts as one, as people there count."""
    spaceless = len(re.findall(r"[\u3040-\u30ff\u3400-\u9fff]", text))
    return spaceless + len(re.findall(r"[^\W\u3040-\u30ff\u3400-\u9fff]+(?:[-'’.,][^\W_]+)*", text))


def _is_checkable(constraint: Constraint) -> bool:
    if constraint.kind == "tone":
        return constraint.value in ("concise", "plain and simple")
    return constraint.kind in ("max_words", "language", "currency")


def _order(constraint: Constraint) -> str:
    """ "give legal advice" -> "Please give legal advice."; other languages without a word of English."""
    sentence = str(constraint.value).rstrip(".!?")
    return f"Please {sentence}." if sentence.isascii() else f"{sentence[:1].upper()}{sentence[1:]}!"


def _names_amount(code: str, text: str) -> bool:
    """Whether an amount in the currency `code` stands in `text`: "€ 20", "20 euros", "EUR 20"."""
    for name in lexicon()["currencies"][code]:
        amount = re.escape(name)
        if name.isalpha() and name.isascii():
            amount = rf"\b{amount}\b"
        if re.search(rf"{amount}\s?\d|\d\s?{amount}", text, re.IGNORECASE):
            return True
    return False


def _misshapen(form: str, text: str) -> str:
    if limit := _SENTENCES.fullmatch(form):
        sentences = _count_sentences(text)
        return f"{sentences} sentences, more than {limit[1]}" if sentences > int(limit[1]) else ""
    shapes = {
        "bullets": bool(_LISTED.search(text)),
        "action items": bool(_LISTED.search(text)),
        "numbered steps": bool(_NUMBERED.search(text)),
        "table": bool(_TABLE.search(text)),
        "one paragraph": "\n\n" not in text and not _LISTED.search(text),
    }
    return "" if shapes.get(form, True) else f"not given as {form}"


def _count_sentences(text: str) -> int:
    from vectorstore.text.sentences import split

    return len(split(text))
