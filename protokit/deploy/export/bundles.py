"""Exports a prototype as a bundle that builds and runs from nothing but itself, without a key inside."""

import hashlib
import json
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import protokit
from protokit.deploy.export.own_wheel import own_wheel
from protokit.deploy.export.requirements import DISTRIBUTION, installed_pins, package, with_wheel
from protokit.errors import ChoiceProblem, FolderProblem
from protokit.files.atomic import atomic_folder
from protokit.files.layout import BASE, copy_shared, shared_files
from protokit.files.placeholders import fill
from protokit.files.secret_scan import files_in, refuse_secrets
from protokit.prototype.pristine_copy import read_pristine
from protokit.prototype.prototype_folder import Prototype
from protokit.spec.yaml_io import dump_yaml

IMAGES = {
    "python_image": "python:3.12.12-slim-bookworm",
    "haproxy_image": "haproxy:3.2.4-alpine",
    "chroma_image": "chromadb/chroma:1.5.9",
    "postgres_image": "postgres:17.6-bookworm",
}
"""Whole versions, never :latest. Chroma's is that of the locked client."""
_TEMPLATES = Path(__file__).parent / "templates"
_LISTEN = ("--host", "0.0.0.0", "--port", "8501")
_HEALTH = {"streamlit": "/_stcore/health", "gradio": "/"}
SERVERS = {
    "serve": {
        "command": json.dumps(["python", "-m", "protokit", "serve", ".", *_LISTEN]),
        "health": "/health",
        "guide": "docker-serve",
        "address": "OpenAI's API is at http://localhost:8501/v1, AG-UI at http://localhost:8501/ag-ui.",
    },
    "mcp": {
        "command": json.dumps(["python", "-m", "protokit", "mcp", ".", "--http", *_LISTEN]),
        "health": "/health",
        "guide": "docker-serve",
        "address": "The tools are at http://localhost:8501/mcp, over MCP's streamable HTTP.",
    },
}
"""What an image may run in place of the page, and how the templates speak of it."""
_MOMENT = (2020, 1, 1, 0, 0, 0)
_LONGEST_NAME = 40
"""Kubernetes gives a name 63 characters, of which the stores' endings need some."""


@dataclass(frozen=True, slots=True)
class _Bundle:
    """A bundle on its way: the prototype, the folder that is being filled, and the words of the templates."""

    prototype: Prototype
    folder: Path
    words: Mapping[str, str]

    def fill_in(self, template: str, name: str) -> None:
        """Write the template as the file `name`."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = (_TEMPLATES / template).read_text(encoding="utf-8")
        path.write_text(fill(text, self.words), encoding="utf-8")


def export(folder: Path, kind: str, out: Path | None = None, runs: str = "page") -> Path:
    """Make the bundle `kind` (a key of KINDS) of the prototype in `folder` and return where it is.

    With docker, `runs` may be a key of SERVERS in place of the page. `out` is a new folder, or the file for zip; the
    default stands beside `folder`. Raises ChoiceProblem for a kind that is not known or does not serve the screen,
    FolderProblem for a place that is taken, a file that holds a key, or requirements of another protokit, MissingExtra
    for what a server needs and is not installed here. Then nothing is written.
    """
    if kind not in KINDS:
        raise ChoiceProblem.of("--to", kind, list(KINDS))
    if runs not in ("page", *SERVERS):
        raise ChoiceProblem.of("--runs", runs, ["page", *SERVERS])
    if runs != "page" and kind != "docker":
        raise ChoiceProblem(f"--to {kind} runs the page alone", fix="Use --to docker, or leave --runs out.")
    prototype = Prototype.open(folder)
    home = prototype.folder
    if kind == "streamlit-cloud" and prototype.spec.screen != "streamlit":
        raise ChoiceProblem("Streamlit's cloud shows no Gradio page", fix="Use --to spaces.")
    refuse_secrets(home, shared_files(home), "exported")
    locked = _locked(home)
    if runs != "page":
        locked, ending = locked + installed_pins(runs, locked), f"{kind}-{runs}"
    else:
        ending = kind
    target = out or home.with_name(f"{home.name}-{ending}" if kind != "zip" else f"{home.name}.zip")
    if kind == "zip":
        return _zipped(prototype, locked, target)
    with atomic_folder(target) as staging:
        bundle = _begin(prototype, staging, locked, kind)
        if runs != "page":
            bundle = replace(bundle, words={**bundle.words, **SERVERS[runs]})
        KINDS[kind](bundle)
    return target


def _begin(prototype: Prototype, folder: Path, locked: str, kind: str) -> _Bundle:
    """The parts that all bundles share: the prototype's files, the wheel, the locked requirements."""
    in_root = kind in ("streamlit-cloud", "zip")
    app = folder if in_root else folder / "app"
    app.mkdir(parents=True, exist_ok=True)
    copy_shared(prototype.folder, app)
    wheel = own_wheel(folder / "wheels")
    several = kind in ("compose", "kubernetes")
    more = (_TEMPLATES / "postgres.txt").read_text(encoding="utf-8") if several else ""
    text = with_wheel(locked + more, f"./wheels/{wheel.name}")
    (folder / "requirements.txt").write_text(text, encoding="utf-8")
    if not in_root:
        (app / "requirements.txt").unlink()
    return _Bundle(prototype, folder, _words(prototype, folder))


