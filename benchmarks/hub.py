"""What a Hub carries: visitors at once in one prototype, prototypes open at once, cards in the gallery.

    python -m benchmarks.hub [turns] [memory] [gallery] [--visitors 100] [--think 20] [--seconds 60] [--json]

A real Hub is started on loopback with its gate; visitors come in by a share link and speak to the screens as a
page's script does, with a model server that takes one second for an answer. Between an answer and the next
question a visitor reads for `--think` seconds on average. All of it, visitors and model included, shares this
machine.
"""

import argparse
import asyncio
import json
import multiprocessing
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from aiohttp import ClientError, ClientSession, CookieJar, TCPConnector
from msgspec.structs import replace

from protokit.hub.database.store import Store
from protokit.hub.hosting.headless_client import NAVIGATION, GradioTab, StreamlitTab, Unwell
from protokit.hub.hub_settings import HubSettings
from protokit.hub.security.passcodes import hashed
from protokit.hub.security.sign_in import SignIn
from protokit.hub.security.signing import SigningKeys
from protokit.prototype.prototype_folder import free_port
from protokit.runtime.prototype_fields import Screen
from protokit.scaffold.scaffold_plan import ScaffoldRequest, make, plan_scaffold
from tests.support import model_server

PASSCODE = "correct horse battery"
PROMPT = "A chatbot that answers new hires' questions about our HR handbook"
QUESTIONS = (
    "How many days of annual leave do I get?",
    "Can I work from another country for a few weeks?",
    "How much can I spend on a hotel?",
    "How long is the probation period?",
)
PIECES = ["You ", "get ", "30 ", "days ", "of ", "annual ", "leave ", "[1]."]
FIRST, BETWEEN = 0.3, 0.1
"""Seconds: with eight pieces, an answer takes one second."""
PATIENCE = 120.0


@dataclass(slots=True)
class Turns:
    """Seconds from a question to the end of its answer, and what went wrong."""

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def row(self, what: str, busy: dict[str, float]) -> dict[str, object]:
        """`busy`: seconds of processor time, by process, while the turns were taken."""
        cuts = statistics.quantiles(self.seconds, n=100) if len(self.seconds) > 1 else [0.0] * 99
        return {
            "what": what,
            "turns": len(self.seconds),
            "median_s": round(cuts[49], 2),
            "p95_s": round(cuts[94], 2),
            "p99_s": round(cuts[98], 2),
            "errors": len(self.errors),
            "cpu_ms_a_turn": {
                name: round(1000 * each / max(1, len(self.seconds))) for name, each in busy.items()
            },
            "goal": "p95 <= 1.5 s, 0 errors",
        }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", help="turns, memory, gallery; all by default")
    parser.add_argument("--visitors", type=int, default=100)
    parser.add_argument("--think", type=float, default=20.0)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    parts = given.parts or ["turns", "memory", "gallery"]
    rows = []
    if "turns" in parts:
        for screen in ("streamlit", "gradio"):
            rows.append(measure_turns(screen, given.visitors, given.think, given.seconds))
    if "memory" in parts:
        rows.append(measure_memory(20))
    if "gallery" in parts:
        rows.append(measure_gallery(500))
    for row in rows:
        print(json.dumps(row) if given.json else "  ".join(f"{name}: {value}" for name, value in row.items()))


def measure_turns(screen: Screen, visitors: int, think: float, seconds: float) -> dict[str, object]:
    with (
        tempfile.TemporaryDirectory() as aside,
        a_model() as model,
        a_hub(Path(aside), [screen], model) as hub,
    ):
        turns = Turns()
        busy = asyncio.run(_everybody(hub, screen, visitors, think, seconds, turns))
        for error in sorted(set(turns.errors)):
            print(f"{turns.errors.count(error)} x {error}", file=sys.stderr)
    return turns.row(f"{visitors} visitors, {think:g} s to read, {screen}", busy)


def measure_memory(prototypes: int) -> dict[str, object]:
    screens: list[Screen] = ["streamlit", "gradio"]
    asked = [screens[number % 2] for number in range(prototypes)]
    with tempfile.TemporaryDirectory() as aside, a_hub(Path(aside), asked) as hub:
        failed = asyncio.run(_one_question_each(hub))
        processes = [hub.process, *hub.process.children(recursive=True)]
        held = sum(process.memory_full_info().pss for process in processes)
    goal = "3072 MB, 0 failed"
    what = f"{prototypes} prototypes open, a question answered in each"
    return {"what": what, "MB": round(held / 2**20), "failed": failed, "goal": goal}


