"""The lines of a chart: selection of the drawn series, markers, and names at the lines' ends.

The pages' scripts do the same in `static/js/data/series.ts` and `static/js/charts/`.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from pipelines.common.errors import UsageError
from pipelines.common.files.near_names import nearly
from reports.charts.shapes import LOOKS
from reports.plots.scales import spread
from reports.plots.source import HEIGHT, Source, note

Trace = dict[str, Any]

# Distance of the name from the line's end, in pixels.
_NAME_AT: Final = 4


def drawn_lines(traces: Sequence[Trace], present: Collection[str], series: str | None) -> list[Trace]:
    """Return the traces to draw: only the trace of `series` if it is given, otherwise the traces whose series is in
    `present`, or all traces if `present` is empty.

    Raises:
        UsageError: no trace has that series.
    """
    by_series = {series_of(trace): trace for trace in traces}
    if series is None:
        return [by_series[one] for one in by_series if one in present or not present]
    if series not in by_series:
        raise UsageError(
            f"The chart has no series {series!r}.",
            where="series",
            do=f"Give one of {', '.join(by_series)}.{nearly(series, by_series)}",
        )
    return [by_series[series]]


def series_of(line: Trace) -> str:
    """Return the name of a line's series."""
    return str(line["meta"]["series"])


def size_markers(line: Trace, ticks: Collection[str]) -> None:
    """Keep markers only on days with a tick (`ticks`), and on a day between two gaps, which has no line.

    A marker on every day of a month would hide the line.
    """
    values = [None, *line["y"], None]
    size = line["marker"]["size"]
    sizes = [
        size if day in ticks or (values[i] is None and values[i + 2] is None) else 0 for i, day in enumerate(line["x"])
    ]
    # Plotly treats markers of several sizes as bubbles and would draw them pale with an edge.
    line["marker"] |= {"size": sizes, "opacity": 1, "line": {"width": 0}}


def end_names(lines: Sequence[Trace], layout: Mapping[str, Any], source: Source) -> list[dict[str, Any]]:
    """Return a Plotly annotation with the name at the end of each line; the names are moved so that none overlap."""
    low, high = layout["yaxis"]["range"]
    top, bottom = layout["margin"]["t"], HEIGHT - layout["margin"]["b"]
    last = [next((one for one in reversed(line["y"]) if one is not None), None) for line in lines]
    ends = [(line, value) for line, value in zip(lines, last, strict=True) if value is not None]
    wanted = [bottom - (value - low) / (high - low) * (bottom - top) for _, value in ends]
    return [
        note(source.text(LOOKS[line["meta"]["look"]].label), line["line"]["color"], xref="paper", x=1, xanchor="left",
             xshift=_NAME_AT, yref="y", y=value, yshift=at - height)
        for (line, value), at, height in zip(ends, wanted, spread(wanted, top, bottom), strict=True)
    ]  # fmt: skip
