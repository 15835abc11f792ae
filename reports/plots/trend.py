"""Plots a chart over the days of a window, as the pages draw it: a line for each channel or count of usage.

`charts/shapes.py` defines its look; on pages, `static/js/charts/charts.ts` fills it.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from pipelines.common.days import WINDOWS, window
from pipelines.common.errors import UsageError
from pipelines.common.files.near_names import nearly
from pipelines.contract.measures.counts import SIGN_IN
from pipelines.contract.measures.metrics import METRICS
from pipelines.incidents.usual.norms import DayNorm, DayValue, IncidentDays, norms_of
from pipelines.store.site_publication import LONG_DAYS
from reports.charts.shapes import Chart, backdrops, charts
from reports.charts.shapes import figure as empty_figure
from reports.content.chart_numbers import chart_rows
from reports.content.published import MONTHS
from reports.plots.chart_lists import ChartLists
from reports.plots.lines import Trace, drawn_lines, end_names, series_of, size_markers
from reports.plots.marks import marks
from reports.plots.scales import band, day_marks, day_scale, previous_line, scale, whole_days
from reports.plots.source import HOVER, WIDTH, Source, figure

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

SPANS: Final = (*WINDOWS, LONG_DAYS)
"""Numbers of days that the pages' charts offer."""
# Least number of days on an axis, even for a new app.
_LEAST_DAYS: Final = 7
# Width of a tick's label, in pixels.
_TICK_WIDTH: Final = 40


def trend(source: Source, app_key: str, app_name: str, name: str, days: int, series: str | None) -> "Figure":
    """Return a chart of an app, or of all apps together (`*`).

    Args:
        name: a key of `charts()`.
        days: one of `SPANS`.
        series: name of the only line to draw, with its usual range and the span before (the same number of days, just
            before); None draws all lines.

    Raises:
        UsageError: there is no such chart, or it has no such series.
    """
    known = charts()
    if name not in known:
        raise UsageError(
            f"The pages have no chart {name!r}.",
            where="chart",
            do=f"Give one of {', '.join(known)}.{nearly(name, known)}",
        )
    chart = known[name]
    found = _Trend(source, app_key, chart, days)
    lines = found.lines(empty_figure(chart, source.language, source.theme)["data"], series)
    return figure(lines, found.layout_of(lines, source.layout(f"{app_name} · {source.text(chart.title)}")))


class _Trend:
    """The numbers of a chart over the last 90 days. The last `days` of these are drawn; fewer if the app is new."""

    def __init__(self, source: Source, app_key: str, chart: Chart, days: int) -> None:
        self._source, self._app_key, self._chart, self._span = source, app_key, chart, days
        marts = source.marts
        self._days = list(window(marts.publication.as_of, LONG_DAYS))
        seen = marts.rows("first_seen", app_key=app_key)
        self._begun = seen[0][0] if seen else date.min
        with_data = [day in source.quality.with_data and day >= self._begun for day in self._days]
        channels = marts.channel_keys
        by_day, by_month = chart_rows(marts, app_key)
        self._lists = ChartLists(by_day, channels, with_data)
        self._months = ChartLists(by_month, channels, [True] * MONTHS)
        found = [one.incident for one in marts.incidents() if one.incident.app_key == app_key]
        # Charts are about records; the sign-in rate is about sessions.
        self._incidents = [one for one in found if one.metric != SIGN_IN]
        # The axis begins with the first record, because the days before it are not an outage.
        begun = next(i for i, day in enumerate(self._days) if day >= self._begun)
        self._first = max(LONG_DAYS - days, min(begun, LONG_DAYS - _LEAST_DAYS))

    def lines(self, traces: Sequence[Trace], series: str | None) -> list[Trace]:
        """Return the traces that are drawn, filled with the days (`x`) and their values (`y`)."""
        chart, days = self._chart, self._days[self._first :]
        names = map(series_of, traces)
        present = {one for one in names if self._lists.has(one, chart) or self._months.has(one, chart)}
        drawn = drawn_lines(traces, present, series)
        for line in drawn:
            values = self._lists.values(series_of(line), chart)[self._first :]
            line |= {"x": [day.isoformat() for day in days], "y": values}
        return drawn

    def layout_of(self, lines: Sequence[Trace], layout: dict[str, Any]) -> dict[str, Any]:
        """Return `layout` with axes, shapes behind the lines, and the lines' names; also set the sizes of markers."""
        chart, source, days = self._chart, self._source, self._days[self._first :]
        drawn = backdrops(source.theme)
        width = WIDTH - layout["margin"]["l"] - layout["margin"]["r"]
        across = day_scale(days, width // _TICK_WIDTH, source.language)
        heights = [line["y"] for line in lines]
        behind: list[dict[str, Any]] = []
        if len(lines) == 1:
            # Usual ranges of several lines would overlap and could not be distinguished.
            series, colour = series_of(lines[0]), lines[0]["line"]["color"]
            before = self._before(series)
            ranges = [row.range for row in self._norms(series)]
            behind = [
                *band(days, ranges, colour, drawn["norm"]),
                *previous_line(days, before, colour, drawn["previous"]),
            ]
            heights += [before, *(list(one) for one in ranges if one)]
        if self._span > min(WINDOWS):
            for line in lines:
                size_markers(line, across["tickvals"])
        up = scale(list(chain(*heights)), chart.unit, chart.starts_at_zero, source.language)
        marked = marks(source, self._app_key, self._incidents, self._channels(map(series_of, lines)))
        gaps = [day for day in days if day not in source.quality.with_data and day >= self._begun]
        holidays = [day for day in days if day in source.quality.holidays]
        layout |= {
            "xaxis": layout["xaxis"] | across | {"hoverformat": "%Y-%m-%d"},
            "yaxis": layout["yaxis"] | up | {"hoverformat": HOVER[chart.unit]},
            "shapes": [
                *whole_days(gaps, drawn["gap"]), *whole_days(holidays, drawn["holiday"]), *behind,
                *day_marks(days, marked, drawn, width),
            ],
        }  # fmt: skip
        return layout | {"annotations": end_names(lines, layout, source) or [source.empty()]}

    def _before(self, series: str) -> list[float | None]:
        """Return the numbers of a series on as many days just before, one for each drawn day.

        Return an empty list if these days reach further back than the last 90 days.
        """
        if 2 * self._span > LONG_DAYS:
            return []
        drawn = LONG_DAYS - self._first
        return self._lists.values(series, self._chart)[-2 * self._span : -self._span][-drawn:]

    def _norms(self, series: str) -> list[DayNorm]:
        unit, values = self._chart.unit, self._lists.values(series, self._chart)
        requests = self._lists.requests(series, self._chart)
        incident_days, channels = IncidentDays(self._incidents), self._channels([series])
        observed = [
            DayValue(
                series, day, values[i], int(requests[i] or 0) if requests else None,
                day >= self._begun and not incident_days.has(self._app_key, channels, day),
                unit != "records" or day not in self._source.quality.holidays, is_latency=unit == "ms",
            )
            for i, day in enumerate(self._days)
        ]  # fmt: skip
        return norms_of(observed, LONG_DAYS - self._first)[series]

    def _channels(self, series: Iterable[str]) -> tuple[str, ...]:
        """Return the channels whose records are counted by `series`, which are series of the chart."""
        of_each = (METRICS[one].channels if self._chart.group == "usage" else (one,) for one in series)
        return tuple(dict.fromkeys(chain(*of_each)))
