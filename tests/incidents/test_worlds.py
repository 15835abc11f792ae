"""The worlds that judge a search for incidents: what they promise of themselves, and how findings are scored."""

import csv
from collections import Counter
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import pipelines.contract
from lab.incidents.causes import cause
from lab.incidents.planted import Planted
from lab.incidents.rule import LONGEST, Reading, first_course
from lab.incidents.score import score
from lab.incidents.splits import Split
from lab.incidents.stories import STORIES
from lab.incidents.tally import RATES, Series, channel_daily
from lab.incidents.world import World, world
from pipelines.contract.tables.tables import TABLES

SEEDS = range(8)
TYPES = {"DATE": pl.Date, "VARCHAR": pl.String, "BIGINT": pl.Int64}


@pytest.fixture(scope="module")
def worlds() -> list[World]:
    return [world(seed, size="medium") for seed in SEEDS]


def rows_of(one: World, incident: Planted, first: date, last: date) -> pl.DataFrame:
    """The rows behind a subject's rate or volume on some days."""
    rows = one.outcome_daily.filter(pl.col("day").is_between(first, last))
    if incident.app_key != "*":
        rows = rows.filter(pl.col("app_key") == incident.app_key)
    return rows if incident.channel == "*" else rows.filter(pl.col("channel") == incident.channel)


def level(rows: pl.DataFrame, metric: str) -> tuple[int, int]:
    asked, good = RATES[metric]
    return int(rows.filter(asked)["records"].sum()), int(rows.filter(good)["records"].sum())


def last_of(one: World, incident: Planted) -> date:
    return incident.last_day or one.days.at(one.days.count - 1)


def test_a_seed_gives_the_same_world_and_another_seed_another(worlds: list[World]) -> None:
    again = world(0, size="medium")
    assert again.outcome_daily.equals(worlds[0].outcome_daily)
    assert again.planted == worlds[0].planted
    assert again.notes.equals(worlds[0].notes)
    assert not again.outcome_daily.equals(worlds[1].outcome_daily)


def test_the_table_has_the_columns_types_and_order_of_outcome_daily(worlds: list[World]) -> None:
    table = TABLES["outcome_daily"]
    for one in worlds:
        assert one.outcome_daily.schema == {name: TYPES[kind] for name, kind in table.columns.items()}
        assert one.outcome_daily.equals(one.outcome_daily.sort(table.key, nulls_last=True))
        assert not one.outcome_daily.select(table.key).is_duplicated().any()
        assert one.outcome_daily["records"].min() == 1


def test_result_codes_mean_in_the_dictionary_what_the_rows_say(worlds: list[World]) -> None:
    with (Path(pipelines.contract.__file__).parent / "registry" / "result_codes.csv").open(encoding="utf-8") as file:
        known = {
            (row["vendor"], row["layer"], row["code"]): row for row in csv.DictReader(file) if row["platform"] == "*"
        }
    coded = pl.concat(one.outcome_daily for one in worlds).drop_nulls("result_code")
    used = coded.select("vendor", "channel", "stage", "outcome", "result_code").unique()
    assert used.height > 25
    for vendor, channel, stage, outcome, code in used.iter_rows():
        layer = "oauth" if channel == vendor else "server" if stage in ("verify", "login") else "sdk"
        row = known[vendor, layer, code]
        assert (row["outcome"] or "success") == outcome
        assert row["stage"] in ("", stage)


def test_counts_of_a_channel_follow_the_metrics() -> None:
    rows = [
        ("authorize", "success", 5),
        ("authorize", "switched", 2),
        ("authorize", "error", 1),
        ("page", "success", 9),
    ]
    rows += [("verify", "mismatch", 3), ("verify", "unknown", 1), ("login", "success", 4)]
    columns = {name: [row[place] for row in rows] for place, name in enumerate(("stage", "outcome", "records"))}
    table = pl.DataFrame({"day": [date(2026, 9, 1)] * 7, "app_key": ["a"] * 7, "channel": ["one_click"] * 7, **columns})
    assert channel_daily(table).drop("day", "app_key", "channel").to_dicts() == [
        {
            "authorization_requests": 12, "authorizations": 9, "authorizations_cancelled": 2,
            "authorizations_failed": 1, "verification_requests": 8, "verifications": 7, "mismatches": 3,
            "unknowns": 1, "billable_verifications": 4,
        }
    ]  # fmt: skip


