"""A fetch does the same with each kind of bucket address that a test can reach."""

from __future__ import annotations

import gzip
import time
from datetime import UTC, datetime

from pipelines.buckets.fetch import FetchReport, fetch
from tests.buckets.conftest import Place
from tests.buckets.tried import FILE, MOTO, OSS, PACKED, PAGES, RCLONE, REPLACED, on_each
from tests.dropped.made import archived, zst
from tests.support import DAY, DataFolder, lines, records, tree


def bring(folder: DataFolder, place: Place) -> FetchReport:
    return fetch(folder.store, [place.settings], datetime.now(UTC))


@on_each(PAGES, RCLONE, MOTO, OSS, FILE)
def test_a_list_is_read_to_its_end(folder: DataFolder, place: Place) -> None:
    objects = place.page + 2
    for number in range(objects):
        place.put(f"{number:04}.log", b"")
    assert bring(folder, place).objects == objects
    assert bring(folder, place).objects == 0


@on_each(REPLACED, RCLONE, MOTO, OSS, FILE)
def test_only_a_replaced_object_comes_again(folder: DataFolder, place: Place) -> None:
    place.put("a.log", b"one")
    place.put("x/b.log", b"one")
    assert bring(folder, place).objects == 2
    place.put("a.log", b"two")
    # The server of some kinds caches its lists for 100 ms.
    time.sleep(0.3)
    report = bring(folder, place)
    assert (report.objects, report.findings) == (1, {})
    assert tree(folder.store.landing / "in") == {"a.log": b"two", "x/b.log": b"one"}


@on_each(PACKED, RCLONE, MOTO, OSS, FILE)
def test_packed_logs_count(folder: DataFolder, place: Place) -> None:
    logs = [lines(records(20, prefix=f"p{number}-")) for number in range(5)]
    place.put("a.log.gz", gzip.compress(logs[0]))
    # An object without a suffix, as shippers write it.
    place.put("sls/1459911000_b", gzip.compress(logs[1]))
    place.put("c.json.zst", zst(logs[2]))
    place.put("d.zip", archived({"x/d.log": logs[3]}))
    place.put("e.tar.gz", gzip.compress(archived({"e.log": logs[4]}, "tar")))
    assert not bring(folder, place).findings
    folder.roll_up()
    assert folder.counted() == {DAY: 100}
