"""A disk without a byte left: the owner gets in and shuts doors, what is there can be read, and no money is spent.

The disk is a small one in memory, which a process of its own mounts where nobody else sees it.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.hub_site import made
from tests.support.terminal import environment

_HERE = Path(__file__).parents[2]
_ALONE = ["unshare", "--map-root-user", "--mount"]

SCRIPT = """
import shutil, sys
from pathlib import Path
from protokit.hub.content.usage_analytics import UsageAnalytics, events_file
from protokit.hub.security.passcodes import hashed
from protokit.hub.security.identity import OWNER_COOKIE
from protokit.runtime.runtime_errors import LimitReached
from protokit.runtime.assistant_types import Answer
from protokit.runtime.prototype_fields import SpendingLimits
from protokit.runtime.settings import Settings
from protokit.runtime.usage.spending_limits import reserved
from protokit.runtime.usage.events import EventLog
from tests.support.hub_site import owner, site

disk, prototype = Path(sys.argv[1]), Path(sys.argv[2])
answer = Answer(question="How many days?", text="25 days.", model="offline", found=True)
with site(disk / "home", prototype) as hub:
    store, folder = hub.hub.store, hub.folder("hr")
    store.set_passcode(hashed("correct horse"))
    hub.client.cookies.set(OWNER_COOKIE, owner(hub.hub))
    log = EventLog(events_file(folder))
    assert log.record(answer) == 1
    settings = Settings(folder, title="HR", limits=SpendingLimits(dollars_total=1.0))
    with reserved(settings, 0.1, 10, "ann") as settle:
        settle(0.1, 10)
    links = [store.make_link("hr", f"Link {n}") for n in range(20)]
    filler = (disk / "filler").open("wb", buffering=0)
    for size in (65536, 4096, 1):
        try:
            while True:
                filler.write(b"x" * size)
        except OSError:
            pass
    assert shutil.disk_usage(disk).free == 0
    assert log.record(answer) == 0
    try:
        with reserved(settings, 0.1, 10, "ann"):
            print("money: open")
    except LimitReached:
        print("money: shut")
    print("read:", UsageAnalytics(folder).totals().questions, len(log.events()))
    for page in ("/", "/activity", "/prototypes/hr", "/prototypes/hr/questions", "/prototypes/hr/links"):
        assert "disk is full" in hub.get(page), page
    print("signed in:", [hub.post("/signin", "/signin", passcode="correct horse").status_code for _ in range(5)])
    for link in links:
        hub.post(f"/prototypes/hr/links/{link.id}/revoke", "/prototypes/hr/links")
    print("revoked:", {link.state for link in store.links("hr")})
    hub.post("/prototypes/hr/archive", "/prototypes/hr/health")
    print("closed:", store.record("hr").archived is not None)
    hub.post("/prototypes/hr/delete", "/prototypes/hr/health")
    print("deleted:", [each.slug for each in store.trashed()])
    hub.post("/prototypes/hr/undelete", "/?shelf=trash")
    filler.close()
    (disk / "filler").unlink()
    print("recorded again:", log.record(answer))
    with reserved(settings, 0.1, 10, "ann") as settle:
        settle(0.1, 10)
"""


@pytest.mark.slow
@pytest.mark.skipif(
    sys.platform != "linux"
    or not shutil.which("unshare")
    or subprocess.run([*_ALONE, "true"]).returncode != 0,
    reason="this system lets nobody mount a disk of their own",
)
def test_on_a_full_disk_the_owner_signs_in_revokes_and_closes_and_no_money_is_spent(tmp_path: Path) -> None:
    prototype, disk, script = made(tmp_path / "hr"), tmp_path / "disk", tmp_path / "script.py"
    disk.mkdir()
    script.write_text(SCRIPT)
    mount = 'mount -t tmpfs -o size=24m disk "$1" && exec "$2" "$3" "$1" "$4"'
    done = subprocess.run(
        [*_ALONE, "sh", "-c", mount, "sh", disk, sys.executable, script, prototype],
        cwd=_HERE,
        env={**environment(), "PYTHONPATH": str(_HERE)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "money: shut",
        "read: 1 1",
        "signed in: [303, 303, 303, 303, 303]",
        "revoked: {'revoked'}",
        "closed: True",
        "deleted: ['hr']",
        "recorded again: 2",
    ]
