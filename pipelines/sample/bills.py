"""The sample's registry files about accounts, resource packages, limits, consoles and bills.

This module decides which rows each file has; `SampleSpec.has_bills` decides which samples have the files. The figures
are in `purchases.py` and `statements.py`.
"""

import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from pipelines.sample.apps import SampleApp
from pipelines.sample.packages import ACCOUNTS, LAPSING, OVERFLOWING
from pipelines.sample.purchases import Purchases
from pipelines.sample.statements import BILL_HEADER, CONSOLE_HEADER, Statements
from pipelines.sample.used import Used

# With fewer records a day, a shift of hours would stay within the tolerance.
LEAST_EVENTS: Final = 5_000
STRANGERS_ACCOUNT: Final = LAPSING

_Rows = Sequence[Sequence[object]]


def accounts_of(apps: Sequence[SampleApp]) -> dict[str, str]:
    """Return the account of each app by `app_key`; `accounts.csv` has the account of the unregistered app."""
    return {app.app_key: app.account_id if app.is_registered else STRANGERS_ACCOUNT for app in apps}


class SampleBills:
    """The registry's files about billing; `write` writes them."""

    def __init__(self, used: Used, apps: Sequence[SampleApp]) -> None:
        self._apps = apps
        self._used = used
        self._purchases = Purchases(used)
        self._statements = Statements(used, self._purchases)

    def write(self, registry: Path) -> None:
        """Write the files into the registry's folder."""
        for name, rows in self._files():
            path = registry / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file, lineterminator="\n").writerows(rows)

    def truth(self) -> dict[str, Any]:
        """Return the planted differences and the names of the files, for `sample_truth.json`."""
        files = [name for name, _ in self._files()]
        return {"registry": files, **self._purchases.truth(), **self._statements.truth()}

    def _files(self) -> Iterator[tuple[str, _Rows]]:
        strangers = [app.app_key for app in self._apps if not app.is_registered]
        yield (
            "accounts.csv",
            [("app_key", "vendor", "account_id"), *((key, "*", STRANGERS_ACCOUNT) for key in strangers)],
        )
        yield "limits.csv", self._limits()
        yield "resource_packages.csv", self._purchases.package_rows()
        yield "resource_package_readings.csv", self._purchases.reading_rows()
        for account_id in ACCOUNTS:
            yield f"console/{account_id}.csv", [CONSOLE_HEADER, *self._statements.console_rows(account_id)]
        yield f"bills/{self._statements.bills_file}", [BILL_HEADER, *self._statements.bill_rows()]

    def _limits(self) -> _Rows:
        """Return the rows of `limits.csv`: from limits that nobody reaches to limits that many sign-ins exceed."""
        largest = max(1, self._used.usual(OVERFLOWING) * 6 // 10)
        return [
            ("limit_id", "app_key", "channel", "key", "max_requests", "window"),
            ("phone_10_day", "*", "*", "phone", 10, "day"),
            ("phone_1_30s", "*", "*", "phone", 1, 30),
            ("phone_1_day", "*", "*", "phone", 1, "day"),
            ("device_2_day", "*", "*", "device", 2, "day"),
            ("local_device_1_hour", "*", "local_verify", "device", 1, 3600),
            ("sample_shop_day", self._apps[0].app_key, "*", "app", largest, "day"),
        ]


def remove_bills(registry: Path, truth: Path) -> None:
    """Remove the registry files about billing that an earlier sample wrote, even if they were edited.

    Their names are read from the earlier sample's `sample_truth.json`, whose path is `truth`.
    """
    try:
        found = json.loads(truth.read_text("utf-8"))
    except (OSError, ValueError):
        return
    names = found.get("registry") if isinstance(found, dict) else None
    for name in names if isinstance(names, list) else []:
        path = registry / str(name)
        if path.parent in (registry, registry / "console", registry / "bills"):
            path.unlink(missing_ok=True)
