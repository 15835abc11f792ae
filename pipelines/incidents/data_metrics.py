"""The metrics of data incidents, and the rules in which they differ."""

from typing import Final, NamedTuple

# Smallest falls that are reported. Tuned on simulated days of quiet and noisy installations, 300 to 300,000 records a
# day. `GONE`: fall of a part, and the rise of another part that counts as its replacement. `_HOUR_GONE`: fall of an
# hour; larger, because weekends have other hours. `_BAD`: fall of the share of good records.
GONE: Final = 0.3
_HOUR_GONE: Final = 0.85
_BAD: Final = 0.05
SHORT_DAY: Final = "short_day"


class PartRule(NamedTuple):
    """How a metric is detected in the parts of a day's records.

    Attributes:
        least: the smallest fall that is reported.
        is_share: whether only a part's share of its whole is compared, and not its count.
        by_weekday: whether holidays have no norm, because the weekdays differ. Files and fields are watched on holidays
            too.
        may_move: whether missing records may have come under another part of the same kind.
    """

    least: float
    is_share: bool = False
    by_weekday: bool = False
    may_move: bool = False


class DataMetric(NamedTuple):
    """A metric of data incidents.

    Attributes:
        rule: how it is detected in parts; None if it is detected in whole days.
        explains_volumes: whether a fall of a volume that begins with it can be part of it, because the records that it
            lost are missing in the volume, too. A short day has a rule of its own, see `parts.py`.
        is_undelivered: whether records did not come. Contract: such an incident can explain a short day, and is not
            reported if no record is missing.
    """

    name: str
    rule: PartRule | None = None
    explains_volumes: bool = True
    is_undelivered: bool = False


# In this order: if several begin together, the first is the cause of the others.
DATA_METRICS: Final = {
    metric.name: metric
    for metric in (
        DataMetric("missing_day"),
        DataMetric("copied_day"),
        DataMetric("rejected_share", PartRule(_BAD, is_share=True)),
        DataMetric("duplicate_share", PartRule(_BAD, is_share=True)),
        DataMetric("repeated_records", PartRule(GONE, by_weekday=True)),
        DataMetric("hour_shift", PartRule(_HOUR_GONE, by_weekday=True), is_undelivered=True),
        DataMetric("missing_delivery", PartRule(GONE, may_move=True), is_undelivered=True),
        DataMetric(SHORT_DAY, explains_volumes=False),
        DataMetric("mix_shift", PartRule(GONE, by_weekday=True, may_move=True)),
        DataMetric("field_shift", PartRule(GONE), explains_volumes=False),
        DataMetric("unmapped_share", PartRule(_BAD, is_share=True), explains_volumes=False),
    )
}
