"""Charts and diagrams that a slide or a page refers to: the values of the one, the words of the other."""

from collections.abc import Iterator, Mapping

from lxml import etree

from vectorstore.loaders.chart_tables import chart_grid, chart_title
from vectorstore.loaders.document import DocumentBuilder
from vectorstore.loaders.drawing_text import drawing_paragraphs
from vectorstore.loaders.office_zip import Package, local

_KINDS = {
    "excel": "a sheet",
    "word": "a text document",
    "powerpoint": "a slide deck",
    "acro": "a PDF file",
    "visio": "a drawing",
    "outlook": "a mail",
}


def embedded_kind(program: str) -> str:
    """What a file that stands inside another one is, by the id of the program that made it: "a sheet", "a file"."""
    return next((kind for name, kind in _KINDS.items() if program.lower().startswith(name)), "a file")


def write_drawn_parts(
    draft: DocumentBuilder,
    package: Package,
    drawing: "etree._Element",
    related: Mapping[str, tuple[str, str]],
) -> None:
    """Write the charts of `drawing` as tables of their values, its diagrams as lists of their words."""
    for name in _referred(drawing, related):
        root = package.xml(name)
        if root is None:
            continue
        if local(root) == "chartSpace":
            title = chart_title(root)
            draft.write(title)
            draft.write_table(chart_grid(root), headers=1, title=title)
        else:
            for number, text in enumerate(drawing_paragraphs(root)):
                draft.write(f"- {text}", tight=number > 0)


def _referred(drawing: "etree._Element", related: Mapping[str, tuple[str, str]]) -> Iterator[str]:
    for element in drawing.iter("{*}chart", "{*}relIds"):
        for key, value in element.items():
            if str(key).endswith(("}id", "}dm")) and value in related:
                yield related[value][1]
