"""After an edit, by a person or a program, `protokit check` says what of the prototype's contract broke."""

import re
import shutil
from pathlib import Path

import pytest
import yaml

from protokit.evaluation.checks.contract import contract, own_tests
from protokit.prototype.prototype_folder import Prototype
from tests.support.terminal import protokit


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    place = tmp_path_factory.mktemp("pristine")
    for blueprint in ("chatbot", "classifier", "comparer", "rag-search", "summarizer", "writer"):
        words = ["Answer from our HR policies", "--blueprint", blueprint, "--out", blueprint]
        assert protokit("new", *words, cwd=place).code == 0
    return {path.name: path for path in place.iterdir()}


@pytest.fixture
def made(pristine: dict[str, Path], tmp_path: Path) -> Path:
    return Path(shutil.copytree(pristine["rag-search"], tmp_path / "made"))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def broken(folder: Path) -> list[str]:
    return [f"{check.name}: {check.detail}" for check in contract(Prototype.open(folder)) if not check.ok]


@pytest.mark.parametrize(
    "blueprint", ["chatbot", "classifier", "comparer", "rag-search", "summarizer", "writer"]
)
def test_a_fresh_prototype_keeps_its_contract(pristine: dict[str, Path], blueprint: str) -> None:
    assert broken(pristine[blueprint]) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("class Assistant(", "class Helper(", "has no class Assistant"),
        ("class Assistant(BaseAssistant):", "class Assistant:", "Assistant has no __enter__ any more"),
        ("def reply(", "def answer(", "Assistant has no reply any more"),
        ("self.knowledge = ", "self.store = ", "Assistant has no knowledge any more"),
        ('        session: str = "",\n', "", "Assistant.reply takes no session any more"),
        (', model: str = ""', "", "Assistant.__init__ takes no model any more"),
    ],
)
def test_a_lost_part_of_the_assistant_is_named(made: Path, old: str, new: str, said: str) -> None:
    edit(made / "assistant.py", old, new)
    assert broken(made) == [f"assistant.py: {said}"]


def test_a_page_that_uses_what_the_assistant_does_not_have_is_named_with_its_line(made: Path) -> None:
    path = made / "app.py"
    path.write_text(path.read_text(encoding="utf-8") + "\nassistant.forget_everything()\n", encoding="utf-8")
    line = len(path.read_text(encoding="utf-8").splitlines())
    (fault,) = broken(made)
    assert f"app.py, line {line} uses assistant.forget_everything" in fault


def test_parts_may_be_added_or_come_from_elsewhere(made: Path) -> None:
    edit(
        made / "assistant.py",
        "    def learn(self)",
        "    def forget(self) -> None: ...\n\n    def learn(self)",
    )
    path = made / "app.py"
    path.write_text(path.read_text(encoding="utf-8") + "\nassistant.forget()\n", encoding="utf-8")
    assert broken(made) == []
    edit(made / "assistant.py", "class Assistant(BaseAssistant):", "class Assistant(Base):")
    edit(made / "assistant.py", "def reply(", "def answer(")
    assert broken(made) == []


def test_a_key_in_a_file_is_named_with_its_line_and_not_repeated(made: Path) -> None:
    edit(made / "assistant.py", "PASSAGES = 6", f'PASSAGES = 6\nKEY = "sk-{"ab12" * 8}"')
    (fault,) = broken(made)
    assert re.fullmatch(
        r"no key in a file: assistant\.py, line \d+ holds what looks like a key: an OpenAI key", fault
    )


@pytest.mark.slow
def test_tests_that_fail_or_are_gone_are_said(made: Path) -> None:
    edit(made / "questions.yaml", "must_contain:", "must_contain: [no such words]\n  # was:")
    failed = own_tests(made)
    assert not failed.ok
    assert failed.detail.startswith("FAILED tests/test_demo.py::test_a_starter_question")
    shutil.rmtree(made / "tests")
    assert own_tests(made).detail == "tests/ is gone"


@pytest.mark.slow
def test_check_tells_of_the_contract_beside_what_it_breaks(made: Path) -> None:
    unknown = "def forget() -> None:\n    assistant.forget()\n\n\ndef take_question"
    edit(made / "app.py", "def take_question", unknown)
    done = protokit("check", made, cwd=made)
    assert done.code == 1
    assert "uses assistant.forget, which Assistant does not have" in done.out
    assert "protokit update --restore assistant.py" in done.out
    assert "ok      tests: " in done.out


def test_the_rules_for_editors_are_in_every_prototype(pristine: dict[str, Path]) -> None:
    for folder in pristine.values():
        rules = {
            path.stem: path.read_text(encoding="utf-8") for path in (folder / ".cursor/rules").glob("*.mdc")
        }
        assert rules.keys() == {"prototype", "python", "content"}
        heads = {name: yaml.safe_load(text.split("---\n")[1]) for name, text in rules.items()}
        assert [name for name, head in heads.items() if head["alwaysApply"]] == ["prototype"]
        assert all(head["description"] for head in heads.values())
        assert "`protokit check .`" in rules["prototype"]
        named = set(re.findall(r"`([a-z_]+)(?:\(|`)", rules["python"])) & {
            "settings",
            "events",
            "reply",
            "learn",
        }
        assert named == {"settings", "events", "reply", "learn"}
