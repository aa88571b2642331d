"""How texts are compared: by two models of meaning and by their words."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST = 1_500
"""Characters of a text that are read: what it is about, it says at its beginning."""
MEANING = {"english": 0.4, "any": 0.4, "words": 0.2}
"""How much each view of a text counts, where all are there."""
OTHER = {"any": 0.85, "words": 0.15}
"""The same where one of the two texts is not English."""
_MOST_WORDS = 250
_LONG = 300
"""Characters from which on a text has a head that counts as much as the whole."""
_FIRST = re.compile(r"\s*([^\n]{1,200}?)(?:[.!?](?=\s)|\n|$)")


@dataclass(frozen=True, slots=True)
class TextViews:
    """What is known of some texts, a row each, all of unit length or zero."""

    english: "NDArray[np.float64]"
    any: "NDArray[np.float64]"
    words: "NDArray[np.float64]"
    is_english: "NDArray[np.bool_]"

    def like(self, others: "TextViews", *, english: bool) -> "NDArray[np.float64]":
        """How alike each of these texts is to each of the `others`, as English or as texts of any language."""
        shares = MEANING if english else OTHER
        views = {"english": self.english, "any": self.any, "words": self.words}
        theirs = {"english": others.english, "any": others.any, "words": others.words}
        result: NDArray[np.float64] = sum(  # type: ignore[assignment]
            share * (views[name] @ theirs[name].T) for name, share in shares.items()
        )
        return result


class ViewMaker:
    """Texts to views; it knows how rare a word is from the examples it was made with."""

    def __init__(self, examples: Iterable[str]) -> None:
        texts = [set(_tokens(text)) for text in examples]
        counts = Counter(token for tokens in texts for token in tokens)
        self._places = {token: place for place, token in enumerate(counts)}
        self._rarity = [math.log((1 + len(texts)) / (1 + count)) + 0.3 for count in counts.values()]

    def __call__(self, texts: Sequence[str]) -> TextViews:
        """A row for each text."""
        import numpy as np

        wholes = [text[:MOST] for text in texts]
        heads = [_head(text) for text in wholes]
        english, anything = _meaning(wholes + heads)
        middle = len(texts)
        return TextViews(
            _unit(english[:middle] + english[middle:]),
            _unit(anything[:middle] + anything[middle:]),
            _unit(self._words(wholes) + self._words(heads)),
            np.any(english[:middle] != 0, axis=1),
        )

    def _words(self, texts: Sequence[str]) -> "NDArray[np.float64]":
        import numpy as np

        rows = np.zeros((len(texts), len(self._places)))
        for row, text in zip(rows, texts, strict=True):
            for token, count in Counter(_tokens(text)).items():
                if (place := self._places.get(token)) is not None:
                    row[place] = (1 + math.log(count)) * self._rarity[place]
        return _unit(rows)


def meaning_likeness(texts: Sequence[str], others: Sequence[str]) -> "NDArray[np.float64]":
    """How alike each of `texts` is to each of `others` by both models of meaning, (texts, others)."""
    (english, anything), (their_english, theirs) = _meaning(texts), _meaning(others)
    result: NDArray[np.float64] = (english @ their_english.T + anything @ theirs.T) / 2
    return result


def _head(text: str) -> str:
    """The title or first sentence of a long text, which says most of what it is about; a short text whole."""
    if len(text) < _LONG:
        return text
    match = _FIRST.match(text)
    return match[1] if match else text[:_LONG]


def _tokens(text: str) -> list[str]:
    """Words and pairs of words; digits all alike, and marks that tell something."""
    words = re.findall(r"\w+|[!?£$€%]", re.sub(r"\d", "0", text.lower()))[:_MOST_WORDS]
    return words + [f"{first} {second}" for first, second in pairwise(words)]


def _meaning(texts: Sequence[str]) -> tuple["NDArray[np.float64]", "NDArray[np.float64]"]:
    """What the texts mean to both models; zeros where the English one does not know them."""
    import numpy as np

    from vectorstore.embeddings.minilm import MiniLM

    model = _model()
    if model is None or not texts:
        return np.zeros((len(texts), 1)), np.zeros((len(texts), 1))
    once = list(dict.fromkeys(texts))
    rows = [once.index(text) for text in texts] if len(once) < len(texts) else slice(None)
    whole = model.embed(once).astype(np.float64)[rows]
    border = MiniLM.dimension
    return _unit(whole[:, :border]), _unit(whole[:, border + 1 :])


@cache
def _model() -> "LanguageViews | None":
    """Both models of meaning, one for the whole process; None where they are not installed: words decide alone."""
    from vectorstore.embeddings.embedder_factory import embedder
    from vectorstore.embeddings.language_views import LanguageViews

    model = embedder()
    return model if isinstance(model, LanguageViews) else None


def _unit(rows: "NDArray[np.float64]") -> "NDArray[np.float64]":
    import numpy as np

    unit: NDArray[np.float64] = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return unit


if TYPE_CHECKING:
    from vectorstore.embeddings.language_views import LanguageViews
