"""Where links lead: the address stands behind the words of the link, for who asks for it."""

import re
from urllib.parse import unquote

_ADDRESS = re.compile(r"(?:https?|ftp|mailto|tel):\S+", re.I)
_LONGEST = 500


def with_address(text: str, address: str) -> str:
    """`text` followed by the address that it links to: "status page (https://...)".

    The text alone where it is the address, and where the address is none of the web, of mail or of a telephone.
    """
    shown = _shown(address.strip())
    end = len(text.rstrip())
    if not shown or not end or _bare(shown) == _bare(text):
        return text
    return f"{text[:end]} ({shown}){text[end:]}"


def _shown(address: str) -> str:
    if not _ADDRESS.fullmatch(address):
        return ""
    scheme, _, rest = address.partition(":")
    if scheme.lower() in ("mailto", "tel"):
        return unquote(rest.partition("?")[0])
    return address if len(address) <= _LONGEST else "/".join(address.split("/")[:3]) + "/…"


def _bare(address: str) -> str:
    """What people write of an address: without its scheme and its last slash."""
    return re.sub(r"^(?:https?://)?(?:www\.)?|[\s.…-]|/+$", "", address.strip().lower()).rstrip("/")
