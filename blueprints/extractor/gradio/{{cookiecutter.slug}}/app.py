"""The screen: documents in, a table out; a click on a cell shows the words it comes from."""

import os
import tempfile
import uuid
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

import gradio as gr
from assistant import Assistant

from protokit.runtime import OWN, DocumentRow, RuntimeProblem, as_csv, as_xlsx, notice, ui, with_rows
from vectorstore import VectorstoreError, read
from vectorstore.loaders import Document

assistant = Assistant()
settings = assistant.settings
texts = ui.use_language(settings.language)  # every word on the page that is not the prototype's own
names = assistant.field_names
MOST_AT_ONCE = 25  # documents that are read without a click when the page opens
STEP = 20  # documents after which the table is shown anew


def read_uploads(paths: list[str] | None) -> list[tuple[str, Path | Document]]:
    """What each upload holds; the file itself is not kept."""
    documents: list[tuple[str, Path | Document]] = []
    for path in map(Path, paths or []):
        try:
            documents.append((f"{OWN}{path.name}", read(path)))
        except VectorstoreError as problem:
            gr.Warning(escape(str(problem)))
        finally:
            path.unlink(missing_ok=True)
    return documents


def cells_of(rows: list[DocumentRow]) -> list[list[Any]]:
    """What the table shows."""
    values = [[ui.shown_name(row.file), *(row.cells.get(name) for name in names)] for row in rows]
    return [[texts.not_stated if value is None else value for value in line] for line in values]


def table_of(rows: list[DocumentRow], told: str = "") -> tuple[Any, ...]:
    return cells_of(rows), rows, told, gr.Row(visible=bool(rows))


def make_table(
    pasted: str | None, paths: list[str] | None, known: list[DocumentRow], visit: str
) -> Iterator[tuple[Any, ...]]:
    """Read what is new of the documents in knowledge/, the uploads and the pasted text."""
    text = [(f"{OWN}pasted text", Document(pasted, (), "txt"))] if pasted and pasted.strip() else []
    documents = [*((path.name, path) for path in assistant.documents()), *read_uploads(paths), *text]
    rows: list[DocumentRow] = []
    for count, more in enumerate(assistant.rows(documents, known, visit), 1):
        rows += more
        if count % STEP == 0:
            yield table_of(rows, texts.of_documents.format(done=count, total=len(documents)))
    files = {row.file for row in rows}
    rows += [row for row in known if row.file not in files]
    for file, problem in {row.file: row.problem for row in rows if row.problem}.items():
        gr.Warning(escape(f"{ui.shown_name(file)}: {problem}"))
    assistant.results.keep(visit, rows)
    yield table_of(rows)


def open_page(visit: str) -> Iterator[tuple[Any, ...]]:
    """The table as it was before the page was reloaded, else that of a few documents."""
    visit = visit or uuid.uuid4().hex
    if rows := assistant.results.get(visit):
        yield visit, *table_of(rows)
    elif settings.model == "offline" and len(assistant.documents()) <= MOST_AT_ONCE:
        yield from ((visit, *table) for table in make_table(None, None, [], visit))
    else:
        yield visit, *table_of([])


def extract(text: str, session: str) -> list[dict[str, Any]]:
    """One document, for programs: its rows."""
    document = Document(text, (), "txt")
    return [row.cells for row in next(assistant.rows([(f"{OWN}text", document)], session=session))]


def show_cell(rows: list[DocumentRow], picked: gr.SelectData) -> tuple[Any, ...]:
    """The words that a value comes from."""
    place, column = picked.index
    if column == 0 or place >= len(rows):
        return "", gr.Group(visible=False), "", None
    row, name = rows[place], names[column - 1]
    value = row.cells.get(name)
    shown = "" if value is None else str(value)
    quotes = "".join(
        f'<article class="source"><header><b>{escape(ui.shown_name(quote.passage.where))}</b></header>'
        f"<blockquote>{ui.marked(quote)}</blockquote></article>"
        for quote in row.quotes(name)
    )
    told = f"<p class='quiet'>{escape(row.reason(name) or row.problem)}</p>"
    head = f"<h2>{escape(name)}: {escape(shown or texts.not_stated)}</h2>{told}"
    own = row.file.startswith(OWN) or row.answer is None
    return head + quotes, gr.Group(visible=not own), shown, (place, name)


