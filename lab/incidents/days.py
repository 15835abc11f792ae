"""The days of a world: some months of autumn 2026, with the public holiday of October."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

HOLIDAY = date(2026, 10, 1)
HOLIDAY_DAYS = 7
# Weekend days on which people work for the days off.
WORKED = (date(2026, 9, 20), date(2026, 10, 10))


@dataclass(frozen=True)
class Days:
    """`count` consecutive days from `first`. Other modules refer to a day by its index, which begins at 0."""

    first: date
    count: int

    def at(self, place: int) -> date:
        """Return the day with that index."""
        return self.first + timedelta(days=place)

    def place(self, day: date) -> int:
        """Return the index of a day. It is negative or too large if the world does not have the day."""
        return (day - self.first).days

    @property
    def holiday(self) -> int:
        """The index of the holiday's first day."""
        return self.place(HOLIDAY)

    def weekdays(self) -> Ints:
        """Return the weekday of each day; 0 is Monday."""
        return (np.arange(self.count) + self.first.weekday()) % 7

    def volume_factors(self, weekday: Floats, holiday: float) -> Floats:
        """Return the factor for the volume of each day: `holiday` on the public holiday, else the factor in `weekday`.

        Weekend days that are worked have the factor of Wednesday.
        """
        factors = weekday[self.weekdays()]
        for day in WORKED:
            if 0 <= self.place(day) < self.count:
                factors[self.place(day)] = weekday[2]
        factors[self.holiday : self.holiday + HOLIDAY_DAYS] = holiday
        return factors
