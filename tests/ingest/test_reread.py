"""Landed files are read again if a corrected mapping or setting changes their records, and not otherwise."""

from __future__ import annotations

import shutil
from datetime import date, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.common.digests import digest_of_folder
from pipelines.contract.record.fields import KEPT_REJECTS
from pipelines.ingest import reread
from pipelines.ingest.reread import RereadRequest
from pipelines.reading.reasons.reasons import words_of
from pipelines.run.daily_run import DailyRun
from tests.support import DAY, CopyOf, DataFolder, days_before, lines, morning_after, record, records

BEFORE = days_before(DAY, 1)
AFTER = DAY + timedelta(days=1)
LATER = morning_after(DAY) + timedelta(hours=5)
WRONG = 'name = "shop"\nfiles = ["shop*"]\nformat = "ndjson"\n[fields]\n' + "\n".join(
    f'{name} = "{source}"'
    for name, source in {
        "event_id": "id", "event_time": "time", "app_key": "'shop'", "channel": "'qq'", "stage": "'authorize'",
        "outcome": "done",
    }.items()
)  # fmt: skip
MENDED = WRONG.replace('"done"', "\"CASE done WHEN 'yes' THEN 'success' ELSE 'error' END\"")


def foreign(count: int, day: date = DAY, done: str = "yes") -> bytes:
    """Return records of a foreign log. The mapping `WRONG` rejects them, and `MENDED` reads them."""
    return lines({"id": f"{day:%d}{n}", "time": f"{day}T10:00:00+08:00", "done": done} for n in range(count))


def read_again(folder: DataFolder, request: RereadRequest | None = None, day: date = DAY) -> DailyRun:
    """Run the first step of a run for `day` with a reread.

    For `DAY`, the run's clock is five hours after the usual time.
    """
    opened = folder.open(day, LATER if day == DAY else None)
    opened.reread = request or RereadRequest()
    opened.ingest(day)
    return opened


def run(folder: DataFolder, day: date = DAY, *, has_tables: bool = False) -> None:
    """Run with a reread up to the day tables, or with `has_tables` up to the published tables."""
    opened = read_again(folder, day=day)
    opened.roll_up(day)
    if has_tables:
        opened.build_marts()


def a_misunderstood_log(folder: DataFolder) -> None:
    folder.write("sources/shop.toml", WRONG)
    folder.land("shop-09.ndjson", foreign(4, BEFORE))
    folder.land("shop-10.ndjson", foreign(6))
    folder.land("good.ndjson", records(2, BEFORE) + records(3))
    folder.roll_up()
    assert folder.counted() == {BEFORE: 2, DAY: 3}


@pytest.fixture
def wrong(copy_of: CopyOf) -> DataFolder:
    """Return a folder with two closed days.

    It has a foreign log whose mapping is wrong, and another log with good records.
    """
    return copy_of(a_misunderstood_log)


def test_a_mended_mapping_counts_what_it_rejected(wrong: DataFolder) -> None:
    wrong.write("sources/shop.toml", MENDED)
    wrong.roll_up()
    assert wrong.counted() == {BEFORE: 2, DAY: 3}
    run(wrong, has_tables=True)
    assert wrong.counted() == {BEFORE: 6, DAY: 9}
    assert wrong.rows("SELECT path, accepted, rejected FROM input_files WHERE source = 'shop' ORDER BY path") == [
        ("shop-09.ndjson", 4, 0),
        ("shop-10.ndjson", 6, 0),
    ]
    assert wrong.rows("SELECT count(*) FROM rejected_records") == [(0,)]
    # Records that came in time are not late, and the restatements say why they come now.
    assert wrong.rows("SELECT sum(late_records)::INTEGER, bool_and(restated) FROM day_quality") == [(0, True)]
    assert set(wrong.restated("day, cause")) == {
        (BEFORE, "shop-09.ndjson (read again)"), (DAY, "shop-10.ndjson (read again)"),
    }  # fmt: skip
    before = wrong.manifest
    read_again(wrong)
    assert wrong.manifest == before, "another reread changed something"
    wrong.land("shop-09.ndjson", foreign(5, BEFORE))
    wrong.roll_up(AFTER)
    assert (BEFORE, "shop-09.ndjson") in wrong.restated("day, cause")


