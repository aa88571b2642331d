"""A whole Hub over a new home: asked page by page without a server, or served on loopback for a browser."""

import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from starlette.testclient import TestClient

from protokit.hub.app import assemble, open_hub
from protokit.hub.context import Hub
from protokit.hub.hub_settings import HubSettings
from protokit.hub.security.identity import OWNER_COOKIE, VisitorIdentity
from protokit.hub.security.signing import SigningKeys
from protokit.scaffold.scaffold_plan import ScaffoldRequest, make, plan_scaffold
from tests.support.hub_server import listening

HR = "A chatbot that answers new hires' questions about our HR handbook"


def made(folder: Path, **wish: Any) -> Path:
    """A prototype over the sample handbook."""
    return make(plan_scaffold(ScaffoldRequest(HR, blueprint="chatbot", **wish)), folder)


@dataclass(frozen=True, slots=True)
class Site:
    """A Hub, and the owner's browser without a window."""

    hub: Hub
    client: TestClient

    def folder(self, slug: str) -> Path:
        return self.hub.folder(slug)

    def get(self, path: str, status: int = 200) -> str:
        """The page at `path`."""
        answer = self.client.get(path, headers={"Accept": "text/html"})
        assert answer.status_code == status, answer.text[:500]
        return answer.text

    def post(self, path: str, page: str, files: Any = None, **fields: Any) -> httpx.Response:
        """Send a form to `path` with the token that the page at `page` holds."""
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.get(page))
        assert token, "there is no form on this page"
        sent = {"csrf_token": token[1], **fields}
        return self.client.post(path, data=sent, files=files, headers={"Accept": "text/html"})


@contextmanager
def site(home: Path, *prototypes: Path) -> Iterator[Site]:
    """A Hub whose prototypes are copies of these folders; nothing runs."""
    hub = _opened(HubSettings(home), prototypes)
    client = TestClient(assemble(hub), base_url="http://localhost:8400", follow_redirects=False)
    client.cookies.set(OWNER_COOKIE, owner(hub))
    try:
        yield Site(hub, client)
    finally:
        client.close()
        hub.store.close()


@contextmanager
def served_site(home: Path, *prototypes: Path) -> Iterator[tuple[Hub, str]]:
    """The same, with everything running: the Hub and its address."""
    with listening() as at, listening() as theirs:
        port, prototypes_port = at.getsockname()[1], theirs.getsockname()[1]
        hub = _opened(HubSettings(home, port=port, prototypes_port=prototypes_port), prototypes)
        config = uvicorn.Config(
            assemble(hub),
            log_level="error",
            proxy_headers=False,
            ws="websockets-sansio",
            timeout_graceful_shutdown=2,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [at, theirs]}, daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive(), "the Hub did not start"
            thread.join(0.05)
        try:
            yield hub, f"http://localhost:{port}"
        finally:
            server.should_exit = True
            thread.join(30)


def prototypes_at(hub: Hub) -> str:
    """The address of the prototypes of a Hub that `served_site` runs, which is another than its own."""
    return f"http://localhost:{hub.settings.prototypes_port}"


def owner(hub: Hub) -> str:
    """The value of a cookie that signs the owner in."""
    return VisitorIdentity(hub.store, SigningKeys.open(hub.settings.home)).owner_cookie(
        hub.store.begin_session()
    )


def _opened(settings: HubSettings, prototypes: tuple[Path, ...]) -> Hub:
    for folder in prototypes:
        shutil.copytree(folder, settings.prototypes / folder.name)
    return open_hub(settings)
