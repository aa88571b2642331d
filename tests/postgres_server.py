"""A Postgres server of the tests' own on loopback, where one is installed."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.browser import own_port


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """The `postgresql://` URL of an empty database: PROTOKIT_TEST_POSTGRES, or a new server in `folder`.

    Without either, or without psycopg, the test is skipped.
    """
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    if url := os.environ.get("PROTOKIT_TEST_POSTGRES"):
        yield url
        return
    initdb = shutil.which("initdb") or next(map(str, Path("/usr/lib/postgresql").glob("*/bin/initdb")), None)
    if initdb is None or os.name == "nt":
        pytest.skip("Postgres is not installed")
    data, port = folder / "data", own_port()
    if os.getuid() == 0:  # it refuses root
        for place in (folder, *folder.parents[:2]):
            place.chmod(0o755)
        shutil.chown(folder, "postgres")
    call(initdb, "-D", data, "-U", "tests", "-A", "trust", "--no-sync")
    server = Path(initdb).resolve().with_name("pg_ctl")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
    call(server, "-D", data, "-w", "-l", folder / "log", "-o", options, "start")
    try:
        yield f"postgresql://tests@127.0.0.1:{port}/postgres"
    finally:
        call(server, "-D", data, "-w", "-m", "immediate", "stop")


def call(*words: str | Path) -> None:
    user = {"user": "postgres"} if os.getuid() == 0 else {}
    subprocess.run(
        list(map(str, words)),
        check=True,
        cwd="/",
        stdout=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        **user,
    )
