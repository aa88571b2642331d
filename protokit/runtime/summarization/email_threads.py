"""What an e-mail thread says without its header lines, quoted text, greetings and signatures."""

import re
from dataclasses import replace

from protokit.runtime.summarization.content_units import Unit, count_words
from protokit.runtime.summarization.summary_patterns import pattern

_SHORT_LINE = 9


def is_mail(units: list[Unit]) -> bool:
    """Whether there are header lines, or a greeting above and a closing below."""
    if any(_is_header_block(units, index) for index in range(len(units))):
        return True
    content = [unit for unit in units if unit.kind != "noise"]
    closings = [unit for unit in content if unit.opens_line and pattern("closing").match(unit.text)]
    return bool(
        content and closings and content[0].closes_line and pattern("greeting").match(content[0].text)
    )


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
        if state == "header" and not (unit.opens_line and pattern("mail_header").match(unit.text)):
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
    if not (units[index].opens_line and pattern("mail_from").match(units[index].text)):
        return False
    below = units[index + 1 : index + 6]
    return any(unit.opens_line and pattern("mail_header").match(unit.text) for unit in below)


def _sender(unit: Unit) -> str:
    match = pattern("mail_from").match(unit.text)
    return match["sender"].strip(" \"'*,;") if match else ""


def _subject(unit: Unit, seen: set[str]) -> Unit:
    match = pattern("mail_subject").match(unit.text)
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
        or bool(pattern("mail_wrote").match(unit.text) and unit.closes_line)
    )


def _greeted(unit: Unit) -> str | None:
    """The name in a greeting, or in a line such as "Ines," that is nothing but a name; else None."""
    if not (unit.opens_line and unit.closes_line):
        return None
    if greeting := pattern("greeting").match(unit.text):
        return greeting["name"].strip(" ,，")
    name = unit.text.rstrip(",，")
    return name if unit.opens_paragraph and name != unit.text and len(name.split()) <= 2 else None


def _closes(unit: Unit, sender: str) -> bool:
    if not unit.opens_line:
        return False
    if unit.closes_line and sender and unit.text in (sender, sender.split()[0]):
        return True
    return unit.text == "--" or bool(
        pattern("closing").match(unit.text) or pattern("sent_from").match(unit.text)
    )
