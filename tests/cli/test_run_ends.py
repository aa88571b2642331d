"""However `protokit run` ends, the page that it started ends too, and its port is free again."""

import os
import signal
import socket
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from tests.support.browser import own_port
from tests.support.terminal import COMMAND, environment, protokit
from tests.support.waiting import until


def _is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _is_closed(port: int) -> bool:
    return not _is_open(port)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="signals and their defaults as Linux has them")
def test_a_run_that_is_ended_hung_up_or_killed_leaves_no_page_behind(tmp_path: Path) -> None:
    made = protokit("new", "Summarize our meeting notes", "--out", "notes", "--yes", cwd=tmp_path)
    assert made.code == 0, made.err
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGKILL):
        port = own_port()
        command = [*COMMAND, "run", "notes", "--port", str(port)]
        with subprocess.Popen(
            command, cwd=tmp_path, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as run:
            until(partial(_is_open, port))
            os.kill(run.pid, number)
            run.wait(timeout=30)
        until(partial(_is_closed, port), 15)
        assert run.returncode == (-number if number == signal.SIGKILL else 128 + number)
