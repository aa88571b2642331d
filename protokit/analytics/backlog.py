"""What visitors asked and did not get, as work for a team: grouped, counted, and in the columns of its tracker."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from protokit.analytics.usage_tables import database_of
from protokit.prototype.prototype_folder import Prototype
from protokit.runtime.analysis.read_only_database import ReadOnlyDatabase
from protokit.runtime.prompting.pii import PiiMasker
from protokit.runtime.safe_csv import safe_csv
from protokit.spec.prototype_spec import Spec

_MOST = 200
_FEWEST_FOR_THEMES = 12
"""Different questions below which groups would say nothing."""
_ASKED = f"""SELECT any_value(question), count(*) AS times, max(CAST(day AS VARCHAR)), count(DISTINCT visitor),
    {{stage}}
FROM questions WHERE {{which}} AND question != ''
GROUP BY lower(trim(question, ' ?!.')), {{stage}} ORDER BY times DESC, max(id) DESC LIMIT {_MOST}"""
_UNANSWERED = _ASKED.format(
    stage="CASE WHEN error != '' THEN 'the model failed' ELSE 'no answer in the documents' END",
    which="NOT answered",
)
_WRONG = _ASKED.format(
    stage="CASE WHEN judgement = 'should refuse' THEN 'should have refused' WHEN unsupported > 0"
    " THEN 'not carried by the documents' ELSE 'wrong answer' END",
    which="answered AND judgement IN ('wrong', 'should refuse')",
)
_WISHES = f"""SELECT comment, count(*), max(CAST(time AS DATE)::VARCHAR), count(DISTINCT visitor), 'comment' FROM (
    SELECT comment, time, visitor FROM feedback UNION ALL SELECT comment, time, visitor FROM questions)
WHERE comment != '' GROUP BY comment ORDER BY 2 DESC, max(time) DESC LIMIT {_MOST}"""


@dataclass(frozen=True, slots=True)
class BacklogItem:
    """One thing to do; personal data in its texts is masked."""

    title: str
    kind: str
    """"unanswered", "wrong", "wish" or "constraint"."""
    stage: str
    """Where it failed: "no answer in the documents", "wrong answer"..."""
    theme: str
    """Of questions that mean something alike; empty where there are too few to group."""
    times: int
    visitors: int
    last: str
    """The last day, "2026-11-30" (UTC); empty for a constraint."""

    @property
    def priority(self) -> str:
        """High, Medium or Low, by how often and by how many."""
        if self.kind == "wrong" or self.visitors >= 10:
            return "High"
        return "Medium" if self.kind == "constraint" or self.times >= 3 else "Low"

    @property
    def description(self) -> str:
        """What a person who picks it up has to know."""
        if self.kind == "constraint":
            return "The prototype was asked for with this condition; what is built has to keep it."
        parts = [f"{self.stage[:1].upper()}{self.stage[1:]}."]
        people = "visitor" if self.visitors == 1 else "visitors"
        times = "once" if self.times == 1 else f"{self.times} times"
        parts.append(f"{times[:1].upper()}{times[1:]} by {self.visitors} {people}, last on {self.last}.")
        return " ".join([*parts, f"Theme: {self.theme}."] if self.theme else parts)

    @property
    def labels(self) -> tuple[str, ...]:
        """For a tracker, without spaces."""
        return tuple(each.replace(" ", "-") for each in (self.kind, self.theme) if each)


def backlog(folder: Path) -> list[BacklogItem]:
    """What is to be done for the prototype in `folder`, the most urgent first. Raises FolderProblem, SpecProblem."""
    prototype = Prototype.open(folder)
    database, mask = database_of(prototype.folder), PiiMasker().mask
    rows = [("unanswered", row) for row in _rows(database, _UNANSWERED)]
    rows += [("wrong", row) for row in _rows(database, _WRONG)]
    themes = themes_of([text for _, (text, *_) in rows])
    rows += [("wish", row) for row in _rows(database, _WISHES)]
    items = [
        BacklogItem(
            " ".join(mask(text).split())[:200], kind, stage, themes.get(text, ""), times, people, last
        )
        for kind, (text, times, last, people, stage) in rows
    ]
    order = ("High", "Medium", "Low")
    return sorted(
        [*items, *_constraints(prototype.spec)], key=lambda each: (order.index(each.priority), -each.times)
    )


def themes_of(texts: Sequence[str]) -> dict[str, str]:
    """The theme of each text; none where there are too few, or where it is near to no other."""
    different = list(dict.fromkeys(texts))
    if len(different) < _FEWEST_FOR_THEMES:
        return {}
    from protokit.runtime.classification.classify_texts import UNSURE
    from protokit.runtime.classification.themes import find_themes

    found = zip(different, find_themes(different), strict=True)
    return {text: each.labels[0] for text, each in found if each.labels[0] != UNSURE}


def _constraints(spec: Spec) -> list[BacklogItem]:
    return [
        BacklogItem(
            " ".join((each.words or f"{each.kind}: {each.value}").split())[:200],
            "constraint",
            "",
            "",
            1,
            0,
            "",
        )
        for each in spec.constraints
    ]


def _rows(database: ReadOnlyDatabase, sql: str) -> list[tuple[str, int, str, int, str]]:
    rows = database.run(sql).table.rows
    return [
        (str(text), int(float(str(times))), str(last), int(float(str(people))), str(stage))
        for text, times, last, people, stage in rows
    ]


def _jira(items: Sequence[BacklogItem]) -> str:
    head = ("Summary", "Issue Type", "Priority", "Labels", "Description")
    kinds = {"wrong": "Bug"}
    rows = [
        (each.title, kinds.get(each.kind, "Story"), each.priority, " ".join(each.labels), each.description)
        for each in items
    ]
    return safe_csv(head, rows)


def _linear(items: Sequence[BacklogItem]) -> str:
    head = ("Title", "Description", "Status", "Priority", "Labels")
    rows = [
        (each.title, each.description, "Backlog", each.priority, ", ".join(each.labels)) for each in items
    ]
    return safe_csv(head, rows)


def _github(items: Sequence[BacklogItem]) -> str:
    rows = [
        (each.title, each.description, ",".join([*each.labels, f"priority-{each.priority.lower()}"]))
        for each in items
    ]
    return safe_csv(("title", "body", "labels"), rows)


def _markdown(items: Sequence[BacklogItem]) -> str:
    titles = {
        "wrong": "Wrong answers",
        "unanswered": "Questions without an answer",
        "wish": "What visitors wrote",
        "constraint": "Conditions to keep",
    }
    parts = []
    for kind, title in titles.items():
        own = [f"- [ ] {each.title}\n  {each.description}" for each in items if each.kind == kind]
        parts += [f"## {title}\n\n" + "\n".join(own)] if own else []
    return "\n\n".join(["# Backlog", *parts]) + "\n"


TRACKERS: dict[str, tuple[str, Callable[[Sequence[BacklogItem]], str]]] = {
    "markdown": ("backlog.md", _markdown),
    "jira": ("backlog-jira.csv", _jira),
    "linear": ("backlog-linear.csv", _linear),
    "github": ("backlog-github.csv", _github),
}
"""Where a backlog goes: the usual name of its file, and what writes it."""
