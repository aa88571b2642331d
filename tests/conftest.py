"""What all tests share: no network beyond this machine, a Postgres, a Chromium, and an order for the workers."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support import postgres_server
from tests.support.browser import browser

_LOOPBACK = ("127.", "::1", "localhost", "0.0.0.0")
_LONGEST = """
    test_pages test_hub_hosting test_hub_pages test_hub_visitors test_check test_knowledge test_models test_model_pages
    test_new test_update test_injection test_serve test_knowledge_survival test_judge test_bad_input test_export
    test_wheel test_eject test_blueprint_tutorial
""".split()
"""The files that take longest begin: a worker gets whole files, and none is to be left with a long one at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = {name: place for place, name in enumerate(_LONGEST)}
    items.sort(key=lambda item: places.get(item.path.stem, len(places)))


@pytest.fixture(autouse=True, scope="session")
def only_loopback() -> Iterator[None]:
    """Let a test fail that would talk to another machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not str(address[0]).startswith(_LOOPBACK):
            raise AssertionError(f"a test tried to reach {address[0]}")
        connect(self, address)

    socket.socket.connect = guarded  # type: ignore[method-assign]
    yield
    socket.socket.connect = connect  # type: ignore[method-assign]


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """The URL of a Postgres for all tests of a file; where there is none, they are skipped."""
    with postgres_server.running() as url:
        yield url


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """One Chromium for all windows of a file."""
    with browser() as started:
        yield started


collect_ignore = ["data"]  # prototypes with tests of their own
