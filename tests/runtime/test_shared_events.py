"""Events of a prototype that several machines host stand in one Postgres database, each under its id."""

import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from protokit.runtime import Answer, EventLog, SettingsProblem
from protokit.runtime.settings import title_key
from protokit.runtime.usage.events import EVENTS_URL_ENV


@pytest.fixture
def url(postgres: str) -> str:
    return postgres


def log(folder: Path, title: str, id: str = "") -> EventLog:
    folder.mkdir(exist_ok=True)
    line = f"id: {id}\n" if id else ""
    (folder / "prototype.yaml").write_text(f"{line}title: {title}\n", encoding="utf-8")
    return EventLog(folder / ".protokit" / "events.db")


def answer(question: str = "How long?", text: str = "12 weeks. [1]") -> Answer:
    return Answer(question, text, "offline", dollars=None, found=True)


def test_two_folders_of_one_title_share_their_events_and_another_title_does_not(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(EVENTS_URL_ENV, url)
    here, there = log(tmp_path / "a", "Leave Helper"), log(tmp_path / "b", "Leave Helper")
    first, second = here.record(answer("One?"), session="x"), there.record(answer("Two?\0"))
    assert log(tmp_path / "c", "Travel Helper").record(answer("Three?")) > second > first
    there.feedback(first, 1, "good")
    events = here.events()
    assert [(e.id, e.fields["question"]) for e in events] == [(first, "One?"), (second, "Two?�")]
    assert (
        events[0].fields | {"feedback": 1, "comment": "good", "session": "x", "found": 1} == events[0].fields
    )
    assert here.event(first) == events[0]
    assert (here.event(), here.event(10**6)) == (events[-1], None)
    assert not here.path.exists()


def test_prototypes_of_one_title_keep_apart_by_their_id_and_a_new_title_loses_nothing(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(EVENTS_URL_ENV, url)
    ours, theirs = log(tmp_path / "a", "Pay Helper", "ours-1"), log(tmp_path / "b", "Pay Helper", "theirs-1")
    ours.record(answer("Ours?"))
    theirs.record(answer("Theirs?"))
    assert [event.fields["question"] for event in log(tmp_path / "a", "Pay Guide", "ours-1").events()] == [
        "Ours?"
    ]
    assert [event.fields["question"] for event in theirs.events()] == ["Theirs?"]


def test_what_stands_under_a_title_from_before_is_found_by_its_key(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import psycopg

    monkeypatch.setenv(EVENTS_URL_ENV, url)
    log(tmp_path / "a", "Elder Helper", "some-id").record(answer("Before?"))
    with psycopg.connect(
        url, autocommit=True
    ) as connection:  # as a program from before there were ids kept it
        connection.execute(
            "UPDATE protokit_events SET prototype = 'Elder Helper' WHERE prototype = 'some-id'"
        )
    key = title_key("Elder Helper")
    renamed = log(tmp_path / "a", "Wiser Helper", key)
    assert [event.fields["question"] for event in renamed.events()] == ["Before?"]
    assert log(tmp_path / "b", "Elder Helper", "another").events() == []


def test_they_hold_the_same_as_a_file(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = log(tmp_path / "a", "Same Helper")
    mine.record(answer())
    (kept,) = mine.events()
    monkeypatch.setenv(EVENTS_URL_ENV, url)
    mine.record(answer())
    (shared,) = mine.events()
    assert shared.fields.keys() == kept.fields.keys() | set()
    assert shared.fields | {"time": kept.fields["time"]} == kept.fields
    assert 0 <= shared.fields["time"] - kept.fields["time"] < 60


def test_many_writers_at_once_lose_nothing(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(EVENTS_URL_ENV, url)
    logs = [log(tmp_path / name, "Busy Helper") for name in "abc"]
    with ThreadPoolExecutor(6) as pool:
        numbers = list(pool.map(lambda n: logs[n % 3].record(answer(f"{n}?")), range(60)))
    assert sorted(numbers) == [event.id for event in logs[0].events()]


def test_a_server_that_is_down_costs_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("psycopg")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setenv(EVENTS_URL_ENV, f"postgresql://u:secret@127.0.0.1:{closed.getsockname()[1]}/x")
        mine = log(tmp_path / "a", "Leave Helper")
        assert mine.record(answer("Kept?")) < 0
        mine.feedback(0, 1)
    monkeypatch.delenv(EVENTS_URL_ENV)
    assert [event.fields["question"] for event in mine.events()] == ["Kept?"]


def test_events_of_a_time_without_the_server_come_back_to_it_and_no_others(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = log(tmp_path / "a", "Harbour Helper")
    mine.record(answer("Before there was a server?"))
    monkeypatch.setenv(EVENTS_URL_ENV, "postgresql://127.0.0.1:1/x")
    first, second = (mine.record(answer(f"Away {number}?"), session="s") for number in (1, 2))
    mine.feedback(first, 1, "while it is away")
    monkeypatch.setenv(EVENTS_URL_ENV, url)
    mine.record(answer("Back?"))
    mine.feedback(second, -1, "once it is back")
    for _ in range(2):
        asked = sorted(event.fields["question"] for event in mine.events())
        assert asked == ["Away 1?", "Away 2?", "Back?"]
    judged = {event.fields["question"]: event.fields["comment"] for event in mine.events()}
    assert judged == {"Away 1?": "while it is away", "Away 2?": "once it is back", "Back?": ""}
    monkeypatch.setenv(EVENTS_URL_ENV, "postgresql://127.0.0.1:1/x")
    third = mine.record(answer("Away again?"))
    mine.feedback(first, -1, "the first again, and nobody else's")
    monkeypatch.setenv(EVENTS_URL_ENV, url)
    mine.feedback(third, 1, "the third")
    judged = {event.fields["question"]: event.fields["comment"] for event in mine.events()}
    assert (judged["Away again?"], judged["Away 1?"]) == ("the third", "while it is away")
    monkeypatch.delenv(EVENTS_URL_ENV)
    assert [event.fields["question"] for event in mine.events()] == ["Before there was a server?"]


def test_a_url_of_something_else_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(EVENTS_URL_ENV, "mysql://host")
    with pytest.raises(SettingsProblem, match="PROTOKIT_EVENTS_URL is not a postgresql:// URL"):
        log(tmp_path / "a", "Leave Helper").record(answer())
