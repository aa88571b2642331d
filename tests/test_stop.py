"""A visitor who presses Stop in the page: the model's server is hung up on, and the page goes on."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import TimeoutError

from protokit.prototype import Prototype
from protokit.running import wait_until_open
from tests import model_server
from tests.browser import Visit, needs_chromium, own_port, visit
from tests.model_server import MODEL, ModelServer
from tests.terminal import protokit

pytestmark = [needs_chromium, pytest.mark.browser]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    with model_server.running() as running:
        monkeypatch.setenv("OPENAI_BASE_URL", running.url)
        running.behaviour.pieces = [f"word{number} " for number in range(3000)]
        running.behaviour.between = 0.05
        yield running


@pytest.mark.parametrize("screen", ["streamlit", "gradio"])
def test_stop_in_the_page_stops_the_server_too(server: ModelServer, tmp_path: Path, screen: str) -> None:
    words = ["--blueprint", "chatbot", "--ui", screen, "--model", f"openai:{MODEL}", "--out", "made"]
    done = protokit("new", "Talk about our handbook", *words, cwd=tmp_path)
    assert done.code == 0, done.err
    port = own_port()
    with Prototype.open(tmp_path / "made").serve(port) as child:
        wait_until_open(child, port)
        with visit(f"http://localhost:{port}", tmp_path / "profile") as shown:
            page = shown.page
            page.get_by_placeholder("Ask a question…").fill("Tell me a long story.")
            page.keyboard.press("Enter")
            page.get_by_text("word3").last.wait_for()
            stop = page.locator("button.stop-button" if screen == "gradio" else ".st-key-stop button")
            stop.click()
            assert server.left.wait(15), "the server went on talking"
            server.behaviour.pieces, server.behaviour.between = ["Here ", "again."], 0
            stop.wait_for(state="hidden")
            page.get_by_text("Stopped before the end.").wait_for()
            assert page.get_by_text("word3").count(), "what was said before is kept"
            ask_until(shown, "Are you there?", "Here again.")


def ask_until(shown: Visit, question: str, answer: str) -> None:
    """Ask until `answer` comes: a page that is just being stopped may empty the box once more."""
    for _ in range(5):
        shown.page.get_by_placeholder("Ask a question…").fill(question)
        shown.page.keyboard.press("Enter")
        with suppress(TimeoutError):
            shown.page.get_by_text(answer).last.wait_for(timeout=4000)
            return
    raise AssertionError(f"no answer: {shown.text()[-500:]}")
