"""A team's own blueprints: found where they are, on top of one another, with decisions left to the person."""

import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from protokit.catalog.lookup import blueprints, find_blueprint
from protokit.errors import ChoiceProblem, ProtokitError
from protokit.prototype.prototype_folder import Prototype
from protokit.runtime.prototype_fields import Value
from protokit.runtime.settings import Settings
from protokit.scaffold.scaffold_plan import ScaffoldRequest, make, plan_scaffold
from protokit.spec.prototype_spec import parse_spec, read_spec, write_spec
from tests.support.blueprint_folders import INSIDE, POLICIES, written
from tests.support.terminal import Done, protokit, tree

PROMPT = "Search our leave and expense policies"
SETTINGS = {
    "passages": {"type": "integer", "default": 6, "help": "How many passages are shown"},
    "region": {"choices": ["north", "south"], "help": "Whose policies"},
    "strict": {"type": "boolean", "default": False},
}


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    return written(tmp_path / "mine")


def new(place: Path, *words: str, blueprint: str = "./mine", config: Path | None = None) -> Done:
    env = {"XDG_CONFIG_HOME": str(config or place / "config")}
    return protokit("new", PROMPT, "--blueprint", blueprint, "--out", "made", *words, cwd=place, env=env)


def made(done: Done, place: Path) -> Path:
    assert done.code == 0, done.err
    return place / "made"


def refused(done: Done, *told: str) -> None:
    assert done.code == 1, done.out
    assert "Traceback" not in done.err
    assert len(done.err.strip().splitlines()) == 1
    for words in told:
        assert words in done.err


def test_a_blueprint_of_eight_lines_makes_a_whole_prototype(tmp_path: Path, mine: Path) -> None:
    assert len((mine / "blueprint.yaml").read_text(encoding="utf-8").splitlines()) == 8
    spec = read_spec(made(new(tmp_path), tmp_path) / "prototype.yaml")
    assert spec.blueprint == "policy-search@1.0.0"
    assert spec.domain == "hr"
    asked = protokit("ask", "made", "How many days of annual leave do I get?", "--json", cwd=tmp_path)
    assert asked.rows[0]["citations"], asked.err


def test_one_file_and_one_screen_are_overridden_and_the_rest_stays(tmp_path: Path) -> None:
    files = {
        f"shared/{INSIDE}/AGENTS.md": "# Ours\n",
        f"gradio/{INSIDE}/app.py": '"""Another screen."""\n',
        f"streamlit/{INSIDE}/__pycache__/app.cpython-311.pyc": "left by pip",
    }
    written(tmp_path / "mine", files)
    written(tmp_path / "plain")
    streamlit = made(new(tmp_path), tmp_path).rename(tmp_path / "streamlit")
    gradio = made(new(tmp_path, "--ui", "gradio"), tmp_path).rename(tmp_path / "gradio")
    plain = made(new(tmp_path, blueprint="./plain"), tmp_path)
    assert (gradio / "app.py").read_text(encoding="utf-8") == '"""Another screen."""\n'
    assert (gradio / "AGENTS.md").read_text(encoding="utf-8") == "# Ours\n"
    ours, theirs = tree(streamlit), tree(plain)
    assert ours.keys() == theirs.keys()
    assert {name for name in ours if ours[name] != theirs[name]} == {
        "AGENTS.md",
        "prototype.yaml",
        ".protokit/base.zip",
    }


@pytest.mark.parametrize("name", sorted(blueprints()))
def test_what_a_blueprint_takes_is_what_its_assistant_takes_first(tmp_path: Path, name: str) -> None:
    plan = plan_scaffold(ScaffoldRequest(find_blueprint(name).examples[0], blueprint=name))
    prototype = Prototype.open(make(plan, tmp_path / "made"))
    assert prototype.assistant_class().inputs[0].kind == prototype.spec.takes