def test_a_part_that_kept_all_rejected_records_gives_nothing_else_now(folder: DataFolder) -> None:
    # Parts of earlier versions kept every rejected record and had no column with the number of records per row.
    folder.land("bad.ndjson", b"no json\n" * (KEPT_REJECTS + 2) + lines(records(3)))
    folder.roll_up()
    file = folder.store.rejects_file(str(folder.files("bad.ndjson")[0].part))
    kept = pq.read_table(file).drop_columns("rejected")
    more = kept[:2].set_column(1, "line", pa.array([KEPT_REJECTS + 1, KEPT_REJECTS + 2]))
    pq.write_table(pa.concat_tables([kept, more]), file)
    manifest = folder.manifest
    manifest.files[0].part_digest = digest_of_folder(file.parent)
    folder.store.commit(manifest)
    before = folder.files("bad.ndjson")
    read_again(folder)
    assert folder.files("bad.ndjson") == before
    folder.land("worse.ndjson", b"no json\n")
    folder.tables()
    query = "SELECT path, count(*), sum(rejected)::INTEGER FROM rejected_records GROUP BY ALL ORDER BY ALL"
    assert folder.rows(query) == [("bad.ndjson", KEPT_REJECTS + 2, KEPT_REJECTS + 2), ("worse.ndjson", 1, 1)]


def test_a_file_that_shares_its_part_is_read_again_alone(folder: DataFolder) -> None:
    # `wrong` is no copy here: the files of a copy would differ from the files in the manifest.
    a_misunderstood_log(wrong := folder)
    before = wrong.manifest.files
    assert before[1].part == before[2].part
    read_again(wrong)
    assert wrong.manifest.files == before
    wrong.write("sources/shop.toml", MENDED)
    read_again(wrong)
    assert wrong.accepted() == {BEFORE: 6, DAY: 9}
    assert wrong.files("good.ndjson") == before[:1]
    (mended,) = wrong.files("shop-10.ndjson")
    assert (mended.place, mended.earlier_parts) == (0, [f"{before[2].part}/1"])


def test_late_records_stay_late(folder: DataFolder) -> None:
    folder.write("sources/shop.toml", MENDED)
    folder.land("good.ndjson", records(3))
    folder.roll_up()
    folder.land("shop.ndjson", foreign(4) + foreign(2, AFTER))
    folder.ingest(AFTER)
    folder.write("sources/shop.toml", MENDED.replace("'error'", "'timeout'"))
    read_again(folder, day=AFTER)
    assert folder.manifest.late_records == {DAY: 4}


def test_the_clock_is_that_of_the_first_reading(folder: DataFolder) -> None:
    folder.write("authmeter.toml", "retention_days = 60\n")
    old, future = days_before(DAY, 60), DAY + timedelta(days=4)
    folder.land("a.ndjson", [record("old", old), record("future", future), record("now")])
    folder.ingest()
    before = folder.files("a.ndjson")
    read_again(folder, day=DAY + timedelta(days=20))
    assert folder.files("a.ndjson") == before
    assert folder.accepted() == {old: 1, DAY: 1}


def test_where_nothing_was_mended_nothing_changes(wrong: DataFolder) -> None:
    wrong.roll_up()
    before = wrong.manifest
    tree = {
        path: path.read_bytes()
        for path in sorted(wrong.root.rglob("*"))
        if path.is_file() and not path.is_relative_to(wrong.store.temp)
    }
    run(wrong, has_tables=True)
    assert wrong.manifest == before
    assert {path: path.read_bytes() for path in tree} == tree


