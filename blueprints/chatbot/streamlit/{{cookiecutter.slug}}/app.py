"""The screen: a conversation with sources. Everything a visitor sees is here."""

import uuid

import streamlit as st
from assistant import Assistant

from protokit.runtime import Answer, RuntimeProblem, Turn
from protokit.runtime.defence import safe_markdown
from protokit.runtime.showing import marked, match, numbers, sources, title, totals


@st.cache_resource(show_spinner=False)
def load_assistant() -> Assistant:
    return Assistant()


def draw_answer(answer: Answer, index: int) -> None:
    st.markdown(safe_markdown(answer.text))
    if answer.note:
        st.caption(f":material/info: {answer.note}")
    shown = sources(answer)
    if shown:
        count = len(answer.citations)
        with st.expander(f"{count} source{'s' * (count > 1)}", icon=":material/format_quote:", key=f"sources-{index}"):
            for source in shown:
                with st.container(horizontal=True, vertical_alignment="center"):
                    st.markdown(f"**{safe_markdown(title(source))}**", width="content")
                    st.badge(match(source.passage), color="green" if source.number else "gray")
                st.html(f'<blockquote class="passage">{marked(source)}</blockquote>')
    with st.container(horizontal=True, vertical_alignment="center"):
        thumbs = st.feedback("thumbs", key=f"thumbs-{index}")
        st.caption(numbers(answer))
    if thumbs is not None:
        assistant.events.feedback(answer.event, 1 if thumbs else -1)


def draw_sidebar(answers: list[Answer]) -> None:
    st.subheader("This session")
    for pair in (("Questions", "Latency"), ("Tokens", "Cost")):
        for column, name in zip(st.columns(2), pair, strict=True):
            column.metric(name, totals(answers)[name], border=True)
    st.subheader("Documents")
    for file in assistant.knowledge.files():
        st.markdown(f":material/description: {safe_markdown(file.file)}")
    st.caption(str(assistant.knowledge.status))
    if st.button("New conversation", icon=":material/restart_alt:", width="stretch"):
        st.session_state.clear()
        st.rerun()
    if settings.model == "offline":
        st.caption("Runs on the offline engine: it quotes your documents. README.md says how to connect a model.")


try:
    assistant = load_assistant()
    settings = assistant.settings
except RuntimeProblem as problem:
    st.error(problem.friendly)
    st.stop()

st.set_page_config(settings.title, page_icon=settings.emoji)
st.html("style.css")
st.title(settings.title)
st.caption(safe_markdown(settings.pitch))
answers: list[Answer] = st.session_state.setdefault("answers", [])
session = st.session_state.setdefault("session", uuid.uuid4().hex)
with st.chat_message("assistant", avatar=":material/auto_awesome:"):
    st.markdown(safe_markdown(settings.welcome))
for index, answer in enumerate(answers):
    st.chat_message("user", avatar=":material/person:").markdown(safe_markdown(answer.question))
    with st.chat_message("assistant", avatar=":material/auto_awesome:"):
        draw_answer(answer, index)

picked = None if answers else st.pills("Try", settings.starter_questions, label_visibility="collapsed")
if question := st.chat_input("Ask a question…") or picked:
    st.chat_message("user", avatar=":material/person:").markdown(safe_markdown(question))
    with st.chat_message("assistant", avatar=":material/auto_awesome:"):
        place, text = st.empty(), ""
        history = [Turn(answer.question, answer.text) for answer in answers]
        reply = assistant.reply(question, history, session)
        try:
            for piece in reply:
                text += piece
                place.markdown(safe_markdown(text))
        except RuntimeProblem as problem:
            st.error(problem.friendly)
            st.stop()
    answers.append(reply.answer)
    st.rerun()
with st.sidebar:
    draw_sidebar(answers)
