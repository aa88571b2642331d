"""The screen: a conversation that ends in a card; Approve does what stands on it, once."""

import streamlit as st
from assistant import Assistant

from protokit.runtime import ActionCard, Answer, RuntimeProblem, Turn, agent_texts, ui

PERSON, HELPER = ":material/person:", ":material/task_alt:"
ICONS = {"done": ":material/check_circle:", "failed": ":material/error:"}


@st.cache_resource(show_spinner=False)
def load_assistant() -> Assistant:
    return Assistant()


def ask(text: str) -> None:
    """Take up a message, typed or of a button."""
    st.session_state.request = text


def show_card(card: ActionCard) -> None:
    """What is to be done, with the buttons that decide."""
    with st.container(border=True, key=f"card-{card.code}"):
        st.markdown(f"**{ui.safe_line(card.action)}**")
        st.badge(said.simulation, color="orange", icon=":material/science:")
        st.html(ui.card_html(card))
        with st.container(horizontal=True):
            st.button(
                said.approve,
                type="primary",
                icon=":material/check:",
                on_click=ask,
                args=[f"{said.approve} #{card.code}"],
                key="approve",
            )
            st.button(said.decline, on_click=ask, args=[f"{said.decline} #{card.code}"], key="decline")


def show_log() -> None:
    """What was done, with a button to take it back."""
    st.subheader(said.log, anchor=False)
    cards = assistant.log(session)
    if not cards:
        st.caption(said.nothing_yet)
    for card in cards:
        with st.container(border=True):
            state = getattr(said, f"{card.state}_state")
            st.markdown(
                f"{ICONS.get(card.state, ':material/block:')} **{ui.safe_line(card.action)}** · {state}"
            )
            st.html(ui.card_html(card))
            if card.state == "done":
                st.button(
                    said.undo,
                    icon=":material/undo:",
                    key=f"undo-{card.code}",
                    on_click=ask,
                    args=[f"{said.undo} #{card.code}"],
                )


try:
    assistant = load_assistant()
    settings = assistant.settings
except RuntimeProblem as problem:
    st.error(ui.safe_markdown(problem.friendly))
    st.stop()

texts, said = ui.use_language(settings.language), agent_texts(settings.language)
ui.set_up_page(settings)
ui.show_engine(settings)
session = ui.visit_id()
answers: list[Answer] = st.session_state.setdefault("answers", list(assistant.results.get(session) or []))

st.chat_message("assistant", avatar=HELPER).markdown(ui.safe_markdown(settings.welcome))
for answer in answers:
    st.chat_message("user", avatar=PERSON).markdown(ui.safe_markdown(answer.question))
    with st.chat_message("assistant", avatar=HELPER):
        ui.show_text(answer)
        ui.show_feedback(answer, assistant.events)

request = st.session_state.pop("request", None)
picked = None
if not answers and not request:
    starters = settings.starter_questions
    picked = st.pills(
        texts.try_one,
        starters,
        format_func=ui.safe_line,
        label_visibility="collapsed",
        wrap=True,
        required=True,
    )
typed = st.chat_input(said.say_it, max_chars=ui.QUESTION)
if text := request or typed or picked:
    st.chat_message("user", avatar=PERSON).markdown(ui.safe_markdown(text))
    history = [Turn(answer.question, answer.text) for answer in answers]

    def keep(answer: Answer) -> None:
        answers.append(answer)
        assistant.results.keep(session, answers)

    with st.chat_message("assistant", avatar=HELPER):
        ui.write_stream(assistant.reply(text, history=history, session=session), keep=keep)
elif card := assistant.open_card(session):
    show_card(card)

with st.sidebar:
    show_log()
    st.subheader(said.system, anchor=False)
    for table in assistant.system.tables():
        with st.expander(ui.safe_line(table), icon=":material/table:"):
            st.dataframe(assistant.table(table), hide_index=True)
    if st.button(texts.new_conversation, icon=":material/restart_alt:", width="stretch"):
        assistant.results.keep(session, [])
        st.session_state.clear()
        st.query_params.clear()
        st.rerun()
