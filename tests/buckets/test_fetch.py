"""A fetch from a real S3 server downloads each object once, whole and in one version, even if the bucket or the
connection changes meanwhile.
"""

from __future__ import annotations

import errno
import gzip
import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier

import obstore
import pytest
from obstore.store import MemoryStore, ObjectStore

from pipelines.buckets import download
from pipelines.buckets import fetch as fetching
from pipelines.buckets.address import address_of
from pipelines.buckets.fetch import FetchReport, fetch
from pipelines.buckets.listing import Listed, head
from pipelines.buckets.opening import open_bucket
from pipelines.common.project import PROJECT
from pipelines.contract.settings.bucket_settings import FetchSettings
from tests.buckets.servers import CREDENTIALS, KEY, SECRET, Relay, Server, rclone_server
from tests.buckets.tried import (
    CHANGING,
    CUT,
    DYING,
    MOTO,
    RCLONE,
    REPLACED,
    RESUMED,
    UPLOADS,
    WRONG_KEY,
    on_s3_and_oss,
    tries,
)  # fmt: skip
from tests.support import DataFolder, tree


def bring(folder: DataFolder, bucket: Path, endpoint: str, **settings: object) -> FetchReport:
    place = {"url": f"s3://{bucket.name}", "into": "in", "endpoint": endpoint, **settings}
    return fetch(folder.store, [FetchSettings.model_validate(place)], datetime.now(UTC))


def landed(folder: DataFolder) -> dict[str, bytes]:
    """Return the content of each fetched file by path, without unfinished downloads."""
    found = tree(folder.store.landing / "in")
    return {path: content for path, content in found.items() if not path.startswith(".fetching/")}


def words(report: FetchReport) -> str:
    return " ".join(one.en for one in report.findings.values())


def fill(bucket: Path, contents: dict[str, bytes]) -> dict[str, bytes]:
    for name, content in contents.items():
        (bucket / name).parent.mkdir(parents=True, exist_ok=True)
        (bucket / name).write_bytes(content)
    return contents


def noise(size: int, seed: str = "") -> bytes:
    return hashlib.shake_128(seed.encode()).digest(size)


@tries(REPLACED, RCLONE)
def test_an_object_comes_once_and_again_only_when_it_was_replaced(
    folder: DataFolder, bucket: Path, rclone: Server
) -> None:
    contents = fill(bucket, {"app/a.log": b"one", "app/2026/b.log": b"", "c.json": noise(70_000)})
    assert (report := bring(folder, bucket, rclone.endpoint)).objects == 3
    assert not report.findings
    assert landed(folder) == contents
    (folder.store.landing / "in" / "c.json").unlink()
    # The same content at another time, and other content of the same size.
    os.utime(bucket / "app" / "2026" / "b.log", (1, 1))
    fill(bucket, {"app/a.log": b"two"})
    time.sleep(0.3)
    assert bring(folder, bucket, rclone.endpoint).objects == 1
    assert landed(folder) == {"app/a.log": b"two", "app/2026/b.log": b""}
    assert bring(folder, bucket, rclone.endpoint).objects == 0


def test_an_object_is_asked_for_once(folder: DataFolder, bucket: Path, relay: Relay) -> None:
    fill(bucket, {f"{number}.log": noise(3000, str(number)) for number in range(5)})
    asked: list[str] = []
    relay.watch = lambda line, sent: sent > 0 or asked.append(line.split("?")[0]) is None
    bring(folder, bucket, relay.endpoint)
    assert len([line for line in asked if ".log" in line]) == 5


def test_several_objects_are_on_their_way_at_a_time(folder: DataFolder, bucket: Path, relay: Relay) -> None:
    fill(bucket, {f"{number}.log": noise(3000, str(number)) for number in range(4)})
    together = Barrier(4, timeout=5)

    def watch(line: str, sent: int) -> bool:
        # No response passes before all four requests.
        if line.startswith("GET") and ".log" in line and not sent:
            together.wait()
        return True

    relay.watch = watch
    assert bring(folder, bucket, relay.endpoint).objects == 4
    assert not together.broken


