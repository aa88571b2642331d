"""Whatever a person gets wrong, they are told in one line what, where and what to do, and nothing is written."""

import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from tests.support import terminal
from tests.support.terminal import Done, protokit, tree

PROMPT = "Search our HR policies and show where the answer stands"
LONG = "handbook " * 1200

NEW = {
    "an empty prompt": (["", "--out", "x"], ["the prompt is empty", "protokit new"]),
    "a blank prompt": ([" \n\t ", "--out", "x"], ["the prompt is empty"]),
    "a prompt without words": (["🎉 !!", "--out", "x"], ["has no words"]),
    "a prompt of 10,800 characters": ([LONG, "--out", "x"], ["10,799 characters", "--docs"]),
    "a prompt with control characters": (["\x1b[31mHR\x1b[0m", "--out", "x"], ["U+001B"]),
    "a prompt that is not UTF-8": (["HR policies \udcff", "--out", "x"], ["U+DCFF"]),
    "an empty name": ([PROMPT, "--name", ""], ["the name is empty", "--name"]),
    "a name up the tree": ([PROMPT, "--name", "../../x"], ["../../x", "is a path", "--out"]),
    "an absolute name": ([PROMPT, "--name", "/tmp/x"], ["/tmp/x", "is a path"]),
    "a Windows path as a name": ([PROMPT, "--name", "C:\\x"], ["is a path"]),
    "a name of emoji only": ([PROMPT, "--name", "🎉🎉"], ["🎉🎉", "letter or digit"]),
    "a name of 300 characters": ([PROMPT, "--name", "x" * 300], ["300 characters"]),
    "a name that reorders text": ([PROMPT, "--name", "a\u202eb"], ["reorder"]),
    "a blueprint with a typo": ([PROMPT, "--blueprint", "chatbott"], ["chatbott", "Did you mean chatbot?"]),
    "an unknown blueprint": (
        [PROMPT, "--blueprint", "zzz"],
        ["chatbot, classifier, comparer, data-analyst, extractor, rag-search, summarizer, writer"],
    ),
    "no blueprint": (
        [PROMPT, "--blueprint", ""],
        ["chatbot, classifier, comparer, data-analyst, extractor, rag-search, summarizer, writer"],
    ),
    "a blueprint folder that is not there": ([PROMPT, "--blueprint", "./mine"], ["./mine"]),
    "a screen with a typo": ([PROMPT, "--ui", "streamlitt"], ["streamlitt", "Did you mean streamlit?"]),
    "an unknown screen": ([PROMPT, "--ui", "web"], ["web", "streamlit, gradio"]),
    "a screen with a line break": ([PROMPT, "--ui", "a\nb\x1b[2J"], ["streamlit, gradio"]),
    "a model with a typo": ([PROMPT, "--model", "offlin"], ["offlin", "Did you mean offline?"]),
    "a model without a name": ([PROMPT, "--model", "openai:"], ["openai:", "openai:NAME"]),
    "a model without a provider": ([PROMPT, "--model", ":x"], [":x", "openai:NAME"]),
    "a model's provider with a typo": ([PROMPT, "--model", "opnai:gpt"], ["opnai", "Did you mean openai?"]),
    "a path instead of a prompt": ([__file__], ["is a file or folder", "--docs"]),
    "a model with a blank": ([PROMPT, "--model", "openai: x"], ["openai:NAME"]),
    "a document that is missing": ([PROMPT, "--docs", "gone.md"], ["gone.md", "no such file", "--docs"]),
    "one missing document of two": ([PROMPT, "--docs", "ok.md", "--docs", "gone.md"], ["gone.md"]),
    "a folder without documents": ([PROMPT, "--docs", "empty"], ["empty", "no files"]),
    "only a broken document": ([PROMPT, "--docs", "broken.pdf"], ["broken.pdf", "could be read"]),
    "a document without text": ([PROMPT, "--docs", "blank.md"], ["blank.md", "could be read"]),
    "a folder name that is too long": ([PROMPT, "--out", "x" * 300], ["too long"]),
}


def refused(done: Done, *told: str) -> None:
    """One line that tells `told`, exit 1, no traceback; what was chosen may stand above it."""
    assert done.code == 1, done
    assert done.out == ""
    assert "Traceback" not in done.err
    assert "\x1b" not in done.err
    lines = done.err.splitlines()
    assert [line for line in lines if line.startswith("protokit: ")] == lines[-1:]
    for words in told:
        assert words in lines[-1]


