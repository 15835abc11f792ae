"""Records that come after their day was published: they count, and they are counted as late."""

from __future__ import annotations

from datetime import timedelta

from pipelines.ingest.held import accept_held
from tests.support import DAY, DataFolder, days_before, records

BEFORE = days_before(DAY, 1)
AFTER = DAY + timedelta(days=1)


def test_late_records_restate_their_day_and_are_counted(folder: DataFolder) -> None:
    """The restatement of a day that was missing has no value before."""
    first, missing = days_before(DAY, 3), days_before(DAY, 2)
    folder.land("a.ndjson", records(3, first) + records(3, BEFORE) + records(3))
    folder.roll_up()
    folder.land("late.ndjson", records(2, missing) + records(2, BEFORE, "late") + records(1, AFTER))
    folder.tables(AFTER)
    assert folder.counted() == {first: 3, missing: 2, BEFORE: 5, DAY: 3, AFTER: 1}
    assert folder.rows("SELECT day, day_state, late_records::INTEGER, restated FROM day_quality") == [
        (first, "complete", 0, False),
        (missing, "complete", 2, True),
        (BEFORE, "complete", 2, True),
        (DAY, "complete", 0, False),
        (AFTER, "complete", 0, False),
    ]
    assert folder.restated("DISTINCT day, published_before") == [(missing, None), (BEFORE, 3)]
    assert folder.rows(f"SELECT * FROM restatements WHERE day = '{BEFORE}'") == [
        (2, BEFORE, "shop", channel, metric, 3, 5, "late.ndjson", DAY)
        for channel, metric in (
            ("*", "records"),
            ("one_click", "authorization_requests"),
            ("one_click", "authorizations"),
            ("one_click", "records"),
        )
    ]
    assert folder.rows(
        "SELECT authorizations FROM login_trend_summary "
        "WHERE window_days = 7 AND app_key = '*' AND channel = 'one_click'"
    ) == [(14,)]


def test_a_late_copy_of_what_is_there_restates_nothing(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(3))
    folder.roll_up()
    folder.land("again.ndjson", records(3))
    folder.roll_up(AFTER)
    manifest = folder.manifest
    assert (manifest.late_records, manifest.restatements, manifest.restated_sessions) == ({DAY: 3}, [], [])


def test_a_folder_whose_only_day_lost_its_records_has_closed_days(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(3))
    folder.roll_up()
    folder.land("a.ndjson", b"")
    folder.roll_up(AFTER)
    accept_held(folder.store, folder.manifest, "a.ndjson")
    folder.roll_up(AFTER)
    assert folder.manifest.days == {}
    folder.land("late.ndjson", records(5))
    folder.roll_up(AFTER)
    assert folder.manifest.late_records == {DAY: 5}
    found = folder.restated("DISTINCT run, metric, published_before, published_now")
    assert [row for row in found if row[1] == "records"] == [(3, "records", 3, None), (4, "records", None, 5)]


def test_only_records_that_the_path_gave_in_time_are_in_time(folder: DataFolder) -> None:
    """Other records of a new content are late, also if it has no more records than the old one. The records that the
    new contents lack are in a third file, or the content is accepted.
    """
    for path in ("other.ndjson", "moved.ndjson"):
        folder.land(path, records(5, prefix="e"))
    folder.land("lost.ndjson", records(5, prefix="f"))
    folder.land("copies.ndjson", records(5, prefix="g"))
    folder.roll_up()
    folder.land("moved.ndjson", records(5, prefix="e")[1:] + records(2, prefix="new"))
    folder.land("lost.ndjson", records(5, prefix="f")[1:] + records(1, prefix="newer"))
    folder.land("copies.ndjson", records(5, prefix="g") + records(3, prefix="g"))
    folder.roll_up(AFTER)
    assert folder.manifest.late_records == {DAY: 2 + 3}
    accept_held(folder.store, folder.manifest, "lost.ndjson")
    folder.roll_up(AFTER)
    late = {entry.path: entry.days[DAY].late for entry in folder.manifest.files if entry.status == "read"}
    assert late == {"copies.ndjson": 3, "lost.ndjson": 1, "moved.ndjson": 2, "other.ndjson": 0}
    assert folder.manifest.late_records == {DAY: 2 + 3 + 1}
