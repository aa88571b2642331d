"""Each sentence of an answer is held against the passages it was given."""

import random

import pytest

from protokit.runtime.grounding import Grounding, check, quotation_checks, rate
from protokit.runtime.grounding.facts import facts, same
from vectorstore.passage import Passage
from vectorstore.text.sentences import split

LEAVE = (
    "Employees who work full time receive 25 days of paid annual leave. Up to five unused days can be carried over "
    "into the next year but must be taken by 31 March. Requests are made in the PeopleHub portal at least ten "
    "working days before the first day of leave, and your line manager answers within three working days."
)
PRICES = (
    "The Pro plan costs $12 a month. Service credits are granted if availability falls below 99.5% in a month. "
    "Credits expire after twelve months and are not paid in cash. The archive holds 18,500 tonnes of paper. "
    "Dr Amara Singh founded the Fenwick Clinic in 1997. Support answers calls from 08:00 to 18:00."
)


def passages(*texts: str) -> list[Passage]:
    return [Passage(text=text, file=f"{n}.md", start=0, end=len(text)) for n, text in enumerate(texts)]


BOTH = passages(LEAVE, PRICES)


@pytest.mark.parametrize(
    "answer",
    [
        "Full-time employees receive 25 days of paid annual leave.",
        "Full-time employees receive twenty-five days of paid leave a year [1].",
        "Up to 5 unused days can be carried over, but they must be taken by March 31st.",
        "The Pro plan costs 12 dollars a month [2].",
        "Credits are granted if availability falls below 99.5 percent in a month.",
        "Credits expire after a year and are not paid in cash.",
        "The archive holds 18500 tonnes of paper.",
        "Support answers calls from 8 am to 6 pm.",
        "Amara Singh founded the Fenwick Clinic in 1997.",
        "According to passage 2, the Pro plan costs $12 a month.",
        "Based on the provided documents, credits are not paid in cash.",
    ],
)
def test_a_claim_in_other_words_and_another_notation_is_not_called_unsupported(answer: str) -> None:
    found = check(answer, BOTH)
    assert found.verdict in ("supported", "partly"), found


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (
            "Full-time employees receive 20 days of paid annual leave.",
            "the passage says 25 days, the answer 20 days",
        ),
        ("Unused days must be taken by 31 May.", "the passage says 31 March, the answer 31 May"),
        ("The Pro plan costs €12 a month.", "€12 is not in the passages"),
        ("The Pro plan costs $12 a week, or $40 a month.", "the passage says $12, the answer $40"),
        ("Credits are granted below 95.5% in a month.", "the passage says 99.5%, the answer 95.5%"),
        ("Credits are paid in cash.", 'the passage negates "paid", the other does not'),
        ("Five unused days cannot be carried over.", 'the answer negates "carried", the other does not'),
        ("Dr Ivo Keller founded the Fenwick Clinic in 1997.", "Ivo Keller is not in the passages"),
        ("Support answers calls from 08:00 to 20:00.", "the passage says 08:00, the answer 20:00"),
        ("The cafeteria serves vegetarian dishes.", "nothing of it is in the passages"),
    ],
)
def test_one_wrong_fact_is_found_and_named(answer: str, why: str) -> None:
    sentence = check(answer, BOTH).sentences[0]
    assert sentence.verdict != "supported"
    assert sentence.why == why


HOUSE = (
    "Dogs are not allowed in the garden. Smoking is forbidden in all rooms. Guests may use the pool. The tour "
    "is mandatory. Bookings are confirmed before arrival. Children are excluded from the sauna, linen is unpaid. "
    "Breakfast is included. The tour is paid."
)


