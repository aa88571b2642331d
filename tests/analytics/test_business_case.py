"""The business case: three ways of pricing side by side, what was measured, what is assumed, and what decides."""

from pathlib import Path

import pytest

from protokit.analytics.business_case import SIZES, make_case, price_models
from protokit.analytics.usage_tables import database_of
from protokit.errors import ChoiceProblem
from tests.analytics.test_decision import Usage
from tests.support.terminal import inside

OWN = {
    "questions_per_user": 10,
    "tokens_in": 1_000,
    "tokens_out": 1_000,
    "paying_share": 0.5,
    "subscription_price": 10,
    "answer_price": 0.2,
    "licence_price": 400,
    "users_per_licence": 200,
    "fixed_costs": 1_000,
    "build_cost": 10_000,
    "accepted_share": 0.5,
    "minutes_saved": 6,
    "hourly_cost": 50,
}
PRICES = {"own:model": (1.0, 9.0)}  # a cent for 1,000 tokens in and 1,000 out


@pytest.fixture
def usage(tmp_path: Path) -> Usage:
    return Usage(tmp_path / "leave")


def test_plans_stand_side_by_side_and_add_up(usage: Usage) -> None:
    case = make_case(database_of(usage.folder), OWN, "own:model", PRICES)
    assert case.answer_cost == pytest.approx(0.01)
    margins = {plan: [round(each.margin) for each in results] for plan, results in case.results.items()}
    assert [each.users for each in case.results["usage"]] == list(SIZES)
    assert margins == {
        "subscription": [
            -510,
            3_900,
            48_000,
        ],  # 5 dollars a user come in, 10 cents go to the model, 1,000 are fixed
        "usage": [-910, -100, 8_000],
        "licence": [
            -610,
            900,
            18_000,
        ],  # the first organisation pays for a licence, however few its people are
    }
    assert case.break_even == {"subscription": 205, "usage": 1_112, "licence": 527}
    assert (case.best.plan, case.payback) == ("subscription", pytest.approx(10_000 / 3_900))
    assert case.saved == pytest.approx(5 - 0.02)  # six minutes, less two answers for an accepted one
    assert case.saved_a_month == pytest.approx(1_000 * 10 * 0.5 * 4.98)


def test_the_assumption_that_moves_the_margin_most_comes_first(usage: Usage) -> None:
    case = make_case(database_of(usage.folder), OWN, "own:model", PRICES)
    first, second, *_ = case.sensitivities
    assert {first.assumption.name, second.assumption.name} == {"paying_share", "subscription_price"}
    assert (first.low, first.high) == (pytest.approx(1_400), pytest.approx(6_400))
    swings = [each.swing for each in case.sensitivities]
    assert swings == sorted(swings, reverse=True)


def test_what_was_measured_is_told_from_what_is_assumed_and_from_the_owners(usage: Usage) -> None:
    for number in range(20):
        for _ in range(8 if number < 2 else 2):
            usage.ask(f"v{number}", number)
    case = make_case(database_of(usage.folder), {"paying_share": 0.1})
    measured = case.values["questions_per_user"]
    assert (measured.value, measured.source) == (pytest.approx(52 / 20), "measured, of 20")
    assert case.values["paying_share"].source == "yours"
    assert case.values["hourly_cost"].source == "assumption"
    heavy = case.segments[-1]
    assert (heavy.visitors, heavy.questions) == (pytest.approx(0.1), pytest.approx(16 / 52))
    assert heavy.model_cost == pytest.approx(8 * case.answer_cost)


def test_every_model_of_the_price_table_has_a_row_the_cheapest_first(usage: Usage) -> None:
    prices = price_models(make_case(database_of(usage.folder), OWN))
    assert len(prices) > 100
    assert [each.answer for each in prices] == sorted(each.answer for each in prices)
    usual = next(each for each in prices if each.model == "openai:gpt-4.1-mini")
    assert usual.answer == pytest.approx(0.0004 + 0.0016)


def test_a_number_that_cannot_be_is_told(usage: Usage) -> None:
    database = database_of(usage.folder)
    for own, words in (
        ({"joy": 1.0}, '"joy" is not one of'),
        ({"paying_share": 3.0}, "paying_share cannot be 3"),
    ):
        with pytest.raises(ChoiceProblem, match=words):
            make_case(database, own)
    with pytest.raises(ChoiceProblem, match="no price is known"):
        make_case(database, {}, "openai:no-such-model")


def test_the_terminal_and_the_memo_show_the_case(usage: Usage) -> None:
    spec = usage.folder / "prototype.yaml"
    spec.write_text(f"{spec.read_text(encoding='utf-8')}assumptions:\n  users: 2000\n", encoding="utf-8")
    done = inside("case", str(usage.folder), "--set", "fixed_costs=0", cwd=usage.folder)
    assert done.code == 0, done.err
    assert "With 2,000 users a month, an API licence leaves most" in done.out
    assert inside("case", str(usage.folder), "--set", "users=many", cwd=usage.folder).code != 0
    memo = usage.folder / "memo.md"
    assert inside("memo", str(usage.folder), "--out", str(memo), cwd=usage.folder).code == 0
    assert "| API licence |" in memo.read_text(encoding="utf-8")
