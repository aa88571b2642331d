"""The agent for programs: its tool says that it acts, and the words that the card names are what does it."""

import re
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from tests.deploy.test_mcp import over_stdio, words
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
