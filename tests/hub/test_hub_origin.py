"""What a hosted prototype's script can and cannot reach, in a real browser that the owner is signed in with."""

from pathlib import Path
from typing import Any

import pytest

from protokit.hub.app import assemble, open_hub
from protokit.hub.hub_settings import HubSettings
from protokit.hub.security.identity import FORM_COOKIE, OWNER_COOKIE
from protokit.hub.security.passcodes import hashed
from protokit.spec.prototype_spec import Spec
from tests.support.browser import DESKTOP, PHONE, needs_chromium, serious, window
from tests.support.hub_server import Served, listening, running, served

pytestmark = needs_chromium

OWNERS = ("/", "/new", "/prototypes/leave/preview", "/prototypes/leave/links", "/signin")
ATTACK = """async ([hub, owners, others]) => {
    const said = {};
    const attempt = async (name, what) => {
        try { said[name] = await what(); } catch (problem) { said[name] = "unreachable"; }
    };
    for (const path of [...owners, others])
        await attempt(`read ${path}`, async () => (await fetch(hub + path, {credentials: "include"})).text());
    const form = new URLSearchParams({csrf_token: "guess"});
    const pressed = hub + "/prototypes/leave/delete";
    await attempt("post", async () => (await fetch(pressed, {method: "POST", body: form})).status);
    await fetch(pressed, {method: "POST", body: form, mode: "no-cors", credentials: "include"}).catch(() => null);
    for (const path of owners) {
        const frame = document.createElement("iframe");
        const loaded = new Promise(done => frame.onload = done);
        frame.src = hub + path;
        document.body.append(frame);
        await loaded;
        await attempt(`frame ${path}`, () => frame.contentDocument?.body.innerText ?? "unreachable");
        const opened = window.open(hub + path);
        if (!opened) continue;  // a frame that nobody clicked in
        for (let tries = 0; tries < 100 && !opened.closed; tries++) {
            await new Promise(done => setTimeout(done, 30));
            try { if (opened.location.href !== "about:blank") break; } catch (problem) { break; }
        }
        await attempt(`window ${path}`, () => opened.closed ? "unreachable" : opened.document.body.innerText);
    }
    const posting = document.createElement("form");
    const target = document.createElement("iframe");
    target.name = "target";
    document.body.append(target, posting);
    Object.assign(posting, {method: "post", action: pressed, target: "target"});
    posting.submit();
    await new Promise(done => setTimeout(done, 300));
    await attempt("parent", () => parent === window ? "unreachable" : parent.document.body.innerText);
    await attempt("worker", async () => {
        const path = location.pathname.replace("page", "worker.js");
        return (await navigator.serviceWorker.register(path, {scope: "/"})).scope;
    });
    await attempt("storage", () => localStorage.getItem("hub") ?? "unreachable");
    return said;
}"""


READ = """async (address) => {
    const frame = document.createElement("iframe");
    const loaded = new Promise(done => frame.onload = done);
    frame.src = address;
    document.body.append(frame);
    await loaded;
    const opened = window.open(address);
    await new Promise(done => setTimeout(done, 500));
    const ways = [
        async () => (await fetch(address, {credentials: "include"})).text(),
        () => frame.contentDocument.body.innerText,
        () => opened.document.body.innerText,
    ];
    return Promise.all(ways.map(async (way) => { try { return await way(); } catch { return "unreachable"; } }));
}"""


def attack(chromium: Any, hub: Served, site: str, *, of: str = "leave") -> list[dict[str, Any]]:
    """What the script of a prototype gets to see in the owner's browser: in a tab of its own, and in the preview."""
    value = hub.owner().partition("=")[2]
    cookies = [{"name": OWNER_COOKIE, "value": value, "url": site}]
    given = [site, OWNERS, "/p/search/app/page"]
    with window(chromium, f"{site}/new", cookies=cookies) as visit:
        visit.page.evaluate("localStorage.setItem('hub', 'what the Hub keeps')")
        visit.page.goto(f"{site}/p/{of}/app/page")
        assert visit.page.title() == "A prototype"
        alone = visit.page.evaluate(ATTACK, given)
        visit.page.goto(f"{site}/prototypes/{of}/preview")
        frame = next((each for each in visit.page.frames if "/app/page" in each.url), None)
        framed = [frame.evaluate(ATTACK, given)] if frame else []
    assert hub.changes == [], "nothing was pressed"
    return [alone, *framed]


def seen(said: dict[str, Any]) -> dict[str, Any]:
    """What a script got to see after all."""
    shut = ("unreachable", "This page is not for scripts or frames.", 403)
    return {name: what for name, what in said.items() if what not in shut}


def test_at_a_port_of_their_own_prototypes_reach_nothing_of_the_hub(chromium: Any, tmp_path: Path) -> None:
    with served(tmp_path / "home", "leave", "search", two_ports=True) as hub:
        alone, framed = attack(chromium, hub, f"http://localhost:{hub.port}")
    # The Hub's address is another site; what is at their own, one prototype can read of another.
    assert (seen(alone), seen(framed)) == ({}, {})


def test_prototypes_that_share_a_port_can_read_each_other(chromium: Any, tmp_path: Path) -> None:
    with served(tmp_path / "home", "leave", "search", two_ports=True) as hub:
        port = hub.store.settings.prototypes_port
        value = hub.owner().partition("=")[2]
        cookies = [{"name": OWNER_COOKIE, "value": value, "url": f"http://localhost:{hub.port}"}]
        with window(chromium, f"http://localhost:{port}/p/leave/app/page", cookies=cookies) as visit:
            read = "async () => (await fetch('/p/search/app/page')).text()"
            assert "A prototype" in visit.page.evaluate(read)  # what docs/hub.md says
            assert visit.page.evaluate("async () => (await fetch('/new')).status") == 404


def test_at_the_hubs_own_address_a_script_reads_no_page_of_the_owner(chromium: Any, tmp_path: Path) -> None:
    with served(tmp_path / "home", "leave", "search") as hub:
        (alone,) = attack(chromium, hub, f"http://localhost:{hub.port}")
    # What one address cannot keep apart, as docs/hub.md says: other prototypes, storage, and the page to sign in,
    # which holds nothing until somebody types into it, and in whose window a script has no say.
    assert sorted(seen(alone)) == ["read /p/search/app/page", "read /signin", "storage"]


def test_under_a_base_domain_it_reaches_no_other_prototype_either(chromium: Any, tmp_path: Path) -> None:
    with served(tmp_path / "home", "leave", "search", base_domain="hub.localhost") as hub:
        site = f"http://hub.localhost:{hub.port}"
        alone, framed = attack(chromium, hub, site)
        assert (seen(alone), seen(framed)) == ({}, {})
        cookies = [{"name": OWNER_COOKIE, "value": hub.owner().partition("=")[2], "url": site}]
        with window(chromium, f"{site}/p/search/app/page", cookies=cookies) as visit:
            other = visit.page.url
            assert other.startswith("http://search.hub.localhost")
            visit.page.goto(f"{site}/p/leave/app/page")
            assert visit.page.evaluate(READ, other) == ["unreachable"] * 3


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
