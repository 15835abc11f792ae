"""Holidays: days on which no usual volume is expected, from the settings and the calendar of a country."""

from collections.abc import Collection
from datetime import date
from typing import Final

from pipelines.common.days import BUSINESS_ZONE

NO_CALENDAR: Final = "none"
# Fixed by the contract: the default calendar of a time zone.
_COUNTRIES: Final = {BUSINESS_ZONE: "CN"}


def known_calendar(country: str) -> str:
    """Return `country` if it is '' or `none`, or if the `holidays` library has its calendar.

    Raises:
        ValueError: the library does not have the country.
    """
    if country in ("", NO_CALENDAR):
        return country
    # Imported lazily: the library takes 0.05 s to load, and few runs need it.
    import holidays

    if country not in holidays.list_supported_countries(include_aliases=False):
        raise ValueError(
            f"must be the two letters of a country with a known calendar, such as CN, or {NO_CALENDAR!r}; "
            f"{country!r} is none"
        )
    return country


def calendar_of(country: str, zone: str) -> str:
    """Return the country whose calendar is used: the country that is set, else the default of the zone.

    Return `none` if no country is set and the zone has no default.

    Args:
        country: as it is set, or '' if unset.
        zone: the business time zone.
    """
    return country or _COUNTRIES.get(zone, NO_CALENDAR)


def holidays_of(country: str, years: Collection[int]) -> frozenset[date]:
    """Return the days in `years` on which a country has no usual volume: holidays, substitute days off, and the weekend
    days that are worked in exchange.
    """
    if country == NO_CALENDAR:
        return frozenset()
    import holidays

    days = holidays.country_holidays(country, years=sorted(years))
    return frozenset(days) | {day for day in days.weekend_workdays if day.year in years}
