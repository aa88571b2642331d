"""What models and documents say, as both screens draw it: a page loads nothing, runs nothing, and reads right."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from protokit.prototype.run_prototype import wait_until_open
from protokit.runtime.assistant_types import Citation
from protokit.runtime.ui.escape_markdown import safe_line, safe_markdown
from protokit.runtime.ui.formatting import document_html
from tests.runtime.test_defence import outside
from tests.support.browser import needs_chromium, own_port, window
from tests.support.hostile_markdown import HARMLESS, texts
from vectorstore.passage import Passage

STREAMLIT = """
import json, pathlib
import streamlit as st
from protokit.runtime.ui.escape_markdown import safe_line, safe_markdown
texts = json.loads(pathlib.Path("texts.json").read_text())
for text in texts["harmless"]:
    st.markdown(safe_markdown(text))
for text in texts["control"]:
    st.markdown(text)
st.pills("Starters", texts["hostile"], format_func=safe_line)
st.caption("\\n\\n".join(map(safe_line, texts["hostile"])))
places = [st.empty() for _ in texts["hostile"]]
for end in range(1, max(map(len, texts["hostile"])) + 1):
    for place, text in zip(places, texts["hostile"]):
        if end <= len(text):
            place.markdown(safe_markdown(text[:end]))
st.markdown("The end.")
"""
GRADIO = """
import json, pathlib
import gradio as gr
from protokit.runtime.ui.escape_markdown import safe_line, safe_markdown
texts = json.loads(pathlib.Path("texts.json").read_text())
def stream():
    for end in range(1, max(map(len, texts["hostile"])) + 1):
        said = [safe_markdown(text[:end]) for text in texts["hostile"]]
        yield "\\n\\n".join(said), [{"role": "assistant", "content": each} for each in said if each]
    yield "The end.", [*({"role": "assistant", "content": each} for each in said)]
with gr.Blocks() as demo:
    for text in [*map(safe_markdown, texts["harmless"]), *texts["control"], *map(safe_line, texts["hostile"])]:
        gr.Markdown(text)
    whole, chat = gr.Markdown(), gr.Chatbot(height=20000)
    demo.load(stream, None, [whole, chat])
demo.launch(quiet=True)
"""


@contextmanager
def waiting() -> Iterator[tuple[str, list[str]]]:
    """A server on loopback: its address, and what was asked of it."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(204)
            self.end_headers()

        do_POST = do_HEAD = do_OPTIONS = do_GET

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def page_of(screen: str, folder: Path, shown: dict[str, list[str]]) -> Iterator[str]:
    """A page of `screen` that shows these texts."""
    port = own_port()
    (folder / "texts.json").write_text(json.dumps(shown))
    script = folder / "page.py"
    script.write_text(STREAMLIT if screen == "streamlit" else GRADIO)
    options = ["--server.headless=true", f"--server.port={port}", "--browser.gatherUsageStats=false"]
    command = ["-m", "streamlit", "run", script.name, *options] if screen == "streamlit" else [script.name]
    environment = {**os.environ, "GRADIO_SERVER_PORT": str(port), "GRADIO_ANALYTICS_ENABLED": "False"}
    child = subprocess.Popen(
        [sys.executable, *command], cwd=folder, env=environment, stdout=subprocess.DEVNULL
    )
    try:
        wait_until_open(child, port)
        yield f"http://localhost:{port}"
    finally:
        child.terminate()
        child.wait(20)


def links(page: Any) -> list[str]:
    """The addresses that a click would open."""
    return page.locator("a[href*='127.0.0.1:'], a[href^='javascript']").evaluate_all(
        "links => links.map(link => link.href)"
    )


@needs_chromium
@pytest.mark.browser
@pytest.mark.parametrize("screen", ["streamlit", "gradio"])
def test_no_text_makes_a_screen_load_or_run_anything_however_far_it_has_come(
    chromium: Any, tmp_path: Path, screen: str
) -> None:
    with waiting() as (address, asked):
        shown = {
            "hostile": texts(address),
            "harmless": list(HARMLESS),
            "control": [f"![x]({address}/control)"],
        }
        with page_of(screen, tmp_path, shown) as site, window(chromium, site) as visit:
            dialogs: list[str] = []
            visit.page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
            visit.page.get_by_text("The end.").wait_for()
            visit.page.wait_for_load_state("networkidle")
            assert set(asked) == {"/control"}, "the page can load, and loads nothing else"
            assert (dialogs, visit.page.evaluate("window.ran")) == ([], None)
            assert links(visit.page) == []
            for reads in HARMLESS.values():
                assert visit.page.get_by_text(reads).first.is_visible(), reads
            visit.shoot(f"rendering-{screen}")


@pytest.mark.parametrize("text", texts("https://evil.example"))
def test_what_comes_out_stays_the_same_however_often_it_is_made_safe(text: str) -> None:
    renderer = MarkdownIt("commonmark", {"html": True}).enable("table")
    for end in range(len(text) + 1):
        for safe in (safe_markdown(text[:end]), safe_line(text[:end])):
            assert [name for name in outside(renderer.render(safe)) if name not in ("class", "start")] == []
            assert renderer.render(safe_markdown(safe)) == renderer.render(safe)


def test_a_formula_stays_one_and_money_does_not_become_one() -> None:
    assert safe_markdown("So $x^2 < y$, then\n\n$$\n\\frac{a}{b}\n$$") == (
        "So $x^2 \\lt y$, then\n\n$$\n\\frac{a}{b}\n$$"
    )
    assert safe_markdown("From $5 to $6, or $5-$6.") == "From &#36;5 to &#36;6, or &#36;5-&#36;6."


def test_a_label_is_one_line_without_blocks() -> None:
    assert safe_line("# Not a\n\n- heading `x`") == "&#35; Not a - heading `x`"
    assert safe_line("") == ""


def test_a_citation_opens_its_document_with_the_words_marked_and_in_view() -> None:
    before, after = "An <i>older</i> rule.\n" * 200, "\nA later rule." * 5
    passage = Passage("Lunch is at noon.", "canteen.md", len(before), len(before) + 17)
    text = f"{before}{passage.text}{after}"
    shown = document_html(Citation(1, passage, ((0, 5),)), text)
    folded, _, rest = shown.partition("</details>")
    assert "<mark>Lunch</mark> is at noon." in rest
    assert len(rest.partition("<mark>")[0]) < 1_000  # the rest of what stands before it is folded away
    assert ("<i>" in shown, folded.count("older") > 100, rest.count("later rule")) == (False, True, 5)
    assert document_html(Citation(1, passage), text.replace("noon", "one")) == ""  # another text by now
