"""Forms in XFA, whose values stand in XML beside the pages: read as lines with the names of their fields."""

import ctypes
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from vectorstore.loaders.office_zip import local

if TYPE_CHECKING:
    from lxml import etree

_JOINTS = re.compile(r"[_.]+|(?<=[a-z0-9])(?=[A-Z])")
_LONGEST = 20_000_000
"""Bytes of one part that are read."""


def form_lines(pdf: Any) -> list[str]:
    """A line for each field that is filled in, "Amount in euros: 4820"; the fields of a repeated row stand in one."""
    packets = _packets(pdf)
    data = packets.get("datasets")
    data = next(data.iter("{*}data"), None) if data is not None else None
    return list(_lines(data, _captions(packets.get("template")))) if data is not None else []


def _lines(parent: "etree._Element", captions: dict[str, str]) -> Iterator[str]:
    names = [local(child) for child in parent]
    for child in parent:
        name = local(child)
        if not name:
            continue
        if len(child) and names.count(name) > 1 and not any(len(one) for one in child):
            if row := "; ".join(filter(None, (_line(one, captions) for one in child))):
                yield row
        elif len(child):
            yield from _lines(child, captions)
        elif line := _line(child, captions):
            yield line


def _line(field: "etree._Element", captions: dict[str, str]) -> str:
    name, value = local(field), " ".join((field.text or "").split())
    return f"{captions.get(name) or ' '.join(_JOINTS.split(name))}: {value}" if name and value else ""


def _captions(template: "etree._Element | None") -> dict[str, str]:
    """Name of a field -> what stands beside it on the form, where all fields of the name have the same."""
    captions: dict[str, str] = {}
    for field in template.iter("{*}field") if template is not None else ():
        words = field.find("{*}caption/{*}value")
        caption = " ".join("".join(words.itertext()).split()).rstrip(":") if words is not None else ""
        name = field.get("name", "")
        captions[name] = caption if captions.get(name, caption) == caption else ""
    return captions


def _packets(pdf: Any) -> "dict[str, etree._Element]":
    """The parts of the form, by the names of their outermost elements."""
    import pypdfium2.raw as pdfium
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    packets: dict[str, etree._Element] = {}
    for number in range(pdfium.FPDF_GetXFAPacketCount(pdf.raw)):
        content = _content(pdf, number)
        root = etree.fromstring(content, parser) if content.strip() else None
        if root is not None:
            parts = list(root) if local(root) == "xdp" else [root]
            packets |= {local(part): part for part in parts}
    return packets


def _content(pdf: Any, number: int) -> bytes:
    import pypdfium2.raw as pdfium

    size = ctypes.c_ulong()
    pdfium.FPDF_GetXFAPacketContent(pdf.raw, number, None, 0, ctypes.byref(size))
    if not 0 < size.value <= _LONGEST:
        return b""
    buffer = ctypes.create_string_buffer(size.value)
    pdfium.FPDF_GetXFAPacketContent(pdf.raw, number, buffer, size.value, ctypes.byref(size))
    return buffer.raw
