"""What a declared metric is: its names, unit, meaning and formula. The metrics themselves are in `metrics.py`."""

from dataclasses import dataclass
from typing import Literal

Unit = Literal["records", "share", "devices", "ms", "apps"]


@dataclass(frozen=True)
class Metric:
    """One figure of the reports.

    `unit` is `records` (a count), `share` (0 to 1), `devices`, `apps` (distinct ones) or `ms`
    (milliseconds).
    `formula` is one line of plain algebra over record fields or other metrics, the same in every language.
    `numerator` and `denominator` are set for shares only: metric names, or sums and differences of them.
    """

    name: str
    label_zh: str
    label_en: str
    unit: Unit
    meaning_zh: str
    meaning_en: str
    formula: str
    caveat_zh: str = ""
    caveat_en: str = ""
    numerator: str | None = None
    denominator: str | None = None

    @property
    def is_additive(self) -> bool:
        """Whether values of several days, apps or channels may be added up."""
        return self.unit == "records"
