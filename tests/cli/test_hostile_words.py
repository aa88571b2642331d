"""Whatever stands in a prompt, a name or a file's name is data: refused clearly, or kept as it was typed."""

import os
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from unicodedata import normalize

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from protokit.errors import ProtokitError
from protokit.prototype.pristine_copy import read_pristine
from protokit.prototype.prototype_folder import Prototype
from protokit.scaffold.scaffold_plan import ScaffoldRequest, make, plan_scaffold
from protokit.spec.prototype_spec import parse_spec, read_spec, write_spec
from tests.support.terminal import CACHE

HOSTILE = [
    "{{ 7*7 }}",
    "{% for x in [].__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}",
    "{{ cookiecutter.slug }} [[title]] [[ [[pitch]] ]]",
    '"""',
    "'''); import os; os.system('touch owned') #",
    "\\N{BULLET} \\x41 \\",
    "${HOME} $(touch owned) `touch owned` ; touch owned",
    "%s %d {0} {title} {} %(a)s",
    "--- !!python/object/apply:os.system ['touch owned']",
    "title: x\n- y: &a *a # |>",
    "<script>alert(1)</script> <img src=x onerror=alert(1)>",
    "مساعد الموارد البشرية للإجازات",
    "בדיקה של מסמכים",
    "新员工手册问答助手",
    "新入社員のためのハンドブック",
    "👩‍👩‍👧‍👦 🇺🇳 handbook",
    "e\u0301 \u200b\u200d\ufeff handbook",
    "\x00", "\x1b]0;owned\x07", "a\u2028b\u2029c\x85d",
    "\u202egnp.exe", "\ud800",
    "null", "~", "yes", "0x1F", "1e3", "2026-11-22", "=1+1", "@x", "-", "--help", "con", "nul.md",
    "../../x", "C:\\Windows\\x", "x" * 81, "handbook " * 250, "ẞ" * 80,
]  # fmt: skip
PROMPTS = st.one_of(
    st.sampled_from(HOSTILE),
    st.sampled_from(HOSTILE).map(lambda words: f"Answer questions about {words} from our handbook"),
    st.text(max_size=60).map(lambda words: f"Search our {words} documents"),
    st.text(max_size=200),
)
NAMES = st.none() | st.sampled_from(HOSTILE) | st.text(max_size=90)
BLUEPRINTS = st.sampled_from(["chatbot", "rag-search", "summarizer"])
SCREENS = st.sampled_from(["streamlit", "gradio"])

FILES = [
    "{{ 7*7 }}.md",
    'it\'s "quoted" $(id).md',
    "-rf.md",
    "新员工.md",
    "[[title]] 🚀.txt",
    "%s {}.md",
    "a.b.c.md",
]
LEAVE = """# Leave

## Annual leave

Every employee has thirty days of paid annual leave in a calendar year.

## {{ 7*7 }} "quotes" \\ ${HOME}

A parent may stay at home for fourteen months after a birth and receives two thirds of the salary.
"""
slowly = partial(
    settings, deadline=None, suppress_health_check=list(HealthCheck), database=None, derandomize=True
)


@pytest.fixture(autouse=True)
def own_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROTOKIT_CACHE", str(CACHE))


def holds(made: Path, prompt: str) -> None:
    """`made` is whole: its files compile and read, its Spec round-trips, and no text was evaluated on the way."""
    for path in made.rglob("*.py"):
        compile(path.read_bytes(), str(path), "exec")
    spec = read_spec(made / "prototype.yaml")
    assert parse_spec(write_spec(spec)) == spec
    assert spec.prompt.split() == normalize("NFC", prompt).replace("\ufeff", "").split()
    assert isinstance(yaml.safe_load((made / "questions.yaml").read_text(encoding="utf-8")), list)
    for name in ("README.md", "instructions.md"):
        text = (made / name).read_text(encoding="utf-8")
        assert spec.title in text or name == "instructions.md"
        assert "49" not in text or "49" in f"{prompt}{spec.title}"
    assert (made / "app.py").read_bytes() == read_pristine(made)["app.py"]


