"""A text to take along: as a Word document with its headings, lists and boxes, and as Markdown."""

import io
import re

_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_HEADING = re.compile(r"^(#{1,6})\s+(.*)$")
_BULLET = re.compile(r"^\s*[-*•]\s+(?:\[(?P<box>[ xX]?)\]\s+)?(?P<text>.*)$")
_NUMBERED = re.compile(r"^\s*\d{1,3}[.)]\s+(?P<text>.*)$")
_BOLD = re.compile(r"(\*\*[^*\n]+\*\*)")


def text_docx(title: str, text: str) -> bytes:
    """`text`, read as Markdown, as a Word document under `title`."""
    import docx

    document = docx.Document()
    document.add_heading(_UNSEEN.sub("", title), 1)
    for line in _UNSEEN.sub("", text).splitlines():
        if not line.strip():
            continue
        if heading := _HEADING.match(line):
            document.add_heading(heading[2], min(4, len(heading[1]) + 1))
            continue
        style, plain = _style(line)
        paragraph = document.add_paragraph(style=style)
        for part in _BOLD.split(plain):
            run = paragraph.add_run(part.strip("*") if _BOLD.fullmatch(part) else part)
            run.bold = _BOLD.fullmatch(part) is not None
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _style(line: str) -> tuple[str | None, str]:
    """The style of a line, and the line without the sign that tells it."""
    if bullet := _BULLET.match(line):
        box = (
            {"": "", " ": "☐ ", "x": "☑ ", "X": "☑ "}.get(bullet["box"] or "", "")
            if bullet["box"] is not None
            else ""
        )
        return "List Bullet", f"{box}{bullet['text']}"
    if _NUMBERED.match(line):
        return None, line.strip()
    if line.lstrip().startswith("> "):
        return "Quote", line.lstrip()[2:]
    return None, line.strip()