def test_a_screen_that_a_blueprint_lacks_is_refused_with_those_it_has(tmp_path: Path) -> None:
    written(tmp_path / "mine", screens=["streamlit"])
    refused(new(tmp_path, "--ui", "gradio"), 'ui "gradio"', "streamlit")
    planned = plan_scaffold(ScaffoldRequest(PROMPT, blueprint=str(tmp_path / "mine")))
    with pytest.raises(ChoiceProblem, match='ui "gradio"'):
        make(replace(planned, spec=msgspec.structs.replace(planned.spec, screen="gradio")), tmp_path / "made")
    assert not (tmp_path / "made").exists()


def test_defaults_fill_in_what_the_prompt_leaves_open(tmp_path: Path) -> None:
    defaults = {"tone": "formal", "accent": "#0f766e", "emoji": "📐", "limits": {"questions_per_minute": 5}}
    written(tmp_path / "mine", defaults=defaults)
    spec = read_spec(made(new(tmp_path), tmp_path) / "prototype.yaml")
    assert (spec.tone, spec.accent, spec.emoji) == ("formal", "#0f766e", "📐")
    assert spec.limits.questions_per_minute == 5
    words = ["new", "Search our policies, in a playful tone", "--blueprint", "./mine", "--dry-run"]
    assert parse_spec(protokit(*words, cwd=tmp_path).out).tone == "playful"


def test_own_knowledge_and_questions_are_the_sample(tmp_path: Path) -> None:
    files = {
        "knowledge/travel.md": "# Travel\n\nA hotel may cost 140 euros a night.\n",
        "questions.yaml": "- question: How much may a hotel cost?\n  starter: true\n",
    }
    written(tmp_path / "mine", files)
    folder = made(new(tmp_path), tmp_path)
    assert [path.name for path in (folder / "knowledge").iterdir()] == ["travel.md"]
    assert read_spec(folder / "prototype.yaml").starter_questions == ("How much may a hotel cost?",)
    assert "How much may a hotel cost?" in (folder / "questions.yaml").read_text(encoding="utf-8")


def test_parameters_are_typed_kept_in_the_spec_and_read_by_the_prototype(tmp_path: Path) -> None:
    written(tmp_path / "mine", parameters=SETTINGS)
    folder = made(new(tmp_path, "--set", "region=south", "--set", "strict=yes"), tmp_path)
    wanted = {"passages": 6, "region": "south", "strict": True}
    assert read_spec(folder / "prototype.yaml").parameters == wanted
    assert Settings.read(folder).parameters == wanted


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, ['"region"', "Whose policies", "--set region="]),
        ({"region": "east"}, ['region="east"', "north, south"]),
        ({"region": "north", "passages": "few"}, ['passages="few"', "a whole number"]),
        ({"region": "north", "passages": True}, ['passages="True"', "a whole number"]),
        ({"region": "north", "strict": "maybe"}, ['strict="maybe"', "true or false"]),
        ({"regoin": "north"}, ['"regoin"', "Did you mean region?"]),
    ],
    ids=str,
)
def test_a_parameter_that_is_missing_or_wrong_is_explained_and_nothing_is_made(
    tmp_path: Path, given: dict[str, Value], told: list[str]
) -> None:
    folder = written(tmp_path / "mine", parameters=SETTINGS)
    with pytest.raises(ChoiceProblem) as caught:
        make(
            plan_scaffold(ScaffoldRequest(PROMPT, blueprint=str(folder), parameters=given)), tmp_path / "made"
        )
    assert all(part in str(caught.value) for part in told), caught.value
    assert not (tmp_path / "made").exists()


def test_set_wants_a_name_and_a_value(tmp_path: Path, mine: Path) -> None:
    refused(new(tmp_path, "--set", "region"), '"region" has no "="', "NAME=VALUE")


