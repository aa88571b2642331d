"""Nothing that came from a model, a document, a name or a server acts on the terminal it is shown in."""

import ast
import json
from pathlib import Path

import pytest

from protokit.cli.terminal_output import safe
from tests.support.model_server import running
from tests.support.terminal import Done, inside, protokit

ROOT = Path(__file__).parents[2] / "protokit"
ATTACKS = {
    "colour": "\x1b[31m",
    "cleared screen": "\x1b[2J",
    "title": "\x1b]0;owned\x07",
    "link": "\x1b]8;;http://evil.example\x1b\\",
    "clipboard": "\x1b]52;c;cm0gLXJmIC8=\x07",
    "8-bit sequence": "\x9b31m\x9d52;c;eA==\x9c",
    "overwritten line": "safe\rrm",
    "backspace": "a\x08b",
    "direction": "\u202egnp.exe\u2066",
    "line break of another kind": "a\u2028b\x85c",
    "half a character": "\ud800",
}
HOSTILE = "".join(ATTACKS.values())


def acting(text: str) -> set[str]:
    """The characters of `text` that a terminal would act on."""
    return {sign for sign in text if sign not in "\n\t" and safe(sign) != sign}


def assert_harmless(done: Done) -> None:
    assert acting(done.out) == set()
    assert acting(done.err) == set()


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=list(ATTACKS))
def test_signs_that_act_on_a_terminal_are_written_out(attack: str) -> None:
    shown = safe(f"before {attack} after")
    assert all(sign.isprintable() for sign in shown)


def test_json_stays_exact() -> None:
    words = json.dumps({"text": HOSTILE}, ensure_ascii=False)
    assert json.loads(safe(words)) == {"text": HOSTILE}


def test_ordinary_text_of_any_script_stays_as_it_is() -> None:
    text = "Grüße 你好 سلام שלום नमस्ते می‌خواهم 👩‍👩‍👧\n\tend €"
    assert safe(text) == text


def test_an_answer_a_document_and_its_name_cannot_act(tmp_path: Path) -> None:
    documents = tmp_path / "documents"
    documents.mkdir()
    hostile = HOSTILE.replace("\ud800", "").replace("/", "")
    (documents / f"leave{hostile}.md").write_text("Annual leave is 25 days\x9b31m \u202ea year.", "utf-8")
    made = protokit(
        "new", "Answer questions about leave", "--docs", "documents", "--out", "made", "--yes", cwd=tmp_path
    )
    assert made.code == 0, made.err
    assert_harmless(made)
    asked = inside("ask", "made", "How many days is annual leave?", cwd=tmp_path)
    assert "25 days" in asked.out
    for done in (asked, inside("trace", "made", cwd=tmp_path), inside("list", cwd=tmp_path)):
        assert done.code == 0, done
        assert_harmless(done)
    exact = inside("ask", "made", "How many days is annual leave?", "--json", cwd=tmp_path)
    assert_harmless(exact)
    assert exact.rows[0]["citations"][0]["file"] == f"leave{hostile}.md"


def test_the_words_of_a_model_and_of_its_server_cannot_act(tmp_path: Path) -> None:
    protokit("new", "Answer questions about our handbook", "--out", "made", "--yes", cwd=tmp_path)
    hostile = HOSTILE.replace("\ud800", "")
    with running() as server:
        env = {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": "sk-test"}
        server.behaviour.pieces = [f"Thirty{piece} days [1]. " for piece in [*hostile, hostile]]
        words = ["ask", "made", "How many days of annual leave do I get?", "--model", "openai:test-model"]
        shown = inside(*words, cwd=tmp_path, env=env)
        exact = inside(*words, "--json", cwd=tmp_path, env=env)
        server.behaviour.failure = (400, {})
        server.behaviour.complaint = {"message": f"no{hostile}", "code": f"x{hostile}"}
        failed = inside(*words, cwd=tmp_path, env=env)
    for done in (shown, exact, failed):
        assert_harmless(done)
    assert "Thirty" in shown.out
    assert "\\u001b" in shown.out
    assert exact.rows[0]["answer"].startswith("Thirty\x1b days")
    assert failed.code == 1


def test_a_mistake_in_yaml_and_a_wrong_word_cannot_act(tmp_path: Path) -> None:
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "prototype.yaml").write_text('"\\e]52;c;eA==\\a": 1\ntitle: "\\u202eab"\n')
    told = [
        inside("ask", "bad", "x", cwd=tmp_path),
        inside("list", cwd=tmp_path),
        inside(f"no{ATTACKS['colour']}verb", cwd=tmp_path),
        inside("run", f"{ATTACKS['clipboard']}", cwd=tmp_path),
        inside("new", "x", f"--{ATTACKS['title']}", cwd=tmp_path),
        inside("new", "a helper", "--blueprint", f"{ATTACKS['8-bit sequence']}", cwd=tmp_path),
    ]
    assert [done.code != 0 for done in told] == [True, False, True, True, True, True]
    for done in told:
        assert_harmless(done)


def test_only_one_module_writes_to_the_terminal() -> None:
    """click.echo, click.prompt and print would go past it."""
    past = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sorted(ROOT.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"click.echo", "click.prompt", "print"}
        if path.name not in {"terminal_output.py", "page_check.py"}
    ]
    assert past == []
