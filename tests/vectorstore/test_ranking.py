"""Finding by words, fusing with meaning, and what a ranked list looks like to the one who reads it."""

from pathlib import Path

import pytest

from vectorstore.index.lexical_index import Bm25Index
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


@pytest.fixture
def ranker() -> Bm25Index:
    return Bm25Index.build(passages(TEXTS))


def best(ranker: Bm25Index, question: str) -> str:
    return next(iter(ranker.words(question)), "")


def test_the_passage_with_the_words_is_found(ranker: Bm25Index) -> None:
    assert best(ranker, "How many days of annual leave do employees earn?") == "leave"


def test_a_misspelt_question_finds_the_passage(ranker: Bm25Index) -> None:
    assert best(ranker, "minimum lenght of a pasword in caracters") == "security"


def test_headings_and_file_names_are_searched() -> None:
    found = Bm25Index.build(
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
    lexical = Bm25Index.build(stored).words(question)
    misleading = {name: 0.9 if name != str(wanted) else 0.1 for name in stored}
    assert fuse(question, stored, lexical, misleading)[0].text == texts[wanted]


def test_only_allowed_passages_are_looked_at(ranker: Bm25Index) -> None:
    assert set(ranker.words("days of leave", allowed={"refund", "travel"})) == {"refund"}


def test_scores_of_named_passages_are_given_even_if_they_have_no_word(ranker: Bm25Index) -> None:
    assert ranker.words("annual leave", limit=1, also=["travel"])["travel"] == 0.0


def test_an_updated_index_equals_one_built_anew(ranker: Bm25Index) -> None:
    new = passages({"lunch": "Lunch is free on Fridays.", "travel": "Hotels cost up to 180 EUR a night."})
    updated = ranker.updated(new, removed=["security"])
    kept = {name: text for name, text in passages(TEXTS).items() if name not in ("security", "travel")}
    built = Bm25Index.build(kept | new)
    for question in ("free lunch", "hotels a night", "days", "passwords"):
        assert updated.words(question) == pytest.approx(built.words(question))


def test_a_saved_index_is_the_same_when_loaded(ranker: Bm25Index, tmp_path: Path) -> None:
    ranker.save(tmp_path / "deep" / "words.index")
    loaded = Bm25Index.load(tmp_path / "deep" / "words.index")
    assert loaded is not None
    assert loaded.words("annual leave days") == ranker.words("annual leave days")
    assert loaded.updated({}, removed=["leave"]).words("annual") == {}


def test_a_damaged_or_missing_index_is_none(ranker: Bm25Index, tmp_path: Path) -> None:
    file = tmp_path / "words.index"
    assert Bm25Index.load(file) is None
    ranker.save(file)
    file.write_bytes(file.read_bytes()[:200])
    assert Bm25Index.load(file) is None


def test_an_empty_index_finds_nothing(tmp_path: Path) -> None:
    Bm25Index.build({}).save(tmp_path / "empty")
    empty = Bm25Index.load(tmp_path / "empty")
    assert empty is not None
    assert empty.words("anything") == {}
    assert fuse("anything", {}, {}, {}) == []


def test_meaning_finds_what_shares_no_word() -> None:
    stored = passages(TEXTS)
    question = "How much vacation do workers have?"
    lexical = Bm25Index.build(stored).words(question, also=stored)
    dense = {"leave": 0.62, "refund": 0.11, "security": 0.05, "travel": 0.2}
    assert fuse(question, stored, lexical, dense)[0].file == "leave.md"


def test_support_is_high_for_what_bears_on_the_question_and_low_for_what_does_not() -> None:
    stored = passages(TEXTS)
    question = "How many days of annual leave do employees earn?"
    lexical = Bm25Index.build(stored).words(question, also=stored)
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
