"""A fall of a subject under its baseline: its days, its end and its cost."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from pipelines.incidents.detection.grids import Flags, Floats, Places
from pipelines.incidents.incident import Loss, Span

# Contract: days of a window.
WINDOW_DAYS: Final = 7
# Contract: days after which a level is the new normal one.
SETTLED_DAYS: Final = 28
# Contract: consecutive days at the old level that end an incident.
DAYS_BACK: Final = 2


@dataclass
class Fall:
    """One fall: days on which the subject with the index `row` is under its baseline. All days are indexes."""

    row: int
    first: int
    # The day on which the fall was detected.
    opened: int
    # The newest day that is not back at the baseline.
    last_bad: int
    # The days of the baseline, all before the day `before`.
    before: int
    baseline: Places
    # Both have an entry for each day. Norms in `values` are computed from the days before `before`.
    has_data: Flags
    values: Mapping[str, Floats]
    # The last day; None while the fall is open.
    last: int | None = None
    state: str = "open"
    # The day that shows the end; None while the fall is open.
    ended_on: int | None = None

    @property
    def span(self) -> Span:
        """First day, last day, state and the day that shows the end."""
        return Span(self.first, self.last, self.state, self.ended_on)

    @property
    def end(self) -> int:
        """The index of the day after the fall; while the fall is open, the number of all days."""
        return len(self.has_data) if self.last is None else self.last + 1

    @property
    def places(self) -> Places:
        """Days of the fall that have data."""
        return self.first + np.flatnonzero(self.has_data[self.first : self.end])

    @property
    def newest(self) -> Places:
        """The newest days of the fall that have data, seven at most."""
        return self.places[-WINDOW_DAYS:]

    def follow(self, is_bad: Callable[[int], bool | None]) -> None:
        """Find the end of the fall, and set `last`, `state` and `ended_on`, which is `opened` or later. If the fall is
        still open, these fields stay unchanged.

        Args:
            is_bad: returns whether a day with data is still under the baseline, compared with the fall up to
                `last_bad`; None if the day cannot be compared.
        """
        back = 0
        for day in range(self.first, len(self.has_data)):
            if day - self.first >= SETTLED_DAYS:
                self.last, self.state, self.ended_on = self.first + SETTLED_DAYS - 1, "settled", day
                return
            bad = is_bad(day) if self.has_data[day] else None
            if bad:
                self.last_bad, back = day, 0
            elif bad is not None:
                back += 1
                if back >= DAYS_BACK and day >= self.opened:
                    self.last, self.state, self.ended_on = self.last_bad, "recovered", day
                    return

    def loss_of_rate(self, requests: Floats, successes: Floats) -> Loss:
        """Return the loss of a rate. `level_before` and `level_now` of the loss are rates, from 0 to 1."""
        rate = successes[self.baseline].sum() / requests[self.baseline].sum()
        asked = requests[self.places]
        return self._loss(rate * asked, successes[self.places], asked)

    def loss_of_volume(self, counts: Floats) -> Loss:
        """Return the loss of a fall of a volume: its counts compared with its norms. `level_before` and `level_now` are
        counts per day.

        Args:
            counts: actual count of each day.
        """
        usual = self.values["norm"][self.places]
        return self._loss(usual, counts[self.places], np.ones(len(usual)))

    def _loss(self, usual: Floats, there: Floats, units: Floats) -> Loss:
        """Return the loss over the days of the fall.

        Args:
            usual: expected count of each day.
            there: actual count of each day.
            units: requests of each day for a rate, 1 for a volume. The levels of the loss are counts divided by units.
        """
        before, now = (float(each[-WINDOW_DAYS:].sum() / units[-WINDOW_DAYS:].sum()) for each in (usual, there))
        missing = usual - there
        return Loss(before, now, float(missing[-1]), float(missing.sum()), int(self.places[-1]))