@pytest.mark.parametrize(
    ("right", "opposite"),
    [
        ("Dogs are forbidden in the garden [1].", "Dogs are allowed in the garden [1]."),
        ("Smoking is not allowed in all rooms [1].", "Smoking is allowed in all rooms [1]."),
        ("Guests may use the pool [1].", "Guests are banned from the pool [1]."),
        ("The tour is mandatory [1].", "The tour is voluntary [1]."),
        ("Bookings are confirmed before arrival [1].", "Bookings are confirmed after arrival [1]."),
        ("Children are excluded from the sauna [1].", "Children are included in the sauna [1]."),
        ("Linen is unpaid [1].", "Linen is paid [1]."),
        ("Smoking is forbidden [1].", "Smoking is not forbidden [1]."),
    ],
)
def test_what_is_forbidden_is_not_allowed_and_the_opposite_is_doubted(right: str, opposite: str) -> None:
    passages = [Passage(text=HOUSE, file="house.md", start=0, end=len(HOUSE))]
    assert check(right, passages).verdict != "unsupported"
    assert check(opposite, passages).verdict == "unsupported"


RETURNS = (
    "You can send an item back within 30 days of delivery. Refunds are paid to the card you used, usually within "
    "five working days. Sale items can be exchanged, but the money is not given back. Postage for returns is free "
    "when you print the label from your account."
)


def test_an_answer_in_its_own_words_is_not_doubted_for_one_loose_sentence() -> None:
    answer = (
        "You can send an item back within 30 days of delivery. Refunds are paid to the card you used within five "
        "working days. Sale items can be exchanged. Postage for returns is free, so it doesn't cost you anything."
    )
    result = check(answer, passages(RETURNS))
    assert result.verdict in ("supported", "partly")
    assert not [each for each in result.sentences if each.verdict == "unsupported"]


@pytest.mark.parametrize(
    ("right", "wrong"), [("30 days", "45 days"), ("five working days", "nine working days")]
)
def test_one_wrong_number_makes_a_long_answer_unsupported(right: str, wrong: str) -> None:
    result = check(RETURNS.replace(right, wrong), passages(RETURNS))
    assert result.verdict == "unsupported"
    assert result.score < 0.5
    assert any(each.verdict == "unsupported" and wrong.split()[0] in each.why for each in result.sentences)


@pytest.mark.parametrize(
    "answer",
    [
        RETURNS,
        "The shop opens at noon. Parking costs 4 euros. Staff wear blue shirts.",
        "You can send an item back within 30 days. Staff wear blue shirts and speak French.",
        "Hello! Returns are free.",
    ],
)
def test_an_answer_is_unsupported_exactly_where_one_of_its_sentences_is(answer: str) -> None:
    result = check(answer, passages(RETURNS))
    one = any(each.verdict == "unsupported" for each in result.sentences)
    assert (result.verdict == "unsupported") is one
    assert (result.score < 0.5) is one
    assert all(each.why for each in result.sentences if each.verdict == "unsupported")


def test_a_sentence_that_is_made_up_makes_a_short_answer_unsupported() -> None:
    answer = "Full-time employees receive 25 days of paid annual leave [1]. They also get 30 days of sick leave [1]."
    found = check(answer, BOTH)
    assert [each.verdict for each in found.sentences] == ["supported", "unsupported"]
    assert found.verdict == "unsupported"


def test_offsets_point_into_the_answer_and_into_the_passage() -> None:
    answer = (
        "**Note:**\n\n- Requests are made in the PeopleHub portal [1].\n- The Pro plan costs $12 a month [2]."
    )
    found = check(answer, BOTH)
    first, second = (each for each in found.sentences if each.passage is not None)
    assert answer[first.start : first.end] == "- Requests are made in the PeopleHub portal [1]."
    assert (first.passage, second.passage) == (0, 1)
    assert second.span is not None
    assert PRICES[slice(*second.span)] == "The Pro plan costs $12 a month."


def test_every_sentence_taken_from_a_passage_is_supported() -> None:
    for source in BOTH:
        for span in split(source.text):
            quoted = source.text[span.start : span.end]
            assert check(f"{quoted} [1]", BOTH).verdict == "supported"
            assert check(quoted.rstrip(".").upper(), BOTH).score == 1.0


