"""Notebooks of Jupyter: texts, code, and what the code gave; pictures are counted."""

import re
from typing import Any

from vectorstore.loaders.document import DocumentBuilder

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def write_notebook(draft: DocumentBuilder, cells: list[Any]) -> None:
    """Write the cells of a notebook in their order."""
    pictures = 0
    for cell in cells:
        if not isinstance(cell, dict):
            continue
        source = _text(cell.get("source"))
        if cell.get("cell_type") == "markdown":
            from vectorstore.loaders.markdown_loader import write_markdown

            write_markdown(draft, source)
        else:
            draft.write(source)
        for output in cell.get("outputs") or ():
            pictures += _write_output(draft, output) if isinstance(output, dict) else 0
    if pictures:
        from vectorstore.loaders.markdown_loader import note_pictures

        note_pictures(draft, pictures)


def _write_output(draft: DocumentBuilder, output: dict[str, Any]) -> int:
    """Write one output in the form that says most, and return how many pictures came instead of a text."""
    data = output.get("data")
    if not isinstance(data, dict):
        text = _text(output.get("text"))
        if output.get("output_type") == "error":
            text = f"Error: {output.get('ename', '')}: {output.get('evalue', '')}"
        draft.write(_COLOURS.sub("", text))
        return 0
    if page := _text(data.get("text/html")):
        from vectorstore.loaders.html_loader import write_html

        write_html(draft, page)
    elif page := _text(data.get("text/markdown")):
        from vectorstore.loaders.markdown_loader import write_markdown

        write_markdown(draft, page)
    elif any(str(kind).startswith("image/") for kind in data):
        return 1
    else:
        draft.write(_COLOURS.sub("", _text(data.get("text/plain"))))
    return 0


def _text(lines: Any) -> str:
    return "".join(map(str, lines)) if isinstance(lines, list) else str(lines or "")
