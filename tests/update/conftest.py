"""A prototype, and a newer release of its blueprint."""

import shutil
from pathlib import Path

import pytest

from tests.support.pristine import give
from tests.support.releases import HANDBOOK, QUESTIONS, Release
from tests.support.terminal import protokit


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("first")
    (place / "handbook.md").write_text(HANDBOOK)
    words = ["--docs", "handbook.md", "--blueprint", "rag-search", "--out", "leave"]
    done = protokit("new", "Search our handbook", *words, cwd=place)
    assert done.code == 0, done.err
    (place / "leave/questions.yaml").write_text(QUESTIONS)
    spec = place / "leave/prototype.yaml"  # searched by words only, which is quick
    spec.write_text(spec.read_text().replace("embedding: default", "embedding: none"))
    give(place / "leave", **{"prototype.yaml": spec.read_bytes()})
    return place / "leave"


@pytest.fixture
def folder(first: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(first, tmp_path / "leave"))


@pytest.fixture
def release(tmp_path: Path) -> "Release":
    return Release(tmp_path / "rag-search")
