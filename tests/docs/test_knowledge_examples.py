"""The examples in the documentation run as they stand there, and find what they ask for."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = re.findall(
    r"```python\n(.*?)```", (Path(__file__).parents[2] / "docs" / "vectorstore.md").read_text(), re.DOTALL
)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "leave.md").write_text(
        "# Leave\n\nEvery employee gets thirty days of paid holiday each year.\n"
    )
    (documents / "travel.md").write_text("# Travel\n\nTrips by train are booked in second class.\n")
    return tmp_path


def run(example: str, place: Path) -> str:
    """What an example prints in a folder of its own."""
    done = subprocess.run(
        [sys.executable, "-c", example], cwd=place, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_ten_line_example_answers_with_its_source(place: Path) -> None:
    assert len(EXAMPLES[0].strip().splitlines()) <= 10
    said = run(EXAMPLES[0], place)
    assert "2 added" in said
    assert "thirty days of paid holiday each year. - leave.md" in said


def test_the_retriever_example_cites_in_a_chain(place: Path) -> None:
    assert run(EXAMPLES[1], place).strip().startswith("['leave.md")


def test_the_example_of_tables_sums_a_column_without_its_total(place: Path) -> None:
    (place / "documents" / "plans.csv").write_text("Plan,Price\nStarter,49 €\nBusiness,90 €\nTotal,139 €\n")
    assert "plans.csv Price money EUR 139" in run(EXAMPLES[2], place)