def test_progress_counts_bytes_up_to_all_of_them(folder: DataFolder, bucket: Path, rclone: Server) -> None:
    fill(bucket, {f"{number}.log": noise(1000, str(number)) for number in range(3)})
    place = FetchSettings(url=f"s3://{bucket.name}", into="in", endpoint=rclone.endpoint)
    seen: list[tuple[int, int]] = []
    fetch(folder.store, [place], datetime.now(UTC), lambda done, total: seen.append((done, total)))
    assert (seen[0], seen[-1]) == ((0, 3000), (3000, 3000))
    assert seen == sorted(seen)


def test_the_folder_of_the_address_is_left_off_and_a_prefix_is_not(
    folder: DataFolder, bucket: Path, rclone: Server
) -> None:
    fill(bucket, dict.fromkeys(("sls/2026-11.log", "sls/2026-1/1.log", "sls/2025.log", "sls2/2026.log", "o"), b"x"))
    bring(folder, bucket, rclone.endpoint, url=f"s3://{bucket.name}/sls/", prefix="2026-1")
    assert landed(folder).keys() == {"2026-11.log", "2026-1/1.log"}


def test_objects_of_earlier_days_can_be_left_there(folder: DataFolder, bucket: Path, rclone: Server) -> None:
    fill(bucket, {"old.log": b"x", "new.log": b"x"})
    before = (datetime.now(UTC) - timedelta(days=3)).timestamp()
    os.utime(bucket / "old.log", (before, before))
    bring(folder, bucket, rclone.endpoint, since_days=2)
    assert landed(folder).keys() == {"new.log"}


@pytest.mark.lab
def test_five_thousand_objects_come_whole(folder: DataFolder, bucket: Path, tmp_path: Path) -> None:
    contents = fill(bucket, {f"{n // 100}/{n}.log": noise(20_000, str(n)) for n in range(5000)})
    with rclone_server(bucket.parent) as server:
        assert bring(folder, bucket, server.endpoint).objects == 5000
    assert landed(folder) == contents


def test_a_bound_of_bytes_leaves_the_newest_for_the_next_run(
    folder: DataFolder, bucket: Path, rclone: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "_GB", 1000)
    fill(bucket, {f"{number}.log": noise(600) for number in range(3)})
    for number in range(3):
        os.utime(bucket / f"{number}.log", (9 - number, 9 - number))
    report = bring(folder, bucket, rclone.endpoint, max_gb=1)
    assert landed(folder).keys() == {"2.log"}
    assert "max_gb = 1 is reached: 2 objects" in words(report)
    # One that is larger than the bound comes by itself.
    fill(bucket, {"0.log": noise(5000)})
    for _ in range(2):
        report = bring(folder, bucket, rclone.endpoint, max_gb=1)
    assert landed(folder).keys() == {"0.log", "1.log", "2.log"}
    assert not report.findings


def test_an_object_that_waits_for_longer_than_since_days_comes(
    folder: DataFolder, bucket: Path, rclone: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "_GB", 1000)
    now = datetime.now(UTC)
    fill(bucket, {f"{number}.log": noise(600) for number in range(4)} | {"older.log": b"x"})
    for number, name in enumerate(("older.log", "0.log", "1.log", "2.log", "3.log")):
        written = (now - timedelta(days=3, hours=-number)).timestamp()
        os.utime(bucket / name, (written, written))
    place = FetchSettings(url=f"s3://{bucket.name}", into="in", endpoint=rclone.endpoint, since_days=3, max_gb=1)
    # The first run is within the span of all but one object, all others are after it.
    for run, expected in enumerate((1, 1, 1, 1, 0)):
        report = fetch(folder.store, [place], now + timedelta(minutes=1) if not run else now + timedelta(days=run * 5))
        assert report.objects == expected
        assert report.waiting == max(0, 3 - run)
    assert landed(folder).keys() == {"0.log", "1.log", "2.log", "3.log"}


