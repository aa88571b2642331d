"""An agent completes a form in talk and acts on a card once, and only as the card says."""

import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from protokit.runtime import ActionCard, ActionCards, AgentRequest, SimulatedSystem, Turn, agent_texts
from protokit.runtime.agent.agent_texts import agent_languages
from protokit.runtime.agent.read_message import read_message
from protokit.runtime.agent.spoken_dates import find_moments
from protokit.runtime.agent.spoken_numbers import find_numbers
from protokit.runtime.page_texts import languages
from protokit.runtime.prototype_fields import Action, ActionField
from protokit.runtime.yaml_checks import convert

BLUEPRINT = Path(__file__).parents[2] / "blueprints" / "agent"
NOW = datetime(2026, 3, 4, 10, 0)  # a Wednesday
ME = {"session": "talk", "visitor": "me"}


def actions() -> tuple[Action, ...]:
    card = yaml.safe_load((BLUEPRINT / "blueprint.yaml").read_text(encoding="utf-8"))
    return tuple(convert(Action, each, where="blueprint.yaml") for each in card["actions"])


@pytest.fixture
def system(tmp_path: Path) -> SimulatedSystem:
    return SimulatedSystem(tmp_path / "simulation.db", BLUEPRINT / "knowledge", now=NOW)


def talk(system: SimulatedSystem, *lines: str, language: str = "en") -> list[str]:
    """What the agent says to each line, one after the other."""
    history: list[Turn] = []
    for line in lines:
        request = AgentRequest(
            line, actions(), system, **ME, history=tuple(history), language=language, now=NOW
        )
        history.append(Turn(line, request.offline().text))
    return [turn.answer for turn in history]


def open_card(system: SimulatedSystem) -> ActionCard:
    card = cards(system).open_card(**ME)
    assert card is not None
    return card


def cards(system: SimulatedSystem) -> ActionCards:
    return ActionCards(system, actions(), agent_texts("en"))


def done(system: SimulatedSystem) -> list[dict[str, object]]:
    return [dict(row.record) for row in system.rows("bookings") if not row.is_sample]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["Book Curie for tomorrow at 3pm for 6 people"], ("Curie", "2026-03-05", "15:00", 1.0, 6.0)),
        (
            ["I need a room", "for 10 people", "Darwin", "next Friday", "half past nine in the morning"],
            ("Darwin", "2026-03-13", "09:30", 1.0, 10.0),
        ),
        (
            ["Book Ada on Monday at 10 for 4 people", "No, make it Babbage", "and two hours, at 11:15"],
            ("Babbage", "2026-03-09", "11:15", 2.0, 4.0),
        ),
    ],
)
def test_a_form_is_completed_in_any_order_and_the_last_word_counts(
    system: SimulatedSystem, lines: Sequence[str], expected: tuple[object, ...]
) -> None:
    talk(system, *lines)
    arguments = open_card(system).arguments
    assert tuple(arguments[name] for name in ("room", "date", "start", "duration", "people")) == expected


@pytest.mark.parametrize(
    ("line", "project"),
    [
        ("Log two hours for the lo-fi website project", "lo-fi website"),
        ("Two hours on my Blue Whale project please", "Blue Whale"),
        ("Log two hours, the project is called Blue Whale", "Blue Whale"),
        ("Log two hours for the project", None),
    ],
)
def test_a_value_stands_before_or_behind_the_word_of_its_field(line: str, project: str | None) -> None:
    fields = [ActionField(name="project"), ActionField(name="customer")]
    values = read_message(line, fields, now=NOW)
    assert {name: value.value for name, value in values.items()} == ({"project": project} if project else {})


def test_what_is_missing_is_asked_for_and_nothing_is_guessed(system: SimulatedSystem) -> None:
    (said,) = talk(system, "I need a room for 10 people")
    assert "room (Ada" in said
    assert "date: which day?" in said
    assert cards(system).open_card(**ME) is None


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("Book Ada tomorrow at 9:30 for 3 people", "Already taken: Ada, 2026-03-05, 09:00"),
        ("Book Ada tomorrow at 11 for 9 people", "people: at most 4"),
        ("Book Ada yesterday at 11 for 3 people", "2026-03-03 lies in the past"),
    ],
)
def test_a_form_that_cannot_be_done_says_why_and_has_no_card(
    system: SimulatedSystem, line: str, why: str
) -> None:
    assert why in talk(system, line)[0]
    assert cards(system).open_card(**ME) is None


