"""docs/blueprints.md is run as it is written: every command, in its order, in one empty folder."""

import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from protokit.spec.prototype_spec import read_spec
from tests.support.terminal import environment

ROOT = Path(__file__).parents[2]
COMMANDS = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """The folder of programs of an environment with protokit in it, into which a blueprint may be installed."""
    venv.create(tmp_path / "venv", with_pip=True)
    programs = tmp_path / "venv" / "bin"
    sites = [str(ROOT), *(path for path in sys.path if path.endswith("-packages"))]
    (site,) = (tmp_path / "venv" / "lib").glob("python*/site-packages")
    (site / "ours.pth").write_text("\n".join(sites), encoding="utf-8")
    for name in ("protokit", "cookiecutter"):
        script = Path(sys.executable).with_name(name).read_text(encoding="utf-8")
        (programs / name).write_text(
            script.replace(sys.executable, str(programs / "python")), encoding="utf-8"
        )
        (programs / name).chmod(0o755)
    return programs


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_every_command_of_the_tutorial_works_as_written(tmp_path: Path, programs: Path) -> None:
    text = (ROOT / "docs" / "blueprints.md").read_text(encoding="utf-8")
    blocks = COMMANDS.findall(text)
    assert len(blocks) == text.count("```sh\n") > 8
    place = tmp_path / "place"
    place.mkdir()
    env = environment(HOME=str(tmp_path / "home"), PATH=f"{programs}{os.pathsep}{os.environ['PATH']}")
    env.pop("XDG_CONFIG_HOME", None)
    done = subprocess.run(
        ["bash", "-ex"],
        input="\n".join(blocks),
        cwd=place,
        env=env,
        capture_output=True,
        encoding="utf-8",
        timeout=850,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    specs = {path.parent.name: read_spec(path) for path in place.glob("*/prototype.yaml")}
    assert {name: spec.blueprint for name, spec in specs.items()} == {
        "first": "policy-search@1.0.0",
        "second": "policy-search@1.0.0",
        "third": "policy-search@1.0.0",
        "fourth": "policy-search@1.0.0",
        "fifth": "contract-search@1.0.0",
        "travel-answers": "travel-search@1.0.0",
    }
    assert specs["second"].parameters == {"passages": 3, "region": "all"}
    assert specs["travel-answers"].parameters == {"passages": 4, "region": "all"}
    assert 'parameters.get("passages"' in (place / "third" / "assistant.py").read_text(encoding="utf-8")
    assert specs["fourth"].source is not None
    assert "140 euros" in done.stdout
    assert "gradio: screen (gradio): answers with its source" in done.stdout
