"""Questions about tables are computed and said with the rows they rest on, or left alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from protokit.runtime import Question, TableAnswer, answer_from_tables
from vectorstore import KnowledgeBase
from vectorstore.tables.table import Column, Table, TableRow

PLANS = """# Prices

All prices are without tax. Support answers mails on working days.

## Plans

| Plan | Price per user per month (EUR) | Users | Storage (GB) | SSO | Support answer within |
| --- | --- | --- | --- | --- | --- |
| Solo | 0 | 1 | 5 | no | 2 business days |
| Starter | 3.5 | 10 | 50 | no | 1 business day |
| Team | 6.9 | 50 | 200 | yes | 8 hours |
| Business | 11.5 | unlimited | 1000 | yes | 2 hours |
| Enterprise | on request | unlimited | 5000 | yes | 1 hour |
"""
REQUIREMENTS = """# Portal

| ID | Requirement | Priority | Owner | Due |
| --- | --- | --- | --- | --- |
| R1 | Sign in with a link | Must | Ana Ruiz | 2026-03-04 |
| R2 | Export to PDF | Should | Tom Beck | 2026-04-15 |
| R3 | Dark mode | Could | Ana Ruiz | 2026-06-30 |
| R4 | Delete an account | Must | Tom Beck | 2026-03-20 |
"""
LOANS = (
    "loan_id;date;branch;medium;copies;days_overdue\n"
    + "".join(
        f"L-{n:03};2025-{1 + n % 12:02}-{1 + n % 27:02};{('Nord', 'Hafen', 'Mitte')[n % 3]};"
        f"{('book', 'film')[n % 2]};{n % 5 + 1};{n * 7 % 40}\n"
        for n in range(1, 61)
    )
    + "Total;;;;180;\n"
)
STAFF = """Abteilung,Leitung,Mitarbeiter,Budget (EUR)
Einkauf,Jana Roth,12,"1.200.000,00"
Vertrieb,Max Lindner,31,"2.450.500,50"
Technik,Aylin Kaya,48,"3.100.000,00"
"""
CLINICS = """clinic;opened;doctors;visits 2025;fee with insurance (EUR);fee without insurance (EUR)
Lisvale Central;2004-09-13;38;61200;12;35
Lisvale Marina;2011-03-01;12;18450;30;85
Lisvale Pombal;2015-06-22;16;22900;60;180
"""
CONTRACT = """# Verrier contract

