"""Every word that an agent says of its own, in the language of its page."""

from functools import cache
from pathlib import Path

import msgspec
import yaml


class AgentTexts(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The texts in one language; agent_texts.yaml beside this file shows each. What stands in {braces} is put in."""

    approve: str
    decline: str
    undo: str
    simulation: str
    log: str
    nothing_yet: str
    system: str
    need: str
    which_day: str
    what_time: str
    how_many: str
    noted: str
    changed: str
    card: str
    say_approve: str
    done: str
    already: str
    declined: str
    undone: str
    cannot_undo: str
    not_open: str
    failed: str
    past: str
    at_least: str
    at_most: str
    no_such: str
    taken: str
    free: str
    free_choices: str
    none_free: str
    which_action: str
    thanks: str
    nothing_found: str
    open_card: str
    done_state: str
    undone_state: str
    declined_state: str
    failed_state: str
    action: str
    field: str
    value: str
    say_it: str
    fill_in: str
    no_steps: str
    too_dear: str


@cache
def agent_texts(language: str) -> AgentTexts:
    """The texts in `language` (ISO 639-1), in English where there are none."""
    texts = _all()
    return texts.get(language, texts["en"])


def agent_languages() -> list[str]:
    """The languages that an agent speaks."""
    return list(_all())


@cache
def _all() -> dict[str, AgentTexts]:
    text = Path(__file__).with_name("agent_texts.yaml").read_text(encoding="utf-8")
    return msgspec.convert(yaml.safe_load(text), dict[str, AgentTexts])