@slowly(max_examples=200)
@given(prompt=PROMPTS, name=NAMES, blueprint=BLUEPRINTS, screen=SCREENS)
@example(prompt="{{ 7*7 }} handbook", name='"""{{ 7*7 }}"""', blueprint="chatbot", screen="gradio")
@example(prompt="handbook\n\nof two lines", name="[[pitch]] it's", blueprint="rag-search", screen="streamlit")
def test_hostile_words_are_refused_or_arrive_as_they_were_typed(
    prompt: str, name: str | None, blueprint: str, screen: str
) -> None:
    with TemporaryDirectory() as folder:
        target = Path(folder, "made")
        try:
            make(
                plan_scaffold(ScaffoldRequest(prompt, blueprint=blueprint, screen=screen, name=name)), target
            )
        except ProtokitError:
            assert not target.exists()
        else:
            holds(target, prompt)
            title = read_spec(target / "prototype.yaml").title
            typed = normalize("NFC", (name or "").replace("\ufeff", ""))
            assert name is None or normalize("NFC", title).split() == typed.split()
        assert {path.name for path in Path(folder).iterdir()} <= {"made"}


@pytest.mark.parametrize("words", HOSTILE)
def test_the_folder_of_a_hostile_name_stays_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    here = tmp_path / "deep" / "here"
    here.mkdir(parents=True)
    monkeypatch.chdir(here)
    try:
        made = make(plan_scaffold(ScaffoldRequest("Search our handbook", blueprint="rag-search", name=words)))
    except ProtokitError:
        assert not list(here.iterdir())
    else:
        assert made.parent == here
        assert made.name.isascii()
        assert read_spec(made / "prototype.yaml").slug == made.name
    assert [
        path.name for path in tmp_path.rglob("*") if path.parent != here and not path.is_relative_to(here)
    ] == ["deep"]


@pytest.mark.slow
@slowly(max_examples=12)
@given(
    prompt=PROMPTS,
    name=NAMES,
    blueprint=st.sampled_from(["chatbot", "rag-search"]),
    file=st.sampled_from(FILES),
)
@example(prompt="{{ 7*7 }} handbook", name=None, blueprint="chatbot", file="{{ 7*7 }}.md")
@example(
    prompt='${HOME} """ \'', name='${HOME} """ \'', blueprint="rag-search", file='it\'s "quoted" $(id).md'
)
@example(prompt="مساعد الموارد البشرية", name="新员工手册", blueprint="chatbot", file="新员工.md")
def test_a_prototype_of_hostile_words_answers(
    prompt: str, name: str | None, blueprint: str, file: str
) -> None:
    with TemporaryDirectory() as folder:
        document, target = Path(folder, file), Path(folder, "made")
        document.write_text(LEAVE, encoding="utf-8")
        try:
            make(
                plan_scaffold(ScaffoldRequest(prompt, documents=[document], blueprint=blueprint, name=name)),
                target,
            )
        except ProtokitError:
            assert not target.exists()
            return
        holds(target, prompt)
        with Prototype.open(target).assistant("offline") as assistant:
            assistant.knowledge.wait()
            answer = assistant.reply("How many days of paid annual leave does an employee have?").answer
            odd = assistant.reply(prompt).answer
        assert "thirty days" in answer.text
        assert answer.citations[0].passage.file == file
        assert odd.text.strip()


@pytest.mark.parametrize("words", [words for words in HOSTILE if "\ud800" not in words])
def test_a_hostile_text_is_summarized_as_text(tmp_path_factory: pytest.TempPathFactory, words: str) -> None:
    made = tmp_path_factory.getbasetemp() / f"summarizer-{os.getpid()}"
    if not made.exists():
        make(plan_scaffold(ScaffoldRequest("Summarize meeting notes")), made)
    text = f"The board met on Monday. {words} The budget was approved by all members."
    with Prototype.open(made).assistant("offline") as assistant:
        answer = assistant.reply(text).answer
    assert answer.citations
    for citation in answer.citations:
        assert text[citation.passage.start : citation.passage.end] == citation.passage.text
