"""The Hub's gate under attack: every way to a prototype or an owner's page without its own valid cookie."""

import socket
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from protokit.hub.security import csrf
from protokit.hub.security.identity import OWNER_COOKIE, VISIT_COOKIE
from protokit.runtime.page_policy import PAGE_POLICY
from tests.support.hub_server import BROWSER, Served, served
from tests.support.waiting import until

PATHS = [
    "/p/leave",
    "/p/leave/",
    "/p/leave/state",
    "/p/leave/app",
    "/p/leave/app/",
    "/p/leave/app/events",
    "/p/leave/app/_stcore/health",
    "/p/leave/app/_stcore/stream",
    "/p/leave/app/media/secret.pdf",
    "/p/leave/app/gradio_api/call/chat",
    "/p/leave/app/gradio_api/heartbeat/1",
    "/p/leave/app/gradio_api/file=/etc/passwd",
    "/p/leave/app?x=/static/",
    "/",
    "/new",
    "/jobs/1",
    "/prototypes/leave",
    "/prototypes/leave/links",
    "/signout",
    "/anything",
]
VARIANTS = [
    "//p/leave/app/",
    "/p//leave/app/",
    "/p/leave//app/",
    "/static/../p/leave/app/",
    "/static/..%2fp/leave/app/",
    "/static/%2e%2e/p/leave/app/",
    "/static/%2E%2E/p/leave/app/",
    "/static/..%5cp/leave/app/",
    "/static/..\\p/leave/app/",
    "/s/x/../../p/leave/app/",
    "/health/../p/leave/app/",
    "/%70/leave/app/",
    "/p/%6ceave/app/",
    "/p%2fleave/app/",
    "/p/leave%2fapp/",
    "/p/search/../leave/app/",
    "/p/search/app/../../leave/app/",
    "/p/search/%2e%2e/leave/app/",
    "/p/search/app/%252e%252e/%252e%252e/leave/app/",
    "/p/search/app/..%252f..%252fleave/app/",
    "/p/search/app/%c0%ae%c0%ae/leave",
    "/p/search;/../leave/app/",
    "/p;x/leave/app/",
    "/P/leave/app/",
    "/p/LEAVE/app/",
    "/p/le\u200bave/app/",
    "/p/ｌeave/app/",
    "/static;/x/",
    "/static%00/",
    "/p/leave/app/%0d%0aSet-Cookie:x",
    "/.",
    "/./p/leave/app/",
    "/static./x",
    "p/leave/app/",
    "http://elsewhere/p/leave/app/",
    "/p/leave/app/\x7f",
]


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("hub") / "home", "leave", "search") as running:
        yield running


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"])
def test_without_a_cookie_no_path_leads_anywhere(hub: Served, method: str) -> None:
    for path in PATHS:
        assert hub.ask(path, method=method).status == 401, path


def test_no_other_spelling_of_an_address_gets_past_the_gate(hub: Served) -> None:
    search = hub.guest(hub.link("search"))
    for path in VARIANTS:
        for cookie in ("", search):
            line = f"GET {path} HTTP/1.1\r\nHost: {hub.authority}\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n"
            if path.startswith("/p/search/app/%c0"):
                continue  # nobody but the child decodes it; it stays below its own slug
            assert hub.raw(line.encode()) in (400, 401), (path, cookie)


def test_an_address_with_two_readings_is_refused_to_the_owner_too(hub: Served) -> None:
    owner = hub.owner()
    for path in (
        "//new",
        "/p//leave/app/",
        "/p/leave//app/",
        "/%6eew",
        "/new/..",
        "/static/%2e%2e/new",
        "/new;x",
    ):
        line = f"GET {path} HTTP/1.1\r\nHost: {hub.authority}\r\nCookie: {owner}\r\nConnection: close\r\n\r\n"
        assert hub.raw(line.encode()) == 400, path


def test_an_odd_name_below_its_own_prototype_stays_there(hub: Served) -> None:
    search = hub.guest(hub.link("search"))
    answer = hub.ask("/p/search/app/media/a%20b%25;c%C3%A9.pdf", cookie=search)
    assert (answer.status, answer.seen["path"]) == (200, "/p/search/app/media/a b%;cé.pdf")


