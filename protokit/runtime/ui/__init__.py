"""What the pages of both screens share, and the parts of each screen: `from protokit.runtime import ui`."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from protokit.runtime.agent.card_html import card_html
    from protokit.runtime.analysis.charts import altair_chart, choose_chart, csv_text, data_frame, plot_frame
    from protokit.runtime.analysis.column_notes import COLUMN_TYPES, may_set_types
    from protokit.runtime.comparison.side_by_side import (
        CHANGE_KINDS,
        change_kinds,
        changes_html,
        side_by_side_html,
    )
    from protokit.runtime.page_texts import use_language
    from protokit.runtime.safe_csv import safe_csv
    from protokit.runtime.text_limits import QUESTION
    from protokit.runtime.ui.answer_stream import stream_markdown
    from protokit.runtime.ui.conversation import earlier_answers, keep_answers
    from protokit.runtime.ui.escape_markdown import safe_line, safe_markdown
    from protokit.runtime.ui.formatting import (
        answer_markdown,
        engine_note,
        files_html,
        is_settled,
        marked,
        marked_text,
        numbers,
        numbers_html,
        own_files_html,
        plain_lengths,
        repair_line,
        sources,
        sources_html,
    )
    from protokit.runtime.ui.gradio_ui import (
        add_files,
        head_markdown,
        launch_options,
        upload_offer,
        visit_state,
    )
    from protokit.runtime.ui.streamlit_ui import (
        set_up_page,
        show_documents,
        show_engine,
        show_feedback,
        show_session,
        show_sources,
        show_text,
        stop_page,
        visit_id,
        write_stream,
    )
    from protokit.runtime.ui.streamlit_uploads import (
        may_upload,
        read_upload,
        show_own_files,
        show_uploads,
        take_uploads,
    )
    from protokit.runtime.uploads.visitor_files import shown_name
    from protokit.runtime.writing.written_text import checks_html, checks_line

_NAMES = {
    "agent.card_html": "card_html",
    "analysis.charts": "altair_chart choose_chart csv_text data_frame plot_frame",
    "safe_csv": "safe_csv",
    "analysis.column_notes": "COLUMN_TYPES may_set_types",
    "page_texts": "use_language",
    "comparison.side_by_side": "CHANGE_KINDS change_kinds changes_html side_by_side_html",
    "text_limits": "QUESTION",
    "uploads.visitor_files": "shown_name",
    "ui.formatting": "answer_markdown engine_note files_html is_settled marked marked_text numbers numbers_html"
    " own_files_html plain_lengths repair_line sources sources_html",
    "writing.written_text": "checks_html checks_line",
    "ui.answer_stream": "stream_markdown",
    "ui.conversation": "earlier_answers keep_answers",
    "ui.escape_markdown": "safe_line safe_markdown",
    "ui.gradio_ui": "add_files head_markdown launch_options upload_offer visit_state",
    "ui.streamlit_ui": "set_up_page show_documents show_engine show_feedback show_session show_sources show_text"
    " stop_page visit_id write_stream",
    "ui.streamlit_uploads": "may_upload read_upload show_own_files show_uploads take_uploads",
}
_HOME = {name: module for module, names in _NAMES.items() for name in names.split()}
__all__ = [
    "CHANGE_KINDS",
    "COLUMN_TYPES",
    "QUESTION",
    "add_files",
    "altair_chart",
    "answer_markdown",
    "card_html",
    "change_kinds",
    "changes_html",
    "checks_html",
    "checks_line",
    "choose_chart",
    "csv_text",
    "data_frame",
    "earlier_answers",
    "engine_note",
    "files_html",
    "head_markdown",
    "is_settled",
    "keep_answers",
    "launch_options",
    "marked",
    "marked_text",
    "may_set_types",
    "may_upload",
    "numbers",
    "numbers_html",
    "own_files_html",
    "plain_lengths",
    "plot_frame",
    "read_upload",
    "repair_line",
    "safe_csv",
    "safe_line",
    "safe_markdown",
    "set_up_page",
    "show_documents",
    "show_engine",
    "show_feedback",
    "show_own_files",
    "show_session",
    "show_sources",
    "show_text",
    "show_uploads",
    "shown_name",
    "side_by_side_html",
    "sources",
    "sources_html",
    "stop_page",
    "stream_markdown",
    "take_uploads",
    "upload_offer",
    "use_language",
    "visit_id",
    "visit_state",
    "write_stream",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'protokit.runtime.ui' has no attribute {name!r}")
    return getattr(import_module(f"protokit.runtime.{_HOME[name]}"), name)
