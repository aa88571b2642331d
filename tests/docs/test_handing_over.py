"""docs/handing-over.md: the commands it shows are ones that protokit has, and they do what it says."""

import re
import shlex
from pathlib import Path

from tests.support.terminal import protokit

PAGE = (Path(__file__).parents[2] / "docs" / "handing-over.md").read_text(encoding="utf-8")


def test_the_commands_that_end_run_as_written(tmp_path: Path) -> None:
    words = ["Answer questions about our HR handbook", "--name", "Leave Helper"]
    assert protokit("new", *words, cwd=tmp_path).code == 0
    shown = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.S) for line in block.splitlines()]
    commands = [shlex.split(line)[1:] for line in shown if line.startswith("protokit ")]
    assert [command[0] for command in commands] == ["serve", "mcp", "export", "eject", "check"]
    for command in commands[2:4]:
        done = protokit(*command, cwd=tmp_path)
        assert done.code == 0, done.err
    made = {path.name for path in tmp_path.iterdir()}
    assert made == {"leave-helper", "leave-helper-docker", "leave-helper-ejected"}
    assert {"leave_helper_runtime", "leave_helper_vectorstore"} <= {
        path.name for path in (tmp_path / "leave-helper-ejected").iterdir()
    }


def test_every_form_and_option_that_it_names_is_known(tmp_path: Path) -> None:
    from protokit.deploy.export.bundles import KINDS

    assert re.findall(r"(?m)^\| `([a-z-]+)` \|", PAGE)[1:] == list(KINDS)
    for verb, options in {"serve": ["--host"], "mcp": ["--http"], "eject": ["--out", "--in-place"]}.items():
        shown = protokit(verb, "--help", cwd=tmp_path).out
        assert all(option in shown and option in PAGE for option in options)


def test_the_variables_that_it_names_are_read_somewhere() -> None:
    sources = [
        path.read_text(encoding="utf-8") for path in Path(__file__).parents[2].glob("protokit/**/*.py")
    ]
    for name in set(re.findall(r"`(PROTOKIT_\w+)`", PAGE)):
        assert any(f'"{name}"' in source for source in sources), name
