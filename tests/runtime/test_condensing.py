"""Condensing as readers see it: quotes with offsets, every section heard, nothing cut and nothing invented."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protokit.runtime.summarization import Length, Point, Shape, Summary, extractive_summary
from protokit.runtime.summarization.coreference import leaning
from tests.support.work import calls
from vectorstore.text.sentences import split

REPORT = """# Harbour report 2026

## Traffic
The harbour handled 4,210 ships in 2026. However, this was fewer than in the year before. Container traffic grew \
by 8 percent because the northern line opened in May.

## Safety
Three accidents were reported, all of them without injuries. They happened at the old quay. The harbour master had \
new lamps put up along the quay in September.

### Fire drills
Fire drills were held in March and October. In addition, the brigade tested the pumps.

## Finance
Revenue reached 48 million euros. It was driven by container fees. Costs fell by 2 percent after the cranes were \
replaced.

## Risks
The following risks were named:
1. A single supplier of crane parts
2. Falling water levels in summer

## Outlook
The council plans a fourth terminal for 2029. A decision is due in the spring.
"""

MINUTES = """Weekly meeting, 12 March 2026
Present: Maria, Tom, Li Wei

1. Website
Tom: The new site is ready for testing. We found 12 bugs last week. Nine of them are fixed.
Maria: Good. Can you fix the other three before Friday?
Tom: Yes, I'll do that by Thursday.
Li Wei: The translations are still missing. I need the final texts.
Maria: I will send you the texts tomorrow.

2. Budget
Maria: Finance cut our budget by 10 percent. That means we cannot hire a second tester.
Li Wei: Then we should drop the Spanish version for now.

Action items
- Tom to write the release notes by 20 March
- [ ] @liwei book the translators
- [x] Reserve the room
"""

THREAD = """From: Anna Lee <anna@example.com>
To: Tom Berg <tom@example.com>
Date: Mon, 4 May 2026 09:12
Subject: Launch date

Hi Tom,
The supplier told us that the housings will arrive two weeks late. We therefore cannot launch on 1 June.
Please send me the answers of the retailers by Thursday.

Best regards,
Anna Lee
Product Manager

From: Tom Berg <tom@example.com>
To: Anna Lee <anna@example.com>
Subject: Re: Launch date

Hello Anna,

Two of the three retailers accept 15 June. Nordmart wants a discount of 3 percent for the delay.

Cheers
Tom