| Item | Agreed |
| --- | --- |
| Notice period | 4 months |
| Penalty for late delivery | 3% of the freight for each day |
"""
FLEET = """Numer rejestracyjny,Usługa,Strefa,Rok produkcji,Kierowca,Przebieg (km)
WR 41207,Standard,Polska,2021,Adam Sikora,412300
WR 55310,Ekspres,Polska,2019,Ewa Lis,598720
WR 60011,Standard,Francja,2023,Piotr Gajda,121050
WR 60012,Ekspres,Francja,2023,Olga Zych,98640
"""


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    place = tmp_path_factory.mktemp("tables")
    files = {"prices.md": PLANS, "portal.md": REQUIREMENTS, "loans.csv": LOANS, "Abteilungen.csv": STAFF}
    files |= {"clinics.csv": CLINICS, "contract.md": CONTRACT, "flota.csv": FLEET}
    (place / "docs").mkdir()
    for name, text in files.items():
        (place / "docs" / name).write_text(text, encoding="utf-8")
    with KnowledgeBase.open(place / "store", embedding="none") as opened:
        opened.sync(place / "docs")
        yield opened


def ask(question: str, knowledge: KnowledgeBase) -> TableAnswer:
    answer = answer_from_tables(question, [knowledge])
    assert answer is not None, question
    return answer


@pytest.mark.parametrize(
    ("question", "beginning"),
    [
        ("Which plan is the cheapest?", "Solo is the cheapest plan: 0 EUR per user per month"),
        (
            "What is the most expensive plan?",
            "Business is the most expensive plan: 11.50 EUR per user per month",
        ),
        ("How much is the Business plan?", "11.50 EUR per user per month (Business) [1]."),
        ("What does Team cost?", "6.90 EUR per user per month (Team) [1]."),
        ("pryce of the biznes plan", "11.50 EUR per user per month (Business) [1]."),
        ("Which plans support SSO?", "3 of 5: Team [1], Business [2], Enterprise [3]."),
        ("Which plans do not have SSO?", "2 of 5: Solo [1], Starter [2]."),
        ("Which plans cost more than 5 EUR?", "2 of 5: Team (6.90 EUR per user per month) [1], Business"),
        (
            "Which plans have between 50 and 200 GB of storage?",
            "2 of 5: Starter (50 GB) [1], Team (200 GB) [2].",
        ),
        ("Is Team or Starter cheaper?", "Starter is cheaper: 3.50 EUR per user per month, against 6.90 EUR"),
        (
            "Compare Team and Business",
            "Team and Business differ in price per user per month (6.90 / 11.50 EUR), users",
        ),
        ("Which plan has the most storage?", "Enterprise has the highest storage: 5000 GB"),
        (
            "Which plan has the fastest support answer?",
            "Enterprise has the shortest support answer within: 1 hour",
        ),
        (
            "What is R4?",
            "R4: requirement Delete an account, priority Must, owner Tom Beck and due 2026-03-20 [1].",
        ),
        ("Which requirements are a Must?", "2 of 4: R1 Sign in with a link [1], R4 Delete an account [2]."),
        ("Who is the owner of R2?", "Tom Beck (owner, R2) [1]."),
        ("When is R3 due?", "2026-06-30 (due, R3) [1]."),
        (
            "Which requirements are due before 1 April 2026?",
            "2 of 4: R1 Sign in with a link (2026-03-04) [1], R4",
        ),
        ("Which requirement is due last?", "R3 Dark mode has the latest due: 2026-06-30"),
        (
            "How many loans were there in Nord?",
            "20 of the 60 rows of loans.csv (branch Nord) [1] [2] [3] [4] [5].",
        ),
        ("How many copies of films were lent in Hafen?", None),
        (
            "What is the average of copies for books?",
            "3 on average (copies), over 30 rows of loans.csv (medium book)",
        ),
        ("How many copies in total?", "180 in total (copies), over 60 rows of loans.csv"),
        (
            "How many loans in March 2025?",
            "5 of the 60 rows of loans.csv (date from 2025-03-01 to 2025-03-31) [1]",
        ),
        ("How many branches are there?", "3 different: Hafen, Mitte and Nord"),
        (
            "Welche Abteilung hat die meisten Mitarbeiter?",
            "Technik hat den höchsten Wert bei Mitarbeiter: 48",
        ),
        ("Wie hoch ist das Budget vom Vertrieb?", "2.450.500,50 EUR (Budget, Vertrieb) [1]."),
        ("Wer ist die Leitung vom Einkauf?", "Jana Roth (Leitung, Einkauf) [1]."),
        ("¿Cuál es el plan más barato?", "Solo es lo más barato: 0 EUR per user per month"),
        ("Quel est le forfait le plus cher ?", "Business est le plus cher : 11.50 EUR per user per month"),
        ("Welcher Plan ist am günstigsten?", "Solo ist am günstigsten: 0 EUR per user per month"),
        ("Quanto costa Team?", "6.90 EUR per user per month (Team) [1]."),
        ("Which clinic had the most visits in 2025?", "Lisvale Central has the highest visits 2025: 61200"),
        ("Which clinics were opened between 2010 and 2016?", "2 of 3: Lisvale Marina (2011-03-01) [1], Lis"),
        (
            "How many clinics have a fee without insurance of more than 50 euros?",
            "2 of the 3 rows of clinics",
        ),
        ("How many doctors do we have in all clinics together?", "66 in total (doctors), over 3 rows"),
        ("What is the average number of doctors per clinic?", "22 on average (doctors), over 3 rows"),
        ("What is the notice period in the Verrier contract?", "4 months (agreed, Notice period) [1]."),
        ("Który pojazd ma największy przebieg?", "Najwyższa wartość (Przebieg): WR 55310, 598720 km"),
        ("Ile pojazdów mamy we flocie?", "4 wierszy, flota.csv [1]."),
        ("Kto jeździ pojazdem WR 60012?", "Olga Zych (Kierowca, WR 60012) [1]."),
        ("Which vehicle has the lowest mileage?", "WR 60012 has the lowest przebieg: 98640 km"),
        (
            "Który ma większy przebieg: Standard czy Ekspres do Francji?",
            "Wyższa wartość (Przebieg): Standard",
        ),
    ],
)
def test_a_question_about_a_table_is_answered_with_the_value_first(
    question: str, beginning: str | None, knowledge: KnowledgeBase
) -> None:
    if beginning is None:  # a word that the table does not explain: it is left to the search
        assert answer_from_tables(question, [knowledge]) is None
    else:
        answer = ask(question, knowledge)
        assert answer.text.startswith(beginning), answer.text
        assert answer.found


def test_the_cheapest_that_is_not_free_is_said_too_and_the_gap(knowledge: KnowledgeBase) -> None:
    answer = ask("Which plan is the cheapest?", knowledge)
    assert answer.text == (
        "Solo is the cheapest plan: 0 EUR per user per month (over 4 rows of prices.md) [1]. "
        "The cheapest that is not free is Starter, 3.50 EUR per user per month [2]. "
        "Not counted: Enterprise (on request)."
    )


def test_each_citation_is_the_row_as_it_stands_in_the_file(knowledge: KnowledgeBase) -> None:
    for question in (
        "Which requirements are a Must?",
        "How many loans were there in Nord?",
        "Compare Team and Solo",
    ):
        for citation in ask(question, knowledge).citations:
            passage = citation.passage
            assert knowledge.source_text(passage.file)[passage.start : passage.end] == passage.text
            assert citation.marks
            assert all(0 <= start < end <= len(passage.text) for start, end in citation.marks)
    cited = ask("Which requirements are a Must?", knowledge).citations
    assert [c.passage.text.split(";")[0] for c in cited] == ["ID: R1", "ID: R4"]


def test_rows_that_stand_together_are_one_passage_with_those_that_count_marked(
    knowledge: KnowledgeBase,
) -> None:
    (citation,) = ask("What is the average storage of plans with SSO?", knowledge).citations
    rows = [citation.passage.text[start:end] for start, end in citation.marks]
    assert [row.split(";")[0] for row in rows] == ["Plan: Team", "Plan: Business", "Plan: Enterprise"]


def test_of_many_rows_far_apart_the_first_are_cited(knowledge: KnowledgeBase) -> None:
    citations = ask("How many loans were there in Nord?", knowledge).citations
    assert [citation.number for citation in citations] == [1, 2, 3, 4, 5]
    assert all("branch: Nord" in citation.passage.text for citation in citations)


def test_rows_of_totals_are_left_out_of_sums(knowledge: KnowledgeBase) -> None:
    assert ask("What is the sum of copies?", knowledge).text.startswith("180 in total")


@pytest.mark.parametrize(
    "question",
    [
        "What does the Platinum plan cost?",
        "Who is the owner of R9?",
        "How many loans were there in Altstadt?",
        "What does it cost?",
        "How many loans were there last month?",
        "When does support answer mails?",
        "Is tax included in the prices?",
        "Why is the Business plan so expensive?",
        "How do I cancel the Team plan?",
        "How many customers does Team have?",
        "Write a poem about the Solo plan",
        "Hello, who are you?",
        "",
    ],
)
def test_what_the_tables_do_not_surely_tell_is_left_to_the_search(
    question: str, knowledge: KnowledgeBase
) -> None:
    answer = answer_from_tables(question, [knowledge])
    assert answer is None, answer


def test_a_day_that_no_row_reaches_is_no_zero(knowledge: KnowledgeBase) -> None:
    answer = ask("How many loans were there in January 2019?", knowledge)
    assert not answer.found
    assert answer.text.startswith("loans.csv has rows from 2025-")
    assert answer.citations == ()


def test_columns_that_fit_alike_are_asked_back(tmp_path: Path) -> None:
    rooms = "Room,Price per hour (EUR),Price per day (EUR)\nAtlas,20,150\nOrion,25,120\n"
    answer = one_file(tmp_path, "Which room is the cheapest?", rooms=rooms)
    assert answer
    assert not answer.found
    assert answer.text == "Which one do you mean: price per hour or price per day?"


def test_ties_are_said(tmp_path: Path) -> None:
    answer = one_file(
        tmp_path, "Which room is the cheapest?", rooms="Room,Price (EUR)\nAtlas,20\nOrion,25\nVega,20\n"
    )
    assert answer
    assert answer.text.startswith("Atlas and Vega tie for the lowest price: 20 EUR")


def test_tables_with_the_same_columns_are_told_apart_by_their_files(tmp_path: Path) -> None:
    old = "Step,Owner,Weeks\nDesign,Ana,4\nBuild,Tom,9\n"
    answer = one_file(
        tmp_path, "How many weeks does the build take?", plan_1=old, plan_2=old.replace("9", "12")
    )
    assert answer
    assert answer.text == "plan_2.csv: 12 weeks (Build) [1]. plan_1.csv: 9 weeks (Build) [2]."
    same = one_file(
        tmp_path / "same", "Who is the owner of the build?", plan_1=old, plan_2=old.replace("9", "12")
    )
    assert same
    assert same.text == "Tom (owner, Build) [1] [2]."


def test_a_value_with_sql_in_it_is_a_value(tmp_path: Path) -> None:
    table = "Name,Points\nO'Hara; DROP TABLE rows --,7\nread_csv('/etc/passwd'),9\n"
    answer = one_file(tmp_path, "How many points does O'Hara; DROP TABLE rows -- have?", scores=table)
    assert answer
    assert answer.text.startswith("7 (points, O'Hara; DROP TABLE rows --)")
    answer = one_file(tmp_path / "b", "Which name has the most points?", scores=table)
    assert answer
    assert answer.text.startswith("read_csv('/etc/passwd') has the highest points: 9")


def test_columns_of_one_name_and_of_the_databases_own_are_kept_apart(tmp_path: Path) -> None:
    table = 'row_number,City,city,"Stock ""A"""\n7,Oslo,north,11\n9,Rome,south,13\n'
    answer = one_file(tmp_path, "What is the stock of Rome?", odd=table)
    assert answer
    assert answer.text.startswith("13 (stock")
    assert answer.citations[0].passage.text.startswith("row_number: 9")