def correct(rows: list[DocumentRow], at: tuple[int, str] | None, value: str, visit: str) -> tuple[Any, ...]:
    """Keep a corrected value."""
    if at is None:
        return gr.skip(), rows
    place, name = at
    try:
        rows = with_rows(rows, assistant.correct(rows[place], name, value.strip()))
    except RuntimeProblem as problem:
        raise gr.Error(escape(problem.friendly)) from None
    assistant.results.keep(visit, rows)
    gr.Info(texts.value_kept)
    return cells_of(rows), rows


def file_of(rows: list[DocumentRow], ending: str) -> str:
    """The table as a file to take along."""
    path = Path(tempfile.mkdtemp()) / f"{settings.folder.name}.{ending}"
    path.write_bytes((as_csv if ending == "csv" else as_xlsx)(rows, names))
    return str(path)


with gr.Blocks(title=settings.title, analytics_enabled=False) as demo:
    rows, at, visit = gr.State([]), gr.State(None), gr.BrowserState("", storage_key="visit")
    session = ui.visit_state(lambda: uuid.uuid4().hex)
    gr.Markdown(ui.head_markdown(settings), elem_classes="head")
    gr.Markdown(ui.safe_markdown(settings.welcome))
    with gr.Accordion(texts.add_documents, open=False):
        with gr.Column(visible=False) as adding:
            uploads = gr.File(label=texts.upload_files, file_count="multiple", height=140)
            gr.Markdown(notice(settings.model, once=True), elem_classes="quiet")
        pasted = gr.Textbox(label=texts.paste_document, lines=5, max_lines=12)
    button = gr.Button(texts.make_table, variant="primary")
    progress = gr.Markdown(elem_classes="quiet")
    table = gr.Dataframe(
        headers=[texts.document, *names], interactive=False, wrap=True, show_label=False, elem_classes="wide"
    )
    with gr.Row(visible=False, elem_classes="starters") as saving:
        as_csv_file = gr.DownloadButton("CSV", size="sm")
        as_excel = gr.DownloadButton("Excel", size="sm")
    quote = gr.HTML(padding=False, elem_classes="panel")
    with gr.Group(visible=False) as correcting:
        right = gr.Textbox(label=texts.value_wrong)
        keep = gr.Button(texts.correct, size="sm")
    text, one = gr.Textbox(visible=False), gr.JSON(visible=False)

    demo.load(ui.upload_offer(settings), None, adding, show_progress="hidden", api_visibility="private")
    made = [table, rows, progress, saving]
    demo.load(open_page, visit, [visit, *made], api_visibility="private")
    inputs = [pasted, uploads, rows, visit]
    button.click(make_table, inputs, made, concurrency_limit=None, api_visibility="private").then(
        lambda: (None, "", gr.Group(visible=False)),
        None,
        [uploads, quote, correcting],
        api_visibility="private",
    )
    table.select(show_cell, rows, [quote, correcting, right, at], api_visibility="private")
    keep.click(correct, [rows, at, right, visit], [table, rows], api_visibility="private")
    text.submit(extract, [text, session], one, concurrency_limit=None, api_name="extract")
    as_csv_file.click(lambda rows: file_of(rows, "csv"), rows, as_csv_file, api_visibility="private")
    as_excel.click(lambda rows: file_of(rows, "xlsx"), rows, as_excel, api_visibility="private")

if __name__ == "__main__":
    demo.launch(**ui.launch_options(settings))
