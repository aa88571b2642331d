"""`protokit update` brings a prototype to its blueprint of today and loses nothing of what people made of it."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
import yaml
from filelock import FileLock

from protokit.spec.edit_yaml import MIGRATIONS, migrated, rename
from protokit.spec.prototype_spec import SCHEMA, read_spec
from protokit.update.resolver import Resolver
from protokit.update.transaction import PLACE
from protokit.update.update_plan import plan_update
from tests.support import terminal
from tests.support.pristine import give, given
from tests.support.releases import (
    NEXT,
    QUESTIONS,
    Release,
    after,
    append,
    commit,
    foreseen,
    swap,
    updated,
    visible,
)
from tests.support.terminal import protokit, tree

if TYPE_CHECKING:
    from ruamel.yaml.comments import CommentedMap


def test_each_file_has_an_outcome_and_a_dry_run_writes_nothing(folder: Path, release: Release) -> None:
    release.edit("style.css", folder, append(b".new {}\n"))
    release.edit("AGENTS.md", folder, append(b"- Newer.\n"))
    release.edit("assistant.py", folder, swap(b"PASSAGES = 6", b"PASSAGES = 5"))
    release.edit("app.py", folder, swap(b"import", b"import os\nimport"))
    release.write("ROADMAP.md", b"# What comes\n")
    (folder / "AGENTS.md").unlink()
    (folder / "README.md").write_text("ours now\n")
    (folder / "assistant.py").write_bytes((folder / "assistant.py").read_bytes() + b"# ours\n")
    (folder / "app.py").write_bytes(swap(b"import", b"import re\nimport")((folder / "app.py").read_bytes()))
    before = tree(folder)
    outcomes = foreseen(folder, release)
    assert tree(folder) == before
    assert {name: outcomes[name] for name in ("style.css", "assistant.py", "AGENTS.md")} == {
        "style.css": "replaced",
        "assistant.py": "merged",
        "AGENTS.md": "deleted by you",
    }
    assert {name: outcomes[name] for name in ("README.md", "app.py", "ROADMAP.md", "questions.yaml")} == {
        "README.md": "kept",
        "app.py": "conflict",
        "ROADMAP.md": "added",
        "questions.yaml": "kept",
    }
    assert not [name for name in outcomes if name.startswith("knowledge")]


def test_an_update_keeps_all_that_people_made(folder: Path, release: Release) -> None:
    release.edit("style.css", folder, append(b".new {}\n"))
    release.edit("AGENTS.md", folder, append(b"- Newer.\n"))
    release.edit("assistant.py", folder, swap(b"PASSAGES = 6", b"PASSAGES = 5"))
    (folder / "AGENTS.md").unlink()
    (folder / "assistant.py").write_bytes((folder / "assistant.py").read_bytes() + b"# ours\n")
    (folder / "assistant.py").chmod(0o755)
    (folder / "style.css").chmod(0o600)
    (folder / "own").mkdir()
    (folder / "own" / "notes.txt").write_bytes(b"\xff\x00ours")
    (folder / "knowledge" / "more.md").write_text("# Hotels\n\nA hotel may cost 140 euros.\n")
    kept = {name: content for name, content in tree(folder).items() if name.startswith(("knowledge", "own"))}
    done = updated(folder, release, "--json")
    assert done.code == 0, done.err + done.out
    assert (done.json["verdict"], done.json["written"]) == ("updated", True)
    assert done.json["health"]["tests_passed"] == 1
    assert done.json["health"]["scores"]["right"] == {"hits": 1, "of": 1}
    now = tree(folder)
    assert kept.items() <= now.items()
    assert "AGENTS.md" not in now
    assert (folder / "questions.yaml").read_text() == QUESTIONS
    text = (folder / "assistant.py").read_text()
    assert "PASSAGES = 5" in text
    assert text.endswith("# ours\n")
    assert (folder / "assistant.py").stat().st_mode & 0o777 == 0o755
    assert (folder / "style.css").stat().st_mode & 0o777 == 0o600
    assert read_spec(folder / "prototype.yaml").blueprint == f"rag-search@{NEXT}"
    base = given(folder, "assistant.py").decode()
    assert "PASSAGES = 5" in base
    assert "# ours" not in base
    again = updated(folder, release, "--json")
    assert (again.code, again.json["verdict"]) == (0, "up to date")
    assert visible(folder) == {name: now[name] for name in visible(folder)}


def test_lines_that_merge_and_do_not_fit_together_are_not_kept(folder: Path, release: Release) -> None:
    release.edit("style.css", folder, append(b".new {}\n"))
    release.edit("assistant.py", folder, append(b"\n\ndef most() -> int:\n    return PASSAGES\n"))
    path = folder / "assistant.py"
    path.write_text(path.read_text().replace("PASSAGES", "OURS"))
    before = visible(folder)
    done = updated(folder, release, "--json")
    assert done.code == 1
    assert (done.json["verdict"], done.json["written"]) == ("rolled back", False)
    assert done.json["why"].startswith("assistant.py: Undefined name `PASSAGES`: line ")
    assert done.json["culprit"] == "assistant.py"
    assert visible(folder) == before


@pytest.mark.slow
def test_what_gets_worse_is_not_kept_and_the_file_that_did_it_is_named(
    folder: Path, release: Release
) -> None:
    release.edit("style.css", folder, append(b".new {}\n"))
    release.edit("README.md", folder, append(b"\nNewer.\n"))
    release.edit("assistant.py", folder, swap(b"limit=PASSAGES", b"limit=0"))
    before = visible(folder)
    done = updated(folder, release)
    assert done.code == 1
    assert "Left as it was: with the update, tests.test_demo::" in done.out
    assert "It is the change of assistant.py." in done.out
    assert visible(folder) == before


def test_conflicts_are_written_only_when_asked_for_and_no_line_of_either_is_lost(
    folder: Path, release: Release
) -> None:
    release.edit("app.py", folder, swap(b"import", b"import os\nimport"))
    release.edit("style.css", folder, append(b".new {}\n"))
    mine = swap(b"import", b"import re\nimport")((folder / "app.py").read_bytes())
    (folder / "app.py").write_bytes(mine)
    before = visible(folder)
    refused = updated(folder, release)
    assert refused.code == 1
    assert "conflict  app.py" in refused.out
    assert "1 place that both changed" in refused.out
    assert visible(folder) == before
    written = updated(folder, release, "--conflicts")
    assert written.code == 1
    text = (folder / "app.py").read_text()
    assert f"<<<<<<< yours\nimport re\n=======\nimport os\n>>>>>>> rag-search@{NEXT}\n" in text
    assert ".new {}" in (folder / "style.css").read_text()
    (folder / "app.py").write_bytes(mine)
    assert updated(folder, release, "--json").json["verdict"] == "up to date"


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("Windows line ends", lambda content: content.replace(b"\n", b"\r\n")),
        ("no line end at the end", lambda content: content + b"# ours"),
        ("a byte order mark", lambda content: b"\xef\xbb\xbf" + content),
        ("Latin-1", lambda content: content + "# für uns\n".encode("latin-1")),
        ("all of it", lambda c: b"\xef\xbb\xbf" + (c + b"# \xfcber").replace(b"\n", b"\r\n")),
    ],
)
def test_how_a_text_is_written_down_stays_the_persons(
    folder: Path, release: Release, name: str, change: Callable[[bytes], bytes]
) -> None:
    pristine = (folder / "style.css").read_bytes()
    (folder / "style.css").write_bytes(change(pristine))
    newer = b"/* newer */\n" + pristine
    release.edit("style.css", folder, lambda _: newer)
    assert foreseen(folder, release)["style.css"] in ("merged", "replaced")
    assert after(folder, release, "style.css") == change(newer)


def test_a_file_that_is_not_text_is_a_conflict_and_stays(folder: Path, release: Release) -> None:
    release.edit("style.css", folder, lambda _: b"\0new")
    (folder / "style.css").write_bytes(b"\0mine")
    assert foreseen(folder, release)["style.css"] == "conflict"
    assert after(folder, release, "style.css") == b"\0mine"


def test_nothing_is_written_through_a_link(folder: Path, release: Release, tmp_path: Path) -> None:
    release.edit("style.css", folder, append(b".new {}\n"))
    release.edit("tests/test_demo.py", folder, append(b"# newer\n"))
    (tmp_path / "shared.css").write_bytes(b".shared {}\n")
    (folder / "style.css").unlink()
    (folder / "style.css").symlink_to(tmp_path / "shared.css")
    shutil.move(folder / "tests", tmp_path / "elsewhere")
    (folder / "tests").symlink_to(tmp_path / "elsewhere")
    outside = tree(tmp_path / "elsewhere"), (tmp_path / "shared.css").read_bytes()
    outcomes = foreseen(folder, release)
    assert (outcomes["style.css"], outcomes["tests/test_demo.py"]) == ("conflict", "conflict")
    assert updated(folder, release, "--conflicts").code == 1
    assert (tree(tmp_path / "elsewhere"), (tmp_path / "shared.css").read_bytes()) == outside
    assert (folder / "style.css").is_symlink()


def test_a_file_the_blueprint_drops_goes_unless_somebody_worked_on_it(folder: Path, release: Release) -> None:
    for name in ("one.txt", "two.txt"):
        (folder / name).write_text("from the blueprint\n")
        give(folder, **{name: b"from the blueprint\n"})
    (folder / "two.txt").write_text("from the blueprint\nand us\n")
    outcomes = foreseen(folder, release)
    assert (outcomes["one.txt"], outcomes["two.txt"]) == ("removed", "kept")


def test_requirements_are_merged_by_package(folder: Path, release: Release) -> None:
    text = (folder / "requirements.txt").read_text()
    pins = [line for line in text.splitlines() if line.startswith(("anyio==", "attrs==", "bcrypt=="))]
    assert len(pins) == 3
    (folder / "requirements.txt").write_text(
        text.replace(pins[1], f"{pins[1]}\n# for the chart\naltair-tiles>=0.3")
    )
    new = (
        text.replace(pins[0], "anyio==99.0").replace(pins[1], "attrs==99.0").replace(pins[2], "bcrypt==99.0")
    )
    release.edit("requirements.txt", folder, lambda _: new.encode())
    assert foreseen(folder, release)["requirements.txt"] == "merged"
    merged = (after(folder, release, "requirements.txt") or b"").decode()
    assert "attrs==99.0\n# for the chart\naltair-tiles>=0.3\n" in merged
    (folder / "requirements.txt").write_text(text.replace(pins[1], "attrs==1.0"))
    assert foreseen(folder, release)["requirements.txt"] == "conflict"


def test_the_spec_keeps_values_comments_order_and_spacing(folder: Path, release: Release) -> None:
    release.card("\n", "\nparameters:\n  region: {default: EU, help: Where}\n")
    path = folder / "prototype.yaml"
    text = path.read_text(encoding="utf-8").replace("title: ", "# the name\ntitle:    ", 1)
    text = text.replace("- How many", "  - How many").replace(
        "screen: streamlit", "screen:   'streamlit'  # not gradio"
    )
    lines = text.splitlines()
    blueprint = next(line for line in lines if line.startswith("blueprint:"))
    lines.remove(blueprint)
    lines += ["", "# at the end", f"{blueprint}   # where it comes from"]
    path.write_text("\r\n".join(lines), encoding="utf-8", newline="")
    spec = (after(folder, release, "prototype.yaml") or b"").decode()
    assert spec.count("\r\n") == spec.count("\n")
    now = spec.splitlines()
    assert [line for line in now if line not in lines and "region" not in line and line != "parameters:"] == [
        line for line in now if line.startswith(f"blueprint: rag-search@{NEXT}")
    ]
    assert [line for line in lines if line not in now] == lines[-1:]
    assert "  region: EU" in now


def test_an_older_schema_is_brought_to_the_newest_step_by_step() -> None:
    def say_voice(fields: "CommentedMap") -> None:
        rename(fields, "tone", "voice")

    def gather_looks(fields: "CommentedMap") -> None:
        fields["looks"] = {"emoji": fields.pop("emoji"), "accent": fields.pop("accent")}

    text = """# what it is
