"""A Hub in one file and out of it again: whole, checked, readable by its owner alone."""

import json
import os
import sqlite3
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest
from click.testing import CliRunner

from protokit.cli.main import main
from protokit.errors import ProtokitError
from protokit.hub.app import open_hub
from protokit.hub.backup import backup, restore
from protokit.hub.content.usage_analytics import UsageAnalytics, events_file
from protokit.hub.hub_settings import HubSettings
from protokit.hub.security.passcodes import hashed, matches
from protokit.runtime.assistant_types import Answer
from protokit.runtime.usage.events import EventLog
from tests.support.hub_site import Site, made, site

ANSWER = Answer(question="How many days?", text="25 days.", model="offline", found=True)
PASSCODE = "correct horse battery"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = made(tmp_path_factory.mktemp("made") / "hr")
    (folder / ".env").write_text("OPENAI_API_KEY=sk-test\n")
    index = folder / ".protokit" / "index"
    index.mkdir(parents=True)
    (index / "vectors.bin").write_bytes(b"can be made again")
    return folder


@pytest.fixture
def hub(tmp_path: Path, folder: Path) -> Iterator[Site]:
    with site(tmp_path / "home", folder) as served:
        served.hub.store.set_passcode(hashed(PASSCODE))
        yield served


def leftovers(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name.startswith("."))


def test_a_hub_that_is_in_use_is_backed_up_and_comes_back_whole(hub: Site, tmp_path: Path) -> None:
    link = hub.hub.store.make_link("hr", "Board")
    hub.hub.store.begin_session("laptop")
    log, over = EventLog(events_file(hub.folder("hr"))), threading.Event()
    log.record(ANSWER)

    def ask() -> None:
        while not over.is_set():
            log.record(ANSWER)

    visitors = threading.Thread(target=ask)
    visitors.start()
    try:
        done = backup(hub.hub.settings, tmp_path / "hub.zip")
    finally:
        over.set()
        visitors.join(30)
    assert stat.S_IMODE(done.path.stat().st_mode) == 0o600
    assert done.notes == ()
    restored = restore(done.path, tmp_path / "new")
    assert restored.files == done.files
    again = open_hub(HubSettings(tmp_path / "new"))
    try:
        assert matches(PASSCODE, again.store.passcode())
        assert [each.name for each in again.store.links("hr")] == ["Board"]
        assert again.doors.path(again.store.links("hr")[0]) == hub.hub.doors.path(link)
        assert again.store.sessions() == []
        assert UsageAnalytics(again.folder("hr")).totals().questions >= 1
        actions = [each.action for each in again.store.entries()]
        assert actions[0] == "home restored"
    finally:
        again.store.close()
    assert (tmp_path / "new" / "prototypes/hr/.env").read_text() == "OPENAI_API_KEY=sk-test\n"
    assert not (tmp_path / "new" / "prototypes/hr/.protokit/index").exists()
    for name in ("secret", "hub.db", "prototypes/hr/.env"):
        assert stat.S_IMODE((tmp_path / "new" / name).stat().st_mode) == 0o600, name
    assert hub.hub.store.entries()[0].action == "backed up"
    assert leftovers(tmp_path) == []


def test_a_backup_takes_no_other_files_place(hub: Site, tmp_path: Path) -> None:
    target = tmp_path / "hub.zip"
    target.write_text("mine")
    with pytest.raises(ProtokitError, match="such a file already"):
        backup(hub.hub.settings, target)
    assert target.read_text() == "mine"
    with pytest.raises(ProtokitError, match="lie in what"):
        backup(hub.hub.settings, hub.hub.settings.home / "hub.zip")
    assert leftovers(tmp_path) == []


def test_nothing_is_restored_over_something(hub: Site, tmp_path: Path) -> None:
    done = backup(hub.hub.settings, tmp_path / "hub.zip")
    for home in (hub.hub.settings.home, done.path):
        with pytest.raises(ProtokitError, match="something already"):
            restore(done.path, home)
    (tmp_path / "empty").mkdir()
    restore(done.path, tmp_path / "empty")
    assert (tmp_path / "empty" / "secret").is_file()


