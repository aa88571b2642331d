"""A fork is whole: it passes its check at once, and protokit and the cookiecutter command make the same of it."""

import re
import sys
from pathlib import Path

import pytest
import yaml

from protokit.authoring import cookiecutter_bridge
from protokit.catalog import lookup
from protokit.spec.prototype_spec import read_spec
from tests.support.blueprint_folders import INSIDE, git, written
from tests.support.terminal import Done, protokit, run, tree

COOKIECUTTER = Path(sys.executable).with_name("cookiecutter")
PARAMETERS = {
    "passages": {"type": "integer", "default": 4},
    "region": {"choices": ["north", "south"], "default": "south"},
    "strict": {"type": "boolean", "default": False},
}
BUILT_IN = sorted(lookup.home().glob("*/blueprint.yaml"))


def forked(place: Path, which: str, *words: str) -> Path:
    done = protokit("blueprint", "fork", which, "--as", "our-own", *words, cwd=place)
    assert done.code == 0, done.err
    return place / "our-own"


def cook(place: Path, template: Path | str, *answers: str) -> Done:
    """Run the real command in `place`, its own settings there too."""
    settings = place / "cookiecutter.yaml"
    settings.write_text(f"replay_dir: {place / 'replay'}\n", encoding="utf-8")
    command = [str(COOKIECUTTER), str(template), "--no-input", "--config-file", str(settings), *answers]
    return run(command, cwd=place)


def cooked(place: Path, template: Path | str, *answers: str) -> None:
    done = cook(place, template, *answers)
    assert done.code == 0, done.out + done.err


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", [path.parent.name for path in BUILT_IN])
def test_a_fork_passes_its_check_at_once(tmp_path: Path, name: str) -> None:
    forked(tmp_path, name)
    done = protokit("blueprint", "check", "./our-own", "--json", cwd=tmp_path, patience=500)
    assert [row for row in done.json if not row["ok"]] == []
    assert done.code == 0
    names = {row["name"] for row in done.json}
    assert names >= {
        "streamlit: types",
        "gradio: compiles",
        "streamlit: screen (streamlit)",
        "gradio: screen (gradio)",
    }
    verbs = "answers|summarizes|extracts|classifies|compares|analyzes|writes|requests"
    assert any(re.search(f": ({verbs}) ", row) for row in names)


def test_a_fork_stands_alone_under_its_name_and_in_its_repository(tmp_path: Path) -> None:
    fork = forked(tmp_path, "rag-search", "--git")
    card = yaml.safe_load((fork / "blueprint.yaml").read_text(encoding="utf-8"))
    assert (card["name"], card["title"], card["version"]) == ("our-own", "Our own", "1.0.0")
    assert "extends" not in card
    tracked = set(git(fork, "ls-files", "-z").split("\0")) - {""}
    assert tracked == {
        name for name, text in tree(fork).items() if text is not None and not name.startswith(".git/")
    }
    assert {f"shared/{INSIDE}/.gitignore", f"streamlit/{INSIDE}/app.py", "questions.yaml"} <= tracked


def test_a_fork_of_an_extension_makes_the_same_prototypes(tmp_path: Path) -> None:
    files = {
        f"shared/{INSIDE}/style.css": "p { color: red }\n",
        f"gradio/{INSIDE}/app.py": '"""Another screen."""\n',
        "wording.yaml": "en: {tone: grave}\n",
    }
    written(tmp_path / "mine", files, parameters=PARAMETERS, defaults={"emoji": "📐"})
    fork = forked(tmp_path, "./mine")
    assert "extends" not in (fork / "blueprint.yaml").read_text(encoding="utf-8")
    for screen in ("streamlit", "gradio"):
        same = ["--ui", screen, "--set", "region=north", "--name", "Same"]
        for which in ("mine", "our-own"):
            words = [
                "new",
                "Find the clause",
                "--blueprint",
                f"./{which}",
                "--out",
                f"{which}-{screen}",
                *same,
            ]
            assert protokit(*words, cwd=tmp_path).code == 0
        ours, theirs = tree(tmp_path / f"our-own-{screen}"), tree(tmp_path / f"mine-{screen}")
        code = {name for name in theirs if name.endswith((".py", ".css", ".txt", ".toml")) and name[0] != "."}
        assert {name: ours[name] for name in code} == {name: theirs[name] for name in code}
        spec = read_spec(tmp_path / f"our-own-{screen}" / "prototype.yaml")
        assert (spec.tone, spec.emoji) == ("grave", "📐")
        assert spec.parameters == {"passages": 4, "region": "north", "strict": False}


