"""Hosting: many prototypes behind one address, each on its own, whatever another does."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import psutil
import pytest

from protokit.hub.hosting.launcher import Fresh
from protokit.hub.hosting.resource_limits import MIB, ResourceLimits
from protokit.hub.hosting.smoke_test import smoke
from protokit.runtime.visitor import HOSTED
from tests.support.hosting_server import GRADIO, NAVIGATION, STREAMLIT, Running, hosting_in, prototype
from tests.support.waiting import until


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with hosting_in(tmp_path_factory.mktemp("hub")) as running:
        running.add("calm", "streamlit", STREAMLIT)
        running.add("busy", "gradio", GRADIO)
        assert running.wake("calm"), running.hosting.log("calm")
        assert running.wake("busy"), running.hosting.log("busy")
        yield running


def state(hub: Running, slug: str) -> str:
    return hub.hosting.status(slug).state


def is_served(hub: Running, slug: str) -> bool:
    """Whether the page of `slug` comes, ten times in a row."""
    return all(hub.get(f"/p/{slug}/app/", **NAVIGATION).status_code == 200 for _ in range(10))


def test_both_screens_are_served_under_their_public_path(hub: Running) -> None:
    assert "streamlit" in hub.get("/p/calm/app/", **NAVIGATION).text.lower()
    assert "gradio" in hub.get("/p/busy/app/", **NAVIGATION).text
    assert hub.get("/p/busy/app/config").json()["components"]


def test_a_visit_wakes_a_sleeping_prototype_and_a_poll_does_not(hub: Running) -> None:
    slug = hub.add("sleeper", "streamlit", STREAMLIT)
    assert hub.get(f"/p/{slug}/app/_stcore/health").status_code == 503
    assert hub.get(f"/p/{slug}/app/", Sec_Fetch_Mode="cors", Accept="text/html").status_code == 503
    assert state(hub, slug) == "asleep"
    waking = hub.get(f"/p/{slug}/app/", **NAVIGATION)
    assert waking.status_code == 503
    assert "Waking" in waking.text
    assert state(hub, slug) == "starting"
    until(lambda: state(hub, slug) == "awake")
    assert hub.get(f"/p/{slug}/app/", **NAVIGATION).status_code == 200


def test_a_stopped_prototype_stays_stopped_until_its_owner_starts_it(hub: Running) -> None:
    slug = hub.add("stopped", "streamlit", STREAMLIT)
    hub.do(hub.hosting.halt(slug))
    assert hub.get(f"/p/{slug}/app/", **NAVIGATION).status_code == 503
    assert state(hub, slug) == "stopped"
    hub.do(hub.hosting.restart(slug))
    assert hub.do(hub.hosting.ready(slug, 60))


def test_a_restart_serves_the_folder_as_it_is_now(hub: Running) -> None:
    slug = hub.add("edited", "gradio", GRADIO)
    assert hub.wake(slug)
    app = hub.home / slug / "app.py"
    app.write_text(GRADIO.replace("gr.Textbox(), gr.Textbox()", "gr.Textbox(label='New'), gr.Textbox()"))
    hub.do(hub.hosting.restart(slug))
    assert hub.do(hub.hosting.ready(slug, 60))
    assert '"New"' in hub.get(f"/p/{slug}/app/config").text


def test_the_memory_of_a_prototype_is_its_own_share(hub: Running) -> None:
    until(lambda: hub.hosting.status("calm").memory > 0)
    assert hub.hosting.status("calm").memory < 150 * MIB


@pytest.mark.parametrize("screen", ["streamlit", "gradio"])
def test_a_prototype_that_raises_at_the_start_is_broken_and_says_why_to_its_owner_only(
    hub: Running, screen: str
) -> None:
    slug = hub.add(f"raising-{screen}", screen, "raise ValueError('secret /etc/path')")
    assert not hub.wake(slug)
    assert "ValueError: secret /etc/path" in hub.hosting.status(slug).problem
    assert any("Traceback" in line for line in hub.hosting.log(slug))
    page = hub.get(f"/p/{slug}/app/", **NAVIGATION)
    assert page.status_code == 503
    assert "secret" not in page.text
    assert "Traceback" not in page.text


def test_an_error_in_a_running_prototype_tells_the_visitor_nothing_of_its_inside(hub: Running) -> None:
    joined = {"data": ["raise"], "fn_index": 0, "session_hash": "abc"}
    assert httpx.post(f"{hub.url}/p/busy/app/gradio_api/queue/join", json=joined).status_code == 200
    told = hub.get("/p/busy/app/gradio_api/queue/data?session_hash=abc").text
    assert '"success":false' in told.replace(" ", "")
    assert "secret" not in told


def test_a_prototype_that_exits_comes_back_by_itself(hub: Running) -> None:
    slug = hub.add("exiting", "gradio", GRADIO)
    assert hub.wake(slug)
    hub.act(slug, "exit")
    until(lambda: hub.hosting.status(slug).restarts == 1 and state(hub, slug) == "awake")
    assert hub.get(f"/p/{slug}/app/", **NAVIGATION).status_code == 200
    assert any("exit 7" in line for line in hub.hosting.log(slug))


def test_a_prototype_that_never_comes_up_is_left_alone_after_some_attempts(
    tmp_path: Path, hub: Running
) -> None:
    slug = hub.add("hopeless", "streamlit", "import os; os._exit(3)")
    assert not hub.wake(slug)
    until(lambda: hub.hosting.status(slug).restarts == hub.hosting.limits.attempts - 1)
    until(lambda: state(hub, slug) == "broken")
    assert hub.get(f"/p/{slug}/app/_stcore/health").status_code == 503
    assert state(hub, slug) == "broken"
    assert hub.hosting.status(slug).restarts == hub.hosting.limits.attempts - 1
    assert "exit 3" in hub.hosting.status(slug).problem


def test_a_prototype_that_eats_memory_is_ended_before_it_hurts(hub: Running) -> None:
    slug = hub.add("hungry", "gradio", GRADIO)
    assert hub.wake(slug)
    hub.act(slug, "eat")
    until(lambda: any("more than 400 MB" in line for line in hub.hosting.log(slug)))
    assert is_served(hub, "calm")
    until(lambda: state(hub, slug) == "awake")


def test_a_prototype_that_starts_too_many_processes_is_ended_with_all_of_them(hub: Running) -> None:
    slug = hub.add("breeding", "gradio", GRADIO)
    assert hub.wake(slug)
    before = set(psutil.pids())
    hub.act(slug, "fork")
    until(lambda: any("more than 20 processes" in line for line in hub.hosting.log(slug)))
    until(lambda: state(hub, slug) == "awake")
    until(lambda: not [p for p in _sleepers() if p.pid not in before])


def test_blocking_and_spinning_prototypes_slow_no_other(hub: Running) -> None:
    for what in ("block", "spin"):
        slug = hub.add(f"{what}ing", "gradio", GRADIO)
        assert hub.wake(slug)
        hub.act(slug, what)
    assert is_served(hub, "calm")
    assert is_served(hub, "busy")
    for what in ("block", "spin"):
        hub.do(hub.hosting.halt(f"{what}ing"))


def test_a_prototype_that_answers_nothing_any_more_is_started_anew(hub: Running) -> None:
    slug = hub.add("hanging", "gradio", GRADIO)
    assert hub.wake(slug)
    hub.act(slug, "", event="hang")
    until(lambda: any("did not answer for 3 s" in line for line in hub.hosting.log(slug)))
    until(lambda: state(hub, slug) == "awake")
    assert is_served(hub, "calm")


def test_what_a_prototype_prints_fills_no_disk(hub: Running) -> None:
    slug = hub.add("chatty", "gradio", GRADIO)
    assert hub.wake(slug)
    hub.act(slug, "chatter")
    log = hub.home.parent / "logs" / f"{slug}.log"
    until(lambda: log.stat().st_size > MIB)
    until(lambda: log.stat().st_size < MIB)
    hub.do(hub.hosting.halt(slug))
    assert len(hub.hosting.log(slug, 5)) == 5


def test_a_prototype_knows_nothing_of_the_hubs_environment_and_its_own_env_file(
    hub: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = "import os, json, pathlib\npathlib.Path('.protokit/seen.json').write_text(json.dumps(dict(os.environ)))\n"
    slug = hub.add("curious", "streamlit", app + STREAMLIT)
    (hub.home / slug / ".env").write_text("OWN_KEY=mine\n", encoding="utf-8")
    assert hub.wake(slug)
    seen = json.loads((hub.home / slug / ".protokit" / "seen.json").read_text(encoding="utf-8"))
    assert seen["OWN_KEY"] == "mine"
    assert seen["HOME"] != os.environ["HOME"]
    assert seen.pop(HOSTED) == "1"
    assert not [name for name in seen if "PYTEST" in name or name.startswith("PROTOKIT")]


def _sleepers() -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter(["cmdline"]):
        with suppress(psutil.Error):
            if "import time; time.sleep(600)" in " ".join(process.info["cmdline"] or []):
                found.append(process)
    return found


HUB = """
import asyncio, sys
from pathlib import Path
from protokit.hub.hosting.prototype_host import Hosting
from protokit.hub.hosting.launcher import Fresh

