"""What people install is the wheel, so it alone must make and check a prototype, without this checkout beside it."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.support.terminal import environment

ROOT = Path(__file__).parents[2]
UV = Path(sys.executable).with_name("uv.exe" if os.name == "nt" else "uv")
DOTFILES = {
    "protokit/blueprints/common/shared/{{cookiecutter.slug}}/.gitignore",
    "protokit/blueprints/common/shared/{{cookiecutter.slug}}/.env.example",
    "protokit/blueprints/common/streamlit/{{cookiecutter.slug}}/.streamlit/config.toml",
}

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def call(*command: str | Path, cwd: Path) -> str:
    """What the command wrote to stdout; a failure shows what it wrote to stderr."""
    env = environment(PYTHONPATH="", UV_COMPILE_BYTECODE="0")
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=env,
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    call(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `protokit` command of a new environment that holds the wheel and the Streamlit extra."""
    if not UV.exists():
        pytest.skip("uv is not installed")
    place = tmp_path_factory.mktemp("environment")
    call(UV, "venv", "-q", "--python", sys.executable, "venv", cwd=place)
    scripts = place / "venv" / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / ("python.exe" if os.name == "nt" else "python")
    wanted = f"protokit-studio[streamlit] @ {wheel.as_uri()}"
    call(UV, "pip", "install", "-q", "--python", python, "-c", ROOT / "constraints.txt", wanted, cwd=place)
    return scripts / "protokit"


def test_the_wheel_holds_the_blueprints_with_their_dotfiles_and_no_waste(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert names >= DOTFILES
    tracked = call("git", "ls-files", "-z", "blueprints", cwd=ROOT).split("\0")
    missing = [
        name for name in tracked if name and (ROOT / name).exists() and f"protokit/{name}" not in names
    ]
    assert missing == []
    assert [name for name in names if "__pycache__" in name or name.endswith((".pyc", ".db", ".env"))] == []
    assert {name.partition("/")[0] for name in names if ".dist-info" not in name} == {
        "protokit",
        "vectorstore",
    }


def test_data_files_of_the_packages_are_in_the_wheel(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    tracked = call("git", "ls-files", "-z", "protokit", "vectorstore", cwd=ROOT).split("\0")
    assert [name for name in tracked if name and (ROOT / name).exists() and name not in names] == []


def test_the_wheel_alone_makes_and_checks_a_prototype(installed: Path, tmp_path: Path) -> None:
    assert "protokit" in call(installed, "--version", cwd=tmp_path)
    call(
        installed,
        "new",
        "Search our HR policies and show where the answer stands",
        "--out",
        "made",
        cwd=tmp_path,
    )
    made = tmp_path / "made"
    assert (made / ".streamlit/config.toml").is_file()
    assert (made / ".gitignore").is_file()
    told = call(installed, "check", made, cwd=tmp_path)
    assert "FAILED" not in told
    assert "screen (streamlit): answers with its source" in told
    code = "import protokit, vectorstore; print(protokit.__file__, vectorstore.__file__)"
    assert str(ROOT) not in call(installed.with_name("python"), "-c", code, cwd=tmp_path)


def test_the_screen_that_is_not_installed_is_named_with_the_command_that_installs_it(
    installed: Path, tmp_path: Path
) -> None:
    call(installed, "new", "Search our HR policies", "--ui", "gradio", "--out", "made", cwd=tmp_path)
    done = subprocess.run(
        [str(installed), "run", "made"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert 'pip install "protokit-studio[gradio]"' in done.stderr
    assert "Traceback" not in done.stderr
