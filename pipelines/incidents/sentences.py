"""The texts of incidents, by kind and state, in English. The Chinese texts are in `locale/`, with the English ones as
msgid; a test lists missing translations.
"""

from functools import cache
from pathlib import Path
from typing import Final

from pipelines.common.catalogue import read_catalogue
from pipelines.common.text import Bilingual

LOCALE: Final = Path(__file__).parent / "locale"

# Faults of the data with missing records.
MISSING: Final = ("missing_day", "hour_shift", "missing_delivery", "short_day", "mix_shift")

# The texts of the event and of its cost, by metric, else by kind. The cost is the last day's for an open incident, else
# the total. The text of the cost is empty if no requests are lost.
KINDS: Final = {
    "rate": ("{app} · {channel} {rate} {before} → {now}", "{cost} fewer {successes}"),
    "volume": ("{app} · {channel} requests {before} → {now} a day", "{cost} fewer"),
    "data": ("Data · {fault}", "{cost} records"),
    **dict.fromkeys(MISSING, ("Data · {fault}", "{cost} records missing")),
    "cancellation_rate": ("{app} · {channel} {rate} {before} → {now}", "{cost} more {successes}"),
    "latency_p95_ms": ("{app} · {channel} slowest 5% take {before} → {now} ms", ""),
    "slow_fall": ("{app} · {channel} {rate} {before} → {now} over four weeks", "{cost} fewer {successes}"),
    "surge": ("{app} · {channel} requests {before} → {now} a day, few sign in or few devices", "{cost} more"),
}
STATES: Final = {
    "open": "{what}, day {days} since {first}, {loss} {when}{cause}",
    "recovered": "{what}, {span}, recovered; {loss}{cause}",
    "settled": "{what}, {span}, the norm since; {loss}{cause}",
    # The last day lost nothing; a second such day ends the incident.
    "open back": "{what}, day {days} since {first}, back at its usual level {when}{cause}",
    "open without loss": "{what}, day {days} since {first}{cause}",
    "recovered without loss": "{what}, {span}, recovered{cause}",
    "settled without loss": "{what}, {span}, the norm since{cause}",
    "withdrawn": "{what}, {span}: withdrawn, the current figures do not show it",
    # The loss of a missing day is an estimate, and later days do not bring its records back.
    "missing_day recovered": "{what}, {span}, back the day after; its records are still missing, about {total}",
}
# The days of an ended incident.
ONE_DAY: Final = "on {first}"
SEVERAL_DAYS: Final = "{first} to {last}"
CAUSES: Final = {
    "cell": "; {cell} only {now}",
    "risen": "; {cell} {now}",
    "grown": "; {cell} grew most",
    "gone": "; no requests of {cell}",
    "mix": "; the share of {cell} changed",
}
RATES: Final = {
    "technical_success_rate": ("success rate", "sign-ins"),
    "verification_result_rate": ("result rate", "results"),
    "cancellation_rate": ("cancellations", "cancelled"),
    "slow_fall": ("success rate", "sign-ins"),
    "sign_in_rate": ("sign-in rate", "sign-ins"),
}
# The English texts of one sign-in, result, record or hour.
SINGULAR: Final = {
    "sign-ins": "sign-in",
    "results": "result",
    "{cost} records": "{cost} record",
    "{cost} records missing": "{cost} record missing",
    "hours are missing": "an hour is missing",
    "few records in some hours": "few records in an hour",
    "none in hours {value}": "none in hour {value}",
}
FAULTS: Final = {
    "missing_day": "a day without records",
    "copied_day": "a copy of another day",
    "missing_delivery": "records are missing",
    "short_day": "fewer records than usual",
    "short_day all": "fewer records than usual: logs are missing or users stayed away",
    "repeated_records": "records came again under new ids",
    "hour_shift": "hours are missing",
    "hour_shift few": "few records in some hours",
    "mix_shift": "a part is missing",
    "field_shift": "a field went empty",
    "rejected_share": "more rejected records",
    "unmapped_share": "more unmapped codes",
    "duplicate_share": "more duplicates",
}
FAULT_PARTS: Final = {
    "source": "source {value}",
    "file": "file {value}",
    "hour": "hour {value}",
    "hours": "none in hours {value}",
    "day": "day {value}",
    "field": "field {value}",
    "stage": "stage {value}",
}
# A data fault with its source, file or the like.
FAULT_OF: Final = "{fault} ({cause})"
# The newest day of an open incident.
ON_DAY: Final = "on {day}"
NAMED_APP: Final = "{name} ({key})"
ALL_APPS: Final = "All apps"
ALL_CHANNELS: Final = "All channels"
NOTED: Final = "{text} (note: {note})"

# Title of an open incident, and the line of its cause.
TITLE: Final = "{what}, day {days} since {first}"
CAUSE_LINES: Final = {
    "broad": "No single cause: no part explains it alone",
    "mix": "The share of {cell} changed",
    "gone": "{cell} has no requests any more",
    "rates": "{cell} ({now}, all others {rest})",
}
LOSSES: Final = {
    "day": "{loss} {when}",
    "all": "{loss} {when}, {total} in all",
    "back": "back at its usual level {when}",
}
# Number of open problems, as in the headline of the pages.
PROBLEMS: Final = ("No problem is happening", "1 problem is happening", "{count} problems are happening")
ITEMS: Final = ("1 item to look at", "{count} items to look at")
WARNINGS: Final = "warnings: {count}"


def in_both(msgid: str) -> Bilingual:
    """Return a text in both languages by its English text.

    Raises:
        KeyError: there is no translation.
    """
    return Bilingual(_chinese()[msgid], msgid)


@cache
def _chinese() -> dict[str, str]:
    return read_catalogue(LOCALE, "zh")
