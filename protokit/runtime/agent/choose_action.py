"""Which of several actions a message asks for: by the words of its name and examples, and by meaning."""

import re
from collections.abc import Sequence
from functools import lru_cache

from protokit.runtime.prototype_fields import Action

_LEAST, _AHEAD = 0.35, 0.04
"""How alike a message and an action must be at least, and how much more than the next one."""


def choose_action(text: str, actions: Sequence[Action]) -> Action | None:
    """The action that `text` asks for; None where it tells none. With one action it is that one."""
    if len(actions) < 2:
        return actions[0] if actions else None
    ranked = sorted(
        zip(_likeness(text, tuple(map(_told, actions))), actions, strict=True), key=lambda pair: -pair[0]
    )
    (best, action), (second, _) = ranked[:2]
    return action if best >= _LEAST and best - second >= _AHEAD else None


def _told(action: Action) -> tuple[str, ...]:
    return (action.name, *action.examples)


def _likeness(text: str, told: Sequence[tuple[str, ...]]) -> list[float]:
    """For each action how alike its nearest line is, and how many of its telling words stand in `text`."""
    words = set(_words(text))
    vectors = _embed((text, *(line for lines in told for line in lines)))
    scores, at = [], 1
    for lines in told:
        nearest = max(float(vectors[0] @ vectors[at + offset]) for offset in range(len(lines)))
        at += len(lines)
        name = set(_words(lines[0]))
        shared = len(name & words) / max(1, len(name))
        scores.append(0.6 * nearest + 0.4 * shared)
    return scores


def _words(text: str) -> list[str]:
    return [word[:6] for word in re.findall(r"[^\W\d_]{3,}", text.casefold())]


@lru_cache(maxsize=64)
def _embed(texts: tuple[str, ...]):  # type: ignore[no-untyped-def]
    from vectorstore.embeddings.embedder_factory import embedder

    return embedder().embed(list(texts))
