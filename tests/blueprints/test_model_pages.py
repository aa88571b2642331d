"""Pages whose answers a model writes: Stop hangs up on its server, and a sentence that no passage carries is marked."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from playwright.sync_api import TimeoutError, expect

from protokit.prototype.prototype_folder import Prototype
from protokit.prototype.run_prototype import wait_until_open
from tests.support import model_server
from tests.support.browser import Visit, needs_chromium, own_port, window
from tests.support.model_server import MODEL, Behaviour, ModelServer
from tests.support.terminal import protokit

pytestmark = [needs_chromium, pytest.mark.browser]

HOURS = "The workshop in Ghent opens at 9:30 and closes at 17:00 from Tuesday to Saturday."


@pytest.fixture(scope="module")
def running() -> Iterator[ModelServer]:
    with model_server.running() as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENAI_BASE_URL", server.url)
        yield server


@pytest.fixture
def server(running: ModelServer) -> ModelServer:
    """The model's server as if nobody had used it."""
    running.behaviour = Behaviour()
    running.left.clear()
    return running


@pytest.fixture(scope="module", params=["streamlit", "gradio"])
def screen(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def url(screen: str, running: ModelServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the page of a chatbot over the opening hours is open."""
    place = tmp_path_factory.mktemp("workshop")
    (place / "hours.md").write_text(f"# Opening hours\n\n{HOURS}\n")
    words = ["--docs", "hours.md", "--blueprint", "chatbot", "--ui", screen, "--out", "made"]
    done = protokit("new", "Talk about our workshop", *words, "--model", f"openai:{MODEL}", cwd=place)
    assert done.code == 0, done.err
    port = own_port()
    with Prototype.open(place / "made").serve(port) as child:
        wait_until_open(child, port)
        yield f"http://localhost:{port}"


def test_stop_in_the_page_stops_the_server_too(
    server: ModelServer, url: str, screen: str, chromium: Any
) -> None:
    server.behaviour.pieces = [f"word{number} " for number in range(3000)]
    server.behaviour.between = 0.05
    with window(chromium, url) as shown:
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


def test_a_page_says_that_the_model_thinks_and_where_its_answer_is_cut_off(
    server: ModelServer, url: str, screen: str, chromium: Any
) -> None:
    server.behaviour.first_token, server.behaviour.cut_after = 3, 2
    with window(chromium, url) as shown:
        page = shown.page
        page.get_by_placeholder("Ask a question…").fill("Tell me about leave.")
        page.keyboard.press("Enter")
        page.get_by_text("Thinking…").wait_for()
        page.get_by_text("Cut off: the language model broke off here.").wait_for(timeout=30_000)
        assert page.get_by_text("Thirty days").count(), "what was said before stays"
        server.behaviour = Behaviour(pieces=["Half an ", "answer"], finish="")
        ask_until(shown, "And then?", "Half an answer")
        expect(page.get_by_text("Cut off: the language model broke off here.")).to_have_count(2)


@pytest.mark.slow
def test_stop_finds_an_answer_that_was_asked_for_before_the_page_had_loaded_whole(
    server: ModelServer, url: str, screen: str, chromium: Any
) -> None:
    if screen != "gradio":
        pytest.skip("the other screen has no requests of its own at its start")
    server.behaviour.pieces = [f"word{number} " for number in range(3000)]
    server.behaviour.between = 0.05
    late: list[Any] = []
    held = True

    def hold(route: Any) -> None:
        if held and "a long story" not in (route.request.post_data or ""):
            late.append(route)
        else:
            route.continue_()

    with window(chromium, "about:blank") as shown:
        page = shown.page
        page.route("**/queue/join*", hold)
        page.goto(url)
        page.get_by_placeholder("Ask a question…").fill("Tell me a long story.")
        page.keyboard.press("Enter")
        page.get_by_text("word3").last.wait_for()
        assert late, "the page asks for nothing at its start: this test has nothing to hold back"
        held = False
        for route in late:
            route.continue_()
        page.get_by_text("word60").last.wait_for()
        page.locator("button.stop-button").click()
        page.get_by_text("Stopped before the end.").wait_for()


def ask_until(shown: Visit, question: str, answer: str) -> None:
    """Ask until `answer` comes: a page that is just being stopped may empty the box once more."""
    for _ in range(5):
        shown.page.get_by_placeholder("Ask a question…").fill(question)
        shown.page.keyboard.press("Enter")
        with suppress(TimeoutError):
            shown.page.get_by_text(answer).last.wait_for(timeout=4000)
            return
    raise AssertionError(f"no answer: {shown.text()[-500:]}")


def test_a_click_on_a_doubted_sentence_shows_the_nearest_passage(
    server: ModelServer, url: str, screen: str, chromium: Any
) -> None:
    server.behaviour.pieces = ["The workshop in Ghent ", "opens at 11:45 [1]."]
    with window(chromium, url) as shown:
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
