"""Tests falls of a rate and of a volume: when a fall opens, from which day, with which baseline, and how it ends."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.incidents.detection.fall import Fall
from pipelines.incidents.detection.falls import FAR, FAR_SUBJECTS, alarm_threshold, falls
from pipelines.incidents.detection.rate_measure import RateMeasure
from pipelines.incidents.detection.volume_measure import VolumeMeasure


def rates(levels: list[float], requests: float = 1000) -> list[Fall]:
    """Return the falls of one subject with these rates by day. A negative rate is a day without requests."""
    share = np.array(levels)[:, None]
    counts = np.where(share < 0, 0.0, requests)
    return falls(RateMeasure(counts, np.round(counts * np.maximum(share, 0))))


def volumes(counts: list[float]) -> list[Fall]:
    """Return the falls of one subject with these volumes by day, from a Monday on.

    A negative volume is a day without a norm, such as a holiday or a day without logs.
    """
    found = np.array(counts)[:, None]
    return falls(VolumeMeasure(np.maximum(found, 0), found >= 0))


def one(found: list[Fall]) -> Fall:
    assert len(found) == 1
    return found[0]


def test_a_rate_that_stays_has_no_fall() -> None:
    assert rates([0.96] * 60) == []


def test_a_fall_opens_on_its_first_day_and_lasts() -> None:
    fall = one(rates([0.96] * 40 + [0.6] * 5))
    assert (fall.first, fall.last, fall.state, fall.opened) == (40, None, "open", 40)


def test_the_baseline_is_of_the_28_clean_days_before_and_is_frozen() -> None:
    assert one(rates([0.96] * 40 + [0.6] * 20)).baseline.tolist() == [*range(12, 40)]


def test_days_without_requests_are_no_part_of_a_baseline() -> None:
    assert one(rates([0.96] * 10 + [-1] * 3 + [0.96] * 5 + [0.6])).baseline.tolist() == [*range(10), *range(13, 18)]


@pytest.mark.parametrize(("days", "found"), [(6, 0), (7, 1)])
def test_a_baseline_has_seven_days_at_least(days: int, found: int) -> None:
    assert len(rates([0.96] * days + [0.3])) == found


@pytest.mark.parametrize(
    ("gap", "window", "first"),
    [
        pytest.param(49, 1, 89, id="the last gap after which seven of the 56 days before are clean"),
        pytest.param(50, 1, None, id="a day"),
        pytest.param(50, 7, None, id="a week that began when there were seven"),
        pytest.param(60, 28, None, id="four weeks that began when there were seven"),
    ],
)
def test_nothing_opens_with_fewer_than_seven_clean_days_in_the_56_before(
    gap: int, window: int, first: int | None
) -> None:
    share = np.array([0.96] * 40 + [0.0] * gap + [0.6] * 6)[:, None]
    requests = np.where(share > 0, 1000.0, 0.0)
    found = falls(RateMeasure(requests, np.round(requests * share)), windows=(window,))
    assert [fall.first for fall in found] == ([] if first is None else [first])


@pytest.mark.parametrize(("level", "found"), [(0.941, 0), (0.939, 1)])
def test_a_fall_of_less_than_two_points_is_none(level: float, found: int) -> None:
    assert len(rates([0.96] * 30 + [level], requests=1_000_000)) == found


@pytest.mark.parametrize(("requests", "found"), [(7, 0), (40, 1)])
def test_eight_requests_are_lost_at_least(requests: float, found: int) -> None:
    assert len(rates([1.0] * 30 + [0.0], requests)) == found


def test_a_small_fall_opens_over_a_window_on_the_day_from_which_it_is_least_likely() -> None:
    fall = one(rates([0.95] * 30 + [0.92] * 7, requests=300))
    assert (fall.first, fall.opened > 30) == (30, True)


def test_days_of_a_slow_fall_are_all_held_against_the_days_before_the_window() -> None:
    slow = [0.95 - 0.01 * day for day in range(1, 12)]
    assert one(rates([0.95] * 30 + slow, requests=300)).first == 32


def test_the_loss_is_of_the_newest_day_that_has_a_norm() -> None:
    """A holiday or a day without logs after a bad day does not repeat the loss of the bad day."""
    counts = [1000.0] * 30 + [100, 200, -1, -1]
    loss = one(volumes(counts)).loss_of_volume(np.maximum(counts, 0))
    assert (loss.lost, loss.lost_total, loss.day) == (800, 1700, 31)


def test_a_subject_that_swings_is_given_more_room() -> None:
    calm, restless = [0.9] * 30, [0.85, 0.95] * 15
    assert len(rates([*calm, 0.84])) == 1
    assert rates([*restless, 0.84]) == []


@pytest.mark.parametrize("level", [0.9, 0.8, 0.0])
def test_what_was_always_whole_swings_by_next_to_nothing(level: float) -> None:
    assert one(rates([1.0] * 21 + [level], 600)).first == 21


def test_it_recovers_when_two_days_in_a_row_are_back() -> None:
    fall = one(rates([0.96] * 30 + [0.6] * 4 + [0.95, 0.96, 0.96]))
    assert fall.span == (30, 33, "recovered", 35)


def test_one_day_that_is_back_is_a_day_of_it() -> None:
    fall = one(rates([0.96] * 30 + [0.6, 0.6, 0.95, 0.6, 0.6]))
    assert (fall.first, fall.last, fall.state) == (30, None, "open")


@pytest.mark.parametrize(("good", "last", "state"), [(1, None, "open"), (2, 35, "recovered"), (3, 35, "recovered")])
def test_a_day_that_is_back_counts_as_such_in_the_window_that_opens(good: int, last: int | None, state: str) -> None:
    # It opens when the best day leaves the window: on the first day after the bad ones.
    levels = [0.95] * 29 + [1.0, 0.95, 0.95] + [0.89] * 4 + [0.95] * good
    fall = one(rates(levels, requests=200))
    assert (fall.first, fall.opened, fall.last, fall.state) == (32, 36, last, state)


def test_a_day_that_is_back_is_nearer_to_the_baseline_than_to_the_fall() -> None:
    assert one(rates([0.96] * 30 + [0.6, 0.6, 0.77, 0.77])).last is None
    first, second = rates([0.96] * 30 + [0.6, 0.6, 0.79, 0.79])
    assert (first.last, second.first) == (31, 32)


def test_after_28_days_its_level_is_the_norm() -> None:
    fall = one(rates([0.96] * 30 + [0.6] * 50))
    assert fall.span == (30, 57, "settled", 58)
    *_, later = rates([0.96] * 30 + [0.6] * 50 + [0.4])
    assert (later.first, later.baseline.tolist()) == (80, [*range(52, 80)])


def test_a_fall_begins_after_the_end_of_the_one_before() -> None:
    settled, later = rates([0.95] * 30 + [0.95 - 0.004 * day for day in range(40)], requests=600)
    assert (settled.last, settled.state, later.first) == (61, "settled", 62)
    assert later.baseline.tolist() == [*range(34, 62)]


def test_days_of_a_fall_that_has_ended_are_no_evidence_for_another() -> None:
    assert [fall.first for fall in rates([0.96] * 30 + [0.2] + [0.96] * 20)] == [30]


def test_the_last_days_of_a_settled_fall_are_no_evidence_for_another() -> None:
    levels = [0.95] * 30 + [0.8] * 24 + [0.7] * 4 + [0.8] * 10
    assert [fall.first for fall in rates(levels)] == [30]
    assert [fall.first for fall in rates([*levels, 0.5])] == [30, 68]


def test_a_second_fall_is_held_against_clean_days() -> None:
    first, second = rates([0.96] * 20 + [0.6] * 5 + [0.96] * 10 + [0.7] * 3)
    assert (first.first, first.last, second.first) == (20, 24, 35)
    assert second.baseline.tolist() == [*range(20), *range(25, 35)][-28:]


def test_it_changes_nothing_how_many_levels_are_compared_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    requests = rng.poisson(300, (120, 40)).astype(float)
    share = np.where(rng.random(requests.shape) < 0.02, 0.6, 0.95)
    found = []
    for at_once in (1, 1000, 2**20):
        monkeypatch.setattr("pipelines.incidents.detection.falls._AT_ONCE", at_once)
        falls_of_all = falls(RateMeasure(requests, np.round(requests * share)))
        found.append([(fall.row, fall.opened, fall.span) for fall in falls_of_all])
    assert found[0] == found[1] == found[2]
    # Several falls of one subject: a later one depends on how the earlier one ended.
    assert len(found[0]) > len({row for row, _, _ in found[0]}) > 20


def test_more_than_a_hundred_subjects_have_a_higher_threshold() -> None:
    assert alarm_threshold(1) == alarm_threshold(FAR_SUBJECTS) == pytest.approx(FAR)
    assert alarm_threshold(10_000) == pytest.approx(5.0, abs=0.15)


WEEK = [1000.0, 1000, 1000, 1000, 1000, 600, 500]


def test_a_weekly_rhythm_is_no_fall() -> None:
    assert volumes(WEEK * 8) == []


def test_a_week_at_half_is_a_fall_that_recovers() -> None:
    fall = one(volumes(WEEK * 6 + [count / 2 for count in WEEK] + WEEK))
    assert (fall.first, fall.last, fall.state) == (42, 48, "recovered")


def test_a_stop_is_a_fall_from_its_first_day() -> None:
    fall = one(volumes(WEEK * 6 + [0] * 4))
    assert (fall.first, fall.last) == (42, None)


def test_a_day_without_any_logs_says_nothing_of_a_volume() -> None:
    assert volumes(WEEK * 6 + [-1] + WEEK[1:]) == []


@pytest.mark.parametrize("without", [3, 8])
def test_days_without_a_norm_are_no_part_of_the_level_of_a_fall(without: int) -> None:
    fall = one(volumes([1000.0] * 30 + [700] + [-1] * without + [700] * 3))
    assert (fall.first, fall.last, fall.state) == (30, None, "open")


def test_days_of_a_stop_do_not_lower_the_norm_of_their_weekday() -> None:
    again = volumes(WEEK * 6 + [0, 0, 0, *WEEK[3:]] + WEEK * 2 + [0, *WEEK[1:]])
    assert [(fall.first, fall.last) for fall in again] == [(42, 44), (63, 63)]


def test_an_app_that_rests_at_weekends_has_no_fall() -> None:
    assert volumes([1000, 1000, 1000, 1000, 1000, 0, 0] * 8) == []


@pytest.mark.parametrize(
    ("week", "last", "ended_on"),
    [
        ([1000, 1000, 1000, 1000, 0, 0, 0], 32, 36),
        ([1000, 1000, 1000, 0, 1000, 0, 0], 31, 35),
        ([1000, 0, 1000, 0, 0, 0, 0], 32, 36),
    ],
)
def test_a_weekend_of_rest_is_no_part_of_the_fall_before_it(week: list[float], last: int, ended_on: int) -> None:
    """Days that usually have no request are skipped: they are not among the two days in a row that end a fall."""
    usual = [1000.0, 1000, 1000, 1000, 1000, 0, 0]
    fall = one(volumes(usual * 4 + week + usual * 2))
    assert fall.span == (28 + week.index(0), last, "recovered", ended_on)


def test_half_of_the_volume_is_seen_on_a_day_when_no_weekday_looks_like_it() -> None:
    half = [count / 2 for count in WEEK]
    fall = one(volumes(WEEK * 6 + half * 2))
    assert (fall.first in range(42, 48), fall.last) == (True, None)
