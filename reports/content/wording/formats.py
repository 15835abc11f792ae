"""Formats numbers and days the same way on all pages."""

from datetime import date
from decimal import Decimal
from typing import Final

from pipelines.common.text import Bilingual, half_up, per_cent, range_ends
from reports.content.wording.language import t

ABSENT = "—"


def count(value: int | None) -> str:
    """Return a count with thousands separators; a dash for None."""
    return ABSENT if value is None else f"{value:,}"


def count_range(low: float, high: float) -> str:
    """Return the ends of a usual range of counts or times, such as `4,289 – 5,095`."""
    return " – ".join(range_ends(low, high))


# Thresholds above which a count is written in a larger unit.
_UNITS_ZH: Final = ((Decimal(10**8), "亿", 10**8), (Decimal(10**4), "万", 10**4))
_UNITS_EN: Final = ((Decimal(10**9), "B", 10**9), (Decimal(10**6), "M", 10**6), (Decimal(10**4), "K", 10**3))
# A number that rounds up to the next unit is written in that unit.
_NEARLY: Final = Decimal("0.99995")


def compact(value: float) -> Bilingual:
    """Return a count in at most four digits: 8,123, 12.35万, 1.24M.

    The scripts have the same format (`data/format.ts`).
    """
    exact = Decimal(repr(value))
    return Bilingual(_compact(exact, _UNITS_ZH), _compact(exact, _UNITS_EN))


def _compact(value: Decimal, units: tuple[tuple[Decimal, str, int], ...]) -> str:
    for threshold, name, unit in units:
        if abs(value) < threshold * (1 if threshold == 10**4 else _NEARLY):
            continue
        scaled = value / unit
        digits = scaled.adjusted() + 1
        return _rounded(scaled, 2 if digits < 3 else 1 if digits < 4 else 0) + name
    return _rounded(value, 4)


def _rounded(value: Decimal, decimals: int) -> str:
    """Return a number rounded half up to at most the given decimals."""
    text = f"{half_up(value, decimals):,}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def share(value: float | None) -> str:
    """Return a share as per cent with two decimals; a dash for None."""
    return ABSENT if value is None else per_cent(value, 2)


def level(value: float) -> str:
    """Return a share as per cent with one decimal, for texts that only need the rough level."""
    return per_cent(value, 1)


def signed(value: float) -> str:
    """Return a change as per cent with one decimal and its sign."""
    return per_cent(value, 1, sign="+").replace("-", "−")


def difference(value: int | None) -> str:
    """Return a difference of counts with its sign; a dash for None."""
    return ABSENT if value is None else f"{value:+,}".replace("-", "−") if value else "0"


def points(value: float) -> Bilingual:
    """Return a difference of shares as percentage points with two decimals and its sign."""
    return t("{points} pp").format(points=point_count(value))


def point_count(value: float) -> str:
    """Return a difference of shares as `points` does, without the unit, for columns whose heading names it."""
    return per_cent(value, 2, sign="+").rstrip("%").replace("-", "−")


def share_of(value: int, whole: int) -> str:
    """Return a part of a whole as per cent without decimals."""
    return per_cent(value / whole, 0)


_WEEKDAYS = (t("Mon"), t("Tue"), t("Wed"), t("Thu"), t("Fri"), t("Sat"), t("Sun"))


def weekday(day: date) -> Bilingual:
    """Return the short name of a day's weekday."""
    return _WEEKDAYS[day.weekday()]


def month_day(day: date) -> str:
    """Return month and day without the year, as `11-23`."""
    return f"{day:%m-%d}"


def day_text(day: date) -> Bilingual:
    """Return an unambiguous date with its weekday, as `2026-11-23 Mon`."""
    name = weekday(day)
    return Bilingual(f"{day} {name.zh}", f"{day} {name.en}")


def size(value: int) -> str:
    """Return a number of bytes in B, kB or MB (powers of ten)."""
    if value < 1000:
        return f"{value} B"
    # From 999,950 on, one decimal would give 1,000.0 kB.
    return f"{half_up(value / 1000, 1):,} kB" if value < 999_950 else f"{half_up(value / 1_000_000, 1):,} MB"
