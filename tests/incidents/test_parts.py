"""One cause, one incident: what is part of what."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest

from pipelines.incidents.causes import cells_of
from pipelines.incidents.folder import Folder
from pipelines.incidents.incident import ALL, NO_CAUSE, Incident
from pipelines.incidents.parts import with_parts

FOLDER = Folder({}, 1.0, 3)
FIRST, LAST = date(2026, 3, 2), date(2026, 3, 4)


def incident(metric: str, app_key: str, channel: str) -> Incident:
    """Its id says what it is of."""
    kind = "volume" if metric == "volume" else "rate"
    named = f"{metric} {app_key} {channel}"
    return Incident(
        named, kind, metric, app_key, channel, FIRST, LAST, "recovered", 3, 100, 0, 100, 300, NO_CAUSE
    )  # fmt: skip


@pytest.mark.parametrize(
    ("first", "lost", "is_part"),
    [(0, 300, True), (5, 300, True), (-1, 300, True), (-2, 300, False), (9, 300, False), (5, 401, False)],
)
def test_a_volume_that_fell_while_its_rate_was_down_is_part_of_it(first: int, lost: float, is_part: bool) -> None:
    rate = replace(incident("technical_success_rate", "shop", "one_click"), last_day=FIRST + timedelta(days=8))
    begun = FIRST + timedelta(days=first)
    volume = incident("volume", "shop", "one_click")
    volume = replace(volume, first_day=begun, last_day=begun + timedelta(days=20), lost_total=lost)
    (found,) = (one for one in with_parts([rate, volume], pl.DataFrame(), FOLDER) if one.kind == "volume")
    assert found.part_of == (rate.incident_id if is_part else None)


def test_the_fall_of_all_apps_is_part_of_the_silence_of_the_one_that_explains_it() -> None:
    names = ("app_key", "requests_before", "successes_before", "requests_now", "successes_now")
    counts = pl.DataFrame([("good", 900, 837, 0, 0), ("weak", 300, 240, 300, 240)], schema=list(names), orient="row")
    together, silent = incident("technical_success_rate", ALL, "weibo"), incident("volume", "good", ALL)
    other = incident("volume", "weak", ALL)
    cells = cells_of(counts.with_columns(pl.lit(together.incident_id).alias("incident_id")), ("app_key",))
    found = with_parts([together, other, silent], cells, FOLDER)
    assert {one.incident_id: one.part_of for one in found} == {
        together.incident_id: silent.incident_id, silent.incident_id: None, other.incident_id: None,
    }  # fmt: skip
