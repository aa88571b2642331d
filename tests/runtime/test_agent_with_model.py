"""An agent with a model: it proposes, a card is shown, and what stands on the card is done once or not at all."""

from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from protokit.runtime import (
    AgentRequest,
    Answer,
    Reply,
    Settings,
    SimulatedSystem,
)
from protokit.runtime.models.acting_engine import connect_agent
from protokit.runtime.usage.events import EventLog
from tests.runtime.test_agent import BLUEPRINT, ME, NOW, actions, cards, done, open_card
from tests.support import model_server
from tests.support.model_server import MODEL, ModelServer

CURIE = {"room": "Curie", "date": "2026-03-05", "start": "15:00", "duration": 1, "people": 6}
BOOK = "book_a_meeting_room"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    with model_server.running() as running:
        monkeypatch.setenv("OPENAI_BASE_URL", running.url)
        monkeypatch.setenv("OPENAI_API_KEY", "test")
        running.behaviour.pieces = ["All set."]
        yield running


class Room:
    """A prototype's folder, its system, and one visitor who talks to it."""

    def __init__(self, folder: Path, more: str = "") -> None:
        told = f'title: Rooms\nmodel: "openai:{MODEL}"\nprices: {{"openai:{MODEL}": [1000, 1000]}}\n{more}'
        (folder / "prototype.yaml").write_text(told, encoding="utf-8")
        self.folder = folder
        self.system = SimulatedSystem(
            folder / ".protokit" / "simulation.db", BLUEPRINT / "knowledge", now=NOW
        )

    def say(self, text: str) -> Answer:
        settings = Settings.read(self.folder)
        request = AgentRequest(text, actions(), self.system, **ME, now=NOW, calls=settings.agent_limits.steps)
        engine = connect_agent(settings.model, settings)
        return Reply(
            lambda: request, engine, settings, EventLog(self.folder / "events.db"), ME["session"]
        ).answer


@pytest.fixture
def room(tmp_path: Path, server: ModelServer) -> Room:
    return Room(tmp_path)


def calls(*each: Any) -> list[list[tuple[str, dict[str, Any]]]]:
    return [[call] for call in each]


def test_a_model_looks_up_and_proposes_and_the_card_is_done_once_after_its_approval(
    room: Room, server: ModelServer
) -> None:
    server.behaviour.calls = calls(("look_up", {"table": "rooms", "words": "Curie"}), (BOOK, CURIE))
    answer = room.say("Curie tomorrow at three for six")
    assert "→ The simulated system: 1" in answer.text
    assert answer.table
    assert ("room", "Curie") in answer.table.rows
    assert (done(room.system), answer.tokens_in, answer.dollars) == ([], 642, 0.656)
    code = open_card(room.system).code
    text = room.say(f"Approve #{code}").text
    assert (text.count("Done in the simulation"), text.endswith("\n\nAll set.")) == (1, True)
    assert "not done a second time" in room.say(f"Approve #{code}").text
    assert [row["room"] for row in done(room.system)] == ["Curie"]
    assert "Done in the simulation" in str(server.asked[-1]["messages"])


def test_arguments_that_change_after_the_approval_become_another_card_and_nothing_else(
    room: Room, server: ModelServer
) -> None:
    server.behaviour.calls = calls((BOOK, CURIE), (BOOK, CURIE | {"room": "Euler", "people": 12}))
    room.say("Curie tomorrow at three for six")
    room.say(f"Approve #{open_card(room.system).code}")
    assert [row["room"] for row in done(room.system)] == ["Curie"]
    assert open_card(room.system).arguments["room"] == "Euler"


def test_what_cannot_be_done_goes_back_to_the_model_and_has_no_card(room: Room, server: ModelServer) -> None:
    server.behaviour.calls = calls(
        ("delete_everything", {}),
        (BOOK, CURIE | {"room": "Atlantis"}),
        (BOOK, CURIE | {"date": "tomorrow"}),
        (BOOK, CURIE | {"people": True}),
        (BOOK, CURIE | {"date": "2020-01-01"}),
        (BOOK, CURIE | {"approved": True}),
        (BOOK, {"room": "Curie"}),
    )
    answer = room.say("Do it")
    assert answer.text.endswith("All set.")
    assert len(server.asked) == 8
    assert (cards(room.system).open_card(**ME), done(room.system)) == (None, [])


def test_two_actions_at_once_are_one_card(room: Room, server: ModelServer) -> None:
    server.behaviour.calls = [[(BOOK, CURIE), (BOOK, CURIE | {"room": "Euler", "people": 12})]]
    room.say("Both rooms")
    assert open_card(room.system).arguments["room"] == "Curie"
    room.say(f"Approve #{open_card(room.system).code}")
    assert [row["room"] for row in done(room.system)] == ["Curie"]


@pytest.mark.parametrize(
    ("limits", "said", "most"),
    [("{steps: 3}", "too many steps", 3), ("{steps: 40, dollars: 2.2}", "its budget", 6)],
)
def test_a_model_that_goes_round_and_round_is_stopped(
    tmp_path: Path, server: ModelServer, limits: str, said: str, most: int
) -> None:
    server.behaviour.calls = calls(("look_up", {"table": "rooms"}))
    server.behaviour.call_again = True
    room = Room(tmp_path, f"max_tokens: 20\nagent_limits: {limits}\n")
    answer = room.say("Do it")
    assert said in answer.text
    assert 1 < len(server.asked) <= most
    assert (answer.dollars or 0) <= 2.2
    assert done(room.system) == []


def test_a_model_that_dies_leaves_the_form_to_be_read_without_it_and_an_approval_stands(
    room: Room, server: ModelServer
) -> None:
    server.behaviour.cut_whole = True
    answer = room.say("Book Curie for tomorrow at 3pm for 6 people")
    assert (answer.model, answer.note != "") == ("offline", True)
    server.behaviour.cut_whole = False
    server.behaviour.calls = calls((BOOK, CURIE | {"people": 7}))
    room.say("Curie tomorrow at three for seven")
    server.behaviour.cut_whole = True
    answer = room.say(f"Approve #{open_card(room.system).code}")
    assert "Done in the simulation" in answer.text
    assert [row["people"] for row in done(room.system)] == [7.0]


def test_many_clicks_at_once_do_it_once(room: Room, server: ModelServer) -> None:
    server.behaviour.calls = calls((BOOK, CURIE))
    room.say("Curie tomorrow at three for six")
    code = open_card(room.system).code
    clicks = [Thread(target=room.say, args=[f"Approve #{code}"]) for _ in range(4)]
    for click in clicks:
        click.start()
    for click in clicks:
        click.join(60)
    assert len(done(room.system)) == 1


def test_a_new_message_leaves_the_card_and_another_process_may_approve_it(
    room: Room, server: ModelServer
) -> None:
    server.behaviour.calls = calls((BOOK, CURIE))
    room.say("Curie tomorrow at three for six")
    code = open_card(room.system).code
    assert room.say("What does it cost?").text == "All set."
    assert "'room': 'Curie'" in server.asked[-1]["messages"][0]["content"]
    assert "Done in the simulation" in Room(room.folder).say(f"Approve #{code}").text
    assert len(done(room.system)) == 1


def test_where_personal_data_are_masked_no_model_is_asked(tmp_path: Path, server: ModelServer) -> None:
    room = Room(tmp_path, "mask_personal_data: true\n")
    assert room.say("Book Curie for tomorrow at 3pm for 6 people").table
    assert server.asked == []