def test_a_sentence_that_says_its_quotation_is_wrong_does_not_pass_as_a_quotation() -> None:
    whole = passages("The fee is 1250 dollars. It is not refunded.")
    assert check("The fee is 125", whole).verdict != "supported"


@pytest.mark.parametrize(
    "answer",
    [
        "I'm sorry, but the documents do not say anything about parental leave.",
        "I could not find an answer to that.",
        "The passages don't mention sick leave.",
        "The handbook says nothing about parental leave.",
        "Unfortunately, this is beyond the scope of the material I was given.",
        "None of the passages say how many days there are in 2027.",
        "This cannot be determined from the documents.",
        "There is no mention of parental leave.",
        "Dazu steht nichts in den Unterlagen.",
        "Les documents ne mentionnent pas le congé parental.",
        "No encuentro información sobre eso.",
        "I documenti non menzionano il congedo parentale.",
        "Os documentos não mencionam a licença parental.",
        "De documenten vermelden niets over ouderschapsverlof.",
        "Dokumenty nie wspominają o urlopie rodzicielskim.",
        "文档中没有提到育儿假。",
        "資料には記載がありません。",
        "لا تذكر الوثائق ذلك.",
        "Hello!",
        "You're welcome.",
        "Thanks for your question!",
        "Would you like to know more about leave?",
        "Let me know if you need anything else.",
        "Here is what I found:",
    ],
)
def test_refusals_and_small_talk_claim_nothing(answer: str) -> None:
    assert check(answer, BOTH).verdict == "no claim"


@pytest.mark.parametrize(
    "answer",
    [
        "I love the PeopleHub portal, it is amazing!",
        "Hello! The Pro plan costs $15 a month.",
        "No, it is free.",
        "The passages don't mention sick leave, but it is 30 days.",
    ],
)
def test_chat_that_states_something_is_a_claim(answer: str) -> None:
    assert check(answer, BOTH).verdict in ("unsupported", "partly")


def test_a_refusal_beside_a_claim_does_not_cover_for_it() -> None:
    found = check("The passages don't mention sick leave. It is 30 days.", BOTH)
    assert [each.verdict for each in found.sentences] == ["no claim", "unsupported"]
    assert found.verdict == "unsupported"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("twenty", "20"),
        ("1,000", "1000"),
        ("3rd May 2024", "May 3, 2024"),
        ("3 May", "2024-05-03"),
        ("€5", "5 euros"),
        ("1.000 Euro", "1000 euros"),
        ("1.234.567", "1,234,567"),
        ("EUR 1.5 million", "€1,500,000"),
        ("12 %", "12 percent"),
        ("two weeks", "14 days"),
        ("1 year", "twelve months"),
        ("1.24 km", "1,240 metres"),
        ("6.30 pm", "18:30"),
        ("noon", "12:00"),
        ("Mondays", "Monday"),
        ("$3.2m", "3.2 million dollars"),
        ("about 380", "379"),
        ("more than 6,000", "6100"),
        ("the 1960s", "1961"),
        ("5th", "fifth"),
        ("in May 2024", "on 3 May 2024"),
    ],
)
def test_two_ways_to_write_one_fact_are_the_same(first: str, second: str) -> None:
    assert same(facts(first)[0], facts(second)[0])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("20 days", "25 days"),
        ("€5", "$5"),
        ("5 kg", "5 litres"),
        ("12%", "12 days"),
        ("3 May", "3 June"),
        ("May 2023", "3 May 2024"),
        ("Monday", "Tuesday"),
        ("6.30 am", "18:30"),
        ("3 million", "3 billion"),
        ("more than 6,000", "5,000"),
        ("first", "1"),
        ("two weeks", "two months"),
    ],
)
def test_different_facts_are_not_the_same(first: str, second: str) -> None:
    assert not same(facts(first)[0], facts(second)[0])


