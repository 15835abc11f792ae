"""Tests the incidents of real series on a few mornings, and the rules that call an incident true, noise or nonsense.

A trial replays all mornings.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from lab.reliability.trial_15_real_series import SMALL, trial
from lab.replay.day_tables import DayTables, day_tables
from lab.replay.judgement import judgement_of, nonsense_of
from lab.replay.mornings import Morning
from lab.replay.series import HERE, DataSet, Happening, data_set
from pipelines.incidents.incident import Cause, Incident, Loss, Span, Subject

STORM = date(2013, 2, 8)


def test_mornings_show_no_nonsense_and_known_happenings_are_reported(tmp_path: Path) -> None:
    nonsense, reported = trial(SMALL, tmp_path)
    assert (nonsense.failures, reported.failures) == (0, 0), (nonsense, reported)
    assert nonsense.tries > 1000
    assert reported.tries >= 20


@pytest.fixture(scope="module")
def flights() -> Iterator[tuple[DataSet, DayTables]]:
    of = data_set(HERE / "nyc_flights.csv")
    with day_tables(of) as tables:
        yield of, tables


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
