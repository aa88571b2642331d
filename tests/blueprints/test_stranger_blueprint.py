"""A kind that a stranger adds, which protokit has never heard of: a form as JSON and a choice in, a typed table out."""

import json
import shutil
from pathlib import Path

import pytest

from protokit.authoring.check_blueprint import check_blueprint
from protokit.catalog.lookup import find_blueprint
from protokit.prototype.prototype_folder import Prototype
from tests.deploy.test_mcp import over_stdio
from tests.deploy.test_serve import started
from tests.support.blueprint_folders import INSIDE, written
from tests.support.terminal import Done, protokit

ASSISTANT = '''"""Prices a list of work: a form as JSON in, a table out."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from protokit.runtime import (
    NO_OPTIONS,
    Answer,
    AnswerTable,
    BaseAssistant,
    ChatMessage,
    Input,
    Options,
    PageCheck,
    Reply,
    Request,
    RequestResult,
    SampleRequest,
    TableColumn,
    Turn,
    system,
    user,
)

RATES = {"EUR": 100, "USD": 110}
COLUMNS = (TableColumn("Work"), TableColumn("Hours", "number"), TableColumn("Price", "number"))


@dataclass(frozen=True, slots=True)
class Estimate(Request):
    """Hours by the name of the work."""

    text: str
    currency: str

    def messages(self) -> Sequence[ChatMessage]:
        return [system(f"Price each work in {self.currency}. Reply with JSON."), user(self.text)]

    def offline(self) -> RequestResult:
        try:
            hours: Mapping[str, float] = json.loads(self.text)
        except ValueError:
            return RequestResult("This is no JSON.", found=False)
        rows = tuple((work, each, each * RATES[self.currency]) for work, each in hours.items())
        return RequestResult(f"{len(rows)} works priced.", table=AnswerTable(COLUMNS, rows))

    def masked(self, mask: Callable[[str], str]) -> Self:
        return replace(self, text=mask(self.text))


class Assistant(BaseAssistant):
    """Prices work."""

    inputs = (
        Input("hours", "json", "Hours as JSON", required=True),
        Input("currency", "choice", "Currency", tuple(RATES), default="EUR"),
    )
    output = "table"
    verb = "estimate"
    description = "Price a list of work."

    def __init__(self, folder: Path = Path(__file__).parent, model: str = "") -> None:
        super().__init__(folder, model)

    def reply(
        self, text: str, *, history: Sequence[Turn] = (), options: Options = NO_OPTIONS, session: str = ""
    ) -> Reply:
        request = Estimate(text, options.get("currency", "EUR"))
        return Reply(lambda: request, self.engine, self.settings, self.events, session)

    def samples(self) -> list[SampleRequest]:
        expected = {"total": 330.0}
        return [SampleRequest("a day", '{"paint": 3}', options={"currency": "USD"}, expected=expected)]

    def score(self, sample: SampleRequest, answer: Answer) -> str | None:
        if answer.table is None:
            return "no table"
        total = sum(float(row[2] or 0) for row in answer.table.rows)
        return "" if total == sample.expected["total"] else f"the total is {total}"

    def page_check(self, sample: SampleRequest) -> PageCheck:
        fill = {"Hours as JSON": sample.read(), "Currency": "USD"}
        return PageCheck(fill, click="Price it", endpoint="/estimate", shows="330")
'''
STREAMLIT = '''"""The screen."""

import pandas as pd
import streamlit as st
from assistant import RATES, Assistant

from protokit.runtime import ui

assistant = Assistant()
ui.set_up_page(assistant.settings)
st.button("Start again")
note = st.text_input("Note")
hours = st.text_area("Hours as JSON")
currency = st.selectbox("Currency", list(RATES))
if st.button("Price it"):
    answer = assistant.reply(hours, options={"currency": currency}).answer
    st.markdown(ui.safe_markdown(answer.text))
    if answer.table:
        st.table(pd.DataFrame(answer.table.rows, columns=[column.name for column in answer.table.columns]))
'''
GRADIO = '''"""The screen."""

import os

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

import gradio as gr
from assistant import RATES, Assistant

assistant = Assistant()


def version() -> str:
    return "1"


def estimate(hours: str, currency: str) -> list[list[str]]:
    answer = assistant.reply(hours, options={"currency": currency}).answer
    return [[str(cell) for cell in row] for row in answer.table.rows] if answer.table else []


with gr.Blocks(title=assistant.settings.title, analytics_enabled=False) as demo:
    hours, currency = gr.Textbox(label="Hours as JSON"), gr.Dropdown(list(RATES), label="Currency")
    number, table = gr.Textbox(), gr.JSON()
    demo.load(version, None, number, api_name="version")
    gr.Button("Price it").click(estimate, [hours, currency], table, api_name="estimate")

if __name__ == "__main__":
    demo.launch(quiet=True)
'''
OWN_TEST = '''"""Prices the sample."""

import sys
from pathlib import Path

HERE = Path(__file__).parent.parent
sys.path.insert(0, str(HERE))

from assistant import Assistant  # noqa: E402


def test_the_sample_is_priced() -> None:
    with Assistant(HERE, model="offline") as assistant:
        (sample,) = assistant.samples()
        answer = assistant.reply(sample.read(), options=sample.options).answer
        assert assistant.score(sample, answer) == ""
'''
QUESTIONS = """
- question: '{"paint": 3, "tidy": 1}'
  options: {currency: EUR}
  expected: {total: 400}
- question: '{"paint": 1}'
  expected: {total: 5}
"""
SCREENS = ("streamlit", "gradio")


