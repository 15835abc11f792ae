"""Parts, latencies and devices of a day beside those of the days before: what is a finding, and what is none."""

from __future__ import annotations

from copy import deepcopy
from datetime import date, timedelta

import pytest

from pipelines.incidents.detectors.swapped_owners import swapped_owners
from pipelines.incidents.detectors.unusual_levels import unusual_copies, unusual_devices, unusual_latencies
from pipelines.incidents.detectors.unusual_parts import unusual_parts
from pipelines.incidents.findings import Finding
from pipelines.incidents.profiles import Group, Profile
from pipelines.incidents.volumes import usual_records
from pipelines.incidents.weekday_alike import weekday_alike
from pipelines.store.manifest import DayEntry
from tests.support import DAY

USUAL: Profile = {
    ("channel", ""): {"one_click": 1000, "wechat": 600, "qq": 400},
    ("app", ""): {"shop": 1200, "game": 800},
    ("stage", "one_click"): {"authorize": 980, "login": 20},
    ("package_of_app", "shop"): {"com.shop": 1200},
    ("package_of_app", "game"): {"com.game": 800},
    ("latency", "wechat"): {"p50": 300, "p95": 900, "records": 600},
    ("devices", ""): {"answers": 2000, "devices": 1500},
}


def changed(group: Group, **parts: int) -> Profile:
    """The usual day with other parts in a group."""
    profile = deepcopy(USUAL)
    profile[group] = profile[group] | {name.replace("__", " "): amount for name, amount in parts.items()}
    return profile


def among(today: Profile, days: int = 28) -> dict[date, Profile]:
    """The day after so many usual ones."""
    return {DAY - timedelta(days=back): USUAL for back in range(1, days + 1)} | {DAY: today}


def said(findings: list[Finding]) -> list[str]:
    return [finding.en for finding in findings]


def scaled(factor: float) -> Profile:
    return {group: {name: round(amount * factor) for name, amount in parts.items()} for group, parts in USUAL.items()}


@pytest.mark.parametrize("factor", [1.0, 0.6, 1.6])
def test_a_day_on_which_all_is_alike_less_or_more_has_no_finding(factor: float) -> None:
    assert unusual_parts(DAY, among(scaled(factor))) == []


def test_a_channel_that_is_gone_is_a_finding_and_the_others_are_none() -> None:
    found = said(unusual_parts(DAY, among(changed(("channel", ""), wechat=0))))
    assert found == ["channel wechat: 0 records, usually some 600"]


def test_an_app_that_is_there_twice_is_a_finding() -> None:
    found = said(unusual_parts(DAY, among(changed(("app", ""), shop=2400))))
    assert found == ["app shop: 2,400 records, usually some 1,200"]


def test_a_new_app_is_a_finding_where_it_is_large() -> None:
    assert "never seen" in said(unusual_parts(DAY, among(changed(("app", ""), test=600))))[0]
    assert unusual_parts(DAY, among(changed(("app", ""), test=60))) == []


def test_the_same_again_is_no_news_after_it_was_there_on_days_before() -> None:
    profiles = among(changed(("channel", ""), wechat=0))
    for back in (1, 2, 3, 4):
        profiles[DAY - timedelta(days=back)] = changed(("channel", ""), wechat=0)
    assert unusual_parts(DAY, profiles) == []


def test_packages_of_another_app_are_a_finding() -> None:
    profiles = among(changed(("package_of_app", "shop"), **{"com.game": 600}))
    assert said(list(swapped_owners(DAY, profiles))) == [
        "app shop: 33.3% of the records that name the package have com.game, which was only of game before"
    ]


def test_a_package_that_is_new_in_an_app_is_a_finding_once() -> None:
    today = changed(("package_of_app", "shop"), **{"com.shop.debug": 600})
    profiles = among(today)
    assert said(list(swapped_owners(DAY, profiles))) == [
        "app shop: 33.3% of the records that name the package have com.shop.debug, never seen in the eight weeks before"
    ]
    profiles[DAY - timedelta(days=1)] = today
    assert list(swapped_owners(DAY, profiles)) == []
    assert list(swapped_owners(DAY, among(changed(("package_of_app", "shop"), **{"com.shop.debug": 60})))) == []
    # Of an app that is new itself, all is.
    assert list(swapped_owners(DAY, among(USUAL | {("package_of_app", "news"): {"com.news": 600}}))) == []


def test_an_account_that_is_new_in_an_app_is_reported_by_its_share_and_shows_no_phone_number() -> None:
    group = ("account_of_app", "shop")
    profiles = among(USUAL | {group: {"": 2000, "13812345678": 700, "north": 1300}})
    for day in profiles.keys() - {DAY}:
        profiles[day] = USUAL | {group: {"": 1200, "north": 1200}}
    assert said(list(swapped_owners(DAY, profiles))) == [
        "app shop: 35.0% of the records that name the account have ***, never seen in the eight weeks before"
    ]


