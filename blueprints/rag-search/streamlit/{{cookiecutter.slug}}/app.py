"""The screen: one search field over the documents, a cited answer, and the passages it rests on."""

import uuid

import streamlit as st
from assistant import Assistant

from protokit.runtime import Answer, Citation, RuntimeProblem, keep_upload
from protokit.runtime.defence import safe_markdown
from protokit.runtime.showing import marked, match, numbers, sources, title, totals

ALL = "All documents"


@st.cache_resource(show_spinner=False)
def load_assistant() -> Assistant:
    return Assistant()


def draw_source(source: Citation) -> None:
    with st.container(border=bool(source.number)):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{safe_markdown(title(source))}**", width="content")
            st.badge(match(source.passage), color="green" if source.number else "gray")
        st.html(f'<blockquote class="passage">{marked(source)}</blockquote>')


def draw_answer(answer: Answer) -> None:
    st.markdown(f"##### {safe_markdown(answer.question)}")
    st.markdown(safe_markdown(answer.text))
    if answer.note:
        st.caption(f":material/info: {answer.note}")
    with st.container(horizontal=True, vertical_alignment="center"):
        thumbs = st.feedback("thumbs", key=f"thumbs-{answer.event}")
        st.caption(numbers(answer))
    if thumbs is not None:
        assistant.events.feedback(answer.event, 1 if thumbs else -1)
    shown = sources(answer, most_others=3)
    for source in shown[: len(answer.citations)]:
        draw_source(source)
    others = shown[len(answer.citations) :]
    if others:
        with st.expander(f"Also found ({len(others)})", icon=":material/manage_search:", key=f"others-{answer.event}"):
            for source in others:
                draw_source(source)


def take_uploads() -> None:
    uploads = st.session_state.get("uploads") or []
    for upload in uploads:
        try:
            keep_upload(settings.knowledge, upload.name, upload.getvalue())
        except ValueError as problem:
            st.toast(str(problem), icon=":material/warning:")
    if uploads:
        with st.spinner("Reading the documents…"):
            assistant.learn()


def draw_sidebar(answers: list[Answer]) -> None:
    st.subheader("Documents")
    for file in assistant.knowledge.files():
        icon = "description" if file.passages else "warning"
        st.markdown(f":material/{icon}: {safe_markdown(file.file)}", help=file.note or None)
    st.caption(str(assistant.knowledge.status))
    st.file_uploader("Add documents", accept_multiple_files=True, key="uploads", on_change=take_uploads)
    st.subheader("This session")
    for pair in (("Questions", "Latency"), ("Tokens", "Cost")):
        for column, name in zip(st.columns(2), pair, strict=True):
            column.metric(name, totals(answers)[name], border=True)
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

with st.form("search", border=False, clear_on_submit=True), st.container(horizontal=True, vertical_alignment="bottom"):
    typed = st.text_input("Your question", placeholder="Ask the documents…", label_visibility="collapsed")
    sent = st.form_submit_button("Search", type="primary", icon=":material/search:")
files = [file.file for file in assistant.knowledge.files()]
file = st.selectbox("Search in", [ALL, *files], label_visibility="collapsed") if len(files) > 1 else ALL
picked = None if answers else st.pills("Try", settings.starter_questions, label_visibility="collapsed")
if question := (typed if sent else None) or picked:
    place, text = st.empty(), ""
    reply = assistant.reply(question, None if file == ALL else file, session)
    try:
        for piece in reply:
            text += piece
            place.markdown(safe_markdown(text))
    except RuntimeProblem as problem:
        st.error(problem.friendly)
        st.stop()
    answers.insert(0, reply.answer)
    st.rerun()

for position, answer in enumerate(answers):
    if position:
        st.divider()
    draw_answer(answer)
with st.sidebar:
    draw_sidebar(answers)
