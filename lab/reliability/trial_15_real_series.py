"""Replays real series morning by morning: taxi rides, hires, walks, flights, cars, invoices, page views, transactions.

Each data set of `lab/replay/series` is a data folder. Its incidents are computed for each morning from the seventh day
on, without a calendar and with the calendar of its country. `lab/replay/judgement.py` decides which incidents are
right. A table with a row for each replay is written to `work`.
"""

from __future__ import annotations

from pathlib import Path

from lab.reliability.harness import REAL_SERIES, Result, Tally
from lab.replay.day_tables import day_tables
from lab.replay.judgement import Judgement, judgement_of
from lab.replay.mornings import mornings, mornings_by_newest
from lab.replay.series import HERE, DataSet, data_sets
from pipelines.contract.settings.settings import Settings

NO_CALENDAR = "none"
SMALL = 1 / 181
"""The scale in `make test`: a prime number of days, so that the mornings fall on all weekdays."""
_NONSENSE = 1 / 30
_REPORTED = 0.8
_HEAD = """\
## Real series

What a reader is shown on the mornings of series that nobody made up. `lab/replay/series/README.md` describes them.
*True* lies on a known happening or next to it, *noise* does not, and *nonsense* contradicts itself or the day tables.
A happening is *covered* if everybody can see its fall: half of the usual, and less than in any of eight weeks.

| series | calendar | mornings | with nonsense | incidents shown | true | noise | nonsense | covered | missed |
| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
"""


def replay(of: DataSet, calendar: str, every: int) -> Judgement:
    """Return the judgement of the mornings of a data set, with the holidays of a calendar.

    Each `every`-th morning is computed. The others are derived from the incidents of the newest day.
    """
    holidays = Settings(timezone=of.timezone, calendar=calendar).holidays_among(of.days)
    # Listed, they have the same effect, and no calendar is made for each morning.
    settings = Settings(timezone=of.timezone, calendar=NO_CALENDAR, holidays=tuple(sorted(holidays)))
    with day_tables(of) as tables:
        replayed = mornings(tables, of.days, settings, every)
        if every > 1:
            computed = {one.as_of: one for one in replayed}
            replayed = [computed.get(one.as_of, one) for one in mornings_by_newest(tables, of.days, settings)]
        return judgement_of(of, tables, replayed, holidays)


def trial(scale: float, work: Path) -> list[Result]:
    """Replay all series. At the scale `SMALL`, replay only the series of `lab/replay`, without a calendar.

    The table of replays is written to `work`.
    """
    is_small = scale <= SMALL
    found = {
        (of.name, calendar): replay(of, calendar, max(1, round(1 / scale)))
        for of in (data_sets(HERE) if is_small else data_sets())
        for calendar in dict.fromkeys((NO_CALENDAR, NO_CALENDAR if is_small else of.calendar))
    }
    (work / REAL_SERIES.name).write_text(_HEAD + "".join(_row(*key, one) for key, one in found.items()), "utf-8")
    return [_nonsense(found), _reported(found)]


def _row(name: str, calendar: str, one: Judgement) -> str:
    listed = len(one.true) + len(one.noise) + len(one.nonsense)
    figures = (
        one.mornings, one.bad_mornings, listed, len(one.true), len(one.noise), len(one.nonsense), one.covered,
        len(one.missed),
    )  # fmt: skip
    return f"| {' | '.join((name, calendar, *(f'{figure:,}' for figure in figures)))} |\n"


def _nonsense(found: dict[tuple[str, str], Judgement]) -> Result:
    """Return the result for mornings with nonsense. One in thirty may show nonsense; each further one is a failure."""
    tally = Tally(
        10, "mornings of real series: at most 1 in 30 shows an incident that contradicts itself or its tables"
    )
    bad = sum(one.bad_mornings for one in found.values())
    tally.tried(sum(one.mornings for one in found.values()))
    cases = [
        f"{name}: {of.metric} {of.first_day}: {why}"
        for (name, _), one in found.items()
        for of, why in one.nonsense.values()
    ]
    for number in range(bad - int(tally.tries * _NONSENSE)):
        tally.failed(cases[min(number, len(cases) - 1)])
    return tally.result(f"{bad} mornings with one")


def _reported(found: dict[tuple[str, str], Judgement]) -> Result:
    """Return the result for the known happenings with a visible fall.

    If more than two in ten are missed, each missed one is a failure. Otherwise there are no failures.
    """
    tally = Tally(10, "known happenings of real series whose fall is visible: at least 8 of 10 reported")
    covered = sum(one.covered for one in found.values())
    missed = [
        f"{name}, calendar {calendar}: {of.first_day} {of.what}"
        for (name, calendar), one in found.items()
        for of in one.missed
    ]
    tally.tried(covered)
    if covered - len(missed) < _REPORTED * covered:
        for case in missed:
            tally.failed(case)
    return tally.result(f"{covered - len(missed)} of {covered} reported")
