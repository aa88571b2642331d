"""The screen: a question over tables, its answer with SQL, rows and chart; and a page of the columns."""

import os
import uuid
from pathlib import Path
from typing import Any

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

import gradio as gr
from assistant import Assistant

from protokit.runtime import Answer, AnswerTable, RuntimeProblem, SqlProblem, Turn, VisitorFiles, notice, ui

assistant = Assistant()
settings = assistant.settings
texts = ui.use_language(settings.language)  # every word on the page that is not the prototype's own
PLOTS = {"line": gr.LinePlot, "bar": gr.BarPlot, "scatter": gr.ScatterPlot}


def shown_table(table: AnswerTable | None) -> tuple[Any, ...]:
    """The three plots, of which at most one fits; the rows."""
    choice = ui.choose_chart(table)
    rows, points = (ui.data_frame(table), ui.plot_frame(table)) if table else (None, None)
    plots = [
        plot(value=points, x=choice.x, y=choice.y, color=choice.colour or None, visible=True)
        if choice and choice.mark == mark
        else plot(visible=False)
        for mark, plot in PLOTS.items()
    ]
    return *plots, gr.Dataframe(value=rows, visible=bool(table and table.rows))


def analyze(question: str, answers: list[Answer], session: str, own: VisitorFiles) -> tuple[Any, ...]:
    same = gr.skip()
    if not question.strip():
        return (same,) * 12
    heading = f"## {ui.safe_line(question)}\n\n"
    history = [Turn(answer.question, answer.text, answer.private) for answer in answers]
    try:
        answer = assistant.reply(question, history, session=session, own=own).answer
    except RuntimeProblem as problem:
        return f"{heading}{ui.safe_markdown(problem.friendly)}", *(same,) * 11
    answers = [*answers, answer]
    words, _, sql = answer.computation.partition("\n")
    return (
        f"{heading}{ui.answer_markdown(answer)}",
        *shown_table(answer.table),
        ui.safe_line(words),
        sql,
        gr.Accordion(visible=bool(sql)),
        ui.sources_html(answer, most_others=0),
        ui.numbers_html(answers),
        gr.Row(visible=True),
        answers,
    )


def run(sql: str, own: VisitorFiles) -> tuple[Any, ...]:
    """The SQL as it was changed."""
    try:
        made = assistant.run(sql, own)
    except SqlProblem as problem:
        return *(gr.skip(),) * 4, ui.safe_markdown(problem.friendly)
    words = made.computation.partition("\n")[0]
    return *shown_table(made.table), f"{ui.safe_markdown(made.text)} ({ui.safe_line(words)})"


def download(answers: list[Answer]) -> str | None:
    """A file with the rows of the last answer."""
    if not answers or not answers[-1].table:
        return None
    import tempfile

    path = Path(tempfile.mkdtemp(prefix="rows-"), "rows.csv")
    path.write_text(ui.csv_text(answers[-1].table), encoding="utf-8")
    return str(path)


def columns() -> list[list[str]]:
    return [
        [n.table, n.column, texts.column_types[n.type], n.span, str(n.gaps), ", ".join(n.examples)]
        for n in assistant.columns()
    ]


def keep_types(rows: list[list[str]]) -> list[list[str]]:
    """Keep the types that were changed, for everybody."""
    types = {word: type_ for type_, word in texts.column_types.items()}
    for note, row in zip(assistant.columns(), rows, strict=False):
        type_ = types.get(row[2], row[2])
        if ui.may_set_types() and (row[0], row[1]) == (note.table, note.column) and type_ != note.type:
            try:
                assistant.column_types.set(note.file, note.column, type_)
            except RuntimeProblem as problem:
                raise gr.Error(ui.safe_line(str(problem)), duration=10) from None
    return columns()


def refresh(own: VisitorFiles) -> tuple[Any, ...]:
    settled = ui.is_settled(assistant.knowledge, own)
    files, own_files = ui.files_html(assistant.knowledge), ui.own_files_html(own)
    return (
        files,
        gr.Timer(active=not settled),
        own_files,
        gr.Button(visible=bool(own.files())),
    )


def add(paths: list[str] | None, own: VisitorFiles) -> gr.Timer:
    ui.add_files(own, paths)
    return gr.Timer(active=True)


def remove(own: VisitorFiles) -> gr.Timer:
    own.clear()
    return gr.Timer(active=True)


