"""Days are computed from parts of every version, and from parts with several files of which some are replaced."""

from __future__ import annotations

import pyarrow.parquet as pq
import pytest

from pipelines.commands.operation.accept import accept_file
from pipelines.ingest.reread import RereadRequest
from tests.data.older_parts import make_older
from tests.support import DAY, CopyOf, DataFolder, days_before, record, records

BEFORE = days_before(DAY, 1)


def three_files_in_one_part(folder: DataFolder) -> None:
    folder.land("a.ndjson", [*records(3, prefix="a", device_id="d1", carrier="cm_x"), *records(1, BEFORE, "a"), {}])
    folder.land("b.ndjson", [*records(5, prefix="b", phone="16012345678"), *records(1, BEFORE, "b"), {"event_id": 1}])
    folder.land("c.ndjson", records(7, prefix="c"))
    folder.roll_up()
    assert len({entry.part for entry in folder.manifest.files}) == 1


@pytest.fixture
def shared(copy_of: CopyOf) -> DataFolder:
    """A folder with two closed days, from three files in one part."""
    return copy_of(three_files_in_one_part)


def test_small_files_share_a_row_group(shared: DataFolder) -> None:
    # A group for each file made 5,000 files take three times as long to write, and to read at each look.
    (part,) = {str(entry.part) for entry in shared.manifest.files}
    assert pq.read_metadata(shared.store.part_folder(part) / "records.parquet").num_row_groups == 1


def test_parts_of_every_version_give_the_same_tables(folder: DataFolder) -> None:
    for name in ("a", "b"):
        folder.land(f"{name}.ndjson", [*records(3, prefix=name, device_id="d1", carrier="cm_x"), {}])
        folder.roll_up(BEFORE)
    assert make_older(folder.store) == 2
    folder.land("c.ndjson", records(7, prefix="c", device_id="d1", phone="16012345678"))
    folder.tables()
    with_older, rejected = folder.manifest.days[DAY].content, folder.rows("FROM rejected_records")
    assert folder.counted() == {DAY: 13}
    # Masked by other rules, a rejected record is not shown.
    assert [(path, record) for path, _, _, record, *_ in rejected] == [("a.ndjson", "***"), ("b.ndjson", "***")]
    # Read again, the carrier is kept as it was given.
    again = folder.open(DAY)
    again.reread = RereadRequest()
    again.ingest(DAY)
    folder.tables()
    assert not list(folder.store.warehouse.glob("events/*/events.parquet"))
    assert folder.manifest.days[DAY].content == with_older
    assert folder.rows("FROM rejected_records") == [(*row[:3], "{}", *row[4:]) for row in rejected]


def test_a_replaced_file_of_a_part_counts_no_more(shared: DataFolder) -> None:
    shared.land("a.ndjson", [*records(3, prefix="a"), *records(1, BEFORE, "a"), *records(4, prefix="new")])
    shared.tables()
    assert shared.statuses("a.ndjson") == ["replaced", "read"]
    assert shared.counted() == {BEFORE: 2, DAY: 19}
    # The rejects of the replaced content are removed, and the other file's rejects stay.
    assert shared.rows("SELECT path, line FROM rejected_records") == [("b.ndjson", 7)]
    shared.store.clear_unfinished(shared.manifest)
    assert len(list(shared.store.warehouse.glob("events/*"))) == 2


def test_a_part_goes_with_the_last_of_its_files(shared: DataFolder) -> None:
    (part,) = {str(entry.part) for entry in shared.manifest.files}
    for path, prefix in (("a.ndjson", "a"), ("b.ndjson", "b"), ("c.ndjson", "c")):
        assert shared.store.part_folder(part).exists()
        shared.land(path, [*records(8, prefix=prefix), *records(1, BEFORE, prefix)])
        shared.ingest()
        shared.store.clear_unfinished(shared.manifest)
    assert shared.accepted() == {BEFORE: 3, DAY: 24}
    assert not shared.store.part_folder(part).exists()


def test_a_file_that_loses_a_day_changes_it_though_its_part_stays(shared: DataFolder) -> None:
    shared.land("a.ndjson", records(3, prefix="a"))
    shared.roll_up()
    assert shared.statuses("a.ndjson") == ["read", "held"]
    accept_file(shared.root, "a.ndjson", is_sure=True)
    assert shared.roll_up().days == [BEFORE, DAY]
    assert shared.counted() == {BEFORE: 1, DAY: 15}
    assert {cause for day, cause in shared.restated("day, cause") if day == BEFORE} == {"a.ndjson"}


def test_copies_compare_the_carrier_as_it_was_given(folder: DataFolder) -> None:
    folder.land("a.ndjson", [record("e1", carrier="cu_1"), record("e2"), record("e3", carrier="cm_2")])
    folder.land("b.ndjson", [record("e1", carrier="CTCC"), record("e2", carrier="CMCC"), record("e3", carrier="cm_1")])
    folder.roll_up()
    counted = folder.stored("outcome_daily", "carrier, records")
    assert counted == [("CMCC", 1), ("CTCC", 1), ("unknown", 1)]
