"""Parts that every Streamlit screen shares: a streaming answer, its sources and numbers, the documents, the session."""

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import NoReturn

import streamlit as st

from protokit.runtime.assistant_types import Answer, Citation
from protokit.runtime.page_texts import page_texts
from protokit.runtime.reply import Reply
from protokit.runtime.runtime_errors import RuntimeProblem, is_owners_page
from protokit.runtime.settings import Settings, SettingsState, settings_state
from protokit.runtime.ui.answer_stream import stream_markdown
from protokit.runtime.ui.conversation import visit_from
from protokit.runtime.ui.escape_markdown import safe_line, safe_markdown
from protokit.runtime.ui.formatting import (
    document_html,
    document_text,
    doubted,
    doubts,
    engine_note,
    is_settled,
    marked,
    match,
    numbers,
    packing,
    page_rows,
    sample_note,
    status_line,
    title,
    totals,
)
from protokit.runtime.ui.streamlit_style import page_style
from protokit.runtime.ui.streamlit_uploads import REFRESH, may_upload, show_file_list
from protokit.runtime.uploads.visitor_files import VisitorFiles
from protokit.runtime.usage.events import EventLog
from vectorstore.knowledge import KnowledgeBase

_RUNNING = "running"
"""Where the session keeps the reply that streams, and what to do with its answer."""
_RIGHT_TO_LEFT = (
    "<style>.stApp, .stApp [role=dialog] { direction: rtl; } .stApp code { direction: ltr; }</style>"
)


def set_up_page(settings: Settings, *, wide: bool = False) -> None:
    """Title, icon, style.css and the line under the title; and what was left of an answer that was stopped."""
    _take_stopped()
    st.set_page_config(settings.title, page_icon=settings.emoji, layout="wide" if wide else "centered")
    own = settings.folder / "style.css"
    if own.is_file():
        st.html(own)
    st.html(page_style(page_texts()))
    st.title(safe_line(settings.title), anchor=False)
    st.caption(safe_markdown(settings.pitch))
    if is_owners_page():
        st.fragment(_follow_settings, run_every=REFRESH)(settings.folder, settings_state(settings.folder))


def _follow_settings(folder: Path, state: SettingsState) -> None:
    """Show the page anew once its owner has edited it; what is wrong with the edit stands on the page until then."""
    if settings_state(folder) == state:
        return
    try:
        _ = Settings.read(folder).instructions
    except RuntimeProblem as problem:
        st.error(safe_markdown(problem.friendly))
        return
    st.rerun()


def stop_page(problem: RuntimeProblem) -> NoReturn:
    """Show why there is no page; its owner's comes back by itself once it is mended."""
    st.error(safe_markdown(problem.friendly))
    if is_owners_page():
        st.fragment(_try_again, run_every=REFRESH)(time.monotonic())
    st.stop()


def _try_again(since: float) -> None:
    if time.monotonic() - since > REFRESH / 2:
        st.rerun()


def write_stream(reply: Reply, keep: Callable[[Answer], None]) -> None:
    """`st.write_stream` with a Stop button, and text that is safe to show: the text as it comes.

    Then `keep` gets the answer, whole or stopped, and the page runs anew.

    Where there is no answer, a friendly line says so and the page goes on.
    """
    place, stop = st.empty(), st.empty()
    if reply.model != "offline":  # a click runs the page anew, which ends this run of it
        stop.button(page_texts().stop, icon=":material/stop_circle:", type="tertiary", key="stop")
    st.session_state[_RUNNING] = reply, keep
    try:
        with closing(stream_markdown(reply)) as texts:  # closed at once however it ends: the model stops too
            for text in texts:
                place.markdown(text)
    except RuntimeProblem as problem:
        st.session_state.pop(_RUNNING, None)
        stop.empty()
        st.error(safe_markdown(problem.friendly))
        return
    st.session_state.pop(_RUNNING, None)
    keep(reply.answer)
    st.rerun()


def _take_stopped() -> None:
    """Keep what had been said when the visitor pressed Stop: a run that is ended cannot do it itself."""
    if running := st.session_state.pop(_RUNNING, None):
        reply, keep = running
        if answer := reply.stop():
            keep(answer)


def show_text(answer: Answer) -> None:
    """The answer's text, and what the visitor should know about it."""
    st.markdown(safe_markdown(doubted(answer)))
    for doubt in doubts(answer):
        with st.expander(safe_line(str(doubt)), icon=":material/warning:"):
            if doubt.nearest:
                st.caption(f"{page_texts().nearest_passage}: {safe_line(title(doubt.nearest))}")
                st.html(f'<blockquote class="passage">{marked(doubt.nearest)}</blockquote>')
            else:
                st.caption(page_texts().no_passage_near)
    if answer.note:
        st.caption(f":material/info: {safe_line(answer.note)}")


def show_sources(
    sources: Sequence[Citation],
    knowledge: KnowledgeBase | None = None,
    own: VisitorFiles | None = None,
    *,
    key: str = "",
) -> None:
    """Each passage under its file and place, the used words marked; with `knowledge` a cited one opens its document.

    `key` tells the answers of a page apart.
    """
    for source in sources:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{safe_line(title(source))}**", width="content")
            st.badge(match(source.passage), color="green" if source.number else "gray")
            if knowledge and source.number:
                name = f"open-{key}-{source.number}"
                if st.button(
                    page_texts().open_document, key=name, type="tertiary", icon=":material/menu_book:"
                ):
                    st.dialog(safe_line(title(source)), width="large")(_show_document)(source, knowledge, own)
        st.html(f'<blockquote class="passage">{marked(source)}</blockquote>')


def _show_document(source: Citation, knowledge: KnowledgeBase, own: VisitorFiles | None) -> None:
    st.html(document_html(source, document_text(source.passage.file, knowledge, own)) or marked(source))


def show_feedback(answer: Answer, events: EventLog) -> None:
    """Thumbs, stored at once, and what the answer took."""
    with st.container(horizontal=True, vertical_alignment="center"):
        thumbs = st.feedback("thumbs", key=f"thumbs-{answer.event}")
        st.caption(safe_line(numbers(answer)), help=safe_line(packing(answer)) or None)
    if thumbs is not None:
        events.feedback(answer.event, 1 if thumbs else -1)


def show_session(answers: Sequence[Answer]) -> None:
    """Questions and latency so far, and with a model tokens and cost, as cards."""
    st.subheader(page_texts().this_session, anchor=False)
    cards = list(totals(answers).items())
    for pair in filter(None, (cards[:2], cards[2:])):
        for column, (name, value) in zip(st.columns(2), pair, strict=True):
            column.metric(name, value, border=True)


def show_documents(knowledge: KnowledgeBase) -> None:
    """The documents and how far they are read; it looks again by itself until all are, and always for the owner."""
    st.fragment(_documents, run_every=None if is_settled(knowledge) else REFRESH)(knowledge)


def _documents(knowledge: KnowledgeBase) -> None:
    st.subheader(page_texts().documents, anchor=False)
    show_file_list(page_rows(knowledge.files()))
    st.caption(safe_line(status_line(knowledge.status)))


def visit_id() -> str:
    """An id in the page's address, which is the same when the visitor reloads it."""
    visit = visit_from(st.query_params.get("visit", ""))
    st.query_params["visit"] = visit
    return visit


def show_engine(settings: Settings) -> None:
    """What the documents are while they are samples, and one quiet line where no model is connected."""
    if samples := sample_note(settings, uploads=may_upload(settings)):
        st.info(safe_markdown(samples), icon=":material/draft:")
    if note := engine_note(settings):
        st.caption(safe_markdown(note))
