"""What labels that are often wanted look like, for a prototype whose owner has given no examples yet."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from protokit.runtime.pattern_file import PatternFile

if TYPE_CHECKING:
    from protokit.runtime.prototype_fields import Label

_FILE = PatternFile(Path(__file__).with_name("common_labels.yaml"))
_ENOUGH = 0.5
"""The share of the labels that must be among the common ones before any of them is taken for one."""
_MOST_LABELS = 12
"""Of more labels, each is a topic of its own."""
_MEANT = 0.4
"""How alike a description and what a common label says must be for the one to mean the other."""
_WORD = re.compile(r"[^\W_]+")
_STARS = re.compile(r"star|sterne|estrella|étoile|stelle|rating|sentiment|satisf|zufrieden", re.I)


def common_examples(labels: "Sequence[Label]", about: str = "") -> list[tuple[str, int]]:
    """Texts and the place of the label that each would have; none where the labels are of the owner's own making.

    `about` says what is asked of the texts.
    """
    if scale := scale_of(labels):
        told = " ".join([about, *(f"{label.name} {label.description}" for label in labels)])
        return _on_scale(scale) if _STARS.search(told) else []
    return [
        (text, place)
        for place, names in enumerate(common_names(labels))
        for name in names
        for text in _FILE.get(name, "texts")
    ]


def common_names(labels: "Sequence[Label]") -> list[list[str]]:
    """The common labels that each of `labels` is, none where they are of the owner's own making.

    A label that speaks of two ("praise or blame") is both; one whose words are unknown is the one it means.
    """
    chosen = _matched(labels) if len(labels) <= _MOST_LABELS else {}
    if len(chosen) < _ENOUGH * len(labels):
        return [[] for _ in labels]
    chosen |= _meant(labels, chosen)
    taken = set(chosen.values())
    return [
        [*chosen_here, *(name for name in _hits(label.description) if name not in taken)]
        for place, label in enumerate(labels)
        for chosen_here in [[chosen[place]] if place in chosen else []]
    ]


def words_of(name: str) -> frozenset[str]:
    """What the common label of this name is also called, in small letters."""
    return frozenset(_words()[name])


def common_description(name: str) -> str:
    """What texts of a label of this name say, empty where it is no common one."""
    return str(_FILE.get(key, "says") or "") if (key := common_name(name)) else ""


def common_name(name: str) -> str:
    """The common label that a label of this name is, empty where it is none."""
    return _named(name, set())


def scale_of(labels: "Sequence[Label]") -> list[float]:
    """The numbers that the labels are, such as 1 to 5 stars; empty where they are names."""
    try:
        return [float(label.name.split()[0]) for label in labels]
    except (ValueError, IndexError):
        return []


def _on_scale(scale: Sequence[float]) -> list[tuple[str, int]]:
    """The texts of one to five stars, each with the nearest step of `scale`."""
    low, high = min(scale), max(scale)
    steps = [low + (high - low) * stars / 4 for stars in range(5)]
    nearest = [_nearest(scale, step) for step in steps]
    return [
        (text, at) for stars, at in enumerate(nearest, 1) for text in _FILE.get(f"stars_{stars}", "texts")
    ]


def _nearest(scale: Sequence[float], step: float) -> int:
    return min(range(len(scale)), key=lambda at: abs(scale[at] - step))


def _matched(labels: "Sequence[Label]") -> dict[int, str]:
    """The common label of each label by its place: by its name first, then by what its description says."""
    chosen: dict[int, str] = {}
    for described in (False, True):
        for place, label in enumerate(labels):
            told = label.description if described else label.name
            if place not in chosen and (name := _named(told, set(chosen.values()))):
                chosen[place] = name
    return chosen


def _named(told: str, taken: set[str]) -> str:
    """The common label that `told` speaks of most, empty where it speaks of none."""
    hits = {name: count for name, count in _hits(told).items() if name not in taken}
    return max(hits, key=hits.__getitem__, default="")


def _hits(told: str) -> dict[str, int]:
    """How many words of `told` speak of each common label, those of which it does."""
    plain = f" {' '.join(_WORD.findall(told.lower()))} "
    counts = {
        name: sum(1 + word.count(" ") for word in words if f" {word} " in plain)
        for name, words in _words().items()
    }
    return {name: count for name, count in counts.items() if count}


def _meant(labels: "Sequence[Label]", chosen: Mapping[int, str]) -> dict[int, str]:
    """The common label that each of the other labels means by its description, by its place."""
    from protokit.runtime.classification.text_views import meaning_likeness

    says = {name: _FILE.get(name)["says"] for name in _words() if "says" in _FILE.get(name)}
    rest = [place for place in range(len(labels)) if place not in chosen and labels[place].description]
    free = [name for name in says if name not in chosen.values()]
    if not rest or not free:
        return {}
    told = [labels[place].description for place in rest]
    likeness = meaning_likeness(told, [says[name] for name in free])
    best = {place: int(row.argmax()) for place, row in zip(rest, likeness, strict=True)}
    return {
        place: free[at]
        for (place, at), row in zip(best.items(), likeness, strict=True)
        if row[at] > _MEANT and row[at] == likeness[:, at].max()
    }


@cache
def _words() -> Mapping[str, list[str]]:
    common: Any = _FILE.get()
    return {name: [word.lower() for word in about["words"]] for name, about in common.items()}
