"""Finding by words, fusing with meaning, and what a ranked list looks like to the one who reads it."""

import math
from pathlib import Path

import pytest

from vectorstore.index.docstore import Docstore, DocumentEntry, StoredChunk
from vectorstore.passage import Passage
from vectorstore.search.fusion import fuse

TEXTS = {
    "leave": "Full-time employees earn 25 days of paid annual leave per calendar year.",
    "refund": "Physical goods can be returned within 30 days of delivery.",
    "security": "Passwords must have at least 14 characters.",
    "travel": "Hotels are reimbursed up to 160 EUR a night.",
}


def passage(text: str, file: str = "handbook.md", start: int = 0, heading: str = "") -> Passage:
    return Passage(text, file, start, start + len(text), heading=heading)


def passages(texts: dict[str, str]) -> dict[str, Passage]:
    return {name: passage(text, f"{name}.md") for name, text in texts.items()}


def put(store: Docstore, stored: dict[str, Passage]) -> None:
    """Each passage as a file of its own, found under the name it has here."""
    for name, one in stored.items():
        entry = DocumentEntry(one.file, name, "md", "read")
        store.put(entry, one.text, [StoredChunk(name, 0, one.text, one)])


def built(stored: dict[str, Passage]) -> Docstore:
    store = Docstore(Path(":memory:"))
    chunks = [StoredChunk(name, at, one.text, one) for at, (name, one) in enumerate(stored.items())]
    store.put(DocumentEntry("all", "", "", "read"), "", chunks)
    return store


@pytest.fixture
def store() -> Docstore:
    store = Docstore(Path(":memory:"))
    put(store, passages(TEXTS))
    return store


def best(store: Docstore, question: str) -> str:
    return next(iter(store.search_words(question)), "")


def test_the_passage_with_the_words_is_found(store: Docstore) -> None:
    assert best(store, "How many days of annual leave do employees earn?") == "leave"


def test_a_misspelt_question_finds_the_passage(store: Docstore) -> None:
    assert best(store, "minimum lenght of a pasword in caracters") == "security"


def test_headings_and_file_names_are_searched() -> None:
    found = built(
        {"a": passage("Within 30 days.", heading="Refunds"), "b": passage("Within 14 days.", "warranty.md")}
    )
    assert best(found, "How do refunds work?") == "a"
    assert best(found, "warranty") == "b"


@pytest.mark.parametrize(
    ("texts", "question", "wanted"),
    [
        (
            ["员工每年享有二十五天带薪年假。", "密码至少需要十四个字符。"],
            "年假有多少天?",
            0,
        ),
        (
            ["有給休暇は年に20日あります。", "会議は月曜日に開かれます。"],
            "休暇は何日ありますか",
            0,
        ),
        (
            ["พนักงานลาพักร้อนได้ 10 วัน", "รหัสผ่านต้องมี 14 ตัวอักษร"],
            "รหัสผ่านต้องมีกี่ตัวอักษร",
            1,
        ),
        (
            ["يحصل الموظفون على إجازة سنوية مدتها 25 يوما.", "تتكون كلمة المرور من 14 حرفا."],
            "كم مدة الإجازة السنوية للموظف؟",
            0,
        ),
        (
            ["Los empleados tienen 25 días de vacaciones.", "La contraseña tiene 14 caracteres."],
            "¿Cuántas vacaciones tiene un empleado?",
            0,
        ),
        (
            ["Die Kündigungsfrist beträgt drei Monate.", "Das Passwort hat 14 Zeichen."],
            "Welche Kündigungsfristen gelten?",
            0,
        ),
        (
            ["Les salariés ont 25 jours de congé.", "Le mot de passe a 14 caractères."],
            "Combien de congés a un salarié ?",
            0,
        ),
    ],
)
def test_questions_in_other_languages_need_only_words(texts: list[str], question: str, wanted: int) -> None:
    stored = {str(number): passage(text, "f.md", number * 100) for number, text in enumerate(texts)}
    lexical = built(stored).search_words(question)
    misleading = {name: 0.9 if name != str(wanted) else 0.1 for name in stored}
    assert fuse(question, stored, lexical, misleading)[0].text == texts[wanted]


