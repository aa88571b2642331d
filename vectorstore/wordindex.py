"""The index of words over the catalogue's passages, kept in a file and brought up to date by what changed."""

import threading
import time
from pathlib import Path

from vectorstore.catalogue import Catalogue
from vectorstore.ranking import Ranker

_SHARE = 0.1


class WordIndex:
    """A `Ranker` that follows a catalogue. Threads may share it: the last one serves while the next is
    made."""

    def __init__(self, catalogue: Catalogue, file: Path) -> None:
        self._catalogue, self._file = catalogue, file
        self._updating = threading.Lock()
        self._ranker: Ranker | None = None
        self._saved: Ranker | None = None
        self._generation = -1
        self._updated = self._took = 0.0

    def current(self) -> Ranker:
        """The index as it is after `refresh`."""
        self.refresh()
        return self._ranker or self.update()

    def refresh(self) -> None:
        """Update the index if the catalogue has changed, but not while another thread does, nor too often.

        A sync changes it file by file, and an update takes a second at 100,000 passages: at most a tenth of
        the time goes into updates, and a search in between may miss the latest files.
        """
        due = time.monotonic() - self._updated >= self._took / _SHARE
        if due and not self._updating.locked() and self._generation != self._catalogue.generation("words"):
            self.update()

    def update(self) -> Ranker:
        """Take in what has changed in the catalogue since."""
        with self._updating:
            began = time.monotonic()
            generation = self._catalogue.generation("words")
            if self._ranker is None or generation != self._generation:
                if self._ranker is None:
                    self._ranker = self._saved = Ranker.load(self._file)
                self._ranker = self._followed(self._ranker or Ranker.build({}))
                self._generation = generation
            self._updated = time.monotonic()
            self._took = self._updated - began
            return self._ranker

    def save(self) -> None:
        """Write the index to its file, unless that holds it already. Only the store's one writer may."""
        if self._ranker is not None and self._ranker is not self._saved:
            self._ranker.save(self._file)
            self._saved = self._ranker

    def _followed(self, ranker: Ranker) -> Ranker:
        wanted = self._catalogue.ids()
        known = set(ranker.ids)
        added = [id for id in wanted if id not in known]
        removed = known.difference(wanted)
        if not added and not removed:
            return ranker
        passages = {id: kept.passage for id, kept in self._catalogue.kept(added).items()}
        return ranker.updated(passages, removed)
