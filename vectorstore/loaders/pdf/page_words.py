"""Words with places on a page, as PDF gives them: points (1/72 inch), x to the right, y upwards."""

from dataclasses import dataclass

Box = tuple[float, float, float, float]
"""Left, right, bottom and top. A plain tuple: a long file has hundreds of thousands."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as its lines, or the gaps between its columns, show it: a cell that spans several is in each."""

    rows: list[list[str]]
    edges: list[tuple[float, float]]
    """Left and right of each column."""
    headers: int | None = None
    """How many rows at the top name the columns; None where nothing but their words can tell."""


@dataclass(slots=True, eq=False)
class Run:
    """Words on one line with only spaces between them."""

    text: str
    left: float
    right: float
    bottom: float
    top: float
    bold: bool = False
    start: int = -1
    """First character, as the page counts them; -1 for what is no text of the page."""
    end: int = -1
    grid: Grid | None = None
    """The table that stands here instead of words."""
    field: bool = False
    """What somebody filled in here, or typed onto the page."""

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


def turned(box: Box, rotation: int) -> Box:
    """`box` on the page as a reader sees it who turned it by `rotation` degrees clockwise."""
    left, right, bottom, top = box
    if rotation == 0:
        return box
    if rotation == 90:
        return bottom, top, -right, -left
    if rotation == 180:
        return -right, -left, -top, -bottom
    return -top, -bottom, left, right
