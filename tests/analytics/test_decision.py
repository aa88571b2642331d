"""From what visitors did to a decision: `protokit metrics`, `protokit sql`, `protokit memo`."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from protokit.analytics.metrics import measure
from protokit.analytics.queries import starter_queries
from protokit.analytics.usage_tables import database_of
from protokit.files.layout import EVENTS_FILE
from protokit.runtime import Answer, EventLog, Settings
from protokit.runtime.usage.event_table import shared_table
from protokit.runtime.usage.events import EVENTS_URL_ENV
from tests.support.browser import browser, needs_chromium, window
from tests.support.terminal import inside

SPEC = """schema: 1
title: Leave Helper
slug: leave-helper
pitch: Answers questions about leave.
blueprint: rag-search@1.0.0
audience: new colleagues
"""
HYPOTHESIS = """hypothesis: We believe new colleagues will ask it first.
success:
- metric: answered
  at_least: 0.7
"""
MONDAY = datetime(2026, 11, 2, 9, tzinfo=UTC).timestamp()
DAY = 86_400.0


class Usage:
    """A prototype whose events are written as its page writes them, on days of the test's choice."""

    def __init__(self, folder: Path, spec: str = SPEC) -> None:
        folder.mkdir()
        self.folder, self.log = folder, EventLog(folder / EVENTS_FILE)
        (folder / "prototype.yaml").write_text(spec, encoding="utf-8")

    def ask(
        self,
        visitor: str,
        day: int,
        question: str = "How long?",
        *,
        found: bool = True,
        thumbs: int | None = None,
        traffic: str = "guest",
        dollars: float | None = 0.0,
        seconds: float = 1.0,
        search: float | None = None,
    ) -> int:
        """One question of a `visitor` on a day counted from a Monday; returns the number of its event."""
        answer = Answer(
            question,
            "12 weeks.",
            "offline",
            dollars=dollars,
            found=found,
            seconds=seconds,
            seconds_to_first=seconds / 2,
            search_seconds=search,
        )
        number = self.log.record(answer, session=f"{visitor} {day}", visitor=visitor, traffic=traffic)
        if thumbs:
            self.log.feedback(number, thumbs)
        with closing(sqlite3.connect(self.log.path)) as database, database:
            when = MONDAY + day * DAY + number
            database.execute("UPDATE events SET time = ? WHERE id = ?", (when, number))
        return number

    def metric(self, name: str) -> dict[str, object]:
        """What `protokit metrics --json` says of one."""
        done = inside("metrics", self.folder, "--json", cwd=self.folder)
        assert done.code == 0, done.err
        (row,) = (row for row in done.json if row["name"] == name)
        return dict(row)

    def rows(self, query: str) -> list[dict[str, object]]:
        """What `protokit sql --json` gives."""
        done = inside("sql", self.folder, query, "--json", cwd=self.folder)
        assert done.code == 0, done.err
        return list(done.json)


@pytest.fixture
def usage(tmp_path: Path) -> Usage:
    return Usage(tmp_path / "leave")


def test_only_visitors_are_counted(usage: Usage) -> None:
    usage.ask("ann", 0)
    usage.ask("bob", 0, found=False)
    for traffic in ("owner", "program", "simulated"):
        usage.ask("me", 0, traffic=traffic)
    assert usage.metric("visitors")["value"] == 2
    assert usage.metric("questions")["value"] == 2
    assert usage.rows("SELECT count(*) AS n FROM questions WHERE visitor = 'me'") == [{"n": 0.0}]


def test_a_share_has_an_interval_and_too_few_cases_are_said(usage: Usage) -> None:
    for number in range(19):
        usage.ask(f"v{number}", number % 5, found=number % 4 > 0)
    done = inside("metrics", usage.folder, cwd=usage.folder)
    assert "Answered" in done.out
    assert "too few to say (19 of 20)" in done.out
    usage.ask("v19", 0)
    answered = usage.metric("answered")
    assert (answered["value"], answered["cases"], answered["enough"]) == (0.75, 20, True)
    low, high = answered["low"], answered["high"]
    assert (round(float(str(low)), 3), round(float(str(high)), 3)) == (0.531, 0.888)  # Wilson, 15 of 20


def test_an_answer_is_accepted_by_thumbs_or_by_what_follows(usage: Usage) -> None:
    usage.ask("ann", 0, "How long?")
    usage.ask("ann", 0, "How long ?")  # the same again: the first was no help
    usage.ask("ann", 0, "Who pays?", thumbs=-1)
    usage.ask("ann", 0, "And when?", thumbs=1)
    rows = usage.rows("SELECT question, accepted FROM questions ORDER BY id")
    assert [row["accepted"] for row in rows] == [False, True, False, True]


