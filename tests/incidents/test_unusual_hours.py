"""The hours of a day beside those of the days before: clocks, lost hours, copies; what is a finding, and what not."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from pipelines.incidents.detectors.copied_days import copied_days
from pipelines.incidents.detectors.mean_time_of_day import unusual_mean_times
from pipelines.incidents.detectors.unusual_hours import unusual_hours
from pipelines.incidents.detectors.unusual_shares import unusual_shares
from pipelines.incidents.findings import Finding
from pipelines.incidents.profiles import Profile, hour_windows
from pipelines.incidents.share_cuts import HOURS as HOURS_CUTS
from tests.support import DAY

HOURS = {f"{hour:02d}": 20 + 5 * abs(12 - abs(hour - 14)) for hour in range(24)}


def among(hours: dict[str, int], days: int = 28) -> dict[date, Profile]:
    """A day of these hours after so many usual ones."""
    usual: dict[date, Profile] = {DAY - timedelta(days=back): {("hour", ""): HOURS} for back in range(1, days + 1)}
    return usual | {DAY: {("hour", ""): hours}}


def said(findings: list[Finding]) -> list[str]:
    return [finding.en for finding in findings]


def test_nothing_is_examined_before_two_weeks() -> None:
    assert list(unusual_hours(DAY, among({"03": 2000}, 13))) == []
    assert list(unusual_hours(DAY, among({"03": 2000}, 14)))


@pytest.mark.parametrize(("shift", "words"), [(-8, "8 hours behind"), (8, "8 hours ahead")])
def test_a_clock_that_is_off_is_reported_with_its_hours(shift: int, words: str) -> None:
    moved = {f"{hour + shift:02d}": HOURS[f"{hour:02d}"] for hour in range(24) if 0 <= hour + shift < 24}
    found = said(list(unusual_hours(DAY, among(moved))))
    assert len(found) == 1
    assert words in found[0]


def test_hours_that_are_missing_are_reported() -> None:
    morning = {hour: records for hour, records in HOURS.items() if hour < "12"}
    (found,) = said(list(unusual_hours(DAY, among(morning))))
    assert "hours with next to no records: 12, 13, 14" in found


def test_a_holiday_that_is_spent_as_a_sunday_is_none() -> None:
    sunday = {hour: HOURS[f"{(int(hour) + 4) % 24:02d}"] for hour in HOURS}
    profiles = among(sunday)
    for back in range(1, 29):
        if (DAY - timedelta(days=back)).weekday() == 6:
            profiles[DAY - timedelta(days=back)] = {("hour", ""): sunday}
    assert list(unusual_hours(DAY, profiles)) == []


def drawn_days(records: int = 3000, days: int = 28) -> dict[date, Profile]:
    """Days whose hours differ by chance, as real ones do."""
    draw = random.Random(1)
    made: dict[date, Profile] = {}
    for back in range(days + 1):
        cells = {c: dict.fromkeys(HOURS, 0) for c in ("one_click", "wechat")}
        for hour in draw.choices(list(HOURS), list(HOURS.values()), k=round(records * draw.uniform(0.95, 1.05))):
            cells[draw.choice(("one_click", "wechat"))][hour] += 1
        made[DAY - timedelta(days=back)] = with_hours(cells)
    return made


def with_hours(cells: dict[str, dict[str, int]]) -> Profile:
    """A profile of records by channel and hour."""
    whole = {hour: sum(one[hour] for one in cells.values()) for hour in HOURS}
    channels = {("hour_of_channel", name): one for name, one in cells.items()}
    return {("hour", ""): whole, ("hour_of_source", "all"): whole, **channels}


def cells_of(profile: Profile) -> dict[str, dict[str, int]]:
    return {group[1]: dict(hours) for group, hours in profile.items() if group[0] == "hour_of_channel"}


@pytest.mark.parametrize("records", [300, 3000, 30_000])
def test_hours_that_differ_by_chance_are_no_finding(records: int) -> None:
    assert list(unusual_hours(DAY, drawn_days(records))) == []


@pytest.mark.parametrize("lost", ["21", "00", "23"])
def test_an_hour_without_its_records_is_reported_once(lost: str) -> None:
    profiles = drawn_days()
    profiles[DAY] = with_hours({name: one | {lost: 0} for name, one in cells_of(profiles[DAY]).items()})
    (found,) = said(list(unusual_hours(DAY, profiles)))
    assert found.startswith(f"the day: hours with next to no records: {lost}, usually some ")
    assert found.endswith("a clock is off by an hour") is (lost != "21")
    # Where so much is late each day, it may yet come.
    assert list(unusual_hours(DAY, profiles, on_time=0.8)) == []


def test_an_hour_that_is_scarce_is_not_missed() -> None:
    profiles = drawn_days(300)
    profiles[DAY] = with_hours({name: one | {"14": 0} for name, one in cells_of(profiles[DAY]).items()})
    assert list(unusual_hours(DAY, profiles)) == []


def test_hours_that_are_scarce_alone_are_missed_together() -> None:
    profiles = drawn_days(300)
    lost = {"13": 0, "14": 0, "15": 0}
    profiles[DAY] = with_hours({name: one | lost for name, one in cells_of(profiles[DAY]).items()})
    found = said(list(unusual_hours(DAY, profiles)))
    assert "hours with next to no records: 13, 14, 15" in found[0]


def moved_by(profile: Profile, hours: int, one_in: int = 1) -> Profile:
    """The profile with every so-maniest record that many hours later; what leaves the day is lost to it."""
    cells: dict[str, dict[str, int]] = {}
    for name, one in cells_of(profile).items():
        going = {hour: amount // one_in for hour, amount in one.items()}
        cells[name] = {
            hour: amount - going[hour] + going.get(f"{int(hour) - hours:02d}", 0) for hour, amount in one.items()
        }
    return with_hours(cells)


def test_hours_that_never_have_a_record_are_not_missed() -> None:
    by_day = {hour: records if "08" <= hour <= "21" else 0 for hour, records in HOURS.items()}
    for lost in ("08", "21"):
        profiles = among(by_day | {lost: 0})
        for day, profile in profiles.items():
            if day != DAY:
                profile["hour", ""] = by_day
        (found,) = said(list(unusual_hours(DAY, profiles)))
        assert f"hours with next to no records: {lost}, usually" in found


def test_an_hour_that_the_clock_skips_is_not_missed() -> None:
    profiles = drawn_days(30_000)
    profiles[DAY] = with_hours({name: one | {"02": 0} for name, one in cells_of(profiles[DAY]).items()})
    assert list(unusual_hours(DAY, profiles))
    assert list(unusual_hours(DAY, profiles, skipped=frozenset([2]))) == []


@pytest.mark.parametrize(("records", "hours", "one_in"), [(9000, 1, 1), (1200, 2, 1), (3000, -8, 4), (30_000, 1, 1)])
def test_a_clock_that_is_off_by_little_or_on_some_devices_moves_the_middle(
    records: int, hours: int, one_in: int
) -> None:
    profiles = drawn_days(records)
    profiles[DAY] = moved_by(profiles[DAY], hours, one_in)
    found = said(list(unusual_mean_times(DAY, profiles)))
    assert len(found) == 1
    assert found[0].startswith("the day: the mean time of the records is ")
    assert ("later" if hours > 0 else "earlier") in found[0]


@pytest.mark.parametrize("records", [200, 3000, 30_000])
def test_the_middle_of_a_usual_day_is_no_finding(records: int) -> None:
    profiles = drawn_days(records)
    assert list(unusual_mean_times(DAY, profiles)) == []
    # A holiday may be as late as a Sunday.
    for back in (0, *(back for back in range(1, 29) if (DAY - timedelta(days=back)).weekday() == 6)):
        profiles[DAY - timedelta(days=back)] = moved_by(profiles[DAY - timedelta(days=back)], 1)
    assert list(unusual_mean_times(DAY, profiles)) == []


def test_the_middle_is_not_examined_before_two_weeks_nor_where_the_evening_may_yet_come() -> None:
    profiles = drawn_days(days=13)
    profiles[DAY] = moved_by(profiles[DAY], -2)
    assert list(unusual_mean_times(DAY, profiles)) == []
    profiles = drawn_days()
    profiles[DAY] = moved_by(profiles[DAY], -2)
    assert list(unusual_mean_times(DAY, profiles))
    assert list(unusual_mean_times(DAY, profiles, on_time=0.8)) == []


def test_windows_of_hours_of_which_most_records_are_lost_are_reported() -> None:
    profiles = drawn_days(3000)
    few = dict.fromkeys(("12", "13", "14"), 3)
    profiles[DAY] = with_hours({name: one | few for name, one in cells_of(profiles[DAY]).items()})
    for profile in profiles.values():
        profile |= hour_windows(profile)
    (found,) = said(unusual_shares(DAY, profiles, HOURS_CUTS))
    assert found.startswith("hours 12–14: 18 of ")


@pytest.mark.parametrize("more", [0, 60])
def test_a_day_that_is_a_copy_of_an_earlier_one_is_reported(more: int) -> None:
    profiles = drawn_days()
    before = DAY - timedelta(days=7)
    cells = cells_of(profiles[before])
    cells["wechat"]["12"] += more
    profiles[DAY] = with_hours(cells)
    (found,) = said(list(copied_days(DAY, profiles)))
    assert found.startswith(f"a copy of {before}, it seems")
    assert found.endswith(f"those of that day but for {more}")


def test_a_source_that_sends_the_same_each_day_is_no_copy_of_itself() -> None:
    draw = random.Random(3)
    probe: dict[date, Profile] = {}
    for back in range(29):
        # One record a minute, of which now and then one is lost.
        hours = {hour: 60 - (draw.random() < 0.03) for hour in HOURS}
        probe[DAY - timedelta(days=back)] = with_hours({"one_click": hours})
    for day, profile in list(probe.items())[:14]:
        assert list(copied_days(day, probe | {DAY: profile})) == []


def test_days_that_are_all_alike_are_no_copies() -> None:
    one = drawn_days()[DAY]
    assert list(copied_days(DAY, {DAY - timedelta(days=back): one for back in range(29)})) == []
