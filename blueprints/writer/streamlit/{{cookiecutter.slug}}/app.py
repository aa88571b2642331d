"""The screen: a form on one side, the text with its checks on the other, versions side by side."""

import uuid

import streamlit as st
from assistant import LENGTHS, TONES, Assistant

from protokit.runtime import Answer, RuntimeProblem, WritingRequest, form_values, text_docx, ui


@st.cache_resource(show_spinner=False)
def load_assistant() -> Assistant:
    return Assistant()


def take_sample() -> None:
    """Fill the form with a sample."""
    for sample in assistant.samples():
        if sample.name == st.session_state.sample:
            for name, value in form_values(sample.read(), settings.form).items():
                st.session_state[f"field-{name}"] = value


def show_form() -> dict[str, str]:
    """The fields of the form; returns what they hold."""
    values = {}
    for field in settings.form:
        key, label = f"field-{field.name}", ui.safe_line(field.name)
        if field.choices:
            values[field.name] = st.selectbox(label, field.choices, key=key, help=field.help or None)
        elif field.long:
            values[field.name] = st.text_area(label, height=260, key=key, help=field.help or None)
        else:
            values[field.name] = st.text_input(label, key=key, help=field.help or None)
    return values


def write(values: dict[str, str], length: str, tone: str) -> None:
    """Write a version and keep it."""
    request = assistant.request(values, length, tone)
    ui.write_stream(
        assistant.answer(request, session), keep=lambda answer: versions.append((request, answer))
    )


def show_version(number: int, request: WritingRequest, answer: Answer) -> None:
    st.subheader(texts.version.format(number=number), anchor=False)
    st.caption(f"{lengths[request.length]} · {texts.tones[request.tone]}")
    written = request.reviewed(answer.text)
    if written.spots and not request.is_prepared(answer):
        st.html(written.marked_html())
    else:
        st.markdown(ui.safe_markdown(answer.text))
    if answer.note:
        st.info(ui.safe_line(answer.note), icon=":material/info:")
    st.markdown(f"**{ui.checks_line(answer.table, texts)}**" if answer.table else "")
    st.html(ui.checks_html(answer.table))
    if answer.repair_tokens:
        st.caption(ui.repair_line(answer))
    with st.container(horizontal=True):
        with st.popover(texts.copy_text, icon=":material/content_copy:"):
            st.code(answer.text, language=None, wrap_lines=True)
        name = f"{settings.folder.name}-{number}"
        st.download_button(
            "Word", text_docx(settings.title, answer.text), f"{name}.docx", key=f"word-{number}"
        )
        st.download_button("Markdown", answer.text, f"{name}.md", key=f"markdown-{number}")


def show_changes(request: WritingRequest) -> None:
    """One click to another version of the newest."""
    at = LENGTHS.index(request.length)
    with st.container(horizontal=True):
        if at > 0 and st.button(texts.shorter, icon=":material/compress:"):
            st.session_state.next = (dict(request.values), LENGTHS[at - 1], request.tone)
        if at < len(LENGTHS) - 1 and st.button(texts.longer, icon=":material/expand:"):
            st.session_state.next = (dict(request.values), LENGTHS[at + 1], request.tone)
        for tone in TONES:
            if tone != request.tone and st.button(texts.tones[tone], key=f"tone-{tone}"):
                st.session_state.next = (dict(request.values), request.length, tone)


try:
    assistant = load_assistant()
    settings = assistant.settings
except RuntimeProblem as problem:
    st.error(ui.safe_markdown(problem.friendly))
    st.stop()

texts = ui.use_language(settings.language)  # every word on the page that is not the prototype's own
lengths = ui.plain_lengths(texts)
ui.set_up_page(settings, wide=True)
ui.show_engine(settings)
session = st.session_state.setdefault("session", uuid.uuid4().hex)
versions: list[tuple[WritingRequest, Answer]] = st.session_state.setdefault("versions", [])
left, right = st.columns([2, 3], gap="large")
with left:
    if samples := [sample.name for sample in assistant.samples()]:
        st.pills(
            texts.try_one, samples, format_func=ui.safe_line, key="sample", on_change=take_sample, wrap=True
        )
    values = show_form()
    with st.container(horizontal=True):
        length = st.segmented_control(
            texts.length, LENGTHS, format_func=lengths.get, default="medium", required=True
        )
        tone = st.segmented_control(
            texts.tone, TONES, format_func=texts.tones.get, default="neutral", required=True
        )
    wanted = st.button(texts.write, type="primary", icon=":material/edit_note:", width="stretch")

with right:
    given = {name: value for name, value in values.items() if value and value.strip()}
    if wanted and not given:
        st.info(texts.form_first)
    elif wanted:
        write(given, length, tone)
    elif following := st.session_state.pop("next", None):
        write(*following)
    elif versions:
        show_changes(versions[-1][0])
        if "next" in st.session_state:
            st.rerun()
        newest = len(versions)
        both = newest > 1 and st.toggle(texts.side_by_side, value=True)
        columns = st.columns(2 if both else 1, gap="medium")
        for column, at in zip(columns, (newest - 1, newest - 2), strict=False):
            with column:
                show_version(at + 1, *versions[at])
        ui.show_feedback(versions[-1][1], assistant.events)
    else:
        st.markdown(ui.safe_markdown(settings.welcome))