def test_the_query_is_told_in_words_and_as_sql(knowledge: KnowledgeBase) -> None:
    answer = ask("What is the average of copies for books?", knowledge)
    assert answer.query == "average of copies where medium is book, in loans.csv"
    assert answer.sql == 'SELECT avg("copies") FROM rows WHERE "medium" = \'book\''


def one_file(place: Path, question: str, **tables: str) -> TableAnswer | None:
    (place / "docs").mkdir(parents=True)
    for name, text in tables.items():
        (place / "docs" / f"{name}.csv").write_text(text, encoding="utf-8")
    with KnowledgeBase.open(place / "store", embedding="none") as opened:
        opened.sync(place / "docs")
        return answer_from_tables(question, [opened])


class Pages:
    """A file whose table goes on over the end of a page."""

    text = "Lab: L1; Tool: paper\nLab: L2; Tool: sheets\nLab: L3; Tool: sheets"

    def tables(self, file: str | None = None) -> list[Table]:
        columns = (Column("Lab"), Column("Tool"))
        first = (TableRow(("L1", "paper"), 0, 20), TableRow(("L2", "sheets"), 21, 42))
        second = (TableRow(("L3", "sheets"), 43, 64), TableRow(("L4", "paper"), 43, 64))
        return [
            Table(columns, first, file="study.pdf", page=4, place="page 4"),
            Table(columns, second, file="study.pdf", page=5, place="page 5"),
        ]

    def source_text(self, file: str) -> str:
        return self.text


def test_a_table_that_goes_on_over_a_page_is_one_and_each_row_has_its_page() -> None:
    answer = answer_from_tables("How many labs use sheets?", [Pages()])
    assert answer
    assert answer.text == "2 of the 4 rows of study.pdf, pages 4-5 (tool sheets) [1] [2]."
    assert [citation.passage.where for citation in answer.citations] == [
        "study.pdf, page 4",
        "study.pdf, page 5",
    ]


def test_of_two_questions_the_table_answers_its_own_and_leaves_the_other(knowledge: KnowledgeBase) -> None:
    both = ask("How many users does Team have, and who is the owner of R2?", knowledge)
    assert both.text == "50 (users, Team) [1]. Tom Beck (owner, R2) [2]."
    assert [citation.number for citation in both.citations] == [1, 2]
    for other, said in (
        ("are the prices without tax?", "All prices are without tax. [2]"),
        (
            "who invented the telephone?",
            "I could not find this in the documents. I looked for: invented, telephone.",
        ),
    ):
        question = f"How many users does Team have, and {other}"
        one = ask(question, knowledge)
        assert one.rest == other
        passages = one.before(knowledge.search(question))
        assert Question(question, passages, computed=one).offline().text == f"50 (users, Team) [1]. {said}"
