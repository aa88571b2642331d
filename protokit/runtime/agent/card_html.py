"""An action's card as HTML: its fields and values, so that a person sees exactly what will be done."""

from functools import cache
from html import escape
from pathlib import Path

from protokit.runtime.agent.action_cards import ActionCard


def card_html(card: ActionCard) -> str:
    """The arguments on `card`, one under the other."""
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in card.lines)
    why = f'<p class="why">{escape(card.why)}</p>' if card.why else ""
    return f'{_style()}<dl class="card-fields">{rows}</dl>{why}'


@cache
def _style() -> str:
    css = Path(__file__).with_name("card.css").read_text(encoding="utf-8")
    return f"<style>{css}</style>"
