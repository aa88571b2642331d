"""A no asks back: an unclear line gets examples to pick from, another wish what can be made of it, two wishes both."""

import json
import os
from pathlib import Path

import pytest

from protokit.catalog import lookup
from protokit.drafting.second_wish import second_wish
from protokit.spec.prototype_spec import read_spec
from tests.support.terminal import protokit, tree

UNCLEAR, BEYOND = "hr", "Generate logos from a description"
TWO = "Summarize our meeting notes, then let people ask about them"
NEAREST = "Which of these is nearest?"


def made(place: Path) -> dict[str, str]:
    """Folder -> its blueprint, of all that was made in `place`."""
    specs = {path.parent.name: read_spec(path) for path in sorted(place.glob("*/prototype.yaml"))}
    return {name: spec.blueprint.partition("@")[0] for name, spec in specs.items()}


if os.name != "nt":
    from tests.support.pseudo_terminal import typed

    def test_an_unclear_line_gets_one_question_and_enter_makes_the_first(tmp_path: Path) -> None:
        code, shown = typed([(NEAREST, "\n")], "new", UNCLEAR, cwd=tmp_path)
        assert code == 0, shown
        assert [f"  {n}  " in shown for n in (1, 2, 3, 4)] == [True, True, True, False]
        assert "A chatbot that answers questions about hr" in shown
        assert "Change anything?" not in shown
        assert list(made(tmp_path).values()) == ["chatbot"]

    def test_a_number_takes_another_line_and_a_line_of_one_s_own_is_an_answer(tmp_path: Path) -> None:
        (tmp_path / "second").mkdir()
        (tmp_path / "own").mkdir()
        code, shown = typed([(NEAREST, "2\n")], "new", UNCLEAR, cwd=tmp_path / "second")
        assert code == 0, shown
        assert list(made(tmp_path / "second").values()) != ["chatbot"]
        own = "Summarize our weekly meeting notes"
        code, shown = typed([(NEAREST, f"{own}\n")], "new", UNCLEAR, cwd=tmp_path / "own")
        assert code == 0, shown
        assert list(made(tmp_path / "own").values()) == ["summarizer"]

    def test_a_no_names_what_could_be_made_and_enter_makes_it(tmp_path: Path) -> None:
        code, shown = typed([("What can be made of it", "\n")], "new", BEYOND, cwd=tmp_path)
        assert code == 0, shown
        assert "a document search, which would not make or read a picture" in shown
        assert list(made(tmp_path).values()) == ["rag-search"]

    def test_who_leaves_at_the_question_gets_nothing(tmp_path: Path) -> None:
        code, shown = typed([(NEAREST, "q\n")], "new", UNCLEAR, cwd=tmp_path)
        assert code != 0
        assert "Traceback" not in shown
        assert tree(tmp_path) == {}

    def test_b_makes_both_of_two_wishes(tmp_path: Path) -> None:
        code, shown = typed([("b makes both", "b\n")], "new", TWO, cwd=tmp_path)
        assert code == 0, shown
        assert "\u201clet people ask about them\u201d, which a chatbot would do" in shown
        assert sorted(made(tmp_path).values()) == ["chatbot", "summarizer"]


@pytest.mark.parametrize(("line", "count", "kind"), [(UNCLEAR, 3, "chatbot"), (BEYOND, 1, "rag-search")])
def test_where_nobody_can_be_asked_a_no_is_data_and_no_success(
    tmp_path: Path, line: str, count: int, kind: str
) -> None:
    done = protokit("new", line, "--json", cwd=tmp_path)
    assert done.code == 1
    no = json.loads(done.out)
    assert no["folder"] is None
    assert no["question"]
    assert len(no["alternatives"]) == count
    assert kind in [each["blueprint"] for each in no["alternatives"]]
    plain = protokit("new", line, "--yes", cwd=tmp_path)
    assert plain.code == 1
    assert all(each["line"] in plain.err for each in no["alternatives"] if count > 1)
    assert "--blueprint" in plain.err
    assert tree(tmp_path) == {}
    first = no["alternatives"][0]
    again = protokit("new", first["line"], "--blueprint", first["blueprint"], "--json", cwd=tmp_path)
    assert again.code == 0, again.err


