"""`authmeter backfill` computes stored days again."""

from __future__ import annotations

from datetime import date

from tests.published_folder import Call
from tests.support import DataFolder, days_before


def test_a_backfill_computes_those_days_anew_or_says_that_none_is_stored(
    call: Call, own: DataFolder, yesterday: date
) -> None:
    ended = call("backfill", "0001-01-01", "2020-01-02", data=own.root)
    assert ended.code == 0
    assert "no events are stored from" in ended.out
    before, rows = own.manifest, own.rows("SELECT * FROM channel_daily")
    # This simulates tables of an older authmeter, which counted otherwise.
    for entry in before.days.values():
        entry.content = "other tables"
    own.store.commit(before)
    # The calendar's last day has no next one.
    ended = call("backfill", days_before(yesterday, 1), "9999-12-31", data=own.root)
    assert ended.code == 0
    anew = [day for day, entry in sorted(own.manifest.days.items()) if entry.content != "other tables"]
    assert anew == [days_before(yesterday, 1), yesterday]
    assert own.rows("SELECT * FROM channel_daily") == rows
    assert own.rows("SELECT count(*) FROM restatements") == [(0,)]
