"""A Hub's processes: whatever is done to a prototype, to the Hub or to its helpers, none is left behind."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.support.hosting_server import GRADIO, NAVIGATION, STREAMLIT
from tests.support.hub_process import Person, RunningHub, running_hub
from tests.support.terminal import environment
from tests.support.waiting import until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the keeper is Linux's")

SPEC = (
    "schema: 1\ntitle: {slug}\nslug: {slug}\npitch: It helps.\nblueprint: chatbot@1.0.0\nscreen: {screen}\n"
)
STUBBORN = """
import signal, subprocess, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
WAIT = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
RUNNER = '''
import os, time
for _ in range(3000):
    if os.fork():
        os._exit(0)
    os.setsid()
    time.sleep(0.01)
'''
subprocess.Popen([sys.executable, "-c", WAIT])
subprocess.Popen([sys.executable, "-c", WAIT], start_new_session=True)
subprocess.Popen([sys.executable, "-c", "import os\\nif os.fork(): os._exit(0)\\nos.setsid()\\n" + WAIT])
subprocess.Popen([sys.executable, "-c", RUNNER])
"""
"""Starts a helper, one with a session of its own, a daemon, and one that never has the same number for long."""
PAGE = """
import os, streamlit as st
print("generation", os.environ.get("GENERATION", ""))
st.title("Calm")
"""


def prototype(home: Path, slug: str, screen: str, app: str) -> Path:
    folder = home / "prototypes" / slug
    folder.mkdir(parents=True)
    (folder / "prototype.yaml").write_text(SPEC.format(slug=slug, screen=screen), encoding="utf-8")
    (folder / "app.py").write_text(app, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    home = tmp_path_factory.mktemp("hub") / "home"
    prototype(home, "calm", "streamlit", STREAMLIT)
    prototype(home, "quick", "streamlit", PAGE)
    prototype(home, "stubborn", "gradio", STUBBORN + GRADIO)
    with running_hub(home) as running:
        yield running


@pytest.fixture(scope="module")
def owner(hub: RunningHub) -> Person:
    return hub.person()


def living(hub: RunningHub, slug: str) -> set[int]:
    """Every process that runs in the folder of `slug`, whosever child it is."""
    folder = str((hub.home / "prototypes" / slug).resolve())
    found = set()
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.cwd() == folder and process.status() != psutil.STATUS_ZOMBIE:
                found.add(process.pid)
    return found


def up(owner: Person, slug: str) -> bool:
    answer = owner.client.get(f"/p/{slug}/app/", headers=NAVIGATION, follow_redirects=True)
    return answer.status_code == 200


def wake(owner: Person, slug: str) -> None:
    until(lambda: up(owner, slug))


def press(owner: Person, slug: str, what: str) -> None:
    answer = owner.send(f"/prototypes/{slug}/health", f"/prototypes/{slug}/{what}")
    assert answer.status_code == 200, answer.text


def helper(hub: RunningHub, name: str) -> psutil.Process | None:
    """The Hub's keeper, zygote or maker; a fork of the zygote looks the same but for its folder."""
    for process in psutil.Process(hub.process.pid).children(recursive=True):
        with suppress(psutil.Error):
            inside = process.cwd().startswith(str(hub.home.resolve()))
            words = process.cmdline()
            if words[-3:].count(f"protokit.hub.{name}") and words[1] == "-P" and not inside:
                return process
    return None


@pytest.mark.parametrize("restarts", [10, pytest.param(50, marks=pytest.mark.slow)])
def test_restarts_in_a_row_leave_one_process_with_the_newest_settings(
    hub: RunningHub, owner: Person, restarts: int
) -> None:
    wake(owner, "quick")
    folder = hub.home / "prototypes" / "quick"
    for number in range(restarts):
        (folder / ".env").write_text(f"GENERATION={number}\n", encoding="utf-8")
        press(owner, "quick", "restart")
        if number % 10 == 9:  # now and then it gets as far as a page
            wake(owner, "quick")
    log = (hub.home / "logs" / "quick.log").read_text()
    assert re.findall(r"generation (\d*)", log)[-1] == str(restarts - 1)
    assert len(living(hub, "quick")) == 1
    press(owner, "quick", "stop")
    assert living(hub, "quick") == set()


