"""What visitors did not get, or got wrong, grouped by the stage at which it failed and by theme."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from protokit.analytics.backlog import BacklogItem

NO_THEME = "Everything else"
_ADVICE: Mapping[str, str] = {
    "no answer in the documents": "Add a document that answers it, or say on the page what it does not know.",
    "the model failed": "Look at the error on the answer's page; the model's key, limit or address is the usual cause.",
    "should have refused": "Add the question to the tests as one to refuse.",
    "not carried by the documents": "A sentence has no source: use a stronger model, or quote instead of paraphrasing.",
    "wrong answer": "Open the answer: its trace tells whether the passage was found, dropped or misread.",
}


@dataclass(frozen=True, slots=True)
class GapGroup:
    """Questions that failed at one stage, or that mean something alike."""

    name: str
    items: Sequence[BacklogItem]
    """The one that was asked most often first."""
    advice: str = ""

    @property
    def times(self) -> int:
        """How often all of them were asked."""
        return sum(each.times for each in self.items)


def gaps_by_stage(items: Iterable[BacklogItem]) -> list[GapGroup]:
    """The unanswered and wrong questions among `items` by where they failed, the most frequent stage first."""
    return [GapGroup(each.name, each.items, _ADVICE.get(each.name, "")) for each in _groups(items, _stage)]


def gaps_by_theme(items: Iterable[BacklogItem]) -> list[GapGroup]:
    """The same by theme; what is like nothing else comes last. None where there are too few to group."""
    groups = _groups(items, lambda each: each.theme or NO_THEME)
    if {each.name for each in groups} <= {NO_THEME}:
        return []
    return sorted(groups, key=lambda each: each.name == NO_THEME)


def _stage(item: BacklogItem) -> str:
    return item.stage


def _groups(items: Iterable[BacklogItem], key: Callable[[BacklogItem], str]) -> list[GapGroup]:
    groups = defaultdict[str, list[BacklogItem]](list)
    for each in items:
        if each.kind in ("unanswered", "wrong"):
            groups[key(each)].append(each)
    ordered = [GapGroup(name, sorted(own, key=lambda each: -each.times)) for name, own in groups.items()]
    return sorted(ordered, key=lambda each: -each.times)
