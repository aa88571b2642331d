"""Pictures: they have no text until it is recognised, which takes long and is done when all else can be searched."""

from pathlib import Path

from vectorstore.loaders.document import Document, DocumentBuilder, LoaderLimits


def read(path: Path, kind: str, limits: LoaderLimits) -> Document:
    """A document without text; its `pictures` say that there is something to recognise."""
    draft = DocumentBuilder(kind, limits.characters, pages=1)
    draft.pictures = [1]
    return draft.finish()