def of_apps(weekend: float, **today: int) -> dict[date, Profile]:
    """Four weeks of three apps, two of which are half at weekends and one is twice; and the day, a Monday or so."""
    made: dict[date, Profile] = {}
    for back in range(1, 43):
        other = DAY - timedelta(days=back)
        office, game = (weekend, 2.0) if other.weekday() >= 5 else (1.0, 1.0)
        sizes = {"office": 1000 * office, "bank": 800 * office, "game": 600 * game, "news": 900}
        made[other] = {("app", ""): {name: round(size) for name, size in sizes.items()}}
    return made | {DAY: {("app", ""): today}}


def test_half_of_an_app_is_a_finding_though_a_sunday_has_no_more_of_it() -> None:
    assert DAY.weekday() < 5
    profiles = of_apps(0.5, office=500, bank=800, game=600, news=900)
    assert weekday_alike(DAY, profiles) == 7
    assert said(unusual_parts(DAY, profiles)) == ["app office: 500 records, usually some 1,000"]


def test_a_holiday_that_is_like_a_sunday_in_all_apps_is_none() -> None:
    profiles = of_apps(0.5, office=500, bank=400, game=1200, news=900)
    assert (DAY - timedelta(days=weekday_alike(DAY, profiles))).weekday() >= 5
    assert unusual_parts(DAY, profiles) == []


class Weighed(dict[str, int]):
    """The parts of a group, which count how often they are all gone through."""

    looks = 0

    def values(self):  # type: ignore[no-untyped-def]
        Weighed.looks += 1
        return super().values()


def test_many_small_apps_are_not_gone_through_for_each_of_them() -> None:
    apps = {f"app-{number}": 5 for number in range(3000)} | {"shop": 4000, "game": 3000}
    profiles: dict[date, Profile] = {
        DAY - timedelta(days=back): {("app", ""): Weighed(apps), ("channel", ""): {"qq": 22_000}} for back in range(29)
    }
    profiles[DAY]["app", ""]["game"] = 1200
    assert said(unusual_parts(DAY, profiles)) == ["app game: 1,200 records, usually some 3,001"]
    assert Weighed.looks < 10 * len(profiles)


def test_a_stage_of_one_or_two_in_a_hundred_that_is_gone_is_a_finding() -> None:
    profiles = among(changed(("stage", "one_click"), login=0))
    assert said(unusual_parts(DAY, profiles)) == ["stage one_click login: 0 records, usually some 20"]


@pytest.mark.parametrize(
    ("copies", "usual", "is_found"),
    [(40, 0, True), (15, 0, False), (40, 30, False), (70, 30, True), (75, 45, False)],
)
def test_a_few_copies_are_a_finding_where_there_were_never_half_as_many(
    copies: int, usual: int, is_found: bool
) -> None:
    counted = {
        DAY - timedelta(days=back): DayEntry(
            folder="", content="", fingerprint="", parts=[], accepted=1000, unmapped=0,
            counted=1000 - (usual if back else copies),
        )
        for back in range(29)
    }  # fmt: skip
    found = unusual_copies(DAY, counted)
    assert found
    assert (found[2] is not None) is is_found


def test_nothing_is_examined_before_two_weeks() -> None:
    assert unusual_parts(DAY, among(changed(("channel", ""), wechat=0), 13)) == []


@pytest.mark.parametrize("p50", [0, 3000])
def test_latencies_in_another_unit_are_a_finding(p50: int) -> None:
    assert list(unusual_latencies(DAY, among(changed(("latency", "wechat"), p50=p50))))
    assert list(unusual_latencies(DAY, among(changed(("latency", "wechat"), p50=400)))) == []


@pytest.mark.parametrize(
    ("answers", "devices", "is_found"),
    [
        (2000, 1, True),
        (2000, 0, True),
        (4000, 1500, True),
        (1400, 1370, False),
        (1000, 750, False),
        (2000, 1400, False),
        (2000, 1995, True),
        (2000, 1950, False),
    ],
)
def test_devices_that_do_not_fit_the_records_are_a_finding(answers: int, devices: int, is_found: bool) -> None:
    today = changed(("devices", ""), answers=answers, devices=devices)
    assert bool(list(unusual_devices(DAY, among(today)))) == is_found


def test_usual_records_of_a_young_folder_are_a_median() -> None:
    counted = {DAY - timedelta(days=back): 100 + back for back in range(1, 4)}
    assert usual_records(DAY, counted) == 102
    assert usual_records(DAY - timedelta(days=1), counted) is None
