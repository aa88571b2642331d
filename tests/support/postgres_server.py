"""A Postgres server of the tests' own on loopback, where one is installed."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.support.browser import own_port


@contextmanager
def running() -> Iterator[str]:
    """The `postgresql://` URL of an empty database: PROTOKIT_TEST_POSTGRES, or a new server's.

    Without either, or without psycopg, the test is skipped.
    """
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    if url := os.environ.get("PROTOKIT_TEST_POSTGRES"):
        yield url
        return
    initdb = shutil.which("initdb") or next(map(str, Path("/usr/lib/postgresql").glob("*/bin/initdb")), None)
    if initdb is None or os.name == "nt":
        pytest.skip("Postgres is not installed")
    server, port = Path(initdb).resolve().with_name("pg_ctl"), own_port()
    with TemporaryDirectory(prefix="protokit-postgres-") as place:
        if os.getuid() == 0:  # it refuses root
            shutil.chown(place, "postgres")
        data = Path(place, "data")
        call(initdb, "-D", data, "-U", "tests", "-A", "trust", "--no-sync")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
        call(server, "-D", data, "-w", "-l", Path(place, "log"), "-o", options, "start")
        try:
            # No two servers of one run have the same URL: what is known of a URL is remembered.
            yield f"postgresql://tests@127.0.0.1:{port}/postgres?application_name={Path(place).name}"
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