def test_a_guest_sees_the_own_prototype_and_nothing_else(hub: Served) -> None:
    link = hub.link("leave")
    guest = hub.guest(link)
    for path in ("/p/leave/", "/p/leave/state", "/p/leave/app/", "/p/leave/app/media/x.png"):
        seen = hub.ask(path, cookie=guest).seen
        assert (seen["kind"], seen["link"]) == ("guest", link.id)
    renamed = guest.replace(VISIT_COOKIE, OWNER_COOKIE)
    for cookie in (guest, renamed, f"{guest}; {renamed}"):
        for path in ("/", "/new", "/prototypes/leave", "/p/search/", "/p/search/app/", "/p/leave-2/", "/p"):
            assert hub.ask(path, cookie=cookie).status == 401, path


def test_the_owner_sees_everything(hub: Served) -> None:
    for path in PATHS:
        answer = hub.ask(path, cookie=hub.owner()) if path != "/p/leave/app/events" else None
        assert answer is None or answer.seen["kind"] == "member", path


def test_cookies_that_were_tampered_with_or_made_for_something_else_are_worth_nothing(hub: Served) -> None:
    guest, owner = hub.guest(hub.link("leave")), hub.owner()
    value = guest.partition("=")[2]
    payload, _, signature = value.rpartition(".")
    forged = [
        f"{payload}.{signature[:-2]}AA",
        payload,
        f"{payload}.",
        f".{signature}",
        f"{value}x",
        hub.keys.sign("share link", ["guest", "leave", "1"]),
        hub.keys.sign("visit cookie", ["guest", "leave", "1"]),
        hub.keys.sign("visit cookie", ["owner", "leave", "1"]),
        hub.keys.sign("visit cookie", "leave"),
        owner.partition("=")[2],
        "",
        "\u00e9" * 10,
    ]
    for text in forged:
        cookie = f"{VISIT_COOKIE}={text}"
        assert hub.ask("/p/leave/app/", cookie=quote(cookie, safe="=._-")).status == 401, text
    for text in (value, hub.keys.sign("owner cookie", "1"), hub.keys.sign("owner cookie", None)):
        assert hub.ask("/", cookie=f"{OWNER_COOKIE}={text}").status == 401


def test_a_cookie_of_the_same_name_from_a_neighbour_does_not_shut_a_guest_out(hub: Served) -> None:
    guest = hub.guest(hub.link("leave"))
    assert hub.ask("/p/leave/", cookie=f"{VISIT_COOKIE}=planted; {guest}").status == 200


@pytest.mark.parametrize("ending", ["revoke", "archive", "trash", "delete"])
def test_a_guest_is_out_at_once_when_the_link_ends(hub: Served, ending: str) -> None:
    slug = f"to-{ending}"
    hub.add(slug)
    link = hub.link(slug)
    guest = hub.guest(link)
    assert hub.ask(f"/p/{slug}/", cookie=guest).status == 200
    if ending == "revoke":
        hub.store.revoke(link.id)
    elif ending == "archive":
        hub.store.archive(slug)
    else:
        hub.store.trash(slug)
        if ending == "delete":
            hub.store.empty_trash(time.time() + 1)
    assert hub.ask(f"/p/{slug}/", cookie=guest).status == 401


def test_an_expired_link_lets_nobody_stay(hub: Served) -> None:
    guest = hub.guest(hub.link("leave", expires=time.time() + 0.5))
    assert hub.ask("/p/leave/", cookie=guest).status == 200
    until(lambda: hub.ask("/p/leave/", cookie=guest).status == 401)


def test_a_session_that_was_ended_is_over(hub: Served) -> None:
    owner = hub.owner()
    assert hub.ask("/", cookie=owner).status == 200
    hub.store.end_all_sessions()
    assert hub.ask("/", cookie=owner).status == 401


