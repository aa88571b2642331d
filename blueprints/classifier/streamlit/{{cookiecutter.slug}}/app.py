"""The screen: texts on one side, their labels on the other, with the words that decided; corrections teach it."""

import uuid
from pathlib import Path

import streamlit as st
from assistant import Assistant

from protokit.runtime import (
    OWN,
    Answer,
    LabelRow,
    RuntimeProblem,
    count_labels,
    labels_of,
    notice,
    read_texts,
    sort_batches,
    text_columns,
    ui,
)
from vectorstore import VectorstoreError


@st.cache_resource(show_spinner=False)
def load_assistant() -> Assistant:
    return Assistant()


def take_file(path: Path, whose: str = "") -> None:
    """Take the texts of a file, to be sorted as the page is drawn."""
    try:
        told = assistant.read_file(path)
        st.session_state.source = (f"{whose}{path.name}", told)
        st.session_state.columns = text_columns(told)
        take_texts()
    except (VectorstoreError, RuntimeProblem) as problem:
        st.toast(ui.safe_line(str(problem)), icon=":material/warning:")


def take_texts() -> None:
    """The texts of the column that was chosen, else of the wordiest."""
    file, told = st.session_state.source
    column = st.session_state.get("column") or ""
    known = column if column in st.session_state.columns else ""
    st.session_state.rows = (file, read_texts(told, column=known).texts)
    for name in ("table", "part"):
        st.session_state.pop(name, None)


def take_sample() -> None:
    for path in assistant.settings.knowledge.iterdir():
        if path.name == st.session_state.sample:
            take_file(path)


def take_upload() -> None:
    if upload := st.session_state.upload:
        ui.read_upload(upload, lambda path: take_file(path, OWN))


def sort_rows(file: str, items: tuple[str, ...]) -> None:
    """Sort the texts, with a bar that tells how far it is; what a click breaks off goes on from there."""

    def answer(batch: str) -> Answer:
        return assistant.reply(batch, options={"file": file}, session=session).answer

    bar, before = st.progress(0.0, texts.sorting), st.session_state.get("part", [])
    for part in sort_batches(items, answer, together=not names, before=before):
        st.session_state.part = part
        bar.progress(min(1.0, len(part) / len(items)), f"{len(part)} / {len(items)}")
    keep_table(st.session_state.pop("part"))
    bar.empty()


def keep_table(rows: list[LabelRow]) -> None:
    """Keep the table, also for when the page is reloaded."""
    st.session_state.table = rows
    assistant.results.keep(visit, rows)


def sort_one(text: str, file: str) -> None:
    """Sort one text and show it."""
    for name in ("table", "rows"):
        st.session_state.pop(name, None)
    reply = assistant.reply(text, options={"file": file}, session=session)
    ui.write_stream(reply, keep=lambda answer: st.session_state.update(one=(text, answer)))


def show_one(text: str, answer: Answer) -> None:
    ui.show_text(answer)
    if answer.citations:
        st.html(f'<blockquote class="passage">{ui.marked(answer.citations[0])}</blockquote>')
    show_correction(text, f"right-{answer.event}")
    ui.show_feedback(answer, assistant.events)


def show_correction(text: str, key: str) -> str:
    """Lets the visitor say which label is right for `text`; the label where it was said just now."""
    if not names or settings.criteria:
        return ""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        right = st.selectbox(texts.label_wrong, names, index=None, key=key, placeholder=texts.label)
        taught = st.button(texts.learn, disabled=right is None, icon=":material/school:")
    if taught:
        assistant.learn(text, str(right), session)
        st.toast(texts.learnt, icon=":material/school:")
    if gain := assistant.gain(session):
        st.caption(gain)
    return str(right) if taught else ""


