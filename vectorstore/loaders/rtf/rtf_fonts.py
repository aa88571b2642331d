"""Fonts of RTF: which code page their characters are written in, and which of them show symbols."""

import codecs
from dataclasses import dataclass, field

from vectorstore.loaders.symbol_fonts import is_symbol_font, symbols

_CHARSETS = {
    77: "mac_roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gb18030", 136: "cp950", 161: "cp1253",
    162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874",
    238: "cp1250", 254: "cp437", 255: "cp850",
}  # fmt: skip
_PAGES = {10000: "mac_roman", 65001: "utf-8"}


def code_page(number: int | None) -> str:
    """The name of the Windows code page `number`; cp1252 for one that is not known."""
    try:
        return _PAGES.get(number or 1252) or codecs.lookup(f"cp{number or 1252}").name
    except LookupError:
        return "cp1252"


@dataclass(slots=True)
class Fonts:
    """The font table of one document."""

    page: str = "cp1252"
    """The code page of the document, where a font says nothing else."""
    _pages: dict[int, str] = field(default_factory=dict)
    _names: dict[int, str] = field(default_factory=dict)

    def set_charset(self, font: int, charset: int) -> None:
        """Note the character set that the table gives `font`."""
        if charset in _CHARSETS:
            self._pages[font] = _CHARSETS[charset]

    def set_page(self, font: int, number: int | None) -> None:
        """Note the code page that the table gives `font`."""
        self._pages[font] = code_page(number)

    def add_name(self, font: int, name: str) -> None:
        """Note a piece of the name of `font`."""
        self._names[font] = (self._names.get(font, "") + name).rstrip(";")

    def decode(self, raw: bytes, font: int) -> str:
        """What `raw` shows in `font`."""
        name = self._names.get(font, "")
        if is_symbol_font(name):
            return symbols(name, raw.decode("latin-1"))
        return raw.decode(self._pages.get(font, self.page), "replace")

    def shown(self, text: str, font: int) -> str:
        """What the characters of `text` show in `font`."""
        name = self._names.get(font, "")
        return symbols(name, text) if is_symbol_font(name) else text
