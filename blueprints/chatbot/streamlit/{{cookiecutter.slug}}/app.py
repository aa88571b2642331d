"""The screen: a conversation with sources. Everything a visitor sees is arranged here."""

import streamlit as st
from assistant import Assistant

from protokit.runtime import Answer, RuntimeProblem, Turn, VisitorFiles, ui

PERSON, HELPER = ":material/person:", ":material/auto_awesome:"


@st.cache_resource(show_spinner=False)
def load_assistant() -> Assistant:
    return Assistant()


def take_answer(answer: Answer) -> None:
    answers.append(answer)
    ui.keep_answers(session, answers)


try:
    assistant = load_assistant()
    settings = assistant.settings
except RuntimeProblem as problem:
    ui.stop_page(problem)

texts = ui.use_language(settings.language)  # every word on the page that is not the prototype's own
ui.set_up_page(settings)
ui.show_engine(settings)
session = ui.visit_id()
answers: list[Answer] = st.session_state.setdefault("answers", ui.earlier_answers(session))
own: VisitorFiles = st.session_state.setdefault("own", VisitorFiles.of(settings, assistant.knowledge))

st.chat_message("assistant", avatar=HELPER).markdown(ui.safe_markdown(settings.welcome))
for answer in answers:
    st.chat_message("user", avatar=PERSON).markdown(ui.safe_markdown(answer.question))
    with st.chat_message("assistant", avatar=HELPER):
        ui.show_text(answer)
        if answer.citations:
            label = f"{texts.sources} ({len(answer.citations)})"
            with st.expander(label, icon=":material/format_quote:", key=f"sources-{answer.event}"):
                ui.show_sources(ui.sources(answer), assistant.knowledge, own, key=f"{answer.event}")
        ui.show_feedback(answer, assistant.events)

picked = None
if not answers:
    starters = settings.starter_questions
    picked = st.pills(
        texts.try_one,
        starters,
        format_func=ui.safe_line,
        label_visibility="collapsed",
        wrap=True,
        required=True,
    )
if question := st.chat_input(texts.ask_question, max_chars=ui.QUESTION) or picked:
    st.chat_message("user", avatar=PERSON).markdown(ui.safe_markdown(question))
    history = [Turn(answer.question, answer.text, answer.private) for answer in answers]
    with st.chat_message("assistant", avatar=HELPER):
        reply = assistant.reply(question, history=history, session=session, own=own)
        ui.write_stream(reply, keep=take_answer)

with st.sidebar:
    ui.show_session(answers)
    ui.show_documents(assistant.knowledge)
    ui.show_uploads(settings, own, key=f"uploads-{session}")  # a new conversation begins without files
    if st.button(texts.new_conversation, icon=":material/restart_alt:", width="stretch", on_click=own.clear):
        ui.keep_answers(session, [])
        st.session_state.clear()
        st.query_params.clear()
        st.rerun()
