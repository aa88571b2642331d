"""Files that visitors upload: only where the owner lets them, for them alone, in bounds, and gone afterwards."""

import gc
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

import pytest

from protokit.runtime import Settings, keep_upload
from protokit.runtime.uploads.upload_policy import UPLOADS, may_upload
from protokit.runtime.uploads.upload_quota import UploadLimits, UploadQuota, UploadRefused
from protokit.runtime.uploads.visitor_files import VisitorFiles, notice, one_file
from protokit.runtime.visitor import HOSTED, visitor_of
from tests.support.hub_server import Served, served
from tests.support.hub_site import made, site
from vectorstore import KnowledgeBase

LUNCH = b"# Canteen\n\nThe canteen serves lunch from 11:45 to 13:30 on weekdays.\n"
WAYS = {"POST": "/p/leave/app/gradio_api/upload", "PUT": "/p/leave/app/_stcore/upload_file/session/1"}


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path / "home", "leave") as running:
        yield running


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[VisitorFiles]:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    files = VisitorFiles("none")
    yield files
    files.clear()


@pytest.mark.parametrize(("method", "path"), WAYS.items())
def test_guests_upload_nothing_unless_the_owner_lets_their_link(hub: Served, method: str, path: str) -> None:
    link = hub.link("leave")
    guest, owner = hub.guest(link), hub.owner()
    refused = hub.ask(path, method=method, cookie=guest, body=b"x")
    assert (refused.status, refused.body) == (403, b"Files cannot be uploaded to this page.")
    assert hub.ask(path, method=method, cookie=owner, body=b"x").status == 200
    hub.store.let_upload(link.id, True)
    assert hub.ask(path, method=method, cookie=guest, body=b"x").status == 200
    hub.store.let_upload(link.id, False)
    assert hub.ask(path, method=method, cookie=guest, body=b"x").status == 403
    assert hub.ask(path, method=method, cookie=hub.guest(hub.link("leave", uploads=True))).status == 200


def test_a_guest_who_uploads_too_much_of_it_is_told_so_and_nobody_else(hub: Served) -> None:
    link = hub.link("leave", uploads=True)
    guest, other = hub.guest(link), hub.guest(link)
    answers = [hub.ask(WAYS["PUT"], method="PUT", cookie=guest, body=b"x") for _ in range(11)]
    assert [answer.status for answer in answers] == [200] * 10 + [429]
    assert answers[-1].body == b"That is many files at once. Please wait a minute and go on."
    assert hub.ask(WAYS["PUT"], method="PUT", cookie=other, body=b"x").status == 200
    large = hub.ask(WAYS["PUT"], method="PUT", cookie=other, body=b"x" * 22_000_000)
    assert (large.status, large.body) == (413, b"A file may have 20 MB at most.")


def test_the_owner_lets_guests_upload_on_the_page_of_links(tmp_path: Path) -> None:
    folder = made(tmp_path / "made" / "hr")
    with site(tmp_path / "home", folder) as hub:
        page = "/prototypes/hr/links"
        hub.post(page, page, name="Board")
        hub.post(page, page, name="Pilot", uploads="on")
        shut, open_ = (
            next(link for link in hub.hub.store.links("hr") if link.name == name)
            for name in ("Board", "Pilot")
        )
        assert (shut.uploads, open_.uploads) == (False, True)
        answer = hub.post(f"{page}/{shut.id}/uploads", page, uploads="on")
        assert answer.status_code == 303
        hub.post(f"{page}/{open_.id}/uploads", page)
        assert {link.name: link.uploads for link in hub.hub.store.links("hr")} == {
            "Board": True,
            "Pilot": False,
        }
        assert "Guests may upload files" in hub.get(page)


@pytest.mark.parametrize(
    ("rule", "headers", "allowed"),
    [
        ("", {}, True),
        ("on", {}, True),
        ("off", {}, False),
        ("hub", {}, False),
        ("hub", {"x-protokit-uploads": "0"}, False),
        ("hub", {"x-protokit-uploads": "1"}, True),
    ],
)
def test_who_serves_a_page_says_who_may_upload_and_never_the_visitor(
    tmp_path, monkeypatch, rule, headers, allowed
):
    monkeypatch.setenv(UPLOADS, "" if rule == "hub" else rule)
    monkeypatch.setenv(HOSTED, "1" if rule == "hub" else "")
    assert may_upload(Settings(tmp_path, title="Leave"), headers) is allowed
    told = visitor_of({**headers, "x-protokit-visitor": "the neighbour"}, "10.0.0.1")
    assert told == ("visitor the neighbour" if rule == "hub" else "address 10.0.0.1")


