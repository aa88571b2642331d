"""In a terminal, `protokit new` shows one screen before it makes anything, and Enter makes it."""

import os
from pathlib import Path

import pytest

from protokit.spec.prototype_spec import read_spec
from tests.support.terminal import protokit, tree

if os.name == "nt":  # pragma: no cover
    pytest.skip("Windows has no pseudo-terminals of this kind", allow_module_level=True)

from tests.support.pseudo_terminal import typed

PROMPT = "A chatbot that answers new hires' questions about our HR handbook"
CHANGE = "Change anything?"


def test_enter_makes_what_the_screen_shows(tmp_path: Path) -> None:
    code, shown = typed([(CHANGE, "\n")], "new", PROMPT, cwd=tmp_path)
    assert code == 0, shown
    screen = shown.partition(CHANGE)[0]
    for words in ("What I understood", PROMPT, "sure, because of", "What I will make", "HR Handbook Helper"):
        assert words in screen
    for words in (
        "1  Title",
        "2  Blueprint   chatbot",
        "3  UI          streamlit",
        "4  Audience    new hires",
        "5  Hypothesis",
    ):
        assert words in screen
    assert screen.count("\n") < 24
    assert read_spec(tmp_path / "hr-handbook-helper" / "prototype.yaml").title == "HR Handbook Helper"


def test_each_line_can_be_changed_and_a_wrong_value_is_asked_for_again(tmp_path: Path) -> None:
    keys = [
        (CHANGE, "1\n"),
        ("Title [", "Ask Ada\n"),
        (CHANGE, "3\n"),
        ("UI [", "tkinter\n"),
        ('"tkinter" is not one of', ""),
        (CHANGE, "7\n"),
        ("is not a number from 1 to 5", ""),
        (CHANGE, "3\n"),
        ("UI [", "gradio\n"),
        (CHANGE, "4\n"),
        ("Audience [", "apprentices\n"),
        (CHANGE, "2\n"),
        ("Blueprint [", "rag-search\n"),
        (CHANGE, "\n"),
    ]
    code, shown = typed(keys, "new", PROMPT, cwd=tmp_path)
    assert code == 0, shown
    spec = read_spec(tmp_path / "ask-ada" / "prototype.yaml")
    assert (spec.title, spec.screen, spec.audience) == ("Ask Ada", "gradio", "apprentices")
    assert spec.blueprint.startswith("rag-search@")


@pytest.mark.parametrize("leaving", ["q\n", "\x03", "\x04"])
def test_who_leaves_gets_nothing_made(tmp_path: Path, leaving: str) -> None:
    code, shown = typed([(CHANGE, leaving)], "new", PROMPT, cwd=tmp_path)
    assert code != 0
    assert "Traceback" not in shown
    assert tree(tmp_path) == {}


def test_yes_asks_nothing_in_a_terminal(tmp_path: Path) -> None:
    code, shown = typed([], "new", PROMPT, "--yes", cwd=tmp_path)
    assert code == 0, shown
    assert CHANGE not in shown
    assert "blueprint chatbot because of" in shown


def test_without_a_terminal_nothing_is_asked_and_each_line_has_a_flag(tmp_path: Path) -> None:
    words = ["--name", "Ask Ada", "--blueprint", "rag-search", "--ui", "gradio", "--audience", "apprentices"]
    done = protokit("new", PROMPT, *words, cwd=tmp_path)
    assert done.code == 0, done.err
    assert CHANGE not in done.out + done.err
    spec = read_spec(tmp_path / "ask-ada" / "prototype.yaml")
    assert (spec.title, spec.screen, spec.audience) == ("Ask Ada", "gradio", "apprentices")
    assert "apprentices" in (tmp_path / "ask-ada" / "instructions.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("audience", ["", "nurses \x1b[31m", "x" * 201])
def test_an_audience_that_cannot_be_shown_is_refused(tmp_path: Path, audience: str) -> None:
    done = protokit("new", PROMPT, "--audience", audience, cwd=tmp_path)
    assert done.code == 1
    assert "the audience" in done.err
    assert tree(tmp_path) == {}


def test_a_close_call_is_told_where_nobody_can_be_asked(tmp_path: Path) -> None:
    done = protokit("new", "An assistant for contracts", "--dry-run", cwd=tmp_path)
    assert done.code == 0, done.err
    assert "Which is nearer to what you want" in done.err
    assert "--blueprint decides" in done.err


DOUBTED = "A chatbot for our customers that also generates pictures of the product"
"""A chatbot serves half of it; the rest is what nothing made here does."""


def test_what_no_blueprint_does_is_told_before_it_is_made(tmp_path: Path) -> None:
    done = protokit("new", DOUBTED, "--dry-run", cwd=tmp_path)
    assert done.code == 0, done.err
    assert "Not sure: Which is nearer" in done.err
    assert (
        "making or reading pictures and video, which no blueprint does yet? Everything made here" in done.err
    )
    code, shown = typed([(CHANGE, "q\n")], "new", DOUBTED, cwd=tmp_path)
    assert code != 0
    assert "it could also ask for making or reading pictures and video. Everything made here" in shown