@pytest.mark.slow
def test_a_prototype_that_hides_what_it_started_takes_it_along(hub: RunningHub, owner: Person) -> None:
    wake(owner, "stubborn")
    until(lambda: len(living(hub, "stubborn")) == 5)
    before = living(hub, "stubborn")
    press(owner, "stubborn", "restart")
    wake(owner, "stubborn")
    until(lambda: len(living(hub, "stubborn")) == 5)
    assert not before & living(hub, "stubborn")
    press(owner, "stubborn", "delete")
    assert living(hub, "stubborn") == set()


def test_a_prototype_that_stands_still_can_be_stopped(hub: RunningHub, owner: Person) -> None:
    wake(owner, "calm")
    for pid in living(hub, "calm"):
        os.kill(pid, signal.SIGSTOP)
    press(owner, "calm", "stop")
    assert living(hub, "calm") == set()
    press(owner, "calm", "start")


def test_what_is_archived_or_deleted_while_it_starts_never_comes_up(hub: RunningHub, owner: Person) -> None:
    for way, back in (("archive", "unarchive"), ("delete", "undelete")):
        press(owner, "quick", "start")
        press(owner, "quick", way)
        assert living(hub, "quick") == set()
        assert owner.send("/", f"/prototypes/quick/{back}").status_code == 200


@pytest.mark.slow
def test_a_check_beside_a_running_hub_leaves_its_prototypes_alone(hub: RunningHub, owner: Person) -> None:
    wake(owner, "calm")
    before = living(hub, "calm")
    command = [sys.executable, "-m", "protokit", "hub", "--home", str(hub.home), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(), timeout=120)
    assert done.returncode == 0, done.stderr
    assert up(owner, "calm")
    assert living(hub, "calm") == before


def test_prototypes_go_on_when_the_process_that_forks_them_has_died(hub: RunningHub, owner: Person) -> None:
    wake(owner, "calm")
    before = living(hub, "calm")
    zygote = helper(hub, "worker.zygote")
    zygote.kill()
    until(lambda: helper(hub, "worker.zygote") not in (None, zygote))
    assert up(owner, "calm")
    press(owner, "quick", "restart")
    wake(owner, "quick")
    assert living(hub, "calm") == before


@pytest.mark.slow
def test_prototypes_go_on_when_the_process_that_forks_them_stands_still(
    hub: RunningHub, owner: Person
) -> None:
    wake(owner, "calm")
    before = living(hub, "calm")
    helper(hub, "worker.zygote").suspend()
    press(owner, "quick", "restart")
    wake(owner, "quick")
    assert living(hub, "calm") == before


def test_prototypes_come_back_when_the_process_that_holds_them_has_died(
    hub: RunningHub, owner: Person
) -> None:
    wake(owner, "calm")
    before = living(hub, "calm")
    helper(hub, "worker.process_keeper").kill()
    until(lambda: len(living(hub, "calm") - before) == 1)  # by itself, nobody visits it
    assert not before & living(hub, "calm")
    wake(owner, "calm")


@pytest.mark.parametrize("number", [pytest.param(signal.SIGTERM, marks=pytest.mark.slow), signal.SIGKILL])
def test_nothing_outlives_the_hub(tmp_path: Path, number: signal.Signals) -> None:
    prototype(tmp_path / "home", "stubborn", "gradio", STUBBORN + GRADIO)
    with running_hub(tmp_path / "home") as hub:
        owner = hub.person()
        owner.new("Answer questions about our handbook")
        until(lambda: helper(hub, "jobs.job_worker") is not None)
        helper(hub, "jobs.job_worker").suspend()  # so that it does not end by itself
        wake(owner, "stubborn")
        until(lambda: len(living(hub, "stubborn")) == 5)
        below = psutil.Process(hub.process.pid).children(recursive=True)
        hub.process.send_signal(number)
        hub.process.wait(30)
        assert psutil.wait_procs(below, timeout=20)[1] == []
        until(lambda: living(hub, "stubborn") == set(), 20)
