"""The numbers of the charts by day and channel: counts, latencies, shares and rates, and counts of usage.

The pages' scripts compute the same from an app's figures (`static/js/data/figures.ts`).
"""

from collections.abc import Iterable, Sequence
from typing import Final

import polars as pl

from pipelines.contract.measures.counts import CHARTED
from pipelines.contract.measures.metrics import METRICS
from pipelines.contract.record.channels import LOGIN_CHANNELS
from reports.charts.shapes import Chart
from reports.content.site_data import signs

Numbers = list[float | None]

_COUNTS: Final = (*CHARTED, "undelivered")
_LATENCIES: Final = ("latency_p50_ms", "latency_p95_ms")
_ADDED: Final = {
    "authorization_requests": ("authorizations", "authorizations_failed", "authorizations_cancelled"),
    "verification_requests": ("verifications", "undelivered"),
}
# By a chart's group, the count that decides whether a series has data. It is a count of requests, not of successes: if
# every request fails, the rate is zero, not absent.
_REQUESTS: Final = {"trend": "authorization_requests", "verification": "verification_requests"}


class ChartLists:
    """The numbers of one app's charts by channel: lists with a number for each day or month.

    Days and months without data have None. If a day or month with data has no row, counts are zero and latencies None.

    Args:
        rows: one of the two frames that `chart_rows` in `chart_numbers.py` returns.
        channels: keys of the channels that the rows refer to by index.
        with_data: whether each day or month has data.
    """

    def __init__(self, rows: pl.DataFrame, channels: Sequence[str], with_data: Sequence[bool]) -> None:
        self._with_data = with_data
        zeros: Numbers = [0 if has_data else None for has_data in with_data]
        latencies = [name for name in _LATENCIES if name in rows.columns]
        self._lists: dict[str, dict[str, Numbers]] = {
            channel: {**{name: list(zeros) for name in _COUNTS}, **{name: [None] * len(zeros) for name in _LATENCIES}}
            for channel in channels
        }
        for row in rows.iter_rows(named=True):
            for name in (*_COUNTS, *latencies):
                if with_data[row["place"]] and row[name] is not None:
                    self._lists[channels[row["channel"]]][name][row["place"]] = row[name]

    def values(self, series: str, chart: Chart) -> Numbers:
        """Return the numbers that a series of a chart shows: counts, latencies, rates or shares."""
        if chart.group == "usage":
            return self._usage(series)
        assert chart.field is not None
        if chart.field == "share":
            return _ratios(self._count(series, "authorizations"), self._requests_of_share())
        if chart.field in METRICS and METRICS[chart.field].numerator:
            return _ratios(self._term(series, METRICS[chart.field].numerator), self.requests(series, chart))
        return self._count(series, chart.field)

    def requests(self, series: str, chart: Chart) -> Numbers:
        """Return the denominators of a chart's rate or share; empty for counts and latencies."""
        if chart.field == "share":
            return self._requests_of_share()
        if chart.field in METRICS and METRICS[chart.field].denominator:
            return self._term(series, METRICS[chart.field].denominator)
        return []

    def has(self, series: str, chart: Chart) -> bool:
        """Whether a series has data: a request in charts of the groups of `_REQUESTS`, a value above 0 in others."""
        name = _REQUESTS.get(chart.group, chart.field)
        return any(self._usage(series) if name is None else self._count(series, name))

    def _count(self, channel: str, name: str) -> Numbers:
        lists = self._lists[channel]
        return _sums(lists[one] for one in _ADDED.get(name, (name,)))

    def _usage(self, name: str) -> Numbers:
        whole = METRICS[name]
        return _sums(self._count(channel, whole.summed) for channel in whole.channels)

    def _requests_of_share(self) -> Numbers:
        return _sums(self._count(channel, "authorizations") for channel in LOGIN_CHANNELS)

    def _term(self, channel: str, term: str) -> Numbers:
        signed = [(sign, self._count(channel, name)) for name, sign in signs(term).items()]
        return [
            sum(sign * (values[i] or 0) for sign, values in signed) if has_data else None
            for i, has_data in enumerate(self._with_data)
        ]


def _sums(lists: Iterable[Numbers]) -> Numbers:
    """Add up several lists day by day, ignoring None; the sum of a day is None if all lists have None there."""
    found: Numbers = []
    for numbers in zip(*lists, strict=True):
        known = [one for one in numbers if one is not None]
        found.append(sum(known) if known else None)
    return found


def _ratios(parts: Numbers, wholes: Numbers) -> Numbers:
    return [part / whole if part is not None and whole else None for part, whole in zip(parts, wholes, strict=True)]
