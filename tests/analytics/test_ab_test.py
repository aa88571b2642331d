"""Two ideas split by visitor: equal ones seldom have a winner, however often one looks, and different ones do."""

from pathlib import Path
from random import Random

import pytest

from protokit.analytics.ab_test import compare_visitors, shares_by_visitor
from protokit.analytics.usage_tables import database_of
from tests.analytics.test_decision import Usage


def visitors(chance: Random, share: float, count: int) -> list[float]:
    """What each gave: of one to twelve answers, those that they accept."""
    shares = []
    for _ in range(count):
        asked = chance.randint(1, 12)
        shares.append(sum(chance.random() < share for _ in range(asked)) / asked)
    return shares


def winners(first: float, second: float, count: int, times: int) -> list[str]:
    chance = Random(1)
    return [
        compare_visitors(visitors(chance, first, count), visitors(chance, second, count)).verdict
        for _ in range(times)
    ]


def test_equal_ideas_have_a_winner_in_at_most_one_of_twenty_comparisons() -> None:
    verdicts = winners(0.6, 0.6, 200, 1_000)
    assert sum("better" in verdict for verdict in verdicts) <= 50
    assert verdicts.count("no difference that matters") > 500


def test_a_difference_of_fifteen_points_is_found_with_two_hundred_visitors() -> None:
    verdicts = winners(0.75, 0.6, 100, 300)
    assert verdicts.count("A is better") >= 240
    assert verdicts.count("B is better") <= 3
    assert winners(0.6, 0.75, 100, 100).count("B is better") >= 80


def test_the_verdict_stands_once_it_was_found() -> None:
    first, second = [1.0] * 30, [0.0] * 30
    found = compare_visitors(first, second)
    assert found.verdict == "A is better"
    assert found.decided_at
    later = compare_visitors(first + [0.0] * 200, second + [1.0] * 200)
    assert (later.verdict, later.decided_at) == (found.verdict, found.decided_at)
    assert compare_visitors(first[:3], second[:3]).verdict == "too few yet"
    assert compare_visitors([], []).shares == (None, None)


def test_each_visitor_counts_once(tmp_path: Path) -> None:
    usage = Usage(tmp_path / "leave")
    for number in range(9):
        usage.ask("ann", 0, f"Question {number}?", thumbs=1)
    usage.ask("bob", 0, thumbs=-1)
    database = database_of(usage.folder)
    assert shares_by_visitor(database, "thumbs_up") == [1.0, 0.0]
    assert shares_by_visitor(database, "thumbs_up", frozenset({"bob"})) == [0.0]
    with pytest.raises(KeyError):
        shares_by_visitor(database, "joy")
