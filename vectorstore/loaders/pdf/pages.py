"""The pages of a PDF as one text: headings by size, running heads once, what a page end cut put together."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from vectorstore.loaders.document import DocumentBuilder
from vectorstore.loaders.pdf.page_layout import Block
from vectorstore.loaders.pdf.page_reader import Page
from vectorstore.loaders.pdf.page_words import Grid

_LEADERS = re.compile(r"(?: ?[.·…_]){5,} ?")
"""The dots between a title and its page in a table of contents."""
_HEADING = 1.12
"""A short line so much taller than the body text is a heading."""
_NOTE = re.compile(r"[⁰¹²³⁴-⁹*†‡]|\(?\d{1,3}\)?\s")
_SENTENCE_END = re.compile(r"[.!?:;…][\"'”’»)]*$")
_ONLY_A_NUMBER = re.compile(
    r"\W*(?:(?:page|seite|p\.?|s\.?|página|pagina)\s*)?#(?:\s*(?:of|von|/|sur|de|di)\s*\d+)?\W*", re.I
)
_TITLE = 120


def write(
    draft: DocumentBuilder, pages: list[Page], *, first: int = 1, mark: str = "", place: str = ""
) -> None:
    """Write `pages` in order, with their comments behind each.

    They are counted from `first`; their place is "page 3" with `mark` behind, or `place` for all.
    """
    if not any(page.blocks for page in pages):
        return
    heads = _Heads([page.blocks for page in pages])
    bodies = [list(heads.body(number, page.blocks)) for number, page in enumerate(pages, start=1)]
    levels = _levels(bodies, height := _body_height(bodies))
    for body, following in pairwise(bodies):
        _notes_before_cut(body, following, height)
    table: _OpenTable | None = None
    for number, (blocks, page) in enumerate(zip(bodies, pages, strict=True), start=1):
        at = first + number - 1
        draft.go_to(at, place or f"page {at}{mark}")
        for index, block in enumerate(blocks):
            if block.grid:
                caption = blocks[index - 1].text if index else ""
                table = _write_table(draft, block.grid, table if index == 0 else None, caption)
                continue
            table = None
            if level := levels.get(_size(block)) if _may_head(block) else 0:
                draft.head(level, block.text)
            else:
                draft.write(_LEADERS.sub(" ... ", block.text), tight=block.tight)
        for line in heads.feet(number):
            draft.write(line)
        for comment in page.comments:
            draft.write(comment)


@dataclass(slots=True)
class _OpenTable:
    """The table that ended a page, and may go on on the next one."""

    grid: Grid
    names: list[str]
    head: list[list[str]]
    title: str

    def goes_on(self, grid: Grid) -> bool:
        """Whether `grid` has the columns of this table."""
        return len(grid.edges) == len(self.grid.edges) and all(
            left < other_right and other_left < right
            for (left, right), (other_left, other_right) in zip(grid.edges, self.grid.edges, strict=True)
        )


def _write_table(draft: DocumentBuilder, grid: Grid, before: _OpenTable | None, above: str) -> _OpenTable:
    title = above if len(above) <= _TITLE else ""
    if before and before.names and before.goes_on(grid):
        if before.head and grid.rows[: len(before.head)] == before.head:
            grid = replace(grid, rows=grid.rows[len(before.head) :], headers=None)
        elif grid.headers:
            before = None
        if before:
            draft.write_table(grid.rows, headers=0, names=before.names, title=before.title)
            return before
    names = draft.write_table(grid.rows, headers=grid.headers, title=title)
    head = grid.rows[: grid.headers or 1] if names else []
    return _OpenTable(grid, names, head, title)


class _Heads:
    """Heads and feet that come again on page after page: the first head and the last foot say all there is."""

    def __init__(self, pages: list[list[Block]]) -> None:
        enough = 2 if len(pages) < 4 else 3
        seen: dict[tuple[str, int], list[tuple[int, Block]]] = {}
        for number, blocks in enumerate(pages, start=1):
            for block in blocks:
                if block.edge and not block.grid:
                    seen.setdefault(_line(block, number), []).append((number, block))
        self._repeated = {line: found for line, found in seen.items() if len(found) >= enough}

    def body(self, number: int, blocks: list[Block]) -> Iterator[Block]:
        """The blocks of a page without what is repeated."""
        for block in blocks:
            found = self._repeated.get(_line(block, number)) if block.edge and not block.grid else None
            if found is None or (block.edge > 0 and found[0][1] is block and not _is_number(block, number)):
                yield block

    def feet(self, number: int) -> Iterator[str]:
        """The feet that come for the last time on page `number`."""
        for found in self._repeated.values():
            last, block = found[-1]
            if last == number and found[0][1].edge < 0 and not _is_number(block, number):
                yield block.text


def _line(block: Block, page: int) -> tuple[str, int]:
    """A head or foot without its page's number, and where on the page it stands."""
    bare = block.text.strip(" -–|")
    if bare.isdecimal():
        return f"# {int(bare) - page}", round(block.at / 6)
    return re.sub(rf"(?<!\d){page}(?!\d)", "#", block.text, count=1), round(block.at / 6)


def _is_number(block: Block, page: int) -> bool:
    line = _line(block, page)[0]
    return line.startswith("# ") or bool(_ONLY_A_NUMBER.fullmatch(line))


def _notes_before_cut(above: list[Block], below: list[Block], body: float) -> None:
    """Put the notes at the foot of a page before the paragraph that the page end cuts, which then goes on at once."""
    notes = 0
    while notes < len(above) - 1 and _is_note(above[-1 - notes], body):
        notes += 1
    if not notes or not below or below[0].grid:
        return
    cut = above[-1 - notes]
    if cut.height and not _SENTENCE_END.search(cut.text) and not below[0].text[:1].isupper():
        above[-1 - notes :] = [*above[len(above) - notes :], cut]


def _is_note(block: Block, body: float) -> bool:
    return 0 < block.height < 0.93 * body and bool(_NOTE.match(block.text))


def _may_head(block: Block) -> bool:
    """Short, with letters in it, and not a sentence."""
    if not block.height or len(block.text) > 150 or block.text[-1] in ".,;":
        return False
    letters = sum(map(str.isalpha, block.text))
    return letters >= 2 and letters >= 0.4 * len(block.text)


def _size(block: Block) -> tuple[float, bool]:
    return round(block.height * 2) / 2, block.bold


def _body_height(pages: list[list[Block]]) -> float:
    """The height of line that most characters have."""
    heights: Counter[float] = Counter()
    for blocks in pages:
        for block in blocks:
            heights[_size(block)[0]] += len(block.text) if block.height else 0
    return max(heights, key=lambda height: heights[height], default=0.0)


def _levels(pages: list[list[Block]], body: float) -> dict[tuple[float, bool], int]:
    """Size of line -> level of heading, the largest being 1; at body size, bold lines where most are not."""
    sizes = {_size(block) for blocks in pages for block in blocks if _may_head(block)}
    taller = sorted((size for size in sizes if size[0] >= _HEADING * body), reverse=True)
    levels = {size: min(number, 6) for number, size in enumerate(taller, start=1)}
    bold = sum(len(block.text) for blocks in pages for block in blocks if block.bold)
    if bold * 4 < sum(len(block.text) for blocks in pages for block in blocks):
        levels[body, True] = 7
    return levels
