"""A running page reads prototype.yaml as the commands do: the same fields, defaults and messages."""

from pathlib import Path

import pytest

from protokit.errors import SpecProblem
from protokit.runtime import Settings, SettingsProblem
from protokit.runtime.runtime_errors import OWNED
from protokit.spec.prototype_spec import parse_spec, read_spec

HEAD = "title: Leave Helper\nslug: leave-helper\npitch: Answers about leave.\nblueprint: rag-search@1.0.0\n"


@pytest.mark.parametrize(
    "line",
    [
        "accent: red",
        "screen: flask",
        "context_tokens: many",
        "starter_questions: one",
        "limits: {dollars_a_day: 3}",
        "limits: {dollars_total: -1}",
        "prices: {x: [1]}",
        "constraints: [{kind: none}]",
        "title: [",
    ],
)
def test_a_page_and_a_command_say_a_mistake_in_the_same_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    path = tmp_path / "prototype.yaml"
    path.write_text(f"{HEAD}{line}\n", encoding="utf-8")
    with pytest.raises(SpecProblem) as of_command:
        read_spec(path)
    with pytest.raises(SettingsProblem) as of_page:
        Settings.read(tmp_path)
    assert str(of_page.value) == str(of_command.value)
    assert "line 5" in str(of_page.value) or "line 6" in str(of_page.value)
    assert of_page.value.friendly == "Something is not set up yet. Please tell the owner of this page."
    monkeypatch.setenv(OWNED, "1")  # as `protokit run` does: who looks at the page can mend it
    with pytest.raises(SettingsProblem) as of_owner:
        Settings.read(tmp_path)
    assert of_owner.value.friendly == str(of_page.value)


def test_a_page_and_a_command_start_from_the_same_defaults(tmp_path: Path) -> None:
    (tmp_path / "prototype.yaml").write_text(HEAD, encoding="utf-8")
    settings, spec = Settings.read(tmp_path), parse_spec(HEAD)
    for name in set(settings.__struct_fields__) - {"folder"}:
        assert getattr(settings, name) == getattr(spec, name), name


def test_a_page_leaves_what_it_does_not_know_to_the_check(tmp_path: Path) -> None:
    (tmp_path / "prototype.yaml").write_text(
        "title: Leave\nfrom_a_newer_one: 1\nwelcome:\n", encoding="utf-8"
    )
    assert Settings.read(tmp_path).title == "Leave"
    assert Settings.read(tmp_path).welcome == "Hello! What would you like to know?"
