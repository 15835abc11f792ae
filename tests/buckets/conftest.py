"""One server of each kind for all tests of a file, and the environment of a client."""

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


@dataclass(frozen=True)
class Place:
    """An empty bucket of one kind of address: the settings that fetch from it, and a function that writes an object.

    A page of its list has `page` keys.
    """

    settings: FetchSettings
    put: Callable[[str, bytes], None]
    page: int = 1000


def _name_of(request: pytest.FixtureRequest) -> str:
    """The name of a bucket that only this test uses."""
    name = re.sub(r"[^a-z0-9]+", "-", request.node.name.removeprefix("test_").lower())
    # The kind is at the end, and differs between the buckets of a test.
    return name.strip("-")[-60:].strip("-")


@pytest.fixture
def scheme(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The scheme of an address, with the keys of its provider alone."""
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
    """A bucket of the kind of address that the test is run with."""
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
    """The folder of a bucket that only this test uses."""
    assert rclone.folder
    folder = rclone.folder / _name_of(request)
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
