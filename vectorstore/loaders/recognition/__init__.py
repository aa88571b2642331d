"""Text recognition: what a scan or a picture says, read on this machine where the package for it is installed."""

from importlib.util import find_spec

MARK = "read by text recognition"
"""What stands in the list of files and in the place of a citation: recognised letters can be wrong ones."""


def available() -> bool:
    """Whether text can be recognised here."""
    return find_spec("rapidocr") is not None and find_spec("onnxruntime") is not None
