"""The tables of a rolled-up day: their names and keys, and the books of the day. All engines write the same tables.

The files of a table have no column `day` if its key lacks it.
"""

from dataclasses import dataclass
from typing import Final

from pipelines.contract.tables.tables import TABLES

_PUBLISHED = ("channel_daily", "channel_detail_daily", "outcome_daily", "unmapped_codes", "latency_daily")

SESSION_TABLES: Final = (
    "session_daily", "session_paths_daily", "session_stops_daily", "funnel_daily", "session_times_daily",
    "session_books",
)  # fmt: skip
"""Tables of sign-in sessions."""

RECENT: Final = ("limit_daily", "repeat_daily", "repeat_top")
"""Tables of a day that are published only for the last `RECENT_DAYS` days."""
RECENT_DAYS: Final = 30

DAY_TABLES: Final[dict[str, tuple[str, ...]]] = {
    **{name: TABLES[name].key for name in _PUBLISHED},
    "app_devices": ("day", "app_key"),
    "unplatformed_apps": ("app_key",),
    "profile_daily": ("day", "measure", "whole", "part"),
    **{name: TABLES[name].key for name in RECENT},
    "verification_hours": ("day", "hour", "app_key", "channel", "vendor"),
    "use_segments": ("day", "starts_at", "app_key", "vendor"),
    **{name: TABLES[name].key for name in SESSION_TABLES},
}
"""The key of each table, by which its rows are sorted."""


LATER: Final = (
    "latency_daily", "profile_daily", "unmapped_codes", "verification_hours", *RECENT, *SESSION_TABLES
)  # fmt: skip
"""Tables that older versions did not compute: a day without stored events will never have them."""


@dataclass(frozen=True)
class DayBooks:
    """The books of one day.

    Attributes:
        counted: `accepted` less duplicates; it must equal `in_outcomes`.
        unmapped: the number of counted records whose code the dictionary lacks.
        in_outcomes: the number of records in `outcome_daily`.
        content: the digest of the tables as written, see `common/digests.py`.
    """

    accepted: int
    counted: int
    unmapped: int
    in_outcomes: int
    content: str
