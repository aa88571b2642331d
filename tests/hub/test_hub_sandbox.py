"""The sandbox: what the code of a hosted prototype tries against the Hub, its neighbours and the machine fails."""

import json
import os
import platform
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from protokit.errors import CheckFailed, ChoiceProblem
from protokit.hub.content.trace_job import diagnose
from protokit.hub.content.usage_analytics import events_file
from protokit.hub.hosting.resource_limits import MIB, ResourceLimits
from protokit.hub.worker.sandbox_policy import SandboxPolicy
from protokit.runtime import Answer, EventLog
from tests.support import hub_site, model_server
from tests.support.hosting_server import Running, hosting_in
from tests.support.waiting import until
from vectorstore.confinement.confine import support
from vectorstore.loaders import DEFAULT_LIMITS, Unreadable
from vectorstore.loaders.isolation import Worker

pytestmark = pytest.mark.skipif(not support().full, reason="the kernel lacks Landlock or seccomp")

HOSTILE = """
import ctypes, errno, gradio as gr, os, signal, socket, subprocess, sys
from pathlib import Path

libc = ctypes.CDLL(None, use_errno=True)

def ptrace(request, pid):
    if libc.ptrace(16, pid, 0, 0) == -1:
        raise OSError(ctypes.get_errno(), request)

def libc_connect(descriptor, address):
    if libc.connect(descriptor, address, len(address)) == -1:
        raise OSError(ctypes.get_errno(), "connect")

def call(number, *arguments):
    if libc.syscall(number, *arguments) == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))

def run(code):
    names = dict(globals())
    try:
        exec(code, names)
    except OSError as error:
        return f"refused: {errno.errorcode.get(error.errno, error)}"
    except MemoryError:
        return "refused: memory"
    return f"done: {names.get('result')}"

with gr.Blocks() as demo:
    box, out = gr.Textbox(), gr.Textbox()
    box.submit(run, box, out, api_name="run", concurrency_limit=None)

if __name__ == "__main__":
    demo.launch()
"""
"""A prototype that runs what it is sent, and says whether the system refused it."""


class Attacker:
    """The hostile prototype `slug`, awake, and its neighbour."""

    def __init__(self, hub: Running, slug: str = "hostile") -> None:
        self.hub, self.slug = hub, slug
        self.folder = hub.home / slug

    def run(self, code: str) -> str:
        """What became of `code` there: "done: RESULT", or "refused: ERRNO"."""
        base = f"{self.hub.url}/p/{self.slug}/app/gradio_api/call/run"
        event = httpx.post(base, json={"data": [code]}, timeout=60).json()["event_id"]
        told = httpx.get(f"{base}/{event}", timeout=60).text
        assert "event: complete" in told, told
        return str(json.loads(told.split("data: ")[-1])[0])

    def others(self) -> list[int]:
        """The Hub, the process that forks, and the neighbour's."""
        below = psutil.Process().children(recursive=True)
        (neighbour,) = (each for each in below if Path(each.cwd()) == self.hub.home / "neighbour")
        return [os.getpid(), neighbour.ppid(), neighbour.pid]


@pytest.fixture(scope="module")
def attacker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacker]:
    home = tmp_path_factory.mktemp("hub")
    (home / "secret").write_text("the Hub's secret", encoding="utf-8")
    with hosting_in(home) as hub:
        hub.add("hostile", "gradio", HOSTILE)
        hub.add("neighbour", "gradio", HOSTILE)
        for slug in ("hostile", "neighbour"):
            (hub.home / slug / ".env").write_text(f"OWN={slug}\n", encoding="utf-8")
            (hub.home / slug / "knowledge").mkdir()
            (hub.home / slug / ".protokit").mkdir()
            assert hub.wake(slug), hub.hosting.log(slug)
        yield Attacker(hub)


def test_it_reads_its_own_folder_and_writes_where_it_keeps_things(attacker: Attacker) -> None:
    assert attacker.run("result = Path('.env').read_text()") == "done: OWN=hostile\n"
    for place in (".protokit/events.db", ".protokit/index/new", "knowledge/new.md"):
        assert attacker.run(f"Path({place!r}).write_text('x')") == "done: None"
    assert attacker.run("import tempfile; tempfile.NamedTemporaryFile().write(b'x')") == "done: None"
    assert attacker.run("import shutil; shutil.copy2('app.py', '.protokit/copy')") == "done: None"


