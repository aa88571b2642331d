"""What could be made of a line that no blueprint serves as it stands, so that no answer ends with a no."""

from collections.abc import Iterator
from dataclasses import dataclass

from protokit.catalog import lookup
from protokit.catalog.blueprint import Blueprint
from protokit.catalog.page_phrases import read_page_phrases
from protokit.drafting.draft import language_of
from protokit.drafting.router import RoutingDecision, weights
from protokit.drafting.topic import find_topic
from protokit.errors import PromptProblem
from vectorstore.text.plain_words import words

_MOST = 3


@dataclass(frozen=True, slots=True)
class Alternative:
    """One thing that could be made instead."""

    line: str
    """What to type for it: the line itself where the nearest blueprint takes it."""
    blueprint: str
    title: str
    pitch: str
    would_not: str = ""
    """What of the line it would not do, after "It would not"; empty for an example."""


class NotServed(PromptProblem):
    """No blueprint serves a line; `alternatives`, the likeliest first, are what could be made."""

    def __init__(self, prompt: str, choice: RoutingDecision) -> None:
        self.choice, self.alternatives = choice, alternatives(prompt, choice)
        super().__init__(_what(choice), fix=_fix(self.alternatives))


def alternatives(prompt: str, choice: RoutingDecision) -> tuple[Alternative, ...]:
    """Return the nearest blueprint for a line that asks for a kind beyond, three example lines for an unclear one.

    Examples speak of what the line is about, where it tells, and in its language.
    """
    served = lookup.blueprints()
    beyond = choice.beyond
    if beyond and beyond.nearest and (card := served.get(beyond.nearest)):
        return (Alternative(prompt, card.name, card.title, card.pitch, beyond.would_not or ""),)
    ranked = [name for name, _ in choice.considered if name in served]
    cards = [served[name] for name in dict.fromkeys([*ranked, *served])][:_MOST]
    return tuple(
        Alternative(line, card.name, card.title, card.pitch)
        for card, line in zip(cards, _examples(prompt, cards), strict=True)
    )


def _examples(prompt: str, cards: list[Blueprint]) -> Iterator[str]:
    """A line for each of `cards`: about the topic of `prompt`, else an example of its own, in the same language."""
    language = language_of(prompt)
    for card in cards:
        topic = _topic(prompt, card) if language == "en" and card.request_line else ""
        own = next((example for example in card.examples if language_of(example) == language), "")
        yield card.request_line.format(topic=topic) if topic else own or card.examples[0]


def _topic(prompt: str, card: Blueprint) -> str:
    """What a line is about, where it has words that are known: "hr" and not "asdf"."""
    topic = find_topic(prompt, None, read_page_phrases(card, "en"), None, "en")
    known = any(weights().row(word) for word in words(topic.title))
    return topic.subject if known else ""


def _what(choice: RoutingDecision) -> str:
    beyond = choice.beyond
    if beyond is None or not beyond.nearest:
        return "I could not tell what this should do"
    card = lookup.find_blueprint(beyond.nearest)
    nearest = f" The nearest is a {card.title.lower()}, which would not {beyond.would_not}."
    return f"this asks for {beyond.title}. {beyond.why.rstrip('.')}.{nearest}"


def _fix(instead: tuple[Alternative, ...]) -> str:
    if len(instead) == 1:
        return f"To make that: --blueprint {instead[0].blueprint}"
    lines = ", ".join(f"\u201c{each.line}\u201d" for each in instead)
    names = ", ".join(sorted(lookup.blueprints()))
    return f"Say who asks and what they get, for example {lines}; or choose with --blueprint ({names})."