def test_a_longer_retention_reads_records_that_were_too_old(folder: DataFolder) -> None:
    folder.write("authmeter.toml", "retention_days = 60\n")
    old = days_before(DAY, 61)
    folder.land("a.ndjson", [record("old", old), record("now")])
    folder.ingest()
    folder.write("authmeter.toml", "retention_days = 90\n")
    # A run alone does not read the file again, so the advice of the warning must name the command that does.
    folder.ingest()
    assert folder.accepted() == {DAY: 1}
    advice = words_of("too_old")
    assert "authmeter reread" in advice.zh
    assert "authmeter reread" in advice.en
    read_again(folder)
    assert folder.accepted() == {old: 1, DAY: 1}


def test_one_source_alone_is_read_again(wrong: DataFolder) -> None:
    wrong.write("sources/shop.toml", MENDED)
    wrong.write("sources/other.toml", MENDED.replace('"shop"', '"other"').replace("shop*", "good*"))
    read_again(wrong, RereadRequest(source="shop"))
    assert wrong.accepted() == {BEFORE: 6, DAY: 9}


def test_a_file_that_another_source_reads_now_is_of_that_source(folder: DataFolder) -> None:
    folder.land("shop.ndjson", foreign(4))
    folder.land("good.ndjson", records(3))
    folder.ingest()
    assert [(entry.source, entry.rejected) for entry in folder.files("shop.ndjson")] == [("canonical", 4)]
    folder.write("sources/shop.toml", MENDED)
    read_again(folder, RereadRequest(source="shop"))
    assert [(entry.source, entry.accepted) for entry in folder.files("shop.ndjson")] == [("shop", 4)]
    assert folder.accepted() == {DAY: 7}


def test_files_with_rejects_are_of_the_day_they_came_on(wrong: DataFolder) -> None:
    # Both came on the morning after DAY.
    wrong.write("sources/shop.toml", MENDED)
    read_again(wrong, RereadRequest(first=AFTER + timedelta(days=1)))
    assert wrong.accepted() == {BEFORE: 2, DAY: 3}
    read_again(wrong, RereadRequest(first=AFTER))
    assert wrong.accepted() == {BEFORE: 6, DAY: 9}


def test_files_of_earlier_days_are_left_alone(folder: DataFolder) -> None:
    folder.write("sources/shop.toml", MENDED)
    folder.land("shop-09.ndjson", foreign(4, BEFORE))
    folder.land("shop-10.ndjson", foreign(6))
    folder.ingest()
    before = folder.files("shop-09.ndjson")
    folder.write("sources/shop.toml", MENDED.replace("'qq'", "'weibo'"))
    read_again(folder, RereadRequest(first=DAY))
    assert folder.files("shop-09.ndjson") == before
    assert folder.files("shop-10.ndjson")[0].earlier_parts


def test_what_a_reread_takes_away_is_taken_and_reported(wrong: DataFolder, capsys: pytest.CaptureFixture[str]) -> None:
    wrong.write(
        "sources/good.toml",
        MENDED.replace('"shop"', '"good"').replace("shop*", "good*").replace('"id"', '"event_id"').replace(
            '"time"', '"event_time"').replace("format =", "where = \"event_id <> 'e0310-1'\"\nformat ="),
    )  # fmt: skip
    read_again(wrong, RereadRequest(source="good"))
    assert wrong.accepted() == {BEFORE: 2, DAY: 2}
    assert "removed: good.ndjson: closed days lost 1 record" in capsys.readouterr().out


