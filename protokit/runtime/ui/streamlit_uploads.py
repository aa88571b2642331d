"""What a visitor adds to a Streamlit page: the uploader, what becomes of the files, and which can be searched."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from protokit.runtime.page_texts import page_texts
from protokit.runtime.settings import Settings
from protokit.runtime.ui.escape_markdown import safe_line
from protokit.runtime.ui.formatting import file_line, own_rows
from protokit.runtime.uploads import upload_policy
from protokit.runtime.uploads.visitor_files import VisitorFiles, notice, one_file
from protokit.runtime.visitor import current_visitor

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from vectorstore.file_list import FileRow

_UPLOADS = "names of uploads"
REFRESH = 2
"""Seconds between looks at how far files are read."""


def show_uploads(settings: Settings, own: VisitorFiles, label: str = "", *, key: str = "uploads") -> None:
    """An uploader for who may upload, what becomes of the files, and which cannot be searched.

    `own` holds what stands in its list, and nothing else. With another `key` the list is a new one.
    """
    if not may_upload(settings):
        return
    st.file_uploader(
        label or page_texts().add_documents,
        accept_multiple_files=True,
        key=key,
        on_change=lambda: take_uploads(own, st.session_state.get(key) or []),
    )
    st.caption(notice(settings.model, shared=own.shared))
    show_own_files(own)


def may_upload(settings: Settings) -> bool:
    """Whether this visitor may upload files."""
    headers = {name.lower(): value for name, value in st.context.headers.to_dict().items()}
    return upload_policy.may_upload(settings, headers)


def take_uploads(own: VisitorFiles, uploads: "Sequence[UploadedFile]") -> None:
    """Hold for this visitor the files that stand in the list of uploads, and no others."""
    names: dict[str, str] = st.session_state.setdefault(_UPLOADS, {})
    for upload in uploads:
        if upload.file_id not in names:
            try:
                names[upload.file_id] = own.add(upload.name, upload.getvalue(), current_visitor())
            except ValueError as problem:
                names[upload.file_id] = ""
                st.toast(safe_line(str(problem)), icon=":material/warning:")
    own.keep_only([names[upload.file_id] for upload in uploads])


def read_upload(upload: "UploadedFile", read: Callable[[Path], None]) -> None:
    """Let `read` have a visitor's file on the disk, for so long; where it is not taken, the page says why."""
    try:
        with one_file(upload.name, upload.getvalue(), current_visitor()) as path:
            read(path)
    except ValueError as problem:
        st.toast(safe_line(str(problem)), icon=":material/warning:")


def show_own_files(own: VisitorFiles) -> None:
    """Which of the visitor's files cannot be searched, and why; until all are read it looks again by itself."""
    st.fragment(_own_files, run_every=None if own.wait(0) else REFRESH)(own)


def _own_files(own: VisitorFiles) -> None:
    show_file_list(own_rows(own.files()))


def show_file_list(rows: "Sequence[FileRow]") -> None:
    """Each file with what is to be said of it."""
    for row in rows:
        icon = "description" if row.is_fine else "warning"
        inside = ":material/subdirectory_arrow_right: " if row.container else ""
        with st.container(gap=None):
            st.markdown(f"{inside}:material/{icon}: {safe_line(row.name)}")
            st.caption(safe_line(file_line(row)))
