"""How many facts on scanned pages are found, and on the right page: `python -m benchmarks.recognition`.

The pages are always the same: letters in English, German and French, two columns and tables, drawn at 150 dots an
inch, turned by up to a degree and covered with the noise that scanners leave. `--keep FOLDER` keeps the PDF of them.
"""

import argparse
import tempfile
import time
from collections import Counter
from pathlib import Path

from benchmarks.scan_pages import Fact, ScanPage, scan_pages, scanned
from vectorstore.knowledge import KnowledgeBase
from vectorstore.passage import Passage

_HITS = 6
"""Passages that a page shows to a question."""


def _found(facts: tuple[Fact, ...], number: int, knowledge: KnowledgeBase) -> list[bool]:
    """For each fact, whether the passages for its question say it, with the page."""
    return [
        any(_says(one, fact, number) for one in knowledge.search(fact.question, limit=_HITS))
        for fact in facts
    ]


def _says(passage: Passage, fact: Fact, page: int) -> bool:
    """Whether a passage says a fact: in a line of a table, or anywhere in a text."""
    if passage.page != page or "text recognition" not in passage.place:
        return False
    text = " ".join(passage.text.split())
    parts = passage.text.split("\n") if ": " in fact.words[-1] else [text]
    return any(all(word in part for word in fact.words) for part in parts)


def _measure(pages: list[ScanPage], folder: Path) -> tuple[Counter[str], list[str]]:
    """Facts found by kind of page, and those that were not."""
    found: Counter[str] = Counter()
    missed = []
    with KnowledgeBase.open(folder / "store", embedding="none") as knowledge:
        knowledge.sync(folder / "documents")
        for number, page in enumerate(pages, start=1):
            for fact, there in zip(page.facts, _found(page.facts, number, knowledge), strict=True):
                found[page.kind] += there
                if not there:
                    missed.append(f"page {number} ({page.kind}): {' ... '.join(fact.words)}")
    return found, missed


def main() -> None:
    """Print the share of facts found, by kind of page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition(":")[0])
    parser.add_argument("--keep", type=Path, help="folder to keep the scanned pages in")
    keep = parser.parse_args().keep
    pages = scan_pages()
    with tempfile.TemporaryDirectory() as place:
        documents = Path(place) / "documents"
        documents.mkdir()
        (documents / "scans.pdf").write_bytes(scanned(pages))
        if keep:
            keep.mkdir(parents=True, exist_ok=True)
            (keep / "scans.pdf").write_bytes((documents / "scans.pdf").read_bytes())
        began = time.monotonic()
        found, missed = _measure(pages, Path(place))
    total: Counter[str] = Counter()
    for page in pages:
        total[page.kind] += len(page.facts)
    for kind, count in total.items():
        print(f"{kind:12} {found[kind]:3} of {count:3}  {found[kind] / count:.0%}")
    print(f"{'all':12} {found.total():3} of {total.total():3}  {found.total() / total.total():.0%}")
    print("\n".join(missed))
    print(f"{time.monotonic() - began:.0f} s for {len(pages)} pages")


if __name__ == "__main__":
    main()
