"""Finds the labels that a line wants texts to get: named in it, a scale, or what it speaks of."""

import re
from pathlib import Path

from protokit.runtime.classification.common_labels import common_description
from protokit.runtime.pattern_file import PatternFile
from protokit.runtime.prototype_fields import Label

_FILE = PatternFile(Path(__file__).with_name("labels.yaml"))
_MOST_WORDS, _MOST_LABELS = 4, 30
_MOST_STEPS = 10


def find_steps(prompt: str) -> tuple[Label, ...]:
    """The steps of the scale that the cleaned `prompt` scores texts on, 1 to 5 where it names none."""
    return tuple(Label(name=name) for name in _steps(prompt) or "12345")


def find_labels(prompt: str) -> tuple[Label, ...]:
    """Return the labels for the cleaned `prompt`; the usual ones of messages where it names none, and none where it
    wants to know the themes of the texts."""
    names = _listed(prompt) or _steps(prompt)
    if not names and re.search(_FILE.get("unknown"), prompt, re.IGNORECASE):
        return ()
    names = names or _theme(prompt) or _FILE.get("usual")
    stars = bool(re.search(_FILE.get("stars"), prompt, re.IGNORECASE))
    return tuple(Label(name=name, description=_description(name, names, stars)) for name in names)


def several_labels(prompt: str) -> bool:
    """Whether the line says that a text may have several labels."""
    return bool(re.search(_FILE.get("several"), prompt, re.IGNORECASE))


def _listed(prompt: str) -> list[str]:
    """The labels that stand in a list: behind a colon, in brackets, with strokes, or after "into" and the like."""
    after = _FILE.get("after")
    leads = "|".join(_FILE.get("before"))
    for pattern in (
        r":\s*(?P<list>.+)$",
        r"\((?P<list>[^)]+)\)",
        r"(?P<list>[^\s/]+(?:\s/\s|/)[^\s/]+(?:(?:\s/\s|/)[^\s/,.]+)+|\S+ / \S+(?: / \S+)*)",
        rf"\b(?:{leads})(?P<list>.+?){after}",
    ):
        for match in re.finditer(pattern, prompt, re.IGNORECASE):
            if len(names := _names(match["list"])) > 1:
                return names
    named = [name for name in re.findall(r'["“«]([^"”»]{1,60})["”»]', prompt) if name.strip()]
    return _unique(named) if len(named) > 1 else []


def _names(listed: str) -> list[str]:
    """The labels in a list; none where one of its parts is no label but a sentence."""
    parts = [part.strip(" .\"'“”«»()") for part in re.split(_FILE.get("and"), listed, flags=re.IGNORECASE)]
    parts = [part for part in parts if part]
    if parts and parts[-1].lower() in ("not", "no", "nicht", "pas"):  # "as spam or not"
        parts[-1] = f"{parts[-1]} {parts[0]}"
    labels = [part for part in parts if not re.match(_FILE.get("no_label"), part, re.IGNORECASE)]
    if any(len(part.split()) > _MOST_WORDS or len(part) > 60 for part in labels):
        return []
    return _unique(labels)[:_MOST_LABELS]


def _steps(prompt: str) -> list[str]:
    """The steps of a scale, "1" to "5"."""
    if match := re.search(_FILE.get("scale"), prompt, re.IGNORECASE):
        low, high = int(match[1]), int(match[2])
        if low < high <= low + _MOST_STEPS:
            return [str(step) for step in range(low, high + 1)]
    if (match := re.search(_FILE.get("letters"), prompt)) and (letters := _letters(match[1], match[2])):
        return letters
    return list("12345") if re.search(_FILE.get("stars"), prompt, re.IGNORECASE) else []


def _letters(first: str, last: str) -> list[str]:
    """The grades from one letter to the other, A first."""
    low, high = sorted((first, last))
    return [chr(at) for at in range(ord(low), ord(high) + 1)] if low == "A" else []


def _theme(prompt: str) -> list[str]:
    for theme in _FILE.get("themes"):
        if re.search(theme["when"], prompt, re.IGNORECASE):
            return list(theme["labels"])
    return []


def _description(name: str, names: list[str], stars: bool) -> str:
    if name.isdigit():
        return f"{name} of {names[-1]} stars" if stars else f"{name} on a scale of {names[0]} to {names[-1]}"
    return _FILE.get("descriptions").get(name.lower()) or common_description(name)


def _unique(names: list[str]) -> list[str]:
    return list({name.lower(): name for name in reversed(names)}.values())[::-1]