def test_it_looks_up_what_is_free(system: SimulatedSystem) -> None:
    assert "Already taken: Babbage" in talk(system, "Is Babbage free tomorrow at 3pm?")[0]
    assert talk(system, "Which rooms are free tomorrow at 3pm?")[0].startswith(
        "Free then: Curie, Darwin, Euler"
    )


def test_an_approved_card_is_done_once_and_can_be_taken_back(system: SimulatedSystem) -> None:
    talk(system, "Book Curie for tomorrow at 3pm for 6 people")
    code = open_card(system).code
    said = talk(
        system, f"Approve #{code}", f"Approve #{code}", f"Undo #{code}", f"Undo #{code}", f"Approve #{code}"
    )
    assert said[0].startswith("Done in the simulation")
    assert "not done a second time" in said[1]
    assert said[2] == "Taken back: Book a meeting room."
    assert said[3] == said[4] == "This card is no longer open. Nothing was done."
    assert done(system) == []


def test_a_card_is_of_no_use_to_anybody_else_and_not_after_a_change(system: SimulatedSystem) -> None:
    talk(system, "Book Curie for tomorrow at 3pm for 6 people")
    first = open_card(system)
    assert (
        cards(system).approve(first.code, session="talk", visitor="other", today=NOW.date()).happened
        == "not open"
    )
    assert (
        cards(system).approve(first.code, session="other", visitor="me", today=NOW.date()).happened
        == "not open"
    )
    talk(system, "Book Curie for tomorrow at 3pm for 6 people", "make it 4 pm")
    assert cards(system).approve(first.code, **ME, today=NOW.date()).happened == "not open"
    other = {**open_card(system).arguments, "people": 7.0}
    assert (
        cards(system).approve(open_card(system).code, **ME, today=NOW.date(), arguments=other).happened
        == "not open"
    )
    assert done(system) == []


def test_of_two_cards_for_the_same_room_and_time_one_is_done(system: SimulatedSystem) -> None:
    codes = []
    for session in ("one", "two"):
        arguments = {"room": "Curie", "date": "2026-03-05", "start": "15:00", "duration": 1.0, "people": 6.0}
        codes.append(cards(system).propose(actions()[0], arguments, session=session, visitor="").code)
    outcomes = [
        cards(system).approve(code, session=session, visitor="", today=NOW.date())
        for code, session in zip(codes, ("one", "two"), strict=True)
    ]
    assert [each.happened for each in outcomes] == ["done", "failed"]
    assert outcomes[1].card
    assert outcomes[1].card.why.startswith("Already taken: Curie")


def test_clicks_at_once_do_it_once(system: SimulatedSystem) -> None:
    talk(system, "Book Curie for tomorrow at 3pm for 6 people")
    code, happened = open_card(system).code, []
    clicks = [
        threading.Thread(
            target=lambda: happened.append(cards(system).approve(code, **ME, today=NOW.date()).happened)
        )
        for _ in range(8)
    ]
    for click in clicks:
        click.start()
    for click in clicks:
        click.join()
    assert sorted(happened) == ["already"] * 7 + ["done"]
    assert len(done(system)) == 1


KILLED = """
import sys
from tests.runtime.test_agent import ME, NOW, cards
from protokit.runtime import SimulatedSystem
from pathlib import Path
system = SimulatedSystem(Path(sys.argv[1]), Path(sys.argv[2]), now=NOW)
system.rows("bookings")
print("ready", flush=True)
sys.stdin.readline()
cards(system).approve(sys.argv[3], **ME, today=NOW.date())
print("done", flush=True)
"""


def test_a_process_killed_while_it_acts_has_done_it_once_or_not_at_all(system: SimulatedSystem) -> None:
    talk(system, "Book Curie for tomorrow at 3pm for 6 people")
    card = open_card(system)
    for wait in (0.0, 0.002):
        words = [sys.executable, "-c", KILLED, str(system.path), str(system.knowledge), card.code]
        process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert process.stdin
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        process.stdin.write("\n")
        process.stdin.flush()
        threading.Event().wait(wait)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    state = cards(system).find(card.code, **ME)
    assert state is not None
    assert len(done(system)) == (state.state == "done")
    cards(system).approve(card.code, **ME, today=NOW.date())
    assert len(done(system)) == 1


def test_what_was_done_stays_when_the_samples_are_read_anew(system: SimulatedSystem) -> None:
    talk(system, "Book Curie for tomorrow at 3pm for 6 people")
    cards(system).approve(open_card(system).code, **ME, today=NOW.date())
    later = SimulatedSystem(system.path, system.knowledge, now=NOW + timedelta(days=1))
    assert len([row for row in later.rows("bookings") if not row.is_sample]) == 1
    assert {row.record["date"] for row in later.rows("bookings") if row.is_sample} >= {"2026-03-06"}


