"""The offline engine: labels by meaning and words, from their descriptions and from examples."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from protokit.runtime.classification.common_labels import (
    common_examples,
    common_names,
    scale_of,
    words_of,
)
from protokit.runtime.classification.kernel_ridge import KernelRidge
from protokit.runtime.classification.label_middles import LabelMiddles
from protokit.runtime.classification.stated_labels import stated_label
from protokit.runtime.classification.text_views import ViewMaker
from protokit.runtime.prototype_fields import Label

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_COMMON, _DESCRIPTION = 0.5, 1.0
"""How much a common text and a description count beside an example of the owner's."""
_TEMPERATURES = (0.05, 0.08, 0.12, 0.18, 0.25, 0.35, 0.5, 0.8)
_FEW = 16
"""Examples below which they cannot tell how sure one may be."""
_KIN = 1.3
"""How much less sure other texts are than the examples, which come from one hand."""
_NEAR = 0.14
"""Likeness to a label's texts that makes it even odds that any label fits, where no examples tell better."""
_STEEP = 0.05
"""How quickly those odds change."""
_RARE = 0.03
"""The share of the examples that lie farther from their label's others than a text of even odds."""
_OTHER_LANGUAGE = 0.6
"""How much lower likeness is, and how much closer together scores are, for a text of another language than English."""
_STATED = 20.0
"""How many times likelier a label is that a text names itself."""


@dataclass(frozen=True, slots=True)
class Example:
    """A text and the label that is right for it."""

    text: str
    label: str


class LabelModel:
    """Knows some labels; made anew in milliseconds when an example comes or goes."""

    def __init__(
        self, labels: Sequence[Label], corrections: Sequence[Example] = (), *, about: str = ""
    ) -> None:
        """`corrections` are examples that came later. `about` says what is asked of the texts."""
        import numpy as np

        self.labels = tuple(labels)
        self.scale = scale_of(labels)
        places = {label.name: place for place, label in enumerate(labels)}
        own = [(text, place) for place, label in enumerate(labels) for text in label.examples]
        own += [(each.text, places[each.label]) for each in corrections if each.label in places]
        descriptions = [(_described(label), place) for place, label in enumerate(labels)]
        common = common_examples(labels, about)
        rows = [*own, *descriptions, *common]
        weights = [1.0] * len(own) + [_DESCRIPTION] * len(labels) + [_COMMON] * len(common)
        self._own, self._common = len(own), len(common)
        self._names = _names(labels)
        self.make_views = ViewMaker([text for text, _ in rows])
        self.views = self.make_views([text for text, _ in rows])
        self.right = np.array([place for _, place in rows])
        targets = np.eye(len(labels))[self.right]
        self.middles = LabelMiddles(self.views, targets)
        self.ridges = {
            english: KernelRidge(self.views.like(self.views, english=english), targets, np.array(weights))
            for english in (True, False)
        }
        self.word_votes: dict[str, NDArray[np.float64]] = {}
        """What each word that was met speaks for, by word: filled in by whoever looks for the words that decided."""
        self.temperature = self._temperature()
        self.near = {english: self._near(english) for english in self.ridges}

    def probabilities(self, texts: Sequence[str]) -> "NDArray[np.float64]":
        """How likely each label is the right one, (texts, labels), where one of them is."""
        return self.judge(texts)[0]

    def judge(self, texts: Sequence[str]) -> tuple["NDArray[np.float64]", "NDArray[np.float64]"]:
        """How likely each label is, (texts, labels), and how likely any of them fits, (texts,)."""
        import numpy as np

        views = self.make_views(texts)
        heat = self.temperature * np.where(views.is_english, 1.0, _OTHER_LANGUAGE)[:, None]
        near = np.where(views.is_english, self.near[True], self.near[False])
        scores = np.zeros((len(texts), len(self.labels)))
        nearest = np.zeros(len(texts))
        for english, ridge in self.ridges.items():
            at = views.is_english == english
            scores[at] = ridge.scores(views.like(self.views, english=english)[at])
            nearest[at] = self.middles.nearest(views, english=english)[at]
        likely = _softmax(scores / heat)
        for row, text in enumerate(texts):
            if (place := stated_label(text, self._names)) is not None:
                likely[row, place] *= _STATED
        return likely / likely.sum(axis=1, keepdims=True), _logistic((nearest - near) / _STEEP)

    def best(self, probabilities: "NDArray[np.float64]") -> list[int]:
        """The place of the label to give each text: the likeliest, or of a scale the middle of what is likely."""
        import numpy as np

        if not self.scale:
            return [int(place) for place in probabilities.argmax(axis=1)]
        order = np.argsort(self.scale)
        sums = probabilities[:, order].cumsum(axis=1)
        return [int(order[place]) for place in (sums >= 0.5).argmax(axis=1)]

    def left_out_corrections(self, count: int) -> list[int]:
        """The place of the label that each of the last `count` examples would get from all the others."""
        rows = self.ridges[True].left_out[self._own - count : self._own]
        return self.best(_softmax(rows / self.temperature))

    def _near(self, english: bool) -> float:
        """The likeness of a text at which it is even odds whether any label fits."""
        import numpy as np

        scale = 1.0 if english else _OTHER_LANGUAGE
        if self._own < _FEW:
            return _NEAR * scale
        likeness = self.middles.left_out(self.views, self.right)[: self._own]
        return float(np.quantile(likeness, _RARE)) * scale

    def _temperature(self) -> float:
        """How sure scores are: what makes the examples likeliest, each judged by the others."""
        import numpy as np

        if self._own < max(_FEW, 3 * len(self.labels)):
            told = (
                0.6 if self.scale else 0.45 if self._common else 0.4
            )  # steps blur, descriptions differ less
            return float(told / len(self.labels) ** 0.75)  # the more labels, the less each differs
        left_out = self.ridges[True].left_out[: self._own]
        right = self.right[: self._own]

        def surprise(temperature: float) -> float:
            likely = _softmax(left_out / temperature)[np.arange(self._own), right]
            return float(-np.log(np.maximum(likely, 1e-9)).mean())

        return _KIN * min(_TEMPERATURES, key=surprise)


def _names(labels: Sequence[Label]) -> list[set[str]]:
    """What each label may be called in a text that names its own."""
    names = [{" ".join(re.findall(r"[^\W_]+", label.name.lower()))} for label in labels]
    for own, common in zip(names, common_names(labels), strict=True):
        own.update(word for name in common[:1] for word in words_of(name))
    return names


def _described(label: Label) -> str:
    name = " ".join(label.name.replace("_", " ").replace("/", " ").split())
    return f"{name}: {label.description}" if label.description else name


def _softmax(scores: "NDArray[np.float64]") -> "NDArray[np.float64]":
    import numpy as np

    raised = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-1e9))
    result: NDArray[np.float64] = raised / raised.sum(axis=1, keepdims=True)
    return result


def _logistic(values: "NDArray[np.float64]") -> "NDArray[np.float64]":
    import numpy as np

    result: NDArray[np.float64] = 1 / (1 + np.exp(-values))
    return result