> The supplier told us that the housings will arrive two weeks late.
> Please send me the answers of the retailers by Thursday.
> The lamps come from Oslo.
"""

LENGTHS: tuple[Length, ...] = ("short", "medium", "long")
OPENERS = ("He ", "She ", "It ", "They ", "This ", "That ", "However", "In addition", "Then ", "These ")


def fold(text: str) -> str:
    return " ".join(text.split())


def assert_quoted(text: str, summary: Summary) -> None:
    for point in summary.points:
        assert point.text == " ".join(fold(text[span.start : span.end]) for span in point.spans)
        assert all(0 <= span.start < span.end <= len(text) for span in point.spans)
        assert (point.start, point.end) == (point.spans[0].start, point.spans[-1].end)
        assert all(word in point.text for word in point.what.split())


def words_of(points: tuple[Point, ...]) -> str:
    return "\n".join(point.text for point in points)


@pytest.mark.parametrize("text", [REPORT, MINUTES, THREAD])
@pytest.mark.parametrize("length", ["short", "medium", "long"])
@pytest.mark.parametrize("shape", ["bullets", "paragraph", "actions"])
def test_every_point_is_quoted_from_the_source_at_its_offsets(
    text: str, length: Length, shape: Shape
) -> None:
    summary = extractive_summary(text, length=length, shape=shape)
    assert_quoted(text, summary)
    assert [point.start for point in summary.points] == sorted(point.start for point in summary.points)


def test_every_section_of_a_report_is_heard() -> None:
    summary = extractive_summary(REPORT)
    headings = ["Traffic", "Safety", "Fire drills", "Finance", "Risks", "Outlook"]
    assert [point.section for point in summary.points] == headings
    assert (summary.sections, summary.sections_covered) == (6, 6)
    assert summary.words_out < summary.words_in / 2


def test_no_sentence_is_cut() -> None:
    ends = {span.end for span in split(REPORT)}
    for point in extractive_summary(REPORT, length="long").points:
        assert all(span.end in ends for span in point.spans)


def test_a_sentence_that_leans_on_another_brings_it_or_stays_out() -> None:
    for length in LENGTHS:
        for point in extractive_summary(REPORT, length=length).points:
            assert not point.text.startswith(OPENERS)


def test_a_list_comes_with_the_line_that_leads_to_it() -> None:
    risks = [point for point in extractive_summary(REPORT).points if point.section == "Risks"]
    assert risks[0].text == (
        "The following risks were named: A single supplier of crane parts Falling water levels in summer"
    )
    assert len(risks[0].spans) == 3


def test_longer_summaries_say_more() -> None:
    words = [extractive_summary(REPORT, length=length).words_out for length in LENGTHS]
    assert words == sorted(words)
    assert words[0] < words[2]


@pytest.mark.parametrize("text", [REPORT, MINUTES, THREAD])
@pytest.mark.parametrize("most", [12, 30, 60])
def test_a_summary_keeps_to_the_words_asked_for(text: str, most: int) -> None:
    for length in LENGTHS:
        summary = extractive_summary(text, length=length, max_words=most)
        assert_quoted(text, summary)
        assert summary.points
        assert summary.words_out <= most or (len(summary.points) == 1 and summary.note)


def test_action_items_that_do_not_fit_are_told() -> None:
    all_of_them = len(extractive_summary(MINUTES, shape="actions").points)
    summary = extractive_summary(MINUTES, shape="actions", max_words=20)
    assert 0 < summary.words_out <= 20
    assert summary.note.startswith(f"Only the first {len(summary.points)} of {all_of_them} action items")


def test_chinese_words_asked_for_are_counted_as_characters() -> None:
    text = (
        "图书馆每天早上九点开门。周末下午五点关门。读者每次可以借十本书，借期为三十天。逾期每天收费一元。" * 2
    )
    summary = extractive_summary(text, max_words=30)
    assert 0 < sum(len(point.text) for point in summary.points) <= 33


def test_who_joined_later_is_no_point_of_the_minutes() -> None:
    present = "Present: Maria, Tom, Li Wei, Ann Berg, Otto Falk. Ann Berg joined for item 2."
    text = MINUTES.replace("Present: Maria, Tom, Li Wei", present)
    assert present in text
    assert not any("joined" in point.text for point in extractive_summary(text).points)


def test_a_dialogue_names_who_speaks() -> None:
    summary = extractive_summary(MINUTES)
    website = summary.points[0]
    assert website.text.startswith("Tom: The new site is ready for testing.")
    assert website.speaker == "Tom"
    assert summary.sections == summary.sections_covered == 3


def test_an_email_thread_is_told_without_quotes_greetings_and_signatures() -> None:
    summary = extractive_summary(THREAD, length="long")
    told = words_of(summary.points)
    assert told.count("two weeks late") == 1
    assert not any(
        noise in told for noise in ("Hi Tom", "Best regards", "Product Manager", "Cheers", "Subject", ">")
    )
    assert {point.speaker for point in summary.points} == {"Anna Lee", "Tom Berg"}
    assert summary.sections == summary.sections_covered == 2


def test_minutes_give_their_action_items() -> None:
    found = [
        (point.who, point.what, point.by_when)
        for point in extractive_summary(MINUTES, shape="actions").points
    ]
    assert found == [
        ("Tom", "fix the other three", "by Thursday"),
        ("Maria", "send you the texts", "tomorrow"),
        ("Tom", "write the release notes", "by 20 March"),
        ("liwei", "book the translators", ""),
    ]


def test_an_email_says_whom_it_asks() -> None:
    (point,) = extractive_summary(THREAD, shape="actions").points
    assert (point.who, point.what, point.by_when) == (
        "Tom",
        "send me the answers of the retailers",
        "by Thursday",
    )
    assert point.speaker == "Anna Lee"


@pytest.mark.parametrize(
    ("sentence", "who", "what", "by_when"),
    [
        ("Maria will send the draft by Friday.", "Maria", "send the draft", "by Friday"),
        ("Action: Maria to review the contract by 3 May.", "Maria", "review the contract", "by 3 May"),
        ("AI(Tom): order new badges", "Tom", "order new badges", ""),
        ("TODO: update the wiki", "", "update the wiki", ""),
        ("- [ ] call the bank before noon", "", "call the bank", "before noon"),
        ("Please review the attached draft before 3 May.", "", "review the attached draft", "before 3 May"),
        ("Tom, can you call the bank on Monday?", "Tom", "call the bank", "on Monday"),
        ("Anna and Ben have to prepare the slides by the end of the week.", "Anna and Ben", "prepare the slides",
         "by the end of the week"),
        ("Jonas finishes the gates in Port Aldan by 9 April.", "Jonas", "finishes the gates in Port Aldan",
         "by 9 April"),
        ("The audit must be completed by 30 June.", "", "be completed", "by 30 June"),
        ("Herr Klein wird die Zahlen bis zum 3. Mai prüfen.", "Herr Klein", "die Zahlen bis zum 3. Mai prüfen",
         "bis zum 3. Mai"),
        ("Bitte schicken Sie den Bericht bis Freitag.", "", "schicken Sie den Bericht", "bis Freitag"),
        ("Ana enviará el borrador antes del viernes.", "Ana", "enviará el borrador", "antes del viernes"),
        ("Por favor, revisen el presupuesto de la empresa para el 3 de mayo.", "",
         "revisen el presupuesto de la empresa", "para el 3 de mayo"),
        ("Marie enverra le rapport à la direction avant vendredi.", "Marie", "enverra le rapport à la direction",
         "avant vendredi"),
        ("Merci de relire le contrat d'ici le 3 mai.", "", "relire le contrat", "d'ici le 3 mai"),
        ("李伟负责在周五之前提交草案。", "李伟", "在周五之前提交草案", "在周五之前"),
        ("请王芳在5月3日前审查预算。", "王芳", "在5月3日前审查预算", "在5月3日前"),
        ("يرجى مراجعة الميزانية قبل يوم الجمعة.", "", "مراجعة الميزانية", "قبل يوم الجمعة"),
    ],
)  # fmt: skip
def test_an_action_says_who_what_and_by_when(sentence: str, who: str, what: str, by_when: str) -> None:
    summary = extractive_summary(sentence, shape="actions")
    (point,) = summary.points
    assert (point.who, point.what, point.by_when) == (who, what, by_when)
    assert_quoted(sentence, summary)


def test_a_table_of_tasks_is_read_and_what_is_done_left_out() -> None:
    table = (
        "| Task | Owner | Due | Status |\n|---|---|---|---|\n"
        "| Fix the door. Paint it | Ken | Friday | open |\n| Buy chairs | Li | 3 May | done |\n"
    )
    summary = extractive_summary(table, shape="actions")
    (point,) = summary.points
    assert (point.who, point.what, point.by_when) == ("Ken", "Fix the door. Paint it", "Friday")
    assert_quoted(table, summary)


@pytest.mark.parametrize(
    "text",
    [
        "Revenue will rise next year. It will rain tomorrow. Berlin will host the fair in May.",
        "If Tom will send the file, we are lucky. Nobody knew why the ship had sunk.",
        "Los precios subieron un cinco por ciento en marzo. La empresa ganó más que el año anterior.",
        "公司去年的收入增长了百分之五。天气很好。",
        "",
    ],
)
def test_where_nothing_is_to_be_done_none_is_invented(text: str) -> None:
    summary = extractive_summary(text, shape="actions")
    assert summary.points == ()
    assert summary.note.startswith("Nothing in the text asks anyone")


@pytest.mark.parametrize(
    ("text", "language", "second"),
    [
        ("# Bericht\n\n## Verkehr\nDer Hafen zählte 4.210 Schiffe. Er war damit voller als im Jahr zuvor.\n\n"
         "## Sicherheit\nEs gab drei Unfälle am alten Kai. Deshalb wurden neue Lampen aufgestellt.", "de", "voller"),
        ("# Informe\n\n## Tráfico\nEl puerto recibió 4.210 barcos en el año. Esto supone un aumento notable.\n\n"
         "## Seguridad\nHubo tres accidentes en el muelle viejo. Sin embargo, no hubo heridos.", "es", "aumento"),
        ("# Rapport\n\n## Trafic\nLe port a accueilli 4 210 navires dans l'année. Cela représente une hausse.\n\n"
         "## Sécurité\nTrois accidents ont eu lieu sur le vieux quai. Toutefois, nul n'est blessé.", "fr", "hausse"),
        ("# 报告\n\n## 交通\n港口去年接待了四千二百一十艘船。这比前一年多。\n\n"
         "## 安全\n旧码头发生了三起事故。因此安装了新的路灯。", "zh", "比前一年"),
        ("# تقرير\n\n## الحركة\nاستقبل الميناء أربعة آلاف سفينة خلال العام. هذا أكثر من العام السابق.\n\n"
         "## السلامة\nوقعت ثلاثة حوادث في الرصيف القديم. لذلك تم تركيب مصابيح جديدة.", "ar", "أكثر"),
    ],
)  # fmt: skip
def test_other_languages_are_condensed_alike(text: str, language: str, second: str) -> None:
    summary = extractive_summary(text)
    assert summary.language == language
    assert summary.sections == summary.sections_covered == 2
    assert_quoted(text, summary)
    (sentence,) = [each for each in re.split(r"(?<=[.。])\s*", text) if second in each]
    assert leaning(text, language)(sentence)
    assert not any(point.text.startswith(sentence) for point in extractive_summary(text).points)


def test_a_plain_essay_is_covered_from_beginning_to_end() -> None:
    topics = ("bridge", "museum", "tram", "market", "school", "river", "stadium", "library")
    text = "\n\n".join(
        f"The {topic} of the town is older than most people think. Visitors often ask about the {topic} and its "
        f"history. The council pays for the upkeep of the {topic} with a small yearly sum. Some neighbours want the "
        f"{topic} closed at night because of the noise."
        for topic in topics
    )
    told = words_of(extractive_summary(text).points)
    assert sum(topic in told for topic in topics) >= 4
    assert "bridge" in told
    assert "library" in told or "stadium" in told


def test_a_table_and_code_alone_are_not_taken_for_sentences() -> None:
    text = "# Setup\n\n```\nrun this now. And that.\n```\n\nThe setup takes five minutes on most machines.\n"
    assert [point.text for point in extractive_summary(text).points] == [
        "The setup takes five minutes on most machines."
    ]


def test_a_blank_text_gives_no_points_and_says_so() -> None:
    summary = extractive_summary(" \n ")
    assert (summary.points, summary.sections, summary.words_in) == ((), 0, 0)
    assert summary.note


def test_twice_the_text_takes_twice_the_work() -> None:
    subjects = (
        "harbour",
        "library",
        "tramway",
        "market",
        "stadium",
        "school",
        "river",
        "museum",
        "bridge",
        "park",
    )
    matters = (
        "rent",
        "noise",
        "lighting",
        "safety",
        "staff",
        "opening hours",
        "repairs",
        "insurance",
        "parking",
    )
    sections = [
        f"## Question {n}\n\n"
        + " ".join(
            f"The {subjects[(n + i) % 10]} committee reviewed the {matters[(n * i) % 9]} and asked office {n * i} for "
            f"more figures about the {subjects[(n * 3 + i) % 10]}."
            for i in range(6)
        )
        for n in range(210)
    ]
    text, half = "\n\n".join(sections), "\n\n".join(sections[:105])
    summary = extractive_summary(text, length="long")
    assert summary.words_in > 20_000
    assert summary.sections == 20
    assert summary.sections_covered > 12
    assert summary.words_out <= 300
    work = [calls(lambda text=text: extractive_summary(text, length="long")) for text in (half, text)]
    assert work[1] < 3 * work[0]


_PIECES = st.sampled_from(
    ["Anna: ", "#Person1#: ", "- ", "- [ ] ", "# ", "From: a\nTo: b\n", "> ", "| a | b |\n", "Task | Who\n", "\n",
     "\n\n", "Please send it by Friday. ", "Tom will call you. ", "However, they left. ", "1. ", "Hi Tom,\n",
     "Regards\n", "```\n",
     "他说好。", "請", "؟ ", "\ud800", "\x00", "\u2028", "😀", "Dr. ", "TODO: ", ": ", "@", "(", ")", "\t"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    st.text(max_size=120) | st.lists(_PIECES | st.text(max_size=8), max_size=40).map("".join),
    st.sampled_from(["short", "medium", "long"]),
    st.sampled_from(["bullets", "actions"]),
)
def test_any_text_is_condensed_to_quotes_of_itself(text: str, length: Length, shape: Shape) -> None:
    summary = extractive_summary(text, length=length, shape=shape)
    assert_quoted(text, summary)
    assert 0 <= summary.sections_covered <= summary.sections
    assert summary.points or summary.note
