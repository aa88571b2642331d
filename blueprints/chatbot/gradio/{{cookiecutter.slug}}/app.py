"""The screen: a conversation with its sources beside it. Everything a visitor sees is here."""

import os
import uuid
from collections.abc import Iterator
from typing import Any

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

import gradio as gr
from assistant import Assistant

from protokit.runtime import Answer, Reply, RuntimeProblem, Turn, VisitorFiles, notice, ui

assistant = Assistant()
settings = assistant.settings
texts = ui.use_language(settings.language)  # every word on the page that is not the prototype's own
replies: dict[str, Reply] = {}
"""The answers on their way, by session, so that Stop finds its own."""


READY = gr.update(submit_btn=True, stop_btn=False)


def said(role: str, text: str) -> dict[str, str]:
    return {"role": role, "content": text}


def shown(answers: list[Answer]) -> list[dict[str, str]]:
    pairs = [
        (said("user", ui.safe_markdown(a.question)), said("assistant", ui.answer_markdown(a)))
        for a in answers
    ]
    return [message for pair in pairs for message in pair]


def ask(question: str, answers: list[Answer], session: str, own: VisitorFiles) -> Iterator[tuple[Any, ...]]:
    same = gr.skip()
    if not question.strip():
        yield same, same, same, same, same
        return
    history = [Turn(answer.question, answer.text, answer.private) for answer in answers]
    before = [*shown(answers), said("user", ui.safe_markdown(question))]
    yield gr.Textbox(value="", submit_btn=False, stop_btn=True), before, same, same, same
    try:
        reply = replies[session] = assistant.reply(question, history=history, session=session, own=own)
        for text in ui.stream_markdown(reply):
            yield same, [*before, said("assistant", text)], same, same, same
    except RuntimeProblem as problem:
        yield READY, [*before, said("assistant", ui.safe_markdown(problem.friendly))], same, same, same
        return
    finally:
        replies.pop(session, None)
    answers = [*answers, reply.answer]
    ui.keep_answers(session, answers)
    sources = ui.sources_html(reply.answer, knowledge=assistant.knowledge, own=own)
    yield READY, shown(answers), sources, ui.numbers_html(answers), answers


def stop(session: str) -> None:
    if session in replies:
        replies[session].stop(wait=0)  # and `ask` comes to its end


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


def return_to(visit: str, session: str) -> tuple[Any, ...]:
    """The conversation of a visitor who reloads the page."""
    if answers := ui.earlier_answers(visit):
        return shown(answers), ui.numbers_html(answers), answers, visit, visit
    return *(gr.skip(),) * 4, session


def start_anew(own: VisitorFiles, session: str) -> tuple[Any, ...]:
    own.clear()
    ui.keep_answers(session, [])
    session = uuid.uuid4().hex
    return [], "", ui.numbers_html([]), [], session, session, gr.Timer(active=True)


def judge(answers: list[Answer], liked: gr.LikeData) -> None:
    answer = answers[liked.index // 2]  # question and answer in turn
    assistant.events.feedback(answer.event, 1 if liked.liked else -1)
    gr.Info(texts.feedback_taken)


with gr.Blocks(title=settings.title, analytics_enabled=False) as demo:
    answers, session = gr.State([]), ui.visit_state(lambda: uuid.uuid4().hex)
    visit = gr.BrowserState("", storage_key=f"visit-{settings.folder.name}")
    own = ui.visit_state(lambda: VisitorFiles.of(settings, assistant.knowledge))
    gr.Markdown(lambda: ui.head_markdown(settings), elem_classes="head")
    with gr.Row():
        with gr.Column(scale=2, min_width=320):
            welcome = f"## {ui.safe_line(settings.emoji)}\n\n{ui.safe_markdown(settings.welcome)}"
            chat = gr.Chatbot(
                placeholder=welcome, show_label=False, height="56vh", buttons=[], elem_id="chat"
            )
            with gr.Row(elem_classes="starters"):
                starters = [gr.Button(question, size="sm") for question in settings.starter_questions]
            box = gr.Textbox(
                placeholder=texts.ask_question,
                show_label=False,
                submit_btn=True,
                autofocus=True,
                max_length=ui.QUESTION,
            )
        with gr.Column(scale=1, min_width=280):
            totals = gr.HTML(ui.numbers_html([]), padding=False, elem_classes="panel")
            sources = gr.HTML(padding=False, elem_classes="panel")
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
            fresh = gr.Button(texts.new_conversation, size="sm", elem_classes="plain")

    outputs = [box, chat, sources, totals, answers]
    box.submit(ask, [box, answers, session, own], outputs, concurrency_limit=None, api_name="chat")
    for button in starters:
        button.click(
            ask, [button, answers, session, own], outputs, concurrency_limit=None, api_visibility="private"
        )
    box.stop(stop, session, None, queue=False, api_visibility="private")
    chat.like(judge, [answers], None, api_visibility="private")
    for moment in (demo.load, timer.tick):
        moment(
            refresh, own, [files, timer, own_files, removal], show_progress="hidden", api_visibility="private"
        )
    upload.upload(add, [upload, own], timer, api_visibility="private")
    removal.click(remove, own, timer, api_visibility="private")
    demo.load(ui.upload_offer(settings), None, adding, show_progress="hidden", api_visibility="private")
    fresh.click(
        start_anew,
        [own, session],
        [chat, sources, totals, answers, session, visit, timer],
        api_visibility="private",
    )
    demo.load(
        return_to,
        [visit, session],
        [chat, totals, answers, session, visit],
        show_progress="hidden",
        api_visibility="private",
    )

if __name__ == "__main__":
    demo.launch(**ui.launch_options(settings))
