"""A small data folder whose one-click login fails on its last days, because of one SDK version."""

from datetime import date

from tests.support import DAY, DataFolder, days_before, record

DAYS, BAD_DAYS, REQUESTS = 20, 5, 40
FIRST_BAD = days_before(DAY, BAD_DAYS - 1)


def land_failing_sdk(folder: DataFolder, last: date = DAY, bad_days: int = BAD_DAYS) -> None:
    """Lands `DAYS` days of the app `shop`; on the last ones, from `FIRST_BAD` on, SDK 2 fails 18 times in 20."""
    folder.write("registry/apps.csv", "app_key,app_name,platform\nshop,示例钱包,android\n")
    first = days_before(DAY, DAYS - 1)
    for back in range((last - first).days + 1):
        day = days_before(last, back)
        fails = FIRST_BAD <= day < days_before(FIRST_BAD, -bad_days)
        rows = [
            record(
                f"{day}-{number}", day, channel="one_click", stage="authorize",
                sdk_version="2" if number % 2 else "1",
                outcome="error" if fails and number % 2 and number > 4 else "success", device_id=f"d{number}",
            )
            for number in range(REQUESTS)
        ]  # fmt: skip
        folder.land(f"{day}.ndjson", rows)
