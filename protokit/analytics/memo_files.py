"""The files that a memo is written as, by the ending of their names."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from protokit.analytics.memo import Memo, memo_as_html, memo_as_markdown
from protokit.analytics.memo_slide import memo_as_slide
from protokit.analytics.memo_workbook import memo_as_workbook

_OFFICE = "application/vnd.openxmlformats-officedocument"


@dataclass(frozen=True, slots=True)
class MemoFile:
    """A kind of file."""

    media_type: str
    render: Callable[[Memo], bytes]
    """What the file holds."""


MEMO_FILES: Mapping[str, MemoFile] = {
    "html": MemoFile("text/html", lambda memo: memo_as_html(memo).encode()),
    "pptx": MemoFile(f"{_OFFICE}.presentationml.presentation", memo_as_slide),
    "md": MemoFile("text/markdown", lambda memo: memo_as_markdown(memo).encode()),
    "xlsx": MemoFile(f"{_OFFICE}.spreadsheetml.sheet", memo_as_workbook),
}
