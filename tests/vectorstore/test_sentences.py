"""Sentences as the rest of the project counts on them: whole, in order, with exact offsets."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vectorstore.text import languages
from vectorstore.text.sentences import split


def sentences(text: str) -> list[str]:
    return [text[span.start : span.end] for span in split(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Dr. Smith paid $3.50 to J. K. Rowling at 5 p.m. on Monday. She left. The U.S. grew 3.2 percent.",
            [
                "Dr. Smith paid $3.50 to J. K. Rowling at 5 p.m. on Monday.",
                "She left.",
                "The U.S. grew 3.2 percent.",
            ],
        ),
        ("Reply before 3 May. Revenue will rise.", ["Reply before 3 May.", "Revenue will rise."]),
        (
            "Hallo Frau Weber,\nbitte senden Sie mir heute den Bericht.",
            ["Hallo Frau Weber,", "bitte senden Sie mir heute den Bericht."],
        ),
        ("See Fig. 3, e.g. this. Version 2.1.3 is out!", ["See Fig. 3, e.g. this.", "Version 2.1.3 is out!"]),
        (
            "Am 3. Mai kommt Hr. Müller z.B. mit dem Zug. Das kostet ca. 5 Mio. Euro und ist gut.",
            ["Am 3. Mai kommt Hr. Müller z.B. mit dem Zug.", "Das kostet ca. 5 Mio. Euro und ist gut."],
        ),
        (
            "El Sr. García llegó a las 3 p.m. a la casa. ¿Cómo está?",
            ["El Sr. García llegó a las 3 p.m. a la casa.", "¿Cómo está?"],
        ),
        ("这是第一句。这是第二句！你好吗？", ["这是第一句。", "这是第二句！", "你好吗？"]),
        ("هذا هو السطر الأول. هل أنت بخير؟ نعم.", ["هذا هو السطر الأول.", "هل أنت بخير؟", "نعم."]),
        ("یہ ایک جملہ ہے۔ دوسرا جملہ۔", ["یہ ایک جملہ ہے۔", "دوسرا جملہ۔"]),
        ("यह पहला वाक्य है। यह दूसरा है।", ["यह पहला वाक्य है।", "यह दूसरा है।"]),
        ("Hi 😀 there. 🎉 Done!", ["Hi 😀 there.", "🎉 Done!"]),
    ],
)
def test_sentences_end_where_a_reader_would_end_them(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_headings_list_items_table_rows_and_turns_stand_alone() -> None:
    text = (
        "# 4. Leave\nYou have leave.\n- thirty days\n- one more\n1. ask\n2. wait\n\n"
        "| a | b |\n|---|---|\n| 1 | 2 |\n\nAnna: hello there\nBen: fine, you? Good.\n> quoted"
    )
    assert sentences(text) == [
        "# 4. Leave",
        "You have leave.",
        "- thirty days",
        "- one more",
        "1. ask",
        "2. wait",
        "| a | b |",
        "|---|---|",
        "| 1 | 2 |",
        "Anna: hello there",
        "Ben: fine, you?",
        "Good.",
        "> quoted",
    ]


def test_wrapped_lines_stay_one_sentence_and_a_plain_title_does_not_join_them() -> None:
    text = (
        "Introduction\nThis long line of prose is wrapped at some column and then\n"
        "goes on with Berlin, Rome and\nother places to see.\nNext sentence."
    )
    assert sentences(text) == [
        "Introduction",
        "This long line of prose is wrapped at some column and then\n"
        "goes on with Berlin, Rome and\nother places to see.",
        "Next sentence.",
    ]


def test_a_blank_line_always_ends_a_sentence() -> None:
    assert sentences("one two\n \t\r\nthree four") == ["one two", "three four"]


def test_a_list_of_short_lines_is_not_wrapped_prose() -> None:
    assert sentences("Main St 5\nBerlin\nGermany") == ["Main St 5", "Berlin", "Germany"]


def test_a_window_never_cuts_a_sentence_of_a_long_line() -> None:
    one = "The committee of the northern region met again and spoke about the harbour for a while. "
    chinese = "委员会再次开会讨论了港口问题。"
    assert set(sentences(one * 400)) == {one.strip()}
    assert set(sentences(chinese * 400)) == {chinese}


@settings(max_examples=300, deadline=None)
@given(st.text() | st.text(alphabet="aB .!?\n\r-#>|:1)。\t\u2028\f\ud800é他", max_size=200))
def test_every_character_but_white_space_is_in_exactly_one_sentence(text: str) -> None:
    spans = split(text)
    assert all(span.start < span.end for span in spans)
    assert all(left.end <= right.start for left, right in pairwise(spans))
    assert all(text[s.start : s.end] == text[s.start : s.end].strip() for s in spans)
    assert "".join("".join(text[s.start : s.end].split()) for s in spans) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The board met and it was agreed that we will wait.", "en"),
        ("Der Vorstand hat sich getroffen und wir warten auf die Antwort.", "de"),
        ("Le conseil est réuni et nous attendons la réponse dans les jours qui viennent.", "fr"),
        ("El consejo se reunió y esperamos la respuesta en los próximos días.", "es"),
        ("委员会开会了，我们在等待 PDF 文件。", "zh"),
        ("会議は終わりました。返事を待っています。", "ja"),
        ("اجتمع المجلس ونحن ننتظر الرد.", "ar"),
        ("Совет собрался, и мы ждём ответа.", "ru"),
        ("1234 !!", "en"),
        ("", "en"),
    ],
)
def test_the_language_is_guessed(text: str, language: str) -> None:
    assert languages.guess(text) == language


def test_rows_written_with_their_column_names_are_units_of_their_own():
    rows = [
        "Item | Price | Colour",
        "Item: Sofa, two seats; Price: 890; Colour: removable cover",
        "Item: Chair; Price: 120; Colour: red",
    ]
    text = "\n".join(rows)
    assert [text[span.start : span.end] for span in split(text)] == rows
