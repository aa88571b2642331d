"""Where links lead: the address stands behind the words of the link, for who asks for it."""

import re

_ADDRESS = re.compile(r"(?:https?|ftp|mailto|tel):\S+", re.I)
_LONGEST = 500


def with_address(text: str, address: str) -> str:
    """`text` followed by the address that it links to: "status page (https://...)".

    The text alone where it is the address, and where the address is none of the web, of mail or of a telephone.
    """
    address = address.strip()
    bare = _bare(address)
    if not _ADDRESS.fullmatch(address) or len(address) > _LONGEST or bare.lower() in text.lower():
        return text
    end = len(text.rstrip())
    return f"{text[:end]} ({address}){text[end:]}" if end else text


def _bare(address: str) -> str:
    """What people write of an address: without its scheme, its subject and its last slash."""
    scheme, _, rest = address.partition(":")
    return rest.partition("?")[0] if scheme.lower() in ("mailto", "tel") else rest.strip("/")
