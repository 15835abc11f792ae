"""Tests the freshness check: a day must be published by the time `late_after` on the next day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pipelines.orchestration.steps import yesterday_is_published
from tests.support import DAY, CopyOf, DataFolder, records


def published(folder: DataFolder) -> None:
    """Publish one day."""
    folder.land("a.ndjson", records(3))
    folder.publish()


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
    assert yesterday_is_published(made_once(published).root, now)[0] == passed


def test_late_after_is_a_setting(copy_of: CopyOf) -> None:
    folder = copy_of(published)
    folder.write("authmeter.toml", '[alerts]\nlate_after = "10:30"\n')
    assert yesterday_is_published(folder.root, at("10:29", 2)) == (True, f"published as of {DAY}, due: {DAY}")
    assert yesterday_is_published(folder.root, at("10:30", 2))[0] is False


def test_the_check_fails_if_nothing_is_published(folder: DataFolder) -> None:
    passed, finding = yesterday_is_published(folder.root, at("12:00"))
    assert not passed
    assert "published as of no day" in finding


def test_a_day_that_is_rolled_up_and_not_on_the_site_is_not_published(copy_of: CopyOf) -> None:
    folder = copy_of(published)
    after = DAY + timedelta(days=1)
    run = folder.open(after)
    run.ingest(after)
    run.roll_up(after)
    run.build_marts()
    assert folder.manifest.as_of == after
    assert yesterday_is_published(folder.root, at("09:00", 2)) == (False, f"published as of {DAY}, due: {after}")
    run.render_site()
    assert yesterday_is_published(folder.root, at("09:00", 2))[0]
