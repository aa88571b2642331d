"""A recorded session as one file that plays itself: no server, no model and no network are needed."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from html import escape
from pathlib import Path

from protokit.errors import FolderProblem
from protokit.files.layout import EVENTS_FILE
from protokit.prototype.prototype_folder import Prototype
from protokit.runtime.usage.event_table import Event
from protokit.runtime.usage.events import EventLog

_OWN = ("owner",)
_LONGEST_PAUSE = 4.0
"""Seconds between an answer and the next question, however long somebody thought."""

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}: a recording</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
  content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<style>{style}</style></head>
<body><p class="label" role="note">{label}</p>
<main><header><span aria-hidden="true">{emoji}</span><h1>{title}</h1></header>
<div id="talk" aria-live="polite"></div>
<div class="tools"><button id="again" type="button">Play again</button>
<button id="all" type="button">Show all</button></div>
</main>
<script type="application/json" id="recording">{data}</script><script>{script}</script></body></html>
"""


@dataclass(frozen=True, slots=True)
class RecordedSource:
    """What an answer cites: `number` is the [n] in its text."""

    number: int
    file: str
    where: str
    text: str


@dataclass(frozen=True, slots=True)
class RecordedStep:
    """A question and its answer, byte for byte as they were recorded; times are seconds."""

    question: str
    answer: str
    sources: tuple[RecordedSource, ...]
    note: str
    pause: float
    """Before the question."""
    first: float
    """From the question to the first word."""
    whole: float


@dataclass(frozen=True, slots=True)
class Recording:
    """One session of one prototype."""

    title: str
    emoji: str
    accent: str
    day: str
    """When it was recorded, "2026-11-30" (UTC)."""
    steps: tuple[RecordedStep, ...]


def record_session(folder: Path, session: str = "", *, consent: bool = False) -> Recording:
    """The session of the prototype in `folder` that has this name; the owner's newest where none is named.

    Raises FolderProblem where there is none, and for a visitor's own without their `consent`.
    """
    prototype = Prototype.open(folder)
    events = EventLog(prototype.folder / EVENTS_FILE).events()
    fit = [each for each in events if each.fields["question"] and not each.fields["error"]]
    fit = [
        each
        for each in fit
        if each.fields["session"] not in ("check", "eval") and each.fields["traffic"] != "simulated"
    ]
    own = [each for each in fit if each.fields["traffic"] in _OWN]
    session = session or (str(own[-1].fields["session"]) if own else "")
    chosen = [each for each in fit if session and each.fields["session"] == session]
    if not chosen:
        raise FolderProblem(
            "there is no session to record",
            where=str(folder),
            fix="Ask it something yourself (`protokit run`), or name a visitor's by --session.",
        )
    if any(each.fields["traffic"] in ("guest", "") for each in chosen) and not consent:
        raise FolderProblem(
            "this session is a visitor's, and their words are theirs",
            where=session,
            fix="Ask them, then add --consent.",
        )
    spec = prototype.spec
    day = datetime.fromtimestamp(chosen[0].fields["time"], UTC)
    return Recording(spec.title, spec.emoji, spec.accent, f"{day:%Y-%m-%d}", _steps(chosen))


def recording_as_html(recording: Recording) -> str:
    """The recording as a page of its own that asks for nothing from elsewhere."""
    here = Path(__file__)
    style, script = (
        here.with_name(f"recording.{kind}").read_text(encoding="utf-8") for kind in ("css", "js")
    )
    # A tag in somebody's text would end the element that holds it.
    data = json.dumps(asdict(recording), ensure_ascii=False).replace("<", "\\u003c")
    title, label = (
        escape(recording.title),
        f"A recording of {recording.day}: nothing is asked or answered now.",
    )
    return _PAGE.format(
        title=title,
        style=f":root {{ --accent: {recording.accent}; }}\n{style}",
        label=escape(label),
        emoji=escape(recording.emoji),
        data=data,
        script=script,
    )


def _steps(events: list[Event]) -> tuple[RecordedStep, ...]:
    steps, ended = [], 0.0
    for each in events:
        fields = each.fields
        whole = float(fields["gen_ai.client.operation.duration"])
        asked = float(fields["time"]) - whole
        pause = min(max(asked - ended, 0.5), _LONGEST_PAUSE) if ended else 0.5
        ended = float(fields["time"])
        first = float(fields["gen_ai.server.time_to_first_token"])
        steps.append(
            RecordedStep(
                fields["question"], fields["answer"], _sources(each), fields["note"], pause, first, whole
            )
        )
    return tuple(steps)


def _sources(event: Event) -> tuple[RecordedSource, ...]:
    cited = [each for each in event.fields["passages"] if each.get("citation")]
    sources = [
        RecordedSource(
            each["citation"], each.get("file", ""), str(each.get("where", "")), each.get("text", "")
        )
        for each in cited
    ]
    return tuple(sorted(sources, key=lambda each: each.number))