def test_it_reads_no_secret_no_neighbour_and_no_home(attacker: Attacker) -> None:
    prototypes = attacker.hub.home
    hub = prototypes.parent
    places = [
        hub / "secret",
        prototypes / "neighbour" / ".env",
        prototypes / "neighbour" / "app.py",
        Path(__file__).parents[2] / "pyproject.toml",
    ]
    places += [hub / "logs" / "neighbour.log", Path("/etc/shadow"), *Path.home().glob(".*rc")]
    for place in places:
        assert attacker.run(f"result = open({str(place)!r}).read()") == "refused: EACCES", place
    for place in (hub, prototypes, prototypes / "neighbour", Path.home(), Path("/tmp"), Path("/etc")):
        assert attacker.run(f"result = os.listdir({str(place)!r})") == "refused: EACCES", place
    for pid in attacker.others():
        for name in ("environ", "mem", "maps", "cwd/app.py", "root/etc/shadow"):
            assert attacker.run(f"open('/proc/{pid}/{name}').read()") == "refused: EACCES", name
        assert attacker.run(f"os.readlink('/proc/{pid}/fd/0')") == "refused: EACCES"


def test_it_changes_neither_its_own_code_nor_anything_beside_its_folder(attacker: Attacker) -> None:
    for name in ("app.py", "prototype.yaml", ".env", "new.py"):
        assert attacker.run(f"open({name!r}, 'a').write('x')") == "refused: EACCES", name
    assert attacker.run("os.unlink('prototype.yaml')") == "refused: EACCES"
    assert attacker.run("os.rename('app.py', '.protokit/app.py')").startswith("refused"), "moved"
    for made in (
        "gradio.__file__",
        "sys.executable",
        "'/tmp/new'",
        "'/dev/shm/new'",
        "'/etc/new'",
        "'/var/tmp/new'",
    ):
        assert attacker.run(f"import gradio; open({made}, 'a')") in ("refused: EACCES", "refused: ETXTBSY"), (
            made
        )
    assert attacker.run("os.mkdir('.protokit/update')") == "refused: EACCES"
    for link in ("os.symlink('/etc/shadow', 'knowledge/link')", "os.link('.env', 'knowledge/link')"):
        assert attacker.run(link).startswith("refused"), link
    for file in (Path(__file__), attacker.folder / "app.py"):
        mode = file.stat().st_mode
        attacker.run(f"os.chmod({str(file)!r}, 0o777)")
        assert file.stat().st_mode == mode


def test_it_makes_no_socket_but_between_its_own_processes(attacker: Attacker) -> None:
    assert attacker.run("socket.socketpair()") == "done: None"
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert attacker.run(f"socket.create_connection(('127.0.0.1', {port}))") == "refused: EACCES"
    kinds = ["AF_INET, socket.SOCK_DGRAM", "AF_INET6, socket.SOCK_STREAM", "AF_INET, socket.SOCK_RAW"]
    kinds += ["AF_UNIX, socket.SOCK_STREAM", "AF_UNIX, socket.SOCK_DGRAM", "AF_NETLINK, socket.SOCK_RAW"]
    kinds += ["AF_PACKET, socket.SOCK_RAW", "AF_VSOCK, socket.SOCK_STREAM", "AF_ALG, socket.SOCK_SEQPACKET"]
    for kind in kinds:
        assert attacker.run(f"socket.socket(socket.{kind})") == "refused: EACCES", kind
    assert attacker.run("socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)") == "refused: EACCES"
    child = "import socket; socket.socket()"
    assert attacker.run(f"result = subprocess.run([sys.executable, '-c', {child!r}]).returncode") == "done: 1"


