"""The extractor: from the line to the table, in the terminal, to a model and on both screens."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from protokit.prototype.prototype_folder import Prototype
from protokit.prototype.run_prototype import wait_until_open
from tests.support import model_server
from tests.support.browser import DESKTOP, PHONE, needs_chromium, own_port, window
from tests.support.model_server import MODEL, Behaviour
from tests.support.terminal import Done, protokit

NOTE = "Pier note\n\nVessel: Marigold\nArrived: 3 May 2026\nHarbour fee: £120.50\n"
OTHER = "Pier note\n\nVessel: Heron\nArrived: 9 May 2026\nHarbour fee: £80.00\nRemarks: none\n"


def new(place: Path, prompt: str, *words: object) -> Done:
    done = protokit("new", prompt, "--out", "made", *words, cwd=place)
    assert done.code == 0, done.err
    return done


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("pier")
    (place / "notes").mkdir()
    (place / "notes" / "marigold.txt").write_text(NOTE, encoding="utf-8")
    (place / "notes" / "heron.txt").write_text(OTHER, encoding="utf-8")
    new(place, "Extract vessel, arrived and harbour fee from pier notes", "--docs", "notes")
    return place / "made"


def test_the_line_names_the_fields_and_their_types(made: Path) -> None:
    fields = Prototype.open(made).spec.fields
    told = [(field.name, field.type) for field in fields]
    assert told == [("Vessel", "text"), ("Arrived", "text"), ("Harbour fee", "money")]


@pytest.mark.parametrize(
    ("prompt", "names"),
    [
        ("Extract vendor, date and total from invoices", ["Vendor", "Date", "Total"]),
        ("Skills and years of experience from CVs", ["Skills", "Years of experience"]),
        (
            "Parties, start, notice period and governing law from contracts",
            ["Parties", "Start", "Notice period", "Governing law"],
        ),
        ("Turn a folder of receipts into a table", ["Shop", "Date", "Total", "Currency"]),
        ("Lieferant, Datum und Betrag aus Rechnungen auslesen", ["Lieferant", "Datum", "Betrag"]),
    ],
)
def test_lines_in_several_wordings_are_drafted(tmp_path: Path, prompt: str, names: list[str]) -> None:
    done = protokit("new", prompt, "--blueprint", "extractor", "--json", "--out", "made", cwd=tmp_path)
    assert done.code == 0, done.err
    assert [field.name for field in Prototype.open(tmp_path / "made").spec.fields] == names


def test_a_line_that_names_none_takes_the_labels_of_the_documents(made: Path, tmp_path: Path) -> None:
    new(tmp_path, "Make a table of these", "--blueprint", "extractor", "--docs", made / "knowledge")
    names = [field.name for field in Prototype.open(tmp_path / "made").spec.fields]
    assert sorted(names) == ["Arrived", "Harbour fee", "Remarks", "Vessel"]


def test_a_header_or_a_schema_names_the_fields(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("Ship,Paid on,Fee\nMarigold,2026-05-03,120.5\n", encoding="utf-8")
    new(tmp_path, "Make a table", "--blueprint", "extractor", "--fields", "rows.csv")
    assert [f.name for f in Prototype.open(tmp_path / "made").spec.fields] == ["Ship", "Paid on", "Fee"]
    properties = {
        "ship": {"type": "string", "description": "name of the ship"},
        "paid": {"type": ["boolean", "null"]},
        "size": {"enum": ["small", "large"]},
        "cargo": {"type": "array", "items": {"type": "string"}},
    }
    schema = {"type": "object", "required": ["ship"], "properties": properties}
    (tmp_path / "row.json").write_text(json.dumps(schema), encoding="utf-8")
    protokit(
        "new", "x table", "--blueprint", "extractor", "--fields", "row.json", "--out", "two", cwd=tmp_path
    )
    told = [(f.name, f.type, f.required, f.list) for f in Prototype.open(tmp_path / "two").spec.fields]
    assert told == [
        ("ship", "text", True, False),
        ("paid", "yes/no", False, False),
        ("size", "choice", False, False),
        ("cargo", "text", False, True),
    ]
    wrong = protokit("new", "x table", "--blueprint", "extractor", "--fields", "no.csv", cwd=tmp_path)
    assert (wrong.code, "no such file" in wrong.err) == (1, True)


def test_example_rows_show_types_and_a_pydantic_class_its_items(tmp_path: Path) -> None:
    rows = "Ship,Paid on,Fee,Crew\nMarigold,2026-05-03,€120.50,4\nHeron,2026-05-09,€80.00,6\n"
    (tmp_path / "rows.csv").write_text(rows, encoding="utf-8")
    new(tmp_path, "Make a table", "--blueprint", "extractor", "--fields", "rows.csv")
    types = {field.name: field.type for field in Prototype.open(tmp_path / "made").spec.fields}
    assert types == {"Ship": "text", "Paid on": "date", "Fee": "money", "Crew": "number"}
    (tmp_path / "models.py").write_text(
        "from datetime import date\nfrom pydantic import BaseModel, Field\n"
        "class Line(BaseModel):\n    what: str\n    pieces: int\n"
        "class Note(BaseModel):\n    ship: str = Field(description='name of the ship')\n"
        "    arrived: date | None = None\n    lines: list[Line] = []\n",
        encoding="utf-8",
    )
    words = ("new", "x table", "--blueprint", "extractor", "--out", "two", "--fields")
    assert protokit(*words, "models.py:Note", cwd=tmp_path).code == 0
    fields = Prototype.open(tmp_path / "two").spec.fields
    assert [(f.name, f.type, f.required, f.item) for f in fields] == [
        ("ship", "text", True, False),
        ("arrived", "date", False, False),
        ("what", "text", True, True),
        ("pieces", "number", True, True),
    ]
    wrong = protokit(*words, "models.py:Nothing", cwd=tmp_path)
    assert (wrong.code, "models.py:Nothing" in wrong.err or "has no class Nothing" in wrong.err) == (1, True)


def test_each_line_item_is_a_row_that_is_scored_too(tmp_path: Path) -> None:
    new(tmp_path, "Line items with vendor, item, quantity and amount from invoices")
    made = tmp_path / "made"
    lamps, paper = ({"Item": "Desk lamp, brass", "Amount": 158}, {"Item": "Paper A4", "Amount": 210})
    row = {"question": "halden-office-supplies.txt", "expected": {"rows": [lamps, paper]}}
    (made / "questions.yaml").write_text(json.dumps([row]), encoding="utf-8")
    done = protokit("eval", made, cwd=tmp_path)
    assert "Item (row 2) is Paper A4, box of 5, not Paper A4 (wrong)" in done.out
    assert re.search(r"^stated cells right +3 of 4", done.out, re.M)


def test_a_document_is_asked_for_by_its_name_and_each_cell_has_its_place(made: Path) -> None:
    answer = protokit("ask", made, "--json", "--input", made / "knowledge/marigold.txt", cwd=made).json
    assert answer["table"]["rows"] == [["Marigold", "3 May 2026", 120.5]]
    quotes = [NOTE[each["quotes"][0]["start"] : each["quotes"][0]["end"]] for each in answer["citations"]]
    assert quotes == ["Marigold", "3 May 2026", "£120.50"]
    assert [cell["citations"] for cell in answer["table"]["cells"][0]] == [[1], [2], [3]]


def test_a_folder_gives_a_row_for_each_document_that_can_be_read(made: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(NOTE, encoding="utf-8")
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.4 broken")
    (tmp_path / "c.txt").write_text(OTHER, encoding="utf-8")
    done = protokit("ask", made, "--json", "--input", tmp_path, cwd=made)
    answers = [json.loads(line) for line in done.out.splitlines()]
    assert [each["table"] and each["table"]["rows"][0][0] for each in answers] == ["Marigold", None, "Heron"]
    assert "b.pdf" in done.err


def test_it_is_scored_cell_by_cell(made: Path) -> None:
    rows = [
        {"question": "marigold.txt", "expected": {"Vessel": "Marigold", "Harbour fee": 120.5}},
        {"question": "heron.txt", "expected": {"Vessel": "Heron", "Harbour fee": None}},
    ]
    (made / "questions.yaml").write_text(json.dumps(rows), encoding="utf-8")
    done = protokit("eval", made, cwd=made)
    assert re.search(r"^right +1 of 2\b", done.out, re.M)
    assert "Harbour fee is 80.0, not not stated (invented)" in done.out


def test_the_sample_is_right_in_every_cell(tmp_path: Path) -> None:
    new(tmp_path, "Make a table of our paperwork", "--blueprint", "extractor")
    card = protokit("eval", tmp_path / "made", "--json", cwd=tmp_path).json["models"][0]
    assert (card["right"]["share"], card["questions"]) == (1.0, 5)


def test_a_model_fills_the_fields_and_what_it_invents_is_not_delivered(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = {
        "Vessel": {"value": "Marigold", "quote": "Vessel: Marigold"},
        "Arrived": None,
        "Harbour fee": {"value": 999, "quote": "Harbour fee: £120.50"},
    }
    with model_server.running() as server:
        server.behaviour = Behaviour(pieces=[json.dumps(said)])
        env = {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": "none"}
        words = ["--json", "--input", NOTE, "--model", f"openai:{MODEL}"]
        answer = protokit("ask", made, *words, cwd=made, env=env).json
        shape = server.asked[-1]["response_format"]["json_schema"]["schema"]
    assert set(shape["properties"]) == {"Vessel", "Arrived", "Harbour fee"}
    assert answer["table"]["rows"] == [["Marigold", None, None]]
    assert "999" in answer["table"]["cells"][0][2]["reason"]
    assert answer["answer"].startswith("- Vessel: Marigold [1]")


def test_a_model_that_wrote_no_json_is_asked_once_more_and_both_calls_are_counted(made: Path) -> None:
    said = json.dumps({"Vessel": {"value": "Marigold", "quote": "Vessel: Marigold"}})
    with model_server.running() as server:
        server.behaviour = Behaviour(replies=[['{"Vessel": "Mari'], [said]])
        env = {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": "none"}
        words = ["--json", "--input", NOTE, "--model", f"openai:{MODEL}"]
        answer = protokit("ask", made, *words, cwd=made, env=env).json
        again = server.asked[-1]["messages"]
        server.behaviour = Behaviour(replies=[["no"], ["no"], [said]])
        hopeless = protokit("ask", made, *words, cwd=made, env=env).json
        asked = len(server.asked)
    assert answer["table"]["rows"] == [["Marigold", None, None]]
    assert [each["role"] for each in again[-2:]] == ["assistant", "user"]
    assert "it is no JSON" in again[-1]["content"]
    assert (answer["tokens_in"], answer["tokens_out"]) == (642, 14)
    assert (hopeless["model"], asked) == ("offline", 4)


@pytest.fixture(scope="module", params=["streamlit", "gradio"])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    place = tmp_path_factory.mktemp(request.param)
    new(place, "Make a table of our paperwork", "--blueprint", "extractor", "--ui", request.param)
    port = own_port()
    with Prototype.open(place / "made").serve(port) as child:
        wait_until_open(child, port)
        yield f"http://localhost:{port}"


@needs_chromium
@pytest.mark.browser
@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_a_stakeholder_sees_the_table_and_the_page_fits(url: str, chromium, size) -> None:
    with window(chromium, url, size) as shown:
        shown.page.get_by_text("facture-morvan.txt").first.wait_for(state="attached")
        shown.page.get_by_text("CSV").first.wait_for()
        shown.shoot(f"extractor-{size[0]}-{url[-5:]}")
        assert shown.overflow() == 0
        assert shown.outside == []


@needs_chromium
@pytest.mark.browser
def test_a_table_with_ones_own_text_is_there_again_when_the_page_is_reloaded(url: str, chromium) -> None:
    with window(chromium, url, DESKTOP) as shown:
        page = shown.page
        page.get_by_text("facture-morvan.txt").first.wait_for(state="attached")
        page.get_by_text("Add documents", exact=True).first.click()
        page.get_by_label("…or paste a text").first.fill(NOTE)
        page.get_by_label("…or paste a text").first.press("Tab")
        page.get_by_role("button", name="Make the table").click()
        page.get_by_text("pasted text").first.wait_for(state="attached")
        page.reload()
        page.get_by_text("pasted text").first.wait_for(state="attached")
