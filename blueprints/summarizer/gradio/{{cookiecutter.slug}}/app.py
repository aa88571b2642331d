"""The screen: a text on one side, its summary on the other, every point tied to the sentence it came from."""

import os
import uuid
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

import gradio as gr
from assistant import LENGTHS, SHAPES, Assistant

from protokit.runtime import OWN, Answer, Length, RuntimeProblem, Shape, notice, ui
from vectorstore import VectorstoreError

assistant = Assistant()
settings = assistant.settings
texts = ui.use_language(settings.language)  # every word on the page that is not the prototype's own


def take(path: Path, whose: str = "") -> tuple[str, str]:
    try:
        return assistant.text_of(path), f"{whose}{path.name}"
    except VectorstoreError as problem:
        raise gr.Error(escape(str(problem)), duration=10) from None


def take_upload(path: str | None) -> tuple[str, str]:
    """Read a visitor's file, which is not kept."""
    if path is None:
        return "", "pasted text"
    try:
        return take(Path(path), OWN)
    finally:
        Path(path).unlink(missing_ok=True)


def summarize(text: str, shape: Shape, length: Length, file: str, session: str) -> Iterator[tuple[Any, ...]]:
    if not text.strip():
        yield texts.text_first, "", gr.Row(visible=False), None
        return
    options = {"shape": shape, "length": length, "file": file}
    same = gr.skip()
    yield "…", "", gr.Row(visible=False), None
    try:
        reply = assistant.reply(text, options=options, session=session)
        for summary in ui.stream_markdown(reply):
            yield summary, same, same, same
    except RuntimeProblem as problem:
        yield ui.safe_markdown(problem.friendly), "", gr.Row(visible=False), None
        return
    answer = reply.answer
    note = f"\n\n*{ui.safe_line(answer.note)}*" if answer.note else ""
    before, after = texts.count(len(text.split())), texts.count(len(answer.text.split()))
    words = f"{texts.words_became.format(before=before, after=after)} · {ui.numbers(answer)}"
    told = ui.marked_text(text, answer.citations)
    whole = f"<h2>{texts.where_from}</h2><div class='whole' tabindex='0'>{told}</div>"
    sources = whole if answer.citations else ""
    yield f"{ui.safe_markdown(answer.text)}{note}\n\n`{words}`", sources, gr.Row(visible=True), answer


def judge(thumbs: int, answer: Answer | None) -> None:
    if answer:
        assistant.events.feedback(answer.event, thumbs)
        gr.Info(texts.feedback_taken)


with gr.Blocks(title=settings.title, analytics_enabled=False) as demo:
    answer, session, file = gr.State(None), ui.visit_state(lambda: uuid.uuid4().hex), gr.State("pasted text")
    gr.Markdown(lambda: ui.head_markdown(settings), elem_classes="head")
    with gr.Row():
        with gr.Column(min_width=320):
            gr.Markdown(texts.try_one, elem_classes="quiet")
            with gr.Row(elem_classes="starters"):
                samples = [(gr.Button(each.name, size="sm"), each.path) for each in assistant.samples()]
            text = gr.Textbox(placeholder=texts.paste_text, show_label=False, lines=12, max_lines=16)
            with gr.Column(visible=False) as adding:
                upload = gr.UploadButton(texts.upload_file, size="sm", elem_classes="plain")
                gr.Markdown(notice(settings.model, once=True), elem_classes="quiet")
        with gr.Column(min_width=320):
            shapes = [(texts.shapes[name], name) for name in SHAPES]
            lengths = [(texts.lengths[name], name) for name in LENGTHS]
            shape = gr.Radio(shapes, value="bullets", label=texts.shape)
            length = gr.Radio(lengths, value="medium", label=texts.length)
            button = gr.Button(texts.summarize, variant="primary")
            result = gr.Markdown(ui.safe_markdown(settings.welcome), elem_classes="answer")
            with gr.Row(visible=False, elem_classes="starters") as thumbs:
                up, down = (
                    gr.Button(f"👍 {texts.helpful}", size="sm"),
                    gr.Button(f"👎 {texts.not_helpful}", size="sm"),
                )
            sources = gr.HTML(padding=False, elem_classes="panel")

    for sample, path in samples:
        sample.click(lambda path=path: take(path), None, [text, file], api_visibility="private")
    upload.upload(take_upload, upload, [text, file], api_visibility="private")
    demo.load(ui.upload_offer(settings), None, adding, show_progress="hidden", api_visibility="private")
    inputs, outputs = [text, shape, length, file, session], [result, sources, thumbs, answer]
    button.click(summarize, inputs, outputs, concurrency_limit=None, api_name="summarize")
    up.click(lambda answer: judge(1, answer), answer, None, api_visibility="private")
    down.click(lambda answer: judge(-1, answer), answer, None, api_visibility="private")

if __name__ == "__main__":
    demo.launch(**ui.launch_options(settings))