title:   Leave Helper # the name
# how it speaks
tone: 'brief'  # never long
starter_questions:
    - One?
    - Two?
emoji: "X" # a sign
# our blue
accent: '#4f46e5'
"""
    steps = [say_voice, gather_looks]
    now = migrated(text.encode(), {"blueprint": "rag-search@2.0.0"}, migrations=steps).decode()
    assert yaml.safe_load(now) == {
        "title": "Leave Helper",
        "voice": "brief",
        "starter_questions": ["One?", "Two?"],
        "looks": {"emoji": "X", "accent": "#4f46e5"},
        "schema": 3,
        "blueprint": "rag-search@2.0.0",
    }
    assert now.startswith("# what it is\ntitle:   Leave Helper # the name\n# how it speaks\nvoice: 'brief' ")
    assert "starter_questions:\n    - One?\n    - Two?\n" in now
    assert {"# never long", "# a sign", "# our blue"} <= {line[line.find("#") :] for line in now.splitlines()}
    assert migrated(now.encode(), {}, migrations=steps) == now.encode()


def test_every_schema_has_its_migration() -> None:
    assert len(MIGRATIONS) == SCHEMA - 1


def test_a_spec_from_a_newer_protokit_is_said_so(folder: Path, release: Release) -> None:
    path = folder / "prototype.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("schema: 1", "schema: 99"), encoding="utf-8")
    done = updated(folder, release)
    assert done.code == 1
    assert "schema 99 is from a newer protokit" in done.err
    assert "Upgrade protokit." in done.err


def test_without_git_a_merge_is_refused_with_what_to_do(
    folder: Path, release: Release, tmp_path: Path
) -> None:
    (tmp_path / "bin").mkdir()
    release.edit("style.css", folder, append(b".new {}\n"))
    (folder / "style.css").write_bytes(b"/* ours */\n" + (folder / "style.css").read_bytes())
    done = updated(folder, release, env={"PATH": str(tmp_path / "bin")})
    assert done.code == 1
    assert "git is not installed" in done.err
    assert "git-scm.com" in done.err


def test_an_older_blueprint_does_not_take_the_prototype_back(folder: Path) -> None:
    path = folder / "prototype.yaml"
    text = re.sub(r"rag-search@\S+", "rag-search@777.0.0", path.read_text(encoding="utf-8"))
    path.write_text(text, encoding="utf-8")
    done = protokit("update", folder, cwd=folder)
    assert done.code == 1
    assert "made from rag-search@777.0.0" in done.err


def test_a_folder_without_its_pristine_copy_is_told_from_one_that_is_no_prototype(folder: Path) -> None:
    shutil.rmtree(folder / ".protokit")
    path = folder / "prototype.yaml"
    path.write_text(re.sub(r"rag-search@\S+", "rag-search@0.0.1", path.read_text(encoding="utf-8")))
    assert "no .protokit/base.zip here" in protokit("update", folder, cwd=folder).err
    (folder / "prototype.yaml").unlink()
    assert "not a prototype" in protokit("update", folder, cwd=folder).err


def test_new_code_from_a_git_repository_has_to_be_trusted_again(release: Release, tmp_path: Path) -> None:
    address = f"git+file://{release.folder}@main"
    release.card("name: rag-search", "name: leave-search")
    commit(release.folder)
    words = ["--blueprint", address, "--trust", "--out", "leave"]
    done = protokit("new", "Search our handbook", *words, cwd=tmp_path)
    assert done.code == 0, done.err
    first_commit = read_spec(tmp_path / "leave/prototype.yaml").source
    assert protokit("update", "leave", "--dry-run", "--json", cwd=tmp_path).json["verdict"] == "up to date"
    release.card(r"version: \S+", "version: 99.1.0")
    commit(release.folder)
    refused = protokit("update", "leave", "--dry-run", cwd=tmp_path)
    assert refused.code == 1
    assert "--trust" in refused.err
    trusted = protokit("update", "leave", "--dry-run", "--trust", "--json", cwd=tmp_path).json
    assert (trusted["to"], trusted["verdict"]) == ("leave-search@99.1.0", "would update")
    (spec,) = (c for c in plan_update(tmp_path / "leave", trust=True).changes if c.file == "prototype.yaml")
    assert first_commit is not None
    assert first_commit.commit not in (spec.after or b"").decode()


def test_two_updates_do_not_meet(folder: Path, release: Release) -> None:
    with FileLock(folder / ".protokit/update.lock"):
        done = updated(folder, release)
    assert done.code == 1
    assert "another update is running here" in done.err


def test_all_prototypes_of_a_folder_are_updated_and_one_that_is_broken_stops_no_other(
    first: Path, tmp_path: Path
) -> None:
    for name in ("a", "b"):
        shutil.copytree(first, tmp_path / name)
    (tmp_path / "a/prototype.yaml").write_text("title: [")
    done = protokit("update", tmp_path, "--all", "--json", cwd=tmp_path)
    assert done.code == 1
    assert [(Path(row["folder"]).name, row["verdict"]) for row in done.json] == [
        ("a", "failed"),
        ("b", "up to date"),
    ]
    assert "prototype.yaml" in done.err


def test_packages_that_cannot_be_resolved_leave_everything_as_it_was(folder: Path, tmp_path: Path) -> None:
    before = visible(folder)
    alone = {"UV_OFFLINE": "1", "UV_CACHE_DIR": str(tmp_path / "none"), "UV_NO_CONFIG": "1"}
    done = protokit("update", folder, "--deps", cwd=tmp_path, env=alone)
    assert done.code == 1
    assert len(done.err.splitlines()) == 1
    assert visible(folder) == before


@pytest.mark.slow
def test_without_uv_packages_for_other_systems_stay_in_the_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "index").mkdir()
    for name, version in (("here", "1.0"), ("here", "2.0"), ("both", "1.0"), ("both", "2.0")):
        with zipfile.ZipFile(tmp_path / "index" / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
            info = f"{name}-{version}.dist-info"
            wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
            wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(f"{info}/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "index"))
    marked = ["both==1.0 ; python_version >= '3.11'", "elsewhere==3.1 ; sys_platform == 'win31'"]
    (tmp_path / "room").mkdir()
    locked = Resolver(tmp_path / "room", None).locked(["here", "both"], ["here==1.0", *marked])
    assert locked == [*marked, "here==2.0"]


KILLED = '''
"""Carries out changes and is killed at each step in turn, then while it recovers; every end is all or nothing."""
import os, shutil, signal, sys
from pathlib import Path
from protokit.update.file_diff import Change
from protokit.update.transaction import carry_out, interrupted, recover

place = Path(sys.argv[1])
before = {"a.txt": b"one", "deep/b.txt": b"two", "gone.txt": b"three", "same.txt": b"four"}
after = {"a.txt": b"ONE", "deep/b.txt": b"TWO", "new/c.txt": b"FIVE", "same.txt": b"four"}
names = sorted({*before, *after})
changes = [Change(name, "replaced", before.get(name), after.get(name)) for name in names]
STEPS = {"open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.chmod", "shutil.copyfile", "shutil.rmtree"}

def found(folder):
    paths = [path for path in folder.rglob("*") if path.is_file() and ".protokit" not in path.parts]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}

def killed_at(step, work):
    """Whether `work` was killed at its step number `step`, in a process of its own."""
    child = os.fork()
    if child == 0:
        count = 0
        def watch(event, args):
            nonlocal count
            if event in STEPS:
                count += 1
                if count == step:
                    os.kill(os.getpid(), signal.SIGKILL)
        sys.addaudithook(watch)
        work()
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])

def fresh(number):
    folder = place / str(number)
    for name, content in before.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder

ends, step = {"old": 0, "new": 0}, 0
while True:
    step += 1
    folder = fresh(step)
    if not killed_at(step, lambda: carry_out(folder, changes)):
        break
    again = 0
    while killed_at(again := again + 1, lambda: recover(folder)):
        pass
    assert not interrupted(folder)
    assert found(folder) in (before, after), (step, found(folder))
    ends["old" if found(folder) == before else "new"] += 1
    assert not (folder / ".protokit/update").exists()
    shutil.rmtree(folder)
assert found(folder) == after
print(ends["old"], ends["new"])
'''


KILLED_LATE = """
files = ("README.md", "style.css")
changes = [Change(name, "replaced", (place / name).read_bytes(), b"half") for name in files]
step = 0
while (place / "style.css").read_bytes() != b"half":
    recover(place)
    step += 1
    assert killed_at(step, lambda: carry_out(place, changes))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills forks of itself")
