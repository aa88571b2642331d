"""The screen: documents in, a table out; a click on a cell shows the words it comes from."""

import os
import tempfile
import uuid
from html import escape
from pathlib import Path
from typing import Any

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

import gradio as gr
from assistant import Assistant

from protokit.runtime import OWN, DocumentRow, RuntimeProblem, as_csv, as_xlsx, notice, ui
from vectorstore import VectorstoreError

assistant = Assistant()
settings = assistant.settings
texts = ui.use_language(settings.language)  # every word on the page that is not the prototype's own
names = assistant.field_names
MOST_AT_ONCE = 25  # documents that are read without a click when the page opens
PROGRESS = gr.Progress()
HEADERS = [texts.document, *names]


def read_uploads(paths: list[str] | None) -> list[tuple[str, Path | str]]:
    """The text of each upload, which is not kept."""
    additions: list[tuple[str, Path | str]] = []
    for path in map(Path, paths or []):
        try:
            additions.append((f"{OWN}{path.name}", assistant.text_of(path)))
        except VectorstoreError as problem:
            gr.Warning(escape(str(problem)))
        finally:
            path.unlink(missing_ok=True)
    return additions


def cells_of(rows: list[DocumentRow]) -> list[list[Any]]:
    """What the table shows."""
    values = [[ui.shown_name(row.file), *(row.cells.get(name) for name in names)] for row in rows]
    return [[texts.not_stated if value is None else value for value in line] for line in values]


def make_table(
    pasted: str | None, paths: list[str] | None, session: str, progress: gr.Progress = PROGRESS
) -> tuple[Any, ...]:
    """Read the documents in knowledge/, the uploads and the pasted text."""
    additions = read_uploads(paths) + ([(f"{OWN}pasted text", pasted)] if pasted and pasted.strip() else [])
    documents = [(path.name, path) for path in assistant.documents()] + additions
    rows = list(progress.tqdm(assistant.rows(documents, session), total=len(documents), desc=texts.reading))
    for row in rows:
        if row.problem:
            gr.Warning(escape(f"{ui.shown_name(row.file)}: {row.problem}"))
    return cells_of(rows), rows, "", gr.Group(visible=False), gr.Row(visible=True), None


def extract(text: str, session: str) -> dict[str, Any]:
    """One document, for programs: its row."""
    (row,) = assistant.rows([(f"{OWN}text", text)], session)
    return row.cells


def show_cell(rows: list[DocumentRow], picked: gr.SelectData) -> tuple[Any, ...]:
    """The words that a value comes from."""
    place, column = picked.index
    if column == 0 or place >= len(rows):
        return "", gr.Group(visible=False), "", None
    row, name = rows[place], names[column - 1]
    value = row.cells.get(name)
    shown = texts.not_stated if value is None else str(value)
    quotes = "".join(
        f'<article class="source"><header><b>{escape(ui.shown_name(quote.passage.where))}</b></header>'
        f"<blockquote>{ui.marked(quote)}</blockquote></article>"
        for quote in row.quotes(name)
    )
    head = f"<h2>{escape(name)}: {escape(shown)}</h2><p class='quiet'>{escape(row.reason(name) or row.problem)}</p>"
    own = row.file.startswith(OWN) or row.answer is None
    return head + quotes, gr.Group(visible=not own), "" if value is None else str(value), (place, name)


def correct(rows: list[DocumentRow], at: tuple[int, str] | None, value: str) -> tuple[Any, ...]:
    """Keep a corrected value."""
    if at is None:
        return gr.skip(), rows
    place, name = at
    try:
        rows[place] = assistant.correct(rows[place], name, value.strip())
    except RuntimeProblem as problem:
        raise gr.Error(escape(problem.friendly)) from None
    gr.Info(texts.value_kept)
    return cells_of(rows), rows


def file_of(rows: list[DocumentRow], ending: str) -> str:
    """The table as a file to take along."""
    path = Path(tempfile.mkdtemp()) / f"{settings.folder.name}.{ending}"
    path.write_bytes((as_csv if ending == "csv" else as_xlsx)(rows, names))
    return str(path)


with gr.Blocks(title=settings.title, analytics_enabled=False) as demo:
    rows, at, session = gr.State([]), gr.State(None), gr.State(lambda: uuid.uuid4().hex)
    gr.Markdown(ui.head_markdown(settings), elem_classes="head")
    gr.Markdown(ui.safe_markdown(settings.welcome))
    with gr.Accordion(texts.add_documents, open=False):
        with gr.Column(visible=False) as adding:
            uploads = gr.File(label=texts.upload_files, file_count="multiple", height=140)
            gr.Markdown(notice(settings.model, once=True), elem_classes="quiet")
        pasted = gr.Textbox(label=texts.paste_document, lines=5, max_lines=12)
    button = gr.Button(texts.make_table, variant="primary")
    table = gr.Dataframe(headers=HEADERS, interactive=False, wrap=True, show_label=False, elem_classes="wide")
    with gr.Row(visible=False, elem_classes="starters") as saving:
        as_csv_file = gr.DownloadButton("CSV", size="sm")
        as_excel = gr.DownloadButton("Excel", size="sm")
    quote = gr.HTML(padding=False, elem_classes="panel")
    with gr.Group(visible=False) as correcting:
        right = gr.Textbox(label=texts.value_wrong)
        keep = gr.Button(texts.correct, size="sm")
    text = gr.Textbox(visible=False)
    one = gr.JSON(visible=False)

    demo.load(ui.upload_offer(settings), None, adding, show_progress="hidden", api_visibility="private")
    inputs = [pasted, uploads, session]
    outputs = [table, rows, quote, correcting, saving, uploads]
    button.click(
        make_table, [pasted, uploads, session], outputs, concurrency_limit=None, api_visibility="private"
    )
    if settings.model == "offline" and len(assistant.documents()) <= MOST_AT_ONCE:
        demo.load(make_table, inputs, outputs, api_visibility="private")
    table.select(show_cell, rows, [quote, correcting, right, at], api_visibility="private")
    keep.click(correct, [rows, at, right], [table, rows], api_visibility="private")
    text.submit(extract, [text, session], one, concurrency_limit=None, api_name="extract")
    as_csv_file.click(lambda rows: file_of(rows, "csv"), rows, as_csv_file, api_visibility="private")
    as_excel.click(lambda rows: file_of(rows, "xlsx"), rows, as_excel, api_visibility="private")

if __name__ == "__main__":
    demo.launch(**ui.launch_options(settings))
