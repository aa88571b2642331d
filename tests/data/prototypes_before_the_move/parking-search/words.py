"""Our own: documents with words that speak to a model."""

from pathlib import Path

from protokit.runtime.defence import suspicious


def warning(path: Path) -> str:
    if suspicious(path.read_text(errors="replace")):
        return f"{path.name} holds words that speak to a model."
    return ""