def test_websockets_are_refused_before_they_are_accepted(hub: Served) -> None:
    search = hub.guest(hub.link("search"))
    for path in ("/p/leave/app/ws", "/p/leave/app/_stcore/stream", "/p/search/%2e%2e/leave/app/ws", "/ws"):
        for cookie in ("", search):
            with pytest.raises(InvalidStatus) as refused, websocket(hub, path, cookie):
                pass
            assert refused.value.response.status_code == 403, path


def test_a_websocket_from_another_sites_page_is_refused(hub: Served) -> None:
    guest = hub.guest(hub.link("leave"))
    with websocket(hub, "/p/leave/app/ws", guest, origin=f"http://{hub.authority}") as talk:
        talk.send("hello")
        assert talk.recv(10) == "hello"
    for origin in ("http://evil.example", "null", f"http://{hub.authority}.evil.example"):
        with pytest.raises(InvalidStatus), websocket(hub, "/p/leave/app/ws", guest, origin=origin):
            pass


def test_revoking_a_link_ends_its_open_websockets_and_no_others(hub: Served) -> None:
    board, press = hub.link("leave"), hub.link("leave")
    with (
        websocket(hub, "/p/leave/app/ws", hub.guest(board)) as out,
        websocket(hub, "/p/leave/app/ws", hub.guest(press)) as stays,
    ):
        hub.store.revoke(board.id)
        with pytest.raises(ConnectionClosed) as closed:
            out.recv(20)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1008
        stays.send("still here")
        assert stays.recv(10) == "still here"


def test_an_event_stream_needs_the_cookie_and_ends_with_the_link(hub: Served) -> None:
    link = hub.link("leave")
    guest = hub.guest(link)
    asked = f"GET /p/leave/app/events HTTP/1.1\r\nHost: {hub.authority}\r\nCookie: {guest}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", hub.port), timeout=20) as stream:
        stream.sendall(asked.encode())
        assert b"tick" in stream.recv(4096) + stream.recv(4096)
        hub.store.revoke(link.id)
        tail = b""
        while part := stream.recv(4096):
            tail = (tail + part)[-5:]
            if tail == b"0\r\n\r\n":
                break
        assert tail == b"0\r\n\r\n"  # the end of the stream, said properly


def test_while_the_database_is_away_open_pages_stay_and_new_ones_are_told(tmp_path: Path) -> None:
    with (
        served(tmp_path / "home", "leave") as hub,
        closing(sqlite3.connect(tmp_path / "home" / "hub.db")) as file,
    ):
        guest = hub.guest(hub.link("leave"))
        with websocket(hub, "/p/leave/app/ws", guest) as talk:
            file.execute("ALTER TABLE visits RENAME TO gone")
            page = hub.ask("/p/leave/", cookie=guest, **BROWSER)
            assert page.status == 503
            assert b"Try again in a minute" in page.body
            assert hub.ask("/", cookie=guest).status == 401
            time.sleep(0.3)  # longer than the gate waits before it looks again
            talk.send("still here")
            assert talk.recv(10) == "still here"
            file.execute("ALTER TABLE gone RENAME TO visits")
        assert hub.ask("/p/leave/", cookie=guest).status == 200


def test_forms_need_the_token_of_their_own_page(hub: Served) -> None:
    owner, guest = hub.owner(), hub.guest(hub.link("leave"))
    on_owner_page = hub.ask("/new", cookie=owner).seen["csrf"]
    on_frame = hub.ask("/p/leave/", cookie=owner).seen["csrf"]
    of_guest = hub.ask("/p/leave/", cookie=guest).seen["csrf"]
    public = hub.ask("/signin", cookie=owner).seen["csrf"]
    assert len({on_owner_page, on_frame, of_guest, public}) == 4

    def posted(path: str, token: str, cookie: str) -> int:
        return hub.ask(path, method="POST", cookie=cookie, X_CSRF_Token=token).status

    assert posted("/prototypes/leave/delete", on_owner_page, owner) == 200
    assert posted("/p/leave/feedback", of_guest, guest) == 200
    for token in ("", on_frame, of_guest, public, on_owner_page + "x", "x.y"):
        assert posted("/prototypes/leave/delete", token, owner) == 403, token
        assert posted("/prototypes/leave", token, owner) == 403, token
    assert posted("/p/leave/feedback", on_frame, guest) == 403
    assert posted("/p/leave/feedback", on_owner_page, owner) == 403
    assert posted("/prototypes/leave/delete", on_owner_page, hub.owner()) == 403  # of another device


