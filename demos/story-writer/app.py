"""The screen: a form on one side, the text with its checks on the other, versions side by side."""

import os
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

import gradio as gr
from assistant import LENGTHS, TONES, Assistant

from protokit.runtime import Answer, RuntimeProblem, WritingRequest, form_values, text_docx, ui

assistant = Assistant()
settings = assistant.settings
texts = ui.use_language(settings.language)  # every word on the page that is not the prototype's own
lengths = ui.plain_lengths(texts)
names = [field.name for field in settings.form]
Versions = list[tuple[WritingRequest, Answer]]


def run(
    values: dict[str, str], length: str, tone: str, versions: Versions, session: str
) -> Iterator[tuple[Any, ...]]:
    """Write a version and show it beside the one before."""
    request = assistant.request(values, length, tone)
    reply, same = assistant.answer(request, session), gr.skip()
    yield "…", same, same, same, same, same, same, same
    try:
        for text in ui.stream_markdown(reply):
            yield text, same, same, same, same, same, same, same
    except RuntimeProblem as problem:
        yield ui.safe_markdown(problem.friendly), "", "", same, same, same, same, same
        return
    versions = [*versions, (request, reply.answer)]
    yield *shown(versions), gr.Row(visible=True), gr.Textbox(value=reply.answer.text), length, tone, versions


def shown(versions: Versions) -> tuple[str, str, str]:
    """The newest version, its checks, and the one before it."""
    request, answer = versions[-1]
    note = f"\n\n*{ui.safe_line(answer.note)}*" if answer.note else ""
    written = request.reviewed(answer.text)
    marked = written.spots and not request.is_prepared(answer)
    text = "" if marked else f"{ui.safe_markdown(answer.text)}{note}"
    told = f"<p><small>{ui.repair_line(answer)}</small></p>" if answer.repair_tokens else ""
    checks = (written.marked_html() if marked else "") + panel(answer) + told
    before = ""
    if len(versions) > 1:
        earlier, former = versions[-2]
        title = f"<h3>{texts.version.format(number=len(versions) - 1)}</h3>"
        before = title + earlier.reviewed(former.text).marked_html() + panel(former)
    head = f"### {texts.version.format(number=len(versions))}\n\n"
    return head + text, checks, before


def panel(answer: Answer) -> str:
    """The checks of a version."""
    return (
        f"<h3>{ui.checks_line(answer.table, texts)}</h3>{ui.checks_html(answer.table)}"
        if answer.table
        else ""
    )


def start(*given: Any) -> Iterator[tuple[Any, ...]]:
    """The button: the fields, then length, tone, versions and session."""
    values, (length, tone, versions, session) = given[: len(names)], given[len(names) :]
    form = {
        name: str(value) for name, value in zip(names, values, strict=True) if value and str(value).strip()
    }
    if not form:
        raise gr.Error(texts.form_first)
    yield from run(form, length, tone, versions, session)


def change(step: int, tone: str, versions: Versions, session: str) -> Iterator[tuple[Any, ...]]:
    """Another version of the newest: a length up or down, or another tone."""
    if versions:
        request = versions[-1][0]
        at = min(max(LENGTHS.index(request.length) + step, 0), len(LENGTHS) - 1)
        yield from run(dict(request.values), LENGTHS[at], tone or request.tone, versions, session)


def file_of(versions: Versions, ending: str) -> str | None:
    """The newest version as a file to take along."""
    if not versions:
        return None
    answer = versions[-1][1]
    path = Path(tempfile.mkdtemp()) / f"{settings.folder.name}.{ending}"
    path.write_bytes(text_docx(settings.title, answer.text) if ending == "docx" else answer.text.encode())
    return str(path)


def write(form: str, length: str = "medium", tone: str = "neutral") -> str:
    """A form as JSON, or its longest field, for programs: the text and its checks."""
    answer = assistant.reply(form, options={"length": length, "tone": tone}).answer
    return f"{answer.text}\n\n{ui.checks_line(answer.table, texts)}".strip()