@pytest.mark.skipif(os.name == "nt", reason="needs a pseudo-terminal")
def test_parameters_are_asked_for_in_a_terminal_until_they_are_right(tmp_path: Path) -> None:
    from tests.support.pseudo_terminal import typed

    written(tmp_path / "mine", parameters=SETTINGS)
    keys = [
        ("Change anything?", "\n"),
        ("passages: How many passages are shown [6]", "many\n"),
        ("expected a whole number", "9\n"),
        ("region: Whose policies (north, south)", "east\n"),
        ("expected one of north, south", "north\n"),
        ("strict: boolean [False]", "\n"),
    ]
    code, shown = typed(keys, "new", PROMPT, "--blueprint", "./mine", "--out", "made", cwd=tmp_path)
    assert code == 0, shown
    wanted = {"passages": 9, "region": "north", "strict": False}
    assert read_spec(tmp_path / "made" / "prototype.yaml").parameters == wanted


def test_a_written_spec_keeps_its_parameters_and_takes_others(tmp_path: Path) -> None:
    written(tmp_path / "mine", parameters=SETTINGS)
    dry = protokit("new", PROMPT, "--blueprint", "./mine", "--set", "region=south", "--dry-run", cwd=tmp_path)
    (tmp_path / "spec.yaml").write_text(dry.out, encoding="utf-8")
    words = ["new", "--spec", "spec.yaml", "--blueprint", "./mine", "--set", "passages=2", "--out", "made"]
    assert protokit(*words, cwd=tmp_path).code == 0
    spec = read_spec(tmp_path / "made" / "prototype.yaml")
    assert spec.parameters == {"passages": 2, "region": "south", "strict": False}
    assert parse_spec(write_spec(spec)) == spec


def shelf(place: Path, *cards: dict[str, Any]) -> Path:
    """A folder of configuration that holds these blueprints; returns it."""
    for number, card in enumerate(cards):
        written(place / "config" / "protokit" / "blueprints" / f"number-{number}", **card)
    return place / "config"


def test_what_lies_in_the_folder_of_the_person_is_known_by_name_and_by_its_examples(tmp_path: Path) -> None:
    env = {"XDG_CONFIG_HOME": str(shelf(tmp_path, {}))}
    assert "policy-search" in protokit("list", cwd=tmp_path, env=env).out
    assert read_spec(
        made(new(tmp_path, blueprint="policy-search"), tmp_path) / "prototype.yaml"
    ).blueprint == ("policy-search@1.0.0")
    for prompt, blueprint in {
        PROMPT: "policy-search@1.0.0",
        "Search the expense and leave policies of our firm": "policy-search@1.0.0",
        "Find clauses in our contracts": "rag-search@1.0.0",
        "A chatbot for hotel guests": "chatbot@1.0.0",
    }.items():
        done = protokit("new", prompt, "--dry-run", cwd=tmp_path, env=env)
        assert parse_spec(done.out).blueprint == blueprint, prompt


def test_two_of_one_name_are_an_error_that_names_both_and_a_folder_still_does(tmp_path: Path) -> None:
    config = shelf(tmp_path, {}, {})
    done = new(tmp_path, blueprint="policy-search", config=config)
    refused(done, 'two blueprints are called "policy-search"', "number-0", "number-1")
    errors = [row["error"] for row in known(tmp_path) if row["name"] == "policy-search"]
    assert [re.findall(r"number-\d", error) for error in errors] == [["number-1"], ["number-0"]]
    made(new(tmp_path, blueprint="./config/protokit/blueprints/number-0"), tmp_path)


def test_one_of_a_built_in_name_is_an_error_too(tmp_path: Path) -> None:
    shelf(tmp_path, {"name": "chatbot"})
    refused(new(tmp_path, blueprint="chatbot"), 'two blueprints are called "chatbot"', "built-in", "number-0")


def known(place: Path) -> list[dict[str, Any]]:
    done = protokit("blueprint", "list", "--json", cwd=place, env={"XDG_CONFIG_HOME": str(place / "config")})
    assert done.code == 0, done.err
    rows: list[dict[str, Any]] = done.json
    return rows