@pytest.mark.parametrize(
    "wrong", ["truncated", "a bit", "not a backup", "missing file", "another file", "escaping"]
)
def test_a_backup_that_is_not_as_it_was_leaves_nothing(hub: Site, tmp_path: Path, wrong: str) -> None:
    good, bad = backup(hub.hub.settings, tmp_path / "hub.zip").path, tmp_path / "bad.zip"
    content = good.read_bytes()
    if wrong == "truncated":
        bad.write_bytes(content[: len(content) // 2])
    elif wrong == "a bit":
        bad.write_bytes(content[:3000] + bytes([content[3000] ^ 1]) + content[3001:])
    elif wrong == "not a backup":
        bad.write_text("hello")
    else:
        with ZipFile(good) as source, ZipFile(bad, "w") as target:
            manifest = json.loads(source.read("manifest.json"))
            for name in [name for name in source.namelist() if name != "manifest.json"]:
                if wrong != "missing file" or name != "secret":
                    target.writestr(
                        name,
                        source.read(name) + (b"x" if (wrong, name) == ("another file", "secret") else b""),
                    )
            if wrong == "escaping":
                target.writestr("../outside", "x")
                manifest["files"]["../outside"] = {"size": 1, "sha256": "", "executable": False}
            target.writestr("manifest.json", json.dumps(manifest))
    before = sorted(tmp_path.iterdir())
    with pytest.raises(ProtokitError, match="cannot be read"):
        restore(bad, tmp_path / "new")
    assert sorted(tmp_path.iterdir()) == before


def test_a_damaged_file_of_questions_is_in_it_as_it_is_and_told(hub: Site, tmp_path: Path) -> None:
    path = events_file(hub.folder("hr"))
    for _ in range(40):
        EventLog(path).record(ANSWER)
    damaged = path.read_bytes()[:4096] + b"\xff" * 4096
    path.write_bytes(damaged)
    done = backup(hub.hub.settings, tmp_path / "hub.zip")
    assert "events.db is damaged" in done.notes[0]
    restore(done.path, tmp_path / "new")
    assert (tmp_path / "new" / "prototypes/hr/.protokit/events.db").read_bytes() == damaged


def test_a_damaged_database_of_the_hub_is_told_instead_of_backed_up(hub: Site, tmp_path: Path) -> None:
    hub.hub.store.close()
    path = hub.hub.settings.home / "hub.db"
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    content = path.read_bytes()
    path.write_bytes(content[:8192] + os.urandom(len(content) - 8192))
    with pytest.raises(ProtokitError, match=r"hub\.db: the Hub's database is damaged"):
        backup(hub.hub.settings, tmp_path / "hub.zip")
    assert not (tmp_path / "hub.zip").exists()
    assert leftovers(tmp_path) == []


def test_a_state_in_postgres_is_said_not_to_be_in_it(hub: Site, tmp_path: Path) -> None:
    settings = HubSettings(hub.hub.settings.home, state_url="postgresql://nobody@127.0.0.1:1/none")
    done = backup(settings, tmp_path / "hub.zip")
    assert "pg_dump" in done.notes[0]
    assert "pg_restore" in restore(done.path, tmp_path / "new").notes[0]


def test_at_the_terminal_a_backup_says_that_it_holds_secrets(hub: Site, tmp_path: Path) -> None:
    home, target = str(hub.hub.settings.home), str(tmp_path / "hub.zip")
    runner = CliRunner()
    done = runner.invoke(main, ["hub", "--home", home, "--backup", target])
    assert done.exit_code == 0, done.output
    assert done.stdout.strip() == target
    assert "secret" in done.stderr
    assert runner.invoke(main, ["hub", "--home", home, "--backup", target]).exit_code == 1
    again = runner.invoke(main, ["hub", "--home", str(tmp_path / "new"), "--restore", target, "--json"])
    assert again.exit_code == 0, again.output
    assert json.loads(again.stdout)["path"] == str(tmp_path / "new")
    assert "signed out" in again.stderr
    assert runner.invoke(main, ["hub", "--home", str(tmp_path / "none"), "--backup", "x.zip"]).exit_code == 1
    assert runner.invoke(main, ["hub", "--backup", "x.zip", "--audit"]).exit_code == 2


def test_at_the_terminal_the_audit_log_is_csv_or_json(hub: Site, tmp_path: Path) -> None:
    hub.hub.store.note("link made", "owner", address="192.0.2.1", slug="hr", detail="Board")
    home, runner = str(hub.hub.settings.home), CliRunner()
    rows = runner.invoke(main, ["hub", "--home", home, "--audit"]).stdout.splitlines()
    assert rows[0] == "time,action,who,name,address,prototype,detail"
    assert rows[1].endswith("link made,owner,,192.0.2.1,hr,Board")
    (entry,) = json.loads(runner.invoke(main, ["hub", "--home", home, "--audit", "--json"]).stdout)
    assert entry["detail"] == "Board"
    missing = runner.invoke(main, ["hub", "--home", str(tmp_path / "none"), "--audit"])
    assert missing.exit_code == 1
    assert not (tmp_path / "none").exists()
