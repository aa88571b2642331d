"""Bytes to text in whatever encoding they are, or the word that they are no text at all."""

import codecs
import re

from vectorstore.loaders.document import Unreadable

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LEGACY = (
    "cp1252 cp1250 iso8859_2 cp1251 koi8_r cp866 cp1253 cp1254 cp1255 cp1256 cp1257 cp874 cp932 "
    "euc_jp gb18030 big5 cp949 mac_roman cp850"
)
"""What files of before Unicode are in; charset-normalizer alone, free to choose, takes "Café" for UTF-16."""
_WESTERN = set("äöüßÄÖÜéèêëÉÈÊàâáãåÀÂÁÃÅçÇñÑíîïìÍÎóôòõøÓÔÕØúùûÚÛæÆœŒ€£¥§©®™°²½¼¿¡«»“”‘’„‚–—…·•´¨\xa0ªº")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_WRITTEN = re.compile(
    "[\t\r\n -~\xa0-\u06ff\u0900-\u0eff\u1e00-\u20cf\u3000-\u30ff\u4e00-\u9fff\uac00-\ud7a3\uff00-\uffef]"
)
_HIRAGANA = re.compile("[\u3041-\u309f]")
_SAMPLE = 65_536


def decode(data: bytes, declared: str = "") -> str:
    """`data` as text; `declared` is the encoding it claims for itself. Raises Unreadable for binary data."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    if not _CONTROL.search(data[:_SAMPLE]):
        return _unmarked(data, declared)
    if wide := _wide(data):
        return data.decode(wide, "replace")
    if len(_CONTROL.findall(data[:_SAMPLE])) * 1000 < len(data[:_SAMPLE]) and b"\0" not in data[:_SAMPLE]:
        return _unmarked(data, declared)  # a stray control character, as in logs and old exports
    raise Unreadable(
        "holds binary data under the name of a text",
        fix="Give it its right ending, or save it as text in UTF-8.",
    )


def _unmarked(data: bytes, declared: str) -> str:
    if b"\x1b$B" in data[:_SAMPLE]:
        return data.decode("iso2022_jp", "replace")
    for encoding in ("utf-8", declared):
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode(legacy_encoding(data), "replace")


def legacy_encoding(data: bytes) -> str:
    """The single-byte or East Asian encoding of `data`, judged by its lines that are not plain ASCII."""
    telling = b"\n".join(line for line in data[: 16 * _SAMPLE].splitlines() if not line.isascii())[:_SAMPLE]
    marked = [character for character in telling.decode("cp1252", "replace") if ord(character) > 127]
    if sum(character in _WESTERN for character in marked) >= 0.9 * len(marked) and len(marked) < 0.4 * len(
        telling
    ):
        return "cp1252"
    if _mostly_utf8(data):
        return "utf-8"
    for japanese in ("cp932", "euc_jp"):
        if len(_HIRAGANA.findall(telling.decode(japanese, "ignore"))) > 0.1 * len(telling):
            return japanese  # short EUC-JP reads as Korean, too
    from charset_normalizer import from_bytes

    found = from_bytes(telling, cp_isolation=_LEGACY.split()).best()
    return found.encoding if found else "cp1252"


def _mostly_utf8(data: bytes) -> bool:
    """UTF-8 with a few broken places, as cut or patched files have."""
    text = data[:_SAMPLE].decode("utf-8", "replace")
    beyond = sum(character > "\x7f" for character in text)
    return text.count("\ufffd") < 0.1 * beyond


def _wide(data: bytes) -> str:
    """ "utf-16-le" or "utf-16-be" when `data` reads as writing in it without a byte order mark, else ""."""
    sample = data[: _SAMPLE if len(data) > _SAMPLE else len(data) & ~1]
    shares = {}
    for encoding in ("utf-16-le", "utf-16-be"):
        text = sample.decode(encoding, "replace")
        everyday = sum(text.count(character) for character in " \n。，、")
        shares[encoding] = (len(_WRITTEN.findall(text)) / max(1, len(text)), everyday)
    best = max(shares, key=lambda encoding: (shares[encoding][0] > 0.95, shares[encoding][1]))
    share, everyday = shares[best]
    return best if share > 0.95 and everyday else ""