def show_table(rows: list[LabelRow]) -> None:
    counts = count_labels(rows)
    bars = {texts.label: [name for name, _ in counts], texts.texts: [count for _, count in counts]}
    st.bar_chart(
        bars,
        x=texts.label,
        y=texts.texts,
        x_label=texts.texts,
        y_label="",
        horizontal=True,
        height=80 + 32 * len(counts),
        sort=f"-{texts.texts}",
        color=settings.accent,
    )
    only = st.pills(
        texts.show_only, [name for name, _ in counts], format_func=ui.safe_line, selection_mode="multi"
    )
    places = [at for at, row in enumerate(rows) if not only or set(labels_of(row)) & set(only)]
    shown = [rows[at] for at in places]
    sure = st.column_config.ProgressColumn(texts.confidence, min_value=0, max_value=1, format="percent")
    columns = assistant.columns
    table = [dict(zip(columns, row, strict=True)) for row in shown]
    picked = st.dataframe(
        table,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key="picked",
        column_config={texts.text: st.column_config.Column(width="medium"), texts.confidence: sure},
    ).selection.rows
    if picked and picked[0] < len(places):
        at = places[picked[0]]
        if right := show_correction(str(rows[at][0]), f"right-row-{at}"):
            keep_table([*rows[:at], (rows[at][0], right, 1.0, ""), *rows[at + 1 :]])
            st.rerun()
    csv = ui.safe_csv(columns, shown)
    st.download_button(texts.download_table, csv, "labels.csv", "text/csv", icon=":material/download:")


try:
    assistant = load_assistant()
    settings = assistant.settings
except RuntimeProblem as problem:
    ui.stop_page(problem)

texts = ui.use_language(settings.language)  # every word on the page that is not the prototype's own
ui.set_up_page(settings, wide=True)
ui.show_engine(settings)
session, visit = st.session_state.setdefault("session", uuid.uuid4().hex), ui.visit_id()
names = [label.name for label in settings.labels]
left, right = st.columns([2, 3], gap="large")
with left:
    text = st.text_area(
        texts.text, height=160, key="text", placeholder=texts.paste_text, label_visibility="collapsed"
    )
    lines = st.checkbox(texts.text_a_line, value=not names)
    one = st.button(texts.sort, type="primary", icon=":material/label:", width="stretch")
    files = sorted(path.name for path in settings.knowledge.iterdir() if path.name[0] != ".")
    st.pills(
        texts.or_whole_file,
        files,
        format_func=ui.safe_line,
        key="sample",
        on_change=take_sample,
        required=True,
    )
    if ui.may_upload(settings):
        st.file_uploader(texts.or_upload_own, key="upload", on_change=take_upload)
        st.caption(notice(settings.model, once=True))
    if len(columns := st.session_state.get("columns", [])) > 1:
        st.selectbox(texts.column_heads["column"], columns, key="column", on_change=take_texts)
    if names:
        with st.expander(texts.labels, icon=":material/sell:"):
            for label in settings.criteria or settings.labels:
                st.markdown(f"**{ui.safe_line(label.name)}** {ui.safe_line(label.description)}")
    if assistant.about_people:
        st.caption(texts.about_people)
if not {"table", "rows", "one"} & st.session_state.keys() and (kept := assistant.results.get(visit)):
    st.session_state.table = kept
with right:
    if one and text.strip() and lines:
        st.session_state.rows = (f"{OWN}{texts.pasted_text}", read_texts(text, lines=True).texts)
        st.session_state.pop("part", None)
        sort_rows(*st.session_state.rows)
        show_table(st.session_state.table)
    elif one and text.strip():
        sort_one(text, f"{OWN}{texts.pasted_text}")
    elif one:
        st.info(texts.text_or_file_first)
    elif names and len(st.session_state.get("rows", ("", ()))[1]) == 1:
        sort_one(st.session_state.rows[1][0], st.session_state.rows[0])
    elif "rows" in st.session_state or "table" in st.session_state:
        if "table" not in st.session_state:
            sort_rows(*st.session_state.rows)
        show_table(st.session_state.table)
    elif done := st.session_state.get("one"):
        show_one(*done)
    else:
        st.markdown(ui.safe_markdown(settings.welcome))
