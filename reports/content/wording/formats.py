"""How numbers and days stand in a page, the same everywhere."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from pipelines.common.text import Bilingual
from reports.content.wording.language import t

ABSENT = "—"


def count(value: int | None) -> str:
    """A count with thousands separators; a dash where there is none."""
    return ABSENT if value is None else f"{value:,}"


# Above so much, a count is written in a larger unit.
_UNITS_ZH: Final = ((Decimal(10**8), "亿", 10**8), (Decimal(10**4), "万", 10**4))
_UNITS_EN: Final = ((Decimal(10**9), "B", 10**9), (Decimal(10**6), "M", 10**6), (Decimal(10**4), "K", 10**3))
# A number that rounds up to a larger unit is written in that.
_NEARLY: Final = Decimal("0.99995")


def compact(value: float) -> Bilingual:
    """A count in four digits at most: 8,123, 12.35万, 1.235M. The scripts have the same (`data/format.js`)."""
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
    """A number with so many decimals at most, rounded half up."""
    text = f"{value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def share(value: float | None) -> str:
    """A share as per cent with two decimals; a dash where there is none."""
    return ABSENT if value is None else f"{value:.2%}"


def level(value: float) -> str:
    """A share as per cent with one decimal: where it is only about where something lies."""
    return f"{value:.1%}"


def signed(value: float) -> str:
    """A change as per cent with one decimal and its sign."""
    return f"{value:+.1%}".replace("-", "−")


def difference(value: int | None) -> str:
    """A difference of counts with its sign; a dash where there is none."""
    return ABSENT if value is None else f"{value:+,}".replace("-", "−") if value else "0"


def points(value: float) -> Bilingual:
    """A difference of shares as percentage points with two decimals and its sign."""
    return t("{points} pp").format(points=point_count(value))


def point_count(value: float) -> str:
    """The same where a heading names the unit."""
    return f"{value:+.2%}".rstrip("%").replace("-", "−")


def share_of(value: int, whole: int) -> str:
    """A part of a whole as per cent without decimals."""
    return f"{value / whole:.0%}"


_WEEKDAYS = (t("Mon"), t("Tue"), t("Wed"), t("Thu"), t("Fri"), t("Sat"), t("Sun"))


def weekday(day: date) -> Bilingual:
    """The short name of a day's weekday."""
    return _WEEKDAYS[day.weekday()]


def month_day(day: date) -> str:
    """A day of this year or the last, as `11-23`."""
    return f"{day:%m-%d}"


def day_text(day: date) -> Bilingual:
    """A date that nobody can misread: year first, and the weekday, as `2026-11-23 Mon`."""
    name = weekday(day)
    return Bilingual(f"{day} {name.zh}", f"{day} {name.en}")


def size(value: int) -> str:
    """A number of bytes in B, kB or MB (powers of ten)."""
    if value < 1000:
        return f"{value} B"
    return f"{value / 1000:,.1f} kB" if value < 1_000_000 else f"{value / 1_000_000:,.1f} MB"
