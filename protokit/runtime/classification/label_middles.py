"""The middle of each label's texts: what a text must be near to for any label to fit."""

from typing import TYPE_CHECKING

from protokit.runtime.classification.text_views import MEANING, OTHER, TextViews

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class LabelMiddles:
    """For each view the mean of each label's texts; several texts together tell better than the nearest one."""

    def __init__(self, views: TextViews, targets: "NDArray[np.float64]") -> None:
        """`targets` (n, labels) has a 1 at the label of each of the n texts in `views`."""
        self._sums = {name: targets.T @ getattr(views, name) for name in MEANING}

    def nearest(self, views: TextViews, *, english: bool) -> "NDArray[np.float64]":
        """How alike each text is to the label that is nearest to it, (texts,)."""
        import numpy as np

        likeness = np.zeros((len(views.is_english), len(self._sums["any"])))
        for name, share in (MEANING if english else OTHER).items():
            likeness += share * (getattr(views, name) @ _unit(self._sums[name]).T)
        result: NDArray[np.float64] = likeness.max(axis=1, initial=0.0)
        return result

    def left_out(self, views: TextViews, right: "NDArray[np.int_]") -> "NDArray[np.float64]":
        """The same for each of its own texts, as if it had not been there; `right` has the places of their labels."""
        import numpy as np

        best = np.zeros(len(right))
        for row, own in enumerate(right):
            likeness = 0.0
            for name, share in MEANING.items():
                text = getattr(views, name)[row]
                sums = self._sums[name].copy()
                sums[own] -= text
                likeness = likeness + share * (_unit(sums) @ text)
            best[row] = np.max(likeness)
        return best


def _unit(rows: "NDArray[np.float64]") -> "NDArray[np.float64]":
    import numpy as np

    unit: NDArray[np.float64] = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return unit
