"""The screen: one search field over the documents, a cited answer, and the passages it rests on."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

import gradio as gr
from assistant import Assistant

from protokit.runtime import Answer, RuntimeProblem, keep_upload
from protokit.runtime.defence import safe_markdown
from protokit.runtime.showing import answer_markdown, engine_note, files_html, numbers_html, sources_html

assistant = Assistant()
settings = assistant.settings
ALL = "All documents"


def search(question: str, file: str, answers: list[Answer], session: str) -> Iterator[tuple[Any, ...]]:
    same = gr.skip()
    if not question.strip():
        yield same, same, same, same, same
        return
    heading = f"## {safe_markdown(question)}\n\n"
    reply, text = assistant.reply(question, None if file == ALL else file, session), heading
    yield text, "", same, gr.Row(visible=False), same
    try:
        for piece in reply:
            text += safe_markdown(piece)
            yield text, same, same, same, same
    except RuntimeProblem as problem:
        yield f"{heading}{problem.friendly}", same, same, same, same
        return
    answer = reply.answer
    answers = [*answers, answer]
    whole = f"{heading}{answer_markdown(answer)}"
    yield whole, sources_html(answer, most_others=3), numbers_html(answers), gr.Row(visible=True), answers


def refresh(file: str) -> tuple[Any, ...]:
    names = [ALL, *(file.file for file in assistant.knowledge.files() if file.passages)]
    settled = assistant.knowledge.wait(0)
    return (
        files_html(assistant.knowledge),
        gr.Dropdown(choices=names, value=file),
        gr.Timer(active=not settled),
    )


def add(paths: list[str] | None) -> tuple[Any, ...]:
    for path in map(Path, paths or []):
        try:
            keep_upload(settings.knowledge, path.name, path.read_bytes())
        except ValueError as problem:
            gr.Warning(str(problem))
    assistant.learn()
    return files_html(assistant.knowledge), gr.Dropdown(), gr.Timer(active=True)


def judge(thumbs: int, answers: list[Answer]) -> None:
    if answers:
        assistant.events.feedback(answers[-1].event, thumbs)
        gr.Info("Thank you for the feedback.")


with gr.Blocks(title=settings.title, analytics_enabled=False) as demo:
    answers, session = gr.State([]), gr.State(lambda: uuid.uuid4().hex)
    head = f"# {safe_markdown(settings.title)}\n{safe_markdown(settings.pitch)}"
    gr.Markdown(f"{head}\n\n{safe_markdown(engine_note(settings))}", elem_classes="head")
    with gr.Row():
        with gr.Column(scale=2, min_width=320):
            box = gr.Textbox(
                placeholder="Ask the documents…", show_label=False, submit_btn="Search", autofocus=True
            )
            with gr.Row(elem_classes="starters"):
                starters = [gr.Button(question, size="sm") for question in settings.starter_questions]
            result = gr.Markdown(elem_classes="answer")
            with gr.Row(visible=False, elem_classes="starters") as thumbs:
                up, down = gr.Button("👍 Helpful", size="sm"), gr.Button("👎 Not helpful", size="sm")
            sources = gr.HTML(elem_classes="panel", padding=False)
        with gr.Column(scale=1, min_width=280):
            file = gr.Dropdown([ALL], value=ALL, label="Search in")
            files, timer = gr.HTML(padding=False, elem_classes="panel"), gr.Timer(1.5)
            upload = gr.UploadButton("Add documents", file_count="multiple", size="sm", elem_classes="plain")
            totals = gr.HTML(numbers_html([]), padding=False, elem_classes="panel")

    outputs = [result, sources, totals, thumbs, answers]
    box.submit(search, [box, file, answers, session], outputs, concurrency_limit=None, api_name="search")
    for button in starters:
        button.click(
            search,
            [button, file, answers, session],
            outputs,
            concurrency_limit=None,
            api_visibility="private",
        )
    up.click(lambda answers: judge(1, answers), answers, None, api_visibility="private")
    down.click(lambda answers: judge(-1, answers), answers, None, api_visibility="private")
    upload.upload(add, upload, [files, file, timer], api_visibility="private")
    for moment in (demo.load, timer.tick):
        moment(refresh, file, [files, file, timer], show_progress="hidden", api_visibility="private")

if __name__ == "__main__":
    demo.launch(
        theme=gr.themes.Base(
            primary_hue="teal", neutral_hue="slate", radius_size="lg", font=["system-ui", "sans-serif"]
        ),
        css_paths=Path(__file__).with_name("style.css"),
        head=f"<style>html:root {{ --accent: {settings.accent}; }}</style>",
        show_error=False,
        footer_links=[],
        run_history=False,
        quiet=True,
    )