def test_a_form_carries_its_token_first_and_arrives_whole(hub: Served) -> None:
    owner = hub.owner()
    token = hub.ask("/new", cookie=owner).seen["csrf"]
    plain = urlencode({csrf.FIELD: token, "line": "a & b"})
    part = 'Content-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
    parts = (
        f"--xyz\r\n{part.format(csrf.FIELD, token)}--xyz\r\n{part.format('file', 'x' * 50_000)}--xyz--\r\n"
    )
    late = f"--xyz\r\n{part.format('file', 'x')}--xyz\r\n{part.format(csrf.FIELD, token)}--xyz--\r\n"
    urlencoded, multipart = "application/x-www-form-urlencoded", "multipart/form-data; boundary=xyz"

    for body, kind in ((plain, urlencoded), (parts, multipart)):
        answer = hub.ask("/new", method="POST", body=body, cookie=owner, Content_Type=kind)
        assert (answer.status, answer.seen["length"]) == (200, len(body))
        slowly = iter([body[:30].encode(), body[30:60].encode(), body[60:].encode()])
        answer = hub.ask("/new", method="POST", body=slowly, cookie=owner, Content_Type=kind)
        assert (answer.status, answer.seen["length"]) == (200, len(body))
    for body, kind in (
        (late, multipart),
        (f"line=x&{csrf.FIELD}={token}", urlencoded),
        (plain, "text/plain"),
        (parts, "multipart/form-data"),
        (f"{csrf.FIELD}=", urlencoded),
        ("", urlencoded),
    ):
        assert hub.ask("/new", method="POST", body=body, cookie=owner, Content_Type=kind).status == 403


def test_a_strangers_form_is_bound_to_the_browser_that_got_it(hub: Served) -> None:
    first = hub.ask("/signin", **BROWSER)
    cookie = first.headers["set-cookie"].partition(";")[0]
    token = first.seen["csrf"]
    assert "HttpOnly" in first.headers["set-cookie"]
    assert hub.ask("/signin", method="POST", cookie=cookie, X_CSRF_Token=token).status == 200
    assert hub.ask("/signin", method="POST", X_CSRF_Token=token).status == 403
    assert hub.ask("/signin", method="POST", cookie="protokit_csrf=other", X_CSRF_Token=token).status == 403


def test_requests_of_another_site_change_nothing_even_in_a_prototype(hub: Served) -> None:
    owner = hub.owner()
    token = hub.ask("/new", cookie=owner).seen["csrf"]
    for said in (
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ):
        for path in ("/prototypes/leave/delete", "/p/leave/app/gradio_api/call/chat"):
            assert hub.ask(path, method="POST", cookie=owner, X_CSRF_Token=token, **said).status == 403
    mine = {"Origin": f"http://{hub.authority}", "Sec_Fetch_Site": "same-origin"}
    named = {"Origin": "https://localhost", "Host": "localhost:443"}  # as some proxies write it
    for said in (mine, named):
        assert hub.ask("/p/leave/app/gradio_api/call/chat", method="POST", cookie=owner, **said).status == 200


def test_a_prototypes_script_or_frame_cannot_read_the_owners_pages(hub: Served) -> None:
    owner = hub.owner()
    token = hub.ask("/new", cookie=owner).seen["csrf"]

    def asked(mode: str, destination: str, **more: str) -> int:
        said = {
            "Sec_Fetch_Mode": mode,
            "Sec_Fetch_Dest": destination,
            "Sec_Fetch_Site": "same-origin",
            **more,
        }
        return hub.ask("/prototypes/leave/links", cookie=owner, **said).status

    assert asked("navigate", "document") == 200
    assert asked("no-cors", "image") == 200
    assert asked("cors", "empty", X_CSRF_Token=token) == 200
    assert asked("cors", "empty") == 403
    assert asked("same-origin", "empty") == 403
    assert asked("navigate", "iframe") == 403
    assert asked("navigate", "iframe", X_CSRF_Token=token) == 403
    assert asked("no-cors", "script") == 403
    assert asked("no-cors", "image", Sec_Fetch_Site="cross-site") == 403


