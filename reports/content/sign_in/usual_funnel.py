"""Computes the usual range of the funnel on the data day: each rate, and the median time between its steps.

`pipelines/incidents/usual/norms.py` defines the usual range. For single apps, scripts compute the same
(`static/js/sign_ins/sign_ins.ts`).
"""

from collections.abc import Iterator
from datetime import date
from typing import Final, NamedTuple

from pipelines.common.days import window
from pipelines.contract.measures.session_metrics import FUNNEL, STEP_PAIRS
from pipelines.contract.record.fields import ALL_APPS
from pipelines.incidents.usual.norms import REFERENCE_DAYS, DayNorm, DayValue, IncidentDays, norms_of
from reports.content.published import PublishedTables
from reports.content.sign_in.funnel import has_rate

_CHANNELS: Final = ("one_click",)


class PairNorm(NamedTuple):
    """Two steps of the funnel on the data day, with usual ranges: the rate from the first step to the second, and the
    median time between them in ms.
    """

    rate: DayNorm
    time: DayNorm


def usual_funnel(marts: PublishedTables, incident_days: IncidentDays) -> dict[str, PairNorm]:
    """Return values and usual ranges on the data day, for all apps together, by pair of steps of the funnel."""
    days = list(window(marts.publication.as_of, REFERENCE_DAYS + 1))
    counts = {day: dict(zip(FUNNEL, row, strict=True)) for day, *row in marts.rows("funnel_days")}
    times = {(pair, day): p50_ms for pair, day, p50_ms in marts.rows("session_time_days")}

    def observed() -> Iterator[DayValue]:
        for day in days:
            is_calm = not incident_days.has(ALL_APPS, _CHANNELS, day)
            for pair in STEP_PAIRS:
                yield DayValue(f"rate {pair}", day, *_rate(counts, pair, day), is_calm)
                yield DayValue(f"time {pair}", day, times.get((pair, day)), None, is_calm, is_latency=True)

    norms = norms_of(observed(), 1)
    return {pair: PairNorm(norms[f"rate {pair}"][-1], norms[f"time {pair}"][-1]) for pair in STEP_PAIRS}


def _rate(counts: dict[date, dict[str, int]], pair: str, day: date) -> tuple[float | None, int]:
    """Return a rate of a day and the number of sessions in its denominator."""
    found = counts.get(day)
    if found is None or not has_rate(found, pair):
        return None, 0
    over = found[STEP_PAIRS[pair][0]]
    return found[pair] / over, over
