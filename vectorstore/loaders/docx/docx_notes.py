"""Footnotes, endnotes and comments of Word, which stand in parts of their own."""

from dataclasses import dataclass

from lxml import etree

from vectorstore.loaders.list_numbers import list_number
from vectorstore.loaders.office_zip import Package, attribute, local

_KINDS = {"footnoteReference": "footnotes", "endnoteReference": "endnotes"}
_FORMS = {"footnotes": "decimal", "endnotes": "lowerRoman"}


@dataclass(frozen=True, slots=True)
class Note:
    """A note or a comment."""

    element: "etree._Element"
    part: str
    """The part that it stands in."""
    mark: str
    """The number of a note, the author of a comment."""


class Notes:
    """The notes of one document, numbered in the order in which they are referred to."""

    def __init__(self, package: Package, parts: dict[str, str]) -> None:
        self._parts = parts
        self._elements = {
            (kind, attribute(note, "id")): note
            for kind in ("footnotes", "endnotes", "comments")
            for note in _children(package, parts.get(kind, ""))
            if not attribute(note, "type")
        }
        self._marks: dict[tuple[str, str], str] = {}
        self._said: set[str] = set()
        settings = package.xml(parts.get("settings", ""))
        self._forms = {kind: _form(settings, kind) for kind in _FORMS}

    def mark(self, reference: "etree._Element") -> str:
        """The number of the note that `reference` refers to; empty where the text gives a mark of its own."""
        key = (_KINDS[local(reference)], attribute(reference, "id"))
        if attribute(reference, "customMarkFollows") in ("1", "true", "on"):
            self._marks[key] = ""
        elif key not in self._marks:
            count = sum(1 for (kind, _), mark in self._marks.items() if kind == key[0] and mark) + 1
            self._marks[key] = list_number(count, self._forms[key[0]])
        return self._marks[key]

    def note(self, reference: "etree._Element") -> Note | None:
        """The note that `reference` refers to; None where it is no reference, or to nothing."""
        kind, id_ = _KINDS.get(local(reference), ""), attribute(reference, "id")
        note = self._elements.get((kind, id_))
        return Note(note, self._parts[kind], self._marks.get((kind, id_), "")) if note is not None else None

    def comment(self, id_: str) -> Note | None:
        """The comment `id_`, the first time that it is asked for."""
        comment = self._elements.get(("comments", id_))
        if comment is None or id_ in self._said:
            return None
        self._said.add(id_)
        return Note(comment, self._parts["comments"], attribute(comment, "author"))

    def other_comments(self) -> list[str]:
        """The comments that nothing in the text referred to."""
        return [id_ for kind, id_ in self._elements if kind == "comments" and id_ not in self._said]


def _children(package: Package, part: str) -> "list[etree._Element]":
    root = package.xml(part) if part else None
    return list(root) if root is not None else []


def _form(settings: "etree._Element | None", kind: str) -> str:
    name = kind.removesuffix("s") + "Pr"
    stated = settings.find(f"{{*}}{name}/{{*}}numFmt") if settings is not None else None
    return attribute(stated, "val") if stated is not None else _FORMS[kind]
