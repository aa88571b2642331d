"""Summaries by the kind of text: what leads in news, what an abstract contributes, what a report decides; never what
belongs to the page and not to the text."""

from itertools import product
from pathlib import Path

import pytest
import yaml

from protokit.runtime.summarization import Length, extractive_summary

KINDS = yaml.safe_load(
    (Path(__file__).parents[2] / "benchmarks" / "data" / "kinds.yaml").read_text(encoding="utf-8")
)
TOPICS = ("bridge", "museum", "tram", "market", "school", "river", "stadium", "library", "park", "harbour")


def told(text: str, length: Length = "short") -> str:
    return "\n".join(point.text for point in extractive_summary(text, length=length).points)


@pytest.mark.parametrize("row", KINDS["news"], ids=lambda row: row["text"][:20])
def test_a_short_summary_of_news_begins_with_what_happened(row: dict[str, str]) -> None:
    assert told(row["text"]).startswith(row["text"].split(".")[0])


@pytest.mark.parametrize("row", KINDS["abstracts"], ids=lambda row: row["text"][:20])
def test_a_short_summary_of_an_abstract_says_what_the_work_does(row: dict[str, str]) -> None:
    assert any(
        words in told(row["text"]) for words in ("We propose", "we present", "We study", "We introduce")
    )


def test_a_report_is_told_by_its_decisions_first() -> None:
    parts = [
        f"## {topic.title()}\n\nThe {topic} of the town was repaired in spring. Visitors often ask about the "
        f"{topic} and its history. The council pays for the upkeep of the {topic} with a small sum every year.\n\n"
        for topic in TOPICS
    ]
    decision = "The council closes the old quay to cars from May and gives the money to the ferry."
    text = "# Yearly report\n\n" + "".join(parts) + f"## Decisions\n\n{decision}\n"
    assert decision in told(text)


@pytest.mark.parametrize(("length", "most"), [("short", 50), ("medium", 120), ("long", 300)])
@pytest.mark.parametrize("kind", ["article", "talk", "report"])
def test_a_long_text_of_any_kind_keeps_to_the_words_of_its_length(
    length: Length, most: int, kind: str
) -> None:
    begins, ends = ("Ber", "Kal", "Mor", "Sal", "Tor", "Vin"), ("by", "en", "as", "um")
    names = ["".join(parts) for parts in product(begins, TOPICS, ends)]
    said = [
        f"{names[n]} asked {names[-n]} for lamps in {names[n * 7 % 240]} and {names[n * 11 % 240]}."
        for n in range(1, 120)
    ]
    front = {"article": ("", "\n"), "talk": ("Anna: ", "Ben: "), "report": ("## Part\n\n", "")}[kind]
    text = "\n\n".join(front[n % 2] + sentence for n, sentence in enumerate(said))
    summary = extractive_summary(text, length=length)
    assert most / 2 < summary.words_out <= most


def test_running_heads_page_numbers_and_contents_lists_are_never_quoted() -> None:
    pages = [
        f"Harbour Trust annual report\n\nThe {topic} was repaired in spring and cost {n + 2} million euros.\n\n"
        f"The {topic} committee wants more lamps because visitors asked for them.\n\nconfidential Page {n} of 10"
        for n, topic in enumerate(TOPICS, 1)
    ]
    text = "Contents\n\n1 Traffic ........ 4\n\n2 Safety ........ 9\n\n" + "\n\n".join(pages)
    for length in ("short", "medium", "long"):
        summary = told(text, length)
        assert "committee" in summary or "repaired" in summary
        assert not any(noise in summary for noise in ("confidential", "Harbour Trust", "....", "Page"))


def test_the_header_of_a_table_is_no_point() -> None:
    rows = "Plan | Price | Users\nPlan: Solo; Price: 0; Users: 1\nPlan: Team; Price: 6.90; Users: 10\n"
    assert "Plan | Price" not in told("# Price list\n\n" + rows)
    sheet = "# Prices\n\n" + rows + "\n# Rules\n\nAll prices include tax and are paid a year ahead.\n"
    assert "Plan: " in told(sheet, "medium")


MEETING = """Meeting of 3 May
Present: Tomas Berg, Ines Roth
Tomas: The printer is late again. We need another one.
Ines: I know a printer in Lund. AGREED: we ask them for an offer.
"""


