"""Recognises the text of one page of a PDF, or of a picture: runs in the process that is kept for it."""

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vectorstore.loaders.document import Document, DocumentBuilder, LoaderLimits, Unreadable
from vectorstore.loaders.pdf import page_layout
from vectorstore.loaders.pdf.page_reader import Page
from vectorstore.loaders.pdf.pages import write
from vectorstore.loaders.recognition import MARK
from vectorstore.loaders.recognition.picture_runs import picture_runs
from vectorstore.loaders.recognition.raised_digits import with_raised

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

_LOOK = "Look at the numbers there before you rely on them."
_DOTS = 180
"""Dots an inch at which a page is drawn to be read."""
_LARGEST = 4_000
"""Pixels of the longer side; a larger picture is made smaller."""
_PAGE_HEIGHT = 842.0
"""Points that the longer side of a page is taken to have, so that distances mean what they do in a PDF."""
_MOST_PIXELS = 200_000_000
_MOST_FRAMES = 50
"""Pages of one .tif that are read."""


def recognise(path: Path, kind: str, page: int, limits: LoaderLimits) -> Document:
    """The text of page `page` of a PDF, or of all of a picture, with its tables; `place` says how it was read.

    Raises Unreadable for a picture that cannot be opened.
    """
    draft = DocumentBuilder(kind, limits.characters)
    if kind == "pdf":
        write(draft, [_recognised(_drawn(path, page), draft, page)], first=page, mark=f", {MARK}")
        return draft.finish()
    pictures = list(_opened(path))
    draft.pages = len(pictures)
    if len(pictures) == 1:
        write(draft, [_recognised(pictures[0], draft)], place=MARK)
    else:
        pages = [_recognised(picture, draft, page) for page, picture in enumerate(pictures, start=1)]
        write(draft, pages, mark=f", {MARK}")
    return draft.finish()


def _recognised(picture: "Pixels", draft: DocumentBuilder, page: int = 0) -> Page:
    found = _engine()(picture, return_word_box=True, return_single_char_box=True)
    if found.boxes is None or found.txts is None:
        return Page([])
    texts, doubt = list(found.txts), False
    for number, (text, signs) in enumerate(zip(found.txts, found.word_results, strict=True)):
        texts[number], is_doubtful = with_raised(text, [(sign, box) for sign, _, box in signs], picture)
        doubt = doubt or is_doubtful
    if doubt:
        draft.note(
            f"{f'on page {page} ' * bool(page)}a raised mark may be read as a digit of its number", _LOOK
        )
    lines = list(zip(found.boxes.tolist(), texts, strict=True))
    return Page(page_layout.blocks(picture_runs(lines, _PAGE_HEIGHT / max(picture.shape[:2]))))


@cache
def _engine() -> Any:
    """The models, which lie in the package: nothing is downloaded."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    from rapidocr import RapidOCR

    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "EngineConfig.onnxruntime.intra_op_num_threads": max(1, (os.cpu_count() or 2) // 2),
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


def _drawn(path: Path, page: int) -> "Pixels":
    import pypdfium2

    with pypdfium2.PdfDocument(path) as pdf:
        drawn = pdf[page - 1]
        scale = min(_DOTS / 72, _LARGEST / max(drawn.get_size()))
        pixels: Pixels = drawn.render(scale=scale).to_numpy().copy()
        return pixels


def _opened(path: Path) -> Iterator["Pixels"]:
    import numpy as np
    from PIL import Image, ImageOps, ImageSequence

    Image.MAX_IMAGE_PIXELS = _MOST_PIXELS // 2  # Pillow refuses twice as many
    try:
        with Image.open(path) as picture:
            for number, frame in enumerate(ImageSequence.Iterator(picture)):
                if number == _MOST_FRAMES or (number and picture.format != "TIFF"):
                    return
                upright = ImageOps.exif_transpose(frame)
                upright.thumbnail((_LARGEST, _LARGEST))
                canvas = Image.new("RGB", upright.size, "white")
                canvas.paste(upright.convert("RGBA"), mask=upright.convert("RGBA").getchannel("A"))
                yield np.asarray(canvas)[:, :, ::-1].copy()
    except (OSError, ValueError, Image.DecompressionBombError) as problem:
        raise Unreadable(
            "is a picture that cannot be opened",
            fix=f"Open it in its own program and save it as .png ({type(problem).__name__}).",
        ) from None
