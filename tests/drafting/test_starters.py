"""Starter questions: made from the PM's documents, asked of the real offline engine, read as a person's."""

import re
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from protokit.drafting.starters.candidates import generate_candidates
from protokit.drafting.starters.document_preview import preview_documents
from protokit.drafting.starters.select_starters import TrialAnswer, starter_questions
from protokit.drafting.starters.sentence_questions import from_sentence
from protokit.drafting.starters.table_questions import from_label
from protokit.runtime import Question
from protokit.runtime.qa.offline_answer import answer
from tests.support.work import calls

HANDBOOK = """# Leave policy

## Annual leave

Full-time employees get 25 working days of annual leave a year. Employees may carry over unused days until 31 March.

## Parental leave

The notice period is three months. Parental leave is a period of paid time off that starts after the birth of a child.

## How do I report sick leave?

Call your manager before 9 am. The certificate must be sent within three days.
"""
BRIDGE = """The Golden Gate Bridge is a suspension bridge spanning the strait between San Francisco Bay and the Pacific
Ocean. The Golden Gate Bridge was opened in 1937. The toll for cars is $9.75. About 112,000 vehicles cross it each day.
In 1987, half a million people walked across the bridge.
"""
CURIE = """Marie Curie was a physicist and chemist who conducted pioneering research on radioactivity. Radium was
discovered by Marie Curie in 1898. The Curie Institute was founded in 1920. Polonium was named after Poland.
"""
RECEIPT = """TECHSHOP

Date: 11/23/2024
Cashier: Emily Rodriguez
Register: POS-07

Wireless mouse 59.99
SUBTOTAL $863.91
TOTAL $821.14

Points Earned: 821

Thank you for shopping! www.techshop.example
"""


def rows(folder: Path, language: str = "en", **documents: str) -> list[dict[str, Any]]:
    """The starters that are made for these documents (name with _ for the last point -> text)."""
    paths = {}
    for name, text in documents.items():
        path = folder / ".".join(name.rsplit("_", 1))
        path.write_text(text, encoding="utf-8")
        paths[path.name] = path
    with preview_documents(paths) as trial:
        return trial.starters(language)


def questions(folder: Path, **documents: str) -> list[str]:
    return [row["question"] for row in rows(folder, **documents)]


@pytest.mark.parametrize(
    ("sentence", "question", "answer"),
    [
        (
            "The work placement lasts 20 weeks, split into two blocks.",
            "How long does the work placement last?",
            "20 weeks",
        ),
        ("Card payments in a shop cost 2 EUR.", "How much do card payments in a shop cost?", "2 EUR"),
        ("A birth must be reported within seven days.", "How soon must a birth be reported?", "seven days"),
        ("Lost property is kept for eight weeks.", "How long is lost property kept?", "eight weeks"),
        ("3.2 Invoices are payable within 30 days.", "How soon are invoices payable?", "30 days"),
        ("Korea was annexed in 1910.", "When was Korea annexed?", "1910"),
        ("Radium was discovered by Marie Curie.", "Who discovered Radium?", "Marie Curie"),
        (
            "The finance team approves all invoices above 5,000 EUR.",
            "Who approves all invoices above 5,000 EUR?",
            "",
        ),
        (
            "In 1066, Duke William conquered England with an army.",
            "When did Duke William conquer England?",
            "1066",
        ),
        ("If you lose your card, call us at once.", "What happens if I lose my card?", ""),
        ("To reset your password, open the settings.", "How do I reset my password?", ""),
        ("You have to submit a claim within 30 days.", "How soon do I have to submit a claim?", "30 days"),
        (
            "Company cards may not be used for private purchases.",
            "Can company cards be used for private purchases?",
            "",
        ),
        ("Polonium was named after Poland by its discoverer.", "What was Polonium named after?", ""),
        ("Marie Curie was a Polish physicist and chemist.", "Who was Marie Curie?", ""),
    ],
)
def test_a_sentence_gives_the_question_it_answers(sentence: str, question: str, answer: str) -> None:
    asked = {each.question: each.answer for each in from_sentence(sentence, sentence)}
    assert question in asked
    assert answer in asked[question]