@pytest.mark.parametrize(
    ("lines", "tasks"),
    [
        (
            "ACTIONS\n- Tomas Berg: send the offer by 10 May.\n- **Ines**: call the printer\n- none\n"
            "Next meeting: 7 May",
            [("Tomas Berg", "send the offer", "by 10 May"), ("Ines", "call the printer", "")],
        ),
        (
            "Action items:\n1. Tomas – send the offer\n2. Ines and Tomas review the plan\n3. Update documents\n\n"
            "We left.",
            [
                ("Tomas", "send the offer", ""),
                ("Ines and Tomas", "review the plan", ""),
                ("", "Update documents", ""),
            ],
        ),
        ("Next steps\n- next step: Ines sends the plan by Friday", [("Ines", "sends the plan", "by Friday")]),
        (
            "Owner | Task | Due\nTomas | send the offer | 5 May\nInes | |",
            [("Tomas", "send the offer", "5 May")],
        ),
        (
            "task | owner | due | status_on_4_may\n"
            "task: send the offer; owner: Tomas; due: 5 May; status_on_4_may: open\n"
            "task: call the printer; owner: Ines; due: 6 May; status_on_4_may: done",
            [("Tomas", "send the offer", "5 May")],
        ),
    ],
)
def test_lists_and_tables_of_tasks_say_who_what_and_by_when(
    lines: str, tasks: list[tuple[str, str, str]]
) -> None:
    points = extractive_summary(f"{MEETING}\n{lines}\n", shape="actions").points
    assert [(point.who, point.what, point.by_when) for point in points] == tasks


@pytest.mark.parametrize(
    ("text", "tasks"),
    [
        (
            "Protokoll der Besprechung\n\nWir haben über die Druckerei gesprochen.\n\nMaßnahmen\n"
            "- Tomas: das Angebot bis Freitag schicken",
            [("Tomas", "das Angebot bis Freitag schicken", "bis Freitag")],
        ),
        (
            "Acta de la reunión\n\nHablamos de la imprenta y de los plazos.\n\nTareas pendientes\n"
            "- Tomás: enviar la oferta antes del 5 de mayo",
            [("Tomás", "enviar la oferta", "antes del 5 de mayo")],
        ),
        (
            "Compte rendu de la réunion\n\nNous avons parlé de l'imprimerie.\n\nActions à mener\n"
            "- Inès : appeler l'imprimeur avant lundi",
            [("Inès", "appeler l'imprimeur", "avant lundi")],
        ),
        (
            "Verbale della riunione\n\nAbbiamo parlato della tipografia e dei tempi che non sono stati rispettati.\n\n"
            "Azioni\n- Ines - chiamare la tipografia entro venerdì",
            [("Ines", "chiamare la tipografia", "entro venerdì")],
        ),
        (
            "Ata da reunião\n\nFalamos da gráfica e dos prazos que não foram cumpridos.\n\nTarefas\n"
            "- Inês: ligar para a gráfica até 5 de maio",
            [("Inês", "ligar para a gráfica", "até 5 de maio")],
        ),
        (
            "Notulen van de vergadering\n\nWe hebben het over de drukker gehad en over de planning.\n\nActiepunten\n"
            "- Ines: de drukker bellen vóór vrijdag",
            [("Ines", "de drukker bellen", "vóór vrijdag")],
        ),
        ("会议纪要\n\n我们讨论了印刷厂的问题。\n\n行动项\n- 王伟：预订会议室", [("王伟", "预订会议室", "")]),
    ],
)  # fmt: skip
def test_lists_of_tasks_are_read_in_other_languages(text: str, tasks: list[tuple[str, str, str]]) -> None:
    points = extractive_summary(text, shape="actions").points
    assert [(point.who, point.what, point.by_when) for point in points] == tasks


@pytest.mark.parametrize(
    "text",
    [
        "# Changes\n\nDate | Description\nDate: 3 May; Description: Labels print twice as fast\n",
        "# Sub-processors\n\nName: Chartlake; Purpose: analytics; Country: Canada\n",
        "# Events\n\nWhat | When\nWhat: Open day; When: 3 May\n",
    ],
)
def test_a_table_that_gives_nobody_a_task_has_no_action_items(text: str) -> None:
    assert not extractive_summary(text, shape="actions").points
