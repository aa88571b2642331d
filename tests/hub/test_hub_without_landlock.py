"""A kernel without Landlock: it is said wherever somebody decides whom to trust; who must confine does not start."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.hub_process import RunningHub, running_hub
from tests.support.hub_site import made
from tests.support.older_kernel import WITHOUT_LANDLOCK
from tests.support.terminal import Done, environment
from tests.support.waiting import until
from vectorstore.confinement.confine import support

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="no other system has Landlock"),
    pytest.mark.skipif(not support().seccomp, reason="no filter can stand in for an older kernel"),
]

LACK = "this Linux has no Landlock, or a container forbids it"


def command(*words: str | Path) -> Done:
    done = subprocess.run(
        [*WITHOUT_LANDLOCK, "-m", "protokit", *map(str, words)],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    home = tmp_path_factory.mktemp("older") / "home"
    made(home / "prototypes" / "hr")
    with running_hub(home, python=WITHOUT_LANDLOCK) as served:
        yield served


def test_doctor_says_that_prototypes_are_not_confined() -> None:
    done = command("doctor", "--json")
    (sandbox,) = [check for check in done.json if check["name"] == "sandbox"]
    assert sandbox["detail"] == f"prototypes of a Hub are not fully confined: {LACK}"
    assert "Linux 6.12" in sandbox["fix"]


def test_a_hub_that_has_to_confine_does_not_start(tmp_path: Path) -> None:
    done = command("hub", "--home", tmp_path / "home", "--sandbox", "required")
    assert done.code == 1
    assert f"the sandbox is required, and {LACK}" in done.err
    assert "--sandbox auto" in done.err
    assert "Traceback" not in done.err


def test_a_hub_that_need_not_says_so_at_its_start_and_on_the_prototypes_page(hub: RunningHub) -> None:
    assert f"Prototypes run without a full sandbox: {LACK}." in hub.said.read_text()
    page = hub.person().open("/prototypes/hr/health").text
    assert "Its code is not confined" in page
    assert LACK[1:] in page


def test_prototypes_and_documents_work_there_all_the_same(hub: RunningHub) -> None:
    owner = hub.person()
    document = {"leave.html": b"<p>30 days of leave a year.</p>"}
    assert "leave.html" in owner.wait(owner.new("Answer questions about leave", document))
    until(lambda: owner.open("/p/hr/app/").status_code == 200)
