"""`protokit metrics`, `sql`, `case`, `memo`: from what visitors did to a decision."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from protokit.cli.console import A_PATH, AS_JSON, friendly
from protokit.cli.terminal_output import tell

if TYPE_CHECKING:
    from protokit.runtime.analysis.read_only_database import SqlResult

_WIDEST = 60
"""Characters of a cell in the terminal."""


@click.command("metrics")
@click.argument("folder", default=".", type=A_PATH)
@AS_JSON
@friendly
def metrics_(folder: Path, as_json: bool) -> None:
    """Show the numbers of the prototype in FOLDER: visitors, returning, answered, cost, wait, each with its meaning."""
    from protokit.analytics.metrics import measure
    from protokit.analytics.usage_tables import database_of, is_simulated
    from protokit.prototype.prototype_folder import Prototype

    database = database_of(Prototype.open(folder).folder)
    measures = measure(database)
    if is_simulated(database):
        tell("Simulated traffic: no visitor has been there yet.", err=True)
    if as_json:
        rows = [
            {"name": m.metric.name, "unit": m.metric.unit, "value": m.value, "cases": m.cases}
            | {"low": m.low, "high": m.high, "enough": m.enough, "meaning": m.metric.meaning}
            for m in measures
        ]
        tell(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    wide = max(len(each.metric.label) for each in measures)
    tell("\n".join(f"{each.metric.label:<{wide}}  {each}" for each in measures))


@click.command("sql")
@click.argument("folder", type=A_PATH)
@click.argument("query", default="")
@click.option("--csv", "as_csv", is_flag=True, help="Print the rows as CSV.")
@AS_JSON
@friendly
def sql_(folder: Path, query: str, as_csv: bool, as_json: bool) -> None:
    """Run QUERY, one SELECT or the name of a starter query, over what visitors of FOLDER did; without one, list them.

    \b
    protokit sql leave-helper unanswered
    protokit sql leave-helper "SELECT day, count(*) FROM questions GROUP BY day"
    """
    from protokit.analytics.queries import run_query, starter_queries
    from protokit.analytics.usage_tables import TABLES

    if not query:
        wide = max(map(len, starter_queries()))
        lines = [f"  {each.name:<{wide}}  {each.title}" for each in starter_queries().values()]
        tell("\n".join([f"Tables: {', '.join(TABLES)}. Queries to begin with:", *lines]))
        return
    result = run_query(folder, query)
    names = [column.name for column in result.table.columns]
    if as_json:
        tell(
            json.dumps([dict(zip(names, row, strict=True)) for row in result.table.rows], ensure_ascii=False)
        )
    else:
        from protokit.runtime.analysis.charts import csv_text

        tell(csv_text(result.table) if as_csv else _as_table(result), end="" if as_csv else "\n")


@click.command("case")
@click.argument("folder", default=".", type=A_PATH)
@click.option(
    "--set", "own", multiple=True, metavar="NAME=NUMBER", help="Another value of an assumption. Repeatable."
)
@click.option(
    "--model", default="", help="Price the answers on this model, instead of the one that gave them."
)
@click.option("--models", is_flag=True, help="Price them on every model of the price table.")
@AS_JSON
@friendly
def case_(folder: Path, own: tuple[str, ...], model: str, models: bool, as_json: bool) -> None:
    """Show the business case of the prototype in FOLDER: subscription, pay per answer and API licence side by side.

    \b
    protokit case leave-helper --set subscription_price=12 --set users=5000
    """
    from protokit.analytics.business_case import make_case, price_models
    from protokit.analytics.case_tables import case_in_words, case_tables, model_table
    from protokit.analytics.usage_tables import database_of
    from protokit.prototype.prototype_folder import Prototype

    prototype = Prototype.open(folder)
    values = {**prototype.spec.assumptions, **dict(map(_assumption, own))}
    case = make_case(database_of(prototype.folder), values, model, prototype.spec.prices)
    tables = [model_table(price_models(case))] if models else case_tables(case)
    words = [] if models else case_in_words(case)
    if as_json:
        from dataclasses import asdict

        tell(
            json.dumps(
                {"words": words, "tables": [asdict(each) for each in tables]}, ensure_ascii=False, indent=2
            )
        )
        return
    for line in words:
        tell(line)
    for table in tables:
        tell(f"\n{table.title}" if words else table.title)
        tell(_in_columns([table.head, *table.rows]))


def _assumption(text: str) -> tuple[str, float]:
    from protokit.errors import ChoiceProblem

    name, _, number = text.partition("=")
    try:
        return name.strip(), float(number)
    except ValueError:
        raise ChoiceProblem(
            f'"{text}" sets no number', where="--set", fix="Write NAME=NUMBER: --set users=5000."
        ) from None


@click.command("memo")
@click.argument("folder", default=".", type=A_PATH)
@click.option(
    "--out",
    type=A_PATH,
    help="The file to write: .html (to print or send), .pptx (a slide), .md or .xlsx; default: memo.html.",
)
@friendly
def memo_(folder: Path, out: Path | None) -> None:
    """Write the decision memo of the prototype in FOLDER: hypothesis, criteria met or not, numbers, go or no-go."""
    from protokit.analytics.memo import write_memo
    from protokit.analytics.memo_files import MEMO_FILES
    from protokit.errors import ChoiceProblem
    from protokit.files.atomic import write_bytes

    target = out or Path("memo.html")
    kind = MEMO_FILES.get(target.suffix.removeprefix("."))
    if kind is None:
        raise ChoiceProblem.of("--out", target.name, [f"memo.{each}" for each in MEMO_FILES])
    memo = write_memo(folder)
    write_bytes(target, kind.render(memo))
    tell(f"{memo.recommendation}: {target}")


@click.command("story")
@click.argument("folder", default=".", type=A_PATH)
@click.option(
    "--out", type=A_PATH, default=Path("story.html"), show_default=True, help="The case study to write."
)
@click.option(
    "--replay", type=A_PATH, help="Write a recorded session too, as a page that plays itself offline."
)
@click.option("--session", default="", help="Which session to record. [default: your own newest]")
@click.option(
    "--consent", is_flag=True, help="Visitors agreed: show their words, personal data masked, and sessions."
)
@friendly
def story_(folder: Path, out: Path, replay: Path | None, session: str, consent: bool) -> None:
    """Write a case study of the prototype in FOLDER for a portfolio, and a session that plays itself.

    \b
    protokit story leave-helper --replay replay.html
    """
    from protokit.analytics.case_study import case_study
    from protokit.analytics.recording import record_session, recording_as_html
    from protokit.files.atomic import write_text

    recording = record_session(folder, session, consent=consent) if replay or session else None
    write_text(out, case_study(folder, quotes=consent, recording=recording))
    tell(str(out))
    if replay and recording:
        write_text(replay, recording_as_html(recording))
        tell(f"{replay}: {len(recording.steps)} questions, recorded on {recording.day}")


@click.command("backlog")
@click.argument("folder", default=".", type=A_PATH)
@click.option(
    "--to", "tracker", default="markdown", show_default=True, help="markdown, jira, linear or github."
)
@click.option("--out", type=A_PATH, help="The file to write; default: named by --to.")
@friendly
def backlog_(folder: Path, tracker: str, out: Path | None) -> None:
    """Write what visitors of the prototype in FOLDER asked and did not get as work for a team's tracker."""
    from protokit.analytics.backlog import TRACKERS, backlog
    from protokit.errors import ChoiceProblem
    from protokit.files.atomic import write_text

    if tracker not in TRACKERS:
        raise ChoiceProblem.of("--to", tracker, list(TRACKERS))
    name, render = TRACKERS[tracker]
    items = backlog(folder)
    write_text(out or Path(name), render(items))
    tell(f"{len(items)} items: {out or name}")