def judge(thumbs: int, answers: list[Answer]) -> None:
    if answers:
        assistant.events.feedback(answers[-1].event, thumbs)
        gr.Info(texts.feedback_taken)


with gr.Blocks(title=settings.title, analytics_enabled=False) as demo:
    answers, session = gr.State([]), ui.visit_state(lambda: uuid.uuid4().hex)
    own = ui.visit_state(lambda: VisitorFiles.of(settings, assistant.knowledge))
    gr.Markdown(ui.head_markdown(settings), elem_classes="head")
    with gr.Row():
        with gr.Column(scale=2, min_width=320):
            box = gr.Textbox(
                placeholder=texts.ask_tables,
                show_label=False,
                submit_btn=texts.ask,
                autofocus=True,
                max_length=ui.QUESTION,
            )
            with gr.Row(elem_classes="starters"):
                starters = [gr.Button(question, size="sm") for question in settings.starter_questions]
            result = gr.Markdown(elem_classes="answer")
            plots = [plot(visible=False, show_label=False) for plot in PLOTS.values()]
            rows = gr.Dataframe(visible=False, interactive=False, show_label=False)
            words = gr.Markdown(elem_classes="quiet")
            with gr.Accordion("SQL", open=False, visible=False) as editing:
                sql = gr.Textbox(label=texts.sql_to_run, lines=6, max_lines=12)
                with gr.Row(elem_classes="starters"):
                    again = gr.Button(texts.run_sql, size="sm")
                    saving = gr.DownloadButton(texts.download_rows, size="sm")
            with gr.Row(visible=False, elem_classes="starters") as thumbs:
                up, down = (
                    gr.Button(f"👍 {texts.helpful}", size="sm"),
                    gr.Button(f"👎 {texts.not_helpful}", size="sm"),
                )
            sources = gr.HTML(elem_classes="panel", padding=False)
        with gr.Column(scale=1, min_width=280):
            files, timer = gr.HTML(padding=False, elem_classes="panel"), gr.Timer(1.5)
            with gr.Column(visible=False) as adding:
                upload = gr.UploadButton(
                    texts.add_tables, file_count="multiple", size="sm", elem_classes="plain"
                )
                gr.Markdown(
                    notice(settings.model, shared=settings.upload_rule == "shared"), elem_classes="quiet"
                )
                own_files = gr.HTML(padding=False, elem_classes="panel")
                removal = gr.Button(texts.remove_tables, size="sm", visible=False, elem_classes="plain")
            totals = gr.HTML(ui.numbers_html([]), padding=False, elem_classes="panel")
    with gr.Accordion(texts.columns, open=False) as described:
        hint = texts.type_wrong_write if ui.may_set_types() else ""
        gr.Markdown(hint, elem_classes="quiet")
        heads = list(texts.column_heads.values())
        notes = gr.Dataframe(
            headers=heads, type="array", interactive=ui.may_set_types(), static_columns=[0, 1, 3, 4, 5]
        )
        keeping = gr.Button(texts.keep_types, size="sm", elem_classes="plain", visible=ui.may_set_types())

    outputs = [result, *plots, rows, words, sql, editing, sources, totals, thumbs, answers]
    box.submit(analyze, [box, answers, session, own], outputs, concurrency_limit=None, api_name="analyze")
    for button in starters:
        button.click(
            analyze,
            [button, answers, session, own],
            outputs,
            concurrency_limit=None,
            api_visibility="private",
        )
    again.click(run, [sql, own], [*plots, rows, words], api_visibility="private")
    saving.click(download, answers, saving, api_visibility="private")
    described.expand(columns, None, notes, api_visibility="private")
    keeping.click(keep_types, notes, notes, api_visibility="private")
    up.click(lambda answers: judge(1, answers), answers, None, api_visibility="private")
    down.click(lambda answers: judge(-1, answers), answers, None, api_visibility="private")
    upload.upload(add, [upload, own], timer, api_visibility="private")
    removal.click(remove, own, timer, api_visibility="private")
    demo.load(ui.upload_offer(settings), None, adding, show_progress="hidden", api_visibility="private")
    for moment in (demo.load, timer.tick):
        moment(
            refresh, own, [files, timer, own_files, removal], show_progress="hidden", api_visibility="private"
        )

if __name__ == "__main__":
    demo.launch(**ui.launch_options(settings))