def measure_gallery(cards: int) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as aside, a_hub(Path(aside), ["streamlit"], cards=cards) as hub:
        times, size = asyncio.run(_open_gallery(hub))
    what = f"gallery of {cards}"
    told = {"median_ms": round(1000 * statistics.median(times)), "worst_ms": round(1000 * max(times))}
    return {"what": what, **told, "kB": size // 1024, "goal": "200 ms"}


@dataclass(frozen=True, slots=True)
class Served:
    """A running Hub: its address, its process, and a share link for each prototype, by slug."""

    url: str
    process: psutil.Process
    links: dict[str, str]
    screens: dict[str, Screen]


@contextmanager
def a_hub(aside: Path, screens: list[Screen], model: str = "", cards: int = 0) -> Iterator[Served]:
    """A Hub over one prototype a screen; with `model`, an address, they ask that one."""
    settings = HubSettings(aside / "hub", port=free_port(8700))
    store = Store.open(settings)
    store.set_passcode(hashed(PASSCODE))
    doors = SignIn(store, SigningKeys.open(settings.home))
    slugs: dict[str, Screen] = {}
    for number, screen in enumerate(screens):
        slug = _make(settings, store, f"demo-{number}", screen, model)
        slugs[slug] = screen
    spec = plan_scaffold(ScaffoldRequest(PROMPT)).spec
    for number in range(cards - len(screens)):
        store.add(f"card-{number}", replace(spec, title=f"Prototype {number}"))
    links = {slug: doors.path(store.make_link(slug, "Load")) for slug in slugs}
    store.close()
    with _running(settings) as process:
        yield Served(f"http://localhost:{settings.port}", process, links, slugs)


def _make(settings: HubSettings, store: Store, slug: str, screen: Screen, model: str) -> str:
    engine = f"openai:{model_server.MODEL}" if model else "offline"
    planned = plan_scaffold(ScaffoldRequest(PROMPT, name=slug, screen=screen, model=engine))
    folder = make(planned, settings.prototypes / slug)
    if model:
        (folder / ".env").write_text(f"OPENAI_BASE_URL={model}\nOPENAI_API_KEY=none\n", encoding="utf-8")
    store.add(slug, planned.spec)
    return slug


@contextmanager
def _running(settings: HubSettings) -> Iterator[psutil.Process]:
    command = [
        sys.executable,
        "-m",
        "protokit",
        "hub",
        "--home",
        str(settings.home),
        "--port",
        str(settings.port),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as hub:
        try:
            assert hub.stdout is not None
            if not hub.stdout.readline():
                raise SystemExit("the Hub did not start")
            yield psutil.Process(hub.pid)
        finally:
            hub.send_signal(signal.SIGTERM)
            hub.wait(60)


@contextmanager
def a_model() -> Iterator[str]:
    """The address of a model server in a process of its own."""
    told: Any
    told, tell = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve_model, args=(tell,), daemon=True)
    process.start()
    tell.close()
    try:
        yield told.recv()
    finally:
        process.terminate()
        process.join()


def _serve_model(tell: Any) -> None:
    with model_server.running() as server:
        server.behaviour.pieces = PIECES
        server.behaviour.first_token, server.behaviour.between = FIRST, BETWEEN
        tell.send(server.url)
        signal.pause()


async def _everybody(
    hub: Served, screen: Screen, visitors: int, think: float, seconds: float, turns: Turns
) -> dict[str, float]:
    (link,) = hub.links.values()
    await _wake(hub, link)
    before = _busy(hub)
    until = time.monotonic() + seconds
    async with asyncio.TaskGroup() as group:
        for number in range(visitors):
            group.create_task(_visit(hub, link, screen, random.Random(number), think, until, turns))
    return {name: seconds - before[name] for name, seconds in _busy(hub).items()}


def _busy(hub: Served) -> dict[str, float]:
    """Seconds of processor time so far."""
    prototypes = hub.process.children(recursive=True)
    each = {"hub": [hub.process], "prototype": prototypes, "visitors": [psutil.Process()]}
    return {name: sum(sum(one.cpu_times()[:2]) for one in family) for name, family in each.items()}


async def _visit(
    hub: Served, link: str, screen: Screen, chance: random.Random, think: float, until: float, turns: Turns
) -> None:
    """One visitor: comes within the first reading time, then asks and reads in turn."""
    await asyncio.sleep(chance.uniform(0, think))
    try:
        async with _admitted(hub, link) as (session, base), _tab(session, base, screen) as ask:
            while time.monotonic() < until:
                await asyncio.sleep(chance.uniform(0, 2 * think))
                began = time.perf_counter()
                async with asyncio.timeout(PATIENCE):
                    text = await ask(chance.choice(QUESTIONS))
                turns.seconds.append(time.perf_counter() - began)
                if "30 days" not in text:
                    turns.errors.append(f"another answer: {text[:200]}")
    except (ClientError, Unwell, TimeoutError) as problem:
        turns.errors.append(f"{type(problem).__name__}: {problem}")


@asynccontextmanager
async def _admitted(hub: Served, link: str) -> AsyncIterator[tuple[ClientSession, str]]:
    """A browser that came in by `link`, and the address of the prototype's own page."""
    jar = CookieJar(unsafe=True)
    async with ClientSession(cookie_jar=jar, connector=TCPConnector(limit=0)) as session:
        frame = await _send_form(session, hub.url + link, {})
        base = f"{frame.rstrip('/')}/app"
        async with session.get(f"{base}/", headers=NAVIGATION) as page:
            if page.status != 200:
                raise Unwell(f"status {page.status} for the page")
            await page.read()
        yield session, base


async def _send_form(session: ClientSession, url: str, fields: dict[str, str]) -> str:
    """Fill in the form at `url`; returns the address it led to."""
    async with session.get(url, headers=NAVIGATION) as page:
        token = re.search(r'name="csrf_token" value="([^"]+)"', await page.text())
    if token is None:
        raise Unwell(f"no form at {url}")
    sent = {"csrf_token": token[1], **fields}
    headers = {**NAVIGATION, "Origin": url.partition("/s")[0], "Sec-Fetch-Site": "same-origin"}
    async with session.post(url, data=sent, headers=headers) as led:
        if led.status not in (200, 503):
            raise Unwell(f"status {led.status} after the form at {url}: {(await led.text())[-800:]}")
        return str(led.url)


async def _wake(hub: Served, link: str) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            async with _admitted(hub, link):
                return
        except Unwell:
            await asyncio.sleep(0.5)
    raise SystemExit("the prototype does not wake")


@asynccontextmanager
async def _tab(session: ClientSession, base: str, screen: Screen) -> AsyncIterator[Any]:
    """An open page; yields how to ask there, which returns what was shown."""
    if screen == "gradio":
        gradio = GradioTab(session, base)
        await gradio.open()
        state: list[Any] = [None, None]

        async def ask_gradio(question: str) -> str:
            *_, last = [told async for told in gradio.call("chat", [question, *state])]
            if not last["success"]:
                raise Unwell(f"the answer failed: {str(last)[:200]}")
            return str(last["output"])

        yield ask_gradio
        return
    async with StreamlitTab(session, base) as tab:
        box = ""
        async for told in tab.run():
            if (
                told.WhichOneof("type") == "delta"
                and told.delta.new_element.WhichOneof("type") == "chat_input"
            ):
                box = told.delta.new_element.chat_input.id

        async def ask_streamlit(question: str) -> str:
            shown = []
            async for told in tab.run((box, question)):
                if told.WhichOneof("type") == "delta":
                    shown.append(told.delta.new_element.markdown.body)
            return "\n".join(shown)

        yield ask_streamlit


async def _one_question_each(hub: Served) -> int:
    """Ask in every prototype, and leave all pages open; returns how many did not answer."""
    failed = 0
    for slug, link in hub.links.items():
        await _wake(hub, link)
        async with _admitted(hub, link) as (session, base), _tab(session, base, hub.screens[slug]) as ask:
            failed += "[1]" not in await ask(QUESTIONS[0])
    return failed


async def _open_gallery(hub: Served) -> tuple[list[float], int]:
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as session:
        await _send_form(session, f"{hub.url}/signin", {"passcode": PASSCODE})
        times = []
        for _ in range(20):
            began = time.perf_counter()
            async with session.get(f"{hub.url}/", headers=NAVIGATION) as page:
                text = await page.text()
            times.append(time.perf_counter() - began)
            if page.status != 200:
                raise Unwell(f"status {page.status} for the gallery")
    return times, len(text)


if __name__ == "__main__":
    main()
