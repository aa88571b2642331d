"""Who speaks in a dialogue or in minutes: "Anna: ...", "#Person1#: ...", "[10:02] ANNA (Sales): ..."."""

import re
from collections import Counter
from dataclasses import replace
from itertools import groupby

from protokit.runtime.condensing.units import Unit
from vectorstore.sentences import Span

_LABEL = re.compile(
    r"(?:[\[(]?\d[\d/.,:\-\s]{2,22}(?:[ap]\.?m\.?)?[\])]?\s*[-–]?\s*)?"  # a time or date
    r"(?:\*\*|__)?(?P<name>#\w+#|@?[^\W\d_a-z][\w.'’\-]*(?:[ \t][\w.'’\-]+){0,3})"
    r"(?:\s*[(（\[][^)）\]\n]{1,30}[)）\]])?\s*(?:\*\*|__)?\s?[:：](?:\*\*|__)?(?=\s|$|[^\x00-\x7f])\s*",
    re.IGNORECASE,
)
_FIELDS = frozenset(
    """date time where when subject from to cc bcc sent attendees present apologies absent location venue place
    note notes action actions todo agenda item topic decision decisions owner due deadline summary status warning
    tip example source title author version ai re fw fwd aw wg datum zeit betreff von an anwesend teilnehmer ort
    aufgabe aufgaben beschluss hinweis thema fecha hora asunto para asistentes lugar acuerdo acuerdos tarea tareas
    nota objet présents lieu décision décisions tâche tâches heure 日期 时间 地点 主题 参会人员 出席 议题 决定 待办
    发件人 收件人 备注 任务 行动项 注意""".split()
)


def with_speakers(text: str, units: list[Unit]) -> list[Unit]:
    """`units` with the speaker of each turn, if `text` is a dialogue; else `units` as they are.

    It is one if at least two names open lines, one of them again, and such lines are a quarter of all.
    """
    found = {index: label for index, unit in enumerate(units) if (label := _label(text, unit))}
    names = Counter(label["name"] for label in found.values())
    lines = sum(unit.opens_line and unit.kind != "noise" for unit in units)
    if len(names) < 2 or max(names.values()) < 2 or len(found) * 4 < lines:
        return units
    marked: list[Unit] = []
    speaker, label = "", None
    for index, unit in enumerate(units):
        if match := found.get(index):
            speaker, label = match["name"], Span(unit.start, unit.start + len(match[0].rstrip()))
            unit = _behind(text, unit, unit.start + match.end())
        elif unit.kind == "heading" or (unit.opens_paragraph and unit.kind != "prose"):
            speaker, label = "", None
        marked.append(replace(unit, speaker=speaker, label=label))
    return marked


def _label(text: str, unit: Unit) -> re.Match[str] | None:
    if not unit.opens_line or unit.kind in ("noise", "row"):
        return None
    match = _LABEL.match(text[unit.start : unit.end])
    if match is None or match["name"].lower() in _FIELDS or match["name"][0].islower():
        return None
    return match


def _behind(text: str, unit: Unit, start: int) -> Unit:
    """What the unit says after its label; a label alone on its line says nothing itself."""
    rest = " ".join(text[start : unit.end].split())
    if not rest:
        return replace(unit.as_noise(), text="")
    return replace(unit, start=start, text=rest, kind="prose")


def turns(units: list[Unit]) -> list[list[Unit]]:
    """The units grouped by turn; outside a dialogue each is a group of its own."""
    return [
        list(group)
        for _, group in groupby(units, key=lambda unit: unit.label or unit.span)
    ]
