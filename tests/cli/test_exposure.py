"""Who serves as root, in plain HTTP to others, or out of a folder that others can read, is told so."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from protokit.hub.database.store import Store
from protokit.hub.hub_settings import HubSettings
from protokit.prototype.exposure import exposures
from tests.deploy.test_serve import make
from tests.support.browser import own_port
from tests.support.hub_site import site
from tests.support.terminal import COMMAND, environment

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no such permissions there")


def private(folder: Path) -> Path:
    folder.mkdir(mode=0o700)
    return folder


def test_a_safe_place_is_not_remarked_upon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    home = private(tmp_path / "home")
    for host in ("127.0.0.1", "::1", "[::1]", "localhost", "127.0.0.5"):
        assert exposures(host, home, private=True) == []
    assert exposures("0.0.0.0", home, tls=True, private=True) == []


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "hub.example.com"])
def test_plain_http_to_other_machines_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    (line,) = exposures(host, private(tmp_path / "home"))
    assert f"listens on {host} without TLS" in line


def test_root_and_what_others_can_read_are_told_with_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    home = private(tmp_path / "home")
    (home / ".env").write_text("X=1")
    (home / ".env").chmod(0o644)
    home.chmod(0o755)
    root, folder, keys = exposures("127.0.0.1", home, private=True)
    assert "runs as root" in root
    assert f"chmod 700 {home}" in folder
    assert f"chmod 600 {home / '.env'}" in keys


def test_a_new_home_is_the_owners_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        Store.open(HubSettings(tmp_path / "home")).close()
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "home").stat().st_mode) == 0o700


def test_the_owner_reads_it_on_the_first_page_and_a_guest_never(tmp_path: Path) -> None:
    with site(tmp_path / "home") as hub:
        (tmp_path / "home").chmod(0o755)
        assert "chmod 700" in hub.get("/")
        hub.client.cookies.clear()
        assert "chmod" not in hub.get("/signin")
        (tmp_path / "home").chmod(0o700)


@pytest.mark.parametrize("words", [["serve"], ["mcp", "--http"]])
def test_who_serves_to_other_machines_is_told_before_it_listens(tmp_path: Path, words: list[str]) -> None:
    folder = make(tmp_path, "chatbot")
    command = [*COMMAND, words[0], str(folder), *words[1:], "--host", "0.0.0.0", "--port", str(own_port())]
    with subprocess.Popen(command, env=environment(), stderr=subprocess.PIPE, text=True) as child:
        assert child.stderr is not None
        told = iter(child.stderr.readline, "")
        assert any("Warning: It listens on 0.0.0.0 without TLS" in line for line in told)
        child.kill()
