"""Limits against repeated verification (超限管理), each a what-if: `registry/limits.csv`, and the defaults.

This module reads and validates the file. The records that a limit would have blocked are computed in the roll-up.
"""

import os
from pathlib import Path
from typing import Final, NamedTuple

from pipelines.contract.record.channels import NUMBER_CHANNELS
from pipelines.contract.registry.accounts import ANY, app_or_any
from pipelines.contract.registry.row_files import BadRowError, Problem, Row, RowFile, read_row_file

LIMITS_FILE: Final = "limits.csv"
KEYS: Final = ("device", "phone", "app")
DAY: Final = "day"
_DAY_SECONDS: Final = 86_400


class Limit(NamedTuple):
    """At most `max_requests` verifications in a `window`.

    Attributes:
        app_key, channel: the records to which it applies; `*`: any.
        key: `device`, `phone` or `app`: requests are counted for each device or phone of an app, or for each app.
        window: `day`, or the number of seconds for which a request that passed is counted.
    """

    limit_id: str
    app_key: str
    channel: str
    key: str
    max_requests: int
    window: str

    @property
    def seconds(self) -> int:
        """The seconds for which a passed request counts; for `day`, a number larger than the seconds of any day."""
        return 2 * _DAY_SECONDS if self.window == DAY else int(self.window)


DEFAULTS: Final = (
    Limit("device_10_day", ANY, ANY, "device", 10, DAY),
    Limit("phone_10_day", ANY, ANY, "phone", 10, DAY),
    Limit("phone_1_30s", ANY, ANY, "phone", 1, "30"),
)


def load_limits(folder: Path, problems: list[Problem]) -> tuple[Limit, ...]:
    """Return the limits in `limits.csv` of the registry's folder, sorted by id; bad rows are added to `problems`.

    Without the file, return the default limits. A file without a valid row gives no limits.

    Raises:
        UsageError: the file cannot be read, or lacks a column that every row needs.
    """
    file = folder / LIMITS_FILE
    if not os.path.lexists(file):
        return DEFAULTS
    row_file = RowFile(
        file,
        f"registry/{LIMITS_FILE}",
        columns=Limit._fields,
        needed=("limit_id", "key", "max_requests", "window"),
        key=("limit_id",),
    )
    return tuple(sorted(read_row_file(row_file, _limit_of, lambda limit: limit.limit_id, problems)))


def window_of(text: str) -> str | None:
    """Return a valid window in its stored form: `day`, or seconds from 1 to 86400; None for any other text."""
    if text == DAY:
        return text
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(_DAY_SECONDS))
    return str(int(text)) if is_number and 1 <= int(text) <= _DAY_SECONDS else None


def _limit_of(row: Row) -> Limit:
    limit_id, app_key = row.needed("limit_id"), app_or_any(row)
    channel = row.text("channel") or ANY
    if channel not in (ANY, *NUMBER_CHANNELS):
        raise BadRowError("invalid:channel")
    key = row.needed("key")
    if key not in KEYS:
        raise BadRowError("invalid:key")
    most = row.needed_whole("max_requests", 1)
    window = window_of(row.needed("window"))
    if window is None:
        raise BadRowError("invalid:window")
    return Limit(limit_id, app_key, channel, key, most, window)
