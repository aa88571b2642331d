"""The screen: a conversation that ends in a card beside it; Approve does what stands on it, once."""

import os
import uuid
from collections.abc import Iterator
from html import escape
from typing import Any

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

import gradio as gr
from assistant import Assistant

from protokit.runtime import Answer, RuntimeProblem, Turn, agent_texts, ui

assistant = Assistant()
settings = assistant.settings
texts = ui.use_language(settings.language)  # every word on the page that is not the prototype's own
said = agent_texts(settings.language)


def message(role: str, text: str) -> dict[str, str]:
    return {"role": role, "content": text}


def shown(answers: list[Answer]) -> list[dict[str, str]]:
    pairs = [
        (message("user", ui.safe_markdown(a.question)), message("assistant", ui.answer_markdown(a)))
        for a in answers
    ]
    return [each for pair in pairs for each in pair]


def ask(text: str, answers: list[Answer], session: str) -> Iterator[tuple[Any, ...]]:
    same = gr.skip()
    if not text.strip():
        yield same, same, same, *[same] * 4
        return
    history = [Turn(answer.question, answer.text) for answer in answers]
    before = [*shown(answers), message("user", ui.safe_markdown(text))]
    yield "", before, same, *[same] * 4
    try:
        reply = assistant.reply(text, history=history, session=session)
        for piece in ui.stream_markdown(reply):
            yield same, [*before, message("assistant", piece)], same, *[same] * 4
        answer = reply.answer
    except RuntimeProblem as problem:
        yield same, [*before, message("assistant", ui.safe_markdown(problem.friendly))], same, *[same] * 4
        return
    answers = [*answers, answer]
    assistant.results.keep(session, answers)
    yield "", shown(answers), answers, *beside(session)


def beside(session: str) -> tuple[Any, ...]:
    """The open card with its buttons, and what was done."""
    card = assistant.open_card(session)
    done = next((each for each in assistant.log(session) if each.state == "done"), None)
    head = (
        f"<h3>{escape(card.action)}</h3><p class='simulation'>{escape(said.simulation)}</p>" if card else ""
    )
    return (
        f"<section class='card-box'>{head}{ui.card_html(card)}</section>" if card else "",
        gr.Row(visible=card is not None),
        log_html(session),
        gr.Button(visible=done is not None),
    )


def log_html(session: str) -> str:
    """What was asked for, and what became of it."""
    rows = [
        f"<li><b>{escape(card.action)}</b> · {escape(getattr(said, card.state + '_state'))}{ui.card_html(card)}</li>"
        for card in assistant.log(session)
    ]
    items = "".join(rows) or f"<li>{escape(said.nothing_yet)}</li>"
    return f"<h3>{escape(said.log)}</h3><ul class='card-log'>{items}</ul>"


def decide(word: str, answers: list[Answer], session: str) -> Iterator[tuple[Any, ...]]:
    """A button on the card: the message that the card names."""
    card = assistant.open_card(session)
    if word == said.undo:
        card = next((each for each in assistant.log(session) if each.state == "done"), None)
    yield from ask(f"{word} #{card.code}" if card else "", answers, session)


def return_to(visit: str, session: str) -> tuple[Any, ...]:
    """The talk and the card of a visitor who reloads the page."""
    visit = visit or session
    answers = list(assistant.results.get(visit) or [])
    return shown(answers), answers, visit, visit, *beside(visit)


def start_anew() -> tuple[Any, ...]:
    visit = uuid.uuid4().hex
    return [], [], visit, visit, *beside(visit)


def judge(answers: list[Answer], liked: gr.LikeData) -> None:
    answer = answers[liked.index // 2]  # request and answer in turn
    assistant.events.feedback(answer.event, 1 if liked.liked else -1)
    gr.Info(texts.feedback_taken)


with gr.Blocks(title=settings.title, analytics_enabled=False) as demo:
    answers = gr.State([])
    session = gr.State(lambda: uuid.uuid4().hex)
    visit = gr.BrowserState("", storage_key=f"visit-{settings.folder.name}")
    gr.Markdown(lambda: ui.head_markdown(settings), elem_classes="head")
    with gr.Row():
        with gr.Column(scale=2, min_width=320):
            welcome = f"## {ui.safe_line(settings.emoji)}\n\n{ui.safe_markdown(settings.welcome)}"
            chat = gr.Chatbot(
                placeholder=welcome, show_label=False, height="50vh", buttons=[], elem_id="chat"
            )
            with gr.Row(elem_classes="starters"):
                starters = [gr.Button(question, size="sm") for question in settings.starter_questions]
            box = gr.Textbox(
                placeholder=said.say_it,
                show_label=False,
                submit_btn=True,
                autofocus=True,
                max_length=ui.QUESTION,
            )
        with gr.Column(scale=1, min_width=280):
            card = gr.HTML(padding=False, elem_classes="panel")
            with gr.Row(visible=False) as buttons:
                approve = gr.Button(said.approve, variant="primary")
                decline = gr.Button(said.decline)
            log = gr.HTML(padding=False, elem_classes="panel")
            undo = gr.Button(said.undo, size="sm", visible=False)
            fresh = gr.Button(texts.new_conversation, size="sm", elem_classes="plain")

    outputs = [box, chat, answers, card, buttons, log, undo]
    box.submit(ask, [box, answers, session], outputs, concurrency_limit=None, api_name="chat")
    for button in starters:
        button.click(
            ask, [button, answers, session], outputs, concurrency_limit=None, api_visibility="private"
        )
    for button in (approve, decline, undo):
        button.click(
            decide, [button, answers, session], outputs, concurrency_limit=None, api_visibility="private"
        )
    chat.like(judge, [answers], None, api_visibility="private")
    renewed = [chat, answers, session, visit, card, buttons, log, undo]
    demo.load(return_to, [visit, session], renewed, show_progress="hidden", api_visibility="private")
    fresh.click(start_anew, None, renewed, api_visibility="private")

if __name__ == "__main__":
    demo.launch(**ui.launch_options(settings))
