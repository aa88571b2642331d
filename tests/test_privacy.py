"""What is done on this machine stays on it."""

import subprocess
import sys
from pathlib import Path

SEARCH = """
import sys
from vectorstore import KnowledgeBase
with KnowledgeBase.open(sys.argv[1]) as knowledge:
    knowledge.sync(sys.argv[2])
    assert knowledge.search("When is it open?")[0].file == "hours.md"
    assert knowledge.status.embedded == 1
"""


def test_searching_leaves_nothing_in_the_persons_home(tmp_path: Path) -> None:
    """onnxruntime would keep an id of the machine there, and a database of what it wants to report."""
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "hours.md").write_text("The workshop opens at 9:30.")
    home = tmp_path / "home"
    home.mkdir()
    command = [sys.executable, "-c", SEARCH, str(tmp_path / "index"), str(tmp_path / "documents")]
    done = subprocess.run(
        command,
        env={
            "HOME": str(home),
            "USERPROFILE": str(home),
            "PATH": "",
            "PYTHONPATH": str(Path(__file__).parents[1]),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert [path.name for path in home.rglob("*") if path.is_file()] == []
