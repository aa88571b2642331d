"""The agent for programs: its tool says that it acts, and the words that the card names are what does it."""

import re
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from protokit.prototype.prototype_folder import Prototype
from protokit.prototype.run_prototype import wait_until_open
from protokit.runtime import SimulatedSystem
from protokit.scaffold.scaffold_plan import ScaffoldRequest, make, plan_scaffold
from tests.deploy.test_mcp import over_stdio, words
from tests.support.browser import browser, needs_chromium, own_port, window
from tests.support.terminal import protokit


@pytest.mark.slow
def test_a_program_completes_a_form_and_acts_with_the_words_that_the_card_names(tmp_path: Path) -> None:
    done = protokit("new", "Book meeting rooms", "--out", "made", cwd=tmp_path)
    assert done.code == 0, done.err

    async def use(client: Client) -> tuple[Any, ...]:
        tools = await client.list_tools()
        card = await client.call_tool("request", {"question": "Book Curie in 4 days at 3pm for 6 people"})
        command = re.search(r"Approve #\w{8}", words(card))
        assert command
        first = await client.call_tool("request", {"question": command[0]})
        return tools, card, first, await client.call_tool("request", {"question": command[0]})

    tools, card, first, second = over_stdio(tmp_path / "made", use)
    assert [(tool.name, tool.annotations.read_only_hint) for tool in tools.tools] == [("request", False)]
    assert ["room", "Curie"] in card.structured_content["table"]["rows"]
    assert "Done in the simulation: Book a meeting room." in words(first)
    assert "not done a second time" in words(second)


@pytest.mark.slow
@pytest.mark.browser
@needs_chromium
@pytest.mark.parametrize("screen", ["streamlit", "gradio"])
def test_a_visitor_approves_with_two_clicks_reloads_and_takes_it_back(tmp_path: Path, screen: str) -> None:
    folder = make(plan_scaffold(ScaffoldRequest("Book meeting rooms", screen=screen)), tmp_path / "made")
    system = SimulatedSystem(folder / ".protokit" / "simulation.db", folder / "knowledge")

    def booked() -> int:
        return sum(not row.is_sample for row in system.rows("bookings"))

    port = own_port()
    with Prototype.open(folder).serve(port) as child, browser() as chromium:
        wait_until_open(child, port)
        with window(chromium, f"http://localhost:{port}") as shown:
            page = shown.page
            box = page.locator("textarea:visible").first
            box.fill("Book Curie in 4 days at 3pm for 6 people")
            box.press("Enter")
            approve = page.get_by_role("button", name="Approve", exact=True)
            approve.wait_for()
            assert "simulation" in shown.text().lower()
            assert booked() == 0
            approve.dblclick()
            approve.wait_for(state="hidden")
            page.get_by_text("Done in the simulation").first.wait_for()
            page.reload()
            page.get_by_text("Done in the simulation").first.wait_for()
            assert booked() == 1
            page.get_by_role("button", name="Undo").last.click()
            page.get_by_text("Taken back").first.wait_for()
            assert booked() == 0
            assert shown.outside == []