def test_retention_churn_and_funnel_are_those_counted_by_hand(usage: Usage) -> None:
    for visitor, days in {"a": [0, 7, 14], "b": [1, 8], "c": [2], "d": [8, 9], "e": [30]}.items():
        for day in days:
            usage.ask(visitor, day)
    cohorts = {(str(r["cohort"]), r["weeks_later"]): r["visitors"] for r in usage.rows("cohorts")}
    first, second = "2026-11-02", "2026-11-09"
    assert {key: n for key, n in cohorts.items() if key[0] in (first, second)} == {
        (first, 0.0): 3,
        (first, 1.0): 2,
        (first, 2.0): 1,
        (first, 3.0): 0,
        (first, 4.0): 0,
        (second, 0.0): 1,
        (second, 1.0): 0,
        (second, 2.0): 0,
        (second, 3.0): 0,
    }
    days = {(str(r["cohort"]), r["days_later"]): r["visitors"] for r in usage.rows("daily_cohorts")}
    assert [days[first, float(later)] for later in (0, 1, 7, 14, 30)] == [1, 0, 1, 1, 0]
    assert days["2026-11-10", 1.0] == 1  # d
    november = {"month": "2026-11-01", "visitors": 4, "gone": 4, "churn_percent": 100.0, "is_final": False}
    assert usage.rows("churn") == [november]  # December is not over
    assert [(r["visitors"], r["gone"]) for r in usage.rows("weekly_churn")] == [(3, 1), (3, 2), (1, 1)]
    assert (usage.metric("day_1_retention")["value"], usage.metric("day_1_retention")["cases"]) == (0.25, 4)
    assert (usage.metric("week_1_retention")["value"], usage.metric("week_1_retention")["cases"]) == (0.5, 4)


def test_churn_is_of_the_week_before_the_last_seven_days(usage: Usage) -> None:
    for visitor, days in {"a": [1, 8], "b": [1], "c": [7], "d": [0], "e": [9]}.items():
        for day in days:
            usage.ask(visitor, day)
    churn = usage.metric("churn")  # the last seven days are 3 to 9, those before are -4 to 2
    assert (round(float(str(churn["value"])), 3), churn["cases"]) == (0.667, 3)


def test_the_wait_is_split_into_finding_and_model(usage: Usage) -> None:
    for number in range(20):
        usage.ask("ann", number, seconds=4.0, search=0.5)
    usage.ask("ann", 20, seconds=100.0)  # from before it was measured
    names = ("finding_p50", "finding_p95", "model_first_word_p50", "model_p50", "model_p95")
    assert [usage.metric(name)["value"] for name in names] == [0.5, 0.5, 1.5, 3.5, 3.5]
    assert usage.metric("finding_p50")["cases"] == 20
    (row,) = usage.rows("SELECT search_seconds, model_seconds FROM questions WHERE day = '2026-11-22'")
    assert row == {"search_seconds": None, "model_seconds": None}


def test_the_funnel_is_that_counted_by_hand(usage: Usage) -> None:
    for visitor, count in {"a": 3, "b": 2, "c": 1, "d": 2, "e": 1}.items():
        for day in range(count):
            usage.ask(visitor, day)
    assert usage.rows("funnel") == [{"asked": 5, "asked_again": 3, "accepted": 0, "gave_thumbs": 0}]


def test_deleting_an_event_changes_the_numbers_that_rest_on_it_and_no_other(usage: Usage) -> None:
    usage.ask("ann", 0, dollars=0.02)
    last = usage.ask("ann", 1, found=False, dollars=None)
    before = {name: usage.metric(name)["value"] for name in ("visitors", "cost_per_answer", "questions")}
    with closing(sqlite3.connect(usage.log.path)) as database, database:
        database.execute("DELETE FROM events WHERE id = ?", (last,))
    after = {name: usage.metric(name)["value"] for name in before}
    assert {name for name in before if before[name] != after[name]} == {"questions"}
    assert after["cost_per_answer"] == 0.02


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("DELETE FROM questions", "Only a SELECT can be run here"),
        ("SELECT * FROM read_csv('/etc/passwd')", "cannot be read from here"),
        ("SELECT * FROM events", 'There is no table "events"'),
        ("SELECT 1; SELECT 2", "Only one statement"),
        ("SELECT nothing FROM questions", "nothing"),
    ],
)
def test_what_is_no_question_to_the_tables_is_refused(usage: Usage, query: str, reason: str) -> None:
    done = inside("sql", usage.folder, query, cwd=usage.folder)
    assert done.code == 1
    assert reason in done.err
    assert "questions, visits, feedback, costs" in done.err