def test_a_broken_one_is_listed_with_its_fault_and_stops_nothing(tmp_path: Path) -> None:
    shelf(tmp_path, {"pitch": None, "extends": None})
    (row,) = [row for row in known(tmp_path) if row["name"] == "policy-search"]
    assert "pitch: missing" in row["error"]
    made(new(tmp_path, blueprint="rag-search"), tmp_path)
    refused(new(tmp_path, blueprint="policy-search"), "pitch: missing")


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"extends": "rag-serch@1"}, ['"rag-serch"', "Did you mean rag-search?"]),
        ({"extends": "rag-search@2"}, ["rag-search@1.0.0", '"rag-search@2"']),
        ({"extends": "rag-search@>=1.2,<2"}, ["rag-search@1.0.0", ">=1.2,<2"]),
        ({"extends": "rag-search@about 1"}, ['"about 1" is no range of versions']),
        ({"extends": "../rag-search"}, ["extends (line 3)", "a blueprint such as rag-search@1"]),
        ({"requires": ">=99"}, ["policy-search 1.0.0 needs protokit >=99", "this is 0."]),
        ({"requires": "new"}, ["requires", '"new" is no range of versions']),
        ({"parameters": {"Top K": {}}}, ["parameters (line", "small letters, digits and underscores"]),
        (
            {"parameters": {"k": {"type": "int"}}},
            ["parameters.k.type (line 11)", '"int" is not text or integer'],
        ),
        (
            {"parameters": {"k": {"type": "integer", "default": "six"}}},
            ["parameters.k (line", "'six'", "integer"],
        ),
        ({"parameters": {"k": {"choices": ["a"], "default": "b"}}}, ["parameters.k (line", "'b'", "choices"]),
        ({"defaults": {"accent": "red"}}, ["defaults.accent (line", "a colour"]),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, dict) else "",
)
def test_a_mistake_in_what_a_blueprint_builds_on_is_explained(
    tmp_path: Path, fields: dict[str, Any], told: list[str]
) -> None:
    with pytest.raises(ProtokitError) as caught:
        find_blueprint(str(written(tmp_path / "mine", **fields)))
    assert all(part in str(caught.value) for part in told), caught.value


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"wording.yaml": 'en: {pitch: "About {thing}"}\n'}, ["mine/wording.yaml: en", "{thing}", "{topic}"]),
        ({"wording.yaml": "en: formal\n"}, ["mine/wording.yaml: en", "phrases by name"]),
        (
            {"knowledge/a.md": "A", "questions.yaml": "question: Who?\n"},
            ["questions.yaml", "a list of questions"],
        ),
        ({"knowledge/a.md": "A", "questions.yaml": "- [\n"}, ["questions.yaml, line 2", "not valid YAML"]),
        ({"shared/app.py": "x = 1\n"}, ["mine/shared", f'no folder "{INSIDE}"']),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else "",
)
def test_a_mistake_in_the_other_files_of_a_blueprint_is_explained(
    tmp_path: Path, files: dict[str, str], told: list[str]
) -> None:
    folder = written(tmp_path / "mine", files)
    with pytest.raises(ProtokitError) as caught:
        plan_scaffold(ScaffoldRequest(PROMPT, blueprint=str(folder)))
    assert all(part in str(caught.value) for part in told), caught.value


@pytest.mark.parametrize("wanted", ["1", "1.0", "1.0.0", ">=1,<2", "==1.0.0"])
def test_versions_that_will_do_are_taken(tmp_path: Path, wanted: str) -> None:
    folder = written(tmp_path / "mine", extends=f"rag-search@{wanted}", requires=">=0.0.1")
    found = find_blueprint(str(folder))
    assert found.below is not None
    assert found.below.reference == "rag-search@1.0.0"


