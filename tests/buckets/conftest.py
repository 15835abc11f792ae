"""Fixtures of the bucket tests: the servers, their keys in the environment, and empty buckets."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines.contract.settings.bucket_settings import FetchSettings
from tests.buckets.servers import CREDENTIALS, KEY, MOTO_PAGE, SECRET, Relay, Server, moto_server, rclone_server
from tests.buckets.tried import FILE, MOTO, OSS


@pytest.fixture(scope="module")
def rclone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that stores buckets as folders and checks signatures."""
    with rclone_server(tmp_path_factory.mktemp("rclone"), "--dir-cache-time", "100ms") as server:
        yield server


@pytest.fixture(scope="module")
def moto() -> Iterator[Server]:
    """A server that accepts keys of any form and checks no signature."""
    with moto_server() as server:
        yield server


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the keys of the servers into the environment."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)


@dataclass(frozen=True)
class Place:
    """An empty bucket: the settings of a fetch from it, and `put`, which writes an object.

    The server lists `page` keys at a time.
    """

    settings: FetchSettings
    put: Callable[[str, bytes], None]
    page: int = 1000


def _name_of(request: pytest.FixtureRequest) -> str:
    """Return a bucket name that only this test uses."""
    name = re.sub(r"[^a-z0-9]+", "-", request.node.name.removeprefix("test_").lower())
    # The kind is at the end, and differs between the buckets of a test.
    return name.strip("-")[-60:].strip("-")


@pytest.fixture
def scheme(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The scheme of an address. If it is `oss`, only keys of that provider are in the environment."""
    if request.param == "oss":
        _keys_of_oss(monkeypatch)
    return str(request.param)


def _keys_of_oss(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in CREDENTIALS:
        monkeypatch.delenv(name)
    monkeypatch.setenv("OSS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("OSS_ACCESS_KEY_SECRET", SECRET)


@pytest.fixture
def place(
    request: pytest.FixtureRequest, rclone: Server, moto: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Place:
    """An empty bucket for the kind of address in the test's parameter."""
    kind, name = request.param, _name_of(request)
    if kind == MOTO:
        moto.make_bucket(name)
        settings = FetchSettings(url=f"s3://{name}", into="in", endpoint=moto.endpoint)
        return Place(settings, lambda key, content: moto.put(name, key, content), MOTO_PAGE)
    assert rclone.folder
    folder = (tmp_path if kind == FILE else rclone.folder) / name
    folder.mkdir()
    if kind == OSS:
        _keys_of_oss(monkeypatch)
    url = f"file://{folder}" if kind == FILE else f"{'oss' if kind == OSS else 's3'}://{name}"
    # The server caches directory listings for 100 ms.
    time.sleep(0.15)

    def put(key: str, content: bytes) -> None:
        (folder / key).parent.mkdir(parents=True, exist_ok=True)
        (folder / key).write_bytes(content)

    return Place(FetchSettings(url=url, into="in", endpoint="" if kind == FILE else rclone.endpoint), put)


@pytest.fixture
def bucket(rclone: Server, request: pytest.FixtureRequest) -> Path:
    """The folder of an empty bucket that only this test uses."""
    assert rclone.folder
    folder = rclone.folder / _name_of(request)
    folder.mkdir()
    # The server caches directory listings for 100 ms, so it does not see a new folder at once.
    time.sleep(0.15)
    return folder


@pytest.fixture
def relay(rclone: Server) -> Iterator[Relay]:
    """A relay to the rclone server. A test may direct it to another server."""
    opened = Relay(rclone)
    yield opened
    opened.close()
