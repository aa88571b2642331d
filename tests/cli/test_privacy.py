"""What is done on this machine stays on it."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.terminal import COMMAND, environment, protokit

SEARCH = """
import sys
from vectorstore import KnowledgeBase
with KnowledgeBase.open(sys.argv[1]) as knowledge:
    knowledge.sync(sys.argv[2])
    assert knowledge.search("When is it open?")[0].file == "hours.md"
    assert knowledge.status.embedded == 1
"""


def test_searching_leaves_nothing_in_the_persons_home(tmp_path: Path) -> None:
    """onnxruntime would keep an id of the machine there, and a database of what it wants to report."""
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "hours.md").write_text("The workshop opens at 9:30.")
    home = tmp_path / "home"
    home.mkdir()
    command = [sys.executable, "-c", SEARCH, str(tmp_path / "index"), str(tmp_path / "documents")]
    done = subprocess.run(
        command,
        env={
            "HOME": str(home),
            "USERPROFILE": str(home),
            "PATH": "",
            "PYTHONPATH": str(Path(__file__).parents[2]),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert [path.name for path in home.rglob("*") if path.is_file()] == []


WATCH = """
import os, sys
def watch(event, args):
    if event in ("socket.getaddrinfo", "socket.gethostbyname"):
        with open(os.environ["LOOKUPS"], "a") as file:
            file.write(f"{args[0]}\\n")
sys.addaudithook(watch)
"""
HERE = {"127.0.0.1", "localhost", "::1", "0.0.0.0", "None", "b'127.0.0.1'", "b'localhost'"}


@pytest.mark.slow
@pytest.mark.parametrize("screen", ["streamlit", "gradio"])
def test_no_verb_looks_up_another_host(tmp_path: Path, screen: str) -> None:
    """Also none of the processes that a verb starts: each of them notes whom it looks up."""
    (tmp_path / "watch").mkdir()
    (tmp_path / "watch" / "sitecustomize.py").write_text(WATCH)
    lookups, env = tmp_path / "lookups", {"PYTHONPATH": str(tmp_path / "watch")}
    env["LOOKUPS"] = str(lookups)
    made = ["new", "Answer questions about our employee handbook", "--ui", screen, "--out", "made", "--yes"]
    verbs = [
        ["ask", "made", "How many days of annual leave do I get?"],
        ["trace", "made"],
        ["eval", "made"],
        ["check", "made"],
        ["update", "made"],
        ["export", "made", "--to", "zip"],
        ["eject", "made"],
        ["list"],
        ["doctor"],
    ]
    if screen == "gradio":  # what differs is the page
        verbs = [["check", "made"]]
    for words in (made, *verbs):
        done = protokit(*words, cwd=tmp_path, env=env)
        assert done.code == 0, (words, done)
    _open_and_leave(tmp_path, env)
    told = set(lookups.read_text().split())
    assert told, "nothing was watched"
    assert told <= HERE


def _open_and_leave(folder: Path, env: dict[str, str]) -> None:
    """Serve the page until it says its address, as `protokit run` does, and press Ctrl-C."""
    running = subprocess.Popen(
        [*COMMAND, "run", "made"],
        cwd=folder,
        env=environment(**env),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    with running:
        assert running.stdout is not None
        assert running.stdout.readline().startswith("http://localhost:")
        running.send_signal(signal.SIGINT)
