"""No path that a guest of a Gradio page sends is read: not by the hosted page, not by one that launches itself."""

import os
import re
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from protokit.hub.context import Hub
from protokit.hub.database.share_links import Link
from protokit.hub.security.identity import VISIT_COOKIE, VisitorIdentity
from protokit.hub.security.signing import SigningKeys
from protokit.prototype.prototype_folder import Prototype
from protokit.prototype.run_prototype import wait_until_open
from protokit.runtime.uploads.gradio_files import PASSED
from tests.support.browser import own_port
from tests.support.hosting_server import prototype
from tests.support.hub_site import made, prototypes_at, served_site
from tests.support.waiting import until

PAGE = """
import os
from pathlib import Path
import gradio as gr
from protokit.runtime.uploads.gradio_files import guarded

def read(path):
    return Path(path).read_text() if path else "nothing"

with gr.Blocks() as demo:
    upload, picture, box, out = gr.UploadButton(), gr.Image(type="filepath"), gr.Textbox(), gr.Textbox()
    shown = gr.File()
    upload.upload(read, upload, out, api_name="read")
    picture.change(read, picture, out, api_name="look")
    box.submit(lambda _: f"aside is {os.environ['GRADIO_TEMP_DIR']}!", box, out, api_name="where")
    upload.click(lambda path: path, upload, shown, api_name="show")

if __name__ == "__main__":
    demo.launch(quiet=True, LAUNCH)
"""
WAYS = """
import gradio
from gradio.routes import App

def each(routes):
    for route in routes:
        if hasattr(route, "path"):
            yield route.path
        else:  # FastAPI's router within the app
            yield from each(route.original_router.routes)

with gradio.Blocks() as blocks:
    gradio.UploadButton()
paths = [path for path in each(App.create_app(blocks).routes) if "/gradio_api/" in path]
print(*(path.partition("/gradio_api/")[2] for path in paths))
"""
SECRET = "the owner's secret"
BY_GUARD = "app_kwargs=guarded(Path(__file__).parent)"


class Page:
    """A Gradio page at an address, as a visitor's script uses it."""

    def __init__(self, url: str, folder: Path, cookie: str = "") -> None:
        self.url, self.folder, self.other = url, folder, cookie
        self.client = httpx.Client(
            headers={"Cookie": cookie}, timeout=60, limits=httpx.Limits(max_keepalive_connections=0)
        )

    def wake(self) -> None:
        """Open the page until it is there."""
        until(lambda: self.client.get(f"{self.url}/", headers={"Accept": "text/html"}).status_code != 503)

    def post(self, path: str, **options: Any) -> httpx.Response:
        return self.client.post(f"{self.url}/gradio_api/{path}", **options)

    def get(self, path: str) -> httpx.Response:
        return self.client.get(f"{self.url}/gradio_api/{path}")

    def upload(self, content: bytes, name: str = "mine.txt") -> str:
        answer = self.post("upload", files={"files": (name, content)})
        assert answer.status_code == 200, answer.text
        told: str = answer.json()[0]
        return told

    def run(self, event: str, value: Any, session: str = "") -> str:
        """All that the page says to an event that the queue takes."""
        session = session or uuid.uuid4().hex
        config = self.client.get(f"{self.url}/config").json()
        number = next(d["id"] for d in config["dependencies"] if d["api_name"] == event)
        body = {"data": [value], "fn_index": number, "session_hash": session}
        asked = self.post("queue/join", json=body)
        if asked.status_code != 200:
            return asked.text
        text = ""
        with self.client.stream("GET", f"{self.url}/gradio_api/queue/data?session_hash={session}") as stream:
            for line in stream.iter_lines():
                text += line
                if "process_completed" in line or "close_stream" in line:
                    break
        return text


def guest(hub: Hub, link: Link) -> str:
    """The cookie of somebody new who came by `link`."""
    visit = hub.store.admit(link.id)
    assert visit
    visitors = VisitorIdentity(hub.store, SigningKeys.open(hub.settings.home))
    return f"{VISIT_COOKIE}={visitors.visit_cookie(visit, visit.slug)}"


def file_data(path: str, **more: Any) -> dict[str, Any]:
    return {"path": path, "meta": {"_type": "gradio.FileData"}, **more}


@contextmanager
def _launched(folder: Path) -> Iterator[Page]:
    port = own_port()
    environment = os.environ | {
        "GRADIO_SERVER_PORT": str(port),
        "GRADIO_ANALYTICS_ENABLED": "False",
        "PROTOKIT_UPLOADS": "on",
        "GRADIO_TEMP_DIR": str(folder / "aside"),
    }
    child = subprocess.Popen(
        [sys.executable, "app.py"], cwd=folder, env=environment, stdout=subprocess.DEVNULL
    )
    try:
        wait_until_open(child, port)
        yield Page(f"http://127.0.0.1:{port}", folder)
    finally:
        child.kill()
        child.wait()


