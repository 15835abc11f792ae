"""Tests channels besides the five standard ones: text messages, and channels that the settings declare, also after
their declaration was removed.
"""

from __future__ import annotations

import csv
from datetime import timedelta

import pytest

from pipelines.alerts.figures import read_headline
from pipelines.commands.analysis.export import ExportOptions, run_export
from pipelines.common.errors import UsageError
from pipelines.contract.record.channels import CHANNELS, MOST_CHANNELS
from pipelines.reading.reasons.reasons import words_of
from tests.published_folder import Call
from tests.support import DAY, DataFolder, Row, records

APPLE = '[channels.apple]\nname_zh = "Apple 登录"\nname_en = "Sign in with Apple"\n'
NOON = 1773115200000  # 2026-03-10 12:00 in Shanghai
DAY_BEFORE = DAY - timedelta(days=1)
COUNTED = "SELECT day, channel, authorization_requests, authorizations, devices FROM channel_daily ORDER BY ALL"
CHANNEL = "SELECT channel, name_zh, name_en, channel_group, is_login FROM channels WHERE channel = 'apple'"


def signed_in(folder: DataFolder, channel: str) -> None:
    folder.land(f"{channel}.ndjson", records(3, DAY_BEFORE, channel, channel=channel, device_id="d1"))


def test_a_declared_channel_counts_also_when_it_is_declared_no_more(folder: DataFolder) -> None:
    folder.write("authmeter.toml", APPLE)
    for channel in ("apple", "sms", "qq"):
        signed_in(folder, channel)
    folder.tables(DAY_BEFORE)
    published = [(DAY_BEFORE, channel, 3, 3, 1) for channel in ("apple", "qq", "sms")]
    assert folder.rows(COUNTED) == published
    assert folder.rows(CHANNEL) == [("apple", "Apple 登录", "Sign in with Apple", "other", False)]
    assert folder.rows("SELECT devices, third_party_authorizations FROM usage_daily") == [(1, 3)]
    figures = {one.metric: one.value for one in read_headline(folder.store.database).figures}
    assert (figures["authorizations"], figures["third_party_authorizations"]) == (3, 3)

    folder.write("authmeter.toml", "")
    folder.land("later.ndjson", records(2, DAY, "later", channel="apple") + records(1, DAY, "good", channel="sms"))
    folder.tables(DAY)
    assert folder.manifest.declared_channels == ["apple"]
    assert folder.rows(COUNTED) == [*published, (DAY, "sms", 1, 1, 0)]
    detail = folder.root / "detail.csv"
    run_export(folder.root, ExportOptions("shop", DAY_BEFORE, DAY, None, None, "csv", is_of_events=False, out=detail))
    with detail.open(encoding="utf-8-sig") as lines:
        counted = [(one["day"], one["channel"], one["authorizations"]) for one in csv.DictReader(lines)]
    assert sorted(counted) == [*((f"{day}", channel, "3") for day, channel, *_ in published), (f"{DAY}", "sms", "1")]
    assert folder.rows("SELECT reason, sum(rejected)::INTEGER FROM rejected_records GROUP BY ALL") == [
        ("invalid:channel", 2)
    ]
    assert folder.rows(CHANNEL) == [("apple", "apple", "apple", "other", False)]
    # Computed anew from the parts, the day is the same.
    contents = [entry.content for entry in folder.manifest.days.values()]
    assert folder.roll_up(DAY, forced=frozenset({DAY_BEFORE})).days == [DAY_BEFORE]
    assert [entry.content for entry in folder.manifest.days.values()] == contents


def test_a_likely_reason_names_the_declaration_which_acts_on_what_is_read_after_it(folder: DataFolder) -> None:
    signed_in(folder, "apple")
    signed_in(folder, "qq")
    folder.roll_up(DAY_BEFORE)
    reason = words_of(str(folder.files("apple.ndjson")[0].finding))
    assert "[channels] of authmeter.toml" in reason.en
    assert "authmeter.toml 的 [channels]" in reason.zh
    before = folder.manifest.days
    folder.write("authmeter.toml", APPLE)
    folder.tables(DAY_BEFORE)
    assert folder.manifest.days == before
    assert folder.rows(COUNTED) == [(DAY_BEFORE, "qq", 3, 3, 1)]
    assert folder.rows(CHANNEL)


def test_more_channels_than_a_set_can_hold_are_refused(call: Call, folder: DataFolder) -> None:
    few = MOST_CHANNELS - len(CHANNELS)
    folder.write("authmeter.toml", "".join(f"[channels.c{number}]\n" for number in range(few)))
    signed_in(folder, f"c{few - 1}")
    folder.tables(DAY_BEFORE)
    assert folder.rows(COUNTED) == [(DAY_BEFORE, f"c{few - 1}", 3, 3, 1)]
    folder.write("authmeter.toml", APPLE)
    with pytest.raises(UsageError, match=f"{few + 1} channels were declared"):
        folder.tables(DAY)
    checked = call("check", data=folder.root)
    assert (checked.code, f"{few + 1} channels were declared" in checked.err) == (2, True)


def test_answers_of_text_messages_have_the_outcomes_of_their_own_codes(folder: DataFolder) -> None:
    def aliyun(code: str, api: str = "SendSms", **more: object) -> Row:
        number = code + api
        return {"eventId": number, "time": NOON, "appKey": "shop", "api": api, "response": {"Code": code, **more}}

    def tencent(code: str) -> Row:
        answer = {"Response": {"SendStatusSet": [{"Code": code}]}}
        return {"eventId": code, "time": NOON, "appKey": "shop", "action": "SendSms", "response": answer}

    folder.land("aliyun_server/a.log", [
        aliyun("OK"), aliyun("isv.BUSINESS_LIMIT_CONTROL"), aliyun("isv.ValidateFail", "CheckSmsVerifyCode"),
        aliyun("SceneQueryFail", "VerifyWithFusionAuthToken"),
    ])  # fmt: skip
    folder.land("tencent_sms/a.log", [tencent("Ok"), tencent("LimitExceeded.PhoneNumberDailyLimit")])
    folder.roll_up()
    assert folder.stored("outcome_daily", "vendor, channel, stage, result_code, outcome") == [
        ("aliyun", "one_click", "verify", "SceneQueryFail", "config_error"),
        ("aliyun_sms", "sms", "authorize", "isv.ValidateFail", "mismatch"),
        ("aliyun_sms", "sms", "click", "OK", "success"),
        ("aliyun_sms", "sms", "click", "isv.BUSINESS_LIMIT_CONTROL", "limited"),
        ("tencent_sms", "sms", "click", "LimitExceeded.PhoneNumberDailyLimit", "limited"),
        ("tencent_sms", "sms", "click", "Ok", "success"),
    ]
    assert folder.stored("unmapped_codes", "*") == []
