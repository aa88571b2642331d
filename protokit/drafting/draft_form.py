"""Line -> form: what is written from what, the fields it takes, and the rules that become checks."""

import re
from pathlib import Path

from protokit.runtime.pattern_file import PatternFile
from protokit.runtime.prototype_fields import FormField, TextShape
from protokit.runtime.writing.rule_parser import parse_rules

_FILE = PatternFile(Path(__file__).with_name("form.yaml"))
_FROM = re.compile(
    r"\b(?:from|out of|based on|aus|a partir de|à partir (?:de|d['’])|uit|z|da)\s+"
    r"(?:our |the |an? |my |your |its |raw |short |unseren? |der |dem |den |einer? "
    r"|una? |las? |los? |les? |des? |une? )*(?P<what>[^,.;:()]{3,40}?)"
    r"(?=\s+(?:with|for|that|in|so|and|at|to|mit|für|con|para|avec|pour)\b|[,.;:()]|$)",
    re.IGNORECASE,
)


def shape_of(prompt: str) -> TextShape:
    """What `prompt` wants written: the shape that its words name first, else free text."""
    found: list[tuple[int, TextShape]] = []
    for name, words in _FILE.get("shapes").items():
        if match := re.search(words, prompt, re.IGNORECASE):
            found.append((match.start(), name))
    return min(found)[1] if found else "free"


def draft_form(prompt: str) -> dict[str, object]:
    """The fields of a Spec that a writer needs: `writes`, `form` and `text_rules`."""
    shape = shape_of(prompt)
    if re.search(_FILE.get("other_words"), prompt, re.IGNORECASE):
        shape = "free"
    form = [FormField(name=_main(prompt, shape), long=True, required=True)]
    for name in _FILE.get("fields").get(shape, ()):
        form.append(FormField(name=name))
    if audiences := re.findall(r"\b(?:audience|target group)\b", prompt, re.IGNORECASE):
        form.append(FormField(name=audiences[0].capitalize()))
    if listed := re.search(
        r"\b(?:in|into) (?P<list>(?:[A-Z][a-z]+, )+[A-Z][a-z]+,? (?:and|or) [A-Z][a-z]+)\b", prompt
    ):
        names = re.split(r", (?:and |or )?| and | or ", listed["list"])
        form.append(FormField(name="Language", choices=tuple(names)))
    return {"writes": shape, "form": tuple(form), "text_rules": parse_rules(prompt)}


def _main(prompt: str, shape: TextShape) -> str:
    """What the longest field is called: what the line says it is written from, else what the shape takes."""
    if match := _FROM.search(prompt):
        words = match["what"].strip()
        if len(words.split()) < 6 and not re.search(r"\b(?:scratch|which|what)\b", words, re.IGNORECASE):
            return words[0].upper() + words[1:]
    return str(_FILE.get("main").get(shape, "Input"))
