"""The tables of a rolled-up day: their names, and the books of the day. Every engine writes the same."""

from dataclasses import dataclass

DAY_TABLES = (
    "channel_daily",
    "channel_detail_daily",
    "outcome_daily",
    "latency_daily",
    "app_devices",
    "unplatformed_apps",
    "unmapped_codes",
    "profile_daily",
)


@dataclass(frozen=True)
class DayBooks:
    """The books of one day: `accepted` - `duplicates` = `counted`, the records behind `outcome_daily`."""

    accepted: int
    counted: int
    unmapped: int
    in_outcomes: int
