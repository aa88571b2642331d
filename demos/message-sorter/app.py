"""The screen: texts on one side, their labels on the other, with the words that decided; corrections teach it."""

import json
import os
import tempfile
import uuid
from collections import Counter
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

import gradio as gr
from assistant import Assistant

from protokit.runtime import OWN, Answer, RuntimeProblem, notice, read_texts, ui
from vectorstore import VectorstoreError

BATCH = 200
WIDTHS = ["230px", "120px", "115px", "150px"]
assistant = Assistant()
settings = assistant.settings
texts = ui.use_language(settings.language)  # every word on the page that is not the prototype's own
names = [label.name for label in settings.labels]
COLUMNS = [texts.text, texts.label, texts.confidence, texts.deciding_words]


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


def sort_file(path: Path, session: str, whose: str = "") -> Iterator[tuple[Any, ...]]:
    """Sort every text of a file, batch by batch, so that the page shows how far it is."""
    rows: list[tuple[Any, ...]] = []
    same = gr.skip()
    try:
        items = read_texts(assistant.read_file(path)).texts
        for start in range(0, len(items), BATCH):
            batch = json.dumps(items[start : start + BATCH])
            answer = assistant.reply(batch, options={"file": f"{whose}{path.name}"}, session=session).answer
            rows += answer.table.rows if answer.table else []
            yield f"{len(rows)} / {len(items)}", "", gr.Row(visible=False), same, same, same
    except RuntimeProblem as problem:
        raise gr.Error(escape(problem.friendly), duration=10) from None
    except VectorstoreError as problem:
        raise gr.Error(escape(str(problem)), duration=10) from None
    counts = Counter(label for row in rows for label in str(row[1]).split(", "))
    shares = {label: count / len(rows) for label, count in counts.items()}
    file = Path(tempfile.mkdtemp(), "labels.csv")
    file.write_text(ui.safe_csv(COLUMNS, rows), encoding="utf-8")
    table = gr.Dataframe([list(row) for row in rows], visible=True)
    told = texts.sorted_texts.format(count=texts.count(len(rows)))
    yield (
        told,
        same,
        same,
        gr.Label(shares, visible=True),
        table,
        gr.DownloadButton(value=str(file), visible=True),
    )


def sort_upload(path: str | None, session: str) -> Iterator[tuple[Any, ...]]:
    """Sort a visitor's file, which is not kept."""
    if path is not None:
        try:
            yield from sort_file(Path(path), session, OWN)
        finally:
            Path(path).unlink(missing_ok=True)


def learn(done: tuple[str, Answer] | None, right: str | None, session: str) -> None:
    if done and right:
        assistant.learn(done[0], right, session)
        gr.Info(texts.learnt)


def judge(thumbs: int, done: tuple[str, Answer] | None) -> None:
    if done:
        assistant.events.feedback(done[1].event, thumbs)
        gr.Info(texts.feedback_taken)


with gr.Blocks(title=settings.title, analytics_enabled=False) as demo:
    done, session = gr.State(None), gr.State(lambda: uuid.uuid4().hex)
    gr.Markdown(ui.head_markdown(settings), elem_classes="head")
    with gr.Row():
        with gr.Column(min_width=320, scale=2):
            text = gr.Textbox(placeholder=texts.paste_text, label=texts.text, lines=6, max_lines=12)
            button = gr.Button(texts.sort, variant="primary")
            gr.Markdown(texts.or_whole_file, elem_classes="quiet")
            with gr.Row(elem_classes="starters"):
                paths = sorted(path for path in settings.knowledge.iterdir() if path.name[0] != ".")
                files = [(gr.Button(path.name, size="sm"), path) for path in paths]
            with gr.Column(visible=False) as adding:
                upload = gr.UploadButton(texts.upload_file, size="sm", elem_classes="plain")
                gr.Markdown(notice(settings.model, once=True), elem_classes="quiet")
            told = "\n".join(
                f"- **{ui.safe_line(each.name)}** {ui.safe_line(each.description)}"
                for each in settings.labels
            )
            with gr.Accordion(texts.labels, open=False):
                gr.Markdown(told)
        with gr.Column(min_width=320, scale=3):
            result = gr.Markdown(ui.safe_markdown(settings.welcome), elem_classes="answer")
            marks = gr.HTML(padding=False, elem_classes="panel")
            with gr.Row(visible=False, elem_classes="starters") as after:
                right = gr.Dropdown(names, value=None, label=texts.label_wrong)
                teach = gr.Button(texts.learn, size="sm")
                up, down = (
                    gr.Button(f"👍 {texts.helpful}", size="sm"),
                    gr.Button(f"👎 {texts.not_helpful}", size="sm"),
                )
            chart = gr.Label(label=texts.share_of_texts, visible=False, show_heading=False)
            table = gr.Dataframe(
                headers=COLUMNS,
                visible=False,
                interactive=False,
                column_widths=WIDTHS,
                wrap=True,
                show_search="filter",
            )
            download = gr.DownloadButton(texts.download_table, visible=False, size="sm")

    sorted_file = [result, marks, after, chart, table, download]
    for file, path in files:
        file.click(
            lambda session, path=path: (yield from sort_file(path, session)),
            session,
            sorted_file,
            api_visibility="private",
        )
    upload.upload(sort_upload, [upload, session], sorted_file, api_visibility="private")
    demo.load(ui.upload_offer(settings), None, adding, show_progress="hidden", api_visibility="private")
    button.click(
        classify, [text, session], [result, marks, after, done], concurrency_limit=None, api_name="classify"
    )
    teach.click(learn, [done, right, session], None, api_visibility="private")
    up.click(lambda done: judge(1, done), done, None, api_visibility="private")
    down.click(lambda done: judge(-1, done), done, None, api_visibility="private")

if __name__ == "__main__":
    demo.launch(**ui.launch_options(settings))
