"""The index of words over the catalogue's passages, kept in a file and brought up to date by what changed."""

import threading
from pathlib import Path

from vectorstore.catalogue import Catalogue
from vectorstore.ranking import Ranker


class WordIndex:
    """A `Ranker` that follows a catalogue. Threads may share it: the last one serves while the next is
    made."""

    def __init__(self, catalogue: Catalogue, file: Path) -> None:
        self._catalogue, self._file = catalogue, file
        self._updating = threading.Lock()
        self._ranker: Ranker | None = None
        self._generation = -1

    def current(self) -> Ranker:
        """The index of what the catalogue holds now; the one before while another thread is updating it."""
        ranker = self._ranker
        if ranker is not None and (
            self._generation == self._catalogue.generation("words") or self._updating.locked()
        ):
            return ranker
        return self.update()

    def update(self, *, save: bool = False) -> Ranker:
        """Take in what has changed in the catalogue since; `save` writes the index to its file."""
        with self._updating:
            generation = self._catalogue.generation("words")
            if self._ranker is None or generation != self._generation:
                before = self._ranker or Ranker.load(self._file) or Ranker.build({})
                self._ranker = self._followed(before)
                self._generation = generation
            if save:
                self._ranker.save(self._file)
            return self._ranker

    def _followed(self, ranker: Ranker) -> Ranker:
        wanted = self._catalogue.ids()
        known = set(ranker.ids)
        added = [id for id in wanted if id not in known]
        removed = known.difference(wanted)
        if not added and not removed:
            return ranker
        passages = {id: kept.passage for id, kept in self._catalogue.kept(added).items()}
        return ranker.updated(passages, removed)
