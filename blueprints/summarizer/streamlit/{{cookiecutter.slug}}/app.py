"""The screen: a text on one side, its summary on the other, every point tied to the sentence it came from."""

import tempfile
import uuid
from pathlib import Path

import streamlit as st
from assistant import LENGTHS, SHAPES, Assistant

from protokit.runtime import Answer, RuntimeProblem
from protokit.runtime.defence import safe_markdown
from protokit.runtime.showing import marked_text, numbers
from vectorstore import VectorstoreError


@st.cache_resource(show_spinner=False)
def load_assistant() -> Assistant:
    return Assistant()


def take_upload() -> None:
    upload = st.session_state.upload
    if upload is None:
        return
    with tempfile.TemporaryDirectory() as aside:
        copy = Path(aside, "upload" + Path(upload.name).suffix)
        copy.write_bytes(upload.getvalue())
        take_text(copy, upload.name)


def take_sample() -> None:
    if sample := st.session_state.sample:
        take_text(settings.knowledge / sample, sample)


def take_text(path: Path, name: str) -> None:
    try:
        st.session_state.text, st.session_state.file = assistant.text_of(path), name
    except VectorstoreError as problem:
        st.toast(str(problem).replace(path.name, name), icon=":material/warning:")


def draw_summary(answer: Answer) -> None:
    st.markdown(safe_markdown(answer.text))
    if answer.note:
        st.caption(f":material/info: {answer.note}")
    with st.container(horizontal=True, vertical_alignment="center"):
        thumbs = st.feedback("thumbs", key=f"thumbs-{answer.event}")
        st.caption(numbers(answer))
    if thumbs is not None:
        assistant.events.feedback(answer.event, 1 if thumbs else -1)
    words = len(text.split())
    if answer.citations:
        st.caption(f"{words:,} words became {len(answer.text.split()):,}. The numbers lead to the sentences below.")
        with st.expander("Where each point comes from", icon=":material/format_quote:", expanded=True, key="sources"):
            with st.container(height=420, border=False):
                st.html(f'<div class="source">{marked_text(text, answer.citations)}</div>')


try:
    assistant = load_assistant()
    settings = assistant.settings
except RuntimeProblem as problem:
    st.error(problem.friendly)
    st.stop()

st.set_page_config(settings.title, page_icon=settings.emoji, layout="wide")
st.html("style.css")
st.title(settings.title)
st.caption(safe_markdown(settings.pitch))
session = st.session_state.setdefault("session", uuid.uuid4().hex)

left, right = st.columns(2, gap="large")
with left:
    samples = [path.name for path in assistant.samples()]
    st.pills("Try one of these", samples, key="sample", on_change=take_sample)
    text = st.text_area("Text", height=320, key="text", placeholder="Paste a text here…", label_visibility="collapsed")
    st.file_uploader("or upload a file", key="upload", on_change=take_upload)
    shape = st.segmented_control("Shape", list(SHAPES), format_func=SHAPES.get, default="bullets", required=True)
    length = st.segmented_control("Length", list(LENGTHS), format_func=LENGTHS.get, default="medium", required=True)
    wanted = st.button("Summarize", type="primary", icon=":material/compress:", width="stretch")
    if settings.model == "offline":
        st.caption("Runs on the offline engine: it quotes the text. README.md says how to connect a model.")
with right:
    if wanted and not text.strip():
        st.info("Paste a text, upload a file or pick a sample first.")
    elif wanted:
        place, summary = st.empty(), ""
        reply = assistant.reply(text, shape, length, st.session_state.get("file", "pasted text"), session)
        try:
            for piece in reply:
                summary += piece
                place.markdown(safe_markdown(summary))
        except RuntimeProblem as problem:
            st.error(problem.friendly)
            st.stop()
        st.session_state.answer = reply.answer
        st.rerun()
    elif answer := st.session_state.get("answer"):
        draw_summary(answer)
    else:
        st.markdown(safe_markdown(settings.welcome))
