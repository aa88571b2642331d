"""What is too long for a page's boxes is refused in words for a visitor, though a browser would not send it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from protokit.prototype.prototype_folder import Prototype
from protokit.prototype.run_prototype import wait_until_open
from protokit.runtime.text_limits import QUESTION, TEXT
from protokit.runtime.usage.events import EventLog
from protokit.scaffold.scaffold_plan import ScaffoldRequest, make, plan_scaffold
from tests.support.browser import own_port
from tests.support.terminal import environment

PROMPTS = {"chatbot": QUESTION, "rag-search": QUESTION, "summarizer": TEXT}
TYPE = """
import sys
from streamlit.testing.v1 import AppTest

page = AppTest.from_file("app.py", default_timeout=60).run()
long = "x" * (int(sys.argv[1]) + 1)
if page.chat_input:
    page.chat_input[0].set_value(long).run()
elif page.text_area:
    page.text_area[0].set_value(long)
    next(each for each in page.button if each.label == "Summarize").click().run()
else:
    page.text_input[0].set_value(long)
    next(each for each in page.button if each.label == "Search").click().run()
assert not page.exception, page.exception
print(*(each.value for kind in (page.error, page.warning, page.info, page.markdown) for each in kind))
"""


def prototype(place: Path, kind: str, screen: str) -> Path:
    return make(
        plan_scaffold(ScaffoldRequest("Answer questions about leave", blueprint=kind, screen=screen)),
        place / kind,
    )


@pytest.mark.parametrize(("kind", "most"), PROMPTS.items())
def test_streamlit_refuses_what_is_too_long(tmp_path: Path, kind: str, most: int) -> None:
    folder = prototype(tmp_path, kind, "streamlit")
    done = subprocess.run(
        [sys.executable, "-c", TYPE, str(most)],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    events = EventLog(folder / ".protokit" / "events.db").events()
    if (
        kind == "summarizer"
    ):  # its box has no bound of Streamlit's, which would drop a long text without a word
        assert f"{most:,} are the most" in done.stdout
        assert events == []
    else:  # Streamlit itself keeps a box's text to its bound, which a browser lets nobody pass
        assert [len(event.fields["question"]) for event in events] == [most]


@contextmanager
def served(folder: Path) -> Iterator[str]:
    port = own_port()
    with Prototype.open(folder).serve(port) as child:
        wait_until_open(child, port)
        yield f"http://localhost:{port}/gradio_api"


@pytest.mark.parametrize(
    ("kind", "most"),
    [
        pytest.param(kind, most, marks=() if kind == "summarizer" else pytest.mark.slow)
        for kind, most in PROMPTS.items()
    ],
)
def test_gradio_refuses_what_is_too_long(tmp_path: Path, kind: str, most: int) -> None:
    folder = prototype(tmp_path, kind, "gradio")
    event = {"chatbot": "chat", "rag-search": "search", "summarizer": "summarize"}[kind]
    others = {"chatbot": [], "rag-search": ["All documents"], "summarizer": ["bullets", "medium"]}[kind]
    with served(folder) as api:
        number = httpx.post(
            f"{api}/call/{event}", json={"data": ["x" * (most + 1), *others]}, timeout=60
        ).json()
        told = httpx.get(f"{api}/call/{event}/{number['event_id']}", timeout=60).text
        whole = httpx.post(
            f"{api}/call/{event}", content=b'{"data": ["' + b"x" * 17_000_000 + b'"]}', timeout=60
        )
    assert f"{most:,} are the most" in told
    assert (whole.status_code, whole.text) == (413, "This is more than fits at once.")
    assert EventLog(folder / ".protokit" / "events.db").events() == []
