"""The business case: what an idea would earn and cost by three ways of pricing it, and which assumption decides."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import ceil
from typing import Literal

from protokit.analytics.assumptions import Assumption, AssumptionValue, Origin, assume
from protokit.analytics.metrics import in_words
from protokit.errors import ChoiceProblem
from protokit.runtime.analysis.read_only_database import ReadOnlyDatabase
from protokit.runtime.usage.prices import Override, cost, priced_models

Plan = Literal["subscription", "usage", "licence"]
PLANS: dict[Plan, str] = {"subscription": "Subscription", "usage": "Pay per answer", "licence": "API licence"}
SIZES = (100, 1_000, 10_000)
USUAL_MODEL = "openai:gpt-4.1-mini"
"""What the answers of a prototype without a model are priced at."""
_SEGMENTS = (("Light use", 0.0, 0.5), ("Medium use", 0.5, 0.9), ("Heavy use", 0.9, 1.0))
_LEAST_VISITORS = 10
_PEOPLE = "SELECT count(*) AS questions FROM questions GROUP BY visitor ORDER BY questions"
_MODEL = "SELECT model FROM questions WHERE cost > 0 GROUP BY model ORDER BY count(*) DESC LIMIT 1"
_NOT_VARIED = ("users", "build_cost", "minutes_saved", "hourly_cost", "accepted_share")
"""Not in the monthly margin at a given number of users."""
Values = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class PlanResult:
    """One way of pricing at one number of users; money is US dollars a month."""

    plan: Plan
    users: int
    revenue: float
    model_cost: float
    fixed_costs: float

    @property
    def margin(self) -> float:
        """What is left."""
        return self.revenue - self.model_cost - self.fixed_costs


@dataclass(frozen=True, slots=True)
class Segment:
    """Visitors who ask about as much as each other; money is US dollars a month for one of them, before fixed costs."""

    name: str
    visitors: float
    """Share of all, 0 to 1."""
    questions: float
    """Share of all, 0 to 1."""
    model_cost: float
    margins: Mapping[Plan, float]


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What the margin becomes where one assumption is half, or half as much again."""

    assumption: Assumption
    origin: Origin
    low: float
    high: float

    @property
    def swing(self) -> float:
        """How far the two lie apart, dollars a month."""
        return abs(self.high - self.low)


@dataclass(frozen=True, slots=True)
class ModelPrice:
    """What a model would cost: an answer, and the margin by the best plan at each of SIZES."""

    model: str
    answer: float
    margins: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class BusinessCase:
    """The whole case; `values` are what it rests on."""

    model: str
    values: Mapping[str, AssumptionValue]
    answer_cost: float
    """Dollars for an answer on `model`."""
    results: Mapping[Plan, Sequence[PlanResult]]
    """By plan, for each of SIZES."""
    chosen: Sequence[PlanResult]
    """The plans at the number of users that is assumed, the best first."""
    break_even: Mapping[Plan, int | None]
    """Users from which on nothing is lost in a month; None where each user more loses more."""
    segments: Sequence[Segment]
    """None below ten visitors."""
    sensitivities: Sequence[Sensitivity]
    """Of the best plan, what matters most first."""

    @property
    def best(self) -> PlanResult:
        """The plan that leaves most at the number of users that is assumed."""
        return self.chosen[0]

    @property
    def payback(self) -> float | None:
        """Months until the building is paid by the best plan; None where it never is."""
        return self.values["build_cost"].value / self.best.margin if self.best.margin > 0 else None

    @property
    def accepted_cost(self) -> float:
        """Dollars that the model costs for an accepted answer."""
        return self.answer_cost / max(self.values["accepted_share"].value, 1e-9)

    @property
    def saved(self) -> float:
        """Dollars that an accepted answer saves: a person's minutes less what it cost."""
        return self.values["minutes_saved"].value / 60 * self.values["hourly_cost"].value - self.accepted_cost

    @property
    def saved_a_month(self) -> float:
        """Dollars that all accepted answers of a month save."""
        asked = self.values["users"].value * self.values["questions_per_user"].value
        return asked * self.values["accepted_share"].value * self.saved


