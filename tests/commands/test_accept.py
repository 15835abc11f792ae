"""`authmeter accept`: a held file counts as soon as a person accepts it."""

from __future__ import annotations

from datetime import date, timedelta

from tests.published_folder import Call
from tests.support import DataFolder, records


def test_a_held_file_is_a_warning_and_can_be_accepted(call: Call, own: DataFolder, yesterday: date) -> None:
    own.land(f"{yesterday}/shop.ndjson", records(10, yesterday, "rotated"))
    own.roll_up(yesterday)
    assert own.counted()[yesterday] == 253
    (held,) = own.warnings
    assert held.check_name == "held_files"
    assert "authmeter accept" in held.detail.en
    assert f"{yesterday}/shop.ndjson ({yesterday}: -151)" in held.detail.en
    ended = call("accept", f"{yesterday}/shop.ndjson", data=own.root)
    assert ended.code == 2
    assert ended.out == f"{yesterday}  loses 151 records\n"
    assert "1 closed day would lose 151 records." in ended.err
    assert "--yes" in ended.err
    assert own.statuses(f"{yesterday}/shop.ndjson") == ["read", "held"]
    ended = call("accept", f"{yesterday}/shop.ndjson", "--yes", data=own.root)
    assert ended.code == 0
    assert ended.out.startswith(f"{yesterday}  loses 151 records\naccepted {yesterday}/shop.ndjson: 10 records")
    own.roll_up(yesterday)
    assert own.counted()[yesterday] == 112


def test_a_day_that_is_not_closed_yet_is_named_as_such(call: Call, own: DataFolder, yesterday: date) -> None:
    today = yesterday + timedelta(days=1)
    own.land("two.ndjson", records(2, yesterday, "two") + records(1, today, "two"))
    own.roll_up(yesterday)
    own.land("two.ndjson", records(1, yesterday, "two"))
    own.ingest(yesterday)
    ended = call("accept", "two.ndjson", data=own.root)
    assert ended.code == 2
    assert ended.out == f"{yesterday}  loses 1 record\n{today}  loses 1 record, and is not closed yet\n"
    assert "1 closed day would lose 1 record." in ended.err
    assert own.statuses("two.ndjson") == ["read", "held"]