def test_every_starter_query_runs_also_without_a_visitor(usage: Usage) -> None:
    listed = inside("sql", usage.folder, cwd=usage.folder).out
    names = [line.split()[0] for line in listed.splitlines()[1:]]
    assert len(names) >= 15
    for day in (None, 0):
        if day is not None:
            usage.ask("ann", day)
        for name in names:
            assert inside("sql", usage.folder, name, cwd=usage.folder).code == 0, name


def test_a_cell_of_the_csv_is_no_formula(usage: Usage) -> None:
    usage.ask("ann", 0, "=1+1")
    done = inside("sql", usage.folder, "SELECT question FROM questions", "--csv", cwd=usage.folder)
    assert "'=1+1" in done.out


def test_the_memo_says_not_yet_then_go_then_no_go(tmp_path: Path) -> None:
    usage = Usage(tmp_path / "leave", SPEC + HYPOTHESIS)

    def memo() -> str:
        done = inside("memo", usage.folder, "--out", "memo.md", cwd=tmp_path)
        assert done.code == 0, done.err
        return (tmp_path / "memo.md").read_text(encoding="utf-8")

    assert "Nobody has asked it anything yet" in memo()
    assert memo().startswith("# Leave Helper: not yet")
    assert "## What to try\n\n- Answered: 20 more cases are needed (0 of 20)." in memo()
    for number in range(20):
        usage.ask(f"v{number}", number % 5)
    assert memo().startswith("# Leave Helper: go")
    assert "`protokit export`" in memo()
    assert "- Too few answers were judged right or wrong" in memo()
    assert "We believe new colleagues will ask it first." in memo()
    for number in range(60):
        usage.ask(f"w{number}", number % 5, "May I bring my <b>dog</b>?", found=False)
    text = memo()
    assert text.startswith("# Leave Helper: no-go")
    assert "| Answered | at least 70% | 25% (17% to 35%, of 80) | not met |" in text
    assert "May I bring my <b>dog</b>? (60 times)" in text
    assert inside("memo", usage.folder, "--out", "memo.html", cwd=tmp_path).code == 0
    page = (tmp_path / "memo.html").read_text(encoding="utf-8")
    assert "May I bring my &lt;b&gt;dog&lt;/b&gt;? (60 times)" in page
    assert "http" not in page


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("- metric: happiness\n  at_least: 1\n", 'there is no metric "happiness"'),
        ("- metric: answered\n", "has no bound"),
    ],
)
def test_a_criterion_that_says_nothing_is_named(tmp_path: Path, line: str, reason: str) -> None:
    usage = Usage(tmp_path / "leave", f"{SPEC}success:\n{line}")
    done = inside("memo", usage.folder, cwd=tmp_path)
    assert done.code == 1
    assert reason in done.err
    assert not (tmp_path / "memo.html").exists()


def test_new_takes_a_hypothesis_that_the_memo_holds(tmp_path: Path) -> None:
    words = "We believe new hires will ask it first; we will know when half would use it by May."
    done = inside(
        "new", "Search our HR policies", "--hypothesis", words, "--out", "made", "--yes", cwd=tmp_path
    )
    assert done.code == 0, done.err
    memo = tmp_path / "memo.md"
    assert inside("memo", "made", "--out", str(memo), cwd=tmp_path).code == 0
    assert f"**Hypothesis.** {words}" in memo.read_text(encoding="utf-8")