@pytest.mark.parametrize("mistake", NEW)
def test_a_mistake_in_new_is_explained_and_nothing_is_written(tmp_path: Path, mistake: str) -> None:
    words, told = NEW[mistake]
    place = tmp_path / "deep" / "down"  # so that a way up the tree leads to where it is seen
    (place / "empty").mkdir(parents=True)
    (place / "ok.md").write_text("# Leave\n\nEvery employee has thirty days of leave.\n")
    (place / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing")
    (place / "blank.md").write_text(" \n")
    before = tree(tmp_path)
    refused(protokit("new", *words, cwd=place), *told)
    assert tree(tmp_path) == before


@pytest.mark.skipif(os.name == "nt", reason="permissions work differently there")
def test_a_document_without_permission_is_named(tmp_path: Path) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text("# Pay\n\nNobody reads this.\n")
    secret.chmod(0)
    locked = tmp_path / "locked"
    locked.mkdir(mode=0)
    for path in (secret, locked):
        done = protokit("new", PROMPT, "--docs", path, "--out", "made", cwd=tmp_path, unprivileged=True)
        refused(done, path.name)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["locked", "secret.md"]


@pytest.mark.parametrize(
    "words",
    [
        ["new", PROMPT, "more"],
        ["new", PROMPT, "--uii", "gradio"],
        ["frobnicate"],
        ["run", ".", "--port", "0"],
        ["run", ".", "--port", "many"],
        ["ask"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_exit_2_with_the_usage(tmp_path: Path, words: list[str]) -> None:
    done = protokit(*words, cwd=tmp_path)
    assert done.code == 2
    assert done.err.startswith("Usage: ")
    assert "Traceback" not in done.err
    assert tree(tmp_path) == {}


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the prototype `search`, the summarizer `notes` and the blueprint `mine`."""
    place = tmp_path_factory.mktemp("pristine")
    assert protokit("new", PROMPT, "--out", "search", cwd=place).code == 0
    assert protokit("new", "Summarize meeting notes", "--out", "notes", cwd=place).code == 0
    shutil.copytree(Path(__file__).parents[2] / "blueprints/rag-search", place / "mine")
    return place


@pytest.fixture
def place(pristine: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(pristine, tmp_path / "place"))


SPEC = {
    "an unknown field": ("pitch:", "pitsch:", ["pitsch (line 7)", "Did you mean pitch?"]),
    "a typo in a choice": (
        "screen: streamlit",
        "screen: streamlitt",
        ["screen (line", "Did you mean streamlit?"],
    ),
    "a text for a number": (
        "context_tokens: 4096",
        "context_tokens: many",
        ["context_tokens (line", "'many'"],
    ),
    "a text for a list": ("will_not:\n", "will_not: no\nwill:\n", ["will_not (line"]),
    "a text for yes or no": (
        "fall_back_offline: true",
        "fall_back_offline: perhaps",
        ["fall_back_offline (line"],
    ),
    "a language by its name": (
        "language: en",
        "language: english",
        ["language (line", "a language code such as en"],
    ),
    "an open quote": ("title: ", 'title: "', ["line", "not valid YAML"]),
    "a version of the future": ("schema: 1", "schema: 99", ["schema (line 3)"]),
    "no title": ("title: ", "# title: ", ["title", "missing"]),
    "nothing at all": ("*", "", ["expected fields"]),
    "a list": ("*", "- one\n- two\n", ["expected fields"]),
    "another encoding": ("*", b"title: caf\xe9\n", ["UTF-8"]),
}


@pytest.mark.parametrize(
    ("mistake", "verb"),
    [*((mistake, "ask") for mistake in SPEC), ("an unknown field", "check"), ("a list", "run")],
)
def test_a_mistake_in_prototype_yaml_names_field_and_line(place: Path, mistake: str, verb: str) -> None:
    old, new, told = SPEC[mistake]
    path = place / "search" / "prototype.yaml"
    text = path.read_text(encoding="utf-8")
    changed = new if isinstance(new, bytes) else (new if old == "*" else text.replace(old, new, 1)).encode()
    path.write_bytes(changed)
    before = tree(place)
    words = ["a question"] if verb == "ask" else []
    refused(protokit(verb, "search", *words, cwd=place), "prototype.yaml", *told)
    assert tree(place) == before


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("title:", "titel:", ["titel (line 3)", "Did you mean title?"]),
        ("version: 1.0.0", "version: one", ["version (line 2)"]),
        ("title:", "title: [", ["line", "not valid YAML"]),
    ],
)
def test_a_mistake_in_blueprint_yaml_names_field_and_line(
    place: Path, old: str, new: str, told: list[str]
) -> None:
    path = place / "mine" / "blueprint.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    before = tree(place)
    refused(
        protokit("new", PROMPT, "--blueprint", "./mine", "--out", "x", cwd=place), "blueprint.yaml", *told
    )
    assert tree(place) == before


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("question: only one", ["expected a list"]),
        ("- must_contain: [x]", ["row 1", "no question"]),
        ("- question: Who?\n  cite: a.md", ["row 1", "cite"]),
        ("- question: Who?\n  cites: a.md", ["row 1", "cites", "a list of texts"]),
        ("- question: [", ["line", "not valid YAML"]),
    ],
)
def test_a_mistake_in_questions_yaml_is_named_by_check(place: Path, text: str, told: list[str]) -> None:
    (place / "search" / "questions.yaml").write_text(text, encoding="utf-8")
    refused(protokit("check", "search", cwd=place), "questions.yaml", *told)


ASK = {
    "no question": (["search"], ["nothing was asked", "--file"]),
    "an empty question": (["search", "  "], ["a question is empty"]),
    "a folder that is not there": (["gone", "Who?"], ["gone", "no prototype.yaml"]),
    "a folder that is no prototype": (["mine", "Who?"], ["mine", "no prototype.yaml"]),
    "a folder name that is too long": (["x" * 300, "Who?"], ["too long"]),
    "a missing file of questions": (["search", "--file", "gone.jsonl"], ["gone.jsonl", "--file"]),
    "a folder of questions": (["search", "--file", "mine"], ["mine", "cannot be read"]),
    "an empty file of questions": (["search", "--file", "empty.jsonl"], ["nothing was asked"]),
    "a file of other text": (
        ["search", "--file", "text.jsonl"],
        ["text.jsonl, line 2", "not JSON", "question"],
    ),
    "a line without a question": (
        ["search", "--file", "other.jsonl"],
        ["other.jsonl, line 1", "no question"],
    ),
    "a file in another encoding": (["search", "--file", "latin.jsonl"], ["latin.jsonl", "UTF-8"]),
    "a model without a name": (["search", "Who?", "--model", "openai"], ["openai", "provider:name"]),
    "a text for a search": (["search", "--input", "Some text."], ["--input", "takes questions"]),
    "no text for a summarizer": (["notes"], ["--input"]),
    "a question for a summarizer": (["notes", "Who?"], ["--input"]),
    "a missing text": (["notes", "--input", "gone.txt"], ["gone.txt", "--input"]),
    "a broken document": (["notes", "--input", "broken.pdf"], ["broken.pdf"]),
}


@pytest.mark.parametrize("mistake", ASK)
def test_a_mistake_in_ask_is_explained(place: Path, mistake: str) -> None:
    words, told = ASK[mistake]
    (place / "empty.jsonl").write_text("\n\n")
    (place / "text.jsonl").write_text('{"question": "Who?"}\nwho is it\n')
    (place / "other.jsonl").write_text('{"answer": "me"}\n')
    (place / "latin.jsonl").write_bytes(b'{"question": "caf\xe9?"}\n')
    (place / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing")
    refused(protokit("ask", *words, cwd=place), *told)


def test_a_text_that_is_too_long_for_a_file_name_is_a_text(place: Path) -> None:
    text = "董事会批准了预算。" * 20
    done = protokit("ask", "notes", "--input", text, "--json", cwd=place)
    assert done.code == 0, done.err
    assert done.rows[0]["citations"]


def test_a_missing_assistant_is_named(place: Path) -> None:
    (place / "search" / "assistant.py").unlink()
    refused(
        protokit("ask", "search", "Who?", cwd=place), "assistant.py", "protokit update --restore assistant.py"
    )


def test_a_terminal_of_another_encoding_loses_signs_and_nothing_else(place: Path) -> None:
    env = {"PYTHONIOENCODING": "cp1252"}
    done = protokit("new", PROMPT, "--out", "made", cwd=place, env=env)
    assert (done.code, "Traceback" in done.err) == (0, False)
    told = protokit("new", PROMPT, "--name", "政策 policies", cwd=place)
    assert told.code == 0, told.err
    listed = protokit("list", cwd=place, env=env)
    assert (listed.code, "policies" in listed.out) == (0, True)


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is not a signal that can be sent to one process there")
def test_a_port_in_use_is_said_the_next_one_is_taken_and_ctrl_c_ends_everything(place: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        command = [*terminal.COMMAND, "run", "search", "--port", str(port)]
        pipe = subprocess.PIPE
        child = subprocess.Popen(
            command, cwd=place, env=terminal.environment(), stdout=pipe, stderr=pipe, text=True
        )
        assert child.stdout is not None
        try:
            address = child.stdout.readline().strip()
            served = int(address.rpartition(":")[2])
            assert served > port
            child.send_signal(signal.SIGINT)
            _, err = child.communicate(timeout=30)
        finally:
            child.kill()
    assert child.returncode == 0, err
    assert f"Port {port} is in use, taking {served}." in err
    assert "Traceback" not in err
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", served)) != 0
