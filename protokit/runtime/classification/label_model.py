"""The offline engine: labels by meaning and words, from their descriptions and from examples."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from protokit.runtime.classification.common_labels import common_examples, scale_of
from protokit.runtime.classification.kernel_ridge import KernelRidge
from protokit.runtime.classification.text_views import TextViews, ViewMaker
from protokit.runtime.prototype_fields import Label

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_COMMON, _DESCRIPTION = 0.5, 1.0
"""How much a common text and a description count beside an example of the owner's."""
_TEMPERATURES = (0.05, 0.08, 0.12, 0.18, 0.25, 0.35, 0.5, 0.8)
_FEW = 30
"""Examples below which they cannot tell how sure one may be."""
_NEAR = 0.25
"""Likeness and score together that make it even odds that any label fits, where no examples tell better."""
_STEEP = 0.08
"""How quickly those odds change."""
_RARE = 0.05
"""The share of the examples that lie farther from the others than a text of even odds."""
_OTHER_LANGUAGE = 0.6
"""How much lower likeness is, and how much closer together scores are, for a text of another language than English."""


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
        self._own = len(own)
        self.make_views = ViewMaker([text for text, _ in rows])
        self.views = self.make_views([text for text, _ in rows])
        self.right = np.array([place for _, place in rows])
        targets = np.eye(len(labels))[self.right]
        self.ridges = {
            english: KernelRidge(self.views.like(self.views, english=english), targets, np.array(weights))
            for english in (True, False)
        }
        self.temperature = self._temperature()
        self.near = {english: self._near(english) for english in self.ridges}

    def probabilities(self, texts: Sequence[str]) -> "NDArray[np.float64]":
        """How likely each label is the right one, (texts, labels), where one of them is."""
        return self.judge(self.make_views(texts))[0]

    def judge(self, views: TextViews) -> tuple["NDArray[np.float64]", "NDArray[np.float64]"]:
        """How likely each label is, (texts, labels), and how likely any of them fits, (texts,)."""
        import numpy as np

        heat = self.temperature * np.where(views.is_english, 1.0, _OTHER_LANGUAGE)[:, None]
        near = np.where(views.is_english, self.near[True], self.near[False])
        scores = np.zeros((len(views.is_english), len(self.labels)))
        nearest = np.zeros(len(views.is_english))
        for english, ridge in self.ridges.items():
            at = views.is_english == english
            likeness = views.like(self.views, english=english)[at]
            scores[at] = ridge.scores(likeness)
            nearest[at] = likeness.max(axis=1, initial=0.0) + ridge.lead(scores[at])
        return _softmax(scores / heat), _logistic((nearest - near) / _STEEP)

    def best(self, probabilities: "NDArray[np.float64]") -> list[int]:
        """The place of the label to give each text: the likeliest, or of a scale the middle of what is likely."""
        import numpy as np

        if not self.scale:
            return [int(place) for place in probabilities.argmax(axis=1)]
        order = np.argsort(self.scale)
        sums = probabilities[:, order].cumsum(axis=1)
        return [int(order[place]) for place in (sums >= 0.5).argmax(axis=1)]

    def _near(self, english: bool) -> float:
        """The likeness of a text at which it is even odds whether any label fits."""
        import numpy as np

        if self._own < _FEW:
            return _NEAR
        likeness = self.views.like(self.views, english=english)
        np.fill_diagonal(likeness, 0.0)
        nearest = likeness.max(axis=1) + self.ridges[english].lead(self.ridges[english].left_out)
        return float(np.quantile(nearest[: self._own], _RARE)) * (1.0 if english else _OTHER_LANGUAGE)

    def _temperature(self) -> float:
        """How sure scores are: what makes the examples likeliest, each judged by the others."""
        import numpy as np

        if self._own < max(_FEW, 3 * len(self.labels)):
            return float(0.6 / len(self.labels) ** 0.75)  # the more labels, the less each differs
        left_out = self.ridges[True].left_out[: self._own]
        right = self.right[: self._own]

        def surprise(temperature: float) -> float:
            likely = _softmax(left_out / temperature)[np.arange(self._own), right]
            return float(-np.log(np.maximum(likely, 1e-9)).mean())

        return min(_TEMPERATURES, key=surprise)


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