async def main():
    home = Path(sys.argv[1])
    hosting = Hosting(home / "run", home / "logs", launcher=Fresh())
    await hosting.start()
    hosting.add("calm", home / "calm")
    await hosting.wake("calm")
    assert await hosting.ready("calm", 90), hosting.log("calm")
    print("up", flush=True)
    loop, done = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(15, done.set)
    await done.wait()
    await hosting.stop()

asyncio.run(main())
"""
"""A Hub of its own, to be ended."""
STARTER = """
import subprocess, sys
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_outlives_a_hub_without_a_zygote(tmp_path: Path, number: signal.Signals) -> None:
    prototype(tmp_path / "calm", "streamlit", STARTER + STREAMLIT)
    command = [sys.executable, "-c", HUB, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as hub:
        assert hub.stdout is not None
        assert hub.stdout.readline() == "up\n"
        below = psutil.Process(hub.pid).children(recursive=True)
        assert len(below) >= 2
        hub.send_signal(number)
        hub.wait(30)
    assert psutil.wait_procs(below, timeout=20)[1] == []


def test_fresh_processes_behind_loopback_ports_serve_the_same(tmp_path: Path) -> None:
    with hosting_in(tmp_path, launcher=Fresh()) as hub:
        slug = hub.add("calm", "streamlit", STREAMLIT)
        assert hub.wake(slug), hub.hosting.log(slug)
        found = hub.do(smoke(hub.hosting))
        assert [(check.name, check.ok) for check in found] == [("calm", True)]
        hub.do(hub.hosting.put_to_sleep(slug))
        assert hub.get(f"/p/{slug}/app/", **NAVIGATION).status_code == 503


def test_what_nobody_uses_falls_asleep_and_what_rests_makes_room(tmp_path: Path) -> None:
    with hosting_in(tmp_path, ResourceLimits(awake=1, rest_seconds=0.5, idle_seconds=4), Fresh()) as hub:
        first, second = (hub.add(slug, "streamlit", STREAMLIT) for slug in ("first", "second"))
        assert hub.wake(first)
        assert hub.wake(second)
        assert state(hub, first) == "asleep"
        until(lambda: state(hub, second) == "asleep")


def test_a_check_of_all_opens_each_and_names_the_one_that_fails(hub: Running) -> None:
    for slug in hub.hosting.slugs():
        if slug not in ("calm", "busy"):
            hub.do(hub.hosting.remove(slug))
    hub.add("resting", "streamlit", STREAMLIT)
    hub.add("failing", "streamlit", "1 / 0")
    found = {check.name: check for check in hub.do(smoke(hub.hosting))}
    assert {name for name, check in found.items() if check.ok} == {"calm", "busy", "resting"}
    assert "ZeroDivisionError" in found["failing"].detail
    assert state(hub, "resting") == "asleep"
