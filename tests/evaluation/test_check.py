"""`protokit check` finds what a change can break, before a stakeholder does."""

import re
import shutil
from pathlib import Path

import pytest

from tests.support.terminal import inside, protokit

POLICIES = "Search our HR policies and show where the answer stands"


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("pristine")
    assert protokit("new", POLICIES, "--blueprint", "rag-search", "--out", "made", cwd=place).code == 0
    return place / "made"


@pytest.fixture
def made(pristine: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(pristine, tmp_path / "made"))


@pytest.mark.parametrize(
    "blueprint",
    [
        pytest.param("chatbot", marks=pytest.mark.slow),
        pytest.param("rag-search", marks=pytest.mark.slow),
        "summarizer",
    ],
)
def test_a_fresh_prototype_passes(tmp_path: Path, blueprint: str) -> None:
    assert protokit("new", POLICIES, "--blueprint", blueprint, "--out", "made", cwd=tmp_path).code == 0
    done = protokit("check", "made", "--json", cwd=tmp_path)
    assert [row for row in done.json if not row["ok"]] == []
    assert done.code == 0
    names = [row["name"] for row in done.json]
    assert {"prototype.yaml", "compiles", "lints", "screen (streamlit)"} <= set(names)
    assert any(name.startswith(("answers ", "summarizes ")) for name in names)
    listed = [row["detail"] for row in done.json if row["name"] == "documents"]
    assert all(re.search(r"^ +\S+\.md +read +\d+ passages?$", each, re.M) for each in listed)
    assert len(listed) == (blueprint != "summarizer")


def test_a_file_that_does_not_compile_is_named_with_its_line(made: Path) -> None:
    (made / "assistant.py").write_text("def reply(:\n", encoding="utf-8")
    done = protokit("check", made, cwd=made)
    assert done.code == 1
    assert "FAILED  compiles: assistant.py, line 1" in done.out
    assert "Traceback" not in done.err


def test_an_assistant_that_breaks_and_a_screen_that_breaks_are_told_apart(made: Path) -> None:
    path = made / "assistant.py"
    source = path.read_text(encoding="utf-8")
    path.write_text(source.replace("def prepare(", "def prepares(", 1), encoding="utf-8")
    done = inside("check", made, cwd=made)
    assert done.code == 1
    assert "FAILED  answers: AttributeError" in done.out
    assert "FAILED  screen (streamlit)" in done.out
    assert "Traceback" not in done.out + done.err


def test_a_starter_that_the_documents_no_longer_answer_fails(made: Path) -> None:
    for path in (made / "knowledge").iterdir():
        path.unlink()
    (made / "knowledge" / "canteen.md").write_text("# Canteen\n\nLunch is served from noon to two.\n")
    done = inside("check", made, "--json", cwd=made)
    assert done.code == 1
    failed = [row["name"] for row in done.json if not row["ok"]]
    assert any(name.startswith("answers ") for name in failed)
