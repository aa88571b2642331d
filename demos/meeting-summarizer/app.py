"""The screen: a text on one side, its summary on the other, every point tied to the sentence it came from."""

import uuid
from pathlib import Path

import streamlit as st
from assistant import LENGTHS, SHAPES, Assistant

from protokit.runtime import OWN, RuntimeProblem, notice, ui
from vectorstore import VectorstoreError


@st.cache_resource(show_spinner=False)
def load_assistant() -> Assistant:
    return Assistant()


def take_sample() -> None:
    for sample in assistant.samples():
        # What a browser sends is no path to be followed.
        if sample.path and sample.name == st.session_state.sample:
            take_text(sample.path)


def take_upload() -> None:
    if upload := st.session_state.upload:
        ui.read_upload(upload, lambda path: take_text(path, OWN))


def take_text(path: Path, whose: str = "") -> None:
    try:
        st.session_state.text, st.session_state.file = assistant.text_of(path), f"{whose}{path.name}"
    except VectorstoreError as problem:
        st.toast(ui.safe_line(str(problem)), icon=":material/warning:")


try:
    assistant = load_assistant()
    settings = assistant.settings
except RuntimeProblem as problem:
    ui.stop_page(problem)

texts = ui.use_language(settings.language)  # every word on the page that is not the prototype's own
ui.set_up_page(settings, wide=True)
ui.show_engine(settings)
session = st.session_state.setdefault("session", uuid.uuid4().hex)
left, right = st.columns(2, gap="large")
with left:
    samples = [sample.name for sample in assistant.samples()]
    st.pills(
        texts.try_one,
        samples,
        format_func=ui.safe_line,
        key="sample",
        on_change=take_sample,
        wrap=True,
        required=True,
    )
    text = st.text_area(
        texts.text, height=260, key="text", placeholder=texts.or_paste_text, label_visibility="collapsed"
    )
    if ui.may_upload(settings):
        st.file_uploader(texts.or_upload, key="upload", on_change=take_upload)
        st.caption(notice(settings.model, once=True))

with right:
    with st.container(horizontal=True):
        shape = st.segmented_control(
            texts.shape, SHAPES, format_func=texts.shapes.get, default="bullets", required=True
        )
        length = st.segmented_control(
            texts.length, LENGTHS, format_func=texts.lengths.get, default="medium", required=True
        )
    wanted = st.button(texts.summarize, type="primary", icon=":material/compress:", width="stretch")
    if wanted and not text.strip():
        st.info(texts.text_first)
    elif wanted:
        options = {"shape": shape, "length": length, "file": st.session_state.get("file", "pasted text")}
        reply = assistant.reply(text, options=options, session=session)
        ui.write_stream(reply, keep=lambda answer: st.session_state.update(summary=(text, answer)))
    elif summary := st.session_state.get("summary"):
        source, answer = summary
        ui.show_text(answer)
        ui.show_feedback(answer, assistant.events)
        if answer.citations:
            before, after = texts.count(len(source.split())), texts.count(len(answer.text.split()))
            st.caption(texts.words_became.format(before=before, after=after))
            with st.expander(texts.where_from, icon=":material/format_quote:", expanded=True):
                st.html(f'<div class="source" tabindex="0">{ui.marked_text(source, answer.citations)}</div>')
    else:
        st.markdown(ui.safe_markdown(settings.welcome))