def test_an_unclear_line_is_answered_in_its_language(tmp_path: Path) -> None:
    done = protokit("new", "irgendwas mit KI", "--json", cwd=tmp_path)
    lines = " ".join(each["line"] for each in json.loads(done.out)["alternatives"])
    assert any(word in lines for word in ("Verträge", "Mitarbeiter", "einordnen", "Berichte"))


def test_two_wishes_are_both_told_and_a_flag_makes_both(tmp_path: Path) -> None:
    one = protokit("new", TWO, "--json", cwd=tmp_path)
    assert one.code == 0, one.err
    assert one.json["also"]["words"] == "let people ask about them"
    assert one.json["also"]["made"] is None
    assert "which a chatbot would do: --also makes it too" in one.err
    two = protokit("new", TWO, "--also", "--out", "both", "--json", cwd=tmp_path)
    assert two.code == 0, two.err
    assert two.json["also"]["made"]["folder"] == "both-chatbot"
    assert made(tmp_path)["both"] == "summarizer"
    assert made(tmp_path)["both-chatbot"] == "chatbot"


def test_both_or_none_are_made(tmp_path: Path) -> None:
    (tmp_path / "both-chatbot").mkdir()
    (tmp_path / "both-chatbot" / "mine.txt").write_text("mine")
    done = protokit("new", TWO, "--also", "--out", "both", cwd=tmp_path)
    assert done.code == 1
    assert not (tmp_path / "both").exists()
    assert [path.name for path in (tmp_path / "both-chatbot").iterdir()] == ["mine.txt"]


def test_a_second_wish_that_is_not_there_is_not_made_up(tmp_path: Path) -> None:
    done = protokit("new", "Summarize our meeting notes", "--also", cwd=tmp_path)
    assert done.code == 1
    assert "one wish was heard" in done.err
    assert tree(tmp_path) == {}


@pytest.mark.parametrize(
    ("line", "made_kind", "other"),
    [
        ("Extract totals from invoices and chart them by month", "extractor", "data-analyst"),
        ("resumir reuniones y clasificar los correos", "summarizer", "classifier"),
        ("Search our contracts; also pull parties and dates into a spreadsheet", "extractor", "rag-search"),
        ("Answer questions about our handbook and translate the answers into Polish", "chatbot", "writer"),
        ("Answer questions about our handbook and draw a picture of each answer", "chatbot", None),
    ],
)
def test_the_wish_that_is_left_is_heard(line: str, made_kind: str, other: str | None) -> None:
    wish = second_wish(line, made_kind)
    assert wish is not None
    assert wish.blueprint == other
    assert wish.words in line
    assert (wish.beyond is None) == (other is not None)


@pytest.mark.parametrize(
    "line",
    [
        "A chatbot for employees and managers",
        "Extract vendor, date and total from invoices",
        "Sort tickets by urgency and department",
        "Summarize reports and minutes into decisions and tasks",
    ],
)
def test_an_and_is_no_second_wish(line: str) -> None:
    assert all(second_wish(line, name) is None for name in lookup.blueprints())


def test_many_alike_forms_are_offered_as_a_table(tmp_path: Path) -> None:
    (tmp_path / "orders").mkdir()
    for number in range(6):
        text = (
            f"Order\n\nCustomer: Firm {number}\nAmount: {number}5.00 EUR\nDelivery date: {number + 1} March\n"
        )
        (tmp_path / "orders" / f"order{number}.txt").write_text(text, encoding="utf-8")
    done = protokit("new", "ask our orders", "--docs", "orders", "--json", cwd=tmp_path)
    assert done.code == 0, done.err
    assert done.json["also"]["blueprint"] == "extractor"
    assert set(done.json["also"]["fields"]) >= {"Customer", "Amount", "Delivery date"}
    assert "an extractor would make a table of them: --also makes it too" in done.err


@pytest.mark.parametrize("line", ["", "hr", BEYOND])
def test_tables_alone_are_analysed_whatever_the_line_leaves_open(tmp_path: Path, line: str) -> None:
    (tmp_path / "sales.csv").write_text("month,shop,revenue\n2026-01,North,120\n2026-02,South,80\n")
    done = protokit("new", line, "--docs", "sales.csv", "--json", cwd=tmp_path)
    assert done.code == 0, done.err
    assert done.json["blueprint"].startswith("data-analyst@")
