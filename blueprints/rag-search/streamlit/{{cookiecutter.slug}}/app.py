"""The screen: one search field over the documents, a cited answer, and the passages it rests on."""

import streamlit as st
from assistant import Assistant

from protokit.runtime import Answer, RuntimeProblem, Turn, VisitorFiles, ui


@st.cache_resource(show_spinner=False)
def load_assistant() -> Assistant:
    return Assistant()


def take_question() -> None:
    if typed := st.session_state.typed.strip():
        st.session_state.asked = typed  # until it is answered: a second Enter sends an empty one


def take_answer(answer: Answer) -> None:
    st.session_state.pop("asked", None)
    answers.insert(0, answer)
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

with st.form("search", border=False, clear_on_submit=True), st.container(horizontal=True):
    st.text_input(
        texts.your_question,
        key="typed",
        placeholder=texts.ask_documents,
        label_visibility="collapsed",
        max_chars=ui.QUESTION,
    )
    st.form_submit_button(texts.search, type="primary", icon=":material/search:", on_click=take_question)
names = [*(file.file for file in assistant.knowledge.files() if file.passages), *own.names()]
file = None
if len(names) > 1:
    file = st.selectbox(
        texts.search_in,
        names,
        index=None,
        format_func=ui.shown_name,
        placeholder=texts.all_documents,
        label_visibility="collapsed",
    )
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

if question := st.session_state.get("asked") or picked:
    options = {"file": file} if file else {}
    history = [
        Turn(answer.question, answer.text, answer.private) for answer in reversed(answers)
    ]  # the newest stands first
    reply = assistant.reply(question, history, options=options, session=session, own=own)
    ui.write_stream(reply, keep=take_answer)
    st.session_state.pop("asked", None)  # without an answer: the line that says why is enough

for answer in answers:
    with st.container(border=True):
        st.subheader(ui.safe_line(answer.question), anchor=False)
        ui.show_text(answer)
        ui.show_feedback(answer, assistant.events)
        ui.show_sources(answer.citations, assistant.knowledge, own, key=f"{answer.event}")
        if others := ui.sources(answer, most_others=3)[len(answer.citations) :]:
            label = f"{texts.also_found} ({len(others)})"
            with st.expander(label, icon=":material/manage_search:", key=f"others-{answer.event}"):
                ui.show_sources(others)

with st.sidebar:
    ui.show_documents(assistant.knowledge)
    ui.show_uploads(settings, own)
    ui.show_session(answers)
