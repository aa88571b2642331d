"""`protokit update` brings prototypes from before modules moved to the names of today, and keeps what a team wrote.

The folders in tests/data were made by protokit as it was then, and edited since as a team does.
"""

import ast
import re
import shutil
from pathlib import Path

import pytest

from protokit.runtime.settings import title_key
from protokit.spec.prototype_spec import read_spec
from protokit.update.moved_imports import with_moved_imports
from tests.support.terminal import protokit, tree

DATA = Path(__file__).parents[1] / "data" / "prototypes_before_the_move"
KEPT = {
    "parking-chat": {
        "app.py": ["local_parking", "spent on answers"],
        "assistant.py": ["REMEMBERED = 4", "def follows_on"],
        "weekly.py": ["Our own:", "HERE = Path(__file__).parent"],
    },
    "parking-search": {
        "app.py": ['primary_hue="teal"'],
        "words.py": ["Our own:", "words that speak to a model"],
        "assistant.py": ["PASSAGES = 4"],
    },
}

BOTH_CHANGED = {"parking-search": ["app.py"], "parking-chat": ["assistant.py"]}
"""Where the blueprint has since changed the place that a team changed, which it is asked about."""
SOLVED = {
    "parking-search": """    options = ui.launch_options(settings)
    demo.launch(**{**options, "theme": gr.themes.Base(primary_hue="teal")})
""",
    "parking-chat": """    def follows_on(self, question: str) -> bool:
        \"\"\"Ours: whether it leans on the conversation.\"\"\"
        from vectorstore.search.follow_up import is_follow_up

        return is_follow_up(question)

    def prepare(self, question: str, history: Sequence[Turn], own: VisitorFiles | None) -> Question:
""",
}
"""What the team makes of it: the blueprint's way with the team's own colour, and its own method."""


@pytest.fixture(scope="module", params=sorted(KEPT))
def updated(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("before") / request.param
    shutil.copytree(DATA / request.param, folder)
    done = protokit("update", folder, cwd=folder.parent)
    if files := BOTH_CHANGED.get(request.param):
        assert done.code == 1, done.out + done.err
        assert re.findall(r"^\s*conflict +(\S+)", done.out, re.M) == files
        protokit("update", folder, "--conflicts", cwd=folder.parent)
        for name in files:
            text = (folder / name).read_text(encoding="utf-8")
            solved = re.sub(r"<<<<<<< .*?>>>>>>> .*?\n", SOLVED[folder.name], text, flags=re.S)
            (folder / name).write_text(solved, encoding="utf-8")
        return folder
    assert done.code == 0, done.out + done.err
    assert "Updated." in done.out
    return folder


def test_what_the_team_wrote_is_still_there(updated: Path) -> None:
    for name, pieces in KEPT[updated.name].items():
        text = (updated / name).read_text(encoding="utf-8")
        assert [piece for piece in pieces if piece not in text] == [], name


def test_it_has_the_id_that_shared_servers_know_its_title_by(updated: Path) -> None:
    spec = read_spec(updated / "prototype.yaml")
    assert spec.id == title_key(spec.title)


@pytest.mark.slow
def test_it_answers_and_passes_its_checks(updated: Path) -> None:
    answer = protokit("ask", updated, "What does a day ticket cost?", cwd=updated.parent)
    assert answer.code == 0, answer.err
    assert "4 euros" in answer.out
    checks = protokit("check", updated, cwd=updated.parent)
    assert checks.code == 0, checks.out + checks.err


def test_every_file_of_it_is_python_that_imports(updated: Path) -> None:
    for path in [*updated.glob("*.py"), *updated.glob("tests/*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [name.name for name in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            for name in names:
                if name.split(".")[0] in ("protokit", "vectorstore"):
                    __import__(name)
                    assert all(
                        hasattr(__import__(name, fromlist=[each.name]), each.name)
                        for each in (node.names if isinstance(node, ast.ImportFrom) else ())
                    ), path


def test_a_second_update_changes_nothing(updated: Path) -> None:
    before = {name: content for name, content in tree(updated).items() if name.endswith(".py")}
    done = protokit("update", updated, cwd=updated.parent)
    assert done.code == 0, done.out + done.err
    assert {name: content for name, content in tree(updated).items() if name.endswith(".py")} == before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            "from protokit.runtime.showing import sources\n",
            "from protokit.runtime.ui.formatting import sources\n",
        ),
        (
            "from protokit.runtime import streamlit_parts as parts\n",
            "from protokit.runtime.ui import streamlit_ui as parts\n",
        ),
        (
            "from protokit.runtime import Condensation\nCondensation('a')\n",
            "from protokit.runtime import SummaryRequest\nSummaryRequest('a')\n",
        ),
        (
            "from protokit.runtime import Condensation\nSummaryRequest = 1\nCondensation('a')\n",
            "from protokit.runtime import SummaryRequest as Condensation\n"
            "SummaryRequest = 1\nCondensation('a')\n",
        ),
        (
            "def f():\n    from vectorstore import KnowledgeBase, extract\n",
            "def f():\n    from protokit.runtime.qa.extract import extract\n"
            "    from vectorstore import KnowledgeBase\n",
        ),
        (
            "import vectorstore.sentences\nvectorstore.sentences.split('a')  # one\n",
            "import vectorstore.text.sentences\nvectorstore.text.sentences.split('a')  # one\n",
        ),
        (
            "from protokit.runtime import defence\ndefence.suspicious('é')\n",
            "from protokit.runtime.prompting import injection\ninjection.injection_hints('é')\n",
        ),
        ("import_module('vectorstore.reading')\n", "import_module('vectorstore.loaders')\n"),
        (
            "import os\r\nfrom vectorstore.reading import read\r\n",
            "import os\r\nfrom vectorstore.loaders import read\r\n",
        ),
        ("from protokit.runtime import Reply  # ours\n", "from protokit.runtime import Reply  # ours\n"),
        ("from vectorstore.reading import\n", "from vectorstore.reading import\n"),
        ("from mine import showing\n", "from mine import showing\n"),
    ],
)
def test_imports_are_named_as_today_and_nothing_else_changes(old: str, new: str) -> None:
    assert with_moved_imports(old.encode()).decode() == new
    assert with_moved_imports(new.encode()).decode() == new
