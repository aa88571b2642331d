"""Exchanges in a question the phrase that another is parallel to: "the Twin room" for "the Family room"."""

import re

from vectorstore.search.antecedents import names, noun_phrases
from vectorstore.text.languages import FUNCTION_WORDS, guess
from vectorstore.text.terms import SPACELESS, query_words

_PREPOSITIONS = (
    r"\b(?:for|in|at|on|from|to|with|by|of|during|after|before|per|as"
    r"|para|für|pour|bei|mit|von|con|en|à|voor)\b"
)
_PHRASE = re.compile(
    rf"(?P<preposition>{_PREPOSITIONS})\s+(?:(?!{_PREPOSITIONS})[^,.;?!])+(?<!\s)", re.IGNORECASE
)
_ARTICLE = re.compile(
    r"^(?:the|an?|our|your|my|der|die|das|den|dem|ein\w*|le|la|les|un|une|el|los|las|una|il|lo|het|de|een)\s+",
    re.I,
)


def with_parallel_replaced(topic: str, rest: str, *, near: bool = False) -> str:
    """`topic` with the phrase that `rest` is parallel to exchanged for it; empty where there is none.

    `near` asks for a name or a word in common: what else looks parallel may be a search of its own.
    """
    rest = rest.strip().rstrip("?!. ？。")
    if not rest or len(rest.split()) > 6:
        return ""
    if near:
        few = len(query_words(rest)) <= 3 and not _asks(rest)
        return (
            (_of_same_head(topic, rest) or _of_same_beginning(topic, rest) or _by_name(topic, rest))
            if few
            else ""
        )
    return (
        _of_same_preposition(topic, rest)
        or _of_same_head(topic, rest)
        or _of_same_beginning(topic, rest)
        or _by_name(topic, rest)
        or _of_same_article(topic, rest)
    )


def _asks(text: str) -> bool:
    stop = FUNCTION_WORDS.get(guess(text), frozenset()) | FUNCTION_WORDS["en"]
    return text.split()[0].lower() in stop and not _ARTICLE.match(text)


def _of_same_preposition(topic: str, rest: str) -> str:
    """The phrase of the same preposition: "for employees" by "for contractors"."""
    phrase = _PHRASE.fullmatch(rest)
    if not phrase:
        return ""
    old = list(_PHRASE.finditer(topic))
    same = [found for found in old if found["preposition"].lower() == phrase["preposition"].lower()]
    both_named = [found for found in old if names(found.group()) and names(rest)]
    found = next(iter(same or both_named[-1:]), None)
    return topic[: found.start()] + rest + topic[found.end() :] if found else ""


def _of_same_head(topic: str, rest: str) -> str:
    """The phrase that shares a word: "Lantern 500" by "Lantern Gig", "leave" by "sick leave"."""
    bare = _ARTICLE.sub("", rest)
    words = bare.split()
    forms = {form for word in query_words(bare) for form in word.forms}
    for mention in [*noun_phrases(topic), *names(topic)]:
        if len(words) > 1 and forms & {form for word in query_words(mention.text) for form in word.forms}:
            article = "" if mention.named else _article(mention.text)
            return topic[: mention.start] + article + bare + topic[mention.end :]
    head = re.search(rf"(?<![\w-]){re.escape(words[-1])}(?![\w-])", topic, re.IGNORECASE)
    if head is None or len(words) < 2 or words[-1][:1].isdigit():
        return ""
    stop = FUNCTION_WORDS.get(guess(topic), frozenset()) | FUNCTION_WORDS["en"]
    start = head.start()
    for word in reversed(list(re.finditer(r"[\w-]+", topic[:start]))[-2:]):
        if word.group().lower() in stop or topic[word.end() : start].strip():
            break
        start = word.start()
    return topic[:start] + bare + topic[head.end() :]


def _article(phrase: str) -> str:
    found = _ARTICLE.match(phrase)
    return found.group() if found else ""


def _of_same_beginning(topic: str, rest: str) -> str:
    """What begins with the same word and goes on otherwise: "plan Basic" by "plan Premium", 套餐A by 套餐B."""
    bare = _ARTICLE.sub("", rest)
    if re.match(rf"[{SPACELESS}]{{2}}", bare):
        bare = bare.rstrip("呢吗嗎は")
        size = next((n for n in range(len(bare) - 1, 1, -1) if bare[:n] in topic), 0)
        at = topic.find(bare[:size]) if size else -1
        return topic[:at] + bare + topic[at + len(bare) :] if at >= 0 else ""
    first, _, others = bare.partition(" ")
    stop = FUNCTION_WORDS.get(guess(topic), frozenset()) | FUNCTION_WORDS["en"]
    old = re.search(rf"(?<![\w-]){re.escape(first)}\s+(?P<other>[\w-]+)", topic, re.IGNORECASE)
    if not others or first.lower() in stop or old is None or old["other"].lower() in stop:
        return ""
    return topic[: old.start()] + bare + topic[old.end() :]


def _by_name(topic: str, rest: str) -> str:
    """A name by a name: the last one of the topic."""
    bare = _ARTICLE.sub("", rest)
    named = [each for each in names(f"· {bare}") if each.text == bare]
    if not named or not (olds := names(topic)):
        return ""
    words, old = olds[-1].text.split(), olds[-1]
    kept = words[: -len(bare.split())] if guess(topic) == "de" or words[-1][:1].isdigit() else []
    return topic[: old.start] + " ".join([*kept, bare]) + topic[old.end :]


def _of_same_article(topic: str, rest: str) -> str:
    """A noun with its article by one with the same: "What is the deadline?" and "the budget"."""
    article = _ARTICLE.match(rest)
    if not article or names(topic):
        return ""
    kind = article.group().strip().lower().rstrip("n")
    same = [each for each in noun_phrases(topic) if each.text.split()[0].lower().rstrip("n") == kind]
    return topic[: same[-1].start] + rest + topic[same[-1].end :] if same else ""
