"""A ridge over similarities: few examples suffice, it is fitted in milliseconds, and leaving one out costs nothing."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PENALTY = 0.3
"""What keeps few examples from being believed too much."""


class KernelRidge:
    """Scores of labels from how alike a text is to the examples."""

    def __init__(
        self,
        kernel: "NDArray[np.float64]",
        targets: "NDArray[np.float64]",
        weights: "NDArray[np.float64]",
    ) -> None:
        """`kernel` (n, n) says how alike the examples are, `targets` (n, labels) what is right for each, `weights`
        (n,) how much each counts."""
        import numpy as np

        self._mean = np.average(targets, axis=0, weights=weights)
        inverse = np.linalg.inv(kernel + np.diag(PENALTY / weights))
        self.coefficients: NDArray[np.float64] = inverse @ (targets - self._mean)
        """How much each example speaks for each label, (n, labels)."""
        self.left_out: NDArray[np.float64] = targets - self.coefficients / np.diag(inverse)[:, None]
        """The scores of each example by all the others, (n, labels)."""

    def scores(self, kernel: "NDArray[np.float64]") -> "NDArray[np.float64]":
        """Scores (texts, labels); `kernel` (texts, n) says how alike each text is to each example."""
        result: NDArray[np.float64] = kernel @ self.coefficients + self._mean
        return result
