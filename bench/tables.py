"""Makes Markdown tables of measurements, with medians, ratios, and targets that are met or not.

`measure.py` measures.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from bench.measure import Run


@dataclass(frozen=True)
class Target:
    """A figure that must not be above a limit; both in `unit`."""

    figure: float
    limit: float
    unit: str = "×"

    @property
    def is_met(self) -> bool:
        """Whether the figure is within the limit."""
        return self.figure <= self.limit

    @property
    def words(self) -> tuple[str, str, str]:
        """Figure, limit, and `yes` or `NO` for whether the target is met, as texts."""
        figure, limit = f"{short(self.figure)} {self.unit}".strip(), f"{self.limit:g} {self.unit}".strip()
        return figure, limit, "yes" if self.is_met else "NO"


@dataclass(frozen=True)
class Row:
    """One line of a table.

    Attributes:
        what: the name of the measurement.
        measured: the value as text.
        ratio: the ratio to a yardstick as text, or the reason why there is none.
        memory: the peak memory as text.
        target: the figure with its limit; None if there is no limit.
    """

    what: str
    measured: str = ""
    ratio: str = ""
    memory: str = ""
    target: Target | None = None


def short(number: float) -> str:
    """Return a number as text with two decimals; from 100 on without decimals."""
    return f"{number:,.2f}" if number < 100 else f"{number:,.0f}"


def middle(runs: Sequence[Run]) -> float:
    """Return the median of the runs' seconds."""
    return median(run.seconds for run in runs)


def user_middle(runs: Sequence[Run]) -> float:
    """Return the median of the runs' seconds of user CPU."""
    return median(run.user_seconds for run in runs)


def peak_gb(runs: Iterable[Run]) -> float:
    """Return the highest peak memory of the runs, in GB."""
    return max(run.peak_bytes for run in runs) / 1e9


def ratio(value: float, yardstick: float) -> float:
    """Return `value` divided by the yardstick; infinite if the yardstick is 0, as on inputs too small to measure."""
    return value / yardstick if yardstick > 0 else math.inf


def timed(what: str, runs: Sequence[Run], yardstick: Sequence[Run], limit: float | None = None) -> Row:
    """Return a row with the median and range of the seconds of `runs`, the ratio of this median to the median of
    `yardstick`, and the peak memory of `runs`. `limit` is the highest allowed ratio.
    """
    times = [one.seconds for one in runs]
    spread = f" ({min(times):.2f}–{max(times):.2f})" if len(times) > 1 else ""
    found = ratio(middle(runs), middle(yardstick))
    target = None if limit is None else Target(found, limit)
    return Row(what, f"{middle(runs):.2f} s{spread}", f"{found:.2f}", f"{peak_gb(runs):.2f} GB", target)


def memory(what: str, runs: Sequence[Run], limit: float) -> Row:
    """Return a row with the highest peak memory of the runs, and its limit in GB."""
    return Row(what, memory=f"{peak_gb(runs):.2f} GB", target=Target(peak_gb(runs), limit, "GB"))


def print_table(title: str, rows: Iterable[Row], ratio_of: str) -> None:
    """Print rows under a title. `ratio_of` is the heading of the ratio column, such as `× bare DuckDB`."""
    print(f"## {title}\n\n| what | measured (range) | {ratio_of} | peak memory | target | met |")
    print("| --- | ---: | ---: | ---: | ---: | --- |")
    for row in rows:
        _, limit, met = row.target.words if row.target else ("", "", "")
        print(f"| {row.what} | {row.measured} | {row.ratio} | {row.memory} | {limit} | {met} |")
    print(flush=True)


def print_targets(rows: Iterable[tuple[str, Row]]) -> None:
    """Print all rows with a target in one table. `rows` has the name of the measurement and the row."""
    print("## Figures and targets\n\n| question | what | figure | target | met |\n| --- | --- | ---: | ---: | --- |")
    for question, row in rows:
        if row.target is not None:
            print(f"| {question} | {row.what} | {' | '.join(row.target.words)} |")
    print(flush=True)
