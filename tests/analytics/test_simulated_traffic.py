"""Simulated traffic shows what the numbers will be like, is labelled, and never stands beside that of visitors."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec

from protokit.analytics.memo import memo_as_html, write_memo
from protokit.analytics.metrics import measure
from protokit.analytics.simulated_traffic import TrafficModel, simulate_month
from protokit.analytics.usage_tables import database_of, is_simulated
from protokit.runtime import Answer
from tests.analytics.test_decision import Usage

NOW = datetime(2026, 11, 30, 18, tzinfo=UTC).timestamp()
TRAFFIC = msgspec.convert(
    {"visitors": 40, "return_rate": 0.05, "pleased": 0.9, "would_use": 0.8, "right": 0.9, "gaps": 0.2}
    | {"model": "openai:gpt-4.1-mini", "seconds": 2.0, "comments": ["Quick."]},
    TrafficModel,
)
ANSWERS = [
    Answer("How long is leave?", "12 weeks.", "offline"),
    Answer("Who feeds the fish?", "Not stated.", "offline", found=False),
]


def numbers(usage: Usage) -> dict[str, float | None]:
    return {each.metric.name: each.value for each in measure(database_of(usage.folder))}


def test_a_month_of_simulated_traffic_is_the_same_each_time_and_says_what_it_is(tmp_path: Path) -> None:
    first, second = Usage(tmp_path / "one"), Usage(tmp_path / "two")
    for usage in (first, second):
        assert simulate_month(usage.folder, TRAFFIC, ANSWERS, seed=1, now=NOW) > 80
    assert numbers(first) == numbers(second)
    assert numbers(first)["visitors"] == 40
    assert 0.7 < (numbers(first)["answered"] or 0) < 0.9
    assert is_simulated(database_of(first.folder))
    assert "Simulated traffic" in memo_as_html(write_memo(first.folder))


def test_from_the_first_visitor_on_nothing_simulated_is_counted(tmp_path: Path) -> None:
    usage = Usage(tmp_path / "leave")
    simulate_month(usage.folder, TRAFFIC, ANSWERS, seed=1, now=NOW)
    usage.log.record_opinion("visitor 1", "board", 1, 9, "Splendid.")
    usage.ask("ann", 1)
    after = numbers(usage)
    assert (after["visitors"], after["questions"]) == (1, 1)
    assert not is_simulated(database_of(usage.folder))
    memo = write_memo(usage.folder)
    assert memo.quotes == ["Splendid."]
    assert "Simulated traffic" not in memo_as_html(memo)
