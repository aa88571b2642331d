"""User stories with acceptance criteria from a request or a description, in its own words: who, what and why."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from protokit.runtime.writing.shape_text import (
    ShapeInput,
    clause,
    pattern,
    plain_line,
    running,
    sentence_case,
    shortened,
)
from protokit.runtime.writing.text_measures import words_of

_CRITERIA = {"short": 3, "medium": 8, "long": 20}
_ROOM = 56
"""The most words of a story."""
_MARKUP = re.compile(
    r"!?\[(?P<text>[^\]]*)\]\([^)]*\)|https?://\S+|<[^>\n]+>|`{3}.*?(?:`{3}|\Z)|\*\*|__|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)",
    re.DOTALL,
)
_AUXILIARY = re.compile(r"^(?:to )?(?:be able to |have the (?:ability|option) to )", re.IGNORECASE)


class UserStory(NamedTuple):
    """One story, each part in the input's words; "" where it says nothing."""

    who: str
    what: str
    why: str


def user_stories(source: ShapeInput) -> str:
    """A story for each thing that somebody wants, and the conditions that the input states for it."""
    text = source.words
    stories = _stories(source)
    room = min(_ROOM, (source.most_words or _ROOM) - 2)
    lines = [_told(story, source, room) for story in stories]
    if not source.criteria:
        return "\n\n".join(lines)
    criteria = _criteria(source, stories)[: _CRITERIA[source.length]]
    listed = "\n".join(f"- [ ] {each}" for each in criteria) if criteria else text["none_stated"]
    whole = "\n\n".join([*lines, f"**{text['criteria']}**", listed])
    short = source.most_words is not None and len(words_of(whole)) > source.most_words
    return "\n\n".join(lines) if short else whole


