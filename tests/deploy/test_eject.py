"""`protokit eject`: the prototype works, and its tests pass, where no protokit is installed."""

import ast
import os
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from protokit.deploy.export.requirements import package, without_protokit
from protokit.deploy.export.rewrite_imports import rewrite_imports
from protokit.errors import FolderProblem
from protokit.prototype.run_prototype import wait_until_open
from protokit.runtime.page_policy import PAGE_POLICY
from tests.support.browser import needs_chromium, own_port, visit
from tests.support.terminal import environment, protokit, tree

ROOT = Path(__file__).parents[2]
UV = Path(sys.executable).with_name("uv.exe" if os.name == "nt" else "uv")
KINDS = [
    (blueprint, screen)
    for blueprint in ("chatbot", "classifier", "comparer", "rag-search", "summarizer", "writer")
    for screen in ("streamlit", "gradio")
]
NAMES = {"protokit.runtime": "mine_runtime", "vectorstore": "mine_store"}


def make(place: Path, blueprint: str = "chatbot", screen: str = "streamlit") -> Path:
    words = [
        "--blueprint",
        blueprint,
        "--ui",
        screen,
        "--name",
        "Leave Helper",
        "--out",
        f"{blueprint}-{screen}",
    ]
    done = protokit("new", "Answer questions about our HR handbook", *words, cwd=place)
    assert done.code == 0, done.err
    return place / f"{blueprint}-{screen}"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("made"))


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Path]:
    """All kinds, ejected."""
    place = tmp_path_factory.mktemp("every")
    folders = {kind: make(place, *kind) for kind in KINDS}
    for folder in folders.values():
        done = protokit("eject", folder, cwd=place)
        assert done.code == 0, done.err
    return {kind: folder.with_name(f"{folder.name}-ejected") for kind, folder in folders.items()}


def sources(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in folder.rglob("*.py")
    }


def imported_modules(source: str) -> set[str]:
    """The dotted names of all that `source` imports."""
    found = set[str]()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found |= {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


@pytest.mark.slow
def test_no_import_of_protokit_is_left_in_any_kind(every: dict[tuple[str, str], Path]) -> None:
    files: dict[str, str] = {}
    for folder in every.values():
        found = sources(folder)
        assert {"app.py", "assistant.py", "leave_helper_runtime/reply.py"} <= found.keys()
        files |= {source: name for name, source in found.items()}  # the kinds have most of them in common
    for source, name in files.items():
        modules = imported_modules(source)
        assert [m for m in modules if m.partition(".")[0] in ("protokit", "vectorstore")] == [], name
        nodes = list(ast.walk(ast.parse(source)))
        words = [n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)]
        assert [text for text in words if "protokit.runtime" in text or "protokit-studio" in text] == [], name


@pytest.mark.slow
def test_what_cannot_be_reached_stays_behind_and_nothing_that_can(every: dict[tuple[str, str], Path]) -> None:
    packages = ("leave_helper_runtime", "leave_helper_vectorstore")
    whole = len([*(ROOT / "protokit/runtime").rglob("*.py"), *(ROOT / "vectorstore").rglob("*.py")])
    for (blueprint, screen), folder in every.items():
        here = sources(folder)
        assert len(here) < 0.85 * whole
        for room, kind in (("comparison", "comparer"), ("classification", "classifier")):
            assert (f"leave_helper_runtime/{room}/__init__.py" in here) == (kind == blueprint), (
                blueprint,
                room,
            )
        assert ("leave_helper_runtime/ui/gradio_ui.py" in here) == (screen == "gradio")
        for name, source in here.items():
            froms = (n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.ImportFrom) and not n.level)
            for module in {n.module or "" for n in froms if (n.module or "").startswith(packages)}:
                path = module.replace(".", "/")
                assert {f"{path}.py", f"{path}/__init__.py"} & here.keys(), (name, module)
        for package_name in packages:
            assert (folder / package_name / "LICENSE").read_text() == (ROOT / "LICENSE").read_text()


@pytest.mark.slow
def test_the_copied_packages_are_formatted(every: dict[tuple[str, str], Path]) -> None:
    folder = every["rag-search", "gradio"]
    options = ["--isolated", "--no-cache", "--config", "line-length = 110", *folder.glob("leave_helper_*")]
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--check", *options],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_requirements_name_no_protokit_and_keep_the_pins_and_what_a_person_added(
    made: Path, tmp_path: Path
) -> None:
    locked = (made / "requirements.txt").read_text(encoding="utf-8") + "left-pad==1.0\n"
    left = without_protokit(locked, ["streamlit", "docs"])
    assert set(left.splitlines()) < set(locked.splitlines())
    names = {package(line) for line in left.splitlines()}
    assert {"streamlit", "chromadb", "openai", "xlfmt", "pytest", "left-pad", "click"} <= names
    assert names & {"protokit-studio", "cookiecutter", "ruff", "python-slugify"} == set()


