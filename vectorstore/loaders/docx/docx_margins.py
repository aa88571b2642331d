"""Which headers and footers of a Word document its pages show."""

from lxml import etree

from vectorstore.loaders.office_zip import Package, attribute, local

_OFF = ("0", "false", "off")


def shown_margins(root: "etree._Element", package: Package, main: str) -> list[str]:
    """The parts of the headers, then of the footers, that a section of the document shows.

    One for the first page or for even pages is kept in the file also where the section no longer uses it.
    """
    related = package.related(main)
    settings = next((part for type_, part in related.values() if type_ == "settings"), "")
    options = package.xml(settings) if settings else None
    by_evenness = options is not None and _is_on(options.find("{*}evenAndOddHeaders"))
    shown: dict[str, list[str]] = {"headerReference": [], "footerReference": []}
    used: dict[tuple[str, str], str] = {}
    for section in root.iter("{*}sectPr"):
        for reference in section:
            if local(reference) in shown:
                id_ = next((value for key, value in reference.items() if str(key).endswith("}id")), "")
                used[local(reference), attribute(reference, "type", "default")] = id_
        first = _is_on(section.find("{*}titlePg"))
        for (kind, type_), id_ in used.items():
            if id_ in related and (
                type_ == "default" or first * (type_ == "first") or by_evenness * (type_ == "even")
            ):
                shown[kind].append(related[id_][1])
    return list(dict.fromkeys(shown["headerReference"] + shown["footerReference"]))


def _is_on(mark: "etree._Element | None") -> bool:
    return mark is not None and attribute(mark, "val", "1") not in _OFF
