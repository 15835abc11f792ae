"""Exports of tables: every table and view, the rows of a span, the order of the key, and refused exports."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest

from pipelines.common.days import Window, day_start
from pipelines.common.errors import UsageError
from pipelines.contract.tables.tables import TABLES, VIEWS
from reports.export.tables import TableRequest, export_table, has_days
from tests.data.made_database import AS_OF, Database, day


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database with a package, its uses on three days, bills of three months and two incidents."""
    made = Database(tmp_path_factory.mktemp("tables") / "authmeter.duckdb")
    made.publish()
    bought = datetime(2026, 3, 1, 16, tzinfo=UTC)
    made.add("resource_packages", {
        "resource_package_id": "007", "account_id": "=1+1", "quantity": 10, "purchased_at": bought,
        "expires_at": datetime(2027, 3, 2, 16, tzinfo=UTC), "price": 4.5, "used": 3, "state": "active",
    })  # fmt: skip
    for back, name, uses in ((0, None, 1), (0, "007", 2), (5, "007", 3), (9, "007", 4)):
        made.add("resource_package_usage", {
            "day": day(back), "account_id": "default", "app_key": "shop", "resource_package_id": name, "uses": uses,
        })  # fmt: skip
    for month in (1, 2, 3):
        made.add("reconciliation_monthly", {
            "month": date(2026, month, 1), "account_id": "default", "channel": "number", "measure": "quantity",
            "bill": month,
        })  # fmt: skip
    for name, first, last in (("ended", 20, day(15)), ("open", 10, None)):
        made.add("incidents", {"incident_id": name, "first_day": day(first), "last_day": last})
    for hour in (15, 16):
        # In Shanghai 16:00 UTC is the next day.
        made.add("resource_package_readings", {
            "resource_package_id": "007", "read_at": datetime(2026, 3, 3, hour, tzinfo=UTC), "remaining": hour,
        })  # fmt: skip
    made.add("usage_daily", {"day": day(1), "app_key": "shop", "app_name": "Shop", "platform": "ios"})
    made.add("day_quality", {"day": day(1), "day_state": "complete", "restated": True})
    made.add("apps", {"app_key": "shop", "app_name": "Shop", "platform": "ios", "is_registered": True})
    return made.close()


def lines(database: Path, target: Path, table: str, first: date | None = None, last: date = AS_OF) -> list[str]:
    """Export a table, check the header and the number of rows, and return the other lines of the CSV."""
    span = Window(first, last) if first else None
    rows = export_table(database, TableRequest(table, span, "csv", target))
    head, *found = target.read_bytes().decode("utf-8-sig").split("\r\n")
    assert head == ",".join((TABLES | VIEWS)[table].columns)
    assert found.pop() == ""
    assert len(found) == rows
    return found


def test_of_a_span_there_are_its_days_in_the_order_of_the_key(database: Path, tmp_path: Path) -> None:
    found = lines(database, tmp_path / "a.csv", "resource_package_usage", day(5), day(0))
    assert (tmp_path / "a.csv").read_bytes().startswith(b"\xef\xbb\xbfday,")
    assert found == [f"{day(5)},default,shop,007,3", f"{day(0)},default,shop,007,2", f"{day(0)},default,shop,,1"]
    assert len(lines(database, tmp_path / "a.csv", "resource_package_usage")) == 4


@pytest.mark.parametrize(("first", "last", "months"), [
    (date(2026, 1, 31), date(2026, 2, 1), ["2026-01-01", "2026-02-01"]),
    (date(2026, 3, 5), date(2026, 3, 6), ["2026-03-01"]),
    (date(2026, 4, 1), date(2026, 4, 2), []),
])  # fmt: skip
def test_of_months_those_with_a_day_in_the_span(
    database: Path, tmp_path: Path, first: date, last: date, months: list[str]
) -> None:
    found = lines(database, tmp_path / "a.csv", "reconciliation_monthly", first, last)
    assert [line.split(",")[0] for line in found] == months


@pytest.mark.parametrize(("first", "last", "names"), [
    (16, 15, ["ended"]), (15, 10, ["ended", "open"]), (14, 11, []), (2, 1, ["open"]), (30, 21, []),
])  # fmt: skip
def test_a_span_of_incidents_has_those_with_a_day_in_it(
    database: Path, tmp_path: Path, first: int, last: int, names: list[str]
) -> None:
    found = lines(database, tmp_path / "a.csv", "incidents", day(first), day(last))
    assert [line.split(",")[0] for line in found] == names