@click.command("examples")
@click.argument("folder", default=".", type=A_PATH)
@click.option(
    "--out", type=A_PATH, default=Path("examples.jsonl"), show_default=True, help="The file to write."
)
@friendly
def examples_(folder: Path, out: Path) -> None:
    """Write the approved answers of the prototype in FOLDER as examples for fine-tuning, and say if they are ready."""
    from protokit.analytics.training_examples import approved_examples
    from protokit.files.atomic import write_text

    examples = approved_examples(folder)
    write_text(out, "".join(f"{line}\n" for line in examples.lines))
    tell(str(out))
    tell(str(examples), err=True)


def _as_table(result: "SqlResult") -> str:
    rows = [[column.name for column in result.table.columns]]
    rows += [[_shown(cell) for cell in row] for row in result.table.rows]
    lines = _in_columns(rows)
    more = " (there are more)" if result.cut else ""
    return f"{lines}\n{len(rows) - 1} rows{more}"


def _in_columns(rows: Sequence[Sequence[str]]) -> str:
    """A head and rows, with a line between them."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = [
        "  ".join(f"{cell:<{wide}}" for cell, wide in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    lines.insert(1, "  ".join("-" * wide for wide in widths))
    return "\n".join(lines)


def _shown(cell: object) -> str:
    text = f"{cell:g}" if isinstance(cell, float) else "" if cell is None else " ".join(str(cell).split())
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"
