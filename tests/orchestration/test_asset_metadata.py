"""Metadata of assets: links lead to existing pages, landing has the number and the size of its files, a table has its
rows, and a table that the published file lacks has no metadata.

Also tests the freshness check: a day must be published by the time `late_after` on the next day.
"""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote

import duckdb
import pytest

from pipelines.contract.tables.tables import TABLES
from pipelines.orchestration import asset_metadata
from pipelines.orchestration.results import Metadata, Page
from pipelines.orchestration.steps import yesterday_is_published
from tests.support import DAY, CopyOf, DataFolder, lines, records, writable


def page(holds: Metadata) -> Path | None:
    """Return the file that the metadata link to, or None if they have no link."""
    link = holds.get("page")
    return Path(unquote(link.address.removeprefix("file://"))) if isinstance(link, Page) else None


def publish_long(folder: DataFolder) -> None:
    """Publish the two newest days, the oldest day that has a page, and the day before it."""
    for back in (0, 1, 89, 90):
        folder.land(f"{back}.ndjson", records(3, DAY - timedelta(days=back)))
    folder.publish()


def test_what_is_linked_is_there(made_once: CopyOf) -> None:
    long = made_once(publish_long)
    site = long.store.site
    of_days = {
        (DAY - day).days: page(asset_metadata.day_metadata(long.manifest, day, site)) for day in long.manifest.days
    }
    assert of_days == {
        0: site / "index.html",
        1: site / "days" / f"{DAY - timedelta(days=1)}.html",
        89: site / "days" / f"{DAY - timedelta(days=89)}.html",
        90: None,
    }
    of_site = [page(holds) for holds in asset_metadata.site_metadata(site).values()]
    for file in (*of_days.values(), *of_site):
        assert file is None or file.is_file(), file
    assert None not in of_site


def test_landing_holds_what_lies_there_now(folder: DataFolder) -> None:
    folder.land("same.ndjson", records(3))
    deleted = folder.land("deleted.ndjson", records(3, prefix="d"))
    folder.ingest()
    folder.land("same.ndjson", records(4))
    deleted.unlink()
    folder.ingest()
    assert asset_metadata.landing_metadata(folder.store.landing) == {"files": 1, "bytes": len(lines(records(4)))}


def test_tables_that_a_file_of_an_older_version_lacks_hold_nothing(copy_of: CopyOf) -> None:
    folder = copy_of(publish_long)
    with closing(duckdb.connect(writable(folder.store.database))) as connection:
        connection.execute("DROP TABLE usage_daily")
    holds = asset_metadata.table_metadata(folder.store)
    assert holds.keys() == TABLES.keys()
    assert holds["usage_daily"] == {}
    assert holds["outcome_daily"][asset_metadata.ROWS] == 4


def at(clock: str, days_later: int = 1) -> datetime:
    """Return the time `clock` in Shanghai, `days_later` days after the published day."""
    hour, minute = map(int, clock.split(":"))
    return datetime(DAY.year, DAY.month, DAY.day, hour, minute, tzinfo=UTC) + timedelta(days=days_later, hours=-8)


@pytest.mark.parametrize(
    ("now", "passed"),
    [
        (at("00:10"), True),
        (at("23:59"), True),
        (at("08:59", 2), True),
        (at("09:00", 2), False),
        (at("08:00", 3), False),
    ],
)
def test_a_day_is_due_from_late_after_on(made_once: CopyOf, now: datetime, passed: bool) -> None:
    assert yesterday_is_published(made_once(publish_long).root, now)[0] == passed


def test_late_after_is_a_setting(copy_of: CopyOf) -> None:
    folder = copy_of(publish_long)
    folder.write("authmeter.toml", '[alerts]\nlate_after = "10:30"\n')
    assert yesterday_is_published(folder.root, at("10:29", 2)) == (True, f"published as of {DAY}, due: {DAY}")
    assert yesterday_is_published(folder.root, at("10:30", 2))[0] is False


def test_the_check_fails_if_nothing_is_published(folder: DataFolder) -> None:
    passed, finding = yesterday_is_published(folder.root, at("12:00"))
    assert not passed
    assert "published as of no day" in finding
