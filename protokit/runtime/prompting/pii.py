"""Keeps e-mail addresses, phone and card numbers here: masked on the way out, put back on the way in."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import count

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}(?![\w-])")
_CARD = re.compile(r"(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w-])")
# With a plus, with a leading zero or an area code in brackets, or in groups as in 555-867-5309; a date,
# an amount or an article number is none of these.
_PHONE = re.compile(
    r"(?<![\w.,/-])(?:"
    r"(?:\+|00)[1-9](?:[ ().\-/]{0,2}\d){6,14}"
    r"|\(0?\d{2,5}\)[ .\-]?\d(?:[ .\-]?\d){4,9}"
    r"|0[1-9](?:[ .\-/]?\d){7,10}"
    r"|(?:1[ .\-])?[2-9]\d{2}([ .\-])\d{3}\1\d{4}"
    r")(?![\w-]|[.,/]\d)"
)
_SAID_PHONE = re.compile(
    r"(?i)\b(?:phone|telephone|tel|call(?: me)?(?: (?:at|on))?|mobile|cell|fax|whatsapp)\b\W{0,3}"
    r"(?:(?:number )?(?:is )?)(\d(?:[ .\-]?\d){5,14})(?!\w)"
)
_DATE = re.compile(r"\d{4}([-/.])\d{1,2}\1\d{1,2}|\d{1,2}([-/.])\d{1,2}\2(?:\d{4}|\d{2})")
_PLACEHOLDER = re.compile(r"\[(?:email|phone|card) \d+\]")
_KINDS = (("email", _EMAIL), ("card", _CARD), ("phone", _PHONE), ("phone", _SAID_PHONE))
_LONGEST_PLACEHOLDER = len("[email 1000]")


@dataclass(slots=True)
class PiiMasker:
    """The placeholders of one conversation: the same address is "[email 1]" in every turn.

    It holds what was masked, so it stays in memory and is never written down.
    """

    originals: dict[str, str] = field(default_factory=dict, repr=False)
    """What each placeholder stands for."""
    _placeholders: dict[tuple[str, str], str] = field(default_factory=dict, repr=False)
    _numbers: dict[str, Iterator[int]] = field(
        default_factory=lambda: defaultdict(lambda: count(1)), repr=False
    )

    def mask(self, text: str) -> str:
        """`text` with every e-mail address, card number (by its check digit) and phone number replaced."""
        placeholders = set(_PLACEHOLDER.findall(text)) - self.originals.keys()
        for kind, pattern in _KINDS:
            text = pattern.sub(partial(self._replace, kind, placeholders), text)
        return text

    def unmask(self, text: str) -> str:
        """`text` with the placeholders given out in this conversation turned back; others stay as is."""
        return _PLACEHOLDER.sub(lambda match: self.originals.get(match[0], match[0]), text)

    def unmask_stream(self, pieces: Iterable[str]) -> Iterator[str]:
        """The same for an answer that arrives in pieces, which may cut a placeholder in two."""
        pending = ""
        for piece in pieces:
            pending = self.unmask(pending + piece)
            cut = pending.rfind("[", -_LONGEST_PLACEHOLDER if len(pending) > _LONGEST_PLACEHOLDER else 0)
            whole = cut < 0 or "]" in pending[cut:]
            ready, pending = (pending, "") if whole else (pending[:cut], pending[cut:])
            if ready:
                yield ready
        if pending:
            yield pending

    def _replace(self, kind: str, placeholders: set[str], match: re.Match[str]) -> str:
        secret = match[match.lastindex] if match.re is _SAID_PHONE and match.lastindex else match[0]
        if (kind == "card" and not _luhn(secret)) or (kind == "phone" and _DATE.fullmatch(secret)):
            return match[0]
        return match[0].replace(secret, self._placeholder(kind, secret, placeholders))

    def _placeholder(self, kind: str, secret: str, placeholders: set[str]) -> str:
        key = kind, _key(kind, secret)
        if key not in self._placeholders:
            names = (f"[{kind} {number}]" for number in self._numbers[kind])
            new = next(name for name in names if name not in placeholders)
            self._placeholders[key], self.originals[new] = new, secret
        return self._placeholders[key]


def _key(kind: str, secret: str) -> str:
    """Two spellings of one address or number are one secret: case and separators do not count."""
    return secret.lower() if kind == "email" else re.sub(r"\D", "", secret)


def _luhn(number: str) -> bool:
    """Whether the last digit checks the others, as on payment cards (ISO/IEC 7812-1)."""
    digits = [int(sign) for sign in reversed(number) if sign.isdigit()]
    doubled = (sum(divmod(digit * 2, 10)) for digit in digits[1::2])
    return len(set(digits)) > 1 and (sum(digits[::2]) + sum(doubled)) % 10 == 0
