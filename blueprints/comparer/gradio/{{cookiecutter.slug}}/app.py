"""The screen: an older and a newer document, what changed between them, and both side by side."""

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

from protokit.runtime import (
    OWN,
    Answer,
    ComparedDocument,
    ComparisonRequest,
    RuntimeProblem,
    comparison_docx,
    comparison_xlsx,
    notice,
    ui,
)
from vectorstore import VectorstoreError

assistant = Assistant()
settings = assistant.settings
names = [path.name for path in assistant.documents()]
texts = ui.use_language(settings.language)  # every word on the page that is not the prototype's own
KINDS = {label: kind for kind, label in ui.change_kinds(settings.language).items()}


def read_upload(path: str | None) -> ComparedDocument | None:
    """Read a visitor's file, which is not kept."""
    if path is None:
        return None
    try:
        return assistant.read_document(Path(path), f"{OWN}{Path(path).name}")
    except VectorstoreError as problem:
        raise gr.Error(escape(str(problem)), duration=10) from None
    finally:
        Path(path).unlink(missing_ok=True)


def side(text: str, own: ComparedDocument | None, chosen: list[str], name: str) -> list[ComparedDocument]:
    """The documents of one side: pasted, uploaded, or chosen from knowledge/."""
    if text and text.strip():
        return [ComparedDocument.of_text(text, f"{OWN}{name} text")]
    return [own] if own else [assistant.document(each) for each in chosen if each in names]


def run(
    old: list[ComparedDocument], new: list[ComparedDocument], kinds: list[str], whole: bool, session: str
) -> Iterator[tuple[Any, ...]]:
    """Compare, or hold the newer document against the list where there is no older one."""
    off = gr.Row(visible=False)
    same = gr.skip()
    yield "…", "", "", off, None
    try:
        request = assistant.request(new[0], old)
        reply = assistant.answer(request, session)
        for text in ui.stream_markdown(reply):
            yield text, same, same, same, same
    except RuntimeProblem as problem:
        yield ui.safe_markdown(problem.friendly), "", "", off, None
        return
    result = (request, reply.answer)
    yield ui.answer_markdown(reply.answer), *show(result, kinds, whole), gr.Row(visible=True), result


def start(
    mode: str,
    chosen: list[str],
    name: str | None,
    older: str,
    newer: str,
    own_old: Any,
    own_new: Any,
    *rest: Any,
) -> Iterator[tuple[Any, ...]]:
    """The button."""
    old = side(older, own_old, chosen, "older") if mode == texts.compare else []
    new = side(newer, own_new, [name] if name else [], "newer")
    if not new or (mode == texts.compare and not old):
        raise gr.Error(texts.two_documents_first)
    yield from run(old, new, *rest)


def compare(older: str, newer: str) -> str:
    """Two texts, for programs: what changed."""
    request = assistant.request(assistant.document(newer), [assistant.document(older, "older text")])
    return assistant.answer(request).answer.text


def show(result: tuple[ComparisonRequest, Answer] | None, kinds: list[str], whole: bool) -> tuple[str, str]:
    """The changes as cards, and the documents side by side; the sources of a list."""
    if result is None:
        return "", ""
    request, answer = result
    if not request.old:
        return ui.sources_html(answer), ""
    cards, both = [], []
    for old, comparison in zip(request.old, request.comparisons, strict=True):
        head = f"<h2>{escape(old.name)} → {escape(request.new.name)}</h2>"
        cards.append(head + ui.changes_html(comparison, kinds, settings.language))
        both.append(ui.side_by_side_html(comparison, (old.name, request.new.name), whole=whole))
    return "".join(cards), "".join(both)


def file_of(result: tuple[ComparisonRequest, Answer] | None, ending: str) -> str | None:
    """The comparison as a file to take along."""
    if result is None:
        return None
    path = Path(tempfile.mkdtemp()) / f"{settings.folder.name}.{ending}"
    path.write_bytes((comparison_docx if ending == "docx" else comparison_xlsx)(*result))
    return str(path)


def judge(thumbs: int, result: tuple[ComparisonRequest, Answer] | None) -> None:
    if result:
        assistant.events.feedback(result[1].event, thumbs)
        gr.Info(texts.feedback_taken)


with gr.Blocks(title=settings.title, analytics_enabled=False) as demo:
    result, session = gr.State(None), ui.visit_state(lambda: uuid.uuid4().hex)
    own_old, own_new = gr.State(None), gr.State(None)
    gr.Markdown(ui.head_markdown(settings), elem_classes="head")
    gr.Markdown(ui.safe_markdown(settings.welcome))
    mode = gr.Radio(
        [texts.compare, texts.check_list],
        value=texts.compare,
        show_label=False,
        visible=bool(settings.checklist),
        container=False,
    )
    with gr.Row():
        with gr.Column(min_width=280):
            chosen = gr.Dropdown(names, value=names[-2:-1], multiselect=True, label=texts.older)
        with gr.Column(min_width=280):
            name = gr.Dropdown(names, value=names[-1] if names else None, label=texts.newer)
    with gr.Accordion(texts.paste_or_upload, open=False):
        with gr.Row():
            older = gr.Textbox(label=texts.older_text, lines=5, max_lines=10)
            newer = gr.Textbox(label=texts.newer_text, lines=5, max_lines=10)
        with gr.Column(visible=False) as adding:
            with gr.Row():
                file_old = gr.File(label=texts.upload_older, height=120)
                file_new = gr.File(label=texts.upload_newer, height=120)
            gr.Markdown(notice(settings.model, once=True), elem_classes="quiet")
    button = gr.Button(texts.compare, variant="primary")
    told = gr.Markdown(elem_classes="answer")
    with gr.Row(visible=False, elem_classes="starters") as after:
        word, excel = gr.DownloadButton("Word", size="sm"), gr.DownloadButton("Excel", size="sm")
        up, down = (
            gr.Button(f"👍 {texts.helpful}", size="sm"),
            gr.Button(f"👎 {texts.not_helpful}", size="sm"),
        )
    with gr.Tab(texts.changes):
        kinds = gr.CheckboxGroup(list(KINDS.items()), value=list(KINDS.values()), show_label=False)
        cards = gr.HTML(padding=False, elem_classes="panel")
    with gr.Tab(texts.side_by_side):
        whole = gr.Checkbox(label=texts.show_same)
        both = gr.HTML(padding=False, elem_classes="panel")

    settled = [kinds, whole, session]
    inputs = [mode, chosen, name, older, newer, own_old, own_new, *settled]
    outputs = [told, cards, both, after, result]
    button.click(start, inputs, outputs, concurrency_limit=None, api_visibility="private")
    if settings.model == "offline" and len(names) > 1:
        demo.load(start, inputs, outputs, api_visibility="private")
    for moment in (kinds.change, whole.change):
        moment(show, [result, kinds, whole], [cards, both], api_visibility="private")
    file_old.upload(read_upload, file_old, own_old, api_visibility="private")
    file_new.upload(read_upload, file_new, own_new, api_visibility="private")
    demo.load(ui.upload_offer(settings), None, adding, show_progress="hidden", api_visibility="private")
    word.click(lambda result: file_of(result, "docx"), result, word, api_visibility="private")
    excel.click(lambda result: file_of(result, "xlsx"), result, excel, api_visibility="private")
    up.click(lambda result: judge(1, result), result, None, api_visibility="private")
    down.click(lambda result: judge(-1, result), result, None, api_visibility="private")
    gr.api(compare, api_name="compare")

if __name__ == "__main__":
    demo.launch(**ui.launch_options(settings))
