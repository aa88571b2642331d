"""The screen: texts on one side, their labels on the other, with the words that decided; corrections teach it."""

import os
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

import gradio as gr
from assistant import Assistant

from protokit.runtime import (
    OWN,
    Answer,
    LabelRow,
    RuntimeProblem,
    count_labels,
    notice,
    read_texts,
    sort_batches,
    text_columns,
    ui,
)
from vectorstore import VectorstoreError

assistant = Assistant()
settings = assistant.settings
texts = ui.use_language(settings.language)  # every word on the page that is not the prototype's own
names = [label.name for label in settings.labels]
scored = bool(settings.criteria)  # a score has criteria and their words; examples teach labels alone
WIDTHS = ["260px", "90px", "110px", "320px", *["130px"] * len(settings.criteria)] if scored else []


def sort_pasted(text: str, lines: bool, session: str, visit: str) -> Iterator[tuple[Any, ...]]:
    """Sort the pasted text, or each of its lines."""
    items = read_texts(text, lines=lines and bool(text.strip())).texts
    yield from sort_texts(items, f"{OWN}{texts.pasted_text}", session, visit)


def sort_texts(items: Sequence[str], file: str, session: str, visit: str) -> Iterator[tuple[Any, ...]]:
    """Sort one text, or a table of them."""
    if len(items) > 1 or not names:
        yield from ((*shown, None) for shown in sort_all(items, file, session, visit))
    else:
        hidden = [gr.Label(visible=False), gr.Dataframe(visible=False), gr.DownloadButton(visible=False), []]
        yield from ((*shown[:3], *hidden, shown[3]) for shown in classify("".join(items), session))


def classify(text: str, session: str) -> Iterator[tuple[Any, ...]]:
    """Sort one text."""
    off = gr.Row(visible=False)
    if not text.strip():
        yield texts.text_or_file_first, "", off, None
        return
    yield "…", "", off, None
    try:
        answer = assistant.reply(text, session=session).answer
    except RuntimeProblem as problem:
        yield ui.safe_markdown(problem.friendly), "", off, None
        return
    note = f"\n\n*{ui.safe_line(answer.note)}*" if answer.note else ""
    marks = (
        f"<div class='source'><blockquote>{ui.marked(answer.citations[0])}</blockquote></div>"
        if answer.citations
        else ""
    )
    shown = f"{ui.safe_markdown(answer.text)}{note}\n\n`{ui.numbers(answer)}`"
    yield shown, marks, gr.Row(visible=True), (text, answer)


def sort_all(items: Sequence[str], file: str, session: str, visit: str) -> Iterator[tuple[Any, ...]]:
    """Sort many texts, batch by batch, so that the page shows how far it is."""
    rows: list[LabelRow] = []
    try:
        for rows in sort_batches(
            items,
            lambda batch: assistant.reply(batch, options={"file": file}, session=session).answer,
            together=not names,
        ):
            yield f"{len(rows)} / {len(items)}", "", gr.Row(visible=False), *[gr.skip()] * 4
    except RuntimeProblem as problem:
        raise gr.Error(escape(problem.friendly), duration=10) from None
    assistant.results.keep(visit, rows)
    yield table_of(rows)


def table_of(rows: list[LabelRow]) -> tuple[Any, ...]:
    """The chart, the table and its file."""
    shares = {label: count / len(rows) for label, count in count_labels(rows)}
    file = Path(tempfile.mkdtemp(), "labels.csv")
    file.write_text(ui.safe_csv(assistant.columns, rows), encoding="utf-8")
    return (
        texts.sorted_texts.format(count=texts.count(len(rows))),
        "",
        gr.Row(visible=False),
        gr.Label(shares, visible=True),
        gr.Dataframe([list(row) for row in rows], visible=True),
        gr.DownloadButton(value=str(file), visible=True),
        rows,
    )


def read_source(path: Path, whose: str = "") -> tuple[Any, ...]:
    """The texts in a file and its columns, of which the wordiest is sorted first."""
    try:
        told = assistant.read_file(path)
    except VectorstoreError as problem:
        raise gr.Error(escape(str(problem)), duration=10) from None
    columns = text_columns(told)
    shown = gr.Dropdown(columns, value=columns[0] if columns else None, visible=len(columns) > 1)
    return (f"{whose}{path.name}", told), shown


def read_upload(path: str | None) -> tuple[Any, ...]:
    """A visitor's file, which is not kept."""
    if path is None:
        return gr.skip(), gr.skip()
    try:
        return read_source(Path(path), OWN)
    finally:
        Path(path).unlink(missing_ok=True)


def sort_source(
    source: tuple[str, str] | None, column: str | None, session: str, visit: str
) -> Iterator[tuple[Any, ...]]:
    """Sort the texts of the file that was chosen."""
    if source:
        yield from sort_texts(read_texts(source[1], column=column or "").texts, source[0], session, visit)