def test_one_with_a_model_connects_to_that_server_and_to_nothing_else(attacker: Attacker) -> None:
    hub = attacker.hub
    with model_server.running() as model, socket.create_server(("127.0.0.1", 0)) as elsewhere:
        hub.add("modern", "gradio", HOSTILE)
        (hub.home / "modern" / ".env").write_text(f"OPENAI_BASE_URL={model.url}\n", encoding="utf-8")
        assert hub.wake("modern"), hub.hosting.log("modern")
        modern, port = Attacker(hub, "modern"), elsewhere.getsockname()[1]
        ask = f"import httpx; result = httpx.get('{model.url}/models').status_code"
        assert modern.run(ask) == "done: 501"
        asynchronous = (
            "import asyncio, httpx\nasync def ask():\n    async with httpx.AsyncClient() as client:\n"
        )
        asynchronous += f"        return (await client.get('{model.url}/models')).status_code\n"
        assert modern.run(f"{asynchronous}result = asyncio.run(ask())") in (
            "done: 404",
            "done: 200",
            "done: 501",
        )
        assert modern.run(f"socket.create_connection(('127.0.0.1', {port}))") == "refused: ECONNREFUSED"
        assert modern.run("socket.create_connection(('example.com', 443))") == "refused: ECONNREFUSED"
        address = f"bytes([2, 0, *divmod({port}, 256), 127, 0, 0, 1, *[0] * 8])"
        past = f"own = socket.socket(); libc_connect(own.fileno(), {address})"
        assert modern.run(past) == "refused: EACCES"
        server = f"('127.0.0.1', {httpx.URL(model.url).port})"
        again = f"own = socket.create_connection({server}); libc_connect(own.fileno(), bytes(16))"
        assert modern.run(again) == "refused: EACCES"
        fast = f"socket.socket().sendto(b'x', 0x20000000, ('127.0.0.1', {port}))"
        assert modern.run(fast) == "refused: EACCES"
        for kind in (
            "AF_INET, socket.SOCK_DGRAM",
            "AF_UNIX, socket.SOCK_STREAM",
            "AF_INET, socket.SOCK_STREAM, 262",
        ):
            assert modern.run(f"socket.socket(socket.{kind})") == "refused: EACCES", kind
        assert modern.run("socket.socket().bind(('127.0.0.1', 0))") == "refused: EPERM"
    told = "\n".join(hub.hosting.log("modern"))
    assert f"refused: it wanted to connect to 127.0.0.1:{port}" in told
    assert "refused: it wanted to connect to example.com:443" in told
    hub.do(hub.hosting.halt("modern"))


