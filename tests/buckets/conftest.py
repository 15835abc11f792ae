"""One server of each kind for all tests of a file, and the environment of a client."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.buckets.servers import CREDENTIALS, Relay, Server, moto_server, rclone_server


@pytest.fixture(scope="module")
def rclone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that keeps buckets as folders."""
    with rclone_server(tmp_path_factory.mktemp("rclone"), "--dir-cache-time", "100ms") as server:
        yield server


@pytest.fixture(scope="module")
def moto() -> Iterator[Server]:
    """A server that keeps keys of any form."""
    with moto_server() as server:
        yield server


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """The keys of the servers, in the environment."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def bucket(rclone: Server, request: pytest.FixtureRequest) -> Path:
    """The folder of a bucket that only this test uses."""
    assert rclone.folder
    name = request.node.name.split("[")[0].removeprefix("test_").replace("_", "-")[:60].strip("-")
    folder = rclone.folder / name
    folder.mkdir()
    # The server caches directory listings for 100 ms, so it does not see a new folder at once.
    time.sleep(0.15)
    return folder


@pytest.fixture
def relay(rclone: Server) -> Iterator[Relay]:
    """A relay to the server that keeps buckets as folders, until a test directs it to another server."""
    opened = Relay(rclone)
    yield opened
    opened.close()
