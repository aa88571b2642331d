"""Changes and whole documents as safe HTML: two columns, what went marked on one side, what came on the other."""

from collections.abc import Collection
from html import escape
from pathlib import Path

from protokit.runtime.comparison.change_words import place_of, ranked, reasons, wording
from protokit.runtime.comparison.changes import KINDS, ClauseChange, Comparison, Excerpt, Kind
from protokit.runtime.page_texts import page_texts
from protokit.runtime.uploads.visitor_files import shown_name

SAME = 2
"""Unchanged clauses that are shown before and after a change."""
MOST_ROWS = 2_000
CHANGE_KINDS: tuple[Kind, ...] = KINDS
_STYLE = f"<style>{Path(__file__).with_suffix('.css').read_text(encoding='utf-8')}</style>"


def change_kinds(language: str) -> dict[Kind, str]:
    """The kinds of changes as they are called in `language`."""
    names: dict[Kind, str] = wording(language)["kinds"]
    return names


def changes_html(comparison: Comparison, kinds: Collection[str], language: str) -> str:
    """A card for each change of these kinds, those that matter first; the others folded."""
    shown = [change for change in ranked(comparison) if change.kind in kinds]
    first = [_card(change, language) for change in shown if change.important]
    rest = [_card(change, language) for change in shown if not change.important]
    less = page_texts().matter_less.format(count=len(rest))
    folded = (
        f"<details{'' if first else ' open'}><summary>{escape(less)}</summary>{''.join(rest)}</details>"
        if rest
        else ""
    )
    return f'{_STYLE}<div class="changes">{"".join(first)}{folded}</div>'


def side_by_side_html(comparison: Comparison, names: tuple[str, str], *, whole: bool) -> str:
    """Both documents in two columns, clause beside clause; long stretches without a change folded unless `whole`."""
    changed = [at for at, row in enumerate(comparison.rows) if row.change is not None]
    near = {at + step for at in changed for step in range(-SAME, SAME + 1)}
    head = f'<div class="pair head"><b>{escape(shown_name(names[0]))}</b><b>{escape(shown_name(names[1]))}</b></div>'
    parts, hidden = [head], 0
    for at, row in enumerate(comparison.rows[:MOST_ROWS]):
        if not whole and at not in near:
            hidden += 1
            continue
        parts += [_gap(hidden)] if hidden else []
        hidden = 0
        change = comparison.changes[row.change] if row.change is not None else None
        css = f" {change.kind}{' important' if change.important else ''}" if change else ""
        parts.append(
            f'<div class="pair{css}"><div>{_side(row.old, "del")}</div><div>{_side(row.new, "ins")}</div></div>'
        )
    parts += [_gap(hidden)] if hidden else []
    return f'{_STYLE}<div class="sides" tabindex="0">{"".join(parts)}</div>'


def _gap(hidden: int) -> str:
    return f'<div class="gap">{escape(page_texts().unchanged.format(count=hidden))}</div>'


def _card(change: ClauseChange, language: str) -> str:
    kind = wording(language)["kinds"][change.kind] + (f" ({change.count})" if change.count > 1 else "")
    moved = f", {wording(language)['kinds']['moved']}" if change.moved else ""
    why = reasons(change, language)
    head = (
        f'<header><b class="{change.kind}">{escape(kind + moved)}</b> <span>{escape(place_of(change))}</span>'
    )
    told = f"<em>{escape(why)}</em>" if why else ""
    sides = "".join(
        f'<blockquote class="{name}">{_side(side, tag)}</blockquote>'
        for side, tag, name in ((change.old, "del", "before"), (change.new, "ins", "after"))
        if side and not (change.kind == "moved" and tag == "del")
    )
    return f'<article class="source change">{head}{told}</header><div class="both">{sides}</div></article>'


def _side(side: Excerpt | None, tag: str) -> str:
    if side is None:
        return ""
    parts, at = [], 0
    for start, end in side.marks:
        parts += [escape(side.text[at:start]), f"<{tag}>", escape(side.text[start:end]), f"</{tag}>"]
        at = end
    return "".join([*parts, escape(side.text[at:])]).strip()