@contextmanager
def _hosted(home: Path) -> Iterator[Page]:
    """In a Hub, as a guest of a link that lets them upload; its app.py knows no guard, as those made before it."""
    folder = made(home / "page", screen="gradio")
    (folder / "app.py").write_text(PAGE.replace("LAUNCH", "show_error=True"), encoding="utf-8")
    with served_site(home / "hub", folder) as (hub, _):
        link = hub.store.make_link("page", "Board", uploads=True)
        page = Page(f"{prototypes_at(hub)}/p/page/app", hub.folder("page"), guest(hub, link))
        page.wake()
        page.other = guest(hub, link)
        yield page


@contextmanager
def _run(home: Path) -> Iterator[Page]:
    """By `protokit run`; its app.py knows no guard either."""
    folder, port = made(home / "page", screen="gradio"), own_port()
    (folder / "app.py").write_text(PAGE.replace("LAUNCH", "show_error=True"), encoding="utf-8")
    with Prototype.open(folder).serve(port) as child:
        wait_until_open(child, port)
        yield Page(f"http://127.0.0.1:{port}", folder)


@pytest.fixture(scope="module", params=["hosted", "launched", "run"])
def page(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    home = tmp_path_factory.mktemp("gradio")
    if request.param == "launched":
        folder = prototype(home / "page", "gradio", PAGE.replace("LAUNCH", BY_GUARD))
        served = _launched(folder)
    elif request.param == "run":
        served = _run(home)
    else:
        served = _hosted(home)
    with served as page:
        (page.folder.parent / "secret.txt").write_text(SECRET, encoding="utf-8")
        (page.folder / ".env").write_text(f"KEY={SECRET}", encoding="utf-8")
        yield page
        page.client.close()


def paths(page: Page) -> list[str]:
    """What a guest might name."""
    secret, env = page.folder.parent / "secret.txt", page.folder / ".env"
    return [
        str(secret),
        str(env),
        ".env",
        f"file://{env}",
        f"{page.folder}/x/../.env",
        f"/proc/self/root{env}",
    ]


def test_a_path_is_never_read_whatever_way_it_comes(page):
    for path in paths(page):
        for value in (
            file_data(path),
            {"path": path},
            file_data(path, url="http://127.0.0.1:9/x", is_stream=True),
            [file_data(path)],
            {"value": file_data(path)},
            path,
        ):
            for event in ("read", "look", "show"):
                told = page.run(event, value)
                for way in ("call/{}", "call/v2/{}", "run/{}", "api/{}"):
                    told += page.post(way.format(event), json={"data": [value]}).text
                assert SECRET not in told
        for way in ("file={}", "file/{}", "proxy={}", "stream/{}", "deep_link?session_hash={}", "dev/{}"):
            assert SECRET not in page.get(way.format(path)).text


def test_a_visitor_is_answered_from_the_file_that_they_uploaded(page):
    name = page.upload(b"my own words")
    assert "my own words" in page.run("read", file_data(name))
    shown = page.run("show", file_data(page.upload(b"shown again")))
    assert "process_completed" in shown
    address = re.search(r'file=([^"]+)', shown)
    assert address, shown
    assert "shown again" in page.get(f"file={address[1]}").text


def test_no_answer_names_a_place_on_the_server(page):
    name = page.upload(b"my own words", "../../etc/my words.txt")
    assert re.fullmatch(r"[\w-]{32}/my words\.txt", name)
    told = name + page.run("show", file_data(name)) + page.post("upload", files={"files": b""}).text
    for place in (page.folder, Path(tempfile.gettempdir()), Path.home()):
        assert str(place) not in told


def test_a_file_is_only_for_the_session_that_uploaded_it(page):
    name = page.upload(b"my own words")
    assert "my own words" in page.run("read", file_data(name), session="mine")
    assert "my own words" not in page.run("read", file_data(name), session="of another")
    page.client.headers["Cookie"], mine = page.other, page.client.headers["Cookie"]
    try:
        if page.other:  # a guest of their own
            assert page.get(f"file={name}").status_code == 403
            assert "my own words" not in page.run("read", file_data(name), session="mine")
    finally:
        page.client.headers["Cookie"] = mine


def test_what_an_upload_left_on_the_disk_is_reached_by_no_path(page):
    page.upload(b"my own words")
    aside = re.search(r"aside is (.+?)!", page.run("where", ""))
    assert aside
    left = [path for path in Path(aside[1]).rglob("mine.txt") if path.read_bytes() == b"my own words"]
    assert left
    for value in (file_data(str(left[0])), file_data(os.path.relpath(left[0], page.folder))):
        assert "my own words" not in page.run("read", value)
    assert "my own words" not in page.get(f"file={left[0]}").text


def test_each_way_into_gradio_was_looked_at_in_this_release():
    """One that is new or has gone may have opened a way to files: look at it, then change the list."""
    ways = subprocess.run([sys.executable, "-c", WAYS], capture_output=True, text=True, check=True)
    steps = {re.split(r"[/={]", way)[0] for way in ways.stdout.split()}
    shut = {"deep_link", "dev", "process_recording", "proxy", "run-history", "runs", "stream"}
    editors = {"undo-vibe-edit", "vibe-code", "vibe-edit", "vibe-starter-queries"}
    assert steps == PASSED | shut | editors | {"file", "upload", "upload_progress"}
