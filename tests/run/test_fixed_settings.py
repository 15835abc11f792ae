"""A run refuses a data folder whose hash key or time zone changed, and a clock that cannot be right."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pipelines.commands.operation.run import run_daily
from pipelines.common.errors import AuthmeterError, UsageError
from pipelines.run import daily_run
from tests.support import DAY, CopyOf, DataFolder, morning_after, records


def a_rolled_up_day(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(3))
    folder.roll_up()


@pytest.fixture
def rolled_up(copy_of: CopyOf) -> DataFolder:
    """Return a folder with a rolled-up day and the hash key of its stored hashes."""
    return copy_of(a_rolled_up_day)


def test_no_key_is_made_beside_hashes_of_a_lost_one(rolled_up: DataFolder) -> None:
    (rolled_up.root / "hash.key").unlink()
    with pytest.raises(UsageError, match="The hash key is missing"):
        rolled_up.open()
    assert not (rolled_up.root / "hash.key").exists()


def test_another_zone_is_refused(rolled_up: DataFolder) -> None:
    rolled_up.write("authmeter.toml", 'timezone = "UTC"\n')
    with pytest.raises(UsageError, match="business time zone was Asia/Shanghai and is now UTC"):
        rolled_up.ingest()


@pytest.mark.parametrize(
    ("clock", "words"),
    [
        (morning_after(DAY) - timedelta(days=3), "The clock shows"),
        (datetime(1980, 1, 1, tzinfo=UTC), "The clock shows"),
        (morning_after(DAY) + timedelta(days=403), "By the clock"),
    ],
)
def test_a_clock_that_is_wrong_by_days_ends_the_command(
    rolled_up: DataFolder, monkeypatch: pytest.MonkeyPatch, clock: datetime, words: str
) -> None:
    class Clock(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return clock

    monkeypatch.setattr(daily_run, "datetime", Clock)
    with pytest.raises(AuthmeterError, match=words) as refused:
        run_daily(rolled_up.root, None)
    assert refused.value.do
    assert rolled_up.manifest.days.keys() == {DAY}