@pytest.mark.parametrize(("first", "remaining"), [(3, ["15"]), (4, ["16"]), (5, [])])
def test_of_readings_those_of_the_days(database: Path, tmp_path: Path, first: int, remaining: list[str]) -> None:
    found = lines(database, tmp_path / "a.csv", "resource_package_readings", date(2026, 3, first), date(2026, 3, first))
    assert [line.split(",")[-1] for line in found] == remaining


@pytest.mark.parametrize("zone", ["Africa/Casablanca", "America/Edmonton"])
def test_the_days_of_readings_are_those_of_the_calendar(tmp_path: Path, zone: str) -> None:
    """The rules of these zones changed in 2026: the database's own time zone tables may differ from the system's."""
    made, read_on = Database(tmp_path / "authmeter.duckdb"), date(2026, 11, 15)
    made.publish(time_zone=zone)
    for hours in (-1, 0, 23, 24):
        read_at = day_start(read_on, zone) + timedelta(hours=hours)
        made.add("resource_package_readings", {"resource_package_id": "p", "read_at": read_at, "remaining": hours + 1})
    database = made.close()
    for first in (read_on, date.min):
        found = lines(database, tmp_path / "a.csv", "resource_package_readings", first, read_on)
        assert [line.split(",")[-1] for line in found] == (["1", "24"] if first == read_on else ["0", "1", "24"])
    assert lines(database, tmp_path / "a.csv", "resource_package_readings", date.max, date.max) == []


@pytest.mark.parametrize("table", ["apps", "input_files", "rejected_records", "resource_packages", "usage_30d"])
def test_a_table_without_days_is_whole_also_of_a_span(database: Path, tmp_path: Path, table: str) -> None:
    whole = lines(database, tmp_path / "a.csv", table)
    assert lines(database, tmp_path / "a.csv", table, day(2), day(1)) == whole
    assert not has_days(table)
    assert has_days("usage_daily")


def test_times_have_the_offset_of_the_business_zone_and_texts_do_not_run(database: Path, tmp_path: Path) -> None:
    (line,) = lines(database, tmp_path / "a.csv", "resource_packages")
    assert line.startswith("007,'=1+1,10,2026-03-02T00:00:00+08:00,2027-03-03T00:00:00+08:00,4.5,3,")


def test_a_table_as_xlsx_has_its_values(database: Path, tmp_path: Path) -> None:
    target = tmp_path / "a.xlsx"
    assert export_table(database, TableRequest("resource_packages", None, "xlsx", target)) == 1
    _, (name, account, quantity, bought, _, price, *_) = openpyxl.load_workbook(target).active.iter_rows()
    assert [cell.value for cell in (name, account, quantity, bought, price)] == [
        "007", "=1+1", 10, "2026-03-02T00:00:00+08:00", 4.5,
    ]  # fmt: skip
    assert "%" not in price.number_format
    export_table(database, TableRequest("day_quality", None, "xlsx", target))
    assert True in [cell.value for cell in list(openpyxl.load_workbook(target).active.iter_rows())[1]]


def test_a_table_as_parquet_has_its_types(database: Path, tmp_path: Path) -> None:
    target = tmp_path / "a.parquet"
    assert export_table(database, TableRequest("resource_packages", None, "parquet", target)) == 1
    assert str(pq.read_schema(target).field("expires_at").type).startswith("timestamp[us, tz=")


@pytest.mark.parametrize("table", sorted(TABLES | VIEWS))
def test_every_table_and_view_can_be_exported(database: Path, tmp_path: Path, table: str) -> None:
    lines(database, tmp_path / "a.csv", table)


@pytest.mark.parametrize(("table", "first", "said"), [
    ("usage_dayly", None, "No table 'usage_dayly' is published."),
    ("usage_daily; DROP TABLE apps", None, "is published."),
    ("usage_daily", day(-1), "ends"),
])  # fmt: skip
def test_what_cannot_be_is_refused_in_words(
    database: Path, tmp_path: Path, table: str, first: date | None, said: str
) -> None:
    span = Window(first, AS_OF) if first else None
    with pytest.raises(UsageError, match=said):
        export_table(database, TableRequest(table, span, "csv", tmp_path / "a.csv"))
    assert list(tmp_path.iterdir()) == []