def test_an_agent_speaks_every_language_of_pages(system: SimulatedSystem) -> None:
    assert set(agent_languages()) == set(languages())
    said = talk(system, "Buche Curie für morgen um halb drei für 6 Personen", language="de")[0]
    assert open_card(system).arguments["start"] == "14:30"
    assert "Nichts geschieht, bevor Sie genehmigen." in said
    assert "Ausgeführt" in talk(system, f"Genehmigen #{open_card(system).code}", language="de")[0].title()


@pytest.mark.parametrize(
    ("language", "text", "number"),
    [
        ("en", "two and a half million", 2_500_000),
        ("de", "zweitausenddreihundertvierundfünfzig", 2354),
        ("fr", "quatre-vingt-dix-sept", 97),
        ("es", "treinta y tres mil", 33_000),
        ("it", "duecentoquarantuno", 241),
        ("pt", "cento e vinte e um", 121),
        ("nl", "zevenenzestig", 67),
        ("pl", "dwieście trzydzieści pięć", 235),
        ("tr", "üç yüz kırk iki", 342),
        ("zh", "三千零五十", 3050),
        ("ja", "二万五千", 25_000),
    ],
)
def test_numbers_in_words_are_read_in_eleven_languages(language: str, text: str, number: float) -> None:
    assert [each.value for each in find_numbers(text, language)] == [number]


@pytest.mark.parametrize(
    ("language", "text", "day", "clock"),
    [
        ("en", "the day after tomorrow at quarter to six in the evening", date(2026, 3, 6), "17:45"),
        ("de", "nächsten Dienstag um 14 Uhr 30", date(2026, 3, 10), "14:30"),
        ("fr", "le 3 avril à 9h15", date(2026, 4, 3), "09:15"),
        ("es", "mañana a las ocho y media de la tarde", date(2026, 3, 5), "20:30"),
        ("it", "venerdì alle 16:00", date(2026, 3, 6), "16:00"),
        ("pt", "depois de amanhã às 10h", date(2026, 3, 6), "10:00"),
        ("nl", "over twee weken om half vier", date(2026, 3, 18), "15:30"),
        ("pl", "jutro o 15:00", date(2026, 3, 5), "15:00"),
        ("tr", "yarın saat 14:00", date(2026, 3, 5), "14:00"),
        ("zh", "明天下午三点半", date(2026, 3, 5), "15:30"),
        ("ja", "3月20日の午前9時", date(2026, 3, 20), "09:00"),
    ],
)
def test_days_and_times_are_read_in_eleven_languages(language: str, text: str, day: date, clock: str) -> None:
    moments = find_moments(text, NOW, language)
    assert [each.day for each in moments if each.kind == "date"] == [day]
    assert [each.clock for each in moments if each.kind == "time"] == [clock]


def test_disturbed_runs_have_no_wrong_action(system: SimulatedSystem) -> None:
    """Changes of mind, double clicks, cards of before, other people's clicks, undo: in any order."""
    chance, wanted = random.Random(7), []
    for _ in range(40):
        room, hour = chance.choice(["Ada", "Curie", "Euler"]), chance.randint(8, 17)
        day = date(2026, 3, 9) + timedelta(chance.randint(0, 20))
        arguments = {
            "room": room,
            "date": day.isoformat(),
            "start": f"{hour:02d}:00",
            "duration": 1.0,
            "people": 3.0,
        }
        card = cards(system).propose(actions()[0], arguments, **ME)
        shown = card
        if chance.random() < 0.4:
            shown = cards(system).propose(actions()[0], {**arguments, "start": f"{hour:02d}:30"}, **ME)
        before = done(system)
        for _ in range(chance.randint(0, 3)):
            code = chance.choice([card.code, shown.code])
            visitor = chance.choice(["me", "me", "other"])
            changed = chance.choice([None, None, {**shown.arguments, "room": "Darwin"}])
            outcome = cards(system).approve(
                code, session="talk", visitor=visitor, today=NOW.date(), arguments=changed
            )
            if outcome.happened == "done":
                assert (code, visitor, changed) == (shown.code, "me", None)
        after = done(system)
        new = [record for record in after if record not in before]
        state = cards(system).find(shown.code, **ME)
        assert new == ([dict(shown.arguments)] if state and state.state == "done" else [])
        wanted += new
    assert len(wanted) > 10
    assert done(system) == wanted
