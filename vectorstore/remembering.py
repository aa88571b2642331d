"""Keeps the vectors of texts seen lately: judging and extracting ask for the same ones, and so does a later question."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_KEPT = 4_000
"""Texts whose vectors are kept: 6 MB at 384 numbers each."""


class RememberingEmbed:
    """Texts to vectors like the function it is given, each text once while it is remembered. Threads may share it."""

    def __init__(self, embed: "Callable[[list[str]], NDArray[np.float32]]", *, multilingual: bool) -> None:
        self.multilingual = multilingual
        """Whether the model knows other languages than English."""
        self._embed = embed
        self._turn = threading.Lock()
        self._known: OrderedDict[str, NDArray[np.float32]] = OrderedDict()

    def __call__(self, texts: list[str]) -> "NDArray[np.float32]":
        """One row of unit length per text, shape (len(texts), dimension)."""
        import numpy as np

        with self._turn:
            known = {text: self._known[text] for text in texts if text in self._known}
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            known.update(zip(new, self._embed(new), strict=True))
        self._keep(known)
        return np.stack([known[text] for text in texts])

    def _keep(self, vectors: "dict[str, NDArray[np.float32]]") -> None:
        with self._turn:
            for text, vector in vectors.items():
                self._known[text] = vector
                self._known.move_to_end(text)
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
