"""Shares of a day beside those of the days before: what is a finding, and what is chance."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from pipelines.incidents.detectors.shrunken_files import shrunken_files
from pipelines.incidents.detectors.unusual_shares import unusual_shares
from pipelines.incidents.profiles import Group, Profile
from pipelines.incidents.share_cuts import ANSWERS, FIELDS, FILES, MAKE_UP, VALUES, Cut
from tests.support import DAY

ALL = (ANSWERS, MAKE_UP, FIELDS, VALUES)
GROUPS: dict[Group, dict[str, float]] = {
    ("outcome", "wechat"): {"success": 0.9, "cancelled": 0.06, "failed": 0.04},
    ("outcome_of_stage", "local_verify verify"): {"success": 0.91, "mismatch": 0.05, "error": 0.04},
    ("outcome_of_line", "CMCC android"): {"success": 0.93, "cancelled": 0.05, "failed": 0.02},
    ("code", "wechat"): {"wechat 0": 0.9, "wechat -2": 0.1},
    ("scheme_of_app", "shop"): {"S-A": 0.75, "S-B": 0.25},
    ("carrier_of_platform", "ios"): {"CMCC": 0.6, "CUCC": 0.3, "unknown": 0.1},
    ("file", "gateway"): {"gw1/<day>.log": 0.5, "gw2/<day>.log": 0.5},
    ("field", ""): {"records": 1.0, "sdk_version": 0.97, "account_id": 0.4},
    ("field_of_app", "shop"): {"records": 1.0, "sdk_version": 0.97},
    ("twin", "wechat"): {"records": 1.0, "": 0.002},
    ("attempt", "one_click"): {"records": 1.0, "": 0.3},
}


def drawn(records: int = 2000, days: int = 28, noise: float = 0.0, seed: int = 1) -> dict[date, Profile]:
    """Days whose shares come and go by chance, and by `noise` besides."""
    draw = np.random.default_rng(seed)
    made: dict[date, Profile] = {}
    for back in range(days + 1):
        profile: Profile = {}
        for group, shares in GROUPS.items():
            size = round(records * draw.uniform(0.8, 1.2))
            names = [name for name in shares if name != "records"]
            weights = np.array([shares[name] for name in names]) * draw.lognormal(0, noise, len(names))
            if "records" in shares:
                counts, of_all = draw.binomial(size, np.minimum(weights, 1.0)), {"records": size}
            else:
                counts, of_all = draw.multinomial(size, weights / weights.sum()), {}
            profile[group] = of_all | dict(zip(names, counts.tolist(), strict=True))
        profile["channel", ""] = {"all": records}
        made[DAY - timedelta(days=back)] = profile
    return made


def said(profiles: dict[date, Profile], cuts: tuple[Cut, ...]) -> list[str]:
    return [finding.en for finding in unusual_shares(DAY, profiles, cuts)]


def moved(profiles: dict[date, Profile], group: Group, of: str, to: str, share: float = 1.0) -> None:
    """A share of a part of the day becomes another part."""
    parts = profiles[DAY][group]
    count = round(parts[of] * share)
    parts[of] -= count
    if to:
        parts[to] = parts.get(to, 0) + count


@pytest.mark.parametrize("records", [60, 300, 2000, 20_000])
@pytest.mark.parametrize("noise", [0.0, 0.1])
def test_shares_that_come_and_go_by_chance_are_no_finding(records: int, noise: float) -> None:
    for seed in range(10):
        profiles = drawn(records, noise=noise, seed=seed)
        assert [said(profiles, cuts) for cuts in ALL] == [[], [], [], []]


def test_a_day_of_half_or_twice_the_records_has_no_finding() -> None:
    profiles = drawn()
    for factor in (0.5, 2.0):
        today = {g: {n: round(a * factor) for n, a in parts.items()} for g, parts in profiles[DAY].items()}
        assert [said(profiles | {DAY: today}, cuts) for cuts in ALL] == [[], [], [], []]


def test_failures_of_one_carrier_on_one_platform_are_reported_with_their_share() -> None:
    profiles = drawn(200)
    profiles[DAY]["outcome_of_line", "CMCC android"] = {"success": 150, "cancelled": 10, "failed": 40}
    (found,) = said(profiles, ANSWERS)
    assert found.startswith("outcome of carrier and platform CMCC android failed: 40 of 200 (20.0%), usually some ")


def test_success_that_became_perfect_is_a_finding() -> None:
    profiles = drawn()
    moved(profiles, ("outcome", "wechat"), "failed", "success")
    assert any("outcome wechat failed: 0 of" in one for one in said(profiles, ANSWERS))


def test_mismatches_that_are_taken_for_successes_are_a_finding() -> None:
    profiles = drawn(1000)
    moved(profiles, ("outcome_of_stage", "local_verify verify"), "mismatch", "success")
    (found,) = said(profiles, ANSWERS)
    assert found.startswith("outcome local_verify verify mismatch: 0 of ")


def test_a_code_that_was_never_there_is_reported_as_such_where_it_is_frequent() -> None:
    profiles = drawn()
    moved(profiles, ("code", "wechat"), "wechat 0", "wechat 9", 0.05)
    (found,) = said(profiles, ANSWERS)
    assert found.startswith("result code wechat wechat 9: ")
    assert found.endswith("never seen in the 28 days before")
    profiles = drawn()
    moved(profiles, ("code", "wechat"), "wechat 0", "wechat 9", 0.005)
    assert said(profiles, ANSWERS) == []


@pytest.mark.parametrize(("lost", "is_found"), [(1.0, True), (0.3, True), (0.02, False)])
def test_a_field_that_records_lost_is_reported_of_the_day_and_not_of_each_app(lost: float, is_found: bool) -> None:
    profiles = drawn()
    moved(profiles, ("field", ""), "sdk_version", "", lost)
    moved(profiles, ("field_of_app", "shop"), "sdk_version", "", lost)
    found = said(profiles, FIELDS)
    assert len(found) == is_found
    if found:
        assert found[0].startswith("records with the field sdk_version: ")


def test_a_field_that_one_app_lost_is_reported_of_that_app() -> None:
    profiles = drawn()
    moved(profiles, ("field_of_app", "shop"), "sdk_version", "")
    (found,) = said(profiles, FIELDS)
    assert found.startswith("records of the app with the field shop sdk_version: 0 of ")


def test_a_field_that_more_records_have_is_none() -> None:
    profiles = drawn()
    today = profiles[DAY]["field", ""]
    today["account_id"] = today["records"]
    assert said(profiles, FIELDS) == []


def test_half_of_a_file_is_a_finding_and_a_new_file_is_none() -> None:
    profiles = drawn()
    moved(profiles, ("file", "gateway"), "gw1/<day>.log", "", 0.5)
    (found,) = shrunken_files(DAY, profiles)
    assert found.en.startswith(f"file of source gateway gw1/{DAY}.log: ")
    assert f" gw1/{DAY}.log：" in found.zh
    profiles = drawn()
    profiles[DAY]["file", "gateway"]["gw3/<day>.log"] = 300
    assert said(profiles, FILES) == []
    assert shrunken_files(DAY, profiles) == []


def test_a_set_of_files_that_is_cut_anew_lacks_none() -> None:
    profiles = drawn()
    profiles[DAY]["file", "gateway"] = {"gw2/<day>.log": 1000, "gw3/<day>.log": 1000}
    assert list(shrunken_files(DAY, profiles)) == []
    # A small file beside the set does not cut it anew.
    profiles[DAY]["file", "gateway"] = {"gw1/<day>.log": 400, "gw2/<day>.log": 1000, "retry/<day>.log": 30}
    assert len(shrunken_files(DAY, profiles)) == 1


def test_a_scheme_and_a_carrier_that_are_gone_are_findings() -> None:
    profiles = drawn()
    moved(profiles, ("scheme_of_app", "shop"), "S-B", "S-A")
    moved(profiles, ("carrier_of_platform", "ios"), "CUCC", "unknown")
    found = said(profiles, MAKE_UP)
    assert any(one.startswith("carrier of platform ios CUCC: 0 of ") for one in found)
    assert any(one.startswith("scheme of app shop S-B: 0 of ") for one in found)


def test_records_of_the_same_millisecond_and_attempts_that_are_one_are_findings() -> None:
    profiles = drawn()
    profiles[DAY]["twin", "wechat"][""] = 60
    profiles[DAY]["attempt", "one_click"][""] = 1
    # Of a large day they are seen on a sample: its numbers would say nothing.
    whole = profiles[DAY]["twin", "wechat"]["records"]
    twins, attempts = said(profiles, VALUES)
    named = "records that repeat device, app, stage and millisecond in wechat"
    assert twins.startswith(f"{named}: {60 / whole:.1%}, usually some 0.2%")
    assert attempts.startswith("distinct attempts for the records of one_click: 0.0")


def test_a_part_that_is_called_as_the_whole_of_others_is_is_a_part() -> None:
    profiles = drawn()
    for profile in profiles.values():
        profile["scheme_of_app", "shop"] = {"S1": 1500, "records": 500}
    assert said(profiles, MAKE_UP) == []
    profiles[DAY]["scheme_of_app", "shop"] = {"S1": 1500}
    assert said(profiles, MAKE_UP) == ["scheme of app shop records: 0 of 1,500 (0.0%), usually some 25.0%"]


def test_each_part_is_reported_with_its_share_of_the_whole() -> None:
    profiles = {DAY - timedelta(days=back): {("outcome", "wechat"): {"success": 1720, "cancelled": 200, "failed": 80}}
                for back in range(1, 29)}  # fmt: skip
    profiles[DAY] = {("outcome", "wechat"): {"success": 400, "cancelled": 400, "failed": 1200}}
    assert said(profiles, ANSWERS)[:2] == [
        "outcome wechat failed: 1,200 of 2,000 (60.0%), usually some 4.0%",
        "outcome wechat cancelled: 400 of 2,000 (20.0%), usually some 10.0%",
    ]


def test_a_part_that_fell_among_the_rest_alone_is_reported_as_such() -> None:
    group = ("channel_of_app", "shop")
    usual = {"one_click": 1000, "wechat": 600, "qq": 200, "weibo": 200}
    profiles = {DAY - timedelta(days=back): {group: usual} for back in range(1, 29)}
    profiles[DAY] = {group: {"wechat": 660, "qq": 660, "weibo": 660}}
    assert said(profiles, MAKE_UP)[:2] == [
        "channel of app shop one_click: 0 of 1,980 (0.0%), usually some 50.0%",
        "channel of app shop wechat: 660 of 1,980 (33.3%), without one_click, usually some 60.0%",
    ]


def test_a_past_day_that_was_wrong_hides_no_later_one() -> None:
    profiles = drawn()
    broken = DAY - timedelta(days=3)
    profiles[broken]["outcome", "wechat"] = {"success": 100, "failed": 1900}
    profiles[DAY]["outcome", "wechat"] = {"success": 1500, "cancelled": 100, "failed": 400}
    assert any("outcome wechat failed: 400" in one for one in said(profiles, ANSWERS))


def test_a_share_that_is_as_on_two_days_before_is_no_news() -> None:
    profiles = drawn()
    moved(profiles, ("scheme_of_app", "shop"), "S-B", "S-A", 0.9)
    for back in (2, 4):
        profiles[DAY - timedelta(days=back)]["scheme_of_app", "shop"] = dict(profiles[DAY]["scheme_of_app", "shop"])
    assert said(profiles, MAKE_UP) == []


def test_nothing_is_examined_before_two_weeks() -> None:
    profiles = drawn(days=13)
    moved(profiles, ("scheme_of_app", "shop"), "S-B", "S-A")
    assert said(profiles, MAKE_UP) == []
    profiles = drawn(days=14)
    moved(profiles, ("scheme_of_app", "shop"), "S-B", "S-A")
    assert said(profiles, MAKE_UP)
