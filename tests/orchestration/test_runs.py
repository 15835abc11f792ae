"""Dagster's records of a run: its materialized assets with their metadata, its checks and its days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipelines.contract.checks import CHECKS
from pipelines.contract.tables.tables import TABLES
from pipelines.orchestration.home.home import prepare
from tests.published_folder import MARKED_DEVICE, MARKED_PHONE, Call
from tests.support import DataFolder, days_before

ASSETS = ("fetched_objects", "event_parts", "day_tables", *TABLES, "site", "exports", "site_copy")


@pytest.fixture
def instance(published: DataFolder) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.from_config(str(published.root / "dagster")) as opened:
        yield opened


def only_run(instance: dg.DagsterInstance) -> dg.DagsterRun:
    (run,) = instance.get_runs()
    return run


def recorded_metadata(instance: dg.DagsterInstance, name: str) -> dict[str, Any]:
    """Return the metadata of an asset's newest materialization."""
    event = instance.get_latest_materialization_event(dg.AssetKey(name))
    assert event is not None, name
    assert event.asset_materialization is not None
    return {key: value.value for key, value in event.asset_materialization.metadata.items()}


def recorded_days(instance: dg.DagsterInstance) -> set[str]:
    """Return the partitions that Dagster shows as materialized: registered days with a record."""
    recorded = instance.get_materialized_partitions(dg.AssetKey("day_tables"))
    return recorded & set(instance.get_dynamic_partitions("business_days"))


def rows_of_day(instance: dg.DagsterInstance, day: date) -> Any:
    """Return the number of rows in Dagster's newest record of a day's tables."""
    asked = dg.AssetRecordsFilter(dg.AssetKey("day_tables"), asset_partitions=[str(day)])
    (record,) = instance.fetch_materializations(asked, limit=1).records
    assert record.asset_materialization
    return record.asset_materialization.metadata["dagster/partition_row_count"].value


def evaluations(instance: dg.DagsterInstance, run: dg.DagsterRun) -> list[dg.AssetCheckEvaluation]:
    """Return the results of the checks of a run."""
    logs = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION)
    return [log.dagster_event.asset_check_evaluation_data for log in logs if log.dagster_event]


def test_a_run_of_the_command_is_recorded_with_its_partition(instance: dg.DagsterInstance, yesterday: date) -> None:
    run = only_run(instance)
    assert (run.job_name, run.status) == ("daily", dg.DagsterRunStatus.SUCCESS)
    assert run.tags["dagster/partition"] == str(yesterday)


def test_a_run_records_what_it_made(instance: dg.DagsterInstance) -> None:
    for name in ASSETS:
        event = instance.get_latest_materialization_event(dg.AssetKey(name))
        assert event is not None, name
        assert event.run_id == only_run(instance).run_id


def assert_holds(instance: dg.DagsterInstance, published: DataFolder, day: date) -> None:
    """Assert that the metadata of each asset describe the contents of the folder."""
    parts, days = recorded_metadata(instance, "event_parts"), recorded_metadata(instance, "day_tables")
    assert (parts["records_read"], parts["rejected"], parts["dagster/row_count"]) == (759, 4, 755)
    assert days["dagster/partition_row_count"] == published.counted()[day]
    for name, table in TABLES.items():
        holds = recorded_metadata(instance, name)
        assert holds["dagster/row_count"] == published.rows(f"SELECT count(*) FROM {name}")[0][0]
        assert [column.name for column in holds["dagster/column_schema"].columns] == list(table.columns)
    site, exports = recorded_metadata(instance, "site"), recorded_metadata(instance, "exports")
    assert site["pages"] == len(list(published.store.site.rglob("*.html")))
    assert Path(site["page"].removeprefix("file://")).is_file()
    assert exports["files"] == len(list(published.store.site.rglob("*.csv")))


