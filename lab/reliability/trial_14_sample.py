"""Samples of 60 days: what each plants is found as it was planted, and nothing else is.

Each of twenty seeds gives a sample with faults in other apps, on other days and of other sizes, and a quiet one without
any, which is looked at as of each of its days. That of the docs is made anew for each of 60 last days. The day tables
are counted from the records without a run in between. What is told of the data itself, such as a missing day, is not
looked at here.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import duckdb

from lab.incidents.sample_score import sample_score, wrong_losses
from lab.incidents.sample_tables import DAYS, LAST, sample_tables
from lab.incidents.score import Found
from lab.reliability.harness import Result, Tally, some
from pipelines.sample.faults import DEFAULT_SEED


def trial(scale: float, work: Path) -> list[Result]:
    """20 samples with faults, 20 quiet ones and 60 last days at full scale; nothing is written to `work`."""
    del work
    planted = Tally(14, "faults of samples: found once, with first day, cause, state and loss")
    strange = Tally(14, "samples with faults: nothing stands by itself that is not one of them")
    quiet = Tally(14, "quiet samples, as of each of their days: no incident")
    samples = [(seed, LAST) for seed in range(1, some(20, scale) + 1)]
    for seed, last_day in [*samples, *((DEFAULT_SEED, LAST - timedelta(back)) for back in range(1, some(60, scale)))]:
        named = f"seed {seed} to {last_day}"
        with duckdb.connect() as connection:
            tables = sample_tables(connection, seed, last_day=last_day)
            found = tables.found()
        scored = sample_score(tables, found)
        planted.tried(scored.planted.total())
        for one in scored.misses:
            planted.failed(f"{named}: {one.planted.app_key} {one.planted.channel}: {'; '.join(one.reasons)}")
        for text in wrong_losses(tables, found):
            planted.failed(f"{named}: {text}")
        more = [*scored.false, *scored.loose]
        strange.check(not more, f"{named}: {_named(more)}")
    for seed, _ in samples:
        with duckdb.connect() as connection:
            tables = sample_tables(connection, seed, quiet=True)
            for days in range(DAYS - some(DAYS, scale) + 1, DAYS + 1):
                found = tables.found(days)
                quiet.check(not found, f"seed {seed}, {days} days: {_named(found)}")
    return [planted.result(), strange.result(), quiet.result()]


def _named(found: Iterable[Found]) -> str:
    return ", ".join(f"{one['metric']} {one['app_key']} {one['channel']} {one['first_day']}" for one in found)
