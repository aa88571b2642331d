"""The screen: one search field over the documents, a cited answer, and the passages it rests on."""

import os
import uuid
from collections.abc import Iterator
from typing import Any

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

import gradio as gr
from assistant import Assistant

from protokit.runtime import Answer, RuntimeProblem, Turn, VisitorFiles, notice, ui

assistant = Assistant()
settings = assistant.settings
texts = ui.use_language(settings.language)  # every word on the page that is not the prototype's own
ALL = texts.all_documents


def search(
    question: str, file: str, answers: list[Answer], session: str, own: VisitorFiles
) -> Iterator[tuple[Any, ...]]:
    same = gr.skip()
    if not question.strip():
        yield same, same, same, same, same
        return
    heading = f"## {ui.safe_line(question)}\n\n"
    options = {} if file == ALL else {"file": file}
    history = [Turn(answer.question, answer.text, answer.private) for answer in answers]
    yield heading, "", same, gr.Row(visible=False), same
    try:
        reply = assistant.reply(question, history, options=options, session=session, own=own)
        for text in ui.stream_markdown(reply):
            yield f"{heading}{text}", same, same, same, same
    except RuntimeProblem as problem:
        yield f"{heading}{ui.safe_markdown(problem.friendly)}", same, same, same, same
        return
    answer = reply.answer
    answers = [*answers, answer]
    ui.keep_answers(session, answers)
    yield show(answers, own)


def show(answers: list[Answer], own: VisitorFiles) -> tuple[Any, ...]:
    """The newest answer, and the numbers of all."""
    answer = answers[-1]
    whole = f"## {ui.safe_line(answer.question)}\n\n{ui.answer_markdown(answer)}"
    sources = ui.sources_html(answer, 3, assistant.knowledge, own)
    return whole, sources, ui.numbers_html(answers), gr.Row(visible=True), answers


def return_to(visit: str, session: str, own: VisitorFiles) -> tuple[Any, ...]:
    """The answers of a visitor who reloads the page."""
    if answers := ui.earlier_answers(visit):
        return *show(answers, own), visit, visit
    return *(gr.skip(),) * 6, session


def refresh(file: str, own: VisitorFiles) -> tuple[Any, ...]:
    settled = ui.is_settled(assistant.knowledge, own)
    names = [*(file.file for file in assistant.knowledge.files() if file.passages), *own.names()]
    choices = [(ALL, ALL), *((ui.shown_name(name), name) for name in names)]
    return (
        ui.files_html(assistant.knowledge),
        gr.Dropdown(choices=choices, value=file if file in names else ALL),
        gr.Timer(active=not settled),
        ui.own_files_html(own),
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
    visit = gr.BrowserState("", storage_key=f"visit-{settings.folder.name}")
    own = ui.visit_state(lambda: VisitorFiles.of(settings, assistant.knowledge))
    gr.Markdown(lambda: ui.head_markdown(settings), elem_classes="head")
    with gr.Row():
        with gr.Column(scale=2, min_width=320):
            box = gr.Textbox(
                placeholder=texts.ask_documents,
                show_label=False,
                submit_btn=texts.search,
                autofocus=True,
                max_length=ui.QUESTION,
            )
            with gr.Row(elem_classes="starters"):
                starters = [gr.Button(question, size="sm") for question in settings.starter_questions]
            result = gr.Markdown(elem_classes="answer")
            with gr.Row(visible=False, elem_classes="starters") as thumbs:
                up, down = (
                    gr.Button(f"👍 {texts.helpful}", size="sm"),
                    gr.Button(f"👎 {texts.not_helpful}", size="sm"),
                )
            sources = gr.HTML(elem_classes="panel", padding=False)
        with gr.Column(scale=1, min_width=280):
            file = gr.Dropdown([ALL], value=ALL, label=texts.search_in)
            files, timer = gr.HTML(padding=False, elem_classes="panel"), gr.Timer(1.5)
            with gr.Column(visible=False) as adding:
                upload = gr.UploadButton(
                    texts.add_documents, file_count="multiple", size="sm", elem_classes="plain"
                )
                gr.Markdown(
                    notice(settings.model, shared=settings.upload_rule == "shared"), elem_classes="quiet"
                )
                own_files = gr.HTML(padding=False, elem_classes="panel")
                removal = gr.Button(texts.remove_documents, size="sm", visible=False, elem_classes="plain")
            totals = gr.HTML(ui.numbers_html([]), padding=False, elem_classes="panel")

    outputs = [result, sources, totals, thumbs, answers]
    box.submit(search, [box, file, answers, session, own], outputs, concurrency_limit=None, api_name="search")
    for button in starters:
        button.click(
            search,
            [button, file, answers, session, own],
            outputs,
            concurrency_limit=None,
            api_visibility="private",
        )
    up.click(lambda answers: judge(1, answers), answers, None, api_visibility="private")
    down.click(lambda answers: judge(-1, answers), answers, None, api_visibility="private")
    upload.upload(add, [upload, own], timer, api_visibility="private")
    removal.click(remove, own, timer, api_visibility="private")
    demo.load(ui.upload_offer(settings), None, adding, show_progress="hidden", api_visibility="private")
    demo.load(
        return_to,
        [visit, session, own],
        [*outputs, session, visit],
        show_progress="hidden",
        api_visibility="private",
    )
    shown = [files, file, timer, own_files, removal]
    for moment in (demo.load, timer.tick):
        moment(refresh, [file, own], shown, show_progress="hidden", api_visibility="private")

if __name__ == "__main__":
    demo.launch(**ui.launch_options(settings))
