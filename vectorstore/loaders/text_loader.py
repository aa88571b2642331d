"""Plain text, in any encoding; transcripts of meetings (.vtt, .srt) lose their time codes."""

import re
from pathlib import Path

from vectorstore.loaders.document import Document, DocumentBuilder, LoaderLimits
from vectorstore.loaders.encoding import decode

_CUE = re.compile(r"^(?:\d+\s*\n)?(?:\d+:)?\d{1,2}:\d\d[.,]\d{3} --> .*\n", re.M)
_VOICE = re.compile(r"<v(?:\.[\w.]+)? ([^>]+)>")
_TAG = re.compile(r"</?[a-z][^>\n]*>")


def read(path: Path, kind: str, limits: LoaderLimits) -> Document:
    """The text as it is, in one section."""
    text = decode(path.read_bytes())
    if path.suffix.lower() in (".vtt", ".srt"):
        text = _spoken(text)
    draft = DocumentBuilder(kind, limits.characters)
    draft.write(text)
    return draft.finish()


def _spoken(text: str) -> str:
    """A transcript with one turn a line: "Anna: The launch moves to May."."""
    text = text.replace("\r\n", "\n").removeprefix("WEBVTT")
    lines = []
    for cue in _CUE.split(text):
        said = _TAG.sub("", _VOICE.sub(r"\1: ", cue))
        lines.append(" ".join(said.split()))
    return "\n".join(line for line in lines if line and not line.startswith("NOTE "))