@pytest.mark.slow
def test_the_guides_name_no_command_that_is_gone(every: dict[tuple[str, str], Path]) -> None:
    for (_, screen), folder in every.items():
        for name in ("README.md", "AGENTS.md"):
            text = (folder / name).read_text(encoding="utf-8")
            assert re.findall(r"protokit (?:run|check|ask|serve|mcp|export|eject)", text) == []
        run = (
            "python -m leave_helper_runtime.ui.page_server app.py"
            if screen == "streamlit"
            else "python app.py"
        )
        assert run in (folder / "README.md").read_text(encoding="utf-8")
        assert run in (folder / "EJECTED.md").read_text(encoding="utf-8")


def test_keys_and_what_visitors_asked_stay_behind_and_the_source_is_untouched(tmp_path: Path) -> None:
    folder = make(tmp_path)
    (folder / ".env").write_text("OPENAI_API_KEY=sk-secret\n", encoding="utf-8")
    (folder / ".protokit/events.db").write_bytes(b"what they asked")
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    before = tree(folder)
    done = protokit("eject", folder, "--out", "taken along", cwd=tmp_path)
    assert done.code == 0
    assert "cd 'taken along'" in done.out
    made = tree(tmp_path / "taken along")
    assert made["notes.txt"] == b"mine"
    assert {".env", ".protokit/events.db", ".protokit/base.zip"} & made.keys() == set()
    assert b"sk-secret" not in b"".join(content for content in made.values() if content)
    assert tree(folder) == before


def test_a_folder_that_holds_something_is_left_as_it_is(made: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "work.txt").write_text("mine", encoding="utf-8")
    done = protokit("eject", made, "--out", "taken", cwd=tmp_path)
    assert done.code == 1
    assert "exists already and was left as it is" in done.err
    assert [path.name for path in tmp_path.rglob("*")] == ["taken", "work.txt"]


def test_in_place_keeps_a_whole_copy_first(tmp_path: Path) -> None:
    folder = make(tmp_path)
    (folder / ".env").write_text("OPENAI_API_KEY=mine\n", encoding="utf-8")
    (folder / ".env").chmod(0o600)
    before = tree(folder)
    done = protokit("eject", folder, "--in-place", cwd=tmp_path)
    assert done.code == 0, done.err
    (backup,) = tmp_path.glob("chatbot-streamlit-before-eject-*")
    assert str(backup) in done.err
    assert tree(backup) == before
    assert stat.S_IMODE((backup / ".env").stat().st_mode) == 0o600
    assert (folder / ".env").read_text() == "OPENAI_API_KEY=mine\n"
    assert "from leave_helper_runtime import" in (folder / "app.py").read_text(encoding="utf-8")
    assert not (folder / ".protokit/base.zip").exists()
    again = protokit("eject", folder, "--in-place", cwd=tmp_path)
    assert (again.code, "was ejected already" in again.err) == (1, True)
    assert len(list(tmp_path.iterdir())) == 2


def test_code_that_uses_more_of_protokit_is_named_with_its_line_and_nothing_is_written(
    tmp_path: Path,
) -> None:
    folder = make(tmp_path)
    path = folder / "assistant.py"
    path.write_text(
        path.read_text(encoding="utf-8") + "\nfrom protokit.spec.prototype_spec import Spec\n",
        encoding="utf-8",
    )
    line = len(path.read_text(encoding="utf-8").splitlines())
    done = protokit("eject", folder, cwd=tmp_path)
    assert done.code == 1
    assert f"assistant.py, line {line}: imports protokit.spec.prototype_spec" in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["chatbot-streamlit"]


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("from vectorstore import KnowledgeBase", "from mine_store import KnowledgeBase"),
        ("from vectorstore.loaders import read  # é", "from mine_store.loaders import read  # é"),
        ("x = 'é'; from vectorstore import a", "x = 'é'; from mine_store import a"),
        ("from protokit.runtime import (  # why\n    A,  # noqa\n    B,\n)", None),
        ("from protokit import runtime", "import mine_runtime as runtime"),
        ("from protokit import runtime as rt", "import mine_runtime as rt"),
        ("import vectorstore", "import mine_store as vectorstore"),
        ("import vectorstore as v, os", "import mine_store as v, os"),
        (
            "import vectorstore.loaders\nvectorstore.loaders.read(p)",
            "import mine_store as vectorstore, mine_store.loaders\nvectorstore.loaders.read(p)",
        ),
        (
            "import protokit.runtime\nprotokit.runtime.connect('offline')",
            "import mine_runtime\nmine_runtime.connect('offline')",
        ),
        (
            "import protokit.runtime.models\nprotokit.runtime.models.connect(x)",
            "import mine_runtime.models\nmine_runtime.models.connect(x)",
        ),
        ("import_module('vectorstore.loaders')", "import_module('mine_store.loaders')"),
        ("vectorstore = 1\nprint('from vectorstore import x', vectorstore)", "same"),
        ("# from vectorstore import x\nfrom .vectorstore import y", "same"),
        ("folder / '.protokit' / 'vectorstore'", "same"),
        ("from\\\n  vectorstore import a", None),
        ("x = '\x0c'\nfrom vectorstore import a", "x = '\x0c'\nfrom mine_store import a"),
        ("if a:\r\n    from vectorstore import b\r\n", "if a:\r\n    from mine_store import b\r\n"),
    ],
)
def test_only_imports_change_their_names(source: str, wanted: str | None) -> None:
    if source.startswith("from\\"):
        with pytest.raises(FolderProblem, match="unusual way"):
            rewrite_imports(source, NAMES, where="a.py")
        return
    expected = {"same": source, None: source.replace("protokit.runtime", "mine_runtime")}.get(wanted, wanted)
    assert rewrite_imports(source, NAMES, where="a.py") == expected


