"""`protokit change`: what was asked for is there, nothing else is, and it can be taken back."""

import json
import shutil
from pathlib import Path

import pytest
import yaml

from protokit.revise.change_history import history_record
from protokit.revise.change_plan import plan_change
from protokit.revise.change_prototype import undo_change
from protokit.revise.read_changes import read_changes
from protokit.update.transaction import carry_out
from tests.support.releases import HANDBOOK
from tests.support.terminal import protokit, tree


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("first")
    (place / "handbook.md").write_text(HANDBOOK)
    words = ["--docs", "handbook.md", "--blueprint", "rag-search", "--out", "leave"]
    done = protokit("new", "Search our handbook", *words, cwd=place)
    assert done.code == 0, done.err
    spec = place / "leave/prototype.yaml"  # searched by words only, which is quick
    spec.write_text(spec.read_text().replace("embedding: default", "embedding: none"))
    return place / "leave"


@pytest.fixture
def folder(first: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(first, tmp_path / "leave"))


def written(folder: Path, line: str) -> dict[str, object]:
    """The fields of prototype.yaml after `line`, written without being tried."""
    plan = plan_change(folder, read_changes(line))
    assert plan.refusals == ()
    carry_out(folder, plan.writes)
    fields: dict[str, object] = yaml.safe_load((folder / "prototype.yaml").read_text())
    return fields


@pytest.mark.slow
def test_a_change_is_tried_kept_noted_and_taken_back(folder: Path) -> None:
    before = tree(folder)
    line = "shorter answers, in French, call it Leave Desk, dark green, wobble the flux"
    done = protokit("change", "leave", line, "--by", "Ada", "--json", cwd=folder.parent)
    report = json.loads(done.out)
    assert done.code == 1  # a part of it was not understood
    assert report["verdict"] == "changed"
    assert report["not_understood"] == ["wobble the flux"]
    assert report["health"]["tests_passed"] > 0
    fields = yaml.safe_load((folder / "prototype.yaml").read_text())
    assert (fields["title"], fields["language"], fields["accent"]) == ("Leave Desk", "fr", "#166534")
    assert "Answer in French" in (folder / "instructions.md").read_text()
    (entry,) = json.loads(protokit("history", "leave", "--json", cwd=folder.parent).out)
    assert (entry["who"], entry["line"], entry["number"]) == ("Ada", line, 1)
    assert protokit("undo", "leave", "--by", "Bob", cwd=folder.parent).code == 0
    after = tree(folder)
    assert {name: after[name] for name in after if not name.startswith(".protokit/")} == {
        name: before[name] for name in before if not name.startswith(".protokit/")
    }
    assert [
        each["who"] for each in json.loads(protokit("history", "leave", "--json", cwd=folder.parent).out)
    ] == ["Ada", "Bob"]
    assert "no change to undo" in protokit("undo", "leave", cwd=folder.parent).err


@pytest.mark.slow
def test_a_change_that_makes_an_answer_wrong_is_left_out_with_the_reason(folder: Path) -> None:
    questions = folder / "questions.yaml"
    rows = yaml.safe_load(questions.read_text())
    rows.append({"question": rows[0]["question"], "must_contain": ["days"], "starter": True})
    questions.write_text(yaml.safe_dump(rows))
    (folder / "assistant.py").write_text(
        (folder / "assistant.py").read_text()
        + '\nassert "#b91c1c" not in (Path(__file__).parent / "prototype.yaml")'
        ".read_text()\n"
    )
    before = tree(folder)
    done = protokit("change", "leave", "make it red", cwd=folder.parent)
    assert done.code == 1
    assert "Left as it was: with the change, " in done.out
    assert {name: text for name, text in tree(folder).items() if not name.endswith(".lock")} == before


def test_a_dry_run_shows_the_lines_and_writes_nothing(folder: Path) -> None:
    before = tree(folder)
    done = protokit(
        "change", "leave", "make it teal and never give legal advice", "--dry-run", cwd=folder.parent
    )
    assert done.code == 0, done.err
    assert "+accent: '#0f766e'" in done.out
    assert "+- Give legal advice." in done.out
    assert tree(folder) == before


def test_a_persons_own_words_and_comments_stay(folder: Path) -> None:
    page, spec = folder / "instructions.md", folder / "prototype.yaml"
    own = page.read_text().replace(
        "## What it will not do", "- Say hello in Welsh.\n\n## What it will not do"
    )
    page.write_text(own.replace("- Lead with the answer.", "- Begin with the answer."))
    spec.write_text(spec.read_text().replace("title:", "# our title\ntitle:"))
    written(folder, "under 50 words, never name a colleague, more formal")
    text = page.read_text()
    for line in (
        "- Say hello in Welsh.",
        "- Begin with the answer.",
        "- Use no more than 50 words",
        "- Name a coll",
    ):
        assert line in text
    assert "# our title" in spec.read_text()
    assert any(
        row.get("every_answer") == {"max_words": 50}
        for row in yaml.safe_load((folder / "questions.yaml").read_text())
    )


def test_a_starter_is_only_taken_where_the_documents_answer_it(folder: Path) -> None:
    plan = plan_change(folder, read_changes("add a question about spaceships, make it blue"))
    assert [each.what for each in plan.made] == ["accent"]
    (refusal,) = plan.refusals
    assert "the documents do not answer" in refusal.why


def test_a_rule_takes_the_starters_off_that_it_declines(folder: Path) -> None:
    starters = yaml.safe_load((folder / "prototype.yaml").read_text())["starter_questions"]
    word = "leave"
    assert any(word in each for each in starters)
    fields = written(folder, f"never talk about {word}")
    assert not any(word in each for each in fields["starter_questions"])  # type: ignore[attr-defined]


def test_a_text_that_yaml_would_take_for_a_truth_value_stays_a_text(folder: Path) -> None:
    assert written(folder, "call it No")["title"] == "No"


def test_undoing_keeps_what_was_changed_since_and_refuses_the_same_lines(folder: Path) -> None:
    spec = folder / "prototype.yaml"
    for line in ("make it teal", "call it Leave Desk"):
        plan = plan_change(folder, read_changes(line))
        record = history_record(folder, plan.writes, who="Ada", line=line, told=())
        carry_out(folder, [*plan.writes, record])
    undo_change(folder, 1)
    fields = yaml.safe_load(spec.read_text())
    assert (fields["title"], fields["accent"]) == ("Leave Desk", "#4f46e5")
    spec.write_text(spec.read_text().replace("title: Leave Desk", "title: Ours"))
    done = protokit("undo", "leave", cwd=folder.parent)
    assert done.code == 1
    assert "was changed since in the same lines" in done.err
    assert "title: Ours" in spec.read_text()


def test_a_page_names_no_files_of_the_machine(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text("# Secret\n\nThe key is under the mat.\n")
    line = f"add the document {tmp_path}/secret.md"
    (refusal,) = plan_change(folder, read_changes(line), reads_paths=False).refusals
    assert "Documents page" in refusal.why
    assert [change.file for change in plan_change(folder, read_changes(line)).writes] == [
        "knowledge/secret.md"
    ]