def test_only_passages_of_the_file_asked_for_are_looked_at(store: Docstore) -> None:
    assert set(store.search_words("days of leave", file="refund.md")) == {"refund"}
    assert set(store.search_words("days of leave", kind="md")) == {"leave", "refund"}
    assert store.search_words("days of leave", kind="pdf") == {}


def test_scores_of_named_passages_are_given_even_if_they_have_no_word(store: Docstore) -> None:
    assert store.search_words("annual leave", limit=1, also=["travel"])["travel"] == 0.0


def test_scores_are_those_of_lucene_also_for_a_word_that_every_passage_holds() -> None:
    one_of_two = built({"a": passage("The refund."), "b": passage("The parking.", start=20)})
    assert one_of_two.search_words("refund") == pytest.approx({"a": math.log1p(1.5 / 1.5)})
    every = built({str(at): passage("The refund.", start=20 * at) for at in range(3)})
    assert every.search_words("refund") == pytest.approx(dict.fromkeys("012", math.log1p(0.5 / 3.5)))


def test_an_index_that_followed_changes_finds_the_same_as_one_built_anew(store: Docstore) -> None:
    new = passages({"lunch": "Lunch is free on Fridays.", "travel": "Hotels cost up to 180 EUR a night."})
    store.drop("security.md")
    store.drop("travel.md")
    put(store, new)
    kept = {name: text for name, text in passages(TEXTS).items() if name not in ("security", "travel")}
    anew = built(kept | new)
    for question in ("free lunch", "hotels a night", "days", "passwords"):
        assert store.search_words(question) == pytest.approx(anew.search_words(question))


def test_an_empty_index_finds_nothing() -> None:
    assert built({}).search_words("anything") == {}
    assert fuse("anything", {}, {}, {}) == []


@pytest.mark.parametrize("question", ['a "quoted" AND', "NEAR(x) OR *", "\ud800half", "col: -x ^y", "\x00"])
def test_no_sign_in_a_question_is_taken_for_a_command(store: Docstore, question: str) -> None:
    assert best(store, f"{question} annual leave") == "leave"


def test_meaning_finds_what_shares_no_word() -> None:
    stored = passages(TEXTS)
    question = "How much vacation do workers have?"
    lexical = built(stored).search_words(question, also=stored)
    dense = {"leave": 0.62, "refund": 0.11, "security": 0.05, "travel": 0.2}
    assert fuse(question, stored, lexical, dense)[0].file == "leave.md"


def test_support_is_high_for_what_bears_on_the_question_and_low_for_what_does_not() -> None:
    stored = passages(TEXTS)
    question = "How many days of annual leave do employees earn?"
    lexical = built(stored).search_words(question, also=stored)
    dense = {"leave": 0.75, "refund": 0.2, "security": 0.02, "travel": 0.1}
    found = {hit.file: hit.support for hit in fuse(question, stored, lexical, dense)}
    assert found["leave.md"] > 0.8
    assert found["security.md"] < 0.2
    assert all(0 <= value <= 1 for value in found.values())


def test_near_identical_passages_come_once_unless_their_figures_differ() -> None:
    text = "The annual leave of full time employees is {} days and is granted by the line manager on request"
    stored = {
        "one": passage(text.format(25), "a.md"),
        "copy": passage(text.format(25) + ".", "b.md"),
        "other year": passage(text.format(27), "c.md"),
    }
    found = fuse("annual leave", stored, dict.fromkeys(stored, 3.0), {})
    assert len(found) == 2
    assert {hit.text.split(" days")[0][-2:] for hit in found} == {"25", "27"}


def test_neighbours_in_a_section_become_one_passage_with_right_offsets() -> None:
    source = "Leave is 25 days.\n\nIt must be requested early.\n\nParking is free."
    spans = [(0, 17), (19, 46), (48, 64)]
    stored = {
        str(at): Passage(source[a:b], "h.md", a, b, heading="Leave" if at < 2 else "Parking")
        for at, (a, b) in enumerate(spans)
    }
    found = fuse("leave requested", stored, {"0": 3.0, "1": 2.5, "2": 0.0}, {}, source=lambda file: source)
    assert found[0].text == "Leave is 25 days.\n\nIt must be requested early."
    assert all(source[hit.start : hit.end] == hit.text for hit in found)
    assert len(found) == 2
