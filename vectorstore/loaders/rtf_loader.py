"""Rich text (RTF), as older word processors and TextEdit write it: the words without the formatting."""

import re
from pathlib import Path

from vectorstore.loaders.document import Document, DocumentBuilder, LoaderLimits

_TOKEN = re.compile(
    rb"\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-z])|([{}])|[\r\n]+|([^\\{}\r\n]+)"
)
_NO_WORDS = (
    "fonttbl colortbl stylesheet info pict object header footer headerl headerr footerl footerr "
    "ftnsep themedata listtable listoverridetable rsidtbl generator xmlnstbl datastore latentstyles "
    "fldinst filetbl pgdsctbl"
)
_SILENT = frozenset(_NO_WORDS.split())
_BREAKS = {"par": "\n", "line": "\n", "sect": "\n", "page": "\n", "row": "\n", "cell": " | ", "tab": " "}
_SIGNS = {
    "emdash": "—",
    "endash": "–",
    "bullet": "•",
    "lquote": "‘",
    "rquote": "’",
    "ldblquote": "“",
    "rdblquote": "”",
}
_ESCAPED = {b"~": " ", b"_": "-", b"\n": "\n", b"\r": "\n", b"\\": "\\", b"{": "{", b"}": "}"}


def read(path: Path, kind: str, limits: LoaderLimits) -> Document:
    """One paragraph a block; RTF has pages only on a screen."""
    draft = DocumentBuilder(kind, limits.characters)
    for line in _text(path.read_bytes()).split("\n"):
        draft.write(line.rstrip().removesuffix(" |"))
    return draft.finish()


def _text(data: bytes) -> str:
    """The words of `data`; groups without words of the author are silent, with all groups inside them."""
    pieces: list[str] = []
    raw = bytearray()
    page = "cp1252"
    silent, skip, fallback = [False], 0, [1]

    def settle() -> None:
        pieces.append(raw.decode(page, "replace"))
        raw.clear()

    for word, number, code, sign, brace, plain in (match.groups() for match in _TOKEN.finditer(data)):
        name = word.decode() if word else ""
        if brace == b"{":
            silent.append(silent[-1])
            fallback.append(fallback[-1])
        elif brace and len(silent) > 1:
            silent.pop()
            fallback.pop()
        elif name == "ansicpg":
            page = _code_page(number)
        elif name in _SILENT or sign == b"*":
            silent[-1] = True
        elif name == "uc":
            fallback[-1] = int(number or 1)
        elif silent[-1]:
            continue
        elif name == "u" and number:
            settle()
            pieces.append(_character(int(number)))
            skip = fallback[-1]
        elif code:
            skip, drop = max(0, skip - 1), skip > 0
            raw += b"" if drop else bytes([int(code, 16)])
        elif plain:
            raw += plain[skip:]
            skip = max(0, skip - len(plain))
        elif name in _BREAKS or name in _SIGNS or sign in _ESCAPED:
            settle()
            pieces.append(_BREAKS.get(name) or _SIGNS.get(name) or _ESCAPED.get(sign or b"", ""))
    settle()
    return "".join(pieces).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _code_page(number: bytes | None) -> str:
    try:
        b"".decode(page := f"cp{int(number or 1252)}")
    except LookupError:
        return "cp1252"
    return page


def _character(number: int) -> str:
    return chr(number % 65_536)
