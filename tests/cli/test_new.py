"""`protokit new` makes a whole folder from one line, or nothing at all."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from protokit.prototype.pristine_copy import read_pristine
from protokit.prototype.prototype_folder import Prototype
from protokit.runtime.settings import Settings
from protokit.runtime.ui.formatting import sample_note
from protokit.spec.prototype_spec import parse_spec, read_spec, spec_fields, write_spec
from tests.support import terminal
from tests.support.terminal import protokit, tree

ASK_DOCUMENTS = "Search our HR policies and show where the answer stands"
SUMMARIZE = "Summarize meeting notes into action items"

LEAVE = """# Leave

## Annual leave

Every employee has thirty days of paid annual leave in a calendar year.

## Parental leave

A parent may stay at home for fourteen months after a birth and receives two thirds of the salary.
"""
TRAVEL = """# Travel

## Hotels

A hotel may cost 140 euros a night, breakfast included.

## Trains

Trips by train are booked in second class.
"""


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    (folder / "deeper").mkdir(parents=True)
    (folder / "leave.md").write_text(LEAVE)
    (folder / "deeper" / "travel.md").write_text(TRAVEL)
    return folder


@pytest.mark.parametrize("screen", ["streamlit", "gradio"])
@pytest.mark.parametrize("blueprint", ["chatbot", "rag-search", "summarizer"])
def test_every_blueprint_and_screen_makes_files_that_compile(
    tmp_path: Path, blueprint: str, screen: str
) -> None:
    words = ["--blueprint", blueprint, "--ui", screen, "--out", "made", "--json"]
    done = protokit("new", "Help with our handbook", *words, cwd=tmp_path)
    assert done.code == 0, done.err
    made = tmp_path / "made"
    sources = sorted(made.rglob("*.py"))
    assert {"app.py", "assistant.py", "test_demo.py"} <= {path.name for path in sources}
    for path in sources:
        compile(path.read_bytes(), str(path), "exec")
    spec = read_spec(made / "prototype.yaml")
    assert (spec.blueprint.partition("@")[0], spec.screen) == (blueprint, screen)
    assert parse_spec(write_spec(spec)) == spec
    left = [path.name for path in made.rglob("*") if path.is_file() and b"[[" in path.read_bytes()]
    assert not [name for name in left if name in ("README.md", "instructions.md")]


def test_the_folder_is_laid_out_as_promised_and_the_base_is_the_pristine_render(tmp_path: Path) -> None:
    assert protokit("new", ASK_DOCUMENTS, "--out", "made", cwd=tmp_path).code == 0
    made = tree(tmp_path / "made")
    promised = {
        "README.md",
        "prototype.yaml",
        "instructions.md",
        "questions.yaml",
        "app.py",
        "assistant.py",
        "AGENTS.md",
    }
    promised |= {".env.example", ".gitignore", "knowledge", "tests/test_demo.py", ".protokit/base.zip"}
    assert promised <= made.keys()
    own = {
        name: content
        for name, content in made.items()
        if content is not None and not name.startswith((".protokit", "knowledge"))
    }
    assert read_pristine(tmp_path / "made") == own
    assert any(name.startswith("knowledge/") for name in made)


def test_two_prototypes_of_one_line_have_two_ids(tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert protokit("new", ASK_DOCUMENTS, "--out", name, cwd=tmp_path).code == 0
    assert protokit("new", "--spec", "one/prototype.yaml", "--out", "three", cwd=tmp_path).code == 0
    ids = {read_spec(tmp_path / name / "prototype.yaml").id for name in ("one", "two", "three")}
    assert len(ids - {""}) == 3


def test_a_file_that_another_one_points_to_is_there(tmp_path: Path) -> None:
    assert protokit("new", ASK_DOCUMENTS, "--out", "made", cwd=tmp_path).code == 0
    text = (tmp_path / "made" / "prototype.yaml").read_text(encoding="utf-8")
    schema = text.partition("$schema=")[2].splitlines()[0]
    assert (tmp_path / "made" / schema).is_file()


def test_json_tells_the_choice_its_reasons_and_the_spec(tmp_path: Path) -> None:
    told = protokit("new", SUMMARIZE, "--json", cwd=tmp_path).json
    assert told["blueprint"].startswith("summarizer@")
    assert 0.5 < told["confidence"] <= 1
    assert told["because"]
    assert len(told["considered"]) > 1
    made = Path(told["folder"])
    assert made.parent == tmp_path
    assert told["spec"] == spec_fields(read_spec(made / "prototype.yaml"))


def test_the_reason_and_the_alternative_are_told_beside_the_result(tmp_path: Path) -> None:
    done = protokit("new", ASK_DOCUMENTS, cwd=tmp_path)
    assert "blueprint rag-search" in done.err
    assert "% sure" in done.err
    assert "Sample documents: " in done.err
    readme = next(tmp_path.glob("*/README.md")).read_text(encoding="utf-8")
    assert "Sample documents" in readme
    assert "[[" not in readme
    assert "sure" not in done.out


def test_name_out_ui_and_model_are_taken_as_given(tmp_path: Path) -> None:
    words = ["--name", "Ask Ada", "--ui", "gradio", "--model", "openai:gpt-4.1-mini"]
    told = protokit("new", ASK_DOCUMENTS, *words, "--json", cwd=tmp_path).json
    assert told["folder"] == str(tmp_path / "ask-ada")
    spec = read_spec(tmp_path / "ask-ada" / "prototype.yaml")
    assert (spec.title, spec.screen, spec.model) == ("Ask Ada", "gradio", "openai:gpt-4.1-mini")
    deep = protokit("new", ASK_DOCUMENTS, "--name", "Ask Ada", "--out", "a/b/c", cwd=tmp_path)
    assert deep.code == 0
    assert read_spec(tmp_path / "a/b/c/prototype.yaml").title == "Ask Ada"


@pytest.mark.parametrize("name", ["plain", "my app", 'it\'s "quoted" $HOME `id` & co', "-dash", "größe 日本"])
def test_the_printed_lines_can_be_pasted(tmp_path: Path, name: str) -> None:
    done = protokit("new", ASK_DOCUMENTS, f"--out={name}", cwd=tmp_path)
    assert done.code == 0, done.err
    lines = [line for line in done.out.splitlines() if line.startswith("  protokit ")]
    assert len(lines) == 3
    for line in lines:
        shown = terminal.run(["sh", "-c", line.replace("protokit", "printf '%s\\n'", 1)], cwd=tmp_path)
        _, folder, *_ = shown.out.splitlines()
        assert not folder.startswith("-")
        assert Prototype.open(tmp_path / folder).folder == tmp_path / name


@pytest.mark.parametrize("prompt", [ASK_DOCUMENTS, "Summarize our meeting notes"])
def test_the_printed_question_is_answered_when_pasted(tmp_path: Path, prompt: str) -> None:
    done = protokit("new", prompt, "--out", "it's my app", cwd=tmp_path)
    line = next(line for line in done.out.splitlines() if " ask " in line)
    command = " ".join(map(terminal.quoted, terminal.COMMAND))
    asked = terminal.run(["sh", "-c", line.strip().replace("protokit", command, 1)], cwd=tmp_path)
    assert asked.code == 0, asked.err
    assert "[1]" in asked.out


def test_documents_become_the_knowledge_and_the_starters_are_answerable(
    tmp_path: Path, documents: Path
) -> None:
    told = protokit("new", ASK_DOCUMENTS, "--docs", documents, "--out", "made", "--json", cwd=tmp_path).json
    assert {row["file"]: row["status"] for row in told["documents"]} == {
        "leave.md": "read",
        "deeper/travel.md": "read",
    }
    made = tmp_path / "made"
    assert (made / "knowledge/leave.md").read_text() == LEAVE
    assert (made / "knowledge/deeper/travel.md").read_text() == TRAVEL
    assert not list(made.glob("knowledge/*.csv")), "sample knowledge must not be mixed in"
    starters = told["spec"]["starter_questions"]
    assert starters
    answers = protokit("ask", made, *starters, "--json", cwd=tmp_path).rows
    assert [(answer["question"], answer["found"], bool(answer["citations"])) for answer in answers] == [
        (question, True, True) for question in starters
    ]


def test_files_and_folders_are_taken_together_and_names_that_clash_get_a_number(
    tmp_path: Path, documents: Path
) -> None:
    other = tmp_path / "leave.md"
    other.write_text("# Leave in Spain\n\nIn Spain every employee has 23 working days of annual leave.\n")
    words = ["--docs", documents, "--docs", other, "--out", "made", "--json"]
    told = protokit("new", ASK_DOCUMENTS, *words, cwd=tmp_path).json
    assert sorted(row["file"] for row in told["documents"]) == [
        "deeper/travel.md",
        "leave (2).md",
        "leave.md",
    ]
    assert (tmp_path / "made/knowledge/leave (2).md").read_bytes() == other.read_bytes()


def test_an_unreadable_document_is_reported_and_the_rest_is_used(tmp_path: Path, documents: Path) -> None:
    (documents / "broken.pdf").write_bytes(b"%PDF-1.7\nnot really")
    (documents / "empty.md").write_text("")
    done = protokit("new", ASK_DOCUMENTS, "--docs", documents, "--out", "made", cwd=tmp_path)
    assert done.code == 0
    report = {line.split()[0]: line for line in done.err.splitlines() if line.strip()}
    assert "not read" in report["broken.pdf"]
    assert "read" in report["leave.md"].split()
    assert "empty.md" in report


def test_a_summarizer_gets_the_documents_as_texts_to_try(tmp_path: Path, documents: Path) -> None:
    words = ["--docs", documents / "leave.md", "--out", "made", "--json"]
    told = protokit("new", SUMMARIZE, *words, cwd=tmp_path).json
    assert told["spec"]["takes"] == "text"
    assert told["spec"]["starter_questions"] == []
    assert [path.name for path in (tmp_path / "made/knowledge").iterdir()] == ["leave.md"]


@pytest.mark.parametrize(
    "prompt",
    ["Generate photorealistic images of cats from a text description", "asdf qwer zxcv", "buy milk"],
)
def test_what_no_blueprint_serves_is_refused_with_a_reason_and_nothing_is_written(
    tmp_path: Path, prompt: str
) -> None:
    done = protokit("new", prompt, cwd=tmp_path)
    assert done.code == 1
    assert done.out == ""
    assert len(done.err.splitlines()) == 1
    assert done.err.startswith("protokit: ")
    assert tree(tmp_path) == {}


def test_who_insists_gets_the_blueprint_they_name(tmp_path: Path) -> None:
    done = protokit("new", "asdf qwer zxcv", "--blueprint", "chatbot", "--out", "made", cwd=tmp_path)
    assert done.code == 0
    assert "as you chose" in done.err or "blueprint chatbot" in done.err
    assert read_spec(tmp_path / "made" / "prototype.yaml").blueprint.startswith("chatbot@")


@pytest.mark.parametrize("kind", ["folder", "file", "link", "dangling link", "hidden file only"])
def test_what_exists_already_is_never_touched(tmp_path: Path, kind: str) -> None:
    target = tmp_path / "mine"
    if kind == "file":
        target.write_text("precious")
    elif kind == "link":
        (tmp_path / "elsewhere").mkdir()
        target.symlink_to(tmp_path / "elsewhere")
    elif kind == "dangling link":
        target.symlink_to(tmp_path / "nowhere")
    else:
        target.mkdir()
        (target / (".hidden" if "hidden" in kind else "notes.txt")).write_text("precious")
    before = tree(tmp_path)
    done = protokit("new", ASK_DOCUMENTS, "--out", "mine", cwd=tmp_path)
    assert done.code == 1
    assert "mine" in done.err
    assert "--out" in done.err
    assert tree(tmp_path) == before


@pytest.mark.parametrize("out", ["made", ".", ""])
def test_an_empty_folder_is_filled_and_stays_the_same_folder(tmp_path: Path, out: str) -> None:
    empty = tmp_path / "made"
    empty.mkdir()
    before = empty.stat().st_ino
    done = protokit("new", ASK_DOCUMENTS, "--out", out, cwd=tmp_path if out == "made" else empty)
    assert done.code == 0, done.err
    assert empty.stat().st_ino == before, "a shell that stands in it would stand in a deleted folder"
    assert read_spec(empty / "prototype.yaml").title
    assert [path.name for path in tmp_path.iterdir()] == ["made"]


def test_two_prototypes_from_one_prompt_do_not_meet(tmp_path: Path) -> None:
    assert protokit("new", ASK_DOCUMENTS, cwd=tmp_path).code == 0
    before = tree(tmp_path)
    again = protokit("new", ASK_DOCUMENTS, cwd=tmp_path)
    assert again.code == 1
    assert "exists already" in again.err
    assert tree(tmp_path) == before


@pytest.mark.skipif(os.name == "nt", reason="permissions work differently there")
def test_a_parent_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    parent = tmp_path / "read-only"
    parent.mkdir(mode=0o555)
    for out in (parent / "made", parent / "deeper" / "made", Path("/dev/null/made")):
        done = protokit("new", ASK_DOCUMENTS, "--out", out, cwd=tmp_path, unprivileged=True)
        assert done.code == 1
        assert len(done.err.splitlines()[-1:]) == 1
        assert str(out.parent) in done.err.splitlines()[-1]
        assert "Traceback" not in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["read-only"]
    assert not list(parent.iterdir())


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is not a signal that can be sent to one process there")
@pytest.mark.parametrize("moment", ["scratch/*/knowledge/*", "place/.made*/made/knowledge/*"])
@pytest.mark.parametrize("existing", [False, True])
def test_ctrl_c_half_way_leaves_nothing_behind(
    tmp_path: Path, documents: Path, moment: str, existing: bool
) -> None:
    with (documents / "film.bin").open("wb") as film:
        film.truncate(200_000_000)  # takes a while to copy, and no disk
    place, scratch = tmp_path / "place", tmp_path / "scratch"
    place.mkdir()
    scratch.mkdir()
    if existing:
        (place / "made").mkdir()
    before = tree(place)
    command = [*terminal.COMMAND, "new", ASK_DOCUMENTS, "--docs", str(documents), "--out", "made"]
    child = subprocess.Popen(
        command, cwd=place, env=terminal.environment(TMPDIR=str(scratch)), stderr=subprocess.PIPE, text=True
    )
    try:
        wait_for(tmp_path, moment, child)
        child.send_signal(signal.SIGINT)
        _, err = child.communicate(timeout=60)
    finally:
        child.kill()
    assert child.returncode == 1
    assert "Traceback" not in err
    assert tree(place) == before
    assert tree(scratch) == {}


def wait_for(folder: Path, pattern: str, child: subprocess.Popen[str]) -> None:
    """Return as soon as there is a path of this `pattern` in `folder`."""
    while not any(folder.glob(pattern)):
        assert child.poll() is None, "it ended before it wrote anything"
        time.sleep(0.002)


def test_the_cache_is_a_convenience_and_not_needed(tmp_path: Path) -> None:
    blocked = tmp_path / "not-a-folder"
    blocked.write_text("")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    for out in ("first", "second"):
        env = {"PROTOKIT_CACHE": str(blocked), "TMPDIR": str(scratch)}
        assert protokit("new", ASK_DOCUMENTS, "--out", out, cwd=tmp_path, env=env).code == 0
    assert tree(tmp_path / "first").keys() == tree(tmp_path / "second").keys()
    assert tree(scratch) == {}, "what was rendered aside must not pile up"


def test_a_cache_entry_that_is_broken_is_made_again(tmp_path: Path) -> None:
    env = {"PROTOKIT_CACHE": str(tmp_path / "cache")}
    assert protokit("list", cwd=tmp_path, env=env).code == 0
    entries = sorted((tmp_path / "cache" / "yaml").glob("*.json"))
    assert entries
    for entry in entries:
        entry.write_bytes(b'{"half')
    assert "rag-search" in protokit("list", cwd=tmp_path, env=env).out
    assert all(entry.read_bytes() != b'{"half' for entry in entries)


@pytest.mark.parametrize(
    ("line", "title"),
    [("", "Shift Swap PRD"), ("demo", "Shift Swap PRD"), ("?", "Shift Swap PRD")],
)
def test_documents_say_what_a_bare_line_is_about(tmp_path: Path, line: str, title: str) -> None:
    (tmp_path / "docs").mkdir()
    text = "# Shift Swap PRD\n\nNurses can swap shifts. A swap needs the approval of the ward manager.\n"
    (tmp_path / "docs" / "prd.md").write_text(text, encoding="utf-8")
    done = protokit("new", line, "--docs", "docs", "--json", cwd=tmp_path)
    assert done.code == 0, done.err
    assert done.json["spec"]["title"].startswith(title)
    assert "your documents can be asked" in done.err


def test_a_line_in_another_language_starts_over_samples_that_were_written_in_it(tmp_path: Path) -> None:
    line = "Beantworte Fragen von Mitarbeitern zu Urlaub und Homeoffice"
    spec = protokit("new", line, "--out", "made", "--json", cwd=tmp_path).json["spec"]
    assert spec["sample_documents"]["language"] == "de"
    assert "Hansen" in spec["sample_documents"]["about"]
    assert "Wie viele Urlaubstage habe ich im Jahr?" in spec["starter_questions"]
    asked = protokit("ask", "made", spec["starter_questions"][0], cwd=tmp_path)
    assert "30 Urlaubstage" in asked.out


def test_an_idea_of_a_field_without_samples_starts_over_neutral_ones_and_says_so(tmp_path: Path) -> None:
    done = protokit("new", "the Perplexity for stamp catalogues", "--out", "made", "--json", cwd=tmp_path)
    spec = done.json["spec"]
    assert spec["domain"] == "general"
    assert "Sample documents: neutral" in done.err
    assert not any(
        "thermostat" in text.read_text("utf-8") for text in (tmp_path / "made/knowledge").iterdir()
    )
    assert sample_note(Settings.read(tmp_path / "made")).startswith(
        "Sample documents, which show what this page will do. They stand in"
    )
    (tmp_path / "made" / "knowledge" / "codes.md").write_text("# Codes\n\nA stair is 90 cm wide.\n", "utf-8")
    assert sample_note(Settings.read(tmp_path / "made")) == ""


def test_own_documents_are_no_samples(tmp_path: Path) -> None:
    (tmp_path / "codes.md").write_text("# Codes\n\nA stair is at least 90 cm wide in a house.\n", "utf-8")
    told = protokit("new", "Search our codes", "--docs", "codes.md", "--out", "made", "--json", cwd=tmp_path)
    assert told.json["spec"]["sample_documents"] is None
    assert sample_note(Settings.read(tmp_path / "made")) == ""
    assert "Sample documents" not in (tmp_path / "made" / "README.md").read_text("utf-8")
