"""Digits that stand raised at a number on a scanned page, where text recognition took them for digits of it."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from vectorstore.loaders.run_marks import raised

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

Sign = tuple[str, Sequence[Sequence[float]]]
"""One sign as recognised, and the corners of its box."""
Ink = tuple[float, int, int]
"""The middle of a piece of ink in the picture, its top and its bottom in the crop, in pixels."""

_NUMBER = re.compile(r"(?<![\d.,])\d{2,6}(?![\d.,]\d)")
_LIFT = 0.33
"""How far above the foot of a number's first digit a raised one ends at least, as a share of that digit's height."""
_SMALL = 0.72
_OVER = 0.1
_LEVEL = 0.15
_CONTRAST = 60


def with_raised(text: str, signs: Sequence[Sign], picture: "Pixels") -> tuple[str, bool]:
    """`text` with the raised digits of its numbers as such, and whether some may be raised that are not told apart.

    `signs` are the signs of `text`, blanks left out.
    """
    if "".join(sign for sign, _ in signs) != "".join(text.split()):
        return text, False
    doubt = False
    for number in reversed(list(_NUMBER.finditer(text))):
        first = len("".join(text[: number.start()].split()))
        count = _raised_count([box for _, box in signs[first : first + len(number[0])]], picture)
        if count is None:
            doubt = True
        elif count:
            at = number.end() - count
            text = text[:at] + raised(text[at : number.end()]) + text[number.end() :]
    return text, doubt


def _raised_count(boxes: Sequence[Sequence[Sequence[float]]], picture: "Pixels") -> int | None:
    """How many of the last digits are raised; None where some are, but not as many pieces as digits are seen."""
    pieces = _pieces(boxes, picture)
    if len(pieces) < 2:
        return 0
    _, top, bottom = pieces[0]
    height = bottom - top
    above = [_is_raised(piece, top, bottom) for piece in pieces]
    count = sum(above)
    level = all(abs(piece[2] - bottom) <= _LEVEL * height for piece in pieces[: len(pieces) - count])
    if not count or not level:
        return 0
    if len(pieces) != len(boxes) or not all(above[-count:]) or not _stand_at(pieces, boxes):
        return None
    return count


def _stand_at(pieces: Sequence[Ink], boxes: Sequence[Sequence[Sequence[float]]]) -> bool:
    """Whether each piece stands where its digit was recognised: else two digits touch, or a sign beside counts."""
    middles = [(box[0][0] + box[1][0]) / 2 for box in boxes]
    step = (middles[-1] - middles[0]) / (len(middles) - 1)
    return all(abs(piece[0] - middle) < 0.7 * step for piece, middle in zip(pieces, middles, strict=True))


def _is_raised(piece: Ink, top: int, bottom: int) -> bool:
    _, upper, lower = piece
    height = bottom - top
    small = lower - upper <= _SMALL * height or upper <= top - _OVER * height
    return bottom - lower >= _LIFT * height and small and upper < top + height / 2


def _pieces(boxes: Sequence[Sequence[Sequence[float]]], picture: "Pixels") -> list[Ink]:
    """The pieces of ink that stand beside each other where the digits are, from left to right."""
    import cv2

    xs = [x for box in boxes for x, _ in box]
    ys = [y for box in boxes for _, y in box]
    room = (max(xs) - min(xs)) / len(boxes) / 4
    left, right = max(0, int(min(xs) - room)), int(max(xs) + room)
    crop = picture[max(0, int(min(ys))) : int(max(ys)) + 1, left:right]
    if not crop.size:
        return []
    gray = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY)
    if int(gray.max()) - int(gray.min()) < _CONTRAST:
        return []
    _, ink = cv2.threshold(gray, 0, 255, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    _, _, stats, centers = cv2.connectedComponentsWithStats(ink, connectivity=8)
    found = sorted(
        (int(x), int(y), int(x + width), int(y + height))
        for (x, y, width, height, _), (middle, _) in zip(stats[1:], centers[1:], strict=True)
        if min(xs) - left - room / 2 <= middle <= max(xs) - left + room / 2
    )
    tallest = max((lower - upper for _, upper, _, lower in found), default=0)
    joined = _joined([one for one in found if one[3] - one[1] > tallest / 3])
    return [(left + (begin + end) / 2, top, bottom) for begin, top, end, bottom in joined]


def _joined(boxes: Sequence[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    """Pieces of one broken digit put together: those that lie over each other."""
    joined: list[tuple[int, int, int, int]] = []
    for left, top, right, bottom in boxes:
        if joined and left < joined[-1][2] - (right - left) / 2:
            before = joined.pop()
            left, top = before[0], min(top, before[1])
            right, bottom = max(right, before[2]), max(bottom, before[3])
        joined.append((left, top, right, bottom))
    return joined