@pytest.mark.parametrize(
    "sentence",
    [
        "This was founded in 1990 by them.",
        "It must be reported within seven days.",
        "Whoever is late has to wait for 15 minutes.",
        "Copyright 2024 was reserved in 2024. All rights reserved.",
        "They conquered England in 1066.",
        "Mary said the crew was launched in 1967.",
        "The accident cover replaces goods.",
        "They began on 1 July 2022 and end in 2032.",
    ],
)
def test_a_sentence_that_needs_its_neighbours_gives_none(sentence: str) -> None:
    assert list(from_sentence(sentence, sentence)) == []


def test_a_label_is_asked_for_by_what_it_holds() -> None:
    said = {line: [each.question for each in from_label(line)] for line in RECEIPT.splitlines() if line}
    assert said["Cashier: Emily Rodriguez"] == ["Who is the cashier?"]
    assert said["TOTAL $821.14"] == ["What is the total?"]
    assert said["Points Earned: 821"] == ["How many points were earned?"]
    assert said["Register: POS-07"] == said["Date: 11/23/2024"] == []


@pytest.mark.parametrize(
    "documents",
    [
        {"handbook_md": HANDBOOK},
        {"bridge_txt": BRIDGE},
        {"curie_txt": CURIE},
        {"bridge_txt": BRIDGE, "curie_txt": CURIE, "receipt_txt": RECEIPT},
        {
            "note_txt": "The bakery opens at 7:00. Bread costs 3 EUR. The owner is Maria Keller. "
            "Orders must be placed before 16:00."
        },
        {
            "prices_csv": "Product,Category,Price\nOak table,Furniture,450 EUR\n"
            "Desk lamp,Lighting,39 EUR\nShelf,Furniture,120 EUR\n"
        },
    ],
    ids=lambda documents: "+".join(documents),
)
def test_four_facts_give_four_starters_that_the_engine_answers(
    documents: dict[str, str], tmp_path: Path
) -> None:
    made = rows(tmp_path, **documents)
    assert len({row["question"] for row in made}) == 4
    with preview_documents({path.name: path for path in tmp_path.iterdir()}) as trial:
        for row in made:
            text, citations, answered = answer(
                Question(row["question"], trial.knowledge.search(row["question"]))
            )
            assert answered, row
            assert set(row["cites"]) <= {citation.passage.file for citation in citations}
            assert all(words in text for words in row.get("must_contain", ()))


def test_starters_come_from_several_files(tmp_path: Path) -> None:
    made = rows(tmp_path, handbook_md=HANDBOOK, bridge_txt=BRIDGE, curie_txt=CURIE, receipt_txt=RECEIPT)
    assert len({file for row in made for file in row["cites"]}) == 4


def test_a_second_file_with_little_in_it_still_gets_one(tmp_path: Path) -> None:
    made = rows(
        tmp_path,
        handbook_md=HANDBOOK,
        note_txt="The canteen in Bonn serves fish and bread on the second floor.",
    )
    assert {file for row in made for file in row["cites"]} == {"handbook.md", "note.txt"}


def test_starters_differ_from_one_another(tmp_path: Path) -> None:
    for one, other in combinations(questions(tmp_path, handbook_md=HANDBOOK, bridge_txt=BRIDGE), 2):
        a, b = (set(re.findall(r"\w{4,}", question.lower())) for question in (one, other))
        assert len(a & b) <= len(a | b) / 2