def make_case(
    database: ReadOnlyDatabase,
    own: Mapping[str, float],
    model: str = "",
    prices: Mapping[str, Override] | None = None,
) -> BusinessCase:
    """The case over one usage; `own` are the owner's values for assumptions, `model` whose price is used instead
    of the one that answered, `prices` those of prototype.yaml. Raises ChoiceProblem."""
    values = assume(database, own)
    model = model or _model(database)
    plain = {name: each.value for name, each in values.items()}
    price = cost(model, 1_000_000, 1_000_000, prices)
    if price.dollars is None:
        raise ChoiceProblem(
            price.source, where="model", fix="`protokit case DIR --models` lists those with a price."
        )
    price_of = partial(_answer_cost, model, prices)
    answer = price_of(plain)
    chosen = [_result(plan, int(plain["users"]), plain, answer) for plan in PLANS]
    chosen.sort(key=lambda each: -each.margin)
    return BusinessCase(
        model,
        values,
        answer,
        {plan: [_result(plan, users, plain, answer) for users in SIZES] for plan in PLANS},
        chosen,
        {plan: _break_even(plan, plain, answer) for plan in PLANS},
        _segments(database, plain, answer),
        _sensitivities(chosen[0].plan, values, price_of),
    )


def price_models(case: BusinessCase) -> list[ModelPrice]:
    """The same case on every model of the price table, the cheapest first."""
    plain = {name: each.value for name, each in case.values.items()}
    prices = []
    for model in priced_models():
        answer = cost(model, int(plain["tokens_in"]), int(plain["tokens_out"])).dollars
        if answer is not None:
            margins = [max(_result(plan, users, plain, answer).margin for plan in PLANS) for users in SIZES]
            prices.append(ModelPrice(model, answer, tuple(margins)))
    return sorted(prices, key=lambda each: (each.answer, each.model))


def _model(database: ReadOnlyDatabase) -> str:
    rows = database.run(_MODEL).table.rows
    return str(rows[0][0]) if rows else USUAL_MODEL


def _answer_cost(model: str, prices: Mapping[str, Override] | None, values: Values) -> float:
    """Dollars for an answer on a model that has a price."""
    return cost(model, int(values["tokens_in"]), int(values["tokens_out"]), prices).dollars or 0.0


def _result(plan: Plan, users: int, values: Values, answer: float) -> PlanResult:
    revenue = users * _pays(plan, values)
    if plan == "licence":
        revenue = max(
            revenue, values["licence_price"]
        )  # the first organisation has one, however few its people are
    return PlanResult(
        plan, users, revenue, users * values["questions_per_user"] * answer, values["fixed_costs"]
    )


def _pays(plan: Plan, values: Values, questions: float | None = None) -> float:
    """Dollars a month that a user brings, on average over those who pay and those who do not."""
    if plan == "subscription":
        return values["paying_share"] * values["subscription_price"]
    if plan == "usage":
        asked = values["questions_per_user"] if questions is None else questions
        return values["paying_share"] * asked * values["answer_price"]
    return values["licence_price"] / max(values["users_per_licence"], 1)


def _break_even(plan: Plan, values: Values, answer: float) -> int | None:
    if (
        plan == "licence"
        and values["licence_price"] >= values["fixed_costs"] + values["questions_per_user"] * answer
    ):
        return 1
    each = _pays(plan, values) - values["questions_per_user"] * answer
    return ceil(values["fixed_costs"] / each) if each > 0 else None


def _segments(database: ReadOnlyDatabase, values: Values, answer: float) -> list[Segment]:
    counts = [float(str(row[0])) for row in database.run(_PEOPLE).table.rows]
    if len(counts) < _LEAST_VISITORS:
        return []
    segments, total = [], sum(counts)
    for name, low, high in _SEGMENTS:
        own = counts[round(low * len(counts)) : round(high * len(counts))]
        asked = values["questions_per_user"] * (sum(own) / len(own)) / (total / len(counts))
        margins = {plan: _pays(plan, values, asked) - asked * answer for plan in PLANS}
        segments.append(
            Segment(name, len(own) / len(counts), sum(own) / total, asked * answer, margins),
        )
    return segments


def _sensitivities(
    plan: Plan, values: Mapping[str, AssumptionValue], price_of: Callable[[Values], float]
) -> list[Sensitivity]:
    plain = {name: each.value for name, each in values.items()}
    margin = partial(_margin, plan, plain, price_of)
    found = [
        Sensitivity(each.assumption, each.origin, margin(name, 0.5), margin(name, 1.5))
        for name, each in values.items()
        if name not in _NOT_VARIED
    ]
    return sorted((each for each in found if each.swing > 0.5), key=lambda each: -each.swing)


def _margin(
    plan: Plan, values: Values, price_of: Callable[[Values], float], name: str, factor: float
) -> float:
    """The margin at the assumed number of users with one value times `factor`; a share stays at most 1."""
    value = values[name] * factor
    changed = {**values, name: min(value, 1.0) if name.endswith("_share") else value}
    return _result(plan, int(values["users"]), changed, price_of(changed)).margin


def dollars(value: float) -> str:
    """Money as a person reads it: "$1,240", "-$310", "$0.0021"."""
    text = in_words(abs(value), "dollars") if abs(value) < 10 else f"${abs(value):,.0f}"
    return f"-{text}" if value < 0 else text
