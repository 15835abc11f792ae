"""A fault that can be planted in a world: its first and last day, and its depth on each day."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from lab.incidents.days import Floats

Kind = Literal["rate", "volume", "data", "mix"]
Metric = Literal["technical_success_rate", "verification_result_rate", "volume", "day"]
ALL = "*"


@dataclass(frozen=True)
class Fault:
    """A planted fault.

    Attributes:
        story: name of the kind of fault (`stories.py`).
        first, last: indexes of the first and the last day; `last` is None if the fault lasts beyond the last day.
        depth: lost share of the successes in the affected cells (rate), lost share of the requests (volume, data),
            or share of all requests that moves to h5 (mix).
        where: the values of the affected cells by dimension; empty for all cells.
        ramp: number of days after which `depth` is reached.
    """

    story: str
    kind: Kind
    metric: Metric
    app_key: str
    channel: str
    first: int
    last: int | None
    depth: float
    where: dict[str, str] = field(default_factory=dict)
    ramp: int = 0

    @property
    def name(self) -> str:
        """Name of the fault, unique in its world."""
        return f"{self.story} {self.app_key} {self.channel} {self.first}"

    @property
    def is_slow(self) -> bool:
        """Whether the fault grows over several days, so that its first day is less clear."""
        return self.ramp > 0 or "sdk_version" in self.where

    @property
    def cause(self) -> str:
        """The affected cells, in the form of the column `cause`; empty if the fault affects all cells."""
        return " & ".join(f"{name}={value}" for name, value in sorted(self.where.items()))

    def depths(self, count: int) -> Floats:
        """Return the depth of the fault on each of the world's `count` days; 0 on days without the fault."""
        day = np.arange(count)
        grown = np.clip((day - self.first + 1) / (self.ramp + 1), 0, 1) * self.depth
        return np.where(day <= (count if self.last is None else self.last), grown, 0.0)

    def hits(self, app_key: str, channel: str) -> bool:
        """Return whether the fault affects a channel of an app."""
        return self.app_key in (ALL, app_key) and self.channel in (ALL, channel)
