"""A real Hub in a process of its own, and a person who signs in to it without a browser."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from protokit.hub.database.store import Store
from protokit.hub.hub_settings import HubSettings
from protokit.hub.security.passcodes import hashed
from tests.support.browser import own_port
from tests.support.terminal import environment

PASSCODE = "a quiet green lamp"
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass(frozen=True, slots=True)
class RunningHub:
    """Where a Hub answers, and its home."""

    address: str
    home: Path
    process: subprocess.Popen[str]
    people: ExitStack
    said: Path
    """What the command printed."""

    def start_link(self) -> str:
        """The path that the first start printed."""
        return re.search(r"/start/\S+", self.said.read_text())[0]

    def stranger(self) -> "Person":
        """Somebody new."""
        client = httpx.Client(base_url=self.address, timeout=60)
        return Person(self.people.enter_context(client))

    def person(self) -> "Person":
        """Somebody who knows the passcode, signed in."""
        person = self.stranger()
        person.send("/signin", "/signin", passcode=PASSCODE)
        return person


class Person:
    """Opens pages and sends their forms, as a browser without scripts would."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client
        self.client.headers["Accept"] = "text/html"

    def open(self, path: str) -> httpx.Response:
        return self.client.get(path, follow_redirects=True)

    def send(self, page: str, action: str, files: object = None, **fields: str) -> httpx.Response:
        """Send `fields` to `action` with the token of `page`; follow to the page after."""
        token = _TOKEN.search(self.open(page).text)
        data = {"csrf_token": token[1] if token else "", **fields}
        return self.client.post(action, data=data, files=files, follow_redirects=True)

    def new(self, prompt: str, documents: dict[str, bytes] | None = None, **fields: str) -> str:
        """Ask for a prototype; return the path of its job."""
        files = [("documents", (name, content)) for name, content in (documents or {}).items()]
        answer = self.send("/new", "/new", files or None, prompt=prompt, **fields)
        return answer.url.path.removesuffix("/made")

    def wait(self, job: str) -> str:
        """The page of `job` once nothing more happens by itself."""
        until = time.monotonic() + 120
        while time.monotonic() < until:
            shown = self.open(job)
            if 'data-steps="' not in shown.text:
                return shown.text
            time.sleep(0.1)
        raise AssertionError("the job did not come to an end")


@contextmanager
def running_hub(
    home: Path, *options: str, new: bool = False, python: Sequence[str] = (sys.executable,)
) -> Iterator[RunningHub]:
    """The command, serving `home` with these options; its owner has chosen PASSCODE unless it is `new`."""
    if not new:
        with closing(Store.open(HubSettings(home=home))) as store:
            if not store.passcode():
                store.set_passcode(hashed(PASSCODE))
    port = own_port()
    words = ["-m", "protokit", "hub", "--home", str(home), "--port", str(port), *options]
    command = [*python, *words]
    said = home.with_name(f"{home.name}.said")
    with said.open("w") as file:
        process = subprocess.Popen(command, stdout=file, stderr=file, text=True, env=environment())
    try:
        _wait(f"http://localhost:{port}/health", process)
        with ExitStack() as people:
            yield RunningHub(f"http://localhost:{port}", home, process, people, said)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(address: str, process: subprocess.Popen[str]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx.get(address).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the Hub did not start")
