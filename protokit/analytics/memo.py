"""The memo: one page that says what was shown to whom, whether the criteria are met, and go, no-go or not yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from textwrap import shorten

from protokit.analytics.business_case import BusinessCase, make_case
from protokit.analytics.case_tables import case_in_words, case_tables
from protokit.analytics.html_page import html_grid, html_list, html_page, html_table
from protokit.analytics.memo_advice import next_step, risks, steps_to_try
from protokit.analytics.metrics import MetricValue, measure
from protokit.analytics.success import RULE, CriterionResult, Recommendation, judge_criteria, recommend
from protokit.analytics.usage_tables import database_of, is_simulated
from protokit.prototype.prototype_folder import Prototype
from protokit.runtime.analysis.read_only_database import ReadOnlyDatabase
from protokit.runtime.prompting.pii import PiiMasker
from protokit.spec.prototype_spec import Spec

_SHOWN = (
    "visitors",
    "questions",
    "returning",
    "asked_again",
    "answered",
    "right",
    "answered_wrongly",
    "accepted",
    "thumbs_up",
    "would_use",
    "hallucination_rate",
    "wait_p50",
    "wait_p95",
    "cost_per_answer",
    "cost_per_accepted_answer",
)
SIMULATED = "Simulated traffic: nobody visited it, and these numbers only show what a memo looks like."
_MOST_GAPS, _MOST_QUOTES = 8, 3
_LONGEST = 140
"""Letters of a question or quote."""
_GAPS = """SELECT any_value(question), count(*) AS times FROM questions WHERE NOT answered AND question != ''
GROUP BY lower(trim(question, ' ?!.')) ORDER BY times DESC, max(id) DESC LIMIT {most}"""
_QUOTES = """SELECT comment FROM (SELECT comment, time FROM feedback UNION ALL SELECT comment, time FROM questions)
WHERE comment != '' GROUP BY comment ORDER BY max(time) DESC LIMIT {most}"""
_SPAN = "SELECT min(day), max(day) FROM questions"


@dataclass(frozen=True, slots=True)
class Memo:
    """What the memo says. `gaps` are questions without an answer and how often each was asked."""

    spec: Spec
    made: datetime
    span: tuple[str, str] | None
    """First and last day with a question, "2026-11-03"; None before the first."""
    criteria: Sequence[CriterionResult]
    measures: Sequence[MetricValue]
    gaps: Sequence[tuple[str, int]]
    quotes: Sequence[str]
    case: BusinessCase
    simulated: bool
    """Whether all of this is of simulated traffic."""

    @property
    def recommendation(self) -> Recommendation:
        """What follows from the criteria."""
        return recommend(self.criteria, stated=bool(self.spec.success))

    @property
    def risks(self) -> list[str]:
        """What may go wrong, as far as the numbers show it."""
        return risks(self.criteria, self.measures, self.case)

    @property
    def tries(self) -> list[str]:
        """What to try where the recommendation is "not yet"; else none."""
        stated = bool(self.spec.success)
        return (
            steps_to_try(self.criteria, self.gaps, stated=stated) if self.recommendation == "not yet" else []
        )

    @property
    def hypothesis(self) -> str:
        """The owner's, or what the line it was made from implies."""
        spec = self.spec
        return spec.hypothesis or f"{spec.audience[:1].upper()}{spec.audience[1:]} will use it: {spec.pitch}"

    @property
    def made_line(self) -> str:
        """To whom it was shown and when, and what is not counted."""
        if self.simulated:
            return f"{SIMULATED} Made on {self.made:%Y-%m-%d}."
        shown = (
            f"Shown to visitors from {self.span[0]} to {self.span[1]} (UTC)."
            if self.span
            else "Nobody has asked it anything yet."
        )
        return f"{shown} Made on {self.made:%Y-%m-%d}. Your own visits, programs and simulated traffic are not counted."


def write_memo(folder: Path, *, now: datetime | None = None) -> Memo:
    """The memo of the prototype in `folder`. Raises FolderProblem, SpecProblem, and what reading its events raises."""
    prototype = Prototype.open(folder)
    database = database_of(prototype.folder)
    mask = PiiMasker().mask
    days = database.run(_SPAN).table.rows[0]
    return Memo(
        prototype.spec,
        now or datetime.now(UTC),
        (str(days[0]), str(days[1])) if days[0] else None,
        judge_criteria(database, prototype.spec.success),
        measure(database, _SHOWN),
        [(mask(str(text)), int(float(str(times)))) for text, times in _rows(database, _GAPS, _MOST_GAPS)],
        [
            shorten(mask(str(text)), _LONGEST, placeholder="…")
            for (text,) in _rows(database, _QUOTES, _MOST_QUOTES)
        ],
        make_case(database, prototype.spec.assumptions, prices=prototype.spec.prices),
        is_simulated(database),
    )