def test_a_host_that_is_not_ours_is_refused(hub: Served, tmp_path: Path) -> None:
    owner = hub.owner()
    for host in (
        "evil.example",
        f"evil.example:{hub.port}",
        "localhost.evil.example",
        "",
        "a b",
        "localhost:x",
    ):
        assert hub.ask("/", cookie=owner, Host=host).status == 400, host
    twice = f"GET / HTTP/1.1\r\nHost: {hub.authority}\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
    assert hub.raw(twice.encode()) == 400
    for host in ("localhost", "LOCALHOST:80", "127.0.0.1", "[::1]:8400", "192.168.1.7:8400"):
        assert hub.ask("/", cookie=owner, Host=host).status == 200, host
    assert hub.ask("/health", Host="10.1.2.3:8400").status == 200
    with served(tmp_path / "named", names=("hub.example.com",)) as named:
        assert named.ask("/signin", Host="hub.example.com").status == 200
        assert named.ask("/signin", Host="other.example.com").status == 400


def test_what_a_proxy_says_is_believed_only_of_a_trusted_one(hub: Served, tmp_path: Path) -> None:
    said = {"X_Forwarded_For": "9.9.9.9, 203.0.113.7", "X_Forwarded_Proto": "https"}
    seen = hub.ask("/signin", **said).seen
    assert (seen["client"], seen["scheme"]) == ("127.0.0.1", "http")
    with served(tmp_path / "behind", trusted_proxy=("127.0.0.1", "10.0.0.0/8")) as behind:
        seen = behind.ask("/signin", **said).seen
        assert (seen["client"], seen["scheme"]) == ("203.0.113.7", "https")
        chain = {**said, "X_Forwarded_For": "9.9.9.9, 203.0.113.7, 10.1.1.1"}
        assert behind.ask("/signin", **chain).seen["client"] == "203.0.113.7"
        odd = {"X_Forwarded_For": "evil\u00e9", "X_Forwarded_Proto": "gopher"}
        seen = behind.ask("/signin", **odd).seen
        assert (seen["client"], seen["scheme"]) == ("127.0.0.1", "http")
        page = behind.ask("/signin", **said, **BROWSER)
        assert "; Secure" in page.headers["set-cookie"]
        assert f"script-src https://{behind.authority}/static/" in page.headers["content-security-policy"]


def test_behind_tls_a_browser_is_told_to_come_by_nothing_else(hub: Served, tmp_path: Path) -> None:
    told, secure = "strict-transport-security", {"X_Forwarded_Proto": "https", **BROWSER}
    assert told not in hub.ask("/signin", **secure).headers  # whoever says so is no trusted proxy
    with served(tmp_path / "behind", "leave", trusted_proxy=("127.0.0.1",)) as behind:
        assert told not in behind.ask("/signin", **BROWSER).headers
        for path in ("/signin", "/new", "/p/leave/", "/p/leave/app/"):
            answer = behind.ask(path, cookie=behind.owner(), **secure)
            assert answer.headers[told] == "max-age=31536000", path


