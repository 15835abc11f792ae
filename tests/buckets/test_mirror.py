"""Tests the copy of a folder into a bucket: a page is copied after the files that it loads, and files of the previous
version stay for one version more.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipelines.buckets.address import address_of
from pipelines.buckets.failures import BucketError
from pipelines.buckets.ledger import open_ledger
from pipelines.buckets.mirror import Mirror, MirrorReport, mirror
from pipelines.contract.settings.bucket_settings import PublishSettings
from pipelines.run.site_copy import NEVER_COPIED, SITE_LAST, copy_site
from tests.buckets.servers import Relay, Server
from tests.support import DataFolder, tree

FIRST = {
    "index.html": "1", "days/a.html": "1", "assets/one.js": "1", "assets/site.js": "1", "data/all.js": "1",
    "usage_all.csv": "1", "manifest.json": "1", "tables/apps.parquet": "1", "rejected_records.csv": "1",
    "data/repeat_top.parquet": "1",
    # An app may have any key.
    "apps/rejected/rejected_records_2026-11-24.csv": "1",
}  # fmt: skip
COPIED = {
    "index.html", "days/a.html", "assets/one.js", "assets/site.js", "data/all.js", "usage_all.csv", "manifest.json",
    "apps/rejected/rejected_records_2026-11-24.csv",
}  # fmt: skip


@contextmanager
def site(root: Path, files: dict[str, str]) -> Iterator[Path]:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    yield root


def copy(folder: DataFolder, root: Path, bucket: Path, endpoint: str) -> MirrorReport:
    place = PublishSettings(url=f"s3://{bucket.name}/site", endpoint=endpoint)
    with open_ledger(folder.store) as ledger:
        return mirror(Mirror(root, root.name, SITE_LAST, NEVER_COPIED), address_of(place, place.url), ledger)


def test_pages_come_after_what_they_load_and_old_files_go_one_version_later(
    folder: DataFolder, bucket: Path, relay: Relay, tmp_path: Path
) -> None:
    put: list[str] = []
    relay.watch = lambda line, sent: (
        (put.append(line.split()[1]) if line.startswith("PUT") and not sent else None) is None
    )
    with site(tmp_path / "1", FIRST) as root:
        assert copy(folder, root, bucket, relay.endpoint).files == len(COPIED)
    there = bucket / "site"
    assert tree(there).keys() == COPIED
    names = [path.partition("/site/")[2].partition("?")[0] for path in put]
    # Pages compare the days of `site.js` with the days of their figures.
    assert names[-5:] == ["assets/site.js", "data/all.js", "days/a.html", "index.html", "manifest.json"]
    put.clear()
    second = {
        "index.html": "2", "assets/two.js": "2", "assets/site.js": "1", "data/all.js": "1", "usage_all.csv": "1",
        "manifest.json": "2",
    }  # fmt: skip
    with site(tmp_path / "2", second) as root:
        assert copy(folder, root, bucket, relay.endpoint).files == 3
        # The same version once more removes nothing.
        assert copy(folder, root, bucket, relay.endpoint) == MirrorReport()
    assert tree(there).keys() == COPIED | second.keys()
    (there / "by-hand.html").write_text("not ours")
    with site(tmp_path / "3", {**second, "days/a.html": "3"}) as root:
        report = copy(folder, root, bucket, relay.endpoint)
    assert (report.files, report.removed) == (1, 2)
    assert tree(there).keys() == second.keys() | {"days/a.html", "by-hand.html"}
    assert (there / "days" / "a.html").read_text() == "3"


def test_tables_have_no_rows_of_months_that_are_no_longer_published(folder: DataFolder, tmp_path: Path) -> None:
    target = tmp_path / "bucket"
    target.mkdir()
    place = PublishSettings(tables_url=f"file://{target}")
    old = {"usage_daily/month=2026-02/usage_daily.parquet": "1", "limit_daily/month=2026-02/limit_daily.parquet": "1"}
    new = {"usage_daily/month=2026-03/usage_daily.parquet": "2", "limit_daily/limit_daily.parquet": "2"}
    for name, files in (("1", old), ("2", new)):
        folder.store.site.unlink(missing_ok=True)
        with site(tmp_path / name, {f"tables/{path}": text for path, text in files.items()}) as root:
            folder.store.site.symlink_to(root)
        assert copy_site(folder.store, place, lambda done, total: None)
        assert tree(target).keys() == files.keys()


def test_the_list_of_files_names_the_copied_ones(
    folder: DataFolder, bucket: Path, rclone: Server, tmp_path: Path
) -> None:
    listed = [{"path": path, "bytes": 1} for path in FIRST if path != "manifest.json"]
    whole = json.dumps({"as_of": "2026-03-10", "files": listed})
    publish = PublishSettings(url=f"s3://{bucket.name}/site", endpoint=rclone.endpoint)
    with site(tmp_path / "1", {**FIRST, "manifest.json": whole}) as root:
        folder.store.site.symlink_to(root)
        assert copy_site(folder.store, publish, lambda done, total: None)
        assert (root / "manifest.json").read_text() == whole
    copied = json.loads((bucket / "site" / "manifest.json").read_text())
    assert copied["as_of"] == "2026-03-10"
    assert {one["path"] for one in copied["files"]} == COPIED - {"manifest.json"}
    assert tree(bucket / "site").keys() == COPIED


def test_a_copy_that_broke_off_goes_on_and_never_shows_a_page_before_its_files(
    folder: DataFolder, bucket: Path, relay: Relay, tmp_path: Path
) -> None:
    with site(tmp_path / "1", FIRST) as root:
        relay.watch = lambda line, sent: not (line.startswith("PUT") and "one.js" in line)
        with pytest.raises(BucketError, match="connection broke"):
            copy(folder, root, bucket, relay.endpoint)
        assert not [path for path in tree(bucket / "site") if path.endswith((".html", ".json"))]
        relay.watch = lambda line, sent: True
        copy(folder, root, bucket, relay.endpoint)
    assert tree(bucket / "site").keys() == COPIED


def test_what_a_broken_copy_changed_or_added_is_put_right(
    folder: DataFolder, bucket: Path, relay: Relay, tmp_path: Path
) -> None:
    with site(tmp_path / "1", FIRST) as root:
        copy(folder, root, bucket, relay.endpoint)
    relay.watch = lambda line, sent: not (line.startswith("PUT") and "two.js" in line)
    changed = {"assets/two.js": "2", "assets/fresh.js": "2", "usage_all.csv": "2", "manifest.json": "2"}
    with site(tmp_path / "2", FIRST | changed) as root, pytest.raises(BucketError, match="connection broke"):
        copy(folder, root, bucket, relay.endpoint)
    assert (bucket / "site" / "usage_all.csv").read_text() == "2"
    assert (bucket / "site" / "assets" / "fresh.js").exists()
    relay.watch = lambda line, sent: True
    for version in ("3", "4"):
        with site(tmp_path / version, {**FIRST, "manifest.json": version}) as root:
            copy(folder, root, bucket, relay.endpoint)
        assert (bucket / "site" / "usage_all.csv").read_text() == "1"
    # The file that only the broken copy had goes one version later, too.
    assert tree(bucket / "site") == {path: FIRST[path].encode() for path in COPIED} | {"manifest.json": b"4"}


def test_a_file_that_a_broken_copy_removed_comes_back(
    folder: DataFolder, bucket: Path, relay: Relay, tmp_path: Path
) -> None:
    without = {path: text for path, text in FIRST.items() if path not in ("days/a.html", "assets/one.js")}
    for version, files in (("1", FIRST), ("2", without)):
        with site(tmp_path / version, {**files, "manifest.json": version}) as root:
            copy(folder, root, bucket, relay.endpoint)
    relay.watch = lambda line, sent: not (line.startswith("HEAD") and "a.html" in line)
    with site(tmp_path / "3", {**without, "manifest.json": "3"}) as root, pytest.raises(BucketError):
        copy(folder, root, bucket, relay.endpoint)
    assert not (bucket / "site" / "assets" / "one.js").exists()
    relay.watch = lambda line, sent: True
    with site(tmp_path / "4", {**FIRST, "manifest.json": "4"}) as root:
        copy(folder, root, bucket, relay.endpoint)
    assert tree(bucket / "site") == {path: FIRST[path].encode() for path in COPIED} | {"manifest.json": b"4"}


def test_a_bucket_that_was_emptied_gets_all_files_again(
    folder: DataFolder, bucket: Path, rclone: Server, tmp_path: Path
) -> None:
    with site(tmp_path / "1", FIRST) as root:
        copy(folder, root, bucket, rclone.endpoint)
        for path in tree(bucket):
            (bucket / path).unlink()
        time.sleep(0.3)
        assert copy(folder, root, bucket, rclone.endpoint).files == len(COPIED)


def test_files_have_the_types_that_a_browser_needs(folder: DataFolder, moto: Server, tmp_path: Path) -> None:
    moto.make_bucket("types")
    with site(tmp_path / "1", FIRST) as root:
        copy(folder, root, Path("types"), moto.endpoint)
    kinds = {path: moto.get("types", f"site/{path}")[2] for path in ("index.html", "assets/one.js", "usage_all.csv")}
    assert [one["content-type"] for one in kinds.values()] == [
        "text/html; charset=utf-8", "text/javascript; charset=utf-8", "text/csv; charset=utf-8",
    ]  # fmt: skip
    assert {one["cache-control"] for one in kinds.values()} == {"no-cache"}