def test_a_kill_at_any_step_leaves_the_old_files_or_the_new(tmp_path: Path) -> None:
    done = terminal.run([sys.executable, "-c", KILLED, str(tmp_path)], cwd=tmp_path)
    assert done.code == 0, done.err
    old, new = map(int, done.out.split())
    assert old > 20
    assert new > 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills forks of itself")
def test_a_file_edited_after_a_kill_is_left_alone_and_named(folder: Path, release: Release) -> None:
    before = (folder / "README.md").read_bytes()
    code = KILLED.partition("ends, step =")[0] + KILLED_LATE
    done = terminal.run([sys.executable, "-c", code, str(folder)], cwd=folder)
    assert done.code == 0, done.err
    assert (folder / PLACE / "journal.json").exists()
    (folder / "style.css").write_bytes(b"/* edited since */\n")
    assert "an update was cut off here" in updated(folder, release, "--dry-run").err
    done = protokit("update", folder, "--json", cwd=folder)
    assert done.json["recovered"] == {"restored": ["README.md"], "left": ["style.css"]}
    assert "edited since and left alone: style.css" in done.err
    assert (folder / "README.md").read_bytes() == before
    assert (folder / "style.css").read_bytes() == b"/* edited since */\n"


def until(holds: Callable[[], object], patience: float = 60) -> None:
    end = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


