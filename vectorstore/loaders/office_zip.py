"""Office documents are ZIP files of XML parts: opened here, and refused where they would swell."""

import io
import posixpath
import re
import zipfile
from pathlib import Path
from typing import IO

from lxml import etree

from vectorstore.loaders.document import LoaderLimits, Unreadable

_MEDIA = re.compile(
    r"\.(?:png|jpe?g|gif|tiff?|bmp|emf|wmf|mp4|mov|avi|wmv|m4v|mp3|wav|m4a|svg|bin|ttf|odttf|fntdata)$", re.I
)
_PARTS = 20_000
_TREE = 80_000_000
"""Bytes of XML in one part beyond which its tree would not fit into memory."""


def check_unpacked(path: Path | io.BytesIO, limits: LoaderLimits) -> None:
    """Raise Unreadable when the parts of `path` would unpack to more than the limits, or are locked.

    Sizes are those the archive declares; `zipfile` never unpacks more of a part than was declared.
    """
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
    if any(part.flag_bits & 1 for part in parts):
        raise Unreadable(
            "is locked with a password", fix="Open it with the password and save it without one."
        )
    size = sum(part.file_size for part in parts if not _MEDIA.search(part.filename))
    if size > limits.unpacked or len(parts) > _PARTS:
        raise Unreadable(
            f"would unpack to {size:,} bytes in {len(parts):,} parts, as a zip bomb does",
            fix="If it is genuine, save it again in smaller files or as PDF.",
        )


class Package:
    """The parts of one Office document, parsed when asked for. Names are paths inside the archive."""

    def __init__(self, path: Path | io.BytesIO, limits: LoaderLimits) -> None:
        check_unpacked(path, limits)
        self._archive = zipfile.ZipFile(path)
        self._names = set(self._archive.namelist())

    def __enter__(self) -> "Package":
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()

    def xml(self, name: str) -> "etree._Element | None":
        """The root element of part `name`; None where there is none. Entities stay as they are."""
        if name not in self._names:
            return None
        if self._archive.getinfo(name).file_size > _TREE:
            raise Unreadable(
                f"holds a part of more than {_TREE:,} bytes", fix="Save it again in smaller files."
            )
        parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=True)
        try:
            return etree.fromstring(self._archive.read(name), parser)
        except etree.XMLSyntaxError as problem:
            if problem.code == etree.ErrorTypes.ERR_NO_MEMORY:
                raise MemoryError from None
            raise

    def content(self, name: str) -> bytes:
        """The bytes of part `name`; none where there is none."""
        return self._archive.read(name) if name in self._names else b""

    def links(self, name: str) -> dict[str, str]:
        """The addresses outside of the document that part `name` refers to: id -> address."""
        return {
            link.get("Id", ""): link.get("Target", "")
            for link in self._relations(name)
            if link.get("TargetMode") == "External"
        }

    def stream(self, name: str) -> IO[bytes] | None:
        """Part `name` for reading piece by piece; None where there is none."""
        return self._archive.open(name) if name in self._names else None

    def related(self, name: str) -> dict[str, tuple[str, str]]:
        """What part `name` refers to: id -> (last word of the relation's type, name of the part)."""
        folder = posixpath.dirname(name)
        found = {}
        for link in self._relations(name):
            target = link.get("Target", "")
            if link.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join(folder, target)).lstrip("/")
            found[link.get("Id", "")] = (link.get("Type", "").rpartition("/")[2], target)
        return found

    def _relations(self, name: str) -> "list[etree._Element]":
        folder, file = posixpath.split(name)
        root = self.xml(posixpath.join(folder, "_rels", file + ".rels"))
        return list(root) if root is not None else []


def local(element: "etree._Element") -> str:
    """The tag of `element` without its namespace, which differs between transitional and strict documents."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: "etree._Element", name: str, default: str = "") -> str:
    """The attribute of `element` called `name` in whatever namespace."""
    for key, value in element.items():
        if key.rpartition("}")[2] == name:
            return str(value)
    return default


def whole_number(element: "etree._Element", name: str, otherwise: int) -> int:
    """The whole number that the attribute `name` of `element` gives; `otherwise` where it gives none."""
    value = attribute(element, name).partition(".")[0]
    return int(value) if re.fullmatch(r"-?[0-9]{1,15}", value) else otherwise
