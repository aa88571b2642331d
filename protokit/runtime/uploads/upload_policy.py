"""Whether a visitor may hand a page files: told by whoever serves it, never by the visitor."""

import os
from collections.abc import Mapping

from protokit.runtime.settings import Settings
from protokit.runtime.visitor import HOSTED

BY_UPLOADS = "x-protokit-uploads"
"""The header by which the Hub tells a prototype that the visitor may; it lets none through that a visitor sends."""
UPLOADS = "PROTOKIT_UPLOADS"
"""Environment variable of whoever runs the page: "on" and "off" decide for everybody, else prototype.yaml does."""


def may_upload(settings: Settings, headers: Mapping[str, str]) -> bool:
    """Whether the visitor whose request has these `headers` (names in small letters) may upload files."""
    if settings.upload_rule == "off":
        return False
    if os.environ.get(HOSTED):
        return headers.get(BY_UPLOADS) == "1"
    rule = os.environ.get(UPLOADS, "")
    return rule == "on" or (rule != "off" and settings.visitor_uploads is not False)