def test_a_run_says_what_each_asset_holds(instance: dg.DagsterInstance, published: DataFolder, yesterday: date) -> None:
    assert_holds(instance, published, yesterday)
    assert recorded_metadata(instance, "event_parts")["new_records"] == 759
    assert recorded_metadata(instance, "day_tables")["new_days"] == 3


def test_a_run_with_nothing_new_records_each_asset(call: Call, own: DataFolder, yesterday: date) -> None:
    assert call("run", data=own.root).code == 0
    with dg.DagsterInstance.from_config(str(own.root / "dagster")) as instance:
        newest, _ = instance.get_runs()
        for name in ASSETS:
            event = instance.get_latest_materialization_event(dg.AssetKey(name))
            assert event is not None
            assert event.run_id == newest.run_id
        assert_holds(instance, own, yesterday)
        assert recorded_metadata(instance, "day_tables")["page"] == (own.store.site / "index.html").as_uri()
        assert recorded_metadata(instance, "event_parts")["new_records"] == 0
        assert recorded_metadata(instance, "day_tables")["new_days"] == 0


def test_nothing_of_a_person_is_recorded(published: DataFolder) -> None:
    files = [file for file in (published.root / "dagster").rglob("*") if file.is_file()]
    assert files
    for file in files:
        content = file.read_bytes()
        assert MARKED_DEVICE.encode() not in content
        assert MARKED_PHONE.encode() not in content


def test_a_run_records_every_day_that_it_closed(instance: dg.DagsterInstance, yesterday: date) -> None:
    days = [str(days_before(yesterday, back)) for back in (2, 1, 0)]
    assert instance.get_dynamic_partitions("business_days") == days
    assert recorded_days(instance) == set(days)


def test_a_run_records_every_check(instance: dg.DagsterInstance) -> None:
    made = evaluations(instance, only_run(instance))
    assert {check.check_name: check.asset_key.path[-1] for check in made} == {
        name: check.asset for name, check in CHECKS.items()
    }
    assert all(check.passed for check in made)


def test_an_older_home_goes_on_working(call: Call, own: DataFolder, yesterday: date) -> None:
    """The days of an older home are partitions of a daily definition. Dagster stored them only in its events, and made
    the files of the home itself.
    """
    (own.root / "dagster").rename(own.root / "dagster.before")
    for file in (prepare(own.root) / "history").rglob("*.db*"):
        file.unlink()
    first = days_before(yesterday, 2)

    @dg.asset(partitions_def=dg.DailyPartitionsDefinition(str(first), timezone="Asia/Shanghai"))
    def day_tables() -> None:
        pass

    older = dg.Definitions([day_tables], jobs=[dg.define_asset_job("daily", [day_tables])]).resolve_job_def("daily")
    with dg.DagsterInstance.get() as instance:
        earlier = older.execute_in_process(instance=instance, partition_key=str(first))
        assert earlier.success
    assert call("run", data=own.root).code == 0
    with dg.DagsterInstance.get() as instance:
        assert [run.status for run in instance.get_runs()] == [dg.DagsterRunStatus.SUCCESS] * 2
        assert recorded_days(instance) == {str(first + timedelta(days=n)) for n in range(3)}
        assert instance.all_logs(earlier.run_id)
        # The record of the older home had no number of rows.
        assert rows_of_day(instance, first) == own.counted()[first]


def test_days_whose_record_is_gone_are_recorded_anew(call: Call, own: DataFolder, yesterday: date) -> None:
    """Records of runs are deleted after some days, and users may delete `dagster/`. The tables of the days remain."""
    with dg.DagsterInstance.from_config(str(own.root / "dagster")) as instance:
        instance.delete_run(only_run(instance).run_id)
        assert recorded_days(instance) == set()
    assert call("run", data=own.root).code == 0
    with dg.DagsterInstance.from_config(str(own.root / "dagster")) as instance:
        assert recorded_days(instance) == {str(days_before(yesterday, back)) for back in range(3)}
