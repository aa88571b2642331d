"""The actions that a line asks for, with a simulated system to try them in: usual ones, else a form of its words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from protokit.drafting.draft_fields import named_fields
from protokit.runtime.agent.form_fields import type_of_name
from protokit.runtime.pattern_file import PatternFile
from protokit.runtime.prototype_fields import Action, ActionField, ActionFieldType
from protokit.runtime.yaml_checks import convert

_FILE = Path(__file__).with_name("actions.yaml")
_ENTRIES = PatternFile(_FILE)
_OPENING = re.compile(
    r"^(?:(?:please |can you |i want |i need |build |make |create |give me )*(?:an? |the )?(?:\w+ )?"
    r"(?:agent|assistant|bot|chatbot|app|tool|prototype)s? (?:that|which|who|to|for|where|with)\s+"
    r"(?:can |lets? \w+ )?|let (?:\w+ ){1,3}?)",
    re.IGNORECASE,
)
_ASKS = re.compile(r"\b(?:asks?(?: for)?|with|collects?|needs?|takes?)\s+(?P<list>[^.;:]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DraftedActions:
    """What can be done in a prototype, and what it starts from."""

    actions: tuple[Action, ...]
    tables: Mapping[str, str]
    """Files below knowledge/: name -> CSV."""
    starters: tuple[str, ...]


def draft_actions(prompt: str) -> DraftedActions | None:
    """The actions for `prompt`; None where those of the blueprint are meant."""
    for entry in _ENTRIES.get():
        if re.search(entry["when"], prompt, re.IGNORECASE):
            return _of_entry(entry) if "actions" in entry else None
    return _of_line(prompt)


def _of_entry(entry: Mapping[str, Any]) -> DraftedActions:
    actions = tuple(convert(Action, each, where=_FILE.name) for each in entry["actions"])
    tables = {f"{name}.csv": text for name, text in entry["tables"].items()}
    return DraftedActions(actions, tables, tuple(entry["starters"]))


def _of_line(prompt: str) -> DraftedActions:
    """One action with the fields that the line names; what, when and for whom where it names none."""
    bare = _OPENING.sub("", prompt).strip(" .")
    match = _ASKS.search(bare)
    names = [name.strip() for name in re.split(r",| and ", match["list"])] if match else named_fields(prompt)
    names = [name for name in names if 0 < len(name.split()) <= 3 and len(name) <= 40]
    doing = (bare[: match.start()] if match and len(names) > 1 else bare).strip(" ,")
    title = " ".join(doing.split()[:7])[:60].strip(" ,") or "Do what is asked"
    title = re.sub(r"\s+(?:and|or|for|with|of|the|a|to|in|by)$", "", title)
    wanted = names if len(names) > 1 else ["request", "date", "name"]
    fields = tuple(ActionField(name=name, type=_type(name)) for name in dict.fromkeys(wanted))
    action = Action(name=title[:1].upper() + title[1:], fields=fields, table="requests", examples=(title,))
    columns = ",".join(each.name for each in fields)
    return DraftedActions((action,), {"requests.csv": f"{columns}\n"}, (title[:1].upper() + title[1:],))


def _type(name: str) -> ActionFieldType:
    return "person" if name == "name" else type_of_name(name)
