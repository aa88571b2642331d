"""A real headless Chromium for the tests, with its requests watched."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from protokit.prototype.prototype_folder import free_port

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SCREENSHOTS = Path(__file__).parents[1] / "screenshots"
DESKTOP, PHONE = (1280, 800), (390, 844)
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)

needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="Chromium is not installed (apt-get install chromium)"
)


def own_port() -> int:
    """A free port from a range of this test process alone: two that look at once would find the same."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    place = os.getpid() % 97  # of this run: another on the same machine has the same workers
    return free_port(8600 + 100 * int(worker.removeprefix("gw")) + place)


class Visit:
    """A page in a browser window.

    `outside` lists every request that left this machine, and every breach of a page's own policy.
    """

    def __init__(self, page, outside: list[str]) -> None:
        self.page, self.outside = page, outside

    def text(self) -> str:
        return self.page.inner_text("body")

    def shoot(self, name: str) -> Path:
        """Keep a picture, to be looked at."""
        SCREENSHOTS.mkdir(exist_ok=True)
        path = SCREENSHOTS / f"{name}.png"
        self.page.screenshot(path=str(path))
        return path

    def overflow(self) -> int:
        """How many pixels the page is wider than its window."""
        return self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")


@contextmanager
def visit(url: str, folder: Path, size: tuple[int, int] = DESKTOP) -> Iterator[Visit]:
    """Open `url` in a new Chromium whose profile lives in `folder`."""
    from playwright.sync_api import sync_playwright

    width, height = size
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            str(folder),
            executable_path=CHROMIUM,
            headless=True,
            args=FLAGS.split(),
            viewport={"width": width, "height": height},
            has_touch=size == PHONE,
        )
        outside: list[str] = []
        context.on(
            "request", lambda request: outside.append(request.url) if is_outside(request.url) else None
        )
        page = context.pages[0]
        _note_breaches(context, outside)
        page.set_default_timeout(60_000)
        page.goto(url)
        try:
            yield Visit(page, outside)
        finally:
            context.close()


@contextmanager
def browser() -> Iterator[Any]:
    """One Chromium for many windows that share nothing."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())
        yield started
        started.close()


@contextmanager
def window(
    browser: Any, url: str, size: tuple[int, int] = DESKTOP, cookies: Sequence[dict[str, str]] = ()
) -> Iterator[Visit]:
    """A window of somebody new at `url`."""
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height}, has_touch=size == PHONE, reduced_motion="reduce"
    )
    context.add_cookies(cookies)
    outside: list[str] = []
    context.on("request", lambda request: outside.append(request.url) if is_outside(request.url) else None)
    _note_breaches(context, outside)
    try:
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto(url)
        yield Visit(page, outside)
    finally:
        context.close()


def serious(page: Any) -> list[str]:
    """What axe finds on the page that keeps somebody out; frames hold the prototype's own page and are left out."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options={"resultTypes": ["violations"], "iframes": False})
    grave = [each for each in found.response["violations"] if each["impact"] in ("serious", "critical")]
    return [f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in grave]


def _note_breaches(context: Any, outside: list[str]) -> None:
    context.on(
        "console",
        lambda said: outside.append(said.text) if "Content Security Policy" in said.text else None,
    )


def is_outside(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("http", "https", "ws", "wss") and parts.hostname not in ("localhost", "127.0.0.1")