def test_an_object_that_failed_comes_even_if_it_is_older_than_since_days_by_then(
    folder: DataFolder, bucket: Path, relay: Relay
) -> None:
    now = datetime.now(UTC)
    fill(bucket, {"a.log": b"a", "b.log": b"b"})
    for name in ("a.log", "b.log"):
        os.utime(bucket / name, ((now - timedelta(days=2)).timestamp(),) * 2)
    place = FetchSettings(url=f"s3://{bucket.name}", into="in", endpoint=relay.endpoint, since_days=3)
    relay.watch = lambda line, sent: not (line.startswith("GET") and "b.log" in line)
    report = fetch(folder.store, [place], now)
    assert (report.objects, "1 object not fetched" in words(report)) == (1, True)
    relay.watch = lambda line, sent: True
    report = fetch(folder.store, [place], now + timedelta(days=2))
    assert (report.objects, report.findings) == (1, {})
    assert landed(folder) == {"a.log": b"a", "b.log": b"b"}


@on_s3_and_oss(CHANGING, RCLONE)
def test_an_object_that_changes_while_it_is_read_comes_as_it_was_or_as_it_is(
    folder: DataFolder, bucket: Path, relay: Relay, scheme: str
) -> None:
    old, new = noise(200_000, "old"), noise(200_000, "new")
    fill(bucket, {"a.log": old})
    changed = False

    def watch(line: str, sent: int) -> bool:
        nonlocal changed
        if line.startswith("GET") and "a.log" in line and sent > 50_000 and not changed:
            changed = True
            (bucket / "a.log").write_bytes(new)
            time.sleep(0.3)
        return True

    relay.watch = watch
    bring(folder, bucket, relay.endpoint, url=f"{scheme}://{bucket.name}")
    assert changed
    assert landed(folder).get("a.log") in (None, old, new)
    bring(folder, bucket, relay.endpoint, url=f"{scheme}://{bucket.name}")
    assert landed(folder) == {"a.log": new}


@on_s3_and_oss(CUT, RCLONE)
def test_an_object_that_is_cut_off_is_not_in_landing(
    folder: DataFolder, bucket: Path, relay: Relay, scheme: str
) -> None:
    contents = fill(bucket, {"a.log": noise(200_000), "b.log": b"b"})
    relay.watch = lambda line, sent: not (line.startswith("GET") and "a.log" in line and sent > 50_000)
    report = bring(folder, bucket, relay.endpoint, url=f"{scheme}://{bucket.name}")
    assert "a.log" not in landed(folder)
    assert "the connection broke" in words(report)
    relay.watch = lambda line, sent: True
    assert not bring(folder, bucket, relay.endpoint, url=f"{scheme}://{bucket.name}").findings
    assert landed(folder) == contents


