"""Whose questions are counted a minute: the Hub's visitor or the client's address, never what a page can choose."""

from pathlib import Path

import httpx
import pytest

from protokit.hub.hosting.resource_limits import MIB, ResourceLimits
from protokit.runtime import EventLog, Question, Reply, Settings
from protokit.runtime.models.model_factory import connect
from protokit.runtime.prototype_fields import SpendingLimits
from protokit.runtime.runtime_errors import LimitReached
from protokit.runtime.visitor import BY_VISITOR, HOSTED, current_visitor
from tests.support import model_server
from tests.support.hosting_server import hosting_in, prototype
from tests.support.model_server import MODEL

STREAMLIT = """
import streamlit as st
from protokit.runtime.visitor import current_visitor
st.title(f"It is {current_visitor()}.")
"""
GRADIO = """
import gradio as gr
from protokit.runtime.visitor import current_visitor

def tell(word):
    yield word
    yield current_visitor()

with gr.Blocks() as demo:
    box, out = gr.Textbox(), gr.Textbox()
    box.submit(tell, box, out, api_name="tell")

if __name__ == "__main__":
    demo.launch()
"""


def test_code_of_no_page_has_no_visitor() -> None:
    assert current_visitor() == ""


@pytest.mark.parametrize("hosted", [True, False])
def test_a_page_of_streamlit_tells_who_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hosted: bool
) -> None:
    import streamlit as st
    from streamlit.testing.v1 import AppTest

    if hosted:
        monkeypatch.setenv(HOSTED, "1")
    monkeypatch.setattr(type(st.context), "headers", property(lambda self: {BY_VISITOR: "abc"}))
    monkeypatch.setattr(type(st.context), "ip_address", property(lambda self: "192.0.2.7"))
    page = AppTest.from_string(STREAMLIT, default_timeout=60).run()
    assert page.title[0].value == ("It is visitor abc." if hosted else "It is address 192.0.2.7.")


def test_a_page_of_gradio_tells_who_asks_and_a_header_of_the_client_does_not_count(tmp_path: Path) -> None:
    with hosting_in(tmp_path, ResourceLimits(memory=600 * MIB, attempts=1)) as hub:
        hub.hosting.add("calm", prototype(tmp_path / "prototypes" / "calm", "gradio", GRADIO))
        assert hub.wake("calm"), hub.hosting.log("calm")
        call = f"{hub.url}/p/calm/app/gradio_api/call/tell"
        sent = {"json": {"data": ["x"]}, "headers": {BY_VISITOR: "forged"}, "timeout": 60}
        number = httpx.post(call, **sent).json()["event_id"]  # type: ignore[arg-type]
        told = httpx.get(f"{call}/{number}", timeout=60).text
    assert "address 127.0.0.1" in told
    assert "forged" not in told


def test_a_new_session_does_not_begin_the_minute_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gradio.context import LocalContext
    from starlette.requests import Request

    def asked_from(address: str, session: str) -> str:
        scope = {"type": "http", "headers": [], "client": (address, 1)}
        LocalContext.request.set(Request(scope))  # type: ignore[arg-type]
        try:
            return Reply(
                lambda: Question("How many days?"), connect(told.model), told, log, session
            ).answer.text
        finally:
            LocalContext.request.set(None)

    with model_server.running() as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        limits = SpendingLimits(questions_per_minute=2)
        told = Settings(
            tmp_path, title="Leave", model=f"openai:{MODEL}", limits=limits, fall_back_offline=False
        )
        log = EventLog(tmp_path / ".protokit" / "events.db")
        for session in ("a", "b"):
            assert asked_from("192.0.2.7", session)
        with pytest.raises(LimitReached, match="2 questions within a minute"):
            asked_from("192.0.2.7", "c")
        assert asked_from("192.0.2.8", "d")