def test_a_chain_hands_down_files_and_single_defaults(tmp_path: Path) -> None:
    base = {"name": "base", "parameters": SETTINGS, "defaults": {"tone": "formal", "emoji": "📐"}}
    shelf(tmp_path, base)
    fields = {"parameters": {"passages": {"default": 9}}, "defaults": {"tone": "brief"}, "title": None}
    written(tmp_path / "mine", extends="base@1", **fields)
    spec = read_spec(made(new(tmp_path, "--set", "region=north"), tmp_path) / "prototype.yaml")
    assert spec.parameters == {"passages": 9, "region": "north", "strict": False}
    assert (spec.tone, spec.emoji) == ("brief", "📐")
    shown = protokit(
        "blueprint",
        "show",
        "./mine",
        "--json",
        cwd=tmp_path,
        env={"XDG_CONFIG_HOME": str(tmp_path / "config")},
    ).json
    assert shown["title"] == POLICIES["title"]
    assert shown["files"]["streamlit"]["assistant.py"] == "rag-search/shared"


def test_blueprints_that_extend_each_other_in_a_circle_are_refused(tmp_path: Path) -> None:
    shelf(tmp_path, {"name": "one", "extends": "two"}, {"name": "two", "extends": "one"})
    refused(new(tmp_path, blueprint="one"), "one extends two extends one: a circle")


def test_show_tells_what_is_asked_and_where_each_file_comes_from(tmp_path: Path) -> None:
    written(tmp_path / "mine", {f"shared/{INSIDE}/assistant.py": "x = 1\n"}, parameters=SETTINGS)
    done = protokit("blueprint", "show", "./mine", cwd=tmp_path)
    assert done.code == 0, done.err
    assert re.search(r"passages +integer, default 6. How many passages are shown", done.out)
    assert re.search(r"region +text of north, south, must be given", done.out)
    assert re.search(r"assistant.py +mine/shared", done.out)
    assert re.search(r"app.py +rag-search/gradio", done.out)


def test_a_blueprint_is_started_from_a_prompt(tmp_path: Path) -> None:
    done = protokit("blueprint", "new", PROMPT, "--as", "mine", cwd=tmp_path)
    assert done.code == 0, done.err
    assert "protokit blueprint check ./mine" in done.out
    folder = made(new(tmp_path), tmp_path)
    assert read_spec(folder / "prototype.yaml").blueprint == "mine@1.0.0"
    assert "extends: rag-search@1" in (tmp_path / "mine" / "blueprint.yaml").read_text(encoding="utf-8")
    before = tree(tmp_path)
    refused(protokit("blueprint", "new", PROMPT, "--as", "mine", cwd=tmp_path), "exists already")
    assert tree(tmp_path) == before


@pytest.mark.parametrize(
    "name",
    [
        "{{ '..' }}/{{ '..' }}/{{ '..' }}/owned.md",
        "{{ ['..', '..', 'owned'] | join('/') }}.md",
        "{% if true %}..{% endif %}/owned.md",
        "{{ cookiecutter.slug.__class__ }}.md",
        "{# #}owned.md",
    ],
)
def test_a_file_whose_name_is_computed_is_refused_and_nothing_is_written(tmp_path: Path, name: str) -> None:
    home = tmp_path / "home"
    home.mkdir()
    written(home / "mine", {f"shared/{INSIDE}/{name.replace('/', os.sep)}": "x"})
    before = tree(tmp_path)
    done = new(home)
    assert done.code == 1
    assert "its name is computed" in done.err.splitlines()[-1]
    assert "Traceback" not in done.err
    assert tree(tmp_path) == before


def test_a_second_folder_with_a_computed_name_is_not_taken_for_the_template(tmp_path: Path) -> None:
    files = {f"shared/{INSIDE}/a.md": "x", "shared/{{ 'cookiecutter' and '..' }}/b.md": "x"}
    written(tmp_path / "mine", files)
    done = new(tmp_path)
    assert done.code == 1
    assert "its name is computed" in done.err


def test_a_file_may_be_named_after_the_prototype(tmp_path: Path) -> None:
    written(tmp_path / "mine", {f"shared/{INSIDE}/{{{{ cookiecutter.slug }}}}-notes.md": "x"})
    folder = made(new(tmp_path, "--name", "Policies"), tmp_path)
    assert (folder / "policies-notes.md").is_file()