@pytest.mark.skipif(
    sys.platform != "linux", reason="only there the system ends what a killed one has started"
)
def test_what_an_update_has_started_ends_when_it_is_killed(
    folder: Path, release: Release, tmp_path: Path
) -> None:
    release.edit("style.css", folder, append(b".new {}\n"))
    aside = tmp_path / "aside"
    aside.mkdir()
    command = [*terminal.COMMAND, "update", str(folder), "--blueprint", str(release.folder)]
    takes_long = "import os, time; open('number', 'w').write(str(os.getpid())); time.sleep(600)"
    (folder / "tests" / "test_long.py").write_text(f"def test_long():\n    {takes_long}\n")
    environment = terminal.environment(TMPDIR=str(aside))
    with subprocess.Popen(command, env=environment, cwd=folder.parent) as child:
        until(lambda: (numbers := list(aside.rglob("number"))) and numbers[0].read_text())
        child.send_signal(signal.SIGKILL)
    number = int(next(aside.rglob("number")).read_text())
    until(lambda: not psutil.pid_exists(number), patience=10)


@pytest.mark.slow
def test_an_update_that_is_killed_again_and_again_is_finished_by_the_next(
    folder: Path, release: Release, tmp_path: Path
) -> None:
    release.edit("style.css", folder, append(b".new {}\n"))
    release.edit("assistant.py", folder, swap(b"PASSAGES = 6", b"PASSAGES = 5"))
    (folder / "README.md").write_text("ours\n")
    before = visible(folder)
    command = [*terminal.COMMAND, "update", str(folder), "--blueprint", str(release.folder)]
    aside = tmp_path / "aside"
    aside.mkdir()
    place = {"TMPDIR": str(aside)}
    for seconds in (0.2, 0.6, 2, 5, 9):
        with subprocess.Popen(command, env=terminal.environment(**place), cwd=folder.parent) as child:
            time.sleep(seconds)  # the moment is the subject here
            child.send_signal(signal.SIGKILL)
        if visible(folder) != before:
            break
    done = updated(folder, release, "--json", env=place)
    assert done.code == 0, done.err
    assert (folder / "README.md").read_text() == "ours\n"
    assert ".new {}" in (folder / "style.css").read_text()
    assert not (folder / PLACE).exists()
    assert not list(aside.glob("protokit-rehearsal-*"))
