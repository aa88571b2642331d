"""What a team does to a whole repository (a formatter, a replacement, line ends, moves) outlasts an update."""

import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from protokit.files.layout import BASE, OLDER_BASE, UPDATE_JOURNAL
from protokit.prototype.pristine_copy import read_pristine
from tests.support.pristine import given
from tests.support.releases import Release, append, commit, foreseen, swap, updated
from tests.support.terminal import inside, tree


def everywhere(folder: Path, old: bytes, new: bytes) -> None:
    """Replace `old` in every file that git has, as `git grep -l OLD | xargs sed -i` does."""
    words = ["git", "grep", "-l", "--cached", old.decode()]
    found = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=True)
    for name in found.stdout.splitlines():
        (folder / name).write_bytes((folder / name).read_bytes().replace(old, new))


def older(folder: Path) -> None:
    """Bring the pristine copy to the form that it had in older programs."""
    for name, content in read_pristine(folder).items():
        path = folder / OLDER_BASE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (folder / BASE).unlink()
    (folder / ".gitignore").write_text(".protokit/*\n!.protokit/base/\n")


@pytest.mark.parametrize("form", ["one file", "older"])
def test_a_replacement_over_the_whole_repository_outlasts_an_update(
    folder: Path,
    release: Release,
    form: str,
) -> None:
    release.edit("assistant.py", folder, append(b"# newer\n"))
    if form == "older":
        older(folder)
    commit(folder)
    everywhere(folder, b"PASSAGES = 6", b"PASSAGES = 4")
    commit(folder)
    done = updated(folder, release, "--json")
    assert (done.code, done.json["verdict"]) == (0, "updated"), done.out + done.err
    text = (folder / "assistant.py").read_text()
    assert "PASSAGES = 4" in text
    assert text.endswith("# newer\n")
    assert not (folder / OLDER_BASE).exists()
    assert b"PASSAGES = 6" in given(folder, "assistant.py")


def test_nothing_is_merged_against_a_pristine_copy_that_was_changed(
    folder: Path,
    release: Release,
) -> None:
    own = (folder / "assistant.py").read_bytes() + b"# ours\n"
    (folder / "assistant.py").write_bytes(own)
    with zipfile.ZipFile(folder / BASE, "a") as archive:
        archive.writestr("more.py", own)
    before = tree(folder)
    done = updated(folder, release)
    assert done.code == 1
    assert "base.zip: was changed since it was made" in done.err
    assert {name: content for name, content in tree(folder).items() if name in before} == before
    done = inside(
        "update", folder, cwd=folder
    )  # to the version that it was made from, of which one is made again
    assert done.code == 0, done.err
    assert (folder / "assistant.py").read_bytes() == own
    assert b"# ours" not in given(folder, "assistant.py")


def test_windows_line_ends_of_a_whole_checkout_stay_and_are_no_change(
    folder: Path,
    release: Release,
) -> None:
    release.edit("style.css", folder, append(b".new {}\n"))
    for path in folder.glob("*.*"):
        if path.is_file():
            path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    done = updated(folder, release, "--dry-run", "--json")
    files = {row["file"]: (row["outcome"], row["why"]) for row in done.json["files"]}
    assert files["style.css"] == ("replaced", "")
    assert files["app.py"] == ("kept", "")
    assert updated(folder, release).code == 0
    style = (folder / "style.css").read_bytes()
    assert style.endswith(b".new {}\r\n")
    assert style.count(b"\n") == style.count(b"\r\n")


def test_a_file_that_was_moved_is_followed(folder: Path, release: Release) -> None:
    release.edit("style.css", folder, append(b".new {}\n"))
    (folder / "looks").mkdir()
    moved = folder / "looks/ours.css"
    moved.write_bytes(b"/* ours */\n" + (folder / "style.css").read_bytes())
    (folder / "style.css").unlink()
    assert foreseen(folder, release)["looks/ours.css"] == "merged"
    assert "+.new {}" in updated(folder, release, "--diff").out
    assert updated(folder, release).code == 0
    assert moved.read_bytes().startswith(b"/* ours */\n")
    assert moved.read_bytes().endswith(b".new {}\n")
    assert not (folder / "style.css").exists()


def test_a_file_that_was_deleted_can_be_asked_back(folder: Path) -> None:
    content = (folder / "AGENTS.md").read_bytes()
    refusal = inside("update", folder, "--restore", "AGENTS.md", cwd=folder)
    assert (refusal.code, "is there" in refusal.err) == (1, True)
    (folder / "AGENTS.md").unlink()
    assert inside("update", folder, "--restore", "AGENTS.md", cwd=folder).code == 0
    assert (folder / "AGENTS.md").read_bytes() == content
    refusal = inside("update", folder, "--restore", "../AGENTS.md", cwd=folder)
    assert (refusal.code, "did not come with the blueprint" in refusal.err) == (1, True)


def test_markers_that_are_left_keep_a_prototype_from_being_up_to_date(
    folder: Path,
    release: Release,
) -> None:
    release.edit("style.css", folder, append(b".theirs {}\n"))
    (folder / "style.css").write_bytes((folder / "style.css").read_bytes() + b".ours {}\n")
    assert updated(folder, release, "--conflicts").code == 1
    done = updated(folder, release)
    assert done.code == 1
    assert "markers of an earlier conflict are still in it" in done.out
    assert "Up to date" not in done.out
    text = (folder / "style.css").read_text().splitlines()
    (folder / "style.css").write_text(
        "\n".join(line for line in text if not line.startswith(("<<<<<<<", "=======", ">>>>>>>"))) + "\n"
    )
    assert updated(folder, release).code == 0


@pytest.mark.parametrize("verb", ["check", "export", "eject"])
def test_no_command_works_on_half_an_update(folder: Path, verb: str) -> None:
    (folder / UPDATE_JOURNAL).parent.mkdir(exist_ok=True)
    (folder / UPDATE_JOURNAL).write_text("[]")
    words = ["--to", "zip"] if verb == "export" else []
    done = inside(verb, folder, *words, cwd=folder.parent)
    assert done.code == 1
    assert "an update was cut off here" in done.err
    assert inside("update", folder, cwd=folder).code == 0
    assert not (folder / UPDATE_JOURNAL).exists()


def test_an_unpacked_export_can_be_updated(folder: Path, release: Release, tmp_path: Path) -> None:
    assert inside("export", folder, "--to", "zip", "--out", tmp_path / "it.zip", cwd=tmp_path).code == 0
    shutil.unpack_archive(tmp_path / "it.zip", tmp_path / "unpacked")
    (copy,) = (tmp_path / "unpacked").iterdir()
    release.edit("style.css", folder, append(b".new {}\n"))
    assert foreseen(copy, release)["style.css"] == "replaced"
    assert swap(b"PASSAGES = 6", b"PASSAGES = 5")((copy / "assistant.py").read_bytes())