def test_a_workbook_holds_the_numbers_and_no_formula(usage: Usage, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    for number in range(20):
        usage.ask("ann", number, "=1+1", found=number > 4)
    out = tmp_path / "memo.xlsx"
    assert inside("memo", str(usage.folder), "--out", str(out), cwd=tmp_path).code == 0
    workbook = load_workbook(out)
    rows = {row[0]: row for row in workbook["Numbers"].iter_rows(values_only=True)}
    assert rows["Answered"][1:3] == (0.75, "share")
    assert rows["Answered"][5] == 20
    asked = workbook["Unanswered"]["A2"]
    assert (asked.value, asked.data_type) == ("=1+1", "s")


def test_what_is_missing_stays_missing_however_many_events_there_are(usage: Usage) -> None:
    answer = Answer("How long?", "12 weeks.", "offline", dollars=None, found=True, seconds=0.5)
    said = [None, 1, -1]
    rows = [
        (answer, {"visitor": f"v{n % 7}", "traffic": "guest", "feedback": said[n % 3]}) for n in range(2_400)
    ]
    usage.log.record_all(rows, [])
    query = "SELECT count(*) AS n, count(cost) AS priced, count(thumbs) AS thumbs, sum(thumbs) AS sum, max(id) AS last"
    assert usage.rows(f"{query} FROM questions") == [
        {"n": 2400, "priced": 0, "thumbs": 1600, "sum": 0, "last": 2400}
    ]


@pytest.mark.slow
def test_the_same_events_give_the_same_numbers_in_a_file_and_in_postgres(
    usage: Usage, postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(24):
        event = usage.ask(
            f"v{number % 7}",
            number % 19,
            f"Question {number % 9}?",
            found=number % 4 > 0,
            thumbs=number % 3 - 1,
            dollars=number / 3000,
            seconds=1 + number / 7,
            search=number / 30,
        )
        usage.log.mark(event, ("right", "wrong", "should refuse", "")[number % 4])
        usage.log.record_opinion(f"v{number % 7}", "board", 1, number % 11)
    with closing(sqlite3.connect(usage.log.path)) as file, file:
        file.execute("UPDATE events SET unsupported = id % 2")
    here = _every_number(usage)
    assert not [name for name, value, *_ in here if value is None]  # or nothing would be held
    rows = usage.log.events()
    monkeypatch.setenv(EVENTS_URL_ENV, postgres)
    with shared_table(postgres, Settings.read(usage.folder).key) as table:
        for row in rows:
            table.add({**row.fields, "passages": "[]", "checks": "[]"})
    assert _every_number(usage) == here
    assert ("questions", 24.0, None, 24) in here


def test_a_slide_holds_criteria_and_chart_and_no_text_leaves_its_place(tmp_path: Path) -> None:
    from PIL import ImageFont
    from pptx import Presentation

    long = "Wirbelsäulenuntersuchungsterminvergabe " * 9
    usage = Usage(tmp_path / "leave", SPEC + HYPOTHESIS.replace("We believe", f"We believe {long}"))
    for number in range(40):
        usage.ask(f"v{number}", number % 5, f"{long} {'請假' * 60}\x0b {number % 9}?", found=number % 4 > 0)
    assert inside("memo", usage.folder, "--out", "memo.pptx", cwd=tmp_path).code == 0
    (slide,) = Presentation(str(tmp_path / "memo.pptx")).slides
    (table,) = (shape.table for shape in slide.shapes if shape.has_table)
    assert [cell.text for cell in table.rows[1].cells] == [
        "Answered",
        "at least 70%",
        "75% (60% to 86%)",
        "met",
    ]
    (chart,) = (shape.chart for shape in slide.shapes if shape.has_chart)
    assert [tuple(series.values) for series in chart.plots[0].series] == [(0.7,), (0.75,)]
    texts = [shape for shape in slide.shapes if shape.has_text_frame]
    assert "Go" in [shape.text_frame.text for shape in texts]
    for shape in texts:
        used, frame = 0.0, shape.text_frame
        for run in (run for paragraph in frame.paragraphs for run in paragraph.runs):
            size = run.font.size.pt
            drawn = ImageFont.load_default(size).getlength(run.text) / 72
            inner = (shape.width - frame.margin_left - frame.margin_right) / 914_400
            used += -(-drawn // inner) * size * 1.2 / 72
        assert used <= shape.height / 914_400 + 0.02, frame.text


@pytest.mark.slow
@pytest.mark.browser
@needs_chromium
def test_the_memo_prints_on_one_sheet_of_a4(tmp_path: Path) -> None:
    import pypdfium2

    usage = Usage(tmp_path / "leave", SPEC + HYPOTHESIS)
    for number in range(60):
        event = usage.ask(
            f"v{number % 12}", number % 5, f"{number % 11} {'May I bring a dog? ' * 20}", found=False
        )
        usage.log.feedback(event, -1, f"{number} {'It did not know. ' * 30}")
    assert inside("memo", usage.folder, cwd=tmp_path).code == 0
    with browser() as chromium, window(chromium, (tmp_path / "memo.html").as_uri()) as shown:
        shown.page.pdf(path=str(tmp_path / "memo.pdf"), prefer_css_page_size=True)
    pdf = pypdfium2.PdfDocument(tmp_path / "memo.pdf")
    assert [round(side) for side in pdf[0].get_size()] == [595, 842]
    assert len(pdf) == 1
    assert "Risks" in pdf[0].get_textpage().get_text_bounded()


def _every_number(usage: Usage) -> list[tuple[object, ...]]:
    """Every metric, and every starter query's rows but the numbers of events, which differ from store to store."""
    database = database_of(usage.folder)
    values = [(each.metric.name, each.value, each.low, each.cases) for each in measure(database)]
    rows = [(each.name, database.run(each.sql).table.rows) for each in starter_queries().values()]
    return [*values, *rows]
