"""Runs in a prototype's own process: puts its screen behind the Hub's door and serves it there.

python -m protokit.hub.worker.worker_main < ORDER     a fresh process, where forks from the zygote are not to be had
"""

import os
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from hmac import compare_digest
from pathlib import Path
from typing import Any

from protokit.files.layout import OURS
from protokit.hub.worker.outbound import Outbound
from protokit.hub.worker.sandbox_policy import confinement, with_address
from protokit.hub.worker.system_bounds import bound_resources
from protokit.hub.worker.worker_config import BY_KEY, App, Scope, WorkerConfig
from protokit.runtime.visitor import HOSTED
from vectorstore.confinement.confine import Unconfinable, confine
from vectorstore.loaders.host_memory import HOST_MEMORY

READY, ALIVE = "/-/ready", "/-/alive"
"""Asked by the Hub: 200 once the prototype can show its first page (503 when its script fails); 200 at once."""
PASSED_ON = (
    *(
        "PATH",
        "HOME",
        "LANG",
        "LC_ALL",
        "LC_CTYPE",
        "TZ",
        "TMPDIR",
        "TEMP",
        "TMP",
        "SYSTEMROOT",
        "USERPROFILE",
    ),
    *("LOCALAPPDATA", "APPDATA", "COMSPEC", "PATHEXT", "NUMBER_OF_PROCESSORS", "XDG_CACHE_HOME"),
    *("VECTORSTORE_CACHE", "OMP_NUM_THREADS", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"),
    *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"),
)
"""What a prototype gets to know of the Hub's environment: the machine, never a key."""
_OWN = {
    "PYTHONUNBUFFERED": "1",
    "PYTHONUTF8": "1",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "GRADIO_DEFAULT_CONCURRENCY_LIMIT": "20",
    "ANONYMIZED_TELEMETRY": "False",
    "ORT_DISABLE_TELEMETRY": "1",
    "NO_COLOR": "1",
    "MALLOC_ARENA_MAX": "2",  # many threads, little memory
    "MALLOC_MMAP_THRESHOLD_": "262144",  # what was large goes back to the system at once
    "MALLOC_TRIM_THRESHOLD_": "262144",
    "TOKENIZERS_PARALLELISM": "false",  # its threads do not survive a fork
}
_CACHES = {"XDG_CACHE_HOME": ".cache", "LOCALAPPDATA": "AppData/Local"}
"""Where models and copies of stores are kept, which prototypes share; by default below the home folder."""


def clean_environment(room: str = "") -> dict[str, str]:
    """What a prototype is started with, before its own .env; `room` is its home, for files of its own."""
    passed = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    caches = {name: os.environ.get(name) or str(Path.home() / place) for name, place in _CACHES.items()}
    homes = dict.fromkeys(
        ("HOME", "USERPROFILE", "APPDATA", "TMPDIR", "TEMP", "TMP", "GRADIO_TEMP_DIR"), room
    )
    return passed | caches | _OWN | (homes if room else {})


def environment_of(order: WorkerConfig) -> dict[str, str]:
    """The same for `order`; a confined prototype keeps to itself what others keep in the user's cache folder."""
    stores = Path(order.folder, OURS, "stores")
    own = {"XDG_CACHE_HOME": order.room, "VECTORSTORE_CACHE": str(stores)} if order.confine else {}
    return clean_environment(order.room) | own


def run(order: WorkerConfig, then: Callable[[], None] = lambda: None) -> None:
    """Serve the prototype until this process is told to stop; `then` is called before its own code begins."""
    _leave_the_hub(order)
    door = _listen(order)
    if order.confine:
        enter_sandbox(order)
    then()
    move_in(order)
    from protokit.runtime import RuntimeProblem, Settings

    try:
        screen = Settings.read(order.folder).screen
    except RuntimeProblem as problem:
        sys.exit(problem.friendly)
    if screen == "gradio":
        from protokit.hub.worker.gradio_app import load_app

        serve(Door(load_app(order), order.key), door)
    else:
        from protokit.hub.worker.streamlit_app import health_path, load_app

        serve(Door(load_app(order), order.key, health_path(order)), door)


def enter_sandbox(order: WorkerConfig) -> None:
    """Take away all that the prototype does not need: its code has not begun yet, and gets nothing back."""
    if order.channel:
        channel = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        channel.connect(order.channel)
        Outbound(channel).install()
    bound_resources(order.memory)
    try:
        confine(confinement(order))
    except Unconfinable as problem:
        sys.exit(f"It was not started, for it cannot be confined: {problem}.")


def _leave_the_hub(order: WorkerConfig) -> None:
    """Keep nothing of the Hub's: another environment, the prototype's log, the last in line for the CPU."""
    environment = environment_of(order)
    os.environ.clear()
    os.environ.update(environment)
    tempfile.tempdir = None  # found anew, in the room
    _write_to(order.log)
    with suppress(AttributeError, OSError):
        os.nice(5)
    with suppress(OSError):  # when memory runs out, the system takes a prototype and not the Hub
        Path("/proc/self/oom_score_adj").write_text("700", encoding="ascii")


def move_in(order: WorkerConfig) -> None:
    """Make this process the prototype's. Only in the sandbox: from here on its files are what Python imports."""
    from dotenv import load_dotenv

    load_dotenv(Path(order.folder, ".env"))
    for name, value in os.environ.items():
        os.environ[name] = with_address(value, order.hosts)
    os.environ[HOSTED] = "1"
    if order.memory:  # after its .env: what reads documents stays within what the Hub allows
        os.environ[HOST_MEMORY] = str(order.memory >> 20)
    os.chdir(order.folder)
    sys.path.insert(0, order.folder)
    sys.argv = [str(Path(order.folder, "app.py"))]


def _write_to(log: str) -> None:
    output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(source, target)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace", line_buffering=True)  # type: ignore[union-attr]


class Door:
    """Lets in only what comes from the Hub, and tells it when the prototype is ready."""

    def __init__(self, app: App, key: str, health: str = "") -> None:
        self.app, self.key, self.health = app, key.encode(), health

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif not compare_digest(dict(scope["headers"]).get(BY_KEY.encode(), b""), self.key):
            await _answer(send, 403, websocket=scope["type"] == "websocket")
        elif scope["path"] == READY and self.health:
            probe = {**scope, "path": self.health, "raw_path": self.health.encode()}
            await self.app(probe, receive, send)
        elif scope["path"] in (READY, ALIVE):
            await _answer(send, 200)
        else:
            await self.app(scope, receive, send)


async def _answer(send: Any, status: int, *, websocket: bool = False) -> None:
    if websocket:
        await send({"type": "websocket.close"})
        return
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body"})


def serve(app: App, door: socket.socket) -> None:
    """Serve `app` at `door` until a signal comes."""
    import uvicorn

    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        proxy_headers=True,
        forwarded_allow_ips="*",  # only the Hub gets past the door
        server_header=False,
        timeout_keep_alive=75,  # longer than the Hub keeps a connection, so that it never meets a closed one
        timeout_graceful_shutdown=2,
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        ws_max_size=64 * 1024 * 1024,
    )
    uvicorn.Server(config).run(sockets=[door])


def _listen(order: WorkerConfig) -> socket.socket:
    if not order.loopback:
        Path(order.door).unlink(missing_ok=True)
        door = socket.socket(socket.AF_UNIX)
        door.bind(order.door)
        return door
    door = socket.socket()
    door.bind(("127.0.0.1", 0))
    written = Path(f"{order.door}.new")
    written.write_text(str(door.getsockname()[1]), encoding="ascii")
    written.replace(order.door)
    return door


def _stop_with_the_hub(pipe: int) -> None:
    """End this process, and what it has started, when the Hub's end of `pipe` is closed: the Hub has ended."""
    import psutil

    while os.read(pipe, 1024):
        pass
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            process.kill()
    with suppress(AttributeError, OSError):
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(1)


def main() -> None:
    """Serve the prototype of the order that stands on the first line of stdin."""
    order = WorkerConfig.read(sys.stdin.readline())
    pipe = os.dup(0)
    watching = threading.Thread(target=_stop_with_the_hub, args=(pipe,), daemon=True)
    with suppress(AttributeError, PermissionError):
        os.setsid()
    run(order, then=watching.start)  # a thread that began before would stay outside of the sandbox


if __name__ == "__main__":
    main()