def _words(prototype: Prototype, folder: Path) -> dict[str, str]:
    spec = prototype.spec
    name = spec.slug[:_LONGEST_NAME].strip("-")
    name = name if name[0].isalpha() else f"app-{name}"
    command = ["python", "-m", "protokit.runtime.ui.gradio_server", "app.py"]
    if spec.screen == "streamlit":
        options = {"server.address": "0.0.0.0", "server.port": "8501", "server.headless": "true"}
        options |= {"theme.primaryColor": spec.accent}
        words = (f"--{name}={value}" for name, value in options.items())
        command = ["python", "-m", "protokit.runtime.ui.page_server", "app.py", *words]
    return {
        **IMAGES,
        "name": name,
        "tag": _tag(folder),
        "image": f"{name}:{_tag(folder)}",
        "health": _HEALTH[spec.screen],
        "guide": "docker",
        "command": json.dumps(command),
        "title": spec.title,
        "pitch": spec.pitch,
        "version": protokit.__version__,
    }


def _tag(folder: Path) -> str:
    """Names the image by what is in it, so that another content is another tag."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix != ".whl":
            digest.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return f"{protokit.__version__}-{digest.hexdigest()[:12]}"


def _docker(bundle: _Bundle) -> None:
    _image(bundle)
    bundle.fill_in("image/env.example", ".env.example")
    bundle.fill_in(f"guides/{bundle.words['guide']}.md", "README.md")


def _compose(bundle: _Bundle) -> None:
    _image(bundle)
    bundle.fill_in("compose/compose.yaml", "compose.yaml")
    bundle.fill_in("compose/haproxy.cfg", "haproxy.cfg")
    bundle.fill_in("compose/env.example", ".env.example")
    bundle.fill_in("guides/compose.md", "README.md")


def _kubernetes(bundle: _Bundle) -> None:
    _image(bundle)
    for path in sorted((_TEMPLATES / "kubernetes").glob("*.yaml")):
        bundle.fill_in(f"kubernetes/{path.name}", f"kubernetes/{path.name}")
    bundle.fill_in("guides/kubernetes.md", "README.md")


def _spaces(bundle: _Bundle) -> None:
    """A Docker Space for both screens: the other kinds of Space install no wheel from the repository."""
    _image(bundle)
    bundle.fill_in("guides/spaces.md", "README.md")
    spec, path = bundle.prototype.spec, bundle.folder / "README.md"
    head: dict[str, Any] = {
        "title": spec.title,
        "emoji": spec.emoji,
        "colorFrom": "indigo",
        "colorTo": "purple",
    }
    head |= {"sdk": "docker", "app_port": 8501, "pinned": False}
    path.write_text(f"---\n{dump_yaml(head)}---\n\n{path.read_text(encoding='utf-8')}", encoding="utf-8")
    large = "".join(f"*.{end} filter=lfs diff=lfs merge=lfs -text\n" for end in _binary(bundle.folder))
    (bundle.folder / ".gitattributes").write_text(large, encoding="utf-8")


def _streamlit_cloud(bundle: _Bundle) -> None:
    path = bundle.folder / ".streamlit" / "config.toml"
    if path.is_file():  # `protokit run` gives the colour; there nobody does
        colour = f'primaryColor = "{bundle.prototype.spec.accent}"'
        text = re.sub(r'(?m)^primaryColor = ".*"$', colour, path.read_text(encoding="utf-8"))
        path.write_text(text, encoding="utf-8")
    bundle.fill_in("guides/streamlit-cloud.md", "PUBLISH.md")


def _start(bundle: _Bundle) -> None:
    bundle.fill_in("guides/zip.md", "START.md")


def _image(bundle: _Bundle) -> None:
    bundle.fill_in("image/Dockerfile", "Dockerfile")
    bundle.fill_in("image/dockerignore", ".dockerignore")


KINDS: dict[str, Callable[[_Bundle], None]] = {
    "docker": _docker,
    "compose": _compose,
    "kubernetes": _kubernetes,
    "spaces": _spaces,
    "streamlit-cloud": _streamlit_cloud,
    "zip": _start,
}


def _zipped(prototype: Prototype, locked: str, target: Path) -> Path:
    with atomic_folder(target) as packed:
        whole = packed.parent / prototype.spec.slug
        whole.mkdir()
        _keep_pristine(prototype, whole)
        _start(_begin(prototype, whole, locked, "zip"))
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(path for path in whole.rglob("*") if path.is_file()):
                entry = zipfile.ZipInfo(path.relative_to(whole.parent).as_posix(), _MOMENT)
                archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return target


def _keep_pristine(prototype: Prototype, whole: Path) -> None:
    """What the blueprint gave goes along, so that who unpacks the folder can update it; it is looked through too."""
    if not (prototype.folder / BASE).is_file():
        return
    with TemporaryDirectory(prefix="protokit-pristine-") as aside:
        for name, content in read_pristine(prototype.folder).items():
            path = Path(aside, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        env = prototype.folder / ".env"
        refuse_secrets(Path(aside), files_in(Path(aside)), "exported", env=env)
    (whole / BASE).parent.mkdir()
    shutil.copyfile(prototype.folder / BASE, whole / BASE)


def _locked(home: Path) -> str:
    """The locked requirements, of this protokit. Raises FolderProblem."""
    path = home / "requirements.txt"
    if not path.is_file():
        raise FolderProblem(
            "is missing", where="requirements.txt", fix="Run: protokit update --restore requirements.txt"
        )
    text = path.read_text(encoding="utf-8")
    pins = [line for line in text.splitlines() if package(line) == DISTRIBUTION]
    if not pins or not pins[0].endswith(f"=={protokit.__version__}"):
        what = f"asks for {pins[0] if pins else 'no protokit-studio'}, and this is {protokit.__version__}"
        raise FolderProblem(what, where="requirements.txt", fix="Run: protokit update")
    return text if text.endswith("\n") else f"{text}\n"


def _binary(folder: Path) -> Iterator[str]:
    """The endings of files that are not text, which a Space takes only through LFS."""
    ends = {
        path.suffix[1:] for path in folder.rglob("*") if path.is_file() and b"\0" in path.read_bytes()[:8192]
    }
    yield from sorted(end for end in ends if end)
