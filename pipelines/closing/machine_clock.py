"""Checks that the clock of the machine is plausible, and that the day of a run is over by this clock.

A record dated more than two days after the clock is refused and its file counts as read; a published day is never
withdrawn. So a clock that is wrong by days would lose records, or publish days in the future.
"""

from datetime import UTC, date, datetime, timedelta

from pipelines.common.days import FIRST_DAY, last_closed_day
from pipelines.common.errors import AuthmeterError, UsageError
from pipelines.contract.settings.settings import Settings
from pipelines.store.manifest import Manifest

# authmeter was written after this date, so a clock before it was never set.
_FIRST = datetime(2026, 1, 1, tzinfo=UTC)
# Records may be dated up to two days after the clock, so setting it back by one day does no harm.
_BACK = timedelta(days=1)


def require_sound_clock(manifest: Manifest, now: datetime) -> None:
    """Refuse a clock that is more than a day behind the last run, or behind the start of 2026 if there was no run.

    Raises:
        AuthmeterError: the clock is too far behind.
    """
    # All files read by a run have the same time.
    times = {entry.first_read_at for entry in manifest.files}
    if manifest.generated_at:
        times.add(manifest.generated_at)
    last = max((datetime.fromisoformat(time) for time in times), default=_FIRST)
    if now < last - _BACK:
        raise AuthmeterError(
            f"The clock shows {_minute(now)}, but the last run was at {_minute(last)}."
            if times
            else f"The clock shows {_minute(now)}, a time before authmeter was written.",
            where="the clock of the machine",
            why="Records later than the clock would be rejected, and their files would not be read again.",
            do="Set the clock and run again. If the clock was wrong in the last run, restore the warehouse folder from "
            "before that run, or remove it: the next run reads all of landing again.",
        )


def _minute(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def require_near_day(manifest: Manifest, settings: Settings, day: date) -> None:
    """Refuse to close a day that is so long after the published day that the clock is probably wrong.

    Raises:
        AuthmeterError: the two days are more than `retention_days` apart.
    """
    if manifest.as_of and (day - manifest.as_of).days > settings.retention_days:
        raise AuthmeterError(
            f"By the clock, {day} is due, {(day - manifest.as_of).days} days after the published day {manifest.as_of}.",
            where="the clock of the machine",
            why="A published day is never withdrawn, so a wrong clock would stop all reports until then.",
            do=f"Set the clock and run again. If it is right, confirm it once: `authmeter run --day {day}`.",
        )


def require_closed_day(day: date, now: datetime, zone: str, where: str) -> None:
    """Refuse a day that a run cannot close, because the day is not over, or is before `FIRST_DAY`.

    Args:
        where: the input that gave the day, such as `--day`, for the error.

    Raises:
        UsageError: the day is not over, or too early.
    """
    over = last_closed_day(now, zone)
    if day > over:
        raise UsageError(
            f"{day} is not over in {zone}.",
            where=where,
            why="Reports show whole days only.",
            do=f"Give {over} or an earlier day.",
        )
    if day < FIRST_DAY:
        raise UsageError(
            f"{day} is before {FIRST_DAY}.",
            where=where,
            why="authmeter has no days before that one.",
            do=f"Give a day from {FIRST_DAY} to {over}.",
        )
