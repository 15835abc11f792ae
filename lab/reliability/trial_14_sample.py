"""Promise 14: in samples of 60 days, each planted fault is found as it was planted, and nothing else is found.

Each of twenty seeds makes two samples. The first has faults whose apps, days and sizes depend on the seed. The second
has no faults, and is examined as of each of its days. The sample of the docs is made with each of 60 different last
days.

Day tables are counted from the records without a run. Faults of the data itself, such as a missing day, are not
examined here. `tests/incidents/test_sample.py` examines one sample of each kind in the same way.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb

from lab.incidents.sample_score import sample_score, wrong_losses
from lab.incidents.sample_tables import DAYS, LAST, SampleTables, sample_tables
from lab.reliability.harness import Result, Tally, some
from pipelines.sample.faults import DEFAULT_SEED


def trial(scale: float, work: Path) -> list[Result]:
    """Try 20 samples with faults, 20 quiet ones and 60 last days at full scale; nothing is written to `work`."""
    del work
    planted = Tally(14, "faults of samples: found once, with first day, cause, state and loss")
    strange = Tally(14, "samples with faults: nothing stands by itself that is not one of them")
    quiet = Tally(14, "quiet samples, as of each of their days: no incident")
    samples = [(seed, LAST) for seed in range(1, some(20, scale) + 1)]
    for seed, last_day in [*samples, *((DEFAULT_SEED, LAST - timedelta(back)) for back in range(1, some(60, scale)))]:
        with duckdb.connect() as connection:
            count, missed, more = compared(sample_tables(connection, seed, last_day=last_day))
        planted.tried(count)
        for text in missed:
            planted.failed(f"seed {seed} to {last_day}: {text}")
        strange.check(not more, f"seed {seed} to {last_day}: {more}")
    for seed, _ in samples:
        with duckdb.connect() as connection:
            tables = sample_tables(connection, seed, quiet=True)
            for days in range(DAYS - some(DAYS, scale) + 1, DAYS + 1):
                found = tables.found(days)
                quiet.check(not found, f"seed {seed}, {days} days: {[*_named(found)]}")
    return [planted.result(), strange.result(), quiet.result()]


def compared(tables: SampleTables) -> tuple[int, list[str], list[str]]:
    """Return three results of a sample: the number of planted falls of rates, a text for each fall that is not found as
    planted, and a text for each incident that no fault explains.
    """
    found = tables.found()
    count, scored = sample_score(tables, found)
    missed = [f"{one.planted.app_key} {one.planted.channel}: {'; '.join(one.reasons)}" for one in scored.misses]
    return count, missed + wrong_losses(tables, found), [*_named([*scored.false, *scored.loose])]


def _named(found: list[Any]) -> Iterator[str]:
    return (f"{one['metric']} {one['app_key']} {one['channel']} {one['first_day']}" for one in found)