def judge(thumbs: int, versions: Versions) -> None:
    if versions:
        assistant.events.feedback(versions[-1][1].event, thumbs)
        gr.Info(texts.feedback_taken)


def take(form: dict[str, str]) -> list[str]:
    """Fill the form with a sample."""
    return [form.get(name, "") for name in names]


with gr.Blocks(title=settings.title, analytics_enabled=False) as demo:
    versions, session = gr.State([]), gr.State(lambda: uuid.uuid4().hex)
    gr.Markdown(lambda: ui.head_markdown(settings), elem_classes="head")
    with gr.Row():
        with gr.Column(min_width=320):
            gr.Markdown(texts.try_one, elem_classes="quiet")
            with gr.Row(elem_classes="starters"):
                forms = [(each.name, form_values(each.read(), settings.form)) for each in assistant.samples()]
                samples = [(gr.Button(name, size="sm"), form) for name, form in forms]
            fields = [
                gr.Dropdown(list(field.choices), label=field.name)
                if field.choices
                else gr.Textbox(
                    label=field.name, info=field.help or None, lines=10 if field.long else 1, max_lines=16
                )
                for field in settings.form
            ]
            length = gr.Radio([(lengths[name], name) for name in LENGTHS], value="medium", label=texts.length)
            tone = gr.Radio([(texts.tones[name], name) for name in TONES], value="neutral", label=texts.tone)
            button = gr.Button(texts.write, variant="primary")
        with gr.Column(min_width=320, scale=2):
            result = gr.Markdown(ui.safe_markdown(settings.welcome), elem_classes="answer")
            checks = gr.HTML(padding=False, elem_classes="panel")
            with gr.Row(visible=False, elem_classes="starters") as after:
                shorter, longer = gr.Button(texts.shorter, size="sm"), gr.Button(texts.longer, size="sm")
                tones = [(gr.Button(texts.tones[name], size="sm"), name) for name in TONES]
                word, plain = gr.DownloadButton("Word", size="sm"), gr.DownloadButton("Markdown", size="sm")
                up, down = (
                    gr.Button(f"👍 {texts.helpful}", size="sm"),
                    gr.Button(f"👎 {texts.not_helpful}", size="sm"),
                )
            with gr.Accordion(texts.copy_text, open=False):
                copied = gr.Textbox(
                    show_label=False, lines=4, max_lines=10, buttons=["copy"], interactive=False
                )
            with gr.Accordion(texts.side_by_side, open=True):
                before = gr.HTML(padding=False, elem_classes="panel")

    outputs = [result, checks, before, after, copied, length, tone, versions]
    for sample, form in samples:
        sample.click(lambda form=form: take(form), None, fields, api_visibility="private")
    button.click(
        start,
        [*fields, length, tone, versions, session],
        outputs,
        concurrency_limit=None,
        api_visibility="private",
    )
    for step, pressed in ((-1, shorter), (1, longer)):
        pressed.click(
            lambda versions, session, step=step: (yield from change(step, "", versions, session)),
            [versions, session],
            outputs,
            api_visibility="private",
        )
    for pressed, name in tones:
        pressed.click(
            lambda versions, session, name=name: (yield from change(0, name, versions, session)),
            [versions, session],
            outputs,
            api_visibility="private",
        )
    word.click(lambda versions: file_of(versions, "docx"), versions, word, api_visibility="private")
    plain.click(lambda versions: file_of(versions, "md"), versions, plain, api_visibility="private")
    up.click(lambda versions: judge(1, versions), versions, None, api_visibility="private")
    down.click(lambda versions: judge(-1, versions), versions, None, api_visibility="private")
    gr.api(write, api_name="write")

if __name__ == "__main__":
    demo.launch(**ui.launch_options(settings))
