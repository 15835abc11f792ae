"""Objects with odd names: each becomes a file of its own in the folder, or is reported if its name cannot be a path."""

from __future__ import annotations

from datetime import UTC, datetime

from pipelines.buckets.fetch import FetchReport, fetch
from pipelines.contract.settings.bucket_settings import FetchSettings
from tests.buckets.servers import Server
from tests.buckets.tried import MOTO, NAMES, tries
from tests.support import DataFolder, tree

LONG = "long/" + "x" * 300 + ".log"
REFUSED = ["../up.log", "a/../../b.log", "a//b.log", "/abs.log", "a/./c.log", "a/x\x1b[2J.log"]
BROUGHT = [
    "abs.log", "-rf.log", "$(touch x).log", "`id`.log", "a;b.log", "back\\slash.log", "p%2e%2e.log", "空.log", LONG,
]  # fmt: skip


def bring(folder: DataFolder, moto: Server, bucket: str) -> FetchReport:
    settings = FetchSettings(url=f"s3://{bucket}", into="in", endpoint=moto.endpoint)
    return fetch(folder.store, [settings], datetime.now(UTC))


@tries(NAMES, MOTO)
def test_what_cannot_be_a_file_is_refused_by_name_and_the_rest_comes(folder: DataFolder, moto: Server) -> None:
    moto.make_bucket("names")
    for key in (*REFUSED, *BROUGHT, "_SUCCESS", ".hidden", "_tmp/a.log", "folder/"):
        moto.put("names", key, b"" if key == "folder/" else key.encode())
    for expected in (len(BROUGHT), 0):
        report = bring(folder, moto, "names")
        assert report.objects - expected in (0, 1)
        text = report.findings["s3://names"].en
        assert f"{len(REFUSED)} objects not fetched" in text
        assert "../up.log" in text
        assert "\x1b" not in text
        assert report.ignored == 3
    found = tree(folder.store.landing)
    assert sorted(found.values()) == sorted(key.encode() for key in BROUGHT)
    assert all(path.startswith("in/") for path in found)
    assert [path.name for path in folder.root.parent.iterdir()] == ["data"]


def test_keys_that_meet_on_one_name_are_files_of_their_own(folder: DataFolder, moto: Server) -> None:
    keys = ["A/x.log", "a/X.log", "e\u0301.log", "\u00e9.log", "file", "file/below.log", "file/more/below.log"]
    moto.make_bucket("twins")
    for key in keys:
        moto.put("twins", key, key.encode())
    assert not bring(folder, moto, "twins").findings
    found = tree(folder.store.landing)
    assert sorted(found.values()) == sorted(key.encode() for key in keys)
    assert len({path.casefold() for path in found}) == len(keys)
    assert bring(folder, moto, "twins").objects == 0
    # Each keeps the name that it got.
    moto.put("twins", "a/X.log", b"another content")
    assert bring(folder, moto, "twins").objects == 1
    assert sorted(tree(folder.store.landing).values()) == sorted(
        b"another content" if key == "a/X.log" else key.encode() for key in keys
    )


def test_a_file_that_was_dropped_by_hand_is_not_overwritten(folder: DataFolder, moto: Server) -> None:
    moto.make_bucket("dropped")
    moto.put("dropped", "a.log", b"of the bucket")
    folder.land("in/a.log", b"dropped by hand")
    bring(folder, moto, "dropped")
    assert sorted(tree(folder.store.landing).values()) == [b"dropped by hand", b"of the bucket"]