def test_a_body_is_bounded_while_it_comes_in(tmp_path: Path) -> None:
    megabyte = b"x" * 1024 * 1024
    with served(tmp_path / "home", "leave", upload_mb=2) as hub:
        guest, owner = hub.guest(hub.link("leave", uploads=True)), hub.owner()
        token = hub.ask("/new", cookie=owner).seen["csrf"]
        own = {"method": "POST", "cookie": owner, "X_CSRF_Token": token}
        files = {**own, "Content_Type": "multipart/form-data; boundary=x"}
        assert hub.ask("/new", body=megabyte * 2, **files).status == 200
        assert hub.ask("/new", body=iter([megabyte] * 2), **files).status == 200
        for body in (megabyte * 3, iter([megabyte] * 3)):
            assert hub.ask("/new", body=body, **files).status == 413
        assert hub.ask("/new", body=iter([megabyte, b"x"]), **own).status == 413
        app = {"method": "POST", "cookie": guest}
        assert hub.ask("/p/leave/app/gradio_api/upload", body=iter([megabyte] * 2), **app).status == 200
        assert hub.ask("/p/leave/app/gradio_api/upload", body=iter([megabyte] * 3), **app).status == 413
        assert hub.ask("/p/leave/feedback", body=megabyte, **app).status == 413
        assert hub.ask("/signin", method="POST", body=megabyte).status == 413


def test_pages_carry_strict_headers(hub: Served) -> None:
    owner = hub.owner()
    new, frame, preview, app = (
        hub.ask(path, cookie=owner, **BROWSER).headers
        for path in ("/new", "/p/leave/", "/prototypes/leave", "/p/leave/app/")
    )
    for headers in (new, frame, preview, app):
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "strict-origin"
    for headers in (new, frame, preview):
        policy = headers["content-security-policy"]
        assert "default-src 'none'; script-src http://localhost" in policy
        assert "unsafe" not in policy
        assert headers["cache-control"] == "no-store"
    assert "frame-ancestors 'none'" in new["content-security-policy"]
    assert "frame-src 'none'" in new["content-security-policy"]
    assert "frame-ancestors 'self'" in frame["content-security-policy"]
    assert "frame-ancestors 'none'" in preview["content-security-policy"]
    assert "frame-src 'none'" in preview["content-security-policy"]
    # Windows that a prototype opens must not keep a tie to the owner's pages.
    assert new["cross-origin-opener-policy"] == preview["cross-origin-opener-policy"] == "same-origin"
    assert frame["cross-origin-opener-policy"] == "unsafe-none"
    assert app["content-security-policy"] == f"{PAGE_POLICY}; frame-ancestors 'self'"
    assert "service-worker-allowed" not in app


def test_a_browser_is_turned_away_with_a_page_and_a_program_with_a_line(hub: Served) -> None:
    page = hub.ask("/p/leave/app/", **BROWSER)
    assert (page.status, page.headers["content-type"]) == (401, "text/html; charset=utf-8")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    line = hub.ask("/p/leave/app/")
    assert (line.status, line.headers["content-type"]) == (401, "text/plain; charset=utf-8")
    assert b"leave" not in page.body + line.body


def test_under_a_base_domain_every_prototype_keeps_to_its_own_host(tmp_path: Path) -> None:
    with served(tmp_path / "home", "leave", "search", base_domain="hub.test") as hub:
        main, leave, search = (f"{name}hub.test:{hub.port}" for name in ("", "leave.", "search."))
        owner, guest = hub.owner(), hub.guest(hub.link("leave"))
        assert hub.ask("/p/leave/app/", Host=leave, cookie=guest).seen["kind"] == "guest"
        assert hub.ask("/p/leave/app/", Host=search, cookie=guest).status == 404
        for host in (hub.authority, "127.0.0.1", "evil.leave.hub.test", "xhub.test"):
            assert hub.ask("/p/leave/app/", Host=host, cookie=owner).status == 400, host
        for path in ("/", "/signin", "/prototypes/leave", "/start/x", "/p/search/"):
            assert hub.ask(path, Host=leave, cookie=owner).status == 404, path
        assert hub.ask("/p/leave/app/call", method="POST", Host=main, cookie=owner).status == 404
        assert hub.ask("/health", Host=hub.authority).status == 200
        assert hub.ask("/p/leave/state", Host=main, cookie=owner).seen["kind"] == "member"
        assert hub.ask("/p/leave/state", Host=main).status == 401

        over = hub.ask("/p/leave/app/", Host=main, cookie=guest)  # the cookie is of no use at the main host
        assert (over.status, over.headers["location"]) == (303, f"http://{leave}/p/leave/app/")


