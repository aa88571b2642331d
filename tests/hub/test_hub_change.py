"""The box "What should change?" beside the live preview."""

import json
import re
from pathlib import Path

import pytest

from protokit.hub.content.api_keys import store_key, store_server
from protokit.hub.security.identity import OWNER_COOKIE
from protokit.revise.change_history import read_history
from protokit.spec.prototype_spec import read_spec
from tests.support import model_server
from tests.support.browser import serious, window
from tests.support.hub_site import made, owner, served_site, site
from tests.support.model_server import MODEL

PAGE = "/prototypes/hr"
WAIT_MS = 240_000


@pytest.mark.slow
def test_a_line_is_shown_tried_kept_and_undone_beside_the_preview(tmp_path: Path, chromium) -> None:
    with served_site(tmp_path / "home", made(tmp_path / "hr")) as (hub, address):
        cookies = [{"name": OWNER_COOKIE, "value": owner(hub), "url": address}]
        with window(chromium, f"{address}{PAGE}", cookies=cookies) as visit:
            page = visit.page
            page.get_by_role("textbox", name="What should change?").fill(
                "call it Leave Desk, green, wobble the flux"
            )
            page.get_by_role("button", name="Show what would change").click()
            page.get_by_text("Not understood: wobble the flux").wait_for(timeout=WAIT_MS)
            assert read_spec(hub.folder("hr") / "prototype.yaml").title != "Leave Desk"
            assert serious(page) == []
            page.get_by_role("button", name="Try it and keep it").click()
            page.get_by_text("Changed and running").wait_for(timeout=WAIT_MS)
            assert page.get_by_role("heading", level=1).inner_text() == "Leave Desk"
            assert read_spec(hub.folder("hr") / "prototype.yaml").accent == "#15803d"
            page.get_by_role("button", name="Undo").first.click()
            page.get_by_text(re.compile("^Undone")).wait_for(timeout=WAIT_MS)
            assert read_spec(hub.folder("hr") / "prototype.yaml").title != "Leave Desk"
            page.get_by_role("link", name="Versions").click()
            versions = page.get_by_role("list", name="Changes, the newest first").get_by_role("heading")
            versions.first.wait_for(timeout=WAIT_MS)
            assert versions.count() == 2
            assert serious(page) == []
            page.get_by_role("button", name="Undo").click()  # of the undoing
            page.get_by_text(re.compile("^Undone")).wait_for(timeout=WAIT_MS)
            assert read_spec(hub.folder("hr") / "prototype.yaml").title == "Leave Desk"
            history = read_history(hub.folder("hr"))
            assert [(entry.undoes, entry.who) for entry in history] == [
                (None, "Owner"),
                (1, "Owner"),
                (2, "Owner"),
            ]


@pytest.mark.slow
def test_a_model_reads_the_line_only_after_its_budget_was_shown_and_why_it_failed_is_told(
    tmp_path: Path, chromium
) -> None:
    good = json.dumps({"changes": [{"what": "title", "value": "Leave Desk"}]})
    with (
        model_server.running() as server,
        served_site(tmp_path / "home", made(tmp_path / "hr")) as (hub, address),
    ):
        folder = hub.folder("hr")
        spec = folder / "prototype.yaml"
        text = spec.read_text(encoding="utf-8")
        assert "model: offline" in text
        spec.write_text(text.replace("model: offline", f"model: openai:{MODEL}"), encoding="utf-8")
        store_key(folder, f"openai:{MODEL}", "sk-its-own")
        store_server(folder, server.url)
        server.behaviour.key = "sk-its-own"
        server.behaviour.replies = [["no JSON"], ["none"], ["neither"], ["hm"], [good]]
        cookies = [{"name": OWNER_COOKIE, "value": owner(hub), "url": address}]
        with window(chromium, f"{address}{PAGE}", cookies=cookies) as visit:
            page = visit.page
            box = page.get_by_role("textbox", name="What should change?")
            for outcome in ("found no change that keeps everything right in 3 tries", "Changed and running"):
                box.fill("make it sound like a desk for leave")
                page.get_by_role("checkbox", name=re.compile("read it")).check()
                page.get_by_role("button", name="Show what would change").click()
                page.get_by_text("3 tries").wait_for(timeout=WAIT_MS)
                before = len(server.asked)
                assert serious(page) == []
                page.get_by_role("button", name=re.compile("^Ask it")).click()
                page.get_by_text(outcome).wait_for(timeout=WAIT_MS)
                assert len(server.asked) > before
        assert read_spec(spec).title == "Leave Desk"
        (entry,) = read_history(folder)
        assert entry.who == "Owner"
        assert "tokens" in entry.model
        assert len(server.asked) == 5


def test_without_a_model_of_its_own_none_is_asked(tmp_path: Path) -> None:
    with site(tmp_path / "home", made(tmp_path / "hr")) as hub:
        assert 'name="by_model"' not in hub.get(PAGE)


def test_a_line_is_not_taken_without_the_owners_form(tmp_path: Path) -> None:
    with site(tmp_path / "home", made(tmp_path / "hr")) as hub:
        sent = hub.client.post(f"{PAGE}/change", data={"line": "make it red"})
        assert sent.status_code == 403
        hub.client.cookies.clear()
        assert hub.client.get(f"{PAGE}/change/state").status_code in (303, 401, 403)
