"""Comments on slides, of the older kind and of the newer one with replies."""

from lxml import etree

from vectorstore.loaders.drawing_text import drawing_paragraphs
from vectorstore.loaders.office_zip import Package, attribute, local


class SlideComments:
    """The comments of one deck; `main` is the part of the presentation, which knows the authors."""

    def __init__(self, package: Package, main: str) -> None:
        self._package = package
        self._authors: dict[str, str] = {}
        for type_, part in package.related(main).values():
            if type_ in ("commentAuthors", "authors"):
                root = package.xml(part)
                for author in root if root is not None else ():
                    self._authors[attribute(author, "id")] = attribute(author, "name")

    def on(self, part: str) -> list[str]:
        """What the comments in `part` say, each with its author: "Comment by Anna: ..."."""
        root = self._package.xml(part)
        if root is None:
            return []
        said = []
        for comment in root.iter("{*}cm", "{*}reply"):
            author = self._authors.get(attribute(comment, "authorId")) or "a reader"
            if text := _text(comment):
                said.append(f"Comment by {author}: {text}")
        return said


def _text(comment: "etree._Element") -> str:
    for child in comment:
        if local(child) == "text":
            return " ".join((child.text or "").split())
        if local(child) == "txBody":
            return " ".join(drawing_paragraphs(child))
    return ""