@pytest.mark.parametrize(
    ("line", "rule", "allowed"),
    [
        ("", "private", True),
        ("uploads: shared", "shared", True),
        ("uploads: off", "off", False),  # which YAML reads as false
        ("visitor_uploads: false", "private", False),  # of a prototype that was made before
    ],
)
def test_prototype_yaml_says_what_becomes_of_uploads(tmp_path, monkeypatch, line, rule, allowed):
    monkeypatch.delenv(UPLOADS, raising=False)
    (tmp_path / "prototype.yaml").write_text(f"title: Leave\n{line}\n", encoding="utf-8")
    settings = Settings.read(tmp_path)
    assert (settings.upload_rule, may_upload(settings, {})) == (rule, allowed)
    monkeypatch.setenv(UPLOADS, "on")  # as `protokit run` does
    assert may_upload(settings, {}) is (rule != "off")


def test_what_is_added_for_everybody_lies_with_the_documents_and_is_found_by_all(tmp_path):
    settings = Settings(tmp_path, title="Leave", uploads="shared")
    with KnowledgeBase.open(tmp_path / "index", embedding="none") as knowledge:
        files = VisitorFiles.of(settings, knowledge)
        assert (files.shared, files.add("../canteen.md", LUNCH, "five")) == (True, "canteen.md")
        (passage,) = knowledge.search("When does the canteen serve lunch?", limit=3)
        assert (passage.file, (tmp_path / "knowledge" / "canteen.md").read_bytes()) == ("canteen.md", LUNCH)
        assert files.names() == []  # nothing of it is this visitor's own
    assert "Everybody" in notice("offline", shared=True)
    assert "Only you" in notice("offline")


def test_what_one_visitor_adds_no_other_finds(own: VisitorFiles) -> None:
    assert own.add("../canteen.md", LUNCH, "one") == "canteen.md"
    (passage,) = own.search("When does the canteen serve lunch?", limit=3)
    assert (passage.file, passage.text in LUNCH.decode()) == ("your file: canteen.md", True)
    assert own.search("When does the canteen serve lunch?", limit=3, file="canteen.md") == []
    assert VisitorFiles("none").search("When does the canteen serve lunch?", limit=3) == []


def test_a_session_that_begins_as_a_copy_of_another_has_none_of_its_files(own: VisitorFiles) -> None:
    own.add("lunch.md", LUNCH, "copy")
    assert own.wait(30)
    assert own.names() != []
    assert deepcopy(own).files() == []


def test_what_a_visitor_removes_is_gone_from_search_and_disk(own: VisitorFiles, tmp_path: Path) -> None:
    own.add("canteen.md", LUNCH, "two")
    own.add("tea.md", b"# Tea\n\nTea is served at four.\n", "two")
    own.wait(30)
    own.keep_only(["tea.md"])
    own.wait(30)
    assert own.names() == ["your file: tea.md"]
    assert not list(tmp_path.rglob("canteen.md"))
    own.clear()
    assert (own.names(), list(tmp_path.iterdir())) == ([], [])


def test_files_go_when_their_visitor_is_idle_or_forgotten(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    idle, forgotten = VisitorFiles("none", idle_seconds=0), VisitorFiles("none")
    for files in (idle, forgotten):
        files.add("canteen.md", LUNCH, "three")
        files.wait(30)
    idle.clear_if_idle()
    assert len(list(tmp_path.iterdir())) == 1
    del files, forgotten
    gc.collect()
    assert list(tmp_path.iterdir()) == []


def test_a_page_made_before_keeps_no_file_for_everybody(tmp_path):
    with pytest.raises(ValueError, match="takes no files until its owner has brought it up to date"):
        keep_upload(tmp_path, "canteen.md", LUNCH)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_read_once_is_gone_even_when_reading_fails(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def read() -> None:
        with one_file("memo.md", LUNCH, "four") as path:
            raise RuntimeError(path.read_bytes())

    with pytest.raises(RuntimeError, match="Canteen"):
        read()
    assert list(tmp_path.iterdir()) == []


def test_each_bound_of_a_visitor_holds_and_says_what_it_is() -> None:
    limits = UploadLimits(file_bytes=10, hour_bytes=25, hour_files=4, minute_files=3, all_bytes=40)
    quota = UploadQuota(limits)
    for _ in range(2):
        quota.take("one", 10)
    with pytest.raises(UploadRefused, match="may have 0 MB at most"):
        quota.take("one", 11)
    with pytest.raises(UploadRefused, match="MB an hour"):
        quota.take("one", 6)
    quota.take("one", 5)
    with pytest.raises(UploadRefused, match="wait a minute"):
        quota.take("one", 0)
    quota.take("two", 10)
    with pytest.raises(UploadRefused, match="no room"):
        quota.take("two", 6)
    hourly = UploadQuota(UploadLimits(hour_files=1))
    hourly.take("one", 1)
    with pytest.raises(UploadRefused, match="1 files an hour"):
        hourly.take("one", 1)


def test_five_hundred_files_are_read_once_where_thirty_may_be_searched(tmp_path: Path) -> None:
    for number in range(500):
        with one_file(f"invoice-{number}.txt", b"Total: 3 EUR", "somebody with many invoices") as path:
            assert path.read_bytes() == b"Total: 3 EUR"
    quota = UploadQuota()
    for _ in range(10):
        quota.take("somebody", 12)
    with pytest.raises(UploadRefused, match="wait a minute"):
        quota.take("somebody", 12)