def _told(story: UserStory, source: ShapeInput, room: int) -> str:
    text = source.words
    who, what = story.who or text["who"], shortened(story.what, max(8, room // 2))
    left = room - len(f"{who} {what}".split()) - 9
    why = _closed(shortened(story.why, max(5, left))) or text["unstated"]
    told: str = text["story"].format(who=who, what=what, why=why)
    told = re.sub(r"\b([Aa]s) a (?=[aeiouAEIOU](?!ser))", r"\1 an ", told)
    return re.sub(r"(?<=[)”“»….!?])\.$", "", told)


def _closed(text: str) -> str:
    """A quotation that was cut short, with its mark at the end."""
    for opening, closing in ("“”", "„“", "«»"):
        if opening in text and not text.endswith(closing) and text.endswith("…"):
            return text + closing
    return text


def _stories(source: ShapeInput) -> list[UserStory]:
    """Those that several people or several wishes make; else one for the whole."""
    sentences = [each for each in map(_plain, source.sentences) if each and not pattern("noise").match(each)]
    title = _title(source)
    listed = {_plain(line) for line in source.listed}
    told = [each for each in sentences if each not in listed] or sentences
    named = [story for each in told if (story := _of_person(each, source.words))]
    unique = list({(story.who, story.what): story for story in named}.values())
    if len(unique) > 1 and not source.value("title"):
        return [story._replace(why=story.why or "") for story in unique]
    body = [each for each in sentences if _key(re.sub(pattern("tag"), "", each)) != _key(title)]
    who = unique[0].who if unique else _people(source.value("who", "role", "audience", "for whom") or "")
    words = source.words
    title, reason = _apart(title, words)
    what = _wish_of_title(title, words) or _wish(body) or _wish_as_named(title, words)
    if unique and (not title or title.casefold() == sentences[0].casefold()):
        what = unique[0].what
    why = (unique[0].why if unique else "") or reason
    return [UserStory(who, what, why or _why(body, what, words))]


def _title(source: ShapeInput) -> str:
    """What the request is called: its first line, without tags; of a line of several sentences the first."""
    first = source.value("title") or next(
        (heading or plain_line(lines[0]) for heading, lines in source.sections if heading or lines), ""
    )
    line = _plain(first)
    line = next((each for each in map(_plain, source.sentences[:1]) if each and line.startswith(each)), line)
    return re.sub(pattern("tag"), "", re.sub(pattern("tag"), "", line))


def _plain(text: str) -> str:
    return " ".join(_MARKUP.sub(lambda match: match["text"] or " ", text).split()).strip(" *_`")


def _of_person(sentence: str, words: Mapping[str, str]) -> UserStory | None:
    """A sentence that says who can or should do what: "Guests can book a room so that ..."."""
    match = pattern("wants").search(sentence)
    if match is None or match.start() > 12:
        return None
    person = pattern("people").search(match["who"])
    if person is None or person.end() != len(match["who"]):
        return None
    if _is_burden(sentence):
        return None
    what, why = _apart(match["what"], words)
    return UserStory(_singular(person["who"]), f"to {running(what)}", why)


def _is_burden(sentence: str) -> bool:
    """Whether what somebody must do is what they complain of: "Users must log in again every time"."""
    return bool(re.search(r"\b(?:must|ha(?:s|ve) to|needs? to)\b", sentence)) and bool(
        pattern("burden").search(sentence)
    )


def _apart(what: str, words: Mapping[str, str]) -> tuple[str, str]:
    """What is wanted, and why where the same sentence says it."""
    for name in ("why", "in_order", "because"):
        if match := pattern(name).search(what):
            why = clause(match["why"])
            told = {"in_order": f"I can {why}", "because": words["no_longer"].format(quote=why)}.get(
                name, why
            )
            return clause(what[: match.start()]), told
    return clause(what), ""


def _singular(word: str) -> str:
    word = word.lower()
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _people(text: str) -> str:
    match = pattern("people").search(text)
    return _singular(match["who"]) if match else clause(running(re.sub(r"^(?:an?|the) ", "", text)))


def _wish_of_title(title: str, words: Mapping[str, str]) -> str:
    """What the title asks for, as the object of "I want"; "" where it asks for nothing."""
    title = clause(re.sub(r"^(?:i |we )?(?:need|want)s? (?=add|to )", "", title, flags=re.IGNORECASE))
    if re.match(r"to \w", title):
        return running(title)
    for name in ("ask_can", "ask_way"):
        if match := pattern(name).match(title):
            what = clause(match["what"])
            return running(what) if name == "ask_way" or what.startswith("to ") else f"to {running(what)}"
    if match := re.match(r"(?:allow|enable|support)(?:ing)? (?P<what>\w+ing\b.+)", title, re.IGNORECASE):
        return words["possible"].format(what=running(clause(match["what"])))
    if match := pattern("ask_support").match(title):
        return words["support_for"].format(what=running(clause(match["what"])))
    if match := pattern("ask_add").match(title):
        moved = re.search(r"\b(?:to|into|for)\b", match["what"]) and re.match(
            r"add|introduce|implement", title, re.IGNORECASE
        )
        return words["product_to"].format(what=running(title)) if moved else running(clause(match["what"]))
    return words["product_to"].format(what=running(title)) if pattern("ask_verb").match(title) else ""


def _wish_as_named(title: str, words: Mapping[str, str]) -> str:
    """A title that asks for nothing by itself, as the object of "I want": a thing, a question, something amiss."""
    if title.rstrip().endswith("?"):
        return words["know"].format(what=title.strip())
    plain = clause(title)
    if pattern("amiss").search(plain) or _is_burden(plain):
        return words["solved"].format(what=plain)
    return (
        words["this"].format(what=plain)
        if re.match(r"(?:when|if|after|while)\b", plain, re.IGNORECASE) or pattern("duty").search(plain)
        else running(plain)
    )


def _wish(sentences: list[str]) -> str:
    """What the request's body asks for; "" where its words do not fit behind "I want"."""
    for name in ("i_want", "nice"):
        for sentence in sentences:
            match = pattern(name).search(sentence)
            if match is None or re.search(
                r"(?:don.t|not|never) ", sentence[: match.end()][-30:], re.IGNORECASE
            ):
                continue
            what = next(
                (
                    clause(match["what"][: cut.start()])
                    for name in ("why", "in_order", "because")
                    if (cut := pattern(name).search(match["what"]))
                ),
                clause(match["what"]),
            )
            head = sentence[match.start() : match.start("what")]
            if len(what.split()) < 3:
                continue
            if re.search(r"\bto $|\b(?:could|can|be able to) $", head):
                return f"to {_AUXILIARY.sub('', running(what))}"
            if re.match(r"(?:an?|the|some|more|support|to|it to|that)\b", what, re.IGNORECASE):
                return running(what)
    return ""


def _why(body: list[str], what: str, words: Mapping[str, str]) -> str:
    """The reason in the request's words: a purpose, else the trouble that it tells of, quoted."""
    for sentence in body:
        if (match := pattern("why").search(sentence)) and len(match["why"].split()) > 2:
            return clause(match["why"])
        if match := pattern("allow").search(sentence):
            whom = {"us": "we", "me": "I", "them": "they"}.get(match["whom"], match["whom"])
            return f"{whom} can {clause(match['why'])}"
    for sentence in body:
        if match := pattern("because").search(sentence):
            return words["as_said"].format(quote=clause(match["why"]))
    wish = _key(what)
    told = [
        each
        for each in body
        if len(each.split()) > 3 and not (wish and (wish in _key(each) or _key(each) in wish))
    ]
    plain = [each for each in told if not each.endswith("?")]
    if troubles := [each for each in plain if pattern("trouble").search(each) or _is_burden(each)]:
        return words["no_longer"].format(quote=clause(troubles[0]))
    quote = next(iter(plain or told), "")
    return words["as_said"].format(quote=clause(quote)) if quote else ""


def _key(text: str) -> str:
    return " ".join(re.findall(r"\w+", re.sub(r"^(?:to|it to|this|a|an|the) ", "", text.casefold())))


def _is_change(line: str) -> bool:
    """Whether a line tells what was done, not what is wanted."""
    match = pattern("commit").match(line)
    return bool(match and match["kind"]) or pattern("removed").search(line) is not None


def _criteria(source: ShapeInput, stories: list[UserStory]) -> list[str]:
    """What the input says must hold: its list, and what "must" and "should" say."""
    used = " ".join(f"{story.what} {story.why}" for story in stories).casefold()
    told = [each for each in source.sentences if _of_person(_plain(each), source.words) is None]
    duties = [
        _plain(each) for each in told if pattern("duty").search(each) and not pattern("noise").match(each)
    ]
    listed = [_plain(each) for each in source.listed if not _is_change(each)]
    every = [
        sentence_case(clause(each))
        for each in (*listed, *duties)
        if len(each.split()) > 2 and not each.endswith("?")
    ]
    unique = list(dict.fromkeys(every))
    return [each for each in unique if each.casefold() not in used]
