"""A search over a handbook, made through the command line, for tests of what is measured and told about it."""

from pathlib import Path

from tests.support.terminal import protokit


def made_leave(place: Path, handbook: str, questions: str) -> Path:
    """The prototype in `place`/leave, over this handbook, with these questions.yaml."""
    (place / "handbook.md").write_text(handbook)
    words = ["--docs", "handbook.md", "--blueprint", "rag-search", "--out", "leave"]
    done = protokit("new", "Search our handbook", *words, cwd=place)
    assert done.code == 0, done.err
    (place / "leave/questions.yaml").write_text(questions)
    return place / "leave"
