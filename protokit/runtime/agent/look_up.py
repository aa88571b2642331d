"""Questions to the simulated system: what is free, and what a row says."""

import re
from typing import Protocol

from protokit.runtime.agent.agent_texts import AgentTexts
from protokit.runtime.agent.check_arguments import Arguments, choices_of, clash, listed, shown
from protokit.runtime.agent.fill_form import FormState
from protokit.runtime.agent.form_fields import FORM_WORDS
from protokit.runtime.agent.simulated_system import SimulatedSystem, SystemRow
from protokit.runtime.prototype_fields import Action, ActionField

_FREE = re.compile(
    r"\b(?:free|available|availability|open|vacant|frei|verfügbar|libres?|disponibles?|disponible|liber[oi]|disponibil[ei]|livres?|disponíve(?:l|is)|vrij|beschikbaar"
    r"|woln[yae]|dostępn[yae]|boş|müsait)\b|空|متاح",
    re.IGNORECASE,
)


class Asker(Protocol):
    """Who looks up: the request that a person made."""

    @property
    def system(self) -> SimulatedSystem: ...

    @property
    def texts(self) -> AgentTexts: ...

    @property
    def visitor(self) -> str: ...

    def rows(self, table: str) -> list[SystemRow]: ...


def look_up(
    text: str, action: Action, arguments: Arguments, form: FormState, asker: Asker, *, only_free: bool = False
) -> str:
    """The answer to a question in `text`; empty where it asks nothing that the system knows."""
    if only_free:
        free = _free(action, arguments, asker)
        return asker.texts.free_choices.format(choices=listed(free)) if free else ""
    is_question = "?" in text or "？" in text or re.search(FORM_WORDS.text("question"), text.casefold())
    if not is_question:
        return ""
    if action.exclusive and _FREE.search(text):
        return _availability(action, arguments, asker)
    return _row_told(text, asker)


def _availability(action: Action, arguments: Arguments, asker: Asker) -> str:
    texts = asker.texts
    chosen = _chooser(action)
    known = [name for name in action.exclusive if arguments.get(name) not in (None, "")]
    if chosen and arguments.get(chosen.name):
        told = ", ".join(shown(arguments[name]) for name in known)
        if clash(action, arguments, asker.rows(action.table)) is None:
            return texts.free.format(values=told)
        free = _free(action, arguments, asker)
        others = texts.free_choices.format(choices=listed(free)) if free else texts.none_free
        return f"{texts.taken.format(values=told)} {others}"
    free = _free(action, arguments, asker)
    return texts.free_choices.format(choices=listed(free)) if free else texts.none_free


def _chooser(action: Action) -> ActionField | None:
    return next(
        (each for each in action.fields if each.type == "choice" and each.name in action.exclusive), None
    )


def _free(action: Action, arguments: Arguments, asker: Asker) -> list[str]:
    """The choices that nothing stands against, of those that are large enough."""
    chosen = _chooser(action)
    if chosen is None:
        return []
    rows = asker.rows(action.table)
    return [
        choice
        for choice in choices_of(chosen, asker.rows)
        if clash(action, {**arguments, chosen.name: choice}, rows) is None
    ]


def _row_told(text: str, asker: Asker) -> str:
    """The row that a number or name in the question means, of the samples and the person's own."""
    low = text.casefold()
    said = set(re.findall(r"[\w-]{3,}", low))
    best: tuple[int, SystemRow] | None = None
    for table in asker.system.tables():
        for row in asker.system.rows(table, visitor=asker.visitor):
            first = shown(next(iter(row.record.values()), "")).casefold()
            if first and re.search(rf"(?<!\w){re.escape(first)}(?!\w)", low):
                hits = len(
                    said
                    & {
                        word
                        for cell in row.record.values()
                        for word in re.findall(r"[\w-]{3,}", shown(cell).casefold())
                    }
                )
                if best is None or hits > best[0]:
                    best = hits, row
    if best is None:
        return ""
    return (
        ", ".join(
            f"{name}: {shown(value)}" for name, value in best[1].record.items() if value not in (None, "")
        )
        + "."
    )
