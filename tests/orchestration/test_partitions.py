"""The partitions are the days of the store in order, without days whose tables were removed."""

from __future__ import annotations

from datetime import date, timedelta

import dagster as dg
import pytest

from pipelines.orchestration.asset_metadata import ROWS_OF_DAY
from pipelines.orchestration.definitions.as_dagster import InstancePartitions
from pipelines.orchestration.partitions import add_days, days_to_record, match_partitions_to_days
from pipelines.store.manifest import DayEntry, Manifest
from tests.support import DAY


def manifest(*back: int, days_from: date | None = None) -> Manifest:
    """Return a manifest with the tables of some days, which are given as numbers of days before `DAY`."""
    entry = DayEntry(folder="", content="", fingerprint="", parts=[], accepted=1, counted=1, unmapped=0)
    return Manifest(days={DAY - timedelta(days=days): entry for days in back}, days_from=days_from)


def keys(*back: int) -> list[str]:
    return [str(DAY - timedelta(days=days)) for days in back]


@pytest.mark.parametrize(
    ("known", "there", "wanted"),
    [
        ((), (2, 1, 0), (2, 1, 0)),
        ((2, 1, 0), (2, 1, 0), (2, 1, 0)),
        ((0,), (2, 1), (2, 1, 0)),
        ((5, 3, 1), (5, 4, 3), (5, 4, 3, 1)),
        ((0,), (), (0,)),
    ],
)
def test_days_stand_in_order(known: tuple[int, ...], there: tuple[int, ...], wanted: tuple[int, ...]) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        for back in known:
            add_days(InstancePartitions(instance), [DAY - timedelta(days=back)])
        match_partitions_to_days(InstancePartitions(instance), manifest(*there))
        assert instance.get_dynamic_partitions("business_days") == keys(*wanted)


@pytest.mark.parametrize(("there", "first", "wanted"), [((2, 1, 0), 1, (1, 0)), ((), 0, (0,))])
def test_a_day_that_retention_took_is_none(there: tuple[int, ...], first: int, wanted: tuple[int, ...]) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        add_days(InstancePartitions(instance), [DAY - timedelta(days=back) for back in (2, 1, 0)])
        match_partitions_to_days(InstancePartitions(instance), manifest(*there, days_from=DAY - timedelta(days=first)))
        assert instance.get_dynamic_partitions("business_days") == keys(*wanted)


def test_days_are_recorded_anew_whose_newest_record_says_something_else() -> None:
    # Rows in the records of each day, counted back from `DAY`. Records of older versions have no number of rows.
    recorded = {5: [None], 4: [1, 7], 3: [7, 1], 2: [9], 1: [0]}
    with dg.DagsterInstance.ephemeral() as instance:
        add_days(InstancePartitions(instance), [DAY - timedelta(days=back) for back in (6, 5, 4, 3, 2, 1, 0)])
        for back, all_rows in recorded.items():
            for rows in all_rows:
                holds = {} if rows is None else {ROWS_OF_DAY: rows}
                made = dg.AssetMaterialization("day_tables", partition=keys(back)[0], metadata=holds)
                instance.report_runless_asset_event(made)
        found = days_to_record(InstancePartitions(instance), manifest(6, 5, 4, 3), "day_tables")
    # 6 has no record, 5 only an older one, the newest record of 4 is wrong, and 2 has no tables any more.
    assert sorted(map(str, found)) == keys(6, 5, 4, 2)
