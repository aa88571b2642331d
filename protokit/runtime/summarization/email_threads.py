"""What an e-mail thread says without its header lines, quoted text, greetings and signatures."""

import re
from dataclasses import replace

from protokit.runtime.summarization.content_units import Unit, count_words

_FROM = re.compile(
    r"\W{0,3}(?:from|von|de|da|发件人|寄件者|من)\W{0,3}[:：]\W*(?P<sender>[^<\n\[(]+)", re.IGNORECASE
)
_HEADER = re.compile(
    r"\W{0,3}(?:from|to|cc|bcc|date|sent|subject|reply-to|von|an|gesendet|datum|betreff|de|à|a|envoyé|objet|para|"
    r"enviado|fecha|asunto|发件人|收件人|抄送|日期|时间|主题|من|إلى|الموضوع|التاريخ)\W{0,3}[:：]",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"\W{0,3}(?:subject|betreff|objet|asunto|主题|الموضوع)\W{0,3}[:：]\s*(?P<title>.*)", re.IGNORECASE
)
_WROTE = re.compile(
    r".{0,120}(?:\bwrote|schrieb|a écrit|escribió|写道|كتب)(?:\s.{0,60})?\s?[:：]$|-{2,}\s?.{0,40}\s?-{2,}$",
    re.IGNORECASE | re.DOTALL,
)
_GREETING = re.compile(
    r"(?:hi|hello|hey|dear|good (?:morning|afternoon|evening)|hallo|liebe[rs]?|guten (?:tag|morgen)|moin|"
    r"sehr geehrte[rs]?|bonjour|bonsoir|salut|chère?s?|hola|buen[oa]s (?:días|tardes)|estimad[oa]s?|querid[oa]s?|"
    r"ciao|gentile|caro|cara|prezad[oa]s?|olá|beste|您好|你好|各位|大家好|尊敬的|السلام عليكم|مرحبا|عزيزي)"
    r"(?P<name>(?:[\s，,]+[^\s,，:：!！]+){0,5})\s*[,，:：!！.]?$",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"(?:(?:with )?(?:best|kind|warm|many)(?: regards| wishes| thanks)?|regards|thanks(?: again| a lot| so much)?|"
    r"thank you|cheers|sincerely|yours(?: \w+)?|talk soon|(?:mit )?(?:viele|freundlichen?|beste|liebe|herzliche) "
    r"grüßen?|danke|vg|lg|mfg|gruß|cordialement|bien à vous|merci|bien cordialement|à bientôt|(?:un )?saludos?"
    r"(?: cordiales)?|atentamente|gracias|un abrazo|cordiali saluti|grazie|atenciosamente|obrigad[oa]|groeten|"
    r"此致|敬礼|祝好|谢谢|مع التحية|تحياتي|شكرا)[,，.!！]?(?:\s+[^\s.]+){0,3}$",
    re.IGNORECASE,
)
_SENT_FROM = re.compile(
    r"(?:sent from my|get outlook for|von meinem \S+ gesendet|envoyé de mon|enviado desde mi)", re.I
)
_SHORT_LINE = 9


def is_mail(units: list[Unit]) -> bool:
    """Whether there are header lines, or a greeting above and a closing below."""
    if any(_is_header_block(units, index) for index in range(len(units))):
        return True
    spoken = [unit for unit in units if unit.kind != "noise"]
    closings = [unit for unit in spoken if unit.opens_line and _CLOSING.match(unit.text)]
    return bool(spoken and closings and spoken[0].closes_line and _GREETING.match(spoken[0].text))


def read_thread(units: list[Unit]) -> list[Unit]:
    """`units` of an e-mail or a thread with what nobody needs as noise, each with its sender and message number.

    The subject line of each message stays as a heading, once.
    """
    read: list[Unit] = []
    sender, addressee, message, state = "", "", 1, "body"
    subjects: set[str] = set()
    for index, unit in enumerate(units):
        if _is_header_block(units, index):
            message += bool(read)
            sender, addressee, state = _sender(unit), "", "header"
        if state == "header" and not (unit.opens_line and _HEADER.match(unit.text)):
            state = "body"
        kind = unit
        if state == "header":
            kind = _subject(unit, subjects)
        elif _quotes(unit):
            kind = unit.as_noise()
        elif (name := _greeted(unit)) is not None:
            addressee, kind = name, unit.as_noise()
        elif state == "signature" and count_words(unit.text) < _SHORT_LINE:
            kind = unit.as_noise()
        elif _closes(unit, sender):
            state, kind = "signature", unit.as_noise()
        elif state == "signature":
            state = "body"
        read.append(replace(kind, speaker=sender, addressee=addressee, message=message))
    return read


def _is_header_block(units: list[Unit], index: int) -> bool:
    if not (units[index].opens_line and _FROM.match(units[index].text)):
        return False
    below = units[index + 1 : index + 6]
    return any(unit.opens_line and _HEADER.match(unit.text) for unit in below)


def _sender(unit: Unit) -> str:
    match = _FROM.match(unit.text)
    return match["sender"].strip(" \"'*,;") if match else ""


def _subject(unit: Unit, seen: set[str]) -> Unit:
    match = _SUBJECT.match(unit.text)
    if not match:
        return unit.as_noise()
    title = re.sub(
        r"^(?:(?:re|fwd?|aw|wg|rv|tr|回复|转发)\s*[:：]\s*)+", "", match["title"].strip(), flags=re.IGNORECASE
    )
    if not title or title in seen:
        return unit.as_noise()
    seen.add(title)
    return replace(unit, kind="heading", level=9, start=unit.end - len(title), text=title)


def _quotes(unit: Unit) -> bool:
    return (
        unit.mark.startswith(">")
        or unit.text.startswith(">")
        or bool(_WROTE.match(unit.text) and unit.closes_line)
    )


def _greeted(unit: Unit) -> str | None:
    """The name in a greeting, or in a line such as "Ines," that is nothing but a name; else None."""
    if not (unit.opens_line and unit.closes_line):
        return None
    if greeting := _GREETING.match(unit.text):
        return greeting["name"].strip(" ,，")
    name = unit.text.rstrip(",，")
    return name if unit.opens_paragraph and name != unit.text and len(name.split()) <= 2 else None


def _closes(unit: Unit, sender: str) -> bool:
    if not unit.opens_line:
        return False
    if unit.closes_line and sender and unit.text in (sender, sender.split()[0]):
        return True
    return unit.text == "--" or bool(_CLOSING.match(unit.text) or _SENT_FROM.match(unit.text))
