"""An outline says in seconds what a folder is about, and names what it could not read."""

import subprocess
import sys
from pathlib import Path

from vectorstore.outline import outline

POLICY = """# Leave policy

## Parental leave

Parental leave lasts sixteen weeks. Ask your manager for parental leave.

## Sick leave

Call your manager on the first day of sick leave.
"""


def test_an_outline_gives_titles_headings_and_frequent_words(tmp_path: Path) -> None:
    (tmp_path / "policy.md").write_text(POLICY)
    (tmp_path / "teams.csv").write_text("Team,Cups\nHawks,13\nOwls,2\n")
    policy, teams = outline(tmp_path).documents
    assert policy.title == "Leave policy"
    assert policy.headings == ("Leave policy", "Parental leave", "Sick leave")
    assert policy.terms[0] == "leave"
    assert "manager" in policy.terms
    assert "the" not in policy.terms
    assert "Team" in teams.terms


def test_an_outline_names_what_is_unread_and_how_much_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(POLICY)
    (tmp_path / "b.md").write_text("")
    (tmp_path / "c.md").write_text(POLICY)
    found = outline(tmp_path, limit=2)
    assert [document.file for document in found.documents] == ["a.md"]
    assert [problem.where for problem in found.unread] == ["b.md"]
    assert found.skipped == 1
    assert "leave" in found.terms(3)


def test_an_outline_needs_no_arrays_and_no_store(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(POLICY)
    program = (
        "import sys; from pathlib import Path; from vectorstore.outline import outline; "
        f"outline(Path({str(tmp_path)!r})); "
        "print([name for name in ('numpy', 'chromadb', 'onnxruntime', 'pypdfium2') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
