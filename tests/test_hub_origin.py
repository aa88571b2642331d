"""What a hosted prototype's script can and cannot reach, in a real browser that the owner is signed in with."""

from pathlib import Path
from typing import Any

import pytest

from protokit.hub.app import assemble, open_hub
from protokit.hub.guard.passcodes import hashed
from protokit.hub.guard.visitors import FORM_COOKIE, OWNER_COOKIE
from protokit.hub.settings import HubSettings
from protokit.spec import Spec
from tests.browser import DESKTOP, PHONE, needs_chromium, serious, window
from tests.hub_server import Served, listening, running, served

pytestmark = needs_chromium

ATTACK = """async (hub) => {
    const said = {};
    for (const path of ["/new", "/prototypes/leave", "/prototypes/leave/links", "/p/search/"]) {
        try { said[path] = await (await fetch(hub + path, {credentials: "include"})).text(); }
        catch (problem) { said[path] = "unreachable"; }
    }
    const form = new URLSearchParams({csrf_token: "guess"});
    try { said.post = (await fetch(hub + "/prototypes/leave/delete", {method: "POST", body: form})).status; }
    catch (problem) { said.post = "unreachable"; }
    const frame = document.createElement("iframe");
    const loaded = new Promise(done => frame.onload = done);
    frame.src = hub + "/prototypes/leave/links";
    document.body.append(frame);
    await loaded;
    try { said.frame = frame.contentDocument ? frame.contentDocument.body.innerText : "unreachable"; }
    catch (problem) { said.frame = "unreachable"; }
    const opened = window.open(hub + "/prototypes/leave/links");
    for (let tries = 0; tries < 100 && !opened.closed; tries++) {
        await new Promise(done => setTimeout(done, 50));
        try { if (opened.location.href !== "about:blank") break; } catch (problem) { break; }
    }
    try { said.window = opened.closed ? "unreachable" : opened.document.body.innerText; }
    catch (problem) { said.window = "unreachable"; }
    return said;
}"""


def attack(chromium: Any, hub: Served, site: str) -> dict[str, Any]:
    """What the script of the prototype "leave" gets to see, opened by the owner."""
    value = hub.owner().partition("=")[2]
    cookies = [{"name": OWNER_COOKIE, "value": value, "url": site}]
    with window(chromium, f"{site}/p/leave/app/page", cookies=cookies) as visit:
        assert visit.page.title() == "A prototype"
        return visit.page.evaluate(ATTACK, site)


def test_a_prototypes_script_cannot_use_the_owners_pages(chromium: Any, tmp_path: Path) -> None:
    with served(tmp_path / "home", "leave", "search") as hub:
        said = attack(chromium, hub, f"http://localhost:{hub.port}")
    shut = "This page is not for scripts or frames."
    assert said.pop("/p/search/").startswith(
        '{"path"'
    )  # what one address cannot keep apart, as docs/hub.md says
    assert (said.pop("post"), said.pop("frame"), said.pop("window")) == (403, "unreachable", "unreachable")
    assert said == dict.fromkeys(said, shut)


def test_under_a_base_domain_it_reaches_no_other_prototype_either(chromium: Any, tmp_path: Path) -> None:
    with served(tmp_path / "home", "leave", "search", base_domain="hub.localhost") as hub:
        said = attack(chromium, hub, f"http://hub.localhost:{hub.port}")
    assert said == dict.fromkeys(said, "unreachable")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_share_link_opens_by_itself_and_its_pages_are_fit_for_everybody(
    chromium: Any, tmp_path: Path, size: tuple[int, int]
) -> None:
    hub = open_hub(HubSettings(tmp_path / "home"))
    hub.store.add("hr", Spec(title="HR Helper", slug="hr", pitch="All about leave.", blueprint="chatbot@1"))
    open_to_all = hub.store.make_link("hr", "Board")
    asking = hub.store.make_link("hr", "Press", passcode=hashed("open sesame"))
    with listening() as at, running(assemble(hub), at):
        address = f"http://localhost:{at.getsockname()[1]}"
        with window(chromium, address + hub.doors.path(open_to_all), size) as visit:
            visit.page.wait_for_url(f"{address}/p/hr/")
        with window(chromium, address + hub.doors.path(asking), size) as visit:
            assert (serious(visit.page), visit.overflow()) == ([], 0)
            visit.shoot(f"hub-passcode-{size[0]}")
            visit.page.fill("#passcode", "wrong wrong")
            visit.page.keyboard.press("Enter")
            visit.page.get_by_role("alert").or_(visit.page.locator(".wrong")).wait_for()
            assert serious(visit.page) == []
            visit.page.fill("#passcode", "open sesame")
            visit.page.keyboard.press("Enter")
            visit.page.wait_for_url(f"{address}/p/hr/")
            assert visit.outside == []
        hub.store.revoke(asking.id)
        with window(chromium, address + hub.doors.path(asking), size) as visit:
            assert "was closed" in visit.text()
            assert (serious(visit.page), visit.overflow()) == ([], 0)
            visit.shoot(f"hub-closed-{size[0]}")
    hub.store.close()


JUNK = """() => {
    for (let n = 0; n < 400; n++) document.cookie = `junk${n}=x; domain=hub.localhost; path=/`;
    return document.cookie.split("junk").length - 1;
}"""


def test_hundreds_of_cookies_of_a_prototype_push_none_of_ours_out(chromium: Any, tmp_path: Path) -> None:
    with served(tmp_path / "home", "leave", base_domain="hub.localhost") as hub:
        site = f"http://hub.localhost:{hub.port}"
        with window(chromium, f"{site}/signin") as visit:
            before = {each["name"] for each in visit.page.context.cookies(site)}
            visit.page.goto(f"http://leave.hub.localhost:{hub.port}/signin")
            assert visit.page.evaluate(JUNK) > 100
            after = {each["name"] for each in visit.page.context.cookies(site)}
    assert before == {FORM_COOKIE}
    assert before < after
