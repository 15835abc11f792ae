"""Rows of `registry/limits.csv`: which are valid, how an invalid one is listed, and the defaults without the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.contract.registry.limits import DEFAULTS, Limit, load_limits
from pipelines.contract.registry.row_files import Problem

HEAD = "limit_id,app_key,channel,key,max_requests,window\n"


def load(folder: Path, text: str) -> tuple[tuple[Limit, ...], list[Problem]]:
    (folder / "limits.csv").write_text(text)
    problems: list[Problem] = []
    return load_limits(folder, problems), problems


def test_without_limits_csv_three_default_limits_apply(tmp_path: Path) -> None:
    assert load_limits(tmp_path, []) == DEFAULTS
    assert [(limit.limit_id, limit.key, limit.max_requests, limit.window) for limit in DEFAULTS] == [
        ("device_10_day", "device", 10, "day"), ("phone_10_day", "phone", 10, "day"), ("phone_1_30s", "phone", 1, "30"),
    ]  # fmt: skip
    assert {(limit.app_key, limit.channel) for limit in DEFAULTS} == {("*", "*")}


@pytest.mark.parametrize("text", [HEAD, HEAD + "l1,*,*,device,0,day\n"])
def test_a_file_without_a_good_row_is_no_limit(tmp_path: Path, text: str) -> None:
    assert load(tmp_path, text)[0] == ()


def test_rows_are_read_and_lie_by_their_ids(tmp_path: Path) -> None:
    limits, problems = load(tmp_path, HEAD + "l2,shop,one_click,app,1000,86400\nl1,,,phone,1,day\n")
    assert limits == (Limit("l1", "*", "*", "phone", 1, "day"), Limit("l2", "shop", "one_click", "app", 1000, "86400"))
    assert problems == []
    assert load(tmp_path, "window,max_requests,key,limit_id\n030,2,phone,l1\n")[0] == (
        Limit("l1", "*", "*", "phone", 2, "30"),
    )


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",shop,*,device,1,day", "missing:limit_id"),
        (f"{'l' * 129},shop,*,device,1,day", "invalid:limit_id"),
        ("l,sh op,*,device,1,day", "invalid:app_key"),
        ("l,shop,wechat,device,1,day", "invalid:channel"),
        ("l,shop,*,,1,day", "missing:key"),
        ("l,shop,*,ip,1,day", "invalid:key"),
        ("l,shop,*,device,,day", "missing:max_requests"),
        ("l,shop,*,device,0,day", "invalid:max_requests"),
        ("l,shop,*,device,1.5,day", "invalid:max_requests"),
        ("l,shop,*,device,-1,day", "invalid:max_requests"),
        ("l,shop,*,device,1,", "missing:window"),
        ("l,shop,*,device,1,0", "invalid:window"),
        ("l,shop,*,device,1,86401", "invalid:window"),
        ("l,shop,*,device,1,30s", "invalid:window"),
        ("l,shop,*,device,1,week", "invalid:window"),
        ("l,sh op,wechat,ip,0,0", "invalid:app_key"),
        ("kept,shop,*,phone,2,day", "duplicate:limit_id"),
        ("kept,shop,*,phone,2,0", "invalid:window"),
    ],
)
def test_a_bad_row_costs_itself_alone_and_is_listed_as_it_is(tmp_path: Path, row: str, reason: str) -> None:
    limits, problems = load(tmp_path, f"{HEAD}kept,*,*,device,1,day\n{row}\n")
    assert limits == (Limit("kept", "*", "*", "device", 1, "day"),)
    assert problems == [Problem("registry/limits.csv", 3, reason, row, is_as_written=True)]
