"""Vectors are made once, are the same as the embedder's own, and tell which words another text speaks of."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pytest

from vectorstore.embeddings.embedder_factory import embedder
from vectorstore.embeddings.embedding_cache import CachedEmbedding
from vectorstore.embeddings.token_vectors import nearness
from vectorstore.text.terms import query_words

if TYPE_CHECKING:
    from numpy.typing import NDArray

TEXTS = [
    "The shop is open until six.",
    "",
    "Émile paid €12 for a T-shirt \U0001f600",
    "The shop is open until six.",
]


class Counting:
    """Texts to vectors that say how long they are; keeps what it was asked for."""

    id, dimension, multilingual = "counting", 2, True

    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        self.asked += texts
        return np.array([[len(text), 1] for text in texts], dtype=np.float32)

    def embed_question(self, text: str) -> "NDArray[np.float32]":
        return self.embed([text])[0]


def test_a_text_is_embedded_once_until_it_was_not_seen_for_long() -> None:
    model = Counting()
    embed = CachedEmbedding(model, kept=3)
    assert embed(["a", "bb", "a"]).tolist() == [[1, 1], [2, 1], [1, 1]]
    embed(["ccc", "a"])
    assert model.asked == ["a", "bb", "ccc"]
    embed(["dddd"])
    embed(["a", "bb"])
    assert model.asked == ["a", "bb", "ccc", "dddd", "bb"]
    assert embed.tokens is None
    assert embed.multilingual


def test_the_vectors_of_texts_are_those_of_the_model() -> None:
    model = embedder("minilm")
    assert CachedEmbedding(model)(TEXTS) == pytest.approx(model.embed(TEXTS), abs=1e-3)


def test_each_token_has_a_vector_of_unit_length_and_its_place_in_the_text() -> None:
    tokens = CachedEmbedding(embedder("minilm")).tokens
    assert tokens is not None
    for text, read in zip(TEXTS, tokens(TEXTS), strict=True):
        assert read.tokens.shape == (len(read.offsets), 384)
        assert np.linalg.norm(read.tokens, axis=1) == pytest.approx(1, abs=1e-4)
        assert all(text[start:end].strip() for start, end in read.offsets)
    shop = tokens(TEXTS[:1])[0].offsets[1]
    assert TEXTS[0][slice(*shop)] == "shop"


def test_a_word_is_nearer_to_a_text_that_says_the_same_in_other_words() -> None:
    tokens = CachedEmbedding(embedder("minilm")).tokens
    assert tokens is not None
    question = "Which physician retired?"
    asked, same, other, nothing = tokens(
        [question, "The old doctor stopped working in May.", "The bridge was painted green.", ""]
    )
    words = query_words(question)
    near, far = nearness(words, asked, same), nearness(words, asked, other)
    assert all(one > two for one, two in zip(near, far, strict=True))
    assert nearness(words, asked, nothing) == (0.0, 0.0)
