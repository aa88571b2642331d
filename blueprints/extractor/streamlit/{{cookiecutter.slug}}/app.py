"""The screen: documents in, a table out; a click on a cell shows the words it comes from."""

import uuid
from pathlib import Path

import streamlit as st
from assistant import Assistant

from protokit.runtime import OWN, DocumentRow, RuntimeProblem, as_csv, as_xlsx, notice, ui, with_rows
from vectorstore import read
from vectorstore.loaders import Document

MOST_AT_ONCE = 25  # documents that are read without a click when the page opens


@st.cache_resource(show_spinner=False)
def load_assistant() -> Assistant:
    return Assistant()


def keep_rows(rows: list[DocumentRow]) -> None:
    """Keep the table, also for when the page is reloaded."""
    st.session_state.rows = rows
    assistant.results.keep(visit, rows)


def read_documents(documents: list[tuple[str, Path | Document]]) -> None:
    """Read what is new, with a bar that tells how far it is; what was read stays where a click breaks it off."""
    bar, known, rows = st.progress(0.0, texts.reading), st.session_state.get("rows", []), []
    try:
        for count, more in enumerate(assistant.rows(documents, known, session), 1):
            rows += more
            bar.progress(count / len(documents), texts.of_documents.format(done=count, total=len(documents)))
    finally:
        files = {row.file for row in rows}
        keep_rows(rows + [row for row in known if row.file not in files])
    bar.empty()


def read_uploads() -> list[tuple[str, Path | Document]]:
    """What each upload holds; the file itself is not kept."""
    documents: list[tuple[str, Path | Document]] = []
    for upload in st.session_state.get("uploads") or []:
        ui.read_upload(upload, lambda path: documents.append((f"{OWN}{path.name}", read(path))))
    return documents


def show_table(rows: list[DocumentRow]) -> None:
    cells = [
        {texts.document: ui.shown_name(row.file), **{name: row.cells.get(name) for name in names}}
        for row in rows
    ]
    picked = st.dataframe(
        cells,
        hide_index=True,
        width="stretch",
        on_select="rerun",
        selection_mode="single-cell",
        key="table",
        placeholder=texts.not_stated,
    ).selection.cells
    stem = settings.folder.name
    with st.container(horizontal=True):
        st.download_button("CSV", as_csv(rows, names), f"{stem}.csv", "text/csv", icon=":material/download:")
        st.download_button("Excel", as_xlsx(rows, names), f"{stem}.xlsx", icon=":material/download:")
    if picked and picked[0][0] < len(rows) and picked[0][1] in names:
        show_cell(rows[picked[0][0]], picked[0][1])
    else:
        st.caption(texts.click_cell)


def show_cell(row: DocumentRow, name: str) -> None:
    """The words a value comes from, and a way to correct it."""
    if row.answer is None:
        st.warning(ui.safe_line(row.problem))
        return
    with st.container(border=True):
        value = row.cells.get(name)
        shown = "" if value is None else str(value)
        st.markdown(f"**{ui.safe_line(name)}:** {ui.safe_line(shown or texts.not_stated)}")
        st.caption(ui.safe_line(row.reason(name)))
        ui.show_sources(row.quotes(name))
        ui.show_feedback(row.answer, assistant.events)
        if row.file.startswith(OWN):
            return
        with st.form(f"correct-{row.file}-{row.line}-{name}", border=False):
            typed = st.text_input(texts.value_wrong, shown)
            if st.form_submit_button(texts.correct, icon=":material/edit:"):
                correct(row, name, typed.strip())


def correct(row: DocumentRow, name: str, value: str) -> None:
    try:
        keep_rows(with_rows(st.session_state.rows, assistant.correct(row, name, value)))
    except RuntimeProblem as problem:
        st.error(ui.safe_markdown(problem.friendly))
        return
    st.rerun()


try:
    assistant = load_assistant()
    settings = assistant.settings
except RuntimeProblem as problem:
    ui.stop_page(problem)

texts = ui.use_language(settings.language)  # every word on the page that is not the prototype's own
ui.set_up_page(settings, wide=True)
ui.show_engine(settings)
session, visit = st.session_state.setdefault("session", uuid.uuid4().hex), ui.visit_id()
names = assistant.field_names
own: list[tuple[str, Path | Document]] = [(path.name, path) for path in assistant.documents()]
st.markdown(ui.safe_markdown(settings.welcome))
with st.expander(texts.add_documents, icon=":material/upload_file:"):
    if ui.may_upload(settings):
        st.file_uploader(texts.upload_files, accept_multiple_files=True, key="uploads")
        st.caption(notice(settings.model, once=True))
    pasted = st.text_area(texts.paste_document, height=140)
if "rows" not in st.session_state and (kept := assistant.results.get(visit)):
    st.session_state.rows = kept
wanted = st.button(texts.make_table, type="primary", icon=":material/table:")
at_once = "rows" not in st.session_state and settings.model == "offline" and len(own) <= MOST_AT_ONCE
if wanted or at_once:
    if pasted.strip():
        own.append((f"{OWN}pasted text", Document(pasted, (), "txt")))
    read_documents([*own, *read_uploads()])
if rows := st.session_state.get("rows"):
    for file, why in {row.file: row.problem for row in rows if row.problem}.items():
        st.warning(ui.safe_line(f"{ui.shown_name(file)}: {why}"))
    show_table(rows)
