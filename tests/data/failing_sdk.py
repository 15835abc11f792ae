"""A small data folder whose one-click login fails on its last days, because of one SDK version."""

from datetime import date

from tests.support import DAY, DataFolder, days_before, record

DAYS, BAD_DAYS, REQUESTS = 20, 5, 40
FIRST_BAD = days_before(DAY, BAD_DAYS - 1)


def land_failing_sdk(folder: DataFolder, last: date = DAY, bad_days: int = BAD_DAYS) -> None:
    """Land `DAYS` days of the app `shop`, up to `last`.

    SDK 2 fails 18 times in 20 on `bad_days` days. The first of these days is `BAD_DAYS` - 1 days before `last`.
    """
    folder.write("registry/apps.csv", "app_key,app_name,platform\nshop,示例钱包,android\n")
    first_bad = days_before(last, BAD_DAYS - 1)
    for back in range(DAYS):
        day = days_before(last, back)
        fails = first_bad <= day < days_before(first_bad, -bad_days)
        rows = [
            record(
                f"{day}-{number}", day, channel="one_click", stage="authorize",
                sdk_version="2" if number % 2 else "1",
                outcome="error" if fails and number % 2 and number > 4 else "success", device_id=f"d{number}",
            )
            for number in range(REQUESTS)
        ]  # fmt: skip
        folder.land(f"{day}.ndjson", rows)


def failing_sdk(folder: DataFolder) -> None:
    """Land the days of `land_failing_sdk` and publish their tables."""
    land_failing_sdk(folder)
    folder.tables()


def land_mended(folder: DataFolder) -> None:
    """Land late successful records of the bad days: so many that the failures are no longer an incident."""
    for back in range(BAD_DAYS):
        day = days_before(FIRST_BAD, -back)
        rows = [
            record(
                f"late-{day}-{number}", day, channel="one_click", stage="authorize",
                sdk_version="2", outcome="success", device_id=f"l{number}",
            )
            for number in range(1000 + 200 * back)
        ]  # fmt: skip
        folder.land(f"late-{day}.ndjson", rows)