def test_of_a_rate_levels_and_loss_are_those_of_the_data(worlds: list[World]) -> None:
    checked = 0
    for one in worlds:
        missing = {row["day"] for row in one.day_states.to_dicts() if row["day_state"] == "missing"}
        for incident in (found for found in one.planted if found.kind in ("rate", "mix")):
            days = [incident.first_day - timedelta(days=back) for back in range(1, LONGEST + len(missing) + 1)]
            clean = [day for day in days if day not in missing and day >= one.days.first][:LONGEST]
            before = rows_of(one, incident, min(clean), max(clean))
            requests, successes = level(before, incident.metric)
            assert incident.level_before == pytest.approx(successes / requests)
            during = rows_of(one, incident, incident.first_day, last_of(one, incident))
            now_requests, now_successes = level(during, incident.metric)
            assert incident.level_during == pytest.approx(now_successes / now_requests)
            assert incident.lost_total == pytest.approx(now_requests * successes / requests - now_successes)
            assert incident.level_before - incident.level_during >= 0.03
            assert incident.lost_total >= 16
            checked += 1
    assert checked > 40


def test_of_a_cell_the_rate_fell_and_that_of_the_rest_did_not(worlds: list[World]) -> None:
    checked = 0
    for one in worlds:
        for incident in (found for found in one.planted if found.cause_kind == "cell"):
            rows = rows_of(one, incident, incident.first_day, last_of(one, incident))
            before = rows_of(
                one, incident, incident.first_day - timedelta(days=28), incident.first_day - timedelta(days=1)
            )
            inside = pl.lit(True)
            for part in incident.cause.split(" & "):
                name, value = part.split("=")
                inside &= pl.col(name).fill_null("unknown") == value
            cell, rest, usual = (
                successes / requests
                for requests, successes in (
                    level(rows.filter(inside), incident.metric),
                    level(rows.filter(~inside), incident.metric),
                    level(before.filter(~inside), incident.metric),
                )
            )
            assert usual - rest < (incident.level_before - cell) / 3
            checked += 1
    assert checked > 20


def test_what_stopped_has_no_requests_and_had_some_before(worlds: list[World]) -> None:
    stopped = [(one, incident) for one in worlds for incident in one.planted if incident.kind == "volume"]
    assert len(stopped) > 15
    for one, incident in stopped:
        assert rows_of(one, incident, incident.first_day, last_of(one, incident)).is_empty()
        before = incident.first_day - timedelta(days=7)
        assert rows_of(one, incident, before, incident.first_day - timedelta(days=1))["records"].sum() > 100


def test_a_missing_day_has_no_records_and_every_other_day_some(worlds: list[World]) -> None:
    for one in worlds:
        with_records = set(one.outcome_daily["day"])
        states = dict(one.day_states.iter_rows())
        assert len(states) == one.days.count
        assert all((state == "complete") == (day in with_records) for day, state in states.items())
        data = {incident.first_day for incident in one.planted if incident.kind == "data"}
        assert data == {day for day, state in states.items() if state == "missing"}
        assert data


def test_incidents_of_a_subject_lie_forty_days_apart(worlds: list[World]) -> None:
    for one in worlds:
        for first, second in combinations(sorted(one.planted, key=lambda found: found.first_day), 2):
            if (first.metric, first.app_key, first.channel) == (second.metric, second.app_key, second.channel) and (
                first.kind != "data"
            ):
                assert second.first_day - last_of(one, first) > timedelta(days=35)


def test_worlds_together_have_every_story_and_state(worlds: list[World]) -> None:
    every = worlds
    stories = Counter(incident.story for one in every for incident in one.planted)
    assert set(stories) == {story.name for story in STORIES}
    assert {incident.state for one in every for incident in one.planted} == {"open", "recovered", "settled"}
    assert any(one.notes.height for one in every)


def test_a_quiet_world_has_nothing_planted_and_no_day_missing() -> None:
    for seed in range(5):
        one = world(seed, size="tiny", days=90, quiet=True)
        assert one.planted == []
        assert one.notes.is_empty()
        assert set(one.day_states["day_state"]) == {"complete"}
        assert one.outcome_daily["day"].n_unique() == 90
        assert 150 < one.outcome_daily["records"].sum() / 90 < 800


def series(*days: tuple[int, int]) -> Series:
    return Series(np.array([float(n) for n, _ in days]), np.array([float(s) for _, s in days]))


def course(*days: tuple[int, int]) -> tuple[int, int | None, str] | None:
    """First day, last day and state of what opens after 28 days of 900 successes in 1,000."""
    values = series(*([(1000, 900)] * 28), *days)
    found = first_course(values, np.ones(len(values.requests), dtype=bool), 28, Reading())
    if found is None:
        return None
    return (found.first_day - 28, None if found.last_day is None else found.last_day - 28, found.state)


def test_a_fall_opens_at_two_points_and_eight_lost_requests() -> None:
    assert course((9000, 7920)) == (0, None, "open")
    assert course((9000, 7929)) is None
    assert course((32, 20)) is not None
    assert course((10, 2)) is None


def test_a_small_fall_of_many_days_opens_over_a_week() -> None:
    assert course(*[(1000, 870)] * 2) is None
    opened = course(*[(1000, 870)] * 7)
    assert opened is not None
    assert opened[2] == "open"


