"""Archives: their files are written out one by one, within limits; nothing leads out of the folder they go to."""

import stat
import zipfile
from pathlib import Path

from vectorstore.loaders.document import Document, DocumentBuilder, LoaderLimits, Unreadable
from vectorstore.loaders.embedded_files import MOST_FILES, EmbeddedFiles, too_much
from vectorstore.loaders.encoding import legacy_encoding
from vectorstore.loaders.folder_files import is_document_name

_BOMB_RATIO = 100
_BOMB_BYTES = 50_000_000
"""An archive that swells more than so many times, beyond so many bytes, is no collection of documents."""
_UTF8 = 0x800
_LOCKED = 0x1


def read(path: Path, kind: str, limits: LoaderLimits) -> Document:
    """A document without text, with the files of the archive. Raises Unreadable for one that would swell."""
    draft = DocumentBuilder(kind, limits.characters)
    embedded = EmbeddedFiles(limits)
    with zipfile.ZipFile(path) as archive:
        members = [one for one in archive.infolist() if not one.is_dir()]
        _check(members, path.stat().st_size, limits)
        names = _names(members)
        for member in members:
            if is_document_name(name := names[member.filename, member.header_offset]):
                _take(archive, member, name, embedded)
    if not embedded.files:
        raise Unreadable("is an archive without a document", fix="Put the documents themselves here.")
    draft.files = embedded.files
    return draft.finish()


def _check(members: list[zipfile.ZipInfo], size: int, limits: LoaderLimits) -> None:
    unpacked = sum(member.file_size for member in members)
    if unpacked > _BOMB_BYTES and unpacked > _BOMB_RATIO * size:
        raise Unreadable(
            f"would unpack to {unpacked:,} bytes, as a zip bomb does",
            fix="If it is genuine, unpack it yourself and add the files that questions are about.",
        )
    if len(members) > MOST_FILES or unpacked > limits.unpacked:
        raise too_much(len(members))


def _take(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, embedded: EmbeddedFiles) -> None:
    parts = name.replace("\\", "/").split("/")
    mode = member.external_attr >> 16
    if ".." in parts or name.startswith(("/", "\\")) or name[1:3] in (":\\", ":/"):
        embedded.refuse(name, "has a path that leads out of the archive", "Put the file itself here.")
    elif mode and not (stat.S_ISREG(mode) or stat.S_IFMT(mode) == 0):
        embedded.refuse(name, "is a link or a device in an archive", "Put the file itself here.")
    elif member.flag_bits & _LOCKED:
        embedded.refuse(name, "is locked with a password", "Unpack it with the password and add it here.")
    else:
        try:
            with archive.open(member) as content:
                embedded.add(name, content, member.file_size)
        except NotImplementedError:
            embedded.refuse(
                name, "is packed in a way that is not read", "Unpack it yourself and add it here."
            )
        except (zipfile.BadZipFile, OSError, EOFError, ValueError):
            embedded.refuse(name, "is damaged inside the archive", "Get the archive again.")


def _names(members: list[zipfile.ZipInfo]) -> dict[tuple[str, int], str]:
    """The names as they were meant: programs leave out the mark that they are in UTF-8, or write in older ways."""
    unmarked = {
        (one.filename, one.header_offset): one.filename.encode("cp437")
        for one in members
        if not one.flag_bits & _UTF8 and not one.filename.isascii()
    }
    encoding = _encoding(list(unmarked.values()))
    names = {(one.filename, one.header_offset): one.filename for one in members}
    return names | {key: raw.decode(encoding, "replace") for key, raw in unmarked.items()}


def _encoding(names: list[bytes]) -> str:
    try:
        b"".join(names).decode("utf-8")
        return "utf-8"
    except UnicodeDecodeError:
        pass
    foreign = [one for one in b"".join(names).decode("cp437") if not one.isascii()]
    latin = sum(one.isalpha() and one < "\u0250" for one in foreign)
    return "cp437" if latin >= 0.8 * len(foreign) else legacy_encoding(b"\n".join(names))
