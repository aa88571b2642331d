"""What a file says once pages of it that are pictures were recognised, and what its report says of those that wait."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from vectorstore.loaders import recognition
from vectorstore.loaders.document import (
    TEXT_RECOGNITION,
    Document,
    OnlyPictures,
    Unreadable,
    page_list,
    picture_note,
    with_pages,
)


def with_recognised(document: Document, pages: Mapping[int, Document]) -> Document:
    """`document` with `pages` behind its text, those that were recognised so far.

    Raises Unreadable for one that has no text, and will not get any.
    """
    recognised = [page for page in document.pictures if page in pages]
    waiting = [page for page in document.pictures if page not in pages]
    if not document.text and not recognised and not recognition.available():
        raise OnlyPictures.of(document)
    troubles = [note for page in recognised for note in pages[page].notes]
    empty = [page for page in recognised if not pages[page].text and not pages[page].notes]
    notes = [
        *_recognised(document, [page for page in recognised if pages[page].text]),
        *_empty(empty),
        *troubles,
    ]
    noted = _noted(document, [*notes, *_waiting(document, waiting)], waiting)
    whole = with_pages(noted, [pages[page] for page in recognised])
    if not whole.text and not waiting:
        raise Unreadable(
            troubles[0] if troubles else "shows no text", fix="Remove it, or add its text as a file."
        )
    return whole


def _noted(document: Document, notes: Sequence[str], waiting: Sequence[int]) -> Document:
    """`document` with `notes` in place of the one that says that its pictures were not read."""
    others = [note for note in document.notes if note != picture_note(document.pictures)]
    fixes = [fix for fix in document.fixes if fix != TEXT_RECOGNITION]
    if waiting and not recognition.available():
        fixes.insert(0, TEXT_RECOGNITION)
    return replace(document, notes=(*notes, *others), fixes=tuple(fixes))


def _recognised(document: Document, pages: Sequence[int]) -> list[str]:
    if not pages:
        return []
    if document.kind == "picture":
        return [recognition.MARK]
    return [f"{page_list(pages)} {'was' if len(pages) == 1 else 'were'} {recognition.MARK}"]


def _empty(pages: Sequence[int]) -> list[str]:
    if not pages:
        return []
    shown = "is a picture" if len(pages) == 1 else "are pictures"
    return [f"{page_list(pages)} {shown} in which text recognition found no text"]


def _waiting(document: Document, pages: Sequence[int]) -> list[str]:
    if not pages:
        return []
    if not recognition.available():
        return [picture_note(pages)]
    if document.kind == "picture":
        return ["its text is being recognised, and can be searched soon"]
    shown = "which is a picture" if len(pages) == 1 else "which are pictures"
    return [f"the text of {page_list(pages)}, {shown}, is being recognised"]
