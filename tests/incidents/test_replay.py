"""The incidents of real series on a few mornings; all mornings are in `lab/reliability/trial_15_real_series.py`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from lab.replay.day_tables import DayTables, day_tables
from lab.replay.judgement import Judgement, judgement_of, nonsense_of
from lab.replay.mornings import Morning, mornings, mornings_by_newest
from lab.replay.series import HERE, DataSet, Happening, data_sets
from pipelines.contract.settings.settings import Settings
from pipelines.incidents.incident import Cause, Incident, Loss, Span, Subject

EVERY = 89
"""A prime number of days, so that the mornings fall on all weekdays."""
DATA_SETS = {one.name: one for one in data_sets(HERE)}
STORM = date(2013, 2, 8)


@pytest.fixture(scope="module")
def judgements() -> list[Judgement]:
    found = []
    for of in DATA_SETS.values():
        settings = Settings(timezone=of.timezone)
        with day_tables(of) as tables:
            exact = {one.as_of: one for one in mornings(tables, of.days, settings, EVERY)}
            replayed = [exact.get(one.as_of, one) for one in mornings_by_newest(tables, of.days, settings)]
            found.append(judgement_of(of, tables, replayed, settings.holidays_among(of.days)))
    return found


@pytest.fixture(scope="module")
def flights() -> Iterator[tuple[DataSet, DayTables]]:
    of = DATA_SETS["nyc_flights"]
    with day_tables(of) as tables:
        yield of, tables


def test_at_most_one_morning_in_thirty_shows_nonsense(judgements: list[Judgement]) -> None:
    nonsense = [found for one in judgements for found in one.nonsense.values()]
    assert sum(one.bad_mornings for one in judgements) <= sum(one.mornings for one in judgements) / 30, nonsense


def test_eight_of_ten_known_happenings_are_reported(judgements: list[Judgement]) -> None:
    missed = [happening for one in judgements for happening in one.missed]
    covered = sum(one.covered for one in judgements)
    assert covered >= 20
    assert covered - len(missed) >= 0.8 * covered, missed


def test_counts_are_divided_by_as_much_as_gives_the_median_day_5000_records() -> None:
    of = DATA_SETS["auckland_walks"]
    with day_tables(of) as tables:
        records = sorted(tables.records.values())
    assert records[len(records) // 2] == pytest.approx(5000, rel=0.01)
    assert DATA_SETS["nyc_flights"].divisor == 1


def test_day_tables_hold_the_records_of_the_counts(flights: tuple[DataSet, DayTables]) -> None:
    of, tables = flights
    by_day = dict(of.counts.group_by("day").agg(records=of.counts["count"].sum()).iter_rows())
    assert tables.records.keys() == by_day.keys()
    assert sum(tables.records.values()) == of.counts["count"].sum()
    assert tables.channel_daily["authorization_requests"].sum() == of.counts["count"].sum()
    hours = tables.counts.filter(metric="hour_shift", part="")
    assert dict(hours.select("day", "records").iter_rows()) == tables.records


def incident(kind: str, metric: str, loss: Loss, first: date = STORM, cause: str | None = None) -> Incident:
    return Incident.of(Subject(kind, metric, "*", "*"), (first,), Span(0, None, "open"), loss, Cause(cell=cause))


@pytest.mark.parametrize(
    ("kind", "metric", "loss", "cause", "why"),
    [
        ("data", "short_day", Loss(450, 219, 231, 231), None, None),
        ("data", "short_day", Loss(450, 219, 231, 231), "hours=17-23", None),
        ("data", "short_day", Loss(450, 219, 231, 231), "hours=09-23", "hours ["),
        ("data", "hour_shift", Loss(30, 0, 30, 30), "source=gateway & hour=18, 19", None),
        ("volume", "volume", Loss(20, 13, 7, 7), None, "7.0 lost"),
        ("volume", "volume", Loss(20.4, 19.6, 1, 9), None, "levels are equal: 20"),
        ("data", "missing_day", Loss(450, 0, 450, 450), None, "the day has records"),
        ("data", "missing_delivery", Loss(450, 0, 450, 450), "source=gateway", "the only file of the day came"),
        ("data", "copied_day", Loss(450, 450, 450, 450), "day=2013-02-01", "no day of a real series is a copy"),
    ],
)
def test_nonsense_is_known_by_its_form(
    flights: tuple[DataSet, DayTables], kind: str, metric: str, loss: Loss, cause: str | None, why: str | None
) -> None:
    found = nonsense_of(incident(kind, metric, loss, cause=cause), flights[1])
    assert found == why if why is None else str(found).startswith(why)


def test_an_incident_beside_a_happening_is_true_and_any_other_is_noise(flights: tuple[DataSet, DayTables]) -> None:
    of, tables = flights
    storm = Happening(STORM, date(2013, 2, 9), "fall", "storm")
    quiet = Happening(date(2013, 6, 3), date(2013, 6, 3), "fall", "nothing that is visible")
    on, off = (incident("volume", "volume", Loss(450, 219, 231, 231), first) for first in (STORM, date(2013, 4, 2)))
    found = judgement_of(
        replace(of, happenings=(storm, quiet)),
        tables,
        [Morning(STORM, (on,)), Morning(date(2013, 4, 2), (on, off))],
        frozenset(),
    )
    assert (found.true, found.noise, found.covered, found.missed, found.bad_mornings) == ([on], [off], 1, [], 0)
    unseen = judgement_of(replace(of, happenings=(storm,)), tables, [Morning(date(2013, 4, 2), (off,))], frozenset())
    assert unseen.missed == [storm]
    holiday = frozenset({STORM, date(2013, 2, 9)})
    assert judgement_of(replace(of, happenings=(storm,)), tables, [], holiday).covered == 0
