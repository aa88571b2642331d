"""A line that asks for something to be done is drafted into actions and a simulated system to try them in."""

import pytest

from protokit.drafting.draft_actions import DraftedActions, draft_actions


def drafted(line: str) -> DraftedActions:
    actions = draft_actions(line)
    assert actions is not None
    return actions


@pytest.mark.parametrize(
    ("line", "action"),
    [
        ("Open a return for an order after the customer confirms", "Open a return"),
        ("Let employees order office supplies in a chat", "Order supplies"),
        ("Invite candidates to interviews", "Invite to an interview"),
        ("File expenses by saying what was spent", "File an expense"),
        ("Triage tickets and draft a reply for approval", "Open a ticket"),
        ("Urlaub beantragen in einem Chat", "Request time off"),
        ("Take table reservations for our restaurant", "Reserve a table"),
    ],
)
def test_usual_actions_come_with_tables_and_first_requests(line: str, action: str) -> None:
    result = drafted(line)
    assert result.actions[0].name == action
    assert result.starters
    places = {each.choices_from for one in result.actions for each in one.fields if each.choices_from}
    for place in places:
        table, column = place.split(".")
        assert column in result.tables[f"{table}.csv"].splitlines()[0].split(",")


@pytest.mark.parametrize("line", ["Book meeting rooms", "Besprechungsräume buchen", "预订会议室的助手"])
def test_meeting_rooms_are_those_of_the_blueprint(line: str) -> None:
    assert draft_actions(line) is None


def test_a_form_has_the_fields_that_the_line_names_with_their_types() -> None:
    line = "An agent that books badminton lessons and asks for level, date, time and number of players"
    (action,) = drafted(line).actions
    assert [(each.name, each.type) for each in action.fields] == [
        ("level", "text"),
        ("date", "date"),
        ("time", "time"),
        ("number of players", "number"),
    ]
