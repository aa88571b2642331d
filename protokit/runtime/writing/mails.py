"""Mails in the input's own words: what a meeting decided and who does what, and a reply that quotes the terms."""

import re

from protokit.runtime.summarization import extractive_summary
from protokit.runtime.writing.shape_text import ShapeInput, pattern, plain_line, shortened

_POINTS = {"short": 3, "medium": 6, "long": 12}
_GREETING = re.compile(
    r"^(?:hi|hello|dear|hey|hallo|hola|bonjour|guten tag|liebe\w*)\b[^.!?]{0,40}[,.!]?$", re.IGNORECASE
)


def meeting_mail(source: ShapeInput) -> str:
    """Subject, what was agreed, what is to do by whom until when, what stays open."""
    words = source.words
    agreed = [each for each in source.sentences if pattern("decided").search(each) and not each.endswith("?")]
    actions = [point.text for point in extractive_summary(source.text, shape="actions").points]
    questions = [
        each
        for each in source.sentences
        if each.endswith("?")
        or re.search(r"\b(?:open question|to be decided|tbd|offen|pendiente)\b", each, re.IGNORECASE)
    ]
    actions = [each for each in actions if each not in agreed]
    if not (agreed or actions or questions):
        agreed = [point.text for point in extractive_summary(source.text, length="short").points]
    blocks = [
        (words["agreed"], agreed[: _POINTS[source.length]]),
        (words["actions"], actions),
        (words["open"], questions[: _POINTS[source.length]]),
    ]
    told = [f"**{name}**\n\n" + "\n".join(f"- {each}" for each in lines) for name, lines in blocks if lines]
    subject = (
        source.value("subject", "topic", "meeting", "betreff")
        or next((heading for heading, _ in source.sections if heading), "")
        or shortened(next(iter(source.sentences), ""), 8)
    )
    head = f"{words['subject']}: {subject.rstrip(' .:')}"
    return (
        "\n\n".join([head, f"{_manner(source, 'hello')} {words['notes_of']}", *told, _manner(source, "bye")])
        if told
        else ""
    )


def reply(source: ShapeInput) -> str:
    """Thanks, what was asked, and what the owner's documents say about it, word for word."""
    words = source.words
    name = source.value("name", "customer", "from", "kunde", "cliente", "client")
    asked = [each for each in source.sentences if each.endswith("?")] or [
        each for each in source.sentences if not _GREETING.match(each)
    ]
    hello = _manner(source, "hello")
    if name:
        hello = re.sub(
            r"(?: all| everyone| zusammen| a todos| à tous)?(?=[,:]$)",
            f" {name}",
            hello.replace("Dear all", "Dear"),
        )
    quoted = [
        f"> {plain_line(each)}"
        for each in source.policy[: {"short": 1, "medium": 2, "long": 4}[source.length]]
    ]
    blocks = [hello, words["thanks"]]
    if asked:
        blocks.append(f"{words['you_wrote']} “{shortened(asked[0], 40)}”")
    blocks.append(f"{words['policy']}\n\n" + "\n>\n".join(quoted) if quoted else words["no_policy"])
    return "\n\n".join([*blocks, _manner(source, "bye")])


def _manner(source: ShapeInput, name: str) -> str:
    by_tone: dict[str, str] = source.words[name]
    return by_tone.get(source.tone) or by_tone["neutral"]