def open_page(visit: str) -> tuple[Any, ...]:
    """The table as it was before the page was reloaded."""
    rows = assistant.results.get(visit)
    return visit or uuid.uuid4().hex, *(table_of(rows) if rows else [gr.skip()] * 7), gr.skip()


def pick_row(rows: list[tuple[Any, ...]], picked: gr.SelectData) -> tuple[Any, ...]:
    """A row of the table, to be corrected."""
    text = str(picked.row_value[0])
    return gr.Row(visible=bool(rows and names and not scored)), (text, None)


def learn(done: tuple[str, Answer | None] | None, right: str | None, session: str) -> str:
    if done and right:
        assistant.learn(done[0], right, session)
        gr.Info(texts.learnt)
    return assistant.gain(session)


def judge(thumbs: int, done: tuple[str, Answer | None] | None) -> None:
    if done and done[1]:
        assistant.events.feedback(done[1].event, thumbs)
        gr.Info(texts.feedback_taken)


with gr.Blocks(title=settings.title, analytics_enabled=False) as demo:
    done, source, rows = gr.State(None), gr.State(None), gr.State([])
    session, visit = ui.visit_state(lambda: uuid.uuid4().hex), gr.BrowserState("", storage_key="visit")
    gr.Markdown(ui.head_markdown(settings), elem_classes="head")
    with gr.Row():
        with gr.Column(min_width=320, scale=2):
            text = gr.Textbox(placeholder=texts.paste_text, label=texts.text, lines=6, max_lines=12)
            lines = gr.Checkbox(not names, label=texts.text_a_line)
            button = gr.Button(texts.sort, variant="primary")
            gr.Markdown(texts.or_whole_file, elem_classes="quiet")
            with gr.Row(elem_classes="starters"):
                paths = sorted(path for path in settings.knowledge.iterdir() if path.name[0] != ".")
                files = [(gr.Button(path.name, size="sm"), path) for path in paths]
            with gr.Column(visible=False) as adding:
                upload = gr.UploadButton(texts.upload_file, size="sm", elem_classes="plain")
                gr.Markdown(notice(settings.model, once=True), elem_classes="quiet")
            column = gr.Dropdown(label=texts.column_heads["column"], visible=False)
            told = "\n".join(
                f"- **{ui.safe_line(each.name)}** {ui.safe_line(each.description)}"
                for each in settings.criteria or settings.labels
            )
            with gr.Accordion(texts.labels, open=False, visible=bool(names)):
                gr.Markdown(told)
            if assistant.about_people:
                gr.Markdown(texts.about_people, elem_classes="quiet")
        with gr.Column(min_width=320, scale=3):
            result = gr.Markdown(ui.safe_markdown(settings.welcome), elem_classes="answer")
            marks = gr.HTML(padding=False, elem_classes="panel")
            with gr.Row(visible=False, elem_classes="starters") as after:
                right = gr.Dropdown(names, value=None, label=texts.label_wrong, visible=not scored)
                teach = gr.Button(texts.learn, size="sm", visible=not scored)
                up, down = (
                    gr.Button(f"👍 {texts.helpful}", size="sm"),
                    gr.Button(f"👎 {texts.not_helpful}", size="sm"),
                )
            gain = gr.Markdown(elem_classes="quiet")
            chart = gr.Label(label=texts.share_of_texts, visible=False, show_heading=False)
            table = gr.Dataframe(
                headers=assistant.columns,
                visible=False,
                interactive=False,
                column_widths=WIDTHS or ["42%", "18%", "16%", "24%"],
                wrap=True,
                show_search="filter",
                elem_classes="wide",
            )
            download = gr.DownloadButton(texts.download_table, visible=False, size="sm")

    table_parts = [result, marks, after, chart, table, download, rows, done]
    chosen = [source, column, session, visit]
    for file, path in files:
        file.click(
            lambda path=path: read_source(path), None, [source, column], api_visibility="private"
        ).then(sort_source, chosen, table_parts, concurrency_limit=None, api_visibility="private")
    upload.upload(read_upload, upload, [source, column], api_visibility="private").then(
        sort_source, chosen, table_parts, concurrency_limit=None, api_visibility="private"
    )
    column.input(sort_source, chosen, table_parts, concurrency_limit=None, api_visibility="private")
    table.select(pick_row, rows, [after, done], api_visibility="private")
    demo.load(open_page, visit, [visit, *table_parts], api_visibility="private")
    demo.load(ui.upload_offer(settings), None, adding, show_progress="hidden", api_visibility="private")
    button.click(
        sort_pasted,
        [text, lines, session, visit],
        table_parts,
        concurrency_limit=None,
        api_visibility="private",
    )
    text.submit(
        classify, [text, session], [result, marks, after, done], concurrency_limit=None, api_name="classify"
    )
    teach.click(learn, [done, right, session], gain, api_visibility="private")
    up.click(lambda done: judge(1, done), done, None, api_visibility="private")
    down.click(lambda done: judge(-1, done), done, None, api_visibility="private")

if __name__ == "__main__":
    demo.launch(**ui.launch_options(settings))