def test_with_a_port_of_their_own_prototypes_are_there_and_nothing_else_is(tmp_path: Path) -> None:
    with served(tmp_path / "home", "leave", two_ports=True) as hub:
        theirs = f"localhost:{hub.store.settings.prototypes_port}"
        owner, guest = hub.owner(), hub.guest(hub.link("leave"))
        assert hub.ask("/p/leave/app/", Host=theirs, cookie=guest).seen["kind"] == "guest"
        assert hub.ask("/p/leave/app/", Host=theirs).status == 401
        for path in ("/", "/signin", "/prototypes/leave", "/start/x", "/new"):
            assert hub.ask(path, Host=theirs, cookie=owner).status == 404, path
        over = hub.ask("/p/leave/app/", cookie=guest)
        assert (over.status, over.headers["location"]) == (303, f"http://{theirs}/p/leave/app/")
        assert hub.ask("/p/leave/app/call", method="POST", cookie=owner).status == 404
        assert hub.ask("/p/leave/state", cookie=owner).seen["kind"] == "member"
        assert hub.ask("/health", Host=theirs).status == 200
        framed = hub.ask("/p/leave/app/page", Host=theirs, cookie=guest).headers["content-security-policy"]
        assert framed == f"{PAGE_POLICY}; frame-ancestors 'self' http://{hub.authority}"
        shows = hub.ask("/prototypes/leave", cookie=owner).headers["content-security-policy"]
        assert f"frame-src 'self' http://{theirs};" in shows


def test_the_owner_is_sent_over_to_a_prototypes_host_with_a_cookie_for_it_alone(tmp_path: Path) -> None:
    with served(tmp_path / "home", "leave", "search", base_domain="hub.test") as hub:
        main, leave, search = (f"{name}hub.test:{hub.port}" for name in ("", "leave.", "search."))
        over = hub.ask("/p/leave/", Host=main, cookie=hub.owner(), **BROWSER).headers["location"]
        there = f"http://{leave}"
        assert over.startswith(f"{there}/enter?ticket=")
        ticket = over.removeprefix(there)
        entered = hub.ask(ticket, Host=leave)
        assert (entered.status, entered.headers["location"]) == (303, "/p/leave/")
        kept = entered.headers["set-cookie"]
        assert "Path=/p/leave; " in kept
        assert "HttpOnly" in kept
        cookie = kept.partition(";")[0]
        assert hub.ask("/p/leave/app/", Host=leave, cookie=cookie).seen["kind"] == "member"
        assert hub.ask("/p/search/app/", Host=search, cookie=cookie).status == 401
        assert hub.ask("/", Host=main, cookie=cookie).status == 401
        assert hub.ask(ticket, Host=search).status == 404
        assert hub.ask(ticket.replace("%2Fp%2Fleave%2F", "%2F%2Fevil.example"), Host=leave).status == 404
        assert hub.ask("/enter?ticket=x&to=/p/leave/", Host=leave).status == 404
        stale = hub.keys.sign("handover", ["leave", hub.store.begin_session().id, time.time() - 1])
        assert hub.ask(f"/enter?ticket={stale}&to=/p/leave/", Host=leave).status == 404

        framed = hub.ask("/p/leave/", Host=leave, cookie=cookie).headers["content-security-policy"]
        assert f"frame-ancestors 'self' http://{main}" in framed
        shows = hub.ask("/prototypes/leave", Host=main, cookie=hub.owner()).headers["content-security-policy"]
        assert f"frame-src 'self' http://*.{main}" in shows
        hub.store.end_all_sessions()
        assert hub.ask("/p/leave/app/", Host=leave, cookie=cookie).status == 401


def websocket(hub: Served, path: str, cookie: str, origin: str | None = None):  # type: ignore[no-untyped-def]
    headers = {"Cookie": cookie} if cookie else {}
    return connect(
        f"ws://{hub.authority}{path}", origin=origin, additional_headers=headers, proxy=None, open_timeout=20
    )
