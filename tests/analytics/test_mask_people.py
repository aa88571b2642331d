"""Names, addresses and numbers in what visitors wrote are masked before a case study or memo shows it."""

import pytest

from protokit.analytics.mask_people import mask_people


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Ask Anna Schmidt, she knows.", "Ask [name], she knows."),
        (
            "Anna asked me about leave. Tell ANNA it is done.",
            "[name] asked me about leave. Tell [name] it is done.",
        ),
        ("My name is zebulon and I like it.", "My name is [name] and I like it."),
        ("I am ann, how long is leave?", "I am [name], how long is leave?"),
        ("Is Dr. Xylander-Qoo in on Friday?", "Is Dr. [name] in on Friday?"),
        ("Is Dr Weber in on Friday?", "Is Dr [name] in on Friday?"),
        ("Frau Oberhuber hilft; Oberhuber ist nett.", "Frau [name] hilft; [name] ist nett."),
        ("Ich heiße Jörg von der Heide.", "Ich heiße [name]."),
        ("Je m’appelle Zoé Lefèvre et j'ai une question.", "Je m’appelle [name] et j'ai une question."),
        ("Me llamo José García López.", "Me llamo [name]."),
        ("Where is Maria's desk?", "Where is [name]'s desk?"),
        ("Will Smith helped, will he?", "[name] helped, will he?"),
        ("Helpful.\nRegards, Quorthon", "Helpful.\nRegards, [name]"),
        ("Write to ann@example.org or +49 30 1234567.", "Write to [email 1] or [phone 1]."),
        ("我叫王伟，想请假。", "我叫[name]，想请假。"),
        ("田中さんに聞きました", "[name]さんに聞きました"),
    ],
)
def test_people_are_masked(text: str, masked: str) -> None:
    assert mask_people(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "Will it rain in May, and may I carry days over?",
        "Can I Mark a day as done?",
        "How long is parental leave at Acme?",
        "Wie lange ist die Elternzeit in Deutschland?",
        "Combien de jours de congé ai-je ?",
        "Helpful at ten in the evening. I was not sure, on Monday it was slow.",
        "This is great! I am happy with the Server and the Forum.",
        "Grant me access. Hope it helps. Bill the customer.",
        "",
    ],
)
def test_words_that_are_no_names_stay(text: str) -> None:
    assert mask_people(text) == text