@pytest.mark.slow
def test_the_cookiecutter_command_makes_a_running_prototype_of_a_fork(tmp_path: Path) -> None:
    written(tmp_path / "mine", parameters=PARAMETERS)
    forked(tmp_path, "./mine")
    title = 'Our "leave": what\'s allowed? 休暇 🎈'
    cooked(tmp_path, "our-own", f"title={title}", "slug=answers", "passages=9", "strict=yes", "screen=gradio")
    spec = read_spec(tmp_path / "answers" / "prototype.yaml")
    assert (spec.title, spec.slug, spec.screen) == (title, "answers", "gradio")
    assert spec.blueprint == "our-own@1.0.0"
    assert spec.parameters == {"passages": 9, "region": "south", "strict": True}
    asked = protokit("ask", "answers", spec.starter_questions[0], "--json", cwd=tmp_path)
    assert asked.rows[0]["citations"], asked.err

    words = [
        "new",
        "Find it",
        "--blueprint",
        "./our-own",
        "--ui",
        "gradio",
        "--name",
        "Answers",
        "--out",
        "new",
    ]
    assert protokit(*words, cwd=tmp_path).code == 0
    ours, theirs = tree(tmp_path / "answers"), tree(tmp_path / "new")
    kept = {
        name for name in ours.keys() ^ theirs.keys() if not name.startswith((".protokit/", "__pycache__"))
    }
    assert kept == set()
    both = {name for name in theirs.keys() & ours.keys() if not name.startswith("__pycache__")}
    differing = {name for name in both if ours[name] != theirs[name]}
    texts = {"prototype.yaml", "README.md", "instructions.md", "questions.yaml"}
    assert differing <= texts | {".protokit/base.zip"}
    for name in ("README.md", "instructions.md"):
        assert title in (tmp_path / "answers" / name).read_text(encoding="utf-8")
        assert "[[" not in (tmp_path / "answers" / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [path.parent.name for path in BUILT_IN])
def test_the_cookiecutter_command_makes_the_built_in_ones_too(tmp_path: Path, name: str) -> None:
    cooked(tmp_path, lookup.home(), f"blueprint={name}", "title=Answers")
    words = ["new", "Help with our work", "--blueprint", name, "--name", "Answers", "--out", "new"]
    assert protokit(*words, cwd=tmp_path).code == 0
    ours, theirs = (read_spec(tmp_path / folder / "prototype.yaml") for folder in ("answers", "new"))
    assert (ours.blueprint, ours.takes) == (theirs.blueprint, theirs.takes)
    for path in (tmp_path / "new").glob("*.py"):
        assert (tmp_path / "answers" / path.name).read_bytes() == path.read_bytes()
    knowledge = [path.read_bytes() for path in (tmp_path / "answers" / "knowledge").iterdir()]
    assert knowledge
    assert all(knowledge)


def test_an_answer_that_cannot_be_is_refused_by_the_cookiecutter_command_and_nothing_is_left(
    tmp_path: Path,
) -> None:
    done = cook(tmp_path, lookup.home(), "blueprint=chatbot", "title=Answers", "model=nosuch:z")
    assert done.code != 0
    assert "the model's provider" in done.err + done.out
    assert not (tmp_path / "answers").exists()


def test_what_the_cookiecutter_command_asks_is_what_the_blueprints_say() -> None:
    kept = (lookup.home() / cookiecutter_bridge.COOKIECUTTER_FILE).read_text(encoding="utf-8")
    assert kept == cookiecutter_bridge.built_in(), "run: python -m protokit.authoring.cookiecutter_bridge"


def failed(place: Path) -> list[str]:
    """The lines of what fails, by a check of `mine` with one screen."""
    done = protokit("blueprint", "check", "./mine", "--ui", "streamlit", cwd=place)
    assert done.code == 1, done.out + done.err
    assert "Traceback" not in done.out + done.err
    return [line for line in done.out.splitlines() if line.startswith("FAILED")]


def test_check_says_the_line_that_does_not_compile(tmp_path: Path) -> None:
    written(tmp_path / "mine", {f"streamlit/{INSIDE}/app.py": '"""A screen."""\n\ndef page(:\n'})
    (line,) = [line for line in failed(tmp_path) if "compiles" in line]
    assert f"mine/streamlit/{INSIDE}/app.py, line 3" in line


@pytest.mark.slow
def test_check_says_the_line_of_a_wrong_name(tmp_path: Path) -> None:
    source = "import pathlib\n\nASSISTANT = pathlib.Paht()\n"
    written(tmp_path / "mine", {f"shared/{INSIDE}/assistant.py": source})
    place = f"mine/shared/{INSIDE}/assistant.py"
    types, answers = (
        next(line for line in failed(tmp_path) if part in line) for part in (": types", ": answers")
    )
    assert f"{place}:3: error" in types
    assert f"AttributeError: module 'pathlib' has no attribute 'Paht' ({place}, line 3)" in answers


@pytest.mark.slow
def test_check_says_the_line_of_a_question_and_of_a_page_that_fail(tmp_path: Path) -> None:
    files = {
        "knowledge/canteen.md": "# Canteen\n\nLunch is served from noon to two.\n",
        "questions.yaml": "- question: When is lunch?\n"
        "- question: Who is the cook?\n  must_contain: [Ann]\n  starter: true\n",
        f"streamlit/{INSIDE}/app.py": '"""A screen."""\n\nimport streamlit\n\nstreamlit.title(1 / 0)\n',
    }
    written(tmp_path / "mine", files)
    lines = failed(tmp_path)
    assert any('answers "Who is the cook?": mine/questions.yaml, line 2: ' in line for line in lines), lines
    page = f"ZeroDivisionError: division by zero (mine/streamlit/{INSIDE}/app.py, line 5)"
    assert any(page in line for line in lines), lines