def test_a_number_changed_in_any_generated_document_is_never_called_supported() -> None:
    rng = random.Random(7)
    things = ["pumps", "bicycles", "tickets", "lamps", "boxes", "chairs"]
    towns = ["Ostrow", "Lisser", "Harrow Bay", "Penford"]
    for _ in range(60):
        stock = {town: (rng.randint(3, 900), rng.choice(things)) for town in towns}
        text = " ".join(f"The depot in {town} holds {n} {thing}." for town, (n, thing) in stock.items())
        town, (number, thing) = rng.choice(list(stock.items()))
        wrong = next(
            n for n in iter(lambda: rng.randint(3, 900), None) if n not in {n for n, _ in stock.values()}
        )
        source = passages(text)
        assert check(f"The depot in {town} holds {number} {thing}.", source).verdict == "supported"
        assert check(f"The depot in {town} holds {wrong} {thing}.", source).verdict == "unsupported"


@pytest.mark.parametrize(
    "answer", ["", "  \n", "...", "[1]", "\ud800", "a" * 20_000, "1 2 3 " * 2_000, "😀 " * 300]
)
def test_any_text_can_be_checked(answer: str) -> None:
    assert isinstance(check(answer, BOTH), Grounding)
    assert isinstance(check("Leave is 25 days.", passages(answer)), Grounding)
    assert check("Leave is 25 days.", []).verdict == "unsupported"


def test_a_heading_names_what_the_text_below_it_does_not() -> None:
    text = "It was founded in 1997 and has 64 beds."
    under = Passage(text=text, file="a.md", start=0, end=len(text), heading="The Fenwick Clinic")
    with_heading = check("The Fenwick Clinic was founded in 1997.", [under])
    without = check("The Fenwick Clinic was founded in 1997.", passages(text))
    assert (with_heading.verdict, without.verdict) == ("supported", "unsupported")
    assert with_heading.sentences[0].span == (0, len(text))
    assert check("## Fenwick Clinic", [under]).verdict == "no claim"


def test_other_languages_are_compared_by_their_words_and_numbers() -> None:
    german = passages("Vollzeitkräfte erhalten 25 Tage bezahlten Urlaub. Der Antrag wird im Portal gestellt.")
    assert check("Vollzeitkräfte erhalten 25 Tage bezahlten Urlaub.", german).verdict == "supported"
    assert check("Vollzeitkräfte erhalten 20 Tage bezahlten Urlaub.", german).verdict == "unsupported"


def test_the_rate_has_an_interval_and_says_when_there_are_too_few_answers() -> None:
    good, bad = check("The Pro plan costs $12 a month.", BOTH), check("The Pro plan costs $15 a month.", BOTH)
    refusal = check("I could not find that.", BOTH)
    few = rate([good, bad, refusal])
    assert (few.unsupported, few.answers, few.enough) == (1, 2, False)
    assert str(few) == "too few answers to say (2 of 20)"
    many = rate([good] * 90 + [bad] * 10 + [refusal] * 50)
    assert many.share == 0.1
    # Wilson's interval for 10 of 100, as in Newcombe (1998).
    assert many.interval == pytest.approx((0.0552, 0.1744), abs=0.0005)
    assert str(many) == "10% (6% to 17%) of 100 answers"
    assert rate([]).interval == (0.0, 1.0)


def test_a_quotation_is_supported_by_construction_and_a_phrase_of_the_programs_own_claims_nothing() -> None:
    text = "Plan: Solo; Price: 0 [1] Ask at the desk [2] Anything else?"
    checks = quotation_checks(text, {1: (0, [(0, 20)]), 2: (3, [])})
    assert [(text[each.start : each.end], each.verdict, each.passage) for each in checks] == [
        ("Plan: Solo; Price: 0 [1]", "supported", 0),
        ("Ask at the desk [2]", "supported", 3),
    ]
    assert quotation_checks("I could not find this.", {}) == ()
    assert quotation_checks("What the 1999 [7] law says.", {}) == ()
