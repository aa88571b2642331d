"""However a model writes a citation, the page shows one form of it, and the passage stands below."""

import pytest

from protokit.runtime.qa.citation_forms import plain_citations, stream_plain_citations
from protokit.runtime.qa.citations import cite
from vectorstore.passage import Passage


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("Thirty [1, 2].", "Thirty [1] [2]."),
        ("Thirty [1-3].", "Thirty [1] [2] [3]."),
        ("Thirty [Source 2].", "Thirty [2]."),
        ("Thirty [Quelle 1; Quelle 3].", "Thirty [1] [3]."),
        ("Thirty (passages 1 and 2).", "Thirty [1] [2]."),
        ("Thirty 【2†source】【3†handbook.md】.", "Thirty [2][3]."),
        ("三十天 [来源1]。", "三十天 [1]。"),
        ("Thirty [1][3].", "Thirty [1][3]."),
        ("Steps [1, 9], pages [10-12], in [2019-2024] (a note).", None),
        ("See [Source 1](https://example.com) and [email 1].", None),
    ],
)
def test_every_way_to_cite_becomes_one_in_whatever_pieces_it_comes(written: str, plain: str | None) -> None:
    assert plain_citations(written, 3) == (plain or written)
    assert "".join(stream_plain_citations(written, 3)) == (plain or written)


def test_each_passage_that_is_cited_in_a_row_or_a_range_is_named() -> None:
    passages = [Passage(text=f"Text {n}.", file=f"{n}.md", start=0, end=7) for n in range(4)]
    assert [each.number for each in cite("All of it [1-2], [Source 4].", passages)] == [1, 2, 4]
