"""Marks beside a number stay apart from it, in the text and in what a search takes for words."""

import pytest

from vectorstore.loaders.run_marks import lowered, raised
from vectorstore.text.terms import tokenize


@pytest.mark.parametrize(
    ("text", "shown"), [("1", "¹"), ("-3", "⁻³"), ("1,2", "¹,²"), ("st", "st"), ("*", "*"), ("a1", "^(a1)")]
)
def test_a_raised_digit_is_read_as_a_raised_digit(text: str, shown: str) -> None:
    assert raised(text) == shown


def test_a_lowered_digit_is_read_as_a_lowered_digit() -> None:
    assert (lowered("2"), lowered("max")) == ("₂", "max")


def test_a_raised_mark_is_no_part_of_the_number_for_a_search() -> None:
    assert "49" in tokenize("costs 49¹ euros")
    assert "491" not in tokenize("costs 49¹ euros")
    assert tokenize("30 m²") == tokenize("30 m2")
