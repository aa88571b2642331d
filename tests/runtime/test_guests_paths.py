"""No path that somebody sends leads to a file: not on a Streamlit page, not in the API, not in the Hub's own forms."""

import http.client
import re
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from protokit.prototype.prototype_folder import Prototype
from protokit.prototype.run_prototype import wait_until_open
from tests.deploy.test_serve import kept_key, started
from tests.support.browser import own_port
from tests.support.hub_site import Site, made, site

SECRET = "4711-the-owners-secret"
UP = [
    "../",
    "..%2f",
    "%2e%2e/",
    "%2e%2e%2f",
    "..%252f",
    "..\\",
    "..%5c",
    "....//",
    "..;/",
    ".%00./",
    "%c0%ae%c0%ae/",
    "\uff0e\uff0e/",
]
TARGETS = ["secret", "made/.env", "made/app.py"]
PLACES = ["/", "/media/", "/static/", "/app/static/", "/component/", "/_stcore/bidi-components/"]
PLACES += ["/component/streamlit/", "/_stcore/upload_file/", "/_stcore/upload_file/a/", "/_stcore/"]


def paths(folder: Path) -> list[str]:
    """Ways to write where a secret lies, as seen from somewhere below `folder`."""
    whole = str(folder.parent / "secret")
    up = [step * depth + target for step in UP for depth in (1, 2, 6) for target in TARGETS]
    return [
        *up,
        *[
            ".env",
            "./.env",
            ".env%00.js",
            ".env/",
            ".streamlit/config.toml",
            "link",
            "static/link",
            "knowledge/link",
        ],
        *[
            whole,
            f"/{whole}",
            f"file://{whole}",
            f"file:{whole}",
            whole.replace("/", "%2f"),
            f"~/../..{whole}",
        ],
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A prototype with secrets in it and beside it, and links to them where files may be served from."""
    home = tmp_path_factory.mktemp("guests")
    (home / "secret").write_text(SECRET, encoding="utf-8")
    made(home / "made")
    (home / "made" / ".env").write_text(f"OTHER={SECRET}\n", encoding="utf-8")
    with (home / "made" / "app.py").open("a", encoding="utf-8") as code:
        code.write(f"# {SECRET}\n")
    for place in ("", "static", "knowledge"):
        (home / "made" / place).mkdir(exist_ok=True)
        (home / "made" / place / "link").symlink_to(home / "secret")
    return home / "made"


def raw(address: str, path: str, headers: str = "") -> bytes:
    """The whole answer to a path exactly as it is written."""
    where = urlsplit(address)
    with socket.create_connection((where.hostname, where.port), timeout=20) as connection:
        line = f"GET {path} HTTP/1.1\r\nHost: {where.netloc}\r\nConnection: close\r\n{headers}\r\n"
        connection.sendall(line.encode("utf-8"))
        answer = http.client.HTTPResponse(connection)
        try:
            answer.begin()
            return answer.read()
        except http.client.HTTPException:
            return b""


def test_a_streamlit_page_gives_no_file_away(folder: Path) -> None:
    port = own_port()
    address = f"http://localhost:{port}"
    with Prototype.open(folder).serve(port) as child:
        wait_until_open(child, port)
        assert b"<script" in raw(address, "/")
        for place in PLACES:
            for path in paths(folder):
                assert SECRET.encode() not in raw(address, f"{place}{path}"), (place, path)
        before = sorted(folder.parent.rglob("*"))
        for name in ("../../evil.py", f"{folder}/evil.py", "..\\evil.py", "a\0.py"):
            for session in ("a", "..", "%2e%2e"):
                url = f"{address}/_stcore/upload_file/{session}/1"
                answer = httpx.put(url, files={"file": (name, b"evil")}, timeout=20)
                assert answer.status_code >= 400, (name, session)
        assert [path for path in sorted(folder.parent.rglob("*")) if "evil" in path.name] == []
        assert before


def test_the_api_reads_no_file_that_a_message_names(folder: Path) -> None:
    place = folder.parent / "secret"
    with started(folder, "serve") as (url, wrote):
        headers = {"Authorization": f"Bearer {kept_key(folder)}"}
        base = url.removesuffix("/v1")
        authorization = f"Authorization: {headers['Authorization']}\r\n"
        assert b"hr-handbook" in raw(base, "/v1/models", authorization)
        for path in paths(folder):
            for below in ("/", "/v1/", "/v1/models/", "/v1/files/"):
                answer = raw(base, f"{below}{path}", authorization)
                assert SECRET.encode() not in answer, path
        parts = [
            {"type": "image_url", "image_url": {"url": f"file://{place}"}},
            {"type": "input_file", "file": {"path": str(place)}},
            {"type": "file", "file": {"filename": str(place), "file_data": f"file://{place}"}},
            {"type": "text", "text": f"file://{place}"},
        ]
        bodies = [{"messages": [{"role": "user", "content": [part]}]} for part in parts]
        bodies += [
            {"file": path, "messages": [{"role": "user", "content": "secret"}]} for path in paths(folder)[::9]
        ]
        for body in bodies:
            answer = httpx.post(
                f"{base}/v1/chat/completions", json={"model": "x", **body}, headers=headers, timeout=60
            )
            assert SECRET not in answer.text, body
            assert answer.status_code < 500, (body, answer.text)
    assert "Traceback" not in wrote[1]


@pytest.fixture
def hub(tmp_path: Path, folder: Path) -> Iterator[Site]:
    copy = shutil.copytree(folder, tmp_path / "hr", ignore=shutil.ignore_patterns("link"))
    with site(tmp_path / "home", copy) as served:
        (served.hub.settings.home / "outside.md").write_text(SECRET, encoding="utf-8")
        yield served


def test_the_hubs_forms_move_no_file_of_another_place(hub: Site) -> None:
    page, outside = "/prototypes/hr/documents", hub.hub.settings.home / "outside.md"
    names = [
        "../../../outside.md",
        "..\\..\\..\\outside.md",
        "..%2f..%2f..%2foutside.md",
        str(outside),
        f"file://{outside}",
    ]
    names += ["a\0.md", "../.env", "./../app.py", "..", ".", ""]
    before = sorted(path for path in hub.hub.settings.home.rglob("*") if ".protokit" not in path.parts)
    for name in names:
        for action in ("remove", "again"):
            answer = hub.post(f"{page}/{action}", page, name=name)
            assert answer.status_code in (303, 400, 422), (action, name)
        restored = hub.client.post(
            f"{page}/restore", params={"name": name}, data={"csrf_token": token(hub, page)}
        )
        assert restored.status_code in (303, 400, 404, 422), name
    assert (
        sorted(path for path in hub.hub.settings.home.rglob("*") if ".protokit" not in path.parts) == before
    )
    for number, name in enumerate(names[:6]):
        hub.post(page, page, files=[("files", (name, f"# Evil {number}".encode()))])
    new = {path for path in hub.hub.settings.home.rglob("*") if path.is_file()} - set(before)
    written = [path for path in new if b"# Evil" in path.read_bytes()]
    assert written
    assert {path.parent for path in written} <= {hub.folder("hr") / "knowledge"}
    assert outside.read_text() == SECRET


def token(hub: Site, page: str) -> str:
    match = re.search(r'name="csrf_token" value="([^"]+)"', hub.get(page))
    assert match
    return match[1]
