"""A turn is packed into the window: what stays, what goes, in which order, and that it is said."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protokit.runtime.assistant_types import Turn
from protokit.runtime.prompting.chat_messages import system, turns, user
from protokit.runtime.prompting.context_window import PackedContext, condense, pack_context
from vectorstore.passage import Passage

INSTRUCTIONS = "You are the leave assistant of Acme. Answer from the passages only."
QUESTION = "How long is parental leave?"


def count(text: str) -> int:
    return -(-len(text) // 4)  # the marks' random key has as many letters each time, but not as many tokens


def passage(number: int, words: int = 60) -> Passage:
    text = f"Rule {number} says: " + "leave is granted after notice. " * (words // 5)
    return Passage(text=text, file=f"rules-{number}.md", start=0, end=len(text))


def turn(number: int) -> Turn:
    return Turn(
        f"Question {number}?", f"Short answer {number}. " + "And a long explanation follows here. " * 12
    )


def packed(budget: int, *, turn_count: int = 4, passages: int = 6) -> PackedContext:
    history = [turn(number) for number in range(turn_count)]
    material = [passage(number) for number in range(passages)]
    return pack_context([system(INSTRUCTIONS), *turns(history), user(QUESTION, material)], budget, count)


def test_everything_is_sent_when_there_is_room() -> None:
    found = packed(8000)
    assert [message["role"] for message in found.messages] == ["system", *["user", "assistant"] * 4, "user"]
    assert found.messages[0]["content"] == INSTRUCTIONS
    assert found.messages[-1]["content"].endswith(QUESTION)
    assert len(found.kept) == 6
    assert not found.dropped
    assert str(found) == f"6 of 6 passages fit; {found.tokens:,} of 8,000 tokens"


def test_older_turns_are_condensed_before_a_passage_goes() -> None:
    found = packed(packed(8000).tokens - 40)
    assert (found.condensed_turns, found.dropped_turns, len(found.dropped)) == (1, 0, 0)
    assert found.messages[2]["content"] == "Short answer 0."
    assert "long explanation" in found.messages[4]["content"]
    assert "1 older turn shortened" in str(found)


def test_then_the_lowest_ranked_passages_go_and_are_recorded() -> None:
    found = packed(500)
    assert found.condensed_turns == 4
    assert [each.file for each in found.kept] == [f"rules-{number}.md" for number in range(len(found.kept))]
    assert 1 <= len(found.kept) < 6
    assert len(found.kept) + len(found.dropped) == 6
    assert found.dropped[-1].file == "rules-5.md"
    assert str(found).startswith(f"{len(found.kept)} of 6 passages fit; 4 older turns shortened; ")


def test_the_best_passage_outlives_the_history() -> None:
    alone = packed(8000, turn_count=0, passages=1).tokens + 10
    found = packed(alone)
    assert [each.file for each in found.kept] == ["rules-0.md"]
    assert found.dropped_turns == 4
    assert "4 older turns left out" in str(found)


def test_instructions_and_question_are_never_cut_even_when_they_do_not_fit() -> None:
    found = packed(10)
    assert [message["content"] for message in found.messages] == [INSTRUCTIONS, QUESTION]
    assert not found.fits


def test_a_long_question_of_an_old_turn_is_cut_at_a_word() -> None:
    brief = condense(Turn("why " * 60, "Because. It is so."))
    assert brief.question.endswith("why ...")
    assert len(brief.question) < 130
    assert brief.answer == "Because."


@settings(max_examples=40, deadline=None)
@given(budget=st.integers(60, 2500), turns=st.integers(0, 6), passages=st.integers(0, 8))
def test_whatever_the_budget_it_is_kept_and_nothing_is_lost_without_a_record(
    budget: int, turns: int, passages: int
) -> None:
    found = packed(budget, turn_count=turns, passages=passages)
    assert found.fits or (not found.kept and len(found.messages) == 2)
    assert [*found.kept, *found.dropped] == [passage(number) for number in range(passages)]
    assert (len(found.messages) - 2) / 2 == turns - found.dropped_turns
    assert found.messages[0]["content"] == INSTRUCTIONS
    assert found.messages[-1]["content"].endswith(QUESTION)


def test_the_tokens_it_states_are_the_tokens_it_sends() -> None:
    found = packed(700)
    sent = sum(count(message["content"]) for message in found.messages)
    assert found.tokens == pytest.approx(sent, abs=6 * len(found.messages))
    assert sent <= found.tokens
