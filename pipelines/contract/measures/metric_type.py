"""What a declared metric is: its names, unit, meaning and definition. The metrics themselves are in `metrics.py`."""

from dataclasses import dataclass
from typing import Literal

from pipelines.contract.record.channels import is_one_of

Unit = Literal["records", "share", "devices", "ms", "apps"]


@dataclass(frozen=True)
class Metric:
    """One figure of the reports.

    `unit` is `records` (a count), `share` (0 to 1), `devices`, `apps` (distinct ones) or `ms`
    (milliseconds).

    What it is computed by is one of:
        condition: SQL over a counted, resolved record: the metric counts the records that meet it.
        summed, channels: the sum of another metric over these channels.
        numerator, denominator: of a share: metric names, or sums and differences of them.
        expression: anything else, in SQL over the records, or in words where there is no SQL for it; `expression_zh`
            are these words in Chinese.
    """

    name: str
    label_zh: str
    label_en: str
    unit: Unit
    meaning_zh: str
    meaning_en: str
    caveat_zh: str = ""
    caveat_en: str = ""
    condition: str = ""
    summed: str = ""
    channels: tuple[str, ...] = ()
    numerator: str = ""
    denominator: str = ""
    expression: str = ""
    expression_zh: str = ""

    @property
    def formula(self) -> str:
        """The definition in one line, the same in every language but where it is in words."""
        if self.condition:
            return f"count_if({self.condition})"
        if self.summed:
            return f"sum({self.summed}) FILTER ({is_one_of(self.channels)})"
        if self.numerator:
            return f"{_term(self.numerator)} / {_term(self.denominator)}"
        return self.expression

    @property
    def is_additive(self) -> bool:
        """Whether values of several days, apps or channels may be added up."""
        return self.unit == "records"


def _term(names: str) -> str:
    return f"({names})" if " " in names else names