def test_two_days_back_end_it_and_28_days_settle_it() -> None:
    bad, back = (1000, 700), (1000, 880)
    assert course(bad, bad, back, bad, back, back) == (0, 3, "recovered")
    assert course(*[bad] * 27, back) == (0, None, "open")
    assert course(*[bad] * 29) == (0, 27, "settled")


def cells(*rows: tuple[str, int, int, int, int]) -> Split:
    sides = [np.array([float(row[place]) for row in rows]) for place in range(1, 5)]
    return Split(("platform",), [(row[0],) for row in rows], (sides[0], sides[1]), (sides[2], sides[3]))


def test_effects_of_mix_and_rate_are_the_change_also_with_a_cell_of_one_side() -> None:
    made = cells(("android", 600, 540, 500, 400), ("h5", 400, 320, 300, 200), ("harmony", 0, 0, 200, 90))
    mix, rate = made.effects()
    assert mix.sum() + rate.sum() == pytest.approx(690 / 1000 - 860 / 1000)
    assert mix[2] == 0
    assert rate[2] == pytest.approx((0.45 - 0.86) * 0.2)


def test_the_cause_is_a_cell_or_the_mix_or_broad() -> None:
    def caused(*rows: tuple[str, int, int, int, int]) -> tuple[str, str]:
        return cause({("platform",): cells(*rows)})

    assert caused(("android", 600, 540, 600, 420), ("ios", 400, 360, 400, 359)) == ("cell", "platform=android")
    assert caused(("android", 600, 540, 600, 420), ("ios", 400, 360, 400, 290)) == ("broad", "")
    assert caused(("android", 900, 810, 500, 450), ("h5", 100, 50, 500, 250)) == ("mix", "")
    assert caused(("android", 960, 864, 960, 600), ("ios", 40, 36, 40, 36)) == ("broad", "")


def as_found(incident: Planted, number: int) -> dict[str, Any]:
    """The row that finds a planted incident as it is."""
    kind = "rate" if incident.kind == "mix" else incident.kind
    names = ("metric", "app_key", "channel", "first_day", "last_day", "state", "cause_kind", "cause", "lost_total")
    same = {name: getattr(incident, name) for name in names}
    return {"incident_id": f"i{number}", "kind": kind, "part_of": None, **same}


def test_all_found_as_planted_is_a_full_score(worlds: list[World]) -> None:
    for one in worlds:
        found = score(one.planted, [as_found(incident, number) for number, incident in enumerate(one.planted)])
        assert found.hits == found.planted == Counter(incident.story for incident in one.planted)
        assert (found.misses, found.false, found.loose) == ([], [], [])


@pytest.fixture
def slowless(worlds: list[World]) -> Planted:
    """A planted incident with a cell for its cause and a sharp first day."""
    every = (incident for one in worlds for incident in one.planted)
    return next(one for one in every if one.cause_kind == "cell" and not one.is_slow and one.state == "recovered")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"first_day": timedelta(days=2)}, "first day"),
        ({"state": "open"}, "state open, not recovered"),
        ({"cause": "platform=h5"}, "cause cell platform=h5, not cell"),
        ({"cause_kind": "broad", "cause": None}, "cause broad"),
        ({"lost_total": 1.2}, "lost "),
        ({"part_of": "i9"}, "part of i9"),
        ({"app_key": "other"}, "not found"),
    ],
)
def test_a_miss_says_why(slowless: Planted, change: dict[str, Any], reason: str) -> None:
    row = as_found(slowless, 0)
    if "first_day" in change:
        change = {"first_day": row["first_day"] - change["first_day"]}
    if "lost_total" in change:
        change = {"lost_total": row["lost_total"] * change["lost_total"]}
    found = score([slowless], [{**row, **change}])
    assert not found.hits
    assert [len(miss.reasons) for miss in found.misses] == [1]
    assert found.misses[0].reasons[0].startswith(reason)
    assert reason in found.report()
    assert len(found.false) == ("app_key" in change)


def test_small_differences_are_let_pass_and_a_second_finding_is_not(slowless: Planted) -> None:
    row = as_found(slowless, 0)
    near = {**row, "first_day": row["first_day"] + timedelta(days=1), "lost_total": row["lost_total"] * 0.92}
    assert score([slowless], [near]).hits.total() == 1
    twice = score([slowless], [row, {**row, "incident_id": "i1"}])
    assert twice.misses[0].reasons == ("found 2 times",)
    assert (score([slowless], [row]) + twice).planted.total() == 2


def test_a_part_alone_is_loose_and_anything_else_alone_is_false(slowless: Planted) -> None:
    row = as_found(slowless, 0)
    metric, app_key, channel = slowless.parts[0]
    part = {**row, "incident_id": "i1", "metric": metric, "app_key": app_key, "channel": channel}
    assert score([slowless], [row, {**part, "part_of": "i0"}]).loose == []
    assert score([slowless], [row, part]).loose == [part]
    late = {**part, "first_day": date(2027, 3, 1), "last_day": None}
    assert score([slowless], [row, late]).false == [late]
