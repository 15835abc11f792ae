"""A day whose tables contain a key twice is not stored."""

from __future__ import annotations

import pytest

from pipelines.common.errors import AuthmeterError
from pipelines.contract.tables.day_tables import DAY_TABLES
from pipelines.rollup import plan
from tests.support import DAY, CopyOf, DataFolder, record

# One check looks at all tables: a table of records, one of sessions and one of keys are enough by default.
NAMES = [
    name if name in ("channel_daily", "session_daily", "repeat_top") else pytest.param(name, marks=pytest.mark.lab)
    for name in DAY_TABLES
]


def a_day_that_is_read(folder: DataFolder) -> None:
    earlier = [record(stage, stage=stage, device_id="d") for stage in ("page", "click")]
    login = record("a", stage="login", outcome=None, result_code="new", device_id="d", latency_ms=9)
    folder.land("a.ndjson", [*earlier, login])
    # A day has segments where something happens to a package.
    folder.write("registry/resource_packages.csv", f"resource_package_id,quantity,purchased_at\np,9,{DAY}T09:00:00Z\n")
    folder.ingest()


@pytest.mark.parametrize("name", NAMES)
def test_a_repeated_key_stops_the_roll_up(copy_of: CopyOf, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    folder = copy_of(a_day_that_is_read)
    before = folder.manifest
    read = plan.sql

    def twice(package: str, query: str) -> str:
        text = read(package, query)
        return f"FROM ({text}) UNION ALL (FROM ({text}) LIMIT 1) ORDER BY ALL" if query == f"day/{name}" else text

    monkeypatch.setattr(plan, "sql", twice)
    with pytest.raises(AuthmeterError, match=f"Keys of {name} are not unique: 1 row too many"):
        folder.open().roll_up(DAY)
    assert folder.manifest == before
    assert DAY not in before.days
