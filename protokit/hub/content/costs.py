"""What a prototype has spent of its budget: from its account where it has limits, else from its events."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from protokit.files.layout import BUDGET_FILE
from protokit.hub.content.usage_analytics import Totals
from protokit.runtime.prototype_fields import SpendingLimits
from protokit.spec.prototype_spec import Spec


@dataclass(frozen=True, slots=True)
class Spend:
    """US dollars, days are UTC; a limit of None is no limit."""

    today: float
    in_all: float
    a_day: float | None
    at_most: float | None


def spend_of(folder: Path, spec: Spec | None, totals: Totals) -> Spend:
    """The money of the prototype in `folder`, whose events sum up to `totals`."""
    limits = spec.limits if spec else SpendingLimits()
    a_day, at_most = limits.dollars_per_day, limits.dollars_total
    account = folder / BUDGET_FILE
    if (a_day is None and at_most is None) or not account.exists():
        return Spend(totals.cost_today, totals.cost, a_day, at_most)
    from protokit.runtime.usage.budget import Budget

    try:
        spent = Budget(str(account), SpendingLimits()).spent()
    except (sqlite3.Error, OSError):  # the prototype asks no model meanwhile, and its page says why
        return Spend(totals.cost_today, totals.cost, a_day, at_most)
    return Spend(spent.today, spent.in_all, a_day, at_most)
