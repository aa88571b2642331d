"""What a killed command left beside its target is gone after the next one; what a living one makes there stays."""

import signal
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from tests.support.blueprint_folders import written
from tests.support.terminal import protokit

DIE = """
import os, signal, sys
def die(event, args):
    if event == "os.rename" and os.path.abspath(args[1]) == os.environ["DIE_AT"]:
        os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(die)
"""
NEW = ["new", "Answer questions about our handbook", "--yes", "--out", "made"]
VERBS = {
    "new": (NEW, "made"),
    "export": (["export", "given", "--to", "spaces", "--out", "bundle"], "bundle"),
    "zip": (["export", "given", "--to", "zip", "--out", "bundle.zip"], "bundle.zip"),
    "eject": (["eject", "given", "--out", "free"], "free"),
    "fork": (["blueprint", "fork", "chatbot", "--as", "mine"], "mine"),
    "blueprint new": (["blueprint", "new", "Answer questions about leave", "--as", "fresh"], "fresh"),
    "pack": (
        ["blueprint", "pack", "./own", "--out", "."],
        "protokit_blueprint_policy_search-1.0.0-py3-none-any.whl",
    ),
}


def hidden(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(".")]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("killed")
    assert protokit(*NEW[:-1], "given", cwd=place).code == 0
    written(place / "own")
    (place / "die").mkdir()
    (place / "die" / "sitecustomize.py").write_text(DIE)
    return place


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there")
@pytest.mark.parametrize("verb", list(VERBS))
def test_the_next_run_removes_what_a_killed_one_left(place: Path, verb: str) -> None:
    words, target = VERBS[verb]
    killed = protokit(
        *words, cwd=place, env={"PYTHONPATH": str(place / "die"), "DIE_AT": str(place / target)}
    )
    assert killed.code == -signal.SIGKILL
    assert not (place / target).exists()
    assert len(hidden(place)) == 1
    done = protokit(*words, cwd=place)
    assert done.code == 0, done.err
    assert (place / target).exists()
    assert hidden(place) == []


def test_what_a_living_run_makes_and_what_is_not_ours_stays(tmp_path: Path) -> None:
    living, theirs, young = (tmp_path / name for name in (".made.a.partial", ".made.b", ".made.c.partial"))
    for folder in (living, theirs, young):
        folder.mkdir()
        (folder / "work.md").write_text("mine")
    with FileLock(living / "lock"):
        assert protokit(*NEW, cwd=tmp_path).code == 0
    assert sorted(hidden(tmp_path)) == [".made.a.partial", ".made.b", ".made.c.partial"]
