"""Keeps e-mail addresses, phone, card and account numbers here: masked on the way out, put back on the way in."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import count

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}(?![\w-])")
# Every place at which one may begin; where it ends, its check digits tell.
_IBAN = re.compile(r"(?<![\w.-])(?=([A-Za-z]{2}\d{2}(?:[ \u00a0-]?[A-Za-z0-9]){11,30}))")
# One that is called so is one, mistyped or not.
_SAID_IBAN = re.compile(
    r"(?i:\biban)\W{0,3}(?:(?:is|ist|no|nr)\W{1,2})?([A-Z]{2}\d{2}"
    r"(?:[ \u00a0-]?[A-Z0-9]{4}){2,7}(?:[ \u00a0-]?[A-Z0-9]{1,3})?)(?!\w)"
)
# Cards begin with the digits of those who issue them; an order number seldom does.
_CARD = re.compile(r"(?<![\w.-])(?=((?:3[04-9]|4\d|5[0-8]|6\d|2[2-7])(?:[ .\u00a0-]?\d){10,20}))")
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
_ORDER = re.compile(
    r"(?i)(?:\b(?:orders?|invoices?|tickets?|bookings?|articles?|sku|ean|isbn|tracking|bestell\w*|auftr[aä]g\w*|rechnung\w*"
    r"|artikel\w*|commande|facture|pedido|factura|ordine|fattura)(?:\W{0,3}(?:numbers?|no|nr|num|id|nummer|n)\b)?"
    r"|\b(?:customer|case|contract|policy|item|part|serial|reference|kunden|vertrags)\W{0,3}(?:number|no|nr|id|nummer)\b)"
    r"[^\w+]{0,3}(?:(?:is|was|ist|war)\W{1,2})?\Z"
)
"""What stands before the number of a thing, which looks like a phone's."""
_PLACEHOLDER = re.compile(r"\[(?:email|phone|card|iban) \d+\]")
_KINDS = (("email", _EMAIL), ("phone", _PHONE), ("phone", _SAID_PHONE))
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
        """`text` with every e-mail address, IBAN and card number (by their check digits) and phone number replaced."""
        placeholders = set(_PLACEHOLDER.findall(text)) - self.originals.keys()
        for kind, pattern, checks in _CHECKED:
            parts, at = list[str](), 0
            for start, end in _checked(text, pattern, checks):
                parts += [text[at:start], self._placeholder(kind, text[start:end], placeholders)]
                at = end
            text = "".join([*parts, text[at:]])
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
        thing = not secret.startswith("+") and _ORDER.search(
            match.string, max(0, match.start() - 60), match.start()
        )
        if kind == "phone" and (_DATE.fullmatch(secret) or thing):
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
    return secret.lower() if kind == "email" else re.sub(r"[^\dA-Z]", "", secret.upper())


def _checked(text: str, pattern: re.Pattern[str], checks: Callable[[str], bool]) -> Iterator[tuple[int, int]]:
    """Where the numbers that `checks` lets pass stand, each as long as it can be and ending where a group does."""
    behind = 0
    for match in pattern.finditer(text):
        start = match.start(1)
        ends = [end for end in range(match.end(1), start, -1) if not text[end : end + 1].isalnum()]
        end = next(
            (end for end in ends if start >= behind and checks(text[start:end].rstrip(" .-\u00a0"))), 0
        )
        if end:
            behind = start + len(text[start:end].rstrip(" .-\u00a0"))
            yield start, behind


def _is_card(number: str) -> bool:
    """Whether the last digit checks the others, as on payment cards (ISO/IEC 7812-1)."""
    digits = [int(sign) for sign in reversed(number) if sign.isdigit()]
    doubled = (sum(divmod(digit * 2, 10)) for digit in digits[1::2])
    valid = (sum(digits[::2]) + sum(doubled)) % 10 == 0
    return 12 <= len(digits) <= 19 and len(set(digits)) > 1 and valid


def _is_iban(number: str) -> bool:
    """Whether its check digits fit (ISO 13616)."""
    signs = re.sub(r"[^0-9A-Z]", "", number.upper())
    turned = signs[4:] + signs[:4]
    return 15 <= len(signs) <= 34 and int("".join(str(int(sign, 36)) for sign in turned)) % 97 == 1


_CHECKED = (("iban", _IBAN, _is_iban), ("iban", _SAID_IBAN, bool), ("card", _CARD, _is_card))
