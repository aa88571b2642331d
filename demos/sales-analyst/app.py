"""The screen: a question over tables, its answer with SQL, rows and chart; and a page of the columns."""

import uuid

import streamlit as st
from assistant import Assistant

from protokit.runtime import (
    Answer,
    AnswerTable,
    ColumnNote,
    RuntimeProblem,
    SqlProblem,
    Turn,
    VisitorFiles,
    ui,
)


@st.cache_resource(show_spinner=False)
def load_assistant() -> Assistant:
    return Assistant()


def take_question() -> None:
    if typed := st.session_state.typed.strip():
        st.session_state.asked = typed  # until it is answered: a second Enter sends an empty one


def take_answer(answer: Answer) -> None:
    st.session_state.pop("asked", None)
    answers.insert(0, answer)


def show_result(table: AnswerTable | None, key: str) -> None:
    """The chart that fits, the rows, and a button that downloads them."""
    if table is None or not table.rows:
        return
    if choice := ui.choose_chart(table):
        st.altair_chart(ui.altair_chart(table, choice), key=f"chart-{key}")
    st.dataframe(ui.data_frame(table), hide_index=True, key=f"rows-{key}")
    rows = ui.csv_text(table)
    st.download_button(
        texts.download_rows, rows, "rows.csv", "text/csv", icon=":material/download:", key=f"csv-{key}"
    )


def show_sql(words: str, sql: str, key: str) -> None:
    """What was computed, and its SQL, which can be changed and run again."""
    st.caption(ui.safe_line(words))
    with st.expander("SQL", icon=":material/code:", key=f"sql-{key}"):
        text = st.text_area(
            texts.sql_to_run, sql, height=150, key=f"edit-{key}", label_visibility="collapsed"
        )
        if not st.button(texts.run_sql, icon=":material/play_arrow:", key=f"run-{key}"):
            return
        try:
            made = assistant.run(text, own)
        except SqlProblem as problem:
            st.error(ui.safe_markdown(problem.friendly))
            return
        st.markdown(ui.safe_markdown(made.text))
        st.caption(ui.safe_line(made.computation.partition("\n")[0]))
        show_result(made.table, f"run-{key}")


def show_answer(answer: Answer) -> None:
    key = str(answer.event or answer.question)
    with st.container(border=True):
        st.subheader(ui.safe_line(answer.question), anchor=False)
        ui.show_text(answer)
        words, _, sql = answer.computation.partition("\n")
        show_result(answer.table, key)
        if sql:
            show_sql(words, sql, key)
        ui.show_feedback(answer, assistant.events)
        if answer.citations:
            with st.expander(texts.rows_behind, icon=":material/format_quote:", key=f"cited-{key}"):
                ui.show_sources(answer.citations)


def show_columns(notes: list[ColumnNote]) -> None:
    """Type, range, gaps and examples; a wrong type is changed here, for everybody, and kept."""
    rows = [
        {
            "table": n.table,
            "column": n.column,
            "type": n.type,
            "range": n.span,
            "gaps": n.gaps,
            "examples": ", ".join(n.examples),
        }
        for n in notes
    ]
    heads = {name: st.column_config.Column(head) for name, head in texts.column_heads.items()}
    heads["type"] = st.column_config.SelectboxColumn(
        texts.column_heads["type"],
        options=ui.COLUMN_TYPES,
        format_func=texts.column_types.get,
        required=True,
    )
    fixed = ["table", "column", "range", "gaps", "examples", *([] if ui.may_set_types() else ["type"])]
    edited = st.data_editor(rows, column_config=heads, disabled=fixed, hide_index=True, key="columns")
    changes = [
        (note, type_)
        for note, type_ in zip(notes, (row["type"] for row in edited), strict=True)
        if note.type != type_
    ]
    if changes and ui.may_set_types() and st.button(texts.keep_types, type="primary"):
        try:
            for note, type_ in changes:
                assistant.column_types.set(note.file, note.column, type_)
        except RuntimeProblem as problem:
            st.error(ui.safe_markdown(str(problem)))
            return
        st.session_state.pop("columns")
        st.rerun()


try:
    assistant = load_assistant()
    settings = assistant.settings
except RuntimeProblem as problem:
    ui.stop_page(problem)

texts = ui.use_language(settings.language)  # every word on the page that is not the prototype's own
ui.set_up_page(settings)
ui.show_engine(settings)
answers: list[Answer] = st.session_state.setdefault("answers", [])
session = st.session_state.setdefault("session", uuid.uuid4().hex)
own: VisitorFiles = st.session_state.setdefault("own", VisitorFiles.of(settings, assistant.knowledge))
asking, columns = st.tabs([texts.ask, texts.columns])

with asking:
    with st.form("ask", border=False, clear_on_submit=True), st.container(horizontal=True):
        st.text_input(
            texts.your_question,
            key="typed",
            placeholder=texts.ask_tables,
            label_visibility="collapsed",
            max_chars=ui.QUESTION,
        )
        st.form_submit_button(
            texts.ask, type="primary", icon=":material/query_stats:", on_click=take_question
        )
    picked = None
    if not answers:
        st.markdown(ui.safe_markdown(settings.welcome))
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
        history = [Turn(each.question, each.text, each.private) for each in reversed(answers)]
        reply = assistant.reply(question, history, session=session, own=own)
        ui.write_stream(reply, keep=take_answer)
        st.session_state.pop("asked", None)  # without an answer: the line that says why is enough
    for answer in answers:
        show_answer(answer)

with columns:
    if ui.may_set_types():
        st.caption(texts.type_wrong)
    show_columns(assistant.columns())

with st.sidebar:
    ui.show_documents(assistant.knowledge)
    ui.show_uploads(settings, own, texts.add_tables)
    ui.show_session(answers)
