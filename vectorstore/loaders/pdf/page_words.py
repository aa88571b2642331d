"""Words with places on a page, as PDF gives them: points (1/72 inch), x to the right, y upwards."""

from dataclasses import dataclass

Box = tuple[float, float, float, float]
"""Left, right, bottom and top. A plain tuple: a long file has hundreds of thousands."""


@dataclass(frozen=True, slots=True)
class Run:
    """Words on one line with only spaces between them."""

    text: str
    left: float
    right: float
    bottom: float
    top: float
    bold: bool = False

    @property
    def height(self) -> float:
        return self.top - self.bottom

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


def around(box: Box, other: Box) -> Box:
    """The smallest box around two."""
    left, right, bottom, top = box
    return (
        left if left < other[0] else other[0],
        right if right > other[1] else other[1],
        bottom if bottom < other[2] else other[2],
        top if top > other[3] else other[3],
    )
