"""Pages of their own, for the memo and the case study: they ask for nothing from elsewhere and print well."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

from protokit.analytics.case_tables import CaseTable


def html_page(title: str, body: str) -> str:
    """A whole page with its style in it; `body` is HTML."""
    style = Path(__file__).with_name("memo.css").read_text(encoding="utf-8")
    head = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{style}</style></head>'
    )
    return f"{head}<body><main>{body}</main></body></html>\n"


def html_table(rows: Sequence[tuple[str, str, str]], outcomes: Sequence[str] = ()) -> str:
    """Rows of a name, what stands small below it, and its value; then, where there are any, the outcomes."""
    lines = []
    for (name, below, value), outcome in zip(rows, outcomes or [""] * len(rows), strict=True):
        last = f'<td class="{outcome.replace(" ", "-")}">{escape(outcome)}</td>' if outcomes else ""
        lines.append(
            f'<tr><th scope="row">{escape(name)}<small>{escape(below)}</small></th><td>{escape(value)}</td>{last}</tr>'
        )
    return f"<table>{''.join(lines)}</table>"


def html_grid(table: CaseTable) -> str:
    """A table whose first row names its columns."""
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in table.head)
    rows = [
        f'<tr><th scope="row">{escape(first)}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        + "</tr>"
        for first, *cells in table.rows
    ]
    title = f"<section><h3>{escape(table.title)}</h3>"
    return f'{title}<table class="grid"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></section>'


def html_list(lines: Sequence[str], otherwise: str) -> str:
    if not lines:
        return f"<p>{escape(otherwise)}</p>"
    return "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"