def test_a_record_that_another_file_has_is_not_reported_as_removed(
    folder: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.write("sources/shop.toml", MENDED)
    folder.land("shop.ndjson", foreign(4))
    folder.land("other.ndjson", [record("101", channel="qq"), record("other")])
    folder.roll_up()
    folder.write("sources/shop.toml", MENDED.replace("format =", "where = \"id NOT IN ('101', '102')\"\nformat ="))
    read_again(folder)
    assert folder.accepted() == {DAY: 4}
    assert "removed: shop.ndjson: closed days lost 1 record" in capsys.readouterr().out


def test_records_of_a_day_whose_events_are_deleted_stay_too_old(folder: DataFolder) -> None:
    old, first = days_before(DAY, 70), days_before(DAY, 65)
    folder.write("authmeter.toml", "retention_days = 60\nkeep_events_days = 61\n")
    folder.land("old.ndjson", records(3, old))
    folder.roll_up(old)
    folder.land("now.ndjson", records(1))
    folder.roll_up()
    folder.write("authmeter.toml", "retention_days = 100\n")
    folder.land("late.ndjson", records(2, first, prefix="l") + records(1, prefix="l"))
    folder.roll_up(AFTER)
    before = folder.files("late.ndjson")
    assert [(entry.accepted, entry.rejected) for entry in before] == [(1, 2)]
    read_again(folder, day=AFTER)
    assert folder.files("late.ndjson") == before


def test_a_file_stays_as_it_was_read_when_retention_removed_its_oldest_day(folder: DataFolder) -> None:
    folder.write("authmeter.toml", "retention_days = 60\nkeep_events_days = 61\nkeep_days = 61\n")
    kept = days_before(DAY, 60)
    folder.land("two-days.ndjson", records(3, days_before(kept, 1)) + records(2, kept))
    folder.roll_up(kept)
    folder.land("now.ndjson", records(1))
    folder.roll_up()
    assert list(folder.manifest.days) == [kept, DAY]
    before = folder.manifest
    report = read_again(folder).manifest
    assert (report.files, report.late_records) == (before.files, before.late_records)


def test_further_records_of_a_grown_log_are_late_only_after_those_that_came_in_time(folder: DataFolder) -> None:
    folder.write("sources/shop.toml", MENDED.replace("format =", "where = \"id NOT LIKE '%1'\"\nformat ="))
    in_time = foreign(3, BEFORE) + foreign(3)
    folder.land("shop.ndjson", in_time)
    folder.roll_up()
    late = foreign(2, DAY).replace(b'"10', b'"late')
    folder.land("shop.ndjson", in_time + late + foreign(2, AFTER))
    folder.roll_up(AFTER)
    assert folder.manifest.late_records == {DAY: 1}
    folder.write("sources/shop.toml", MENDED)
    read_again(folder, day=AFTER)
    assert folder.accepted() == {BEFORE: 3, DAY: 5, AFTER: 2}
    assert folder.manifest.late_records == {DAY: 2}


def test_a_deleted_or_changed_file_stays_and_is_named(wrong: DataFolder, capsys: pytest.CaptureFixture[str]) -> None:
    (wrong.store.landing / "shop-09.ndjson").unlink()
    wrong.write("sources/shop.toml", MENDED)
    read_again(wrong)
    assert wrong.accepted() == {BEFORE: 2, DAY: 9}
    assert (
        "unchanged: 1 file, changed or missing in landing since they were read: shop-09.ndjson"
        in capsys.readouterr().out
    )


def read_a_log(folder: DataFolder) -> None:
    """Land a foreign log whose mapping is correct, and roll up its day."""
    folder.write("sources/shop.toml", MENDED)
    folder.land("shop.ndjson", foreign(4))
    folder.roll_up()


def test_a_held_file_is_read_again_and_stays_held(copy_of: CopyOf) -> None:
    folder = copy_of(read_a_log)
    folder.land("shop.ndjson", foreign(2, AFTER, "no"))
    folder.ingest(AFTER)
    assert folder.statuses("shop.ndjson") == ["read", "held"]
    folder.write("sources/shop.toml", MENDED.replace("'error'", "'timeout'"))
    read_again(folder, day=AFTER)
    assert folder.statuses("shop.ndjson") == ["read", "held"]
    assert folder.accepted() == {DAY: 4}
    assert folder.files("shop.ndjson")[1].earlier_parts


def test_a_held_file_counts_once_its_mapping_is_mended(copy_of: CopyOf) -> None:
    folder = copy_of(read_a_log)
    # The app names its ids otherwise now, so the new content seems to have none of the closed day's records.
    folder.land("shop.ndjson", foreign(6).replace(b'"id"', b'"event"'))
    folder.ingest(AFTER)
    assert folder.statuses("shop.ndjson") == ["read", "held"]
    folder.write("sources/shop.toml", MENDED.replace('"id"', '"coalesce(id, event)"'))
    read_again(folder, day=AFTER)
    assert folder.statuses("shop.ndjson") == ["replaced", "read"]
    assert folder.files("shop.ndjson")[1].finding is None
    assert folder.accepted() == {DAY: 6}


def test_a_held_file_that_is_read_the_same_keeps_its_finding(copy_of: CopyOf) -> None:
    folder = copy_of(read_a_log)
    folder.land("shop.ndjson", foreign(2))
    folder.ingest(AFTER)
    finding = folder.files("shop.ndjson")[1].finding
    assert finding
    folder.write("sources/shop.toml", MENDED.replace("ELSE 'error'", "ELSE 'timeout'"))
    read_again(folder, day=AFTER)
    assert folder.statuses("shop.ndjson") == ["read", "held"]
    assert folder.files("shop.ndjson")[1].finding == finding


def test_a_refused_file_is_tried_again(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    import gzip

    from pipelines.reading.files import growth

    monkeypatch.setattr(growth, "FREE_BYTES", 1000)
    folder.write("authmeter.toml", "max_unpack_ratio = 10\n")
    folder.land("a.ndjson.gz", gzip.compress(lines(records(5000))))
    folder.land("b.ndjson", records(1, prefix="b"))
    folder.ingest()
    assert folder.statuses("a.ndjson.gz") == ["damaged"]
    folder.write("authmeter.toml", "max_unpack_ratio = 500\n")
    folder.ingest()
    assert folder.statuses("a.ndjson.gz") == ["damaged"]
    read_again(folder)
    assert folder.statuses("a.ndjson.gz") == ["read"]
    assert folder.accepted() == {DAY: 5001}


def test_a_reread_that_dies_changed_nothing(wrong: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong.write("sources/shop.toml", MENDED)
    wrong.ingest()
    before = wrong.manifest
    with monkeypatch.context() as broken:

        def dies(fresh: object, entry: object, closed: object) -> None:
            raise KeyboardInterrupt

        broken.setattr(reread, "count_late", dies)
        with pytest.raises(KeyboardInterrupt):
            read_again(wrong)
    assert wrong.manifest == before
    read_again(wrong)
    assert wrong.accepted() == {BEFORE: 6, DAY: 9}


def test_a_mapping_that_is_set_back_gives_the_first_figures(wrong: DataFolder) -> None:
    before = {day: entry.content for day, entry in wrong.manifest.days.items()}
    wrong.write("sources/shop.toml", MENDED)
    run(wrong)
    wrong.write("sources/shop.toml", WRONG)
    run(wrong)
    assert {day: entry.content for day, entry in wrong.manifest.days.items()} == before
    assert len(set(wrong.restated("run"))) == 2


def test_damaged_parts_are_replaced_by_reading_their_files_again(folder: DataFolder) -> None:
    names = ("gone", "cut", "changed", "whole")
    for name in names:
        # Each run makes a part of its own.
        folder.land(f"{name}.ndjson", records(3, prefix=name))
        folder.ingest()
    folder.roll_up()
    before = folder.manifest
    gone, cut, changed, _ = (
        folder.store.part_folder(str(folder.files(f"{name}.ndjson")[0].part)) / "records.parquet" for name in names
    )
    shutil.rmtree(gone.parent)
    cut.write_bytes(cut.read_bytes()[:50])
    pq.write_table(pq.read_table(changed), changed, compression="none")
    run(folder)
    run(folder, day=AFTER)
    for entry in folder.manifest.live_parts():
        assert digest_of_folder(folder.store.part_folder(str(entry.part))) == entry.part_digest
    assert folder.manifest.days[DAY].content == before.days[DAY].content
    assert (folder.manifest.late_records, folder.manifest.restatements) == (before.late_records, [])
