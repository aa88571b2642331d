"""Merging never loses a line without a word, however a text is written down."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protokit.files.three_way_merge import Form, has_markers, is_text, merge
from protokit.update.merge_requirements import merge_requirements

PIECES = st.lists(
    st.sampled_from([b"a", b"bc", b"\n", b"\r\n", b"\r", b"\xef\xbb\xbf", b"\xff", b""]), max_size=12
)


@given(PIECES)
def test_every_way_to_write_a_text_down_comes_back_byte_by_byte(pieces: list[bytes]) -> None:
    content = b"".join(pieces)
    form = Form.of(content)
    assert form.written(form.plain(content)) == content


@pytest.mark.parametrize("seed", range(40))
def test_a_merge_has_every_line_that_either_added_and_none_that_either_removed(seed: int) -> None:
    chance = Random(seed)
    base = [f"line {number}" for number in range(chance.randint(0, 30))]
    mine, new = (edited(base, side, chance) for side in ("mine", "new"))
    merged = merge(*(text(lines, chance) for lines in (mine, base, new)))
    there = merged.content.decode().replace("\r\n", "\n").split("\n")
    assert {line for line in (*mine, *new) if line not in base} <= set(there)
    if not merged.conflicts:
        assert not has_markers(merged.content)
        assert not {line for line in base if line not in mine or line not in new} & set(there)


def edited(base: list[str], side: str, chance: Random) -> list[str]:
    """A few lines added, changed and removed."""
    lines = list(base)
    for step in range(chance.randint(0, 4)):
        place = chance.randint(0, len(lines))
        kind = chance.choice(["add", "change", "remove"])
        lines[place : place + (kind != "add")] = [] if kind == "remove" else [f"{side} {step}"]
    return lines


def text(lines: list[str], chance: Random) -> bytes:
    """The lines with one kind of line end, and maybe none at the end."""
    end = chance.choice(["\n", "\r\n"])
    return (end.join(lines) + chance.choice(["", end]) * bool(lines)).encode()


def test_what_both_changed_alike_is_no_conflict() -> None:
    assert merge(b"one\nTWO\n", b"one\ntwo\n", b"one\nTWO\n").conflicts == 0


def test_a_last_line_without_an_end_does_not_run_into_a_new_one() -> None:
    assert merge(b"one\ntwo\nmine", b"one\ntwo\n", b"zero\none\ntwo\n").content == b"zero\none\ntwo\nmine"


def test_content_with_a_zero_byte_is_not_text() -> None:
    assert is_text("für".encode("latin-1"))
    assert not is_text("für".encode("utf-16"))


BASE = b"# locked\nprotokit==1\nalpha==1\nbeta==1 ; python_version < '3.12'\nbeta==2 ; python_version >= '3.12'\n"


@pytest.mark.parametrize(
    ("mine", "new", "merged"),
    [
        pytest.param(BASE, BASE.replace(b"a==1", b"a==3"), BASE.replace(b"a==1", b"a==3"), id="new versions"),
        pytest.param(
            BASE.replace(b"alpha==1", b"alpha==1\n# ours\nown>=2"),
            BASE.replace(b"alpha==1", b"alpha==9"),
            BASE.replace(b"alpha==1", b"alpha==9\n# ours\nown>=2"),
            id="a package of one's own",
        ),
        pytest.param(
            BASE.replace(b"alpha==1\n", b""),
            BASE.replace(b"alpha==1", b"alpha==9"),
            BASE.replace(b"alpha==1\n", b""),
            id="removed stays removed",
        ),
        pytest.param(
            BASE.replace(b"alpha==1", b"alpha==5"),
            BASE.replace(b"alpha==1\n", b"aaa==1\n"),
            BASE.replace(b"alpha==1", b"alpha==5\naaa==1"),
            id="a version of one's own that is needed no more",
        ),
        pytest.param(
            BASE.replace(b"alpha==1", b"alpha==5"),
            BASE.replace(b"alpha==1", b"alpha==9"),
            None,
            id="two versions of one package",
        ),
        pytest.param(BASE + b"own==1 \\\n  --hash=sha256:0\n", BASE, None, id="entries over several lines"),
    ],
)
def test_requirements_are_merged_package_by_package(mine: bytes, new: bytes, merged: bytes | None) -> None:
    found = merge_requirements(mine, BASE, new)
    assert (
        found is None
        if merged is None
        else found is not None and sorted(found.split(b"\n")) == sorted(merged.split(b"\n"))
    )


def test_requirements_keep_the_line_ends_of_windows() -> None:
    mine = (BASE + b"own==1\n").replace(b"\n", b"\r\n")
    merged = merge_requirements(mine, BASE, BASE.replace(b"alpha==1", b"alpha==2"))
    assert merged == mine.replace(b"alpha==1", b"alpha==2")