@pytest.mark.parametrize(
    "source",
    ["import protokit", "from protokit import spec, runtime", "import protokit.spec.prototype_spec as s"],
)
def test_what_cannot_be_taken_along_is_refused(source: str) -> None:
    with pytest.raises(FolderProblem, match=r"a\.py, line 2: imports"):
        rewrite_imports(f"\n{source}\n", NAMES, where="a.py")


# In an environment without protokit


@pytest.fixture(scope="module")
def clean(every: dict[tuple[str, str], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment that holds what the ejected requirements.txt of both screens name."""
    if not UV.exists():
        pytest.skip("uv is not installed")
    venv = tmp_path_factory.mktemp("clean") / "venv"
    subprocess.run([UV, "venv", "-q", "--python", sys.executable, venv], check=True)
    python = venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    lists = [
        word
        for screen in ("streamlit", "gradio")
        for word in ("-r", every["chatbot", screen] / "requirements.txt")
    ]
    subprocess.run([UV, "pip", "install", "-q", "--python", python, *lists], check=True, env=bare())
    code = "from importlib.util import find_spec; print(find_spec('protokit'), find_spec('vectorstore'))"
    told = subprocess.run(
        [python, "-c", code], cwd=venv, capture_output=True, text=True, check=True, env=bare()
    )
    assert told.stdout == "None None\n"
    return python


def bare() -> dict[str, str]:
    return environment(PYTHONPATH="", UV_COMPILE_BYTECODE="1")


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", KINDS, ids="-".join)
def test_its_own_tests_pass_where_no_protokit_is_installed(
    kind: tuple[str, str], every: dict[tuple[str, str], Path], clean: Path
) -> None:
    command = [clean, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=every[kind], env=bare(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    assert " passed" in done.stdout


@contextmanager
def page(folder: Path, python: Path, screen: str) -> Iterator[str]:
    """The address of the page, opened as EJECTED.md says."""
    port = own_port()
    module = ["-m", "leave_helper_runtime.ui.page_server", "app.py"]
    streamlit = [*module, "--server.headless=true", f"--server.port={port}"]
    words = streamlit if screen == "streamlit" else ["app.py"]
    env = {**bare(), "GRADIO_SERVER_PORT": str(port)}
    child = subprocess.Popen(
        [python, *words], cwd=folder, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_until_open(child, port)
        yield f"http://localhost:{port}"
    finally:
        child.terminate()
        child.wait(60)


@pytest.mark.slow
@pytest.mark.browser
@needs_chromium
@pytest.mark.timeout(600)
@pytest.mark.parametrize("screen", ["streamlit", "gradio"])
def test_its_page_answers_where_no_protokit_is_installed(
    screen: str, every: dict[tuple[str, str], Path], clean: Path, tmp_path: Path
) -> None:
    folder = every["chatbot", screen]
    with page(folder, clean, screen) as url, visit(url, tmp_path) as shown:
        shown.page.locator("button", has_text="?").first.click()
        shown.page.get_by_text("[1]").first.wait_for()
        shown.shoot(f"ejected-{screen}")
        assert shown.outside == []


@pytest.mark.slow
@pytest.mark.parametrize("screen", ["streamlit", "gradio"])
def test_its_page_answers_with_the_policy_when_it_is_opened_as_it_says(
    screen: str, every: dict[tuple[str, str], Path]
) -> None:
    with page(every["chatbot", screen], Path(sys.executable), screen) as url:
        assert httpx.get(url, timeout=60).headers["content-security-policy"] == PAGE_POLICY
