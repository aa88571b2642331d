"""A confusion matrix as a picture: one SVG that opens in any browser and stands on any slide."""

from collections.abc import Sequence
from html import escape

from protokit.errors import ProtokitError
from protokit.evaluation.scorecard import Scorecard
from protokit.runtime.assistant_types import AnswerTable
from protokit.runtime.classification.classify_texts import UNSURE

CELL = 56
LETTER = 7.2
"""What a letter of 13 pixels takes in width, about."""
LONGEST = 22
HEAD, FOOT = 44, 24
RIGHT, OPEN, WRONG = "#15803d", "#b45309", "#b91c1c"


def draw_matrices(cards: Sequence[Scorecard]) -> str:
    """The confusion matrix of every scorecard below each other; an error where a kind has none."""
    drawn = [
        (f"{card.measures.matrix} · {card.model}", table)
        for card in cards
        if card.measures and (table := dict(card.measures.tables).get(card.measures.matrix))
    ]
    if not drawn:
        raise ProtokitError(
            "there is no confusion matrix to draw",
            where="questions.yaml",
            fix="A classifier draws one, where rows of questions.yaml say `expected: {label: …}`.",
        )
    parts, top, width = [], 0.0, 0.0
    for title, table in drawn:
        body, wide, high = _draw(table, title)
        parts.append(f'<g transform="translate(0 {top:.0f})">{body}</g>')
        top, width = top + high, max(width, wide)
    style = 'font-family="system-ui, sans-serif" font-size="13" fill="#18181b"'
    size = f'width="{width:.0f}" height="{top:.0f}" viewBox="0 0 {width:.0f} {top:.0f}"'
    back = '<rect width="100%" height="100%" fill="#ffffff"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {style} role="img">{back}{"".join(parts)}</svg>\n'


def _draw(table: AnswerTable, title: str) -> tuple[str, float, float]:
    """The picture of one matrix with its width and height in pixels."""
    given = [column.name for column in table.columns[1:]]
    rights = [str(row[0]) for row in table.rows]
    left = 40 + LETTER * max(len(_short(name)) for name in rights)
    above = HEAD + LETTER * max(len(_short(name)) for name in given) * 0.75 + 12
    parts = [
        f'<text x="16" y="24" font-weight="600">{escape(title)}</text>',
        *(_slanted(left + CELL * (at + 0.5), above - 8, name) for at, name in enumerate(given)),
    ]
    for line, row in enumerate(table.rows):
        y = above + CELL * line
        counts = [float(cell or 0) for cell in row[1:]]
        parts.append(_text(left - 10, y + CELL / 2 + 4, rights[line], extra='text-anchor="end"'))
        parts += [
            _cell(left + CELL * at, y, count, sum(counts), _colour(rights[line], name))
            for at, (name, count) in enumerate(zip(given, counts, strict=True))
        ]
    # The last slanted name leans out to the right of its column.
    right = LETTER * len(_short(given[-1])) * 0.75
    wide = max(left + CELL * len(given) + right + 16, 32 + LETTER * len(title))
    return "".join(parts), wide, above + CELL * len(rights) + FOOT


def _colour(right: str, given: str) -> str:
    """What the engine leaves open is no wrong label."""
    return RIGHT if given == right else OPEN if given == UNSURE else WRONG


def _cell(x: float, y: float, count: float, total: float, colour: str) -> str:
    """A square as strong as the share of its row that it holds; an empty one stays white."""
    share = count / total if total else 0.0
    box = f'<rect x="{x:.0f}" y="{y:.0f}" width="{CELL - 2}" height="{CELL - 2}" rx="4"'
    if not count:
        return f'{box} fill="#f4f4f5"/>'
    ink = ' fill="#ffffff"' if share > 0.6 else ""
    shape = f'{box} fill="{colour}" fill-opacity="{0.15 + 0.85 * share:.2f}"/>'
    return shape + _text(x + CELL / 2 - 1, y + CELL / 2 + 4, f"{count:g}", extra=f'text-anchor="middle"{ink}')


def _slanted(x: float, y: float, name: str) -> str:
    return _text(x, y, name, extra=f'transform="rotate(-45 {x:.0f} {y:.0f})"')


def _text(x: float, y: float, words: str, extra: str) -> str:
    whole = f"<title>{escape(words)}</title>" if _short(words) != words else ""
    return f'<text x="{x:.0f}" y="{y:.0f}" {extra}>{whole}{escape(_short(words))}</text>'


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"
