"""Finds what somebody is to do in minutes, e-mails and reports: who, what and by when, in quoted words."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from protokit.runtime.summarization.action_tables import table_actions
from protokit.runtime.summarization.content_units import Unit
from protokit.runtime.summarization.coreference import leaning
from protokit.runtime.summarization.deadlines import find_deadline
from protokit.runtime.summarization.document_structure import DocumentStructure
from protokit.runtime.summarization.summary_patterns import PATTERNS, pattern
from protokit.runtime.summarization.summary_types import Point, make_point
from protokit.runtime.summarization.task_patterns import find_duty, find_task

_CHECKBOX = re.compile(r"\[(?P<tick>[ xX]?)\]|(?P<box>[\u2610-\u2612])")
_WORD = r"[^\W\da-zß-ÿ_][\w'’.\-]*"
_JOINED = r"(?:\s|\s?(?:,|&|/|\b(?:and|und|y|et|e|en)\b)\s?)"
_NAME = rf"(?:\*\*|__)?(?:@[\w.\-]+|{_WORD}(?:{_JOINED}{_WORD}){{0,3}})(?:\*\*|__)?"
_LEADING = re.compile(rf"(?P<who>{_NAME})(?:\s?:\s+|\s?：\s*|\s[-–—→]\s+)(?P<what>\S.*)", re.DOTALL)
_REFERS_BACK = re.compile(r"(?:do|take care of)\s(?:that|it|this|so)", re.IGNORECASE)
_LONGEST = 600
_I = frozenset(("i", "me", "ich", "yo", "je", "j'", "j’", "我"))
_YOU = frozenset(("you", "du", "sie", "ihr", "你", "您"))
_STOP = " \t\n.,;:!?。，；！？؟،(—–-"


@dataclass(frozen=True, slots=True)
class _Task:
    who: str
    what: str


def find_actions(text: str, outline: DocumentStructure, language: str) -> list[Point]:
    """Everything that somebody is to do, in order, each once; ticked boxes are done and left out."""
    leans = leaning(text, language)
    verbs = set(re.findall(r"\b[a-z]{2,}\b", text)) - _I - _YOU - {"we", "everyone"}
    points: list[Point] = []
    for heading, units in _by_heading(outline.units):
        listed = bool(pattern("action_heading").match(heading))
        points += table_actions(text, units, heading)
        answering = _next_speakers(units)
        for index, unit in enumerate(units):
            listed = listed and not _ends_list(units, index)
            if (
                unit.kind in ("row", "noise")
                or len(unit.text) > _LONGEST
                or not (task := _task(unit, listed, language))
            ):
                continue
            quoted = units[_opening(units, index, leans) : index + 1]
            if task.who.istitle() and task.who.lower() in verbs:
                continue  # "Offer to measure it" begins with a verb, not with a name
            who = _resolved(task.who, unit, answering[index])
            what, by_when = _timed(task.what, unit.text, language)
            if _REFERS_BACK.fullmatch(what):
                what = next(
                    (request.what for other in quoted[:-1] if (request := _task(other, False, language))),
                    what,
                )
                what, _ = _timed(what, what, language)
            points.append(replace(make_point(text, quoted, heading), who=who, what=what, by_when=by_when))
    return _each_once(points)


def _ends_list(units: Sequence[Unit], index: int) -> bool:
    """Whether a list of tasks is over: a paragraph comes after its items, or a line such as "Next meeting: ..."."""
    unit = units[index]
    if unit.kind != "prose":
        return False
    after_items = unit.opens_paragraph and any(other.kind == "item" for other in units[:index])
    return (after_items and not unit.label) or bool(pattern("details").match(unit.text))


def _each_once(points: list[Point]) -> list[Point]:
    """`points` in order without repetitions, and without a request that a later point quotes and takes on."""
    unique = {point.text.casefold(): point for point in reversed(points)}.values()
    open_points: list[Point] = []
    furthest: dict[str, int] = {}
    for point in sorted(unique, key=lambda point: (point.start, -point.end)):
        if point.end > furthest.get(point.what, -1):
            furthest[point.what] = point.end
            open_points.append(point)
    return open_points


def _by_heading(units: Sequence[Unit]) -> Iterator[tuple[str, list[Unit]]]:
    heading, below = "", list[Unit]()
    for unit in units:
        if unit.kind == "heading":
            yield heading, below
            heading, below = unit.text, []
        else:
            below.append(unit)
    yield heading, below


def _task(unit: Unit, listed: bool, language: str) -> _Task | None:
    """What `unit` asks for; `listed` where it stands under a heading such as "Action items"."""
    if box := _CHECKBOX.search(unit.mark):
        done = (box["tick"] or "").strip() or box["box"] in ("\u2611", "\u2612")
        return None if done else _owned(unit.text, unit, language)
    marked = pattern("action_marker").match(unit.text)
    if marked and pattern("task").search(marked["what"]):
        task = _owned(marked["what"], unit, language)
        return replace(task, who=marked["who"] or task.who)
    if listed and (unit.kind == "item" or unit.opens_line or unit.label):
        return _owned(unit.text, unit, language) if pattern("task").search(unit.text) else None
    dated = _is_dated(unit.text, language)
    if (found := find_task(unit.text, language)) and (dated or not _is_rule(found)):
        groups = found.groupdict()
        return _Task(groups.get("who") or groups.get("you") or "", found["what"])
    if language == "en" and dated and (duty := find_duty(unit.text)):
        return _Task(duty[0] or _owner(unit.text), duty[1])
    return None


def _is_dated(sentence: str, language: str) -> bool:
    """Whether it names a day; "within 30 days" is what rules say."""
    deadline = find_deadline(sentence, language)
    return deadline is not None and not sentence[slice(*deadline)].lower().startswith(("in ", "within "))


def _is_rule(task: re.Match[str]) -> bool:
    """Whether it says what you, we or an office must do at any time, as handbooks and contracts do."""
    groups = task.groupdict()
    return bool(groups.get("norm")) and (groups["who"] or "").lower().startswith(
        ("you", "we", "the ", "every", "each")
    )


def _owned(words: str, unit: Unit, language: str) -> _Task:
    """A task whose line says so: its owner stands before it ("Maria: ..."), in it ("Maria to ...") or behind it."""
    owner = _owner(words) or unit.speaker
    leading = _LEADING.match(words)
    if leading and (language != "en" or not find_task(leading["what"], language)):
        return _Task(_owner(words) or leading["who"].strip("*_"), leading["what"])
    if task := find_task(words, language):
        groups = task.groupdict()
        return _Task(_owner(words) or groups.get("who") or groups.get("you") or unit.speaker, task["what"])
    if language == "en" and (doing := PATTERNS.pattern("listed", flags=re.VERBOSE | re.DOTALL).match(words)):
        return _Task(doing["who"], doing["what"])
    return _Task(owner, words.removeprefix(owner) if owner else words)


def _owner(words: str) -> str:
    match = pattern("owner").search(words)
    return next((group for group in match.groups() if group), "") if match else ""


def _next_speakers(units: Sequence[Unit]) -> list[str]:
    """For each unit, who speaks next who is not its own speaker; "" where nobody does."""
    speakers = [unit.speaker for unit in units]
    following = [""] * len(units)
    for index in range(len(units) - 2, -1, -1):
        same = speakers[index + 1] == speakers[index]
        following[index] = following[index + 1] if same else speakers[index + 1]
    return following


def _resolved(who: str, unit: Unit, answering: str) -> str:
    """The name behind "I" and "you" where the text gives it: the speaker, the one greeted, who speaks next."""
    if who.lower() in _I:
        return unit.speaker or who
    if who == "" or who.lower() in _YOU:
        return unit.addressee or (answering if unit.label else "") or who
    return who.lstrip("@")


def _timed(what: str, sentence: str, language: str) -> tuple[str, str]:
    """`what` without a deadline at its end, and the deadline, looked for in the whole sentence."""
    by_when = ""
    if deadline := find_deadline(sentence, language):
        by_when = sentence[slice(*deadline)]
    trimmed = what.strip(_STOP)
    if by_when:
        trimmed = trimmed.removesuffix(by_when).removesuffix(f"({by_when})")
    return trimmed.rstrip(_STOP), by_when


def _opening(units: Sequence[Unit], index: int, leans: Callable[[str], bool]) -> int:
    """Where to begin quoting, so that a task that opens with "He" or "Yes" comes with the sentence before."""
    first = index
    while first > 0 and index - first < 2 and leans(units[first].text):
        if units[first - 1].kind not in ("prose", "item") or units[first - 1].message != units[index].message:
            break
        first -= 1
    return first
