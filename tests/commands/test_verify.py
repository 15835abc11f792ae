"""`authmeter verify`: whether stored tables are as they were written."""

from __future__ import annotations

from datetime import date

from tests.published_folder import Call
from tests.support import DataFolder, records


def test_verify_says_that_all_is_as_written_only_where_it_is(call: Call, folder: DataFolder, yesterday: date) -> None:
    folder.land("a.ndjson", records(3, yesterday))
    folder.tables(yesterday)
    assert "as they were written" in call("verify", data=folder.root).out
    (file,) = folder.store.warehouse.glob("days/*/*/channel_daily.parquet")
    file.write_bytes(file.read_bytes().replace(b"PAR1", b"PAR2"))
    ended = call("verify", data=folder.root)
    assert ended.code == 1
    assert "differs" in ended.out
    assert "as they were written" not in ended.out
