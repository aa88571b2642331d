"""The budget holds: with many callers in many processes, after a kill, after a restart."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from protokit.runtime.prototype_fields import SpendingLimits
from protokit.runtime.usage.budget import Budget, BudgetExceeded

NOON = datetime(2026, 3, 31, 12, 0, tzinfo=UTC).timestamp()


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> float:
        return self.now


@pytest.fixture(params=["sqlite", "postgres"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield str(tmp_path / "budget.db")
        return
    url: str = request.getfixturevalue("postgres")
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS budget_spent, budget_holds, budget_asked")
    yield url


def worker(where: str, limits: str, body: str) -> subprocess.Popen[str]:
    """A process of its own with a `budget` at `where`."""
    code = (
        "import sys\nfrom concurrent.futures import ThreadPoolExecutor\n"
        "from protokit.runtime.prototype_fields import SpendingLimits\n"
        "from protokit.runtime.usage.budget import Budget, BudgetExceeded\n"
        f"budget = Budget({where!r}, SpendingLimits({limits}))\n"
        "def ask(number):\n"
        "    try:\n"
        "        held = budget.reserve(0.01, 100, session='s', visitor=f'v{number}')\n"
        "    except BudgetExceeded:\n"
        "        return 0\n"
        "    budget.settle(held, 0.01, 80)\n"
        "    return 1\n" + body
    )
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)


def test_fifty_callers_in_five_processes_spend_the_limit_and_not_a_cent_more(where: str) -> None:
    body = "with ThreadPoolExecutor(10) as pool:\n    print(sum(pool.map(ask, range(20))))"
    processes = [worker(where, "dollars_total=0.30", body) for _ in range(5)]
    served = sum(int(process.communicate(timeout=60)[0]) for process in processes)
    assert served == 30
    spent = Budget(where, SpendingLimits()).spent()
    assert spent.in_all == pytest.approx(0.30)
    assert spent.held == 0


def test_calls_under_way_hold_their_room(where: str) -> None:
    budget = Budget(where, SpendingLimits(dollars_per_day=1.0))
    first = budget.reserve(0.6, 10, session="a", visitor="x")
    with pytest.raises(BudgetExceeded):
        budget.reserve(0.6, 10, session="b", visitor="y")
    budget.settle(first, 0.1, 10)
    budget.reserve(0.6, 10, session="b", visitor="y")


def test_a_caller_killed_in_mid_call_holds_its_room_and_is_booked_when_it_expires(where: str) -> None:
    body = (
        "budget.reserve(0.9, 100, session='s', visitor='v')\n"
        "print('reserved', flush=True)\nimport time; time.sleep(60)"
    )
    process = worker(where, "dollars_per_day=1.0", body)
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "reserved"
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=10)

    clock = Clock()
    clock.now = datetime.now(UTC).timestamp()
    after = Budget(where, SpendingLimits(dollars_total=1.0), clock=clock)
    with pytest.raises(BudgetExceeded):
        after.reserve(0.9, 100, session="t", visitor="w")
    assert after.spent().held == pytest.approx(0.9)
    clock.now += 301
    assert (after.spent().in_all, after.spent().held) == (pytest.approx(0.9), 0)
    with pytest.raises(BudgetExceeded, match="Too little is left") as refused:
        after.reserve(0.9, 100, session="t", visitor="w")
    assert not refused.value.passing
    assert after.reserve(0.1, 100, session="t", visitor="w").dollars == 0.1


def test_what_was_spent_is_remembered_after_a_restart(where: str) -> None:
    clock = Clock()
    budget = Budget(where, SpendingLimits(dollars_total=1.0), clock=clock)
    budget.settle(budget.reserve(0.8, 10, session="a", visitor="x"), 0.7, 9)
    again = Budget(where, SpendingLimits(dollars_total=1.0), clock=clock)
    assert (again.spent().today, again.spent().in_all, again.spent().held) == (0.7, 0.7, 0)
    with pytest.raises(BudgetExceeded, match=r"budget of \$1\.00") as refused:
        again.reserve(0.4, 10, session="a", visitor="x")
    assert refused.value.opens_at is None


def test_a_day_begins_at_midnight_utc(where: str) -> None:
    clock = Clock()
    budget = Budget(where, SpendingLimits(dollars_per_day=1.0), clock=clock)
    budget.settle(budget.reserve(1.0, 10, session="a", visitor="x"), 1.0, 9)
    with pytest.raises(BudgetExceeded, match="opens again at 00:00:00 UTC on 2026-04-01") as refused:
        budget.reserve(0.1, 10, session="a", visitor="x")
    assert refused.value.limit == "dollars_per_day"
    assert refused.value.opens_at == datetime(2026, 4, 1, tzinfo=UTC)
    clock.now = datetime(2026, 4, 1, tzinfo=UTC).timestamp()
    budget.reserve(1.0, 10, session="a", visitor="x")
    assert budget.spent().today == 0


def test_a_call_over_midnight_is_booked_on_the_day_it_was_reserved(where: str) -> None:
    clock = Clock()
    budget = Budget(where, SpendingLimits(dollars_per_day=1.0), clock=clock)
    held = budget.reserve(1.0, 10, session="a", visitor="x")
    clock.now += 13 * 3600
    budget.settle(held, 1.0, 9)
    assert budget.spent().today == 0
    assert budget.spent().in_all == 1.0


def test_questions_per_minute_count_for_each_visitor_and_open_again(where: str) -> None:
    clock = Clock()
    budget = Budget(where, SpendingLimits(questions_per_minute=2), clock=clock)
    for _ in range(2):
        budget.settle(budget.reserve(None, 10, session="a", visitor="x"), None, 5)
        clock.now += 10
    with pytest.raises(BudgetExceeded, match="2 questions within a minute") as refused:
        budget.reserve(None, 10, session="a", visitor="x")
    budget.reserve(None, 10, session="b", visitor="y")
    assert refused.value.opens_at is not None
    clock.now = refused.value.opens_at.timestamp()
    budget.reserve(None, 10, session="a", visitor="x")


def test_a_session_has_its_own_tokens(where: str) -> None:
    budget = Budget(where, SpendingLimits(tokens_per_session=100))
    budget.settle(budget.reserve(0.0, 90, session="a", visitor="x"), 0.0, 80)
    with pytest.raises(BudgetExceeded, match="start a new one"):
        budget.reserve(0.0, 21, session="a", visitor="x")
    budget.reserve(0.0, 20, session="a", visitor="x")
    budget.reserve(0.0, 100, session="b", visitor="x")


def test_an_unknown_price_is_refused_only_where_money_is_limited(where: str) -> None:
    with pytest.raises(BudgetExceeded, match="price of this model is not known"):
        Budget(where, SpendingLimits(dollars_per_day=1.0)).reserve(None, 10, session="a", visitor="x")
    Budget(where, SpendingLimits(tokens_per_session=100)).reserve(None, 10, session="a", visitor="x")


def test_settling_twice_or_late_books_once(where: str) -> None:
    clock = Clock()
    budget = Budget(where, SpendingLimits(dollars_total=1.0), clock=clock)
    held = budget.reserve(0.5, 10, session="a", visitor="x")
    clock.now += 1000
    budget.reserve(0.5, 10, session="a", visitor="x")
    assert budget.spent().in_all == pytest.approx(0.5)
    budget.settle(held, 0.4, 9)
    budget.settle(held, 0.4, 9)
    assert budget.spent().in_all == pytest.approx(0.4)


def test_an_answer_under_way_does_not_tell_others_that_the_budget_is_used(where: str) -> None:
    budget = Budget(where, SpendingLimits(dollars_per_day=1.0, dollars_total=1.0, tokens_per_session=100))
    held = budget.reserve(0.9, 90, session="a", visitor="x")
    for session in ("a", "b"):
        with pytest.raises(BudgetExceeded, match="Other answers are being written") as refused:
            budget.reserve(0.2, 20, session=session, visitor="y")
        assert refused.value.passing
        assert "used" not in str(refused.value)
    budget.settle(held, 0.9, 90)
    with pytest.raises(BudgetExceeded, match="Too little is left of the budget") as refused:
        budget.reserve(0.2, 20, session="b", visitor="y")
    assert not refused.value.passing
    budget.settle(budget.reserve(0.1, 10, session="b", visitor="y"), 0.1, 10)
    with pytest.raises(BudgetExceeded, match="has used its budget"):
        budget.reserve(0.1, 10, session="b", visitor="y")


def test_a_refused_call_leaves_no_trace(where: str) -> None:
    budget = Budget(where, SpendingLimits(questions_per_minute=5, dollars_total=0.1))
    for _ in range(9):
        with pytest.raises(BudgetExceeded, match="budget"):
            budget.reserve(1.0, 10, session="a", visitor="x")
    assert budget.spent().held == 0
    budget.reserve(0.1, 10, session="a", visitor="x")


def test_ten_cents_fit_ten_times_into_a_dollar(where: str) -> None:
    budget = Budget(where, SpendingLimits(dollars_total=1.0))
    for _ in range(10):
        budget.settle(budget.reserve(0.1, 1, session="a", visitor="x"), 0.1, 1)
    with pytest.raises(BudgetExceeded):
        budget.reserve(0.1, 1, session="a", visitor="x")


def test_accounts_in_one_place_share_nothing(where: str) -> None:
    limits = SpendingLimits(
        dollars_per_day=1.0, dollars_total=1.0, tokens_per_session=10, questions_per_minute=1
    )
    one, other = (Budget(where, limits, account=name) for name in ("Leave Helper", "Search"))
    held = one.reserve(1.0, 10, session="a", visitor="x")
    other.reserve(1.0, 10, session="a", visitor="x")
    one.settle(held, 1.0, 10)
    assert (one.spent().in_all, one.spent().held) == (1.0, 0)
    assert (other.spent().in_all, other.spent().held) == (0, 1.0)
    with pytest.raises(BudgetExceeded):
        Budget(where, limits, account="Leave Helper").reserve(0.1, 1, session="b", visitor="y")


def test_threads_share_one_budget(tmp_path: Path) -> None:
    budget = Budget(str(tmp_path / "deep" / "budget.db"), SpendingLimits(dollars_total=0.05))

    def ask(number: int) -> bool:
        try:
            budget.reserve(0.01, 1, session="a", visitor=str(number))
        except BudgetExceeded:
            return False
        return True

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(ask, range(40))) == 5
