"""The type of a declared measure: its names, unit, meaning and definition. `metrics.py` declares the measures."""

from dataclasses import dataclass
from typing import Final, Literal

from pipelines.common.text import NO_TEXT, Bilingual
from pipelines.contract.record.channels import CHECK_CHANNELS, is_one_of

Unit = Literal["records", "sessions", "share", "devices", "ms", "apps"]
Kind = Literal["count", "rate", "quantile", "distinct"]
Change = Literal["ratio", "points"]
Better = Literal["higher", "lower"]

# The columns of a record by which `channel_detail_daily` stores every count of a day.
DETAIL: Final = ("channel", "platform", "scheme_id", "package_name", "carrier")
_KINDS: Final[dict[Unit, Kind]] = {"share": "rate", "devices": "distinct", "apps": "distinct", "ms": "quantile"}
_COLUMNS: Final[dict[Kind, str]] = {
    "count": "BIGINT", "distinct": "BIGINT", "quantile": "INTEGER?", "rate": "DOUBLE?"
}  # fmt: skip


@dataclass(frozen=True)
class Measure:
    """One figure of the reports, which the pages and the docs call a metric.

    It is computed by one of:
        condition: SQL over a counted record with resolved outcome and platform: the number of records that meet it.
        summed, channels: the sum of another measure over these channels.
        numerator, denominator: for a rate: measure names, or sums and differences of them.
        expression: for any other figure: SQL over the records, or words if SQL cannot express it; `expression_zh` has
            the words in Chinese.

    Attributes:
        unit: `records` or `sessions` (a count), `share` (0 to 1), `devices`, `apps` (distinct ones) or `ms`
            (milliseconds).
        better: the good direction of a change; None: neither.
        watched_in: channels in which a change of the rate for the worse becomes an incident; None: all channels of
            sign-ins; empty: no channel.
        cut_by: columns by which an `expression` over records can be grouped. A count with a condition can be grouped by
            each column in `DETAIL`.
        is_balance: whether it is the remaining quantity at the end of a day, which does not add up over days.
    """

    name: str
    label: Bilingual
    unit: Unit
    meaning: Bilingual
    caveat: Bilingual = NO_TEXT
    condition: str = ""
    summed: str = ""
    channels: tuple[str, ...] = ()
    numerator: str = ""
    denominator: str = ""
    expression: str = ""
    expression_zh: str = ""
    better: Better | None = None
    watched_in: tuple[str, ...] | None = ()
    cut_by: tuple[str, ...] = ()
    is_balance: bool = False

    @property
    def kind(self) -> Kind:
        """`count`, `rate`, `quantile` or `distinct`, depending on the unit."""
        return _KINDS.get(self.unit, "count")

    @property
    def change(self) -> Change:
        """How two spans are compared: rates by their difference in points, all other measures by their ratio."""
        return "points" if self.kind == "rate" else "ratio"

    def is_watched_in(self, channel: str) -> bool:
        """Return whether a change of the rate for the worse becomes an incident in a channel."""
        return channel not in CHECK_CHANNELS if self.watched_in is None else channel in self.watched_in

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Columns by which the measure can be grouped in the tables of days, besides day and app."""
        return DETAIL if self.condition else self.cut_by

    @property
    def column(self) -> str:
        """The measure's column in the form of `tables.py`, such as `requests:BIGINT`."""
        return f"{self.name}:{_COLUMNS[self.kind]}"

    @property
    def formula(self) -> str:
        """The definition in one line, the same in every language unless it is in words."""
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
        return self.kind == "count" and not self.is_balance


def _term(names: str) -> str:
    return f"({names})" if " " in names else names
