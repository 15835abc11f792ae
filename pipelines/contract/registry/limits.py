"""Limits against repeated verification (超限管理), each a what-if: `registry/limits.csv`, and the default ones.

Lives here: what a row of that file may hold, and what it means. What a limit would have blocked is computed in the
roll-up.
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
    """At most `max_requests` verifications of one counter: of an app and a device, a phone, or the app as a whole.

    `window` is how many seconds one that passed counts, or `day`. `*` is any app, either channel.
    """

    limit_id: str
    app_key: str
    channel: str
    key: str
    max_requests: int
    window: str

    @property
    def seconds(self) -> int:
        """How long one that passed counts: for so many seconds, or as long as a day can be."""
        return 2 * _DAY_SECONDS if self.window == DAY else int(self.window)


DEFAULTS: Final = (
    Limit("device_10_day", ANY, ANY, "device", 10, DAY),
    Limit("phone_10_day", ANY, ANY, "phone", 10, DAY),
    Limit("phone_1_30s", ANY, ANY, "phone", 1, "30"),
)


def load_limits(folder: Path, problems: list[Problem]) -> tuple[Limit, ...]:
    """The limits of the file in the registry's folder, by their ids; bad rows are added to `problems`. Without a file
    the defaults; a file without a good row gives none.

    Raises:
        UsageError: it cannot be read, or lacks a column that every row needs.
    """
    file = folder / LIMITS_FILE
    if not os.path.lexists(file):
        return DEFAULTS
    asked = RowFile(
        file,
        f"registry/{LIMITS_FILE}",
        columns=Limit._fields,
        needed=("limit_id", "key", "max_requests", "window"),
        key=("limit_id",),
    )
    return tuple(sorted(read_row_file(asked, _limit_of, lambda limit: limit.limit_id, problems)))


def window_of(text: str) -> str | None:
    """A window as it is written: `day`, or seconds from 1 to 86400; None where it is neither."""
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