def _rows(database: ReadOnlyDatabase, sql: str, most: int) -> Sequence[tuple[object, ...]]:
    return database.run(sql.format(most=most)).table.rows


def memo_as_markdown(memo: Memo) -> str:
    """The memo as Markdown."""
    parts = [
        f"# {memo.spec.title}: {memo.recommendation}",
        f"{memo.spec.pitch}\n\n{memo.made_line}",
        f"**Hypothesis.** {memo.hypothesis}",
        f"**Recommendation: {memo.recommendation}.** {next_step(memo.recommendation)}\n\n{RULE}",
        *(["## What to try\n\n" + _bullets(memo.tries, "")] if memo.tries else []),
        "## Criteria\n\n" + _standard(memo) + _table(("Criterion", "Asked", "Measured", ""), _criteria(memo)),
        "## Numbers\n\n" + _table(("Number", "What it counts", "Value"), numbers_of(memo)),
        "## What people asked and did not get\n\n" + _bullets(_gaps(memo), "Nothing went unanswered."),
        "## Business case\n\n" + _bullets(case_in_words(memo.case), ""),
        *(f"### {each.title}\n\n" + _table(each.head, each.rows) for each in case_tables(memo.case)),
        "## Risks\n\n" + _bullets(memo.risks, "The numbers show none."),
        "## In their words\n\n"
        + _bullets([f"“{quote}”" for quote in memo.quotes], "Nobody has written anything yet."),
    ]
    return "\n\n".join(parts) + "\n"


def memo_as_html(memo: Memo) -> str:
    """The memo as a page of its own that asks for nothing from elsewhere; it prints on one sheet, without its annex."""
    verdict = memo.recommendation
    body = [
        f'<header><p class="kind">Decision memo</p><h1>{escape(memo.spec.title)}</h1><p>{escape(memo.spec.pitch)}</p>'
        f'<p class="made">{escape(memo.made_line)}</p></header>',
        f'<section class="verdict {verdict.replace(" ", "-")}"><p class="word">{verdict.capitalize()}</p>'
        f'<p>{escape(next_step(verdict)).replace("`", "")}</p><p class="rule">{escape(RULE)}</p></section>',
        *_advice(memo),
        f"<section><h2>Hypothesis</h2><p>{escape(memo.hypothesis)}</p></section>",
        f"<section><h2>Criteria</h2><p>{escape(_standard(memo).strip())}</p>"
        + html_table([row[:3] for row in _criteria(memo)], [row[3] for row in _criteria(memo)])
        + "</section>",
        '<section class="numbers"><h2>Numbers</h2>' + html_table(numbers_of(memo)) + "</section>",
        '<div class="columns"><section><h2>What people asked and did not get</h2>'
        + html_list(_gaps(memo), "Nothing went unanswered.")
        + "</section>",
        "<section><h2>Business case</h2>" + html_list(case_in_words(memo.case), "") + "</section>",
        "<section><h2>Risks</h2>" + html_list(memo.risks, "The numbers show none.") + "</section>",
        "<section><h2>In their words</h2>"
        + html_list([f"“{quote}”" for quote in memo.quotes], "Nobody has written anything yet.")
        + "</section></div>",
        '<div class="annex"><h2>Behind the business case</h2>',
        *(html_grid(each) for each in case_tables(memo.case)),
        "</div>",
    ]
    return html_page(f"{memo.spec.title}: {verdict}", "".join(body))


def _advice(memo: Memo) -> list[str]:
    if not memo.tries:
        return []
    steps = html_list([each.replace("`", "") for each in memo.tries], "")
    return [f"<section><h2>What to try</h2>{steps}</section>"]


def _standard(memo: Memo) -> str:
    return "" if memo.spec.success else "No criteria were set, so these are the usual ones.\n\n"


def _criteria(memo: Memo) -> list[tuple[str, str, str, str]]:
    return [(each.measure.metric.label, each.wanted, measured(each), each.outcome) for each in memo.criteria]


def measured(result: CriterionResult) -> str:
    """What a criterion's number came to, or how many of its cases there are."""
    found = result.measure
    return f"{found.cases} of {result.least} cases" if result.outcome == "too few to say" else str(found)


def numbers_of(memo: Memo, names: Sequence[str] = _SHOWN) -> list[tuple[str, str, str]]:
    """Name, what it counts and value of the memo's numbers."""
    chosen = [each for each in memo.measures if each.metric.name in names]
    return [(each.metric.label, each.metric.meaning, str(each)) for each in chosen]


def _gaps(memo: Memo) -> list[str]:
    gaps = [(shorten(text, _LONGEST, placeholder="…"), times) for text, times in memo.gaps]
    return [text if times == 1 else f"{text} ({times} times)" for text, times in gaps]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def _bullets(lines: Sequence[str], otherwise: str) -> str:
    return "\n".join(f"- {' '.join(line.split())}" for line in lines) or otherwise
