"""From recognised lines with their corners to runs of words that stand level, as the pages of a PDF have them."""

from collections.abc import Sequence
from math import atan2, cos, sin
from statistics import median

from vectorstore.loaders.pdf.page_words import Run

Corners = Sequence[Sequence[float]]
"""Left top, right top, right bottom and left bottom as x and y, in pixels from the top."""
_ALIKE = 0.3
"""Lines whose heights differ by no more than this share are of one size: recognised boxes are rough."""


def picture_runs(lines: Sequence[tuple[Corners, str]], scale: float) -> list[Run]:
    """The lines as runs in points, turned by the angle that most of them stand at; `scale` is points a pixel."""
    if not lines:
        return []
    angle = _angle([corners for corners, _ in lines])
    boxes = [_level([(x * scale, y * scale) for x, y in corners], angle) for corners, _ in lines]
    usual = median(box[3] - box[2] for box in boxes)
    runs = []
    for (left, right, bottom, top), (_, text) in zip(boxes, lines, strict=True):
        height, middle = top - bottom, (top + bottom) / 2
        height = usual if abs(height - usual) < _ALIKE * usual else height
        runs.append(Run(text.strip(), left, right, middle - height / 2, middle + height / 2))
    return [run for run in runs if run.text]


def _angle(boxes: Sequence[Corners]) -> float:
    """The slant of the longest lines, in radians."""
    longest = sorted(boxes, key=lambda one: one[1][0] - one[0][0])[-max(3, len(boxes) // 2) :]
    return median(atan2(right[1] - left[1], right[0] - left[0]) for left, right, *_ in longest)


def _level(corners: Corners, angle: float) -> tuple[float, float, float, float]:
    """Left, right, bottom and top, upwards, of a box turned back by `angle`."""
    across = [x * cos(angle) + y * sin(angle) for x, y in corners]
    down = [y * cos(angle) - x * sin(angle) for x, y in corners]
    left, right = (across[0] + across[3]) / 2, (across[1] + across[2]) / 2
    top, bottom = (down[0] + down[1]) / 2, (down[2] + down[3]) / 2
    return left, right, -bottom, -top
