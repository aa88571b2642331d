"""The screen: one search field over the documents, a cited answer, and the passages it rests on."""

import uuid

import streamlit as st
from assistant import Assistant

from protokit.runtime import Answer, RuntimeProblem
from protokit.runtime.ui import streamlit_ui as parts
from protokit.runtime.ui.formatting import sources
from protokit.runtime.ui.safe_markdown import safe_line, safe_markdown
from protokit.runtime.uploads.visitor_files import VisitorFiles, notice
from vectorstore.text.query_limits import QUESTION

ALL = "All documents"


@st.cache_resource(show_spinner=False)
def load_assistant() -> Assistant:
    return Assistant()


def take_question() -> None:
    if typed := st.session_state.typed.strip():
        st.session_state.asked = typed  # until it is answered: a second Enter sends an empty one


def take_answer(answer: Answer) -> None:
    st.session_state.pop("asked", None)
    answers.insert(0, answer)


def take_uploads() -> None:
    """Hold for this visitor what stands in the list of uploads, and nothing else."""
    parts.take_uploads(own, st.session_state.get("uploads") or [])


try:
    assistant = load_assistant()
    settings = assistant.settings
except RuntimeProblem as problem:
    st.error(safe_markdown(problem.friendly))
    st.stop()

parts.set_up_page(settings)
parts.show_engine(settings)
answers: list[Answer] = st.session_state.setdefault("answers", [])
session = st.session_state.setdefault("session", uuid.uuid4().hex)
own: VisitorFiles = st.session_state.setdefault("own", VisitorFiles(settings.embedding))

with st.form("search", border=False, clear_on_submit=True), st.container(horizontal=True):
    st.text_input(
        "Your question",
        key="typed",
        placeholder="Ask the documents…",
        label_visibility="collapsed",
        max_chars=QUESTION,
    )
    st.form_submit_button("Search", type="primary", icon=":material/search:", on_click=take_question)
names = [*(file.file for file in assistant.knowledge.files() if file.passages), *own.names()]
file = st.selectbox("Search in", [ALL, *names], label_visibility="collapsed") if len(names) > 1 else ALL
picked = None
if not answers:
    starters = settings.starter_questions
    picked = st.pills(
        "Try", starters, format_func=safe_line, label_visibility="collapsed", wrap=True, required=True
    )

if question := st.session_state.get("asked") or picked:
    parts.stream(assistant.reply(question, None if file == ALL else file, session, own), keep=take_answer)
    st.session_state.pop("asked", None)  # without an answer: the line that says why is enough

for answer in answers:
    with st.container(border=True):
        st.subheader(safe_line(answer.question), anchor=False)
        parts.show_text(answer)
        parts.show_feedback(answer, assistant.events)
        parts.show_sources(answer.citations)
        if others := sources(answer, most_others=3)[len(answer.citations) :]:
            label = f"Also found ({len(others)})"
            with st.expander(label, icon=":material/manage_search:", key=f"others-{answer.event}"):
                parts.show_sources(others)

with st.sidebar:
    parts.show_documents(assistant.knowledge)
    if parts.may_upload(settings):
        st.file_uploader("Add documents", accept_multiple_files=True, key="uploads", on_change=take_uploads)
        st.caption(notice(settings.model))
        parts.show_own_files(own)
    parts.show_session(answers)