@pytest.fixture(scope="module")
def blueprint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    files = {
        f"shared/{INSIDE}/assistant.py": ASSISTANT,
        f"shared/{INSIDE}/tests/test_demo.py": OWN_TEST,
        f"streamlit/{INSIDE}/app.py": STREAMLIT,
        f"gradio/{INSIDE}/app.py": GRADIO,
        "knowledge/rates.md": "# Rates\n\nAn hour costs 100 euros.\n",
        "instructions.md": "You price work.\n",
    }
    about = {"title": "Estimator", "pitch": "Prices a list of work.", "examples": ["Price our work"]}
    folder = tmp_path_factory.mktemp("blueprint") / "estimator"
    return written(folder, files, name="estimator", extends=None, default_domain=None, takes="json", **about)


@pytest.fixture(scope="module", params=SCREENS)
def made(request: pytest.FixtureRequest, blueprint: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(blueprint, request.param, tmp_path_factory.mktemp("made"))


def make(blueprint: Path, screen: str, place: Path) -> Path:
    words = [
        "Price our work",
        "--blueprint",
        str(blueprint),
        "--ui",
        screen,
        "--out",
        "made",
        "--name",
        "Estimator",
    ]
    done = protokit("new", *words, cwd=place)
    assert done.code == 0, done.err
    assert "protokit ask made --input made/knowledge/rates.md" in done.out  # it takes no questions
    (place / "made" / "questions.yaml").write_text(QUESTIONS, encoding="utf-8")
    return place / "made"


def ask(folder: Path, *words: str, **env: str) -> Done:
    return protokit("ask", folder, "--json", "--input", '{"paint": 3}', *words, cwd=folder, env=env)


@pytest.fixture(scope="module")
def one(blueprint: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(blueprint, "streamlit", tmp_path_factory.mktemp("one"))


def test_it_is_asked_with_its_own_options_and_answers_with_a_table(one: Path) -> None:
    table = {"columns": ["Work", "Hours", "Price"], "rows": [["paint", 3, 330]]}
    assert ask(one, "--option", "currency=USD").json["table"] == table
    assert "paint | 3 | 300" in protokit("ask", one, "--input", '{"paint": 3}', cwd=one).out
    wrong = ask(one, "--option", "currency=GBP")
    assert wrong.code == 1
    assert '"GBP" is not one of EUR, USD' in wrong.err


def test_its_own_way_without_a_model_stands_in_for_one_that_is_down(one: Path) -> None:
    down = {"OPENAI_BASE_URL": "http://127.0.0.1:9/v1", "OPENAI_API_KEY": "none"}
    done = ask(one, "--model", "openai:small", **down)
    assert done.code == 1
    assert done.json["table"]["rows"] == [["paint", 3, 300]]
    assert done.json["model"] == "offline"
    traced = protokit("trace", one, cwd=one, env=down)
    assert "model error" in traced.out


def test_it_is_scored_its_own_way(one: Path) -> None:
    card = protokit("eval", one, "--json", cwd=one).json["models"][0]
    told = json.dumps(card)
    assert "the total is 100.0" in told
    assert "the total is 400" not in told


def test_its_update_is_tried_with_its_own_questions(one: Path, blueprint: Path, tmp_path: Path) -> None:
    newer = shutil.copytree(blueprint, tmp_path / "newer")
    page = newer / "streamlit" / INSIDE / "app.py"
    page.write_text(page.read_text(encoding="utf-8") + "# newer\n", encoding="utf-8")
    folder = shutil.copytree(one, tmp_path / "made")
    done = protokit("update", folder, "--blueprint", str(newer), cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert "its questions" not in done.out


def test_an_agent_meets_what_it_takes(one: Path) -> None:
    async def use(client):
        given = {"hours": '{"paint": 2}', "currency": "USD"}
        return await client.list_tools(), await client.call_tool("estimate", given)

    tools, answer = over_stdio(one, use)
    (tool,) = tools.tools
    assert (tool.name, tool.description.splitlines()[0]) == ("estimate", "Price a list of work.")
    assert set(tool.input_schema["properties"]) == {"hours", "currency"}
    assert tool.input_schema["required"] == ["hours"]
    assert answer.structured_content["table"]["rows"] == [["paint", 2, 220]]


def test_programs_get_its_table(one: Path) -> None:
    import httpx

    with started(one, "serve", PROTOKIT_API_KEY="a-key-that-is-long-enough") as (address, _):
        said = {
            "model": Prototype.open(one).spec.slug,
            "messages": [{"role": "user", "content": '{"paint": 1}'}],
            "protokit": {"currency": "USD"},
        }
        head = {"Authorization": "Bearer a-key-that-is-long-enough"}
        url = f"{address.removesuffix('/v1')}/v1/chat/completions"
        told = httpx.post(url, json=said, headers=head, timeout=60).json()
    assert told["protokit"]["table"]["rows"] == [["paint", 1, 110]]


@pytest.mark.slow
@pytest.mark.parametrize("screen", SCREENS)
def test_the_blueprint_passes_its_check(blueprint: Path, screen) -> None:
    checks = check_blueprint(find_blueprint(str(blueprint)), [screen])
    assert [f"{check.name}: {check.detail}" for check in checks if not check.ok] == []
    told = {check.name: check.detail for check in checks}
    assert told[f"{screen}: screen ({screen})"] == "shows '330'"
    assert told[f"{screen}: estimates a day"] == "1 rows"


@pytest.mark.slow
def test_it_is_exported_and_ejected(made: Path) -> None:
    done = protokit("export", made, "--to", "zip", cwd=made.parent)
    assert done.code == 0, done.err
    done = protokit("eject", made, cwd=made.parent)
    assert done.code == 0, done.err
    out = made.with_name("made-ejected")
    assert "protokit.runtime" not in (out / "assistant.py").read_text(encoding="utf-8")
