"""The screen: a conversation with sources. Everything a visitor sees is arranged here."""

import uuid

import streamlit as st
from assistant import Assistant

from protokit.runtime import Answer, RuntimeProblem, Turn
from protokit.runtime import streamlit_parts as parts
from protokit.runtime.defence import safe_markdown
from protokit.runtime.showing import sources

PERSON, HELPER = ":material/local_parking:", ":material/auto_awesome:"


@st.cache_resource(show_spinner=False)
def load_assistant() -> Assistant:
    return Assistant()


try:
    assistant = load_assistant()
    settings = assistant.settings
except RuntimeProblem as problem:
    st.error(problem.friendly)
    st.stop()

parts.set_up_page(settings)
parts.show_engine(settings)
answers: list[Answer] = st.session_state.setdefault("answers", [])
session = st.session_state.setdefault("session", uuid.uuid4().hex)

st.chat_message("assistant", avatar=HELPER).markdown(safe_markdown(settings.welcome))
for answer in answers:
    st.chat_message("user", avatar=PERSON).markdown(safe_markdown(answer.question))
    with st.chat_message("assistant", avatar=HELPER):
        parts.show_text(answer)
        if count := len(answer.citations):
            label = f"{count} source{'s' * (count > 1)}"
            with st.expander(label, icon=":material/format_quote:", key=f"sources-{answer.event}"):
                parts.show_sources(sources(answer))
        parts.show_feedback(answer, assistant.events)

picked = None
if not answers:
    starters = settings.starter_questions
    picked = st.pills("Try", starters, label_visibility="collapsed", wrap=True, required=True)
if question := st.chat_input("Ask a question…") or picked:
    st.chat_message("user", avatar=PERSON).markdown(safe_markdown(question))
    history = [Turn(answer.question, answer.text) for answer in answers]
    with st.chat_message("assistant", avatar=HELPER):
        parts.stream(assistant.reply(question, history, session), keep=answers.append)

with st.sidebar:
    parts.show_session(answers)
    parts.show_documents(assistant.knowledge)
    if st.button("New conversation", icon=":material/restart_alt:", width="stretch"):
        st.session_state.clear()
        st.rerun()

    from protokit.runtime.showing import money

    st.caption(f"{money(sum(answer.dollars or 0 for answer in answers))} spent on answers")
