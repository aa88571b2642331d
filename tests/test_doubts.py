"""A sentence that no passage carries: the page marks it, and a click shows the passage that comes nearest."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from protokit.prototype import Prototype
from protokit.running import wait_until_open
from tests import model_server
from tests.browser import needs_chromium, own_port, visit
from tests.model_server import MODEL, ModelServer
from tests.terminal import protokit

pytestmark = [needs_chromium, pytest.mark.browser]

HOURS = "The workshop in Ghent opens at 9:30 and closes at 17:00 from Tuesday to Saturday."


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    with model_server.running() as running:
        monkeypatch.setenv("OPENAI_BASE_URL", running.url)
        running.behaviour.pieces = ["The workshop in Ghent ", "opens at 11:45 [1]."]
        yield running


@pytest.mark.parametrize("screen", ["streamlit", "gradio"])
def test_a_click_on_a_doubted_sentence_shows_the_nearest_passage(
    server: ModelServer, tmp_path: Path, screen: str
) -> None:
    (tmp_path / "hours.md").write_text(f"# Opening hours\n\n{HOURS}\n")
    words = ["--docs", "hours.md", "--blueprint", "chatbot", "--ui", screen, "--out", "made"]
    done = protokit("new", "Talk about our workshop", *words, "--model", f"openai:{MODEL}", cwd=tmp_path)
    assert done.code == 0, done.err
    port = own_port()
    with Prototype.open(tmp_path / "made").serve(port) as child:
        wait_until_open(child, port)
        with visit(f"http://localhost:{port}", tmp_path / "profile") as shown:
            page = shown.page
            page.get_by_placeholder("Ask a question…").fill("When does the workshop open?")
            page.keyboard.press("Enter")
            doubt = page.locator("summary", has_text="Not in the documents")
            doubt.wait_for()
            assert "11:45" in doubt.inner_text()
            nearest = page.get_by_text("The nearest passage")
            assert not nearest.is_visible()
            doubt.click()
            nearest.wait_for()
            passages = page.locator("details[open] blockquote", has_text="opens at 9:30")
            passages.first.wait_for()
            if screen == "gradio":  # the other screen tells it as a tooltip
                page.get_by_text("1 of 1 passages fit").wait_for()
