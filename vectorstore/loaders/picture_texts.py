"""What authors say that a picture shows, for those who cannot see it: its alternative text."""

import re

from vectorstore.loaders.link_targets import with_address

_NO_WORDS = re.compile(
    r"(?:image|picture|bild|grafik|graphic|photo|foto|img|imagen|immagine|screenshot|logo|icon|shape|object"
    r"|text ?box|rectangle|[\w.-]+\.(?:png|jpe?g|gif|bmp|emf|wmf|svg|tiff?|webp))[\s_#-]*\d*",
    re.I,
)
"""What programs put there by themselves: a number, the name of the file."""
_AUTOMATIC = re.compile(
    r"\s*(?:Description automatically generated(?: with [\w ]+ confidence)?"
    r"|Automatisch generierte Beschreibung"
    r"|AI-generated content may be incorrect\.?|KI-generierte Inhalte können fehlerhaft sein\.?)",
    re.I,
)


def picture_text(description: str, address: str = "") -> str:
    """ "Picture: ..." for a picture with `description` that links to `address`; empty where nothing is said."""
    said = " ".join(_AUTOMATIC.sub("", description).split())
    if not said or _NO_WORDS.fullmatch(said):
        return ""
    return f"Picture: {with_address(said, address)}"