def test_none_of_its_files_is_run_before_the_sandbox_holds(attacker: Attacker, tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    evil = f"from pathlib import Path\ntry:\n    Path({out!r}).touch()\nexcept OSError:\n    pass\n"
    slug = attacker.hub.add("shadowing", "gradio", evil + HOSTILE)
    names = (
        "landlockpy",
        "seccompy",
        "psutil",
        "dotenv",
        "resource",
        "sitecustomize",
        "usercustomize",
        "_uuid",
    )
    for name in names:
        (attacker.hub.home / slug / f"{name}.py").write_text(evil, encoding="utf-8")
    (attacker.hub.home / slug / ".env").write_text(
        "PYTHONSTARTUP=landlockpy.py\nLD_PRELOAD=x.so\n", encoding="utf-8"
    )
    attacker.hub.wake(slug)
    attacker.hub.do(attacker.hub.hosting.halt(slug))
    assert not (tmp_path / "out").exists()


PARSER = """
import os, socket
from contextlib import suppress
from pathlib import Path

with suppress(OSError):
    Path({out!r}).write_text("wrote")
with suppress(OSError):
    socket.create_connection(("127.0.0.1", {port}))
Path("/proc/self/oom_score_adj").read_text()
raise SystemExit(str(os.environ.get("OPENAI_API_KEY")))
"""


def test_a_document_that_takes_over_its_reader_gets_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        packages = tmp_path / "packages"
        packages.mkdir()
        hostile = PARSER.format(out=str(tmp_path / "out"), port=server.getsockname()[1])
        (packages / "pypdfium2.py").write_text(hostile, encoding="utf-8")
        monkeypatch.setattr("sys.path", [str(packages), *sys.path])
        (tmp_path / "paper.pdf").write_bytes(b"%PDF-1.4\n%%EOF\n")
        worker = Worker()
        with pytest.raises(Unreadable, match="made its reader crash"):
            worker.parse(tmp_path / "paper.pdf", "pdf", DEFAULT_LIMITS)
        worker.close()
        server.settimeout(0.2)
        with pytest.raises(TimeoutError):
            server.accept()
    assert not (tmp_path / "out").exists()


def test_it_touches_no_other_process(attacker: Attacker) -> None:
    for pid in attacker.others():
        assert attacker.run(f"os.kill({pid}, signal.SIGTERM)") == "refused: EPERM"
        assert (
            attacker.run(f"signal.pidfd_send_signal(os.pidfd_open({pid}), signal.SIGTERM)")
            == "refused: EPERM"
        )
        assert attacker.run(f"ptrace('ATTACH', {pid})") == "refused: EPERM"
        assert attacker.run(f"import resource; resource.prlimit({pid}, 7, (9, 9))") == "refused: EPERM"
        assert attacker.run(f"os.setpriority(os.PRIO_PROCESS, {pid}, 19)") == "refused: EPERM"
    assert attacker.run("os.setpriority(os.PRIO_USER, 0, 19)") == "refused: EPERM"
    assert attacker.run("os.kill(-1, 0)").startswith(("refused", "done"))
    assert attacker.hub.hosting.status("neighbour").restarts == 0


CALLS = {
    "process_vm_readv": (310, 270),
    "io_uring_setup": (425, 425),
    "keyctl": (250, 219),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "mount": (165, 40),
    "unshare": (272, 97),
    "setns": (308, 268),
    "chroot": (161, 51),
    "open_by_handle_at": (304, 265),
    "pidfd_getfd": (438, 438),
    "kexec_load": (246, 104),
    "shmget": (29, 194),
    "msgget": (68, 186),
}
"""Their numbers on x86-64 and on ARM."""


@pytest.mark.parametrize("name", CALLS)
def test_calls_that_reach_past_files_are_refused(attacker: Attacker, name: str) -> None:
    number = CALLS[name][platform.machine() == "aarch64"]
    assert attacker.run(f"call({number}, 0, 0, 0, 0, 0)") == "refused: EPERM"


@pytest.mark.skipif(platform.machine() != "x86_64", reason="a second numbering of x86-64")
def test_no_other_numbering_of_calls_goes_round_the_filter(attacker: Attacker) -> None:
    for number in (41, 42, 101, 165, 272, 521, 539):  # socket, connect, ptrace, mount, unshare, and its own
        assert attacker.run(f"call({0x4000_0000 | number}, 2, 1, 0)") == "refused: ENOSYS"


def test_it_makes_no_namespace_in_which_it_would_be_root(attacker: Attacker) -> None:
    clone = 56 if platform.machine() == "x86_64" else 220
    for flag in (0x1000_0000, 0x4000_0000, 0x0002_0000, 0x2000_0000):
        assert attacker.run(f"call({clone}, {flag} | 17, 0, 0, 0, 0)") == "refused: EPERM"
    assert attacker.run("call(435, 0, 0)") == "refused: ENOSYS"


def test_it_has_no_privilege_and_gets_none(attacker: Attacker) -> None:
    status = attacker.run("result = Path('/proc/self/status').read_text()")
    assert "NoNewPrivs:\t1" in status
    assert "CapEff:\t0000000000000000" in status
    assert "Seccomp:\t2" in status


def test_it_opens_no_more_files_than_it_may(attacker: Attacker) -> None:
    assert attacker.run("held = [open('/dev/null') for _ in range(5000)]") == "refused: EMFILE"
    assert attacker.run("result = 1 + 1") == "done: 2"


def test_it_writes_no_file_that_fills_the_disk(attacker: Attacker) -> None:
    write = "file = open('knowledge/large', 'wb'); file.truncate(2**31)"
    assert attacker.run(write) == "refused: EFBIG"
    assert attacker.run("os.unlink('knowledge/large')") == "done: None"


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, Path, int]]:
    """A Hub whose owner grants a file and a port to the prototype "shop" but not to "other", and 50 MB to each."""
    home = tmp_path_factory.mktemp("shops")
    (home / "prices").mkdir()
    prices = home / "prices" / "list.csv"
    prices.write_text("coffee,3", encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        sandbox = SandboxPolicy.of("required", [f"shop={prices.parent}"], [f"shop=127.0.0.1:{port}"])
        limits = ResourceLimits(disk=50 * MIB, first_pause=0.1)
        with hosting_in(home / "hub", limits, sandbox=sandbox) as hub:
            for slug in ("shop", "other"):
                hub.add(slug, "gradio", HOSTILE)
                assert hub.wake(slug), hub.hosting.log(slug)
            yield hub, prices, port


def test_what_its_owner_grants_is_reached_and_no_more(shops: tuple[Running, Path, int]) -> None:
    hub, prices, port = shops
    read, connect = (
        f"result = open({str(prices)!r}).read()",
        f"socket.create_connection(('127.0.0.1', {port}))",
    )
    assert Attacker(hub, "shop").run(read) == "done: coffee,3"
    assert Attacker(hub, "shop").run(connect) == "done: None"
    assert Attacker(hub, "shop").run(read.replace("').read", "', 'w').read")) == "refused: EACCES"
    assert Attacker(hub, "other").run(read) == "refused: EACCES"
    assert Attacker(hub, "other").run(connect) == "refused: EACCES"


@pytest.mark.slow
def test_one_that_fills_the_disk_with_many_files_is_ended(shops: tuple[Running, Path, int]) -> None:
    hub, _, _ = shops
    fill = "import tempfile\nfor _ in range(30):\n    tempfile.NamedTemporaryFile(delete=False).write(bytes(2**21))"
    Attacker(hub, "other").run(fill)
    until(lambda: any("more than 50 MB of disk" in line for line in hub.hosting.log("other")))


@pytest.mark.parametrize("option", ["leave", "leave=", "leave=/no/such/folder"])
def test_a_grant_that_names_nothing_is_refused_in_words(option: str) -> None:
    with pytest.raises(ChoiceProblem, match="names no folder"):
        SandboxPolicy.of("auto", [option], [])
    with pytest.raises(ChoiceProblem, match="names no server"):
        SandboxPolicy.of("auto", [], [option])


def test_it_takes_no_memory_without_bound(attacker: Attacker) -> None:
    assert attacker.run("held = bytearray(2**33)") == "refused: memory"


SPY = """
import json, os, socket, sys
from pathlib import Path

def tried(do):
    try:
        do()
    except OSError as error:
        return error.strerror
    return "done"

Path(".protokit/loot").write_text(json.dumps([
    tried(lambda: Path({secret!r}).read_text()),
    tried(lambda: Path("app.py").write_text("changed")),
    tried(lambda: socket.create_connection(("127.0.0.1", {port}), 2)),
]))
print("noise without end " * 10_000)
"""


@pytest.mark.slow
def test_who_traces_an_answer_runs_its_code_in_the_same_sandbox(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("the Hub's secret", encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as server, hosting_in(tmp_path) as hub:
        folder = hub_site.made(hub.home / "spying")
        code = folder / "assistant.py"
        spy = SPY.format(secret=str(tmp_path / "secret"), port=server.getsockname()[1])
        code.write_text(f"{code.read_text()}\n{spy}", encoding="utf-8")
        sea = Answer(question="How deep is the sea at Guam?", text="", model="offline", found=False)
        number = EventLog(events_file(folder)).record(sea)
        hub.hosting.add("spying", folder)
        diagnosis = hub.do(diagnose(hub.hosting, "spying", number))
        assert diagnosis.advice == "Add a document that says it."
        loot = json.loads((folder / ".protokit" / "loot").read_text())
        assert loot == ["Permission denied"] * 3
        with pytest.raises(CheckFailed, match="could not be found out"):
            hub.do(diagnose(hub.hosting, "spying", 999))
        assert [each.name for each in (tmp_path / "run").iterdir()] == ["lock"]
