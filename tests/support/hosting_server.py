"""A Hub's hosting, served for real on loopback, with prototypes that behave and ones that do not."""

import asyncio
import threading
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import httpx

from protokit.hub.hosting.launcher import Launcher
from protokit.hub.hosting.prototype_host import Hosting
from protokit.hub.hosting.resource_limits import MIB, ResourceLimits
from protokit.hub.hosting.smoke_test import served
from protokit.hub.worker.sandbox_policy import SandboxPolicy

T = TypeVar("T")

NAVIGATION = {"Accept": "text/html", "Sec-Fetch-Mode": "navigate"}
STREAMLIT = """
import os, streamlit as st
print("a run")
st.title("Calm words")
st.text(" ".join(sorted(os.environ)))
"""
GRADIO = """
import os, subprocess, sys, time
import gradio as gr

def act(what):
    if what == "raise":
        raise ValueError("secret /etc/path")
    if what == "block":
        time.sleep(10**6)
    while what == "spin":
        pass
    if what == "eat":
        held = [bytearray(os.urandom(2**20)) for _ in range(10**6)]
    if what == "exit":
        os._exit(7)
    if what == "fork":
        started = [subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) for _ in range(40)]
        time.sleep(600)
    if what == "leave":
        daemon = [sys.executable, "-c", "import time; time.sleep(600)"]
        return str(subprocess.Popen(daemon, start_new_session=True).pid)
    while what == "chatter":
        print("x" * 1000)
    return what

async def hang():
    time.sleep(10**6)

with gr.Blocks() as demo:
    box, out = gr.Textbox(), gr.Textbox()
    box.submit(act, box, out, api_name="act", concurrency_limit=None)
    box.blur(hang, None, out, api_name="hang")

if __name__ == "__main__":
    demo.launch(show_error=True, share=True)
"""


def prototype(folder: Path, screen: str, app: str) -> Path:
    """A folder with just enough to be hosted."""
    folder.mkdir(parents=True)
    (folder / "prototype.yaml").write_text(f"title: {folder.name}\nscreen: {screen}\n", encoding="utf-8")
    (folder / "app.py").write_text(app, encoding="utf-8")
    return folder


class Running:
    """The hosting, and a client of it; `home` holds the prototypes' folders, by slug."""

    def __init__(self, hosting: Hosting, url: str, loop: asyncio.AbstractEventLoop, home: Path) -> None:
        self.hosting, self.url, self.home = hosting, url, home
        self._loop = loop

    def do(self, wanted: Awaitable[T]) -> T:
        """Await `wanted` where the hosting lives."""

        async def awaited() -> T:
            return await wanted

        return asyncio.run_coroutine_threadsafe(awaited(), self._loop).result(120)

    def add(self, slug: str, screen: str, app: str) -> str:
        """Host a new prototype; returns its slug."""
        self.hosting.add(slug, prototype(self.home / slug, screen, app))
        return slug

    def wake(self, slug: str) -> bool:
        self.do(self.hosting.wake(slug))
        return self.do(self.hosting.ready(slug, 90))

    def get(self, path: str, **headers: str) -> httpx.Response:
        return httpx.get(
            self.url + path, headers={k.replace("_", "-"): v for k, v in headers.items()}, timeout=60
        )

    def act(self, slug: str, what: str, event: str = "act") -> None:
        """Let a Gradio prototype do something, without waiting for it."""
        data = {"data": [what] if event == "act" else []}
        httpx.post(
            f"{self.url}/p/{slug}/app/gradio_api/call/{event}", json=data, timeout=60
        ).raise_for_status()


@contextmanager
def hosting_in(
    home: Path,
    limits: ResourceLimits | None = None,
    launcher: Launcher | None = None,
    sandbox: SandboxPolicy | None = None,
) -> Iterator[Running]:
    """Hosting in a thread of its own until the block ends."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    limits = limits or ResourceLimits(
        memory=400 * MIB, processes=20, first_pause=0.1, attempts=3, hang_seconds=3
    )
    try:
        with _serving(home, limits, launcher, sandbox, loop) as running:
            yield running
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@contextmanager
def _serving(
    home: Path,
    limits: ResourceLimits,
    launcher: Launcher | None,
    sandbox: SandboxPolicy | None,
    loop: asyncio.AbstractEventLoop,
) -> Iterator[Running]:
    async def start() -> tuple[Hosting, object]:
        hosting = Hosting(home / "run", home / "logs", limits, launcher=launcher, sandbox=sandbox)
        await hosting.start()
        return hosting, served(hosting)

    hosting, serving = asyncio.run_coroutine_threadsafe(start(), loop).result(60)
    url = asyncio.run_coroutine_threadsafe(serving.__aenter__(), loop).result(60)
    try:
        yield Running(hosting, url, loop, home / "prototypes")
    finally:
        asyncio.run_coroutine_threadsafe(serving.__aexit__(None, None, None), loop).result(60)
        asyncio.run_coroutine_threadsafe(hosting.stop(), loop).result(60)