@on_s3_and_oss(RESUMED, MOTO)
def test_a_large_object_goes_on_where_it_was_cut_off(
    folder: DataFolder, relay: Relay, moto: Server, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    monkeypatch.setattr(download, "PIECE", 50_000)
    moto.make_bucket(name := f"large-{scheme}")
    moto.put(name, "a.log", noise(190_000))
    relay.server = moto
    asked: list[str] = []

    def watch(line: str, sent: int) -> bool:
        if line.startswith(f"GET /{name}/a.log") and sent == 0:
            asked.append(line)
        return len(asked) < 3

    relay.watch = watch
    assert bring(folder, Path(name), relay.endpoint, url=f"{scheme}://{name}").findings
    assert not landed(folder)
    asked.clear()
    relay.watch = lambda line, sent: watch(line, sent) or True
    assert not bring(folder, Path(name), relay.endpoint, url=f"{scheme}://{name}").findings
    assert landed(folder) == {"a.log": noise(190_000)}
    # The whole object has four pieces.
    assert 0 < len(asked) < 4


def test_a_large_object_comes_from_a_server_that_gives_no_pieces(
    folder: DataFolder, bucket: Path, rclone: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "PIECE", 50_000)
    contents = fill(bucket, {"a.log": noise(190_000)})
    assert not bring(folder, bucket, rclone.endpoint).findings
    assert landed(folder) == contents


def test_a_piece_that_is_too_long_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If it were, the next piece would begin too late, and the file would still get the size of the object."""
    monkeypatch.setattr(download, "PIECE", 50_000)
    store, read = MemoryStore(), download._chunks
    seen: list[tuple[int, int] | None] = []
    store.put("a.log", noise(190_000))

    def read_too_much_once(bucket: ObjectStore, wanted: Listed, span: tuple[int, int] | None) -> Iterator[memoryview]:
        yield from read(bucket, wanted, span)
        if not seen:
            yield memoryview(b"garbage")
        seen.append(span)

    monkeypatch.setattr(download, "_chunks", read_too_much_once)
    wanted = head(store, "a.log")
    assert wanted
    found = download.download(store, wanted, tmp_path)
    assert found
    assert found[1].read_bytes() == noise(190_000)


@on_s3_and_oss(DYING, RCLONE)
def test_a_server_that_dies_leaves_the_rest_for_the_next_run(
    folder: DataFolder, bucket: Path, relay: Relay, tmp_path: Path, scheme: str
) -> None:
    contents = fill(bucket, {f"{number:03}.log": noise(1000, str(number)) for number in range(60)})
    with rclone_server(bucket.parent) as dying:
        relay.server = dying
        asked: set[str] = set()

        def watch(line: str, sent: int) -> bool:
            asked.add(line)
            if len(asked) > 30:
                dying.process.kill()
            return True

        relay.watch = watch
        report = bring(folder, bucket, relay.endpoint, url=f"{scheme}://{bucket.name}")
    some = landed(folder)
    assert 0 < len(some) < 60
    assert some.items() <= contents.items()
    assert f"ended after {len(some)} of 60 objects" in words(report)
    assert "cannot be reached" in words(bring(folder, bucket, relay.endpoint, url=f"{scheme}://{bucket.name}"))
    assert landed(folder) == some
    with rclone_server(bucket.parent) as again:
        relay.server, relay.watch = again, lambda line, sent: True
        report = bring(folder, bucket, relay.endpoint, url=f"{scheme}://{bucket.name}")
    assert report.objects == 60 - len(some)
    assert landed(folder) == contents


def test_a_fetch_that_is_killed_loses_nothing(folder: DataFolder, bucket: Path, rclone: Server) -> None:
    contents = fill(bucket, {f"{number:04}.log": noise(500, str(number)) for number in range(900)})
    folder.write(
        "authmeter.toml", f'[[fetch]]\nurl = "s3://{bucket.name}"\ninto = "in"\nendpoint = "{rclone.endpoint}"\n'
    )
    command = [sys.executable, "-m", "pipelines", "fetch", "--data", str(folder.root)]
    with subprocess.Popen(command, cwd=PROJECT, env=os.environ | CREDENTIALS, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None and not (folder.store.landing / "in" / "0001.log").exists():
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
    report = bring(folder, bucket, rclone.endpoint)
    assert not report.findings
    assert landed(folder) == contents
    assert bring(folder, bucket, rclone.endpoint).objects == 0


@on_s3_and_oss(WRONG_KEY, RCLONE)
def test_a_wrong_key_is_reported_without_it(
    folder: DataFolder, bucket: Path, rclone: Server, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    fill(bucket, {"a.log": b"x"})
    secret = "OSS_ACCESS_KEY_SECRET" if scheme == "oss" else "AWS_SECRET_ACCESS_KEY"
    monkeypatch.setenv(secret, "quite-another-secret")
    report = bring(folder, bucket, rclone.endpoint, url=f"{scheme}://{bucket.name}")
    assert "the key is wrong" in words(report)
    noted = (folder.store.warehouse / "buckets.json").read_text()
    assert KEY not in noted
    assert "quite-another-secret" not in noted + repr(report)


def test_oss_takes_its_own_keys_and_none_of_another_provider(
    folder: DataFolder, bucket: Path, rclone: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(bucket, {"a.log": b"x"})
    for name in CREDENTIALS:
        monkeypatch.setenv(name, "of-another-provider")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "of-another-provider")
    url = f"oss://{bucket.name}"
    assert "OSS_ACCESS_KEY_ID" in words(bring(folder, bucket, rclone.endpoint, url=url))
    monkeypatch.setenv("OSS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("OSS_ACCESS_KEY_SECRET", SECRET)
    assert not bring(folder, bucket, rclone.endpoint, url=url).findings
    assert landed(folder) == {"a.log": b"x"}


def test_a_folder_is_a_bucket_too_but_not_one_of_the_data_folder(folder: DataFolder, tmp_path: Path) -> None:
    mount = tmp_path / "mount"
    assert "the folder does not exist" in words(bring(folder, mount, "", url=f"file://{mount}"))
    contents = fill(mount, {"x/a.log": b"x", "b%41.log": b"y"}) if not mount.mkdir() else {}
    assert not bring(folder, mount, "", url=f"file://{mount}").findings
    assert landed(folder) == contents
    assert "the data folder's own landing" in words(bring(folder, mount, "", url=f"file://{folder.store.landing}/in"))
    # Each run would fetch the files of the run before again.
    assert "it contains the data folder" in words(bring(folder, mount, "", url=f"file://{folder.root.parent}"))
    assert landed(folder) == contents


def test_a_name_that_the_library_passes_over_is_reported(folder: DataFolder, tmp_path: Path) -> None:
    mount = tmp_path / "mount"
    odd = ("x#1", "d/a.log#007", "old#2", ".hidden#1")
    fill(mount, dict.fromkeys((*odd, "a#b#1", "a#1.log", "d#1/x.log"), b"x"))
    before = (datetime.now(UTC) - timedelta(days=3)).timestamp()
    os.utime(mount / "old#2", (before, before))
    report = bring(folder, mount, "", url=f"file://{mount}", since_days=2)
    assert landed(folder).keys() == {"a#b#1", "a#1.log", "d#1/x.log"}
    assert "2 objects not fetched, because their names end in # and digits" in words(report)
    assert words(report).endswith("d/a.log#007, x#1")
    assert "x#1" not in words(bring(folder, mount, "", url=f"file://{mount}", prefix="d/"))


def test_a_name_that_stops_the_list_is_avoided_by_a_folder_alone(folder: DataFolder, tmp_path: Path) -> None:
    mount = tmp_path / "mount"
    fill(mount, {"2026-1.log": b"x", "a\x01.log": b"x", "d/a.log": b"y"})
    # The library lists whole folders: the beginning of a name leaves out no other name of its folder.
    report = bring(folder, mount, "", url=f"file://{mount}", prefix="2026-")
    assert "exclude its folder with a `prefix` that ends in /" in words(report)
    assert not landed(folder)
    assert not bring(folder, mount, "", url=f"file://{mount}", prefix="d/").findings
    assert landed(folder) == {"d/a.log": b"y"}


def test_a_folder_of_landing_that_is_none_is_a_finding(folder: DataFolder, bucket: Path, rclone: Server) -> None:
    fill(bucket, {"a.log": b"x"})
    folder.land("in", b"a file")
    for into in ("in", "in/below"):
        assert "landing/in is a file or a link" in words(bring(folder, bucket, rclone.endpoint, into=into))
    (folder.store.landing / "in").unlink()
    (folder.root / "elsewhere").mkdir()
    # Landing does not follow links, so files fetched into this folder would not be read.
    (folder.store.landing / "in").symlink_to(folder.root / "elsewhere")
    assert "landing/in is a file or a link" in words(bring(folder, bucket, rclone.endpoint))
    assert not tree(folder.root / "elsewhere")


def test_what_was_dropped_in_the_place_of_a_file_that_came_stays(
    folder: DataFolder, bucket: Path, rclone: Server
) -> None:
    fill(bucket, {"a.log": b"one", "b.log": b"one", "c/c.log": b"one"})
    bring(folder, bucket, rclone.endpoint)
    place = folder.store.landing / "in"
    for name in ("a.log", "b.log", "c/c.log"):
        (place / name).unlink()
    (place / "c").rmdir()
    folder.land("in/a.log", b"by hand")
    folder.land("in/b.log/x.log", b"by hand")
    folder.land("in/c", b"by hand")
    fill(bucket, {"a.log": b"two", "b.log": b"two", "c/c.log": b"two"})
    time.sleep(0.3)
    assert not bring(folder, bucket, rclone.endpoint).findings
    assert sorted(landed(folder).values()) == [b"by hand"] * 3 + [b"two"] * 3


@tries(UPLOADS, MOTO)
def test_an_object_comes_as_it_is_stored_however_a_shipper_uploaded_it(folder: DataFolder, moto: Server) -> None:
    moto.make_bucket("uploads")
    # Many clients unpack an object with this header during the download.
    packed = gzip.compress(noise(30_000))
    moto.put("uploads", "fluent_bit/a.json.gz", packed, **{"Content-Encoding": "gzip"})
    # The ETag of an upload in parts is not an MD5.
    place = FetchSettings(url="s3://uploads", into="in", endpoint=moto.endpoint)
    store = open_bucket(address_of(place, place.url))
    obstore.put(store, "vector/b.log", noise(9_000), use_multipart=True)
    assert "-" in str(obstore.head(store, "vector/b.log")["e_tag"])
    for objects in (2, 0):
        report = bring(folder, Path("uploads"), moto.endpoint)
        assert (report.objects, report.findings) == (objects, {})
    assert landed(folder) == {"fluent_bit/a.json.gz": packed, "vector/b.log": noise(9_000)}


def test_an_archived_object_keeps_no_other_from_coming(folder: DataFolder, moto: Server) -> None:
    moto.make_bucket("archived")
    moto.put("archived", "0-old.log", b"old", **{"x-amz-storage-class": "GLACIER"})
    for number in range(20):
        moto.put("archived", f"{number}.log", b"new")
    for expected in (20, 0):
        report = bring(folder, Path("archived"), moto.endpoint)
        assert report.objects == expected
        assert "1 object not fetched (it is archived: restore it in the bucket): 0-old.log" in words(report)


def test_an_object_that_never_comes_keeps_no_other_from_coming(folder: DataFolder, bucket: Path, relay: Relay) -> None:
    fill(bucket, {f"{number:02}.log": b"x" for number in range(20)})
    relay.watch = lambda line, sent: not (line.startswith("GET") and "00.log" in line)
    report = bring(folder, bucket, relay.endpoint)
    assert report.objects == 19
    assert "1 object not fetched (it cannot be reached, or the connection broke): 00.log" in words(report)


def test_as_many_failures_as_downloads_at_a_time_do_not_end_a_fetch(
    folder: DataFolder, bucket: Path, relay: Relay
) -> None:
    fill(bucket, {f"{number}.log": b"x" for number in range(fetching._AT_ONCE)})
    relay.watch = lambda line, sent: ".log" not in line
    said = words(bring(folder, bucket, relay.endpoint))
    assert f"{fetching._AT_ONCE} objects not fetched (it cannot be reached, or the connection broke)" in said


def test_a_fetch_that_ends_early_reads_no_more_of_what_waits(
    folder: DataFolder, bucket: Path, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(fetching, "_TOGETHER", 8)
    monkeypatch.setattr(fetching.Placer, "place", full)
    fill(bucket, {f"{number:03}.log": b"x" for number in range(200)})
    asked: set[str] = set()

    def watch(line: str, sent: int) -> bool:
        if ".log" in line:
            asked.add(line)
            time.sleep(0.005)
        return True

    relay.watch = watch
    with pytest.raises(OSError, match="No space left"):
        bring(folder, bucket, relay.endpoint)
    assert len(asked) < 100


def test_two_folders_of_one_bucket_bring_an_object_once(folder: DataFolder, bucket: Path, relay: Relay) -> None:
    fill(bucket, {"a/1.log": b"x", "2.log": b"x"})
    asked: list[str] = []
    relay.watch = lambda line, sent: sent > 0 or asked.append(line.split("?")[0]) is None
    places = [
        {"url": f"s3://{bucket.name}{path}", "into": into, "endpoint": relay.endpoint}
        for path, into in (("", "all"), ("/a", "some"))
    ]
    report = fetch(folder.store, [FetchSettings.model_validate(place) for place in places], datetime.now(UTC))
    assert report.objects == 2
    assert len([line for line in asked if ".log" in line]) == 2
    assert sorted(tree(folder.store.landing)) == ["all/2.log", "all/a/1.log"]


def test_a_password_of_an_endpoint_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://user:hunter2@minio.example")
    place = FetchSettings(url="s3://logs", into="in")
    assert address_of(place, place.url).identity == "s3://logs on minio.example"
