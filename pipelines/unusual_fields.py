"""Fields that fewer records have than ever: a part of the records lost them.

Lives here: the share of a whole's records that have a field, against the shares of the days before. A field that is
gone or nearly so is a rule of `unusual.py`, which takes a field of few records as well.
"""

from collections.abc import Iterator, Set
from datetime import date
from math import sqrt

from pipelines.findings import Finding
from pipelines.norms import MIN_DAYS, history
from pipelines.profiles import Profiles

_LEAST_RECORDS = 60
_LEAST_OF_DAY = 0.03
# Of the days before, fewer records have no share worth the name.
_LEAST_BEFORE = 30
_RARE = 20
_LEAST_POINTS = 0.1
_SIGMAS = 4.0
# An attempt leaves some three records that have a field or lack it together.
_OF_ATTEMPT = 3
_LEAST_VARIANCE = 0.02


def thinned_fields(day: date, profiles: Profiles, said: Set[tuple[str, str]]) -> Iterator[Finding]:
    """Fields whose share of the records fell far below what it was on nineteen days in twenty.

    Args:
        said: the measures and fields of which it is told already.
    """
    earlier, told = history(day, profiles), set(said)
    of_day = profiles[day].get(("field", ""), {}).get("records", 0)
    # Whole days come first: what they say of a field need not be said of each app.
    for group in sorted(group for group in profiles[day] if group[0] in ("field", "field_of_app")):
        measure, app_key = group
        now, records = profiles[day][group], profiles[day][group].get("records", 0)
        before = [one[group] for one in earlier.values() if one.get(group, {}).get("records", 0) >= _LEAST_BEFORE]
        if records < max(_LEAST_RECORDS, _LEAST_OF_DAY * of_day) or len(before) < MIN_DAYS:
            continue
        for name in sorted({name for one in before for name in one} - {"records"}):
            shares, few = sorted(one.get(name, 0) / one["records"] for one in before), len(before) // _RARE
            low, high, share = shares[few], shares[-1 - few], now.get(name, 0) / records
            chance = _SIGMAS * sqrt(max(low * (1 - low), _LEAST_VARIANCE) * _OF_ATTEMPT / records)
            if share >= low - max(_LEAST_POINTS, high - low, chance) or {(measure, name), ("field", name)} & told:
                continue
            told.add((measure, name))
            of_zh, of_en = (f"应用 {app_key} 的", f"of app {app_key} ") if app_key else ("", "")
            yield Finding(
                f"{of_zh}{name} 有值的记录占 {share:.0%}，平时至少 {low:.0%}",
                f"{share:.0%} of the records {of_en}have the field {name}, usually at least {low:.0%}",
                (low - share) * records,
            )