def test_the_best_known_facts_come_before_broad_questions(tmp_path: Path) -> None:
    made = questions(tmp_path, handbook_md=HANDBOOK)
    assert "How many working days of annual leave do full-time employees get?" in made
    assert "How do I report sick leave?" in {
        each.question for each in generate_candidates({"a.md": HANDBOOK})
    }
    assert not any(question.startswith("What should I know") for question in made)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "El periodo de prueba es de tres meses para todos. El envío a casa cuesta 5 euros. El teletrabajo es una "
            "modalidad de trabajo desde casa. Los empleados tienen derecho a 23 días laborables de vacaciones al año.",
            {
                "¿Cuánto dura el periodo de prueba?",
                "¿Cuánto cuesta el envío a casa?",
                "¿Qué es el teletrabajo?",
            },
        ),
        (
            "Le préavis dure trois mois pour les locataires. Le loyer mensuel est de 820 euros avec les charges. "
            "Une place de parking coûte 60 euros par mois. L'état des lieux est un document signé par tous.",
            {"Combien de temps dure le préavis ?", "À combien s'élève le loyer mensuel ?"},
        ),
        (
            "Die Probezeit beträgt sechs Monate und bleibt so. Das Jobticket kostet 29 Euro im Monat. "
            "Das Homeoffice ist eine Form der Arbeit von zu Hause. Alle Beschäftigten erhalten 30 Urlaubstage im Jahr.",
            {"Wie lange ist die Probezeit?", "Wie viel kostet das Jobticket?", "Was ist das Homeoffice?"},
        ),
        (
            "全职员工每年享有15天带薪年假。试用期为三个月。住宿标准为每天500元。远程办公是一种在家工作的安排,每周最多两天。",
            {"全职员工每年有多少天带薪年假?", "试用期是多长时间?", "什么是远程办公?"},
        ),
    ],
    ids=["es", "fr", "de", "zh"],
)
def test_other_languages_are_asked_in_their_own_words(text: str, wanted: set[str], tmp_path: Path) -> None:
    made = questions(tmp_path, note_txt=text)
    assert len(made) == 4
    assert wanted <= set(made)


def test_headings_serve_where_no_sentence_does(tmp_path: Path) -> None:
    text = "# ハンドブック\n\n## 有給休暇\n\n"
    text += "正社員は休暇を上司に二週間前までに申請してください。必ず書面でお願いします。\n\n"
    text += (
        "## 試用期間\n\n期間中は双方が一週間前の通知で契約を終了できます。詳細は人事部に確認してください。\n"
    )
    made = questions(tmp_path, guide_md=text)
    assert {"有給休暇について教えてください。", "試用期間について教えてください。"} <= set(made)


def test_a_question_that_two_places_answer_differently_is_not_asked() -> None:
    texts = {"a.txt": "Bread costs 3 EUR a loaf.", "b.txt": "Bread costs 4 EUR a loaf."}
    assert "How much does bread cost?" in {
        each.question for each in generate_candidates({"a.txt": texts["a.txt"]})
    }
    assert "How much does bread cost?" not in {each.question for each in generate_candidates(texts)}


def test_a_question_that_another_sentence_answers_is_not_kept() -> None:
    def ask(question: str) -> TrialAnswer:
        return TrialAnswer("The notice period is three months.", ("leave.md",))

    chosen = starter_questions({"leave.md": HANDBOOK}, ask)
    assert [each.answer for each in chosen if "notice" in each.question] == ["three months"]
    assert not any("annual leave do" in each.question for each in chosen)


def test_the_engine_is_asked_sixty_times_at_most() -> None:
    asked: list[str] = []
    text = "\n\n".join(f"The item number{n} costs {n} EUR a day." for n in range(10, 300))
    assert starter_questions({"a.txt": text}, asked.append) == ()  # type: ignore[arg-type,func-returns-value]
    assert len(asked) == len(set(asked)) == 60


def test_documents_without_a_word_to_ask_for_give_no_starters(tmp_path: Path) -> None:
    assert rows(tmp_path, a_csv="1;2\n3;4\n") == []


def test_twice_the_documents_take_twice_the_work() -> None:
    texts = {
        f"{number}.md": f"Handbook of office {number}.\n\n"
        + (HANDBOOK + BRIDGE + CURIE).replace("three", str(number))
        for number in range(20)
    }
    ten = dict(list(texts.items())[:10])
    assert calls(lambda: generate_candidates(texts)) < 3 * calls(lambda: generate_candidates(ten))
